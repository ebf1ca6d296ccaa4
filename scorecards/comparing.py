"""Units side by side: which edition holds them, whom that leaves out and why, their points.

Units are compared within one edition only, which is one group in one year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scorecards import peers
from scorecards.models.publication import Edition, PublishedPoints, PublishedResult

MOST_UNITS = 4


@dataclass(frozen=True)
class Listed:
    """A current edition that has rows: its year and group, ``position`` in the order of groups."""

    pk: int
    year: int
    group: str
    group_name: str
    position: int


@dataclass(frozen=True)
class Appearance:
    """A unit, by its address word, in the edition ``edition`` (its pk)."""

    unit: str
    edition: int


@dataclass(frozen=True)
class LeftOut:
    """A unit that was asked for and is not compared, and why.

    ``where``: its years in the group shown (other_year), or its groups (other_group).
    """

    name: str
    why: Literal["unknown", "beyond_four", "unpublished", "other_group", "other_year"]
    where: tuple = ()


@dataclass(frozen=True)
class Choice:
    """What a question comes to; ``edition`` is None only where nothing was ever published.

    ``units`` are address words in the order asked. ``repeated`` are names asked for twice.
    ``nothing_there`` says that the year or the group asked for has no edition, so that another
    one stands in.
    """

    edition: Listed | None
    units: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    repeated: tuple[str, ...] = ()
    nothing_there: bool = False


def listed(authority) -> list[Listed]:
    """Return the editions of an authority in which units can be compared, the newest first."""
    rows = (
        Edition.objects.current()
        .filter(framework__group__authority=authority, framework__round=0)
        .exclude(completeness=Edition.Completeness.COUNTS)
        .order_by("-framework__year", "framework__group__position", "pk")
    )
    return [
        Listed(*row)
        for row in rows.values_list(
            "pk",
            "framework__year",
            "framework__group__slug",
            "framework__group__name",
            "framework__group__position",
        )
    ]


def appearances(authority, units: Iterable[str], editions: Iterable[Listed]) -> list[Appearance]:
    """Return where units, by address word, appear among ``editions``."""
    rows = PublishedResult.objects.filter(
        unit__authority=authority,
        unit__slug__in=list(units),
        edition__in=[edition.pk for edition in editions],
    )
    return [Appearance(*row) for row in rows.values_list("unit__slug", "edition").order_by("pk")]


def choose(
    asked: Sequence[str],
    *,
    names: Mapping[str, str],
    appearances: Iterable[Appearance],
    editions: Sequence[Listed],
    year: int | None = None,
    group: str = "",
) -> Choice:
    """Return the edition that holds most of the units asked for, and who is left out.

    ``names``: address word → name of every unit that exists. Of editions that hold equally many,
    the one with the unit named first is taken, then the newest, then the first group. ``year`` and
    ``group`` narrow the choice where they can.
    """
    distinct = list(dict.fromkeys(asked))
    existing = [unit for unit in distinct if unit in names]
    kept = existing[:MOST_UNITS]
    left_out = [LeftOut(unit, "unknown") for unit in distinct if unit not in names]
    left_out += [LeftOut(names[unit], "beyond_four") for unit in existing[MOST_UNITS:]]
    repeated = tuple(names[unit] for unit in existing if asked.count(unit) > 1)
    if not editions:
        left_out += [LeftOut(names[unit], "unpublished") for unit in kept]
        return Choice(None, left_out=tuple(left_out), repeated=repeated)

    holding = {edition.pk: set() for edition in editions}
    for row in appearances:
        holding[row.edition].add(row.unit)
    candidates = [
        edition
        for edition in editions
        if year in (None, edition.year) and group in ("", edition.group)
    ]
    nothing_there = not candidates
    same_group = [edition for edition in editions if edition.group == group]

    def fitness(edition):
        held = holding[edition.pk]
        return (
            len(held.intersection(kept)),
            bool(kept) and kept[0] in held,
            edition.year,
            -edition.position,
        )

    chosen = max(candidates or same_group or editions, key=fitness)
    units = tuple(unit for unit in kept if unit in holding[chosen.pk])
    left_out += [
        _left_out(names[unit], [one for one in editions if unit in holding[one.pk]], chosen)
        for unit in kept
        if unit not in units
    ]
    return Choice(chosen, units, tuple(left_out), repeated, nothing_there)


def _left_out(name, appears_in, chosen):
    if not appears_in:
        return LeftOut(name, "unpublished")
    years = sorted({one.year for one in appears_in if one.group == chosen.group})
    if years:
        return LeftOut(name, "other_year", tuple(years))
    return LeftOut(name, "other_group", tuple(dict.fromkeys(one.group_name for one in appears_in)))


@dataclass(frozen=True)
class Comparison:
    """Units of one edition side by side.

    ``results`` stand in the order asked. ``nodes``: one node of the tree for each number, in its
    order, for title and kind; ``points``: unit id → number → the unit's own node. ``groups``: what
    the whole group has in each field.
    """

    edition: Edition
    totals: peers.Totals
    results: tuple[PublishedResult, ...]
    nodes: tuple[PublishedPoints, ...]
    points: Mapping[int, Mapping[str, PublishedPoints]]
    groups: Mapping[str, peers.Group]

    @property
    def fields(self):
        """The first level of the tree, bonus and penalty too; none of an edition of totals."""
        if len(peers.leaves(self.nodes)) < 2:
            return ()
        return tuple(node for node in self.nodes if node.level == 1)

    @property
    def indexed(self):
        """The fields in which at least one unit has an index: what a chart can show."""
        return tuple(
            field
            for field in self.fields
            if any(
                node and node.index_percent is not None for node in self.of(field.criterion_number)
            )
        )

    def of(self, number: str) -> list:
        """Return each unit's node of that number, in the order of ``results``."""
        return [self.points[row.unit_id].get(number) for row in self.results]


def compare(edition, units: Sequence[str]) -> Comparison:
    """Return the units, by address word, as ``edition`` has them; a constant number of queries."""
    rows = {
        row.unit.slug: row
        for row in edition.results.filter(unit__slug__in=units).select_related("unit")
    }
    results = tuple(rows[unit] for unit in units if unit in rows)
    points, nodes = {row.unit_id: {} for row in results}, {}
    unit_of = {row.pk: row.unit_id for row in results}
    for node in PublishedPoints.objects.filter(result__in=results).order_by("position", "pk"):
        points[unit_of[node.result_id]][node.criterion_number] = node
        nodes.setdefault(node.criterion_number, node)
    tree = tuple(nodes.values())
    fields = [node.criterion_number for node in peers.fields(tree)]
    return Comparison(
        edition=edition,
        totals=peers.totals(edition),
        results=results,
        nodes=tree,
        points=points,
        groups=peers.groups(edition, fields),
    )
