"""What changed between two results: numbers, ranks, classes, and by which criteria.

A rehearsal, a kept rehearsal and an edition all become a `Snapshot` first; nothing is computed
anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from scorecards.models.publication import PublishedPoints, PublishedResult

Value = Decimal | int | str | None

# The columns of a league table in which a correction can show, in the order they are told.
COLUMNS = (
    "claimed",
    "appraised",
    "survey",
    "adjustment",
    "points",
    "max_points",
    "index_percent",
    "rank",
    "class_name",
)


@dataclass(frozen=True)
class UnitResult:
    """One unit's published row: its columns, and (points, maximum) of each leaf by number."""

    unit_id: int
    unit_name: str
    columns: Mapping[str, Value]
    leaves: Mapping[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)

    @property
    def rank(self) -> int | None:
        return self.columns.get("rank")

    @property
    def class_name(self) -> str:
        return self.columns.get("class_name") or ""


Snapshot = Mapping[int, UnitResult]
_NUMBERS = frozenset(COLUMNS) - {"rank", "class_name"}


def snapshot(results: Iterable, details: Mapping[int, Sequence]) -> dict[int, UnitResult]:
    """Return the snapshot of published rows (saved or not); ``details`` are by unit id."""
    return {
        row.unit_id: UnitResult(
            row.unit_id,
            row.unit_name,
            {name: getattr(row, name) for name in COLUMNS},
            _leaves(details.get(row.unit_id, ())),
        )
        for row in results
    }


def _leaves(details):
    branches = {detail.parent_number for detail in details}
    return {
        detail.criterion_number: (detail.points, detail.max_points)
        for detail in details
        if detail.criterion_number not in branches
    }


def snapshot_of(edition) -> dict[int, UnitResult]:
    """Return the snapshot of a sealed edition; two queries."""
    return snapshots_of([edition])[edition.pk]


def snapshots_of(editions: Iterable) -> dict[int, dict[int, UnitResult]]:
    """Return the snapshot of each edition by its id; two queries, however many they are."""
    results, details = {edition.pk: [] for edition in editions}, {}
    rows = PublishedResult.objects.filter(edition__in=results).order_by("position")
    for row in rows:
        results[row.edition_id].append(row)
    points = PublishedPoints.objects.filter(result__edition__in=results).order_by("position")
    for row in points:
        details.setdefault(row.result_id, []).append(row)
    return {
        edition: snapshot(rows, {row.unit_id: details.get(row.pk, ()) for row in rows})
        for edition, rows in results.items()
    }


def as_json(taken: Snapshot) -> list[dict]:
    """Return a snapshot as JSON can hold it, numbers as text, to be read by `from_json`."""
    return [
        {
            "unit_id": row.unit_id,
            "unit_name": row.unit_name,
            "columns": {
                name: str(value) if name in _NUMBERS and value is not None else value
                for name, value in row.columns.items()
            },
            "leaves": {
                number: [None if value is None else str(value) for value in pair]
                for number, pair in row.leaves.items()
            },
        }
        for row in taken.values()
    ]


def from_json(rows: list[dict]) -> dict[int, UnitResult]:
    """Return the snapshot that `as_json` wrote."""
    return {
        row["unit_id"]: UnitResult(
            row["unit_id"],
            row["unit_name"],
            {
                name: Decimal(value) if name in _NUMBERS and value is not None else value
                for name, value in row["columns"].items()
            },
            {
                number: tuple(None if value is None else Decimal(value) for value in pair)
                for number, pair in row["leaves"].items()
            },
        )
        for row in rows
    }


@dataclass(frozen=True)
class Difference:
    """One number that is not what it was; ``criterion`` is "" for a column of the league table.

    ``what`` is a name of `COLUMNS`, or of a criterion "points" or "max_points". ``old`` is None
    too where the unit or the criterion was not there. The number of units in a class belongs to no
    unit: ``what`` is "count" then and ``criterion`` the class.
    """

    unit_id: int | None
    unit_name: str
    what: str
    criterion: str
    old: Value
    new: Value


def differences(old: Snapshot, new: Snapshot) -> list[Difference]:
    """Return every changed value: unit by unit as ``new`` has them, columns before criteria."""
    found = []
    for unit_id in [*new, *(key for key in old if key not in new)]:
        before, after = old.get(unit_id), new.get(unit_id)
        found += _of_unit(before, after)
    return found


def count_differences(old: Mapping[str, int], new: Mapping[str, int]) -> list[Difference]:
    """Return every changed number of units in a class; both map class name → number."""
    return [
        Difference(None, "", "count", name, old.get(name), new.get(name))
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    ]


def _of_unit(before, after):
    there = after or before
    found = []

    def note(what, criterion, old, new):
        # No class is no class, whether the row is there or not; 0 points are not no points.
        old, new = (None if value == "" else value for value in (old, new))
        if old != new:
            found.append(Difference(there.unit_id, there.unit_name, what, criterion, old, new))

    for name in COLUMNS:
        note(
            name,
            "",
            before.columns.get(name) if before else None,
            after.columns.get(name) if after else None,
        )
    old_leaves = before.leaves if before else {}
    new_leaves = after.leaves if after else {}
    for number in dict.fromkeys([*new_leaves, *old_leaves]):
        old_points, old_max = old_leaves.get(number, (None, None))
        new_points, new_max = new_leaves.get(number, (None, None))
        note("points", number, old_points, new_points)
        note("max_points", number, old_max, new_max)
    return found


@dataclass(frozen=True)
class Shift:
    """A unit whose rank or class changed, and the leaves whose points moved, most first.

    ``causes``: (leaf number, points gained or lost), of leaves whose maximum stayed the same, those
    of the direction of their sum first; ``gained`` is the sum of all of them, None where only one
    moved or none. ``others_moved`` says that its own points did not change at all: the others
    overtook it.
    """

    unit_id: int
    unit_name: str
    old_rank: int | None
    new_rank: int | None
    old_class: str
    new_class: str
    causes: tuple[tuple[str, Decimal], ...] = ()
    changed_maxima: tuple[str, ...] = ()
    gained: Decimal | None = None

    @property
    def others_moved(self) -> bool:
        return not self.causes and not self.changed_maxima


def shifts(
    old: Snapshot, new: Snapshot, *, same_unit: Mapping[int, int] | None = None, most: int = 3
) -> list[Shift]:
    """Return the units of ``new`` whose rank or class is not what it was, in their order.

    ``same_unit``: unit id → the id it had in ``old``, for a renamed unit. A unit without an
    earlier row is no shift. At most ``most`` causes are named.
    """
    same_unit = same_unit or {}
    found = []
    for unit_id, after in new.items():
        before = old.get(same_unit.get(unit_id, unit_id))
        if before is None:
            continue
        if (before.rank, before.class_name) == (after.rank, after.class_name):
            continue
        causes, maxima = _causes(before, after)
        found.append(
            Shift(
                unit_id,
                after.unit_name,
                before.rank,
                after.rank,
                before.class_name,
                after.class_name,
                causes[:most],
                maxima,
                sum(points for __, points in causes) if len(causes) > 1 else None,
            )
        )
    return found


def _causes(before, after):
    moved, maxima = [], []
    for number, (points, maximum) in after.leaves.items():
        old_points, old_maximum = before.leaves.get(number, (None, None))
        if maximum != old_maximum:
            maxima.append(number)
        elif None not in (points, old_points) and points != old_points:
            moved.append((number, points - old_points))
    gained = sum(points for __, points in moved)
    moved.sort(key=lambda pair: (pair[1] * gained < 0, -abs(pair[1]), pair[0]))
    return tuple(moved), tuple(maxima)
