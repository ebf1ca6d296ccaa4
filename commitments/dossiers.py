"""Dossiers of administrative procedures as frames: by unit and month, the year so far, on time.

A share is 100 × settled on time ÷ settled, over the months for which both are reported.
"""

import calendar
import datetime
from collections import defaultdict
from decimal import Decimal

import pandas as pd
from django.utils.formats import number_format

from commitments.judging import share
from commitments.models import COUNTS, DossierMonth
from scorecards.calculation import competition_ranks

COLUMNS = ["unit_id", "month", *COUNTS]
SETTLED = ["month", "settled_on_time", "settled_late"]


def months(authority, year: int, *, public: bool, unit: int | None = None) -> pd.DataFrame:
    """Return the standing dossiers of a year, one row per unit and month, by unit and month.

    ``authority``: the row or its id; ``unit``: the id of the one unit wanted. Columns:
    ``unit_id`` (int), ``month`` (date, its first day) and the five of `COUNTS` (int, or None
    where the unit did not report it), dtype object.
    """
    rows = DossierMonth.objects.standing().filter(unit__authority=authority, month__year=year)
    if public:
        rows = rows.filter(public=True)
    if unit is not None:
        rows = rows.filter(unit=unit)
    found = rows.order_by("unit__position", "unit__sort_key", "unit_id", "month")
    return pd.DataFrame(found.values_list(*COLUMNS), columns=COLUMNS, dtype=object)


def last_day(month: datetime.date) -> datetime.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def on_time_values(
    authority, year: int, *, public: bool, unit: int | None = None, every_month: bool = False
):
    """Return the share settled on time in the year so far.

    By unit id: (last day of the last month reported, percent, settled on time, settled). With
    ``every_month`` a list of them instead, one for each month's end, of ``unit`` or, without it,
    of all units together.
    """
    frame = months(authority, year, public=public, unit=unit)
    if every_month:
        return month_ends(frame)
    of_unit = defaultdict(list)
    for unit_id, *settled in frame[["unit_id", *SETTLED]].itertuples(index=False):
        of_unit[unit_id].append(settled)
    ends = {unit_id: _month_ends(rows) for unit_id, rows in of_unit.items()}
    return {unit_id: values[-1] for unit_id, values in ends.items() if values}


def month_ends(frame: pd.DataFrame) -> list[tuple]:
    """Return the year so far at each month's end, over all rows of ``frame``.

    (last day, percent with three decimals, settled on time, settled) of every month from the
    first in which anything was settled.
    """
    return _month_ends(frame[SETTLED].itertuples(index=False))


def _month_ends(rows):
    """Return `month_ends` of (month, settled on time, settled late) in any order."""
    of_month = defaultdict(lambda: [0, 0])
    for month, in_time, late in rows:
        if in_time is not None and late is not None:
            of_month[month][0] += in_time
            of_month[month][1] += late
    on_time, settled, values = 0, 0, []
    for month, (in_time, late) in sorted(of_month.items()):
        on_time += in_time
        settled += in_time + late
        if settled:
            values.append((last_day(month), share(on_time, settled), on_time, settled))
    return values


def year_so_far(frame: pd.DataFrame) -> dict[int, dict]:
    """Return each unit's year, by unit id: sums, the last pending counts and the share on time.

    Keys: ``months`` (number reported), ``received``, ``settled_on_time``, ``settled_late`` (sums,
    None if never reported), ``pending_in_time``, ``pending_overdue`` (of the last month reported)
    and ``on_time`` (percent with two decimals, None where nothing was settled).
    """
    found = {}
    for unit_id, rows in frame.groupby("unit_id", sort=False):
        last = rows.sort_values("month").iloc[-1]
        sums = {name: total(rows[name]) for name in COUNTS[:3]}
        known = rows.dropna(subset=["settled_on_time", "settled_late"])
        on_time = int(known["settled_on_time"].sum())
        late = int(known["settled_late"].sum())
        found[int(unit_id)] = {
            "months": len(rows),
            **sums,
            "pending_in_time": last["pending_in_time"],
            "pending_overdue": last["pending_overdue"],
            "on_time": share(on_time, on_time + late, 2),
        }
    return found


def total(column: pd.Series) -> int | None:
    """Return the sum of what was reported, None where nothing was."""
    known = column.dropna()
    return int(known.sum()) if len(known) else None


def ranks(shares: dict[int, Decimal | None]) -> dict[int, int]:
    """Rank units of one group by their share on time, 1-2-2-4; without a share there is no rank."""
    return competition_ranks({key: value for key, value in shares.items() if value is not None})


def percent(value: Decimal) -> str:
    """Return a share as the reader's language writes it: "97,10%"."""
    return f"{number_format(value, 2)}%"
