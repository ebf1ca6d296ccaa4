"""Published results across years: who moved, and how a unit stood in its group.

Reads public editions only, and follows a unit through renames (`units.lineage`).
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import pandas as pd
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Aggregate, Count, Exists, OuterRef, Q, Sum

from scorecards import calculation
from scorecards.models.publication import (
    Edition,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
)
from units import lineage
from units.models import Succession, Unit


class Leader(NamedTuple):
    """A unit that came first, under its published name."""

    unit_name: str


@dataclass(frozen=True)
class Overview:
    """An edition in one line. ``mean`` and ``median`` (percent) are None unless it is complete."""

    edition: Edition
    units: int
    counts: list
    leaders: list[Leader]
    mean: Decimal | None
    median: Decimal | None


class Middle(Aggregate):
    """The value in the middle, counted from the top or from the bottom: of an even number of
    values the upper or the lower one of the two. PostgreSQL's median is a float, this is exact."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s %(direction)s)"
    allow_distinct = False


def overviews(editions) -> list[Overview]:
    """Return each edition's overview, in the order given; two queries, however many they are.

    The rows stay in the database: it adds up and picks out, exactly, what is told of them.
    """
    editions = list(editions)
    counts = defaultdict(list)
    for count in PublishedCount.objects.filter(edition__in=editions).order_by("position"):
        counts[count.edition_id].append(count)
    figures = {
        row["edition"]: row
        for row in PublishedResult.objects.filter(edition__in=editions)
        .order_by()
        .values("edition")
        .annotate(
            units=Count("pk"),
            known=Count("index_percent"),
            total=Sum("index_percent"),
            upper=Middle("index_percent", direction="DESC"),
            lower=Middle("index_percent", direction="ASC"),
            leaders=ArrayAgg("unit_name", filter=Q(rank=1), order_by="position"),
        )
    }
    return [_overview(edition, figures.get(edition.pk), counts[edition.pk]) for edition in editions]


def _overview(edition, figures, counts):
    if figures is None:
        units = sum(count.count for count in counts)
        return Overview(edition, units, counts, leaders=[], mean=None, median=None)
    complete = edition.is_full and figures["known"] > 0
    return Overview(
        edition=edition,
        units=figures["units"],
        counts=counts,
        leaders=[Leader(name) for name in figures["leaders"] or ()],
        mean=calculation.mean_of_total(figures["total"], figures["known"], edition.decimals)
        if complete
        else None,
        median=calculation.mean([figures["lower"], figures["upper"]], edition.decimals)
        if complete
        else None,
    )


class Move(NamedTuple):
    """A unit's rank the year before and the places gained since (negative: lost)."""

    previous_rank: int
    gained: int


def previous_edition(edition) -> Edition | None:
    """Return the current public edition of the same group one year earlier."""
    return (
        _previous_editions(edition)
        .select_related("framework__group__authority", "decision")
        .defer("canonical")
        .first()
    )


def _previous_editions(edition):
    return Edition.objects.current().filter(
        framework__group=edition.framework.group_id,
        framework__year=edition.framework.year - 1,
        framework__round=edition.framework.round,
    )


def moves(edition, results) -> dict[int, Move]:
    """Return how each unit's rank moved since the year before, by unit id.

    Only units ranked in both years appear, a renamed one being the same unit; a merged or newly
    founded one is not compared.
    """
    ranks_then = dict(
        PublishedResult.objects.filter(
            edition__in=_previous_editions(edition), rank__isnull=False
        ).values_list("unit_id", "rank")
    )
    if not ranks_then:
        return {}
    earlier = _earlier_ids(edition, results, ranks_then)
    found = {}
    for row in results:
        then = ranks_then.get(row.unit_id, ranks_then.get(earlier.get(row.unit_id)))
        if then is not None and row.rank is not None:
            found[row.unit_id] = Move(then, calculation.places_gained(then, row.rank))
    return found


def renamed_since(edition, results, previous) -> dict[int, int]:
    """Return the id under which ``previous`` knows each renamed unit of ``results``, by unit id."""
    known = set(previous.results.values_list("unit_id", flat=True))
    return _earlier_ids(edition, results, known)


def _earlier_ids(edition, results, known):
    unmatched = [row.unit_id for row in results if row.unit_id not in known]
    return _earlier_lives(edition.authority, unmatched) if unmatched else {}


def links_of(authority) -> list[lineage.Link]:
    """Return the recorded successions from, to and within ``authority``."""
    rows = Succession.objects.filter(
        Q(predecessor__authority=authority) | Q(successor__authority=authority)
    )
    return [
        lineage.Link(row.predecessor_id, row.successor_id, row.kind, row.share, row.on)
        for row in rows
    ]


