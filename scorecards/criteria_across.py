"""One criterion, or all fields, across the units of an edition; compared with the year before.

Reads public editions only. Units to which a criterion does not apply stand apart and are in no
count. A change is told where the criterion, the unit and the maximum are the same, else why not.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from scorecards import calculation, history
from scorecards.calculation import ADJUSTING, COUNTED
from scorecards.models.framework import Criterion
from scorecards.models.publication import Edition, PublishedPoints

Break = Literal["", "no_edition", "new", "not_comparable", "other_maximum"]
NoChange = Literal["", "other_unit", "other_maximum", "excluded_then", "unknown"]


class Node(NamedTuple):
    """One node of an edition's tree."""

    number: str
    parent_number: str
    level: int
    title: str
    kind: str

    @property
    def adjusts(self) -> bool:
        """Whether it adds to or takes from the points, without a share of a maximum."""
        return self.kind in ADJUSTING


class _Row(NamedTuple):
    unit_id: int
    unit: str
    unit_name: str
    sort_key: str
    position: int
    rank: int | None
    points: Decimal | None
    max_points: Decimal | None
    share: Decimal | None
    reason: str
    comparable: bool


@dataclass(frozen=True)
class Mark:
    """What one unit has on the criterion; ``share`` is percent of its own maximum, as published.

    ``standing``: `calculation.standing_of`, of bonus and penalty `calculation.adjustment_of`.
    ``change`` (points since the year before) is None where ``no_change`` says why.
    """

    unit_id: int
    unit: str
    unit_name: str
    sort_key: str
    position: int
    rank: int | None
    points: Decimal | None
    max_points: Decimal | None
    share: Decimal | None
    reason: str
    standing: calculation.Standing | calculation.Adjustment
    then: Decimal | None
    change: Decimal | None
    no_change: NoChange


