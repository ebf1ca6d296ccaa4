"""A unit's index by year beside its group's median: what is missing stays a gap."""

from collections.abc import Iterable, Sequence

import django_tables2 as tables
import pandas as pd
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards.charts.chart import (
    Chart,
    class_colour,
    figure,
    index_scale,
    known,
    line_across,
    number,
    percent,
    plain,
    upright_index_axis,
    year_ticks,
)
from scorecards.charts.palette import LIGHT

MOST_LABELS = 6  # values written beside their dots; of more years only the telling ones are

_NUMBER = {"td": {"class": "n"}, "th": {"class": "n"}}


class TrendTable(tables.Table):
    """A unit's published index by year; what is unknown is a dash."""

    year = tables.Column(gettext_lazy("Year"))
    index = tables.Column(gettext_lazy("Index (%)"), attrs=_NUMBER)
    median = tables.Column(gettext_lazy("Group median (%)"), attrs=_NUMBER)
    class_name = tables.Column(gettext_lazy("Class"))
    note = tables.Column(gettext_lazy("Note"))

    class Meta:
        orderable = False


def index_trend(
    history: pd.DataFrame, *, unit_name: str, source: str, illustrative: bool = False
) -> Chart:
    """Draw a unit's index by year, and the median of its group as a dashed line.

    ``history``: at least one row, one per year, as `history.unit_history` returns it; of its
    columns ``year`` (int), ``index_percent`` and ``group_median`` (Decimal as shown, percent,
    None or NaN where unknown), ``class_name``, ``decimals`` and ``break_before`` (True, or the
    reason in words, where the year cannot be compared with the one before). Where the column
    ``changed_criteria`` is there and above 0, the median is parted too. A year without a row or a
    value is a gap, a break parts the line, a lone year is a dot. The scale starts at a ten below
    the lowest value, never above 50, and says so.
    """
    rows = _every_year(history)
    title = _("Index by year: %(unit)s") % {"unit": unit_name}
    start, end = _scale(rows)
    return Chart(
        slug="dien-bien",
        title=title,
        summary=_summary(rows, unit_name),
        spec=figure(
            _traces(rows, unit_name),
            title=title,
            height=400,
            margin={"l": 48, "r": 16, "t": 56, "b": 104},
            xaxis={
                "range": [rows[0]["year"] - 0.5, rows[-1]["year"] + 0.5],
                **year_ticks([row["year"] for row in rows]),
                "showgrid": False,
                "zeroline": False,
            },
            yaxis=upright_index_axis(start, end),
            shapes=[_break(row) for row in rows if row["break_before"]],
        ),
        table=TrendTable([_table_row(row) for row in rows]),
        source=source,
        illustrative=illustrative,
    )


def _every_year(history: pd.DataFrame) -> list[dict]:
    """Return a row for every year from the first to the last, unknown values as None."""
    published = {int(row["year"]): row for row in history.to_dict("records")}
    if not published:
        raise ValueError("a trend needs a year")
    return [_row(year, published.get(year)) for year in range(min(published), max(published) + 1)]


def _row(year: int, row: dict | None) -> dict:
    if row is None:
        return {
            "year": year,
            "decimals": 2,
            "index": None,
            "median": None,
            "class_name": "",
            "break_before": "",
            "new_criteria": False,
        }
    broken = row["break_before"]
    return {
        "year": year,
        "decimals": int(row["decimals"]),
        "index": row["index_percent"] if known(row["index_percent"]) else None,
        "median": row["group_median"] if known(row["group_median"]) else None,
        "class_name": row["class_name"],
        "break_before": _("not the same body as before") if broken is True else broken or "",
        "new_criteria": bool(row.get("changed_criteria")),
    }


def _scale(rows: Sequence[dict]) -> tuple[int, int]:
    return index_scale(row[column] for row in rows for column in ("index", "median"))