def _earlier_lives(authority, unit_ids):
    """Return the unbroken earlier life of each unit that has one."""
    earlier = lineage.same_bodies(links_of(authority))
    return {unit_id: earlier[unit_id] for unit_id in unit_ids if unit_id in earlier}


def lives_of(unit) -> tuple[lineage.Life, ...]:
    """Return the lives that make one line with ``unit``, the earliest first, breaks marked."""
    links = links_of(unit.authority)
    linked = {pk for link in links for pk in (link.predecessor, link.successor)}
    names = dict(Unit.objects.filter(pk__in=linked).values_list("pk", "search_key"))
    return lineage.chain(links, unit.pk, names)


def unit_history(unit) -> pd.DataFrame:
    """Return a unit's published results through all its lives, one row a year, oldest first.

    Columns: ``year`` (int), ``group_slug``, ``group_name``, ``unit_slug``, ``unit_name``,
    ``index_percent``, ``group_median``, ``points`` and ``max_points`` (Decimal or None, as
    published), ``rank`` and ``ranked_units`` (int or None), ``class_name``, ``decimals``. What
    parts a year from the row before: ``break_before`` (True where the unit is not the same body),
    ``body_changed_on`` (the day of that act), ``criteria`` (int, those that hold points) and
    ``changed_criteria`` (int, those of them that are not comparable). Years without a public
    edition have no row. The median is that of complete editions only.
    """
    lives = {life.unit_id: life for life in lives_of(unit)}
    results = list(
        PublishedResult.objects.filter(
            unit__in=list(lives),
            edition__in=Edition.objects.current(),
            edition__framework__round=0,
        )
        .select_related("edition__framework__group", "unit")
        .defer("edition__canonical")
        .order_by("edition__framework__year")
    )
    figures = _figures_by_edition({row.edition_id for row in results})
    criteria_of = _criteria_by_result(results)
    rows = []
    for before, row in itertools.pairwise([None, *results]):
        edition = row.edition
        body_changed_on = _body_changed_on(lives, before, row)
        criteria, changed_criteria = criteria_of.get(row.pk, (0, 0))
        peers = figures[edition.pk] if edition.is_full else {}
        rows.append(
            {
                "year": edition.framework.year,
                "group_slug": edition.framework.group.slug,
                "group_name": edition.framework.group.name,
                "unit_slug": row.unit.slug,
                "unit_name": row.unit_name,
                "index_percent": row.index_percent,
                "group_median": calculation.mean(
                    [peers.get("lower"), peers.get("upper")], edition.decimals
                ),
                "points": row.points,
                "max_points": row.max_points,
                "rank": row.rank,
                "ranked_units": peers.get("ranked") or None,
                "class_name": row.class_name,
                "decimals": edition.decimals,
                "break_before": body_changed_on is not None,
                "body_changed_on": body_changed_on,
                "criteria": criteria,
                "changed_criteria": changed_criteria if before else 0,
            }
        )
    return pd.DataFrame(rows, columns=HISTORY_COLUMNS, dtype=object)


def _body_changed_on(lives, before, row):
    """Return the day since which the unit of ``row`` is not the body of the row before, or None.

    A life may begin broken, or take in others and give parts away while it goes on.
    """
    if before is None:
        return None
    life = lives[row.unit_id]
    if row.unit_id != before.unit_id and life.break_before:
        return life.since
    year_before, year = before.edition.framework.year, row.edition.framework.year
    return next((on for on in life.changed_on if year_before < on.year <= year), None)


def _criteria_by_result(results):
    """Return how many criteria hold points and how many of them changed, by result."""
    parts = PublishedPoints.objects.filter(
        result=OuterRef("result"), parent_number=OuterRef("criterion_number")
    )
    counted = (
        PublishedPoints.objects.filter(~Exists(parts), result__in=results)
        .order_by()
        .values("result")
        .annotate(criteria=Count("pk"), changed=Count("pk", filter=Q(comparable=False)))
    )
    return {row["result"]: (row["criteria"], row["changed"]) for row in counted}


HISTORY_COLUMNS = [
    "year",
    "group_slug",
    "group_name",
    "unit_slug",
    "unit_name",
    "index_percent",
    "group_median",
    "points",
    "max_points",
    "rank",
    "ranked_units",
    "class_name",
    "decimals",
    "break_before",
    "body_changed_on",
    "criteria",
    "changed_criteria",
]


def _figures_by_edition(edition_ids):
    """Return the middle of the indexes (one value or two) and the number of ranks, by edition id.

    The rows themselves, thousands in each of many years, stay in the database.
    """
    rows = PublishedResult.objects.filter(edition__in=edition_ids).order_by().values("edition")
    figures = rows.annotate(
        ranked=Count("rank"),
        upper=Middle("index_percent", direction="DESC"),
        lower=Middle("index_percent", direction="ASC"),
    )
    return {row["edition"]: row for row in figures}
