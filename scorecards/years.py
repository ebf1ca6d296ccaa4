"""A group over its years: what was published each year, and what is not as it was the year before.

Reads public editions, and of their frameworks, which are locked, how much of the criteria stayed.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise

from django.db.models import F, Q, Sum

from scorecards import calculation
from scorecards.history import Overview
from scorecards.models.framework import Criterion
from scorecards.models.publication import PublishedBand
from units.models import Succession


@dataclass(frozen=True)
class Year:
    """One published year of a group beside the published year before it.

    ``units_before`` is None where there is none, or where it had as many units. ``reshaped`` says
    that units of this kind were merged, split or dissolved in between. ``same_points`` of the
    maximum ``whole`` are of criteria that the method declares comparable with the year before;
    both are None where the sources do not state the maxima.
    """

    overview: Overview
    units_before: int | None = None
    reshaped: bool = False
    bands_changed: bool = False
    criteria_changed: bool = False
    same_points: Decimal | None = None
    whole: Decimal | None = None

    @property
    def year(self) -> int:
        return self.overview.edition.year

    @property
    def parted(self) -> bool:
        """Whether too little of the criteria stayed to draw one line through both years."""
        if not self.criteria_changed or self.whole is None:
            return self.criteria_changed
        return not calculation.enough_in_common(self.same_points, self.whole)


def by_group(overviews) -> list[list[Year]]:
    """Return the years of each group, the earliest first; three queries, however many they are.

    ``overviews``: `scorecards.history.overviews` of one authority's current editions. Groups come
    in their own order.
    """
    overviews = sorted(
        overviews, key=lambda found: (_place(found.edition.group), found.edition.year)
    )
    if not overviews:
        return []
    editions = [overview.edition for overview in overviews]
    bands = _bands_of(editions)
    criteria = _criteria_of(editions)
    acts = _acts_of(editions[0].authority)
    groups = []
    for _group, of_one in groupby(overviews, key=lambda found: found.edition.group.pk):
        first, *later = list(of_one)
        years = [Year(first)]
        for before, after in pairwise([first, *later]):
            years.append(_compared(before, after, bands, criteria, acts))
        groups.append(years)
    return groups


def _place(group):
    return group.position, group.pk


def _compared(before, after, bands, criteria, acts):
    old, new = before.edition, after.edition
    stayed, whole = criteria.get(new.framework_id, (None, None))
    _stayed, whole_then = criteria.get(old.framework_id, (None, None))
    if whole is not None and whole_then is not None:
        whole = max(whole, whole_then)
    if new.year != old.year + 1:
        stayed = whole = None  # criteria are declared comparable with the year before alone
    return Year(
        after,
        units_before=before.units if before.units != after.units else None,
        reshaped=any((new.group.kind, year) in acts for year in range(old.year + 1, new.year + 1)),
        bands_changed=bands[old.pk] != bands[new.pk] and bool(bands[old.pk] and bands[new.pk]),
        criteria_changed=stayed != whole,
        same_points=stayed,
        whole=whole,
    )


def _bands_of(editions):
    """Return what the classes of each edition go by and their limits, by edition id."""
    bands = defaultdict(tuple)
    measure = {edition.pk: edition.classified_by for edition in editions}
    rows = PublishedBand.objects.filter(edition__in=editions).order_by("position")
    for edition, name, floor, inclusive in rows.values_list(
        "edition", "name", "floor", "inclusive"
    ):
        bands[edition] += ((measure[edition], name, floor, inclusive),)
    return bands


def _criteria_of(editions):
    """Return (points that stayed comparable, maximum) of the criteria of each framework, by id."""
    leaves = Criterion.objects.leaves().filter(
        framework__in=[edition.framework_id for edition in editions],
        kind__in=calculation.COUNTED,
    )
    same = Q(comparable=True) & (Q(previous__isnull=True) | Q(previous__max_points=F("max_points")))
    rows = (
        leaves.order_by()
        .values("framework")
        .annotate(whole=Sum("max_points"), stayed=Sum("max_points", filter=same))
    )
    return {
        row["framework"]: (row["stayed"] or _none_of(row["whole"]), row["whole"]) for row in rows
    }


def _none_of(whole):
    return None if whole is None else Decimal(0)


def _acts_of(authority):
    """Return the (kind of units, year) in which units of an authority became others."""
    acts = Succession.objects.filter(predecessor__authority=authority).filter(
        kind__in=["merge", "split", "dissolve"]
    )
    return set(acts.order_by().values_list("predecessor__kind", "on__year").distinct())