def _traces(rows: Sequence[dict], unit_name: str) -> list[dict]:
    traces = list(_unit_dots(rows))
    if sum(row["index"] is not None for row in rows) > 1:
        traces.insert(0, _unit_line(rows, unit_name))
    if any(row["median"] is not None for row in rows) or not traces:
        traces.insert(0, _median_line(rows))
    return traces


def _unit_line(rows: Sequence[dict], unit_name: str) -> dict:
    """Return the unit's line, cut where a value is missing or a break lies."""
    years, indexes = _parted(rows, "index", "break_before")
    return {
        "type": "scatter",
        "mode": "lines",
        "x": years,
        "y": indexes,
        "name": plain(unit_name),
        "line": {"color": LIGHT["ink"], "width": 2.5},
        "hoverinfo": "skip",
    }


def _parted(rows: Sequence[dict], column: str, parting: str) -> tuple[list, list]:
    """Return years and values of a line with a gap before each row in which ``parting`` is set."""
    years, values = [], []
    for row in rows:
        if row[parting]:
            years.append(row["year"] - 0.5)
            values.append(None)
        years.append(row["year"])
        values.append(_float(row[column]))
    return years, values


def _unit_dots(rows: Sequence[dict]) -> Iterable[dict]:
    """Yield a trace of dots for each class the unit was in, best value first."""
    scored = [row for row in rows if row["index"] is not None]
    labelled = _labelled(scored)
    best_first = sorted(scored, key=lambda row: row["index"], reverse=True)
    for class_name in dict.fromkeys(row["class_name"] for row in best_first):
        part = [row for row in scored if row["class_name"] == class_name]
        yield {
            "type": "scatter",
            "mode": "markers+text",
            "x": [row["year"] for row in part],
            "y": [float(row["index"]) for row in part],
            "name": plain(class_name),
            "showlegend": bool(class_name),
            "marker": {"color": class_colour(class_name), "size": 11},
            "text": [
                number(row["index"], row["decimals"]) if row["year"] in labelled else ""
                for row in part
            ],
            "textposition": [_side(row, scored) for row in part],
            "textfont": {"weight": 650},
            "cliponaxis": False,
            "customdata": [_hover(row) for row in part],
            "hovertemplate": "%{customdata}<extra></extra>",
        }


def _side(row: dict, scored: Sequence[dict]) -> str:
    """Return where a value stands beside its dot: under it where the line comes from above."""
    i = scored.index(row)
    neighbours = [*scored[max(i - 1, 0) : i], *scored[i + 1 : i + 2]]
    if neighbours and all(other["index"] > row["index"] for other in neighbours):
        return "bottom center"
    return "top center"


def _median_line(rows: Sequence[dict]) -> dict:
    name = _("Median of the group")
    years, medians = _parted(rows, "median", "new_criteria")
    written = {
        row["year"]: percent(row["median"], row["decimals"])
        for row in rows
        if row["median"] is not None
    }
    return {
        "type": "scatter",
        # A year between two gaps has no line: its dot alone shows.
        "mode": "lines+markers",
        "x": years,
        "y": medians,
        "name": plain(name),
        "line": {"color": LIGHT["ink-soft"], "width": 1.5, "dash": "dash"},
        "marker": {"color": LIGHT["ink-soft"], "size": 4},
        "customdata": [written.get(year, "") for year in years],
        "hovertemplate": f"{plain(name)}: %{{customdata}}<extra></extra>",
    }


def _labelled(scored: Sequence[dict]) -> set[int]:
    """Return the years whose value is written: all of a few, else first, last, best and worst."""
    if len(scored) <= MOST_LABELS:
        return {row["year"] for row in scored}
    by_index = sorted(scored, key=lambda row: row["index"])
    return {row["year"] for row in (scored[0], scored[-1], by_index[0], by_index[-1])}