@dataclass(frozen=True)
class CriterionAcross:
    """One criterion of an edition with its place in the tree and what every unit has on it.

    ``marks`` are the units to which it applies, the highest share first, equals as printed;
    ``excluded`` are the others. ``break_`` says why nothing compares with ``year_before``.
    """

    edition: Edition
    node: Node
    above: tuple[Node, ...]
    parts: tuple[Node, ...]
    before: Node | None
    after: Node | None
    has_fields: bool
    marks: list[Mark]
    excluded: list[Mark]
    year_before: int
    break_: Break

    @property
    def kind(self) -> str:
        return Criterion.Kind(self.node.kind).label

    @property
    def is_whole(self) -> bool:
        """Whether the edition holds the total alone, and this is it."""
        neighbours = (*self.above, *self.parts, self.before, self.after)
        return not any(neighbours)

    def standing(self, standing: str) -> list[Mark]:
        """Return the marks that stand so, in their order."""
        return [mark for mark in self.marks if mark.standing == standing]

    @cached_property
    def known(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.standing != "unknown"]

    @cached_property
    def median(self) -> Decimal | None:
        """The median share in percent; None of an edition that is known in part."""
        if not self.edition.is_full:
            return None
        return calculation.median((mark.share for mark in self.marks), self.edition.decimals)

    @property
    def maxima(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and the highest maximum that applies to a unit; None if none is known."""
        known = {mark.max_points for mark in self.marks if mark.max_points}
        return (min(known), max(known)) if known else None

    @cached_property
    def spread(self) -> list[tuple[str, int]]:
        """How many units stand where, as (standing, units), the most points first.

        "part" is told by quarters of the scale, "part-3" being from 75 % upwards; those without
        data come last, and only if there are any.
        """
        if self.node.adjusts:
            counts = Counter(mark.standing for mark in self.marks)
            return [(name, counts[name]) for name in ("gained", "lost", "even")]
        counts = Counter(map(_stretch, self.marks))
        names = ["full", "part-3", "part-2", "part-1", "part-0", "zero"]
        return [
            (name, counts[name]) for name in [*names, *(["unknown"] if counts["unknown"] else [])]
        ]

    @cached_property
    def changed(self) -> list[Mark]:
        """The marks that can be compared with the year before, the most gained first."""
        found = [mark for mark in self.marks if mark.change is not None]
        return sorted(found, key=lambda mark: (-mark.change, mark.position))


def _stretch(mark: Mark) -> str:
    if mark.standing != "part":
        return mark.standing
    return f"part-{calculation.quarter_of(mark.share)}" if mark.share is not None else "unknown"


def tree_of(edition, **wanted) -> list[Node]:
    """Return the nodes of the edition's tree in its order; they are the same for every unit.

    ``wanted`` narrows them, such as to ``level=1``.
    """
    first = edition.results.order_by("position").values("pk")[:1]
    rows = PublishedPoints.objects.filter(result__in=first, **wanted).order_by("position")
    return list(map(Node._make, rows.values_list("criterion_number", *Node._fields[1:])))


def fields_of(nodes: Sequence[Node]) -> list[Node]:
    """Return the fields among the nodes of a tree: its first level, without bonus and penalty.

    Empty where there are not two, as where the source gives the total alone.
    """
    fields = [node for node in nodes if node.level == 1 and node.kind in COUNTED]
    return fields if len(fields) > 1 else []


def criterion_across(edition, number) -> CriterionAcross | None:
    """Return criterion ``number`` across the units of ``edition``; None if there is no such one."""
    nodes = tree_of(edition)
    by_number = {node.number: node for node in nodes}
    node = by_number.get(number)
    if node is None:
        return None
    rows = _rows_of(edition, number)
    parts = tuple(other for other in nodes if other.parent_number == number)
    previous = history.previous_edition(edition)
    break_, then = _points_then(previous, edition, node, rows)
    same_unit = history.renamed_since(edition, rows, previous) if then else {}
    marks = [_mark(row, node, bool(parts), then, same_unit, break_) for row in rows]
    excluded = [mark for mark in marks if mark.standing == "excluded"]
    if {mark.no_change for mark in marks if mark.standing != "excluded"} == {"other_maximum"}:
        break_ = "other_maximum"
    siblings = [other for other in nodes if other.parent_number == node.parent_number]
    place = siblings.index(node)
    return CriterionAcross(
        edition=edition,
        node=node,
        above=_above(node, by_number),
        parts=parts,
        before=siblings[place - 1] if place else None,
        after=siblings[place + 1] if place + 1 < len(siblings) else None,
        has_fields=bool(fields_of(nodes)),
        marks=sorted(
            (mark for mark in marks if mark.standing != "excluded"), key=_highest_share_first
        ),
        excluded=_with_reasons(excluded, edition, number) if parts else excluded,
        year_before=edition.year - 1,
        break_=break_,
    )


def _rows_of(edition, number):
    rows = PublishedPoints.objects.filter(result__edition=edition, criterion_number=number)
    return list(
        map(
            _Row._make,
            rows.order_by("result__position").values_list(
                "result__unit",
                "result__unit__slug",
                "result__unit_name",
                "result__unit__sort_key",
                "result__position",
                "result__rank",
                "points",
                "max_points",
                "index_percent",
                "reason",
                "comparable",
            ),
        )
    )


def _points_then(previous, edition, node, rows):
    """Return why the criterion has no year before, or its (points, maximum) then by unit id.

    Where the framework names the criterion of the year before, that one is taken; where it names
    none at all, the one of the same number.
    """
    if previous is None:
        return "no_edition", {}
    if not all(row.comparable for row in rows):
        return "not_comparable", {}
    named = dict(
        Criterion.objects.filter(
            framework=edition.framework_id, previous__framework=previous.framework_id
        ).values_list("number", "previous__number")
    )
    number = named.get(node.number) if named else node.number
    found = PublishedPoints.objects.filter(result__edition=previous, criterion_number=number)
    then = {
        unit_id: (points, maximum)
        for unit_id, points, maximum in found.order_by().values_list(
            "result__unit", "points", "max_points"
        )
    }
    return ("", then) if then else ("new", {})


def _mark(row, node, is_branch, then, same_unit, break_):
    before, maximum = then.get(row.unit_id, then.get(same_unit.get(row.unit_id), (None, None)))
    known_then = row.unit_id in then or same_unit.get(row.unit_id) in then
    change = calculation.change(before, row.points)
    no_change = "" if break_ else _why_not(row, known_then, before, maximum)
    if node.adjusts and (is_branch or row.max_points != 0):
        standing = calculation.adjustment_of(row.points)
    else:
        standing = calculation.standing_of(row.points, row.max_points)
    return Mark(
        unit_id=row.unit_id,
        unit=row.unit,
        unit_name=row.unit_name,
        sort_key=row.sort_key,
        position=row.position,
        rank=row.rank,
        points=row.points,
        # The branch of bonus and penalty has no maximum of its own: what counts there sums to 0.
        max_points=None if node.adjusts and is_branch else row.max_points,
        share=row.share,
        reason=row.reason,
        standing=standing,
        then=None if no_change else before,
        change=None if no_change else change,
        no_change=no_change,
    )


def _why_not(row, known_then, points, maximum) -> NoChange:
    if not known_then:
        return "other_unit"
    if maximum != row.max_points:
        return "excluded_then" if maximum == 0 else "other_maximum"
    return "unknown" if points is None or row.points is None else ""


def _highest_share_first(mark):
    """Sort by share, where there is none by points; the unknown last, equals as printed."""
    value = mark.points if mark.share is None else mark.share
    return (value is None, mark.share is None, -(value or 0), mark.position)


def _above(node, by_number):
    found = []
    while node := by_number.get(node.parent_number):
        found.append(node)
    return tuple(reversed(found))


def _with_reasons(marks, edition, number):
    """Give each mark of a branch the reasons that stand with its leaves."""
    if not marks:
        return marks
    rows = (
        PublishedPoints.objects.filter(
            result__edition=edition,
            result__unit__in=[mark.unit_id for mark in marks],
            criterion_number__startswith=f"{number}.",
        )
        .exclude(reason="")
        .order_by("position")
        .values_list("result__unit", "reason")
    )
    reasons = defaultdict(dict)
    for unit_id, reason in rows:
        reasons[unit_id][reason] = True
    return [
        Mark(**{**vars(mark), "reason": mark.reason or "; ".join(reasons[mark.unit_id])})
        for mark in marks
    ]


@dataclass(frozen=True)
class FieldOfUnit:
    """One unit in one field: the index in percent as published, or why there is none."""

    index_percent: Decimal | None
    excluded: bool


@dataclass(frozen=True)
class UnitAcross:
    """One unit with its fields by number, in the order of the edition."""

    unit: str
    unit_name: str
    sort_key: str
    rank: int | None
    index_percent: Decimal | None
    fields: dict[str, FieldOfUnit]


@dataclass(frozen=True)
class FieldAcross:
    """A field with its lowest, median and highest index among ``units`` units, in percent.

    ``median`` is None of an edition that is known in part; all three where no index is known.
    """

    node: Node
    units: int
    lowest: Decimal | None
    median: Decimal | None
    highest: Decimal | None


@dataclass(frozen=True)
class FieldsAcross:
    """The fields of an edition across its units, as printed."""

    edition: Edition
    fields: list[FieldAcross]
    units: list[UnitAcross]


def fields_across(edition) -> FieldsAcross | None:
    """Return every field of ``edition`` across its units; None where it has no fields."""
    nodes = fields_of(tree_of(edition, level=1))
    if not nodes:
        return None
    cells = defaultdict(dict)
    rows = PublishedPoints.objects.filter(
        result__edition=edition, criterion_number__in=[node.number for node in nodes]
    )
    for result_id, number, index, maximum in rows.order_by().values_list(
        "result", "criterion_number", "index_percent", "max_points"
    ):
        cells[result_id][number] = FieldOfUnit(index, excluded=maximum == 0)
    units = [
        UnitAcross(*row, fields=cells[result_id])
        for result_id, *row in edition.results.order_by("position").values_list(
            "pk", "unit__slug", "unit_name", "unit__sort_key", "rank", "index_percent"
        )
    ]
    return FieldsAcross(edition, [_field(edition, node, units) for node in nodes], units)


def _field(edition, node, units):
    cells = [unit.fields[node.number] for unit in units]
    indexes = [cell.index_percent for cell in cells if cell.index_percent is not None]
    return FieldAcross(
        node=node,
        units=sum(not cell.excluded for cell in cells),
        lowest=min(indexes, default=None),
        median=calculation.median(indexes, edition.decimals) if edition.is_full else None,
        highest=max(indexes, default=None),
    )
