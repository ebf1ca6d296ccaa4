"""Who improved most between two years of a group, by one stated rule: same unit, same criteria.

Reads public editions only. What is not compared is named with its reason, never left out unseen.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scorecards import calculation, history
from scorecards.models.publication import Edition, PublishedPoints, PublishedResult
from units import lineage


@dataclass(frozen=True)
class Unit:
    """A unit that was published in either year, and how far it moved.

    ``then`` and ``now`` are its published rows; one is None where the unit was not published in
    that year under any of its names. ``progress`` is None, and ``reason`` says why, where the two
    cannot be compared; ``on`` is the day of the act that the reason speaks of. ``place`` is
    by improvement, equal ones sharing it; None where an edition is known in part.
    """

    then: PublishedResult | None
    now: PublishedResult | None
    whole: Decimal | None = None
    progress: calculation.Progress | None = None
    place: int | None = None
    reason: str = ""
    on: date | None = None

    @property
    def row(self) -> PublishedResult:
        return self.now or self.then

    @property
    def change(self) -> Decimal | None:
        return self.progress.change if self.progress else None

    @property
    def same_body(self) -> bool:
        """Whether it was the same body in both years, so that its ranks can be compared."""
        return self.then is not None and self.now is not None and self.on is None


@dataclass(frozen=True)
class Comparison:
    """Two years of a group. ``reason`` says why nothing can be compared, "" if something can.

    ``compared`` comes by place, ``left_out`` in printed order, the units of the earlier year last.
    ``totals`` says that the source gives no more than the total of each unit.
    """

    edition: Edition
    previous: Edition | None
    compared: tuple[Unit, ...] = ()
    left_out: tuple[Unit, ...] = ()
    leaves: int = 0
    reason: str = ""
    totals: bool = False

    @property
    def complete(self) -> bool:
        return self.edition.is_full and self.previous.is_full

    @property
    def ranked_twice(self) -> list[Unit]:
        """The units that had a rank in both years, as the same body, by the rank they have now."""
        units = [
            unit
            for unit in (*self.compared, *self.left_out)
            if unit.same_body and unit.then.rank is not None and unit.now.rank is not None
        ]
        return sorted(units, key=lambda unit: unit.now.position)


def compare(edition) -> Comparison:
    """Return the comparison of an edition with the current one of its group a year earlier.

    Six queries, however many units and criteria there are.
    """
    previous = history.previous_edition(edition)
    if previous is None:
        return Comparison(edition, None, reason="no_previous")
    rows_now, rows_then = _rows_of(edition), _rows_of(previous)
    if not rows_now or not rows_then:
        return Comparison(edition, previous, reason="no_rows")
    pairs = _Pairs(history.links_of(edition.authority), edition.year)
    units = pairs.match(rows_now, rows_then)
    leaves = _Leaves(rows_now, rows_then)
    measured = [leaves.measure(unit, edition.decimals) for unit in units]
    compared = [unit for unit in measured if unit.change is not None]
    comparison = Comparison(
        edition,
        previous,
        compared=tuple(compared),
        left_out=tuple(unit for unit in measured if unit.change is None),
        leaves=leaves.counted,
        reason="" if compared else _why_nothing(measured, leaves),
        totals=leaves.totals,
    )
    return _placed(comparison)


def _rows_of(edition):
    return list(edition.results.select_related("unit").order_by("position"))


def _why_nothing(units, leaves):
    if not leaves.common:
        return "no_criterion"
    if any(unit.reason == "too_little" for unit in units):
        return "too_little"
    return "no_unit"


def _placed(comparison):
    """Return the comparison with the units by place; a part of a group has no places."""
    changes = {unit.row.pk: unit.change for unit in comparison.compared}
    places = calculation.competition_ranks(changes) if comparison.complete else {}
    units = [_with(unit, place=places.get(unit.row.pk)) for unit in comparison.compared]
    units.sort(key=lambda unit: (-unit.change, unit.row.position))
    return _with(comparison, compared=tuple(units))


def _with(record, **changes):
    return type(record)(**{**vars(record), **changes})


# The acts after which a unit is another body, as the reasons call them.
_ENTERING = {"merge": "merged", "split": "split", "take_over": "took_over"}
_LEAVING = {"merge": "merged_into", "split": "split_up", "dissolve": "dissolved"}


class _Pairs:
    """Matches the units of two years: the same body, under whatever name."""

    def __init__(self, links, year):
        self._earlier = lineage.same_bodies(links)
        renames = set(self._earlier.items())
        self._entering, self._leaving = defaultdict(list), defaultdict(list)
        for link in sorted(links, key=lambda link: link.on):
            functions_only = link.kind == "take_over" and link.share == "part"
            renamed = (link.successor, link.predecessor) in renames
            if link.on.year == year and not functions_only and not renamed:
                self._entering[link.successor].append(link)
                self._leaving[link.predecessor].append(link)

    def match(self, rows_now, rows_then) -> list[Unit]:
        before = {row.unit_id: row for row in rows_then}
        units, met = [], set()
        for row in rows_now:
            lives = self._lives(row.unit_id)
            then = next((before[pk] for pk in lives if pk in before), None)
            met.update(lives)
            reason, on = self._break(lives, then)
            units.append(Unit(then, row, reason=reason, on=on))
        for row in rows_then:
            if row.unit_id not in met:
                reason, on = self._end(row.unit_id)
                units.append(Unit(row, None, reason=reason, on=on))
        return units

    def _lives(self, unit_id):
        """Return the ids of one body, the newest first."""
        lives = [unit_id]
        while (earlier := self._earlier.get(lives[-1])) and earlier not in lives:
            lives.append(earlier)
        return lives

    def _break(self, lives, then):
        """Return why a unit of this year is not the body it was, and since when; ("", None)."""
        for pk in lives:
            for link in self._entering[pk]:
                return _ENTERING.get(link.kind, "changed"), link.on
            for link in self._leaving[pk]:
                return "gave_away", link.on
        return ("new" if then is None else ""), None

    def _end(self, unit_id):
        for link in self._leaving[unit_id]:
            return _LEAVING.get(link.kind, "changed"), link.on
        return "gone", None


class _Leaves:
    """The leaves that two editions have in common, and what each unit holds on them."""

    def __init__(self, rows_now, rows_then):
        # Every unit of an edition has the same tree, so that one row tells it.
        trees = defaultdict(list)
        for node in PublishedPoints.objects.filter(result__in=[rows_now[0], rows_then[0]]):
            trees[node.result_id].append(node)
        self.now = _leaves_of(trees[rows_now[0].pk])
        then = _leaves_of(trees[rows_then[0].pk])
        self.common = {
            number: node.kind
            for number, node in self.now.items()
            if node.comparable and number in then and then[number].kind == node.kind
        }
        self.adjusting = {
            number for number, kind in self.common.items() if kind in calculation.ADJUSTING
        }
        self.counted = sum(node.kind in calculation.COUNTED for node in self.now.values())
        self.totals = len(self.now) == len(then) == 1
        self._marks = self._read([*rows_now, *rows_then])

    def _read(self, rows):
        marks = defaultdict(dict)
        editions = {row.edition_id for row in rows}
        found = PublishedPoints.objects.filter(
            result__edition__in=editions, criterion_number__in=self.common
        ).order_by()
        values = found.values_list("result_id", "criterion_number", "points", "max_points")
        for result, number, points, max_points in values.iterator(chunk_size=20_000):
            marks[result][number] = (points, max_points)
        return marks

    def measure(self, unit, decimals) -> Unit:
        """Return the unit with its progress, or with the reason why there is none."""
        if unit.reason or not self.common:
            return unit
        whole = _larger(unit.then.max_points, unit.now.max_points)
        found = calculation.progress(
            self._marks[unit.then.pk],
            self._marks[unit.now.pk],
            whole=whole,
            adjusting=self.adjusting,
            decimals=decimals,
        )
        if found.reason == "unknown_maximum" and self.totals:
            found = calculation.progress_of_totals(
                unit.then.index_percent, unit.now.index_percent, decimals
            )
        return _with(unit, progress=found, whole=whole, reason=found.reason)


def _larger(then, now):
    return None if then is None or now is None else max(then, now)


def _leaves_of(nodes):
    branches = {node.parent_number for node in nodes}
    return {node.criterion_number: node for node in nodes if node.criterion_number not in branches}