def _break(row: dict) -> dict:
    name = _("From %(year)s: %(reason)s") % {"year": row["year"], "reason": row["break_before"]}
    return line_across(row["year"] - 0.5, name=name, dash="dot", colour="ink-soft")


def _hover(row: dict) -> str:
    if row["index"] is None:
        return ""
    words = [f"{row['year']}: {percent(row['index'], row['decimals'])}", plain(row["class_name"])]
    return "<br>".join(word for word in words if word)


def _table_row(row: dict) -> dict:
    return {
        "year": str(row["year"]),
        "index": None if row["index"] is None else number(row["index"], row["decimals"]),
        "median": None if row["median"] is None else number(row["median"], row["decimals"]),
        "class_name": row["class_name"],
        "note": row["break_before"],
    }


def _float(value: object) -> float | None:
    return None if value is None else float(value)


def _summary(rows: Sequence[dict], unit_name: str) -> str:
    scored = [row for row in rows if row["index"] is not None]
    if not scored:
        return _("%(unit)s: no index is known.") % {"unit": unit_name}
    sentences = [_change(scored, rows, unit_name)]
    last = scored[-1]
    if last["median"] is not None:
        sentences.append(
            _("The median of its group in %(year)s is %(median)s.")
            % {"year": last["year"], "median": percent(last["median"], last["decimals"])}
        )
    return " ".join(sentences)


def _change(scored: Sequence[dict], rows: Sequence[dict], unit_name: str) -> str:
    """Return the sentence on the first and the last year, compared unless a break parts them."""
    first, last = scored[0], scored[-1]
    words = {
        "unit": unit_name,
        "first": percent(first["index"], first["decimals"]),
        "start": first["year"],
        "last": percent(last["index"], last["decimals"]),
        "end": last["year"],
    }
    if first is last:
        return _("%(unit)s: %(last)s in %(end)s.") % words
    between = [row for row in rows if first["year"] < row["year"] <= last["year"]]
    if any(row["break_before"] for row in between):
        sentence = (
            _(
                "%(unit)s: %(first)s in %(start)s, %(last)s in %(end)s; "
                "the two years cannot be compared."
            )
            % words
        )
        return " ".join([sentence, _why(between), *_since_last_break(scored, between)])
    change = last["index"] - first["index"]
    words["change"] = number(abs(change), max(first["decimals"], last["decimals"]))
    if change > 0:
        return (
            _(
                "%(unit)s: %(first)s in %(start)s, %(last)s in %(end)s, "
                "up %(change)s percentage points."
            )
            % words
        )
    if change < 0:
        return (
            _(
                "%(unit)s: %(first)s in %(start)s, %(last)s in %(end)s, "
                "down %(change)s percentage points."
            )
            % words
        )
    return _("%(unit)s: %(first)s in %(start)s, the same in %(end)s.") % words


def _why(rows: Sequence[dict]) -> str:
    """Return the years that cannot be compared with the year before, each with its reason."""
    reasons = [f"{row['year']}: {row['break_before']}" for row in rows if row["break_before"]]
    return _("Not comparable with the year before: %(reasons)s.") % {"reasons": "; ".join(reasons)}


def _since_last_break(scored: Sequence[dict], between: Sequence[dict]) -> Iterable[str]:
    """Yield the sentence on the years after the last break, if there are two to compare."""
    start = max(row["year"] for row in between if row["break_before"])
    since = [row for row in scored if row["year"] >= start]
    if len(since) < 2:
        return
    change = since[-1]["index"] - since[0]["index"]
    words = {
        "start": since[0]["year"],
        "end": since[-1]["year"],
        "change": number(abs(change), max(since[0]["decimals"], since[-1]["decimals"])),
    }
    if change > 0:
        yield _("From %(start)s to %(end)s it rose by %(change)s percentage points.") % words
    elif change < 0:
        yield _("From %(start)s to %(end)s it fell by %(change)s percentage points.") % words
    else:
        yield _("From %(start)s to %(end)s it stayed the same.") % words
