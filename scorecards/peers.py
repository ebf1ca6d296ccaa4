"""How a unit stands among the units of its edition: medians, bests, and where points were lost.

Medians stay exact: PostgreSQL names the middle values, `calculation` takes their mean. Nothing
here looks across editions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Aggregate, Count, F, Max, Q, Value
from django.db.models.functions import Greatest

from scorecards import calculation
from scorecards.calculation import COUNTED
from scorecards.models.publication import PublishedPoints

MOST_LOSSES = 5


class LowerMiddle(Aggregate):
    """The middle of the values in order; of an even number the lower of the middle two."""

    function = "percentile_disc"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


class UpperMiddle(LowerMiddle):
    """The middle of the values in order; of an even number the upper of the middle two."""

    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s DESC)"


@dataclass(frozen=True)
class Group:
    """What the units of an edition have in one node of the tree; None where nothing is known.

    ``median`` and ``best`` are indexes in percent, ``median_lost`` is in points; units to which
    the node does not apply, or whose points are unknown, are left out.
    """

    median: Decimal | None
    best: Decimal | None
    median_lost: Decimal | None


@dataclass(frozen=True)
class Field:
    """One field of a unit beside its group; ``ahead`` are percentage points above the median."""

    number: str
    title: str
    index_percent: Decimal | None
    lost: Decimal | None
    max_points: Decimal | None
    median: Decimal | None
    best: Decimal | None
    ahead: Decimal | None


@dataclass(frozen=True)
class Loss:
    """A criterion on which a unit lost points, and the median of what its group lost there."""

    number: str
    title: str
    field_title: str
    points: Decimal
    max_points: Decimal
    lost: Decimal
    median_lost: Decimal | None


@dataclass(frozen=True)
class Profile:
    """A unit against its group: every field with an index, and the heaviest losses."""

    fields: tuple[Field, ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class Totals:
    """An edition as a whole: its units, how many are ranked, the median of a complete one."""

    units: int
    ranked: int
    median: Decimal | None


def totals(edition) -> Totals:
    """Return the units of an edition counted, and the median of their indexes; one query."""
    found = edition.results.aggregate(
        units=Count("pk"),
        ranked=Count("rank"),
        low=LowerMiddle("index_percent"),
        high=UpperMiddle("index_percent"),
    )
    middle = (found["low"], found["high"]) if edition.is_full else ()
    return Totals(
        found["units"], found["ranked"], calculation.median(middle, decimals=edition.decimals)
    )


def groups(edition, numbers: Iterable[str]) -> dict[str, Group]:
    """Return what the whole group has in the nodes ``numbers``; one query, however many units.

    Empty for an edition that is known in part: the median of a part is not that of the group.
    """
    numbers = list(numbers)
    if not edition.is_full or not numbers:
        return {}
    # What calculation.points_lost says, in SQL; GREATEST passes over the unknown.
    lost = Greatest(F("max_points") - F("points"), Value(Decimal(0)))
    applies = Q(max_points__gt=0, points__isnull=False)
    rows = (
        PublishedPoints.objects.filter(result__edition=edition, criterion_number__in=numbers)
        .order_by()
        .values("criterion_number")
        .annotate(
            low=LowerMiddle("index_percent"),
            high=UpperMiddle("index_percent"),
            best=Max("index_percent"),
            low_lost=LowerMiddle(lost, filter=applies),
            high_lost=UpperMiddle(lost, filter=applies),
        )
    )
    return {
        row["criterion_number"]: Group(
            calculation.median((row["low"], row["high"]), edition.decimals),
            row["best"],
            calculation.median((row["low_lost"], row["high_lost"]), edition.decimals),
        )
        for row in rows
    }


def groups_of_draft(edition, details: Mapping, numbers: Iterable[str]) -> dict[str, Group]:
    """Return the same of a draft, whose ``details`` by unit id lie in no table yet."""
    inside = defaultdict(list)
    for nodes in details.values():
        for node in nodes:
            inside[node.criterion_number].append(node)
    return {number: _group(inside[number], edition.decimals) for number in numbers}


def _group(nodes, decimals):
    indexes = [node.index_percent for node in nodes]
    lost = [calculation.points_lost(node.points, node.max_points) for node in nodes]
    return Group(
        calculation.median(indexes, decimals),
        max((index for index in indexes if index is not None), default=None),
        calculation.median(lost, decimals),
    )


def leaves(details: Sequence) -> list:
    """Return the nodes of a unit's tree that hold points themselves, in its order."""
    branches = {node.parent_number for node in details}
    return [node for node in details if node.criterion_number not in branches]


def fields(details: Sequence) -> list:
    """Return the fields of a unit: the first level of its tree, without bonus and penalty.

    None of an edition that holds the total alone: a tree of one leaf has nothing to set apart.
    """
    if len(leaves(details)) < 2:
        return []
    return [node for node in details if node.level == 1 and node.kind in COUNTED]


def profile(edition, details: Sequence) -> Profile | None:
    """Return how a unit stands against its group, from its sealed ``details``; one query.

    None where nothing can be said: the edition is known in part or holds totals alone, or nothing
    of the unit was published.
    """
    if not edition.is_full or not _has_something_to_say(details):
        return None
    numbers = _numbers(details)
    return _profile(details, groups(edition, numbers))


def profile_of_draft(edition, details: Mapping[int, Sequence], unit_id: int) -> Profile | None:
    """Return the same of a draft, from the ``details`` of all its units by unit id; no query."""
    own = details[unit_id]
    if not edition.is_full or not _has_something_to_say(own):
        return None
    return _profile(own, groups_of_draft(edition, details, _numbers(own)))


def _has_something_to_say(details):
    return any(node.index_percent is not None for node in fields(details))


def _numbers(details):
    return {node.criterion_number for node in [*fields(details), *_losing(details)]}


def _profile(details, group_of):
    titles = {node.criterion_number: node.title for node in details}
    return Profile(
        fields=tuple(_field(node, group_of) for node in fields(details)),
        losses=tuple(_loss(node, group_of, titles) for node in _losing(details)),
    )


NOBODY = Group(None, None, None)


def _field(node, group_of):
    group = group_of.get(node.criterion_number, NOBODY)
    return Field(
        number=node.criterion_number,
        title=node.title,
        index_percent=node.index_percent,
        lost=calculation.points_lost(node.points, node.max_points),
        max_points=node.max_points,
        median=group.median,
        best=group.best,
        ahead=calculation.ahead(node.index_percent, group.median),
    )


def _loss(node, group_of, titles):
    return Loss(
        number=node.criterion_number,
        title=node.title,
        field_title=titles.get(node.criterion_number.split(".")[0], ""),
        points=node.points,
        max_points=node.max_points,
        lost=calculation.points_lost(node.points, node.max_points),
        median_lost=group_of.get(node.criterion_number, NOBODY).median_lost,
    )


def _losing(details):
    """Return the leaves on which most points were lost: the heaviest first, then as they stand.

    What does not apply, was not published or is bonus or penalty loses nothing.
    """
    lost = {
        node.criterion_number: calculation.points_lost(node.points, node.max_points)
        for node in leaves(details)
        if node.kind in COUNTED
    }
    losing = [node for node in details if lost.get(node.criterion_number)]
    return sorted(losing, key=lambda node: -lost[node.criterion_number])[:MOST_LOSSES]
