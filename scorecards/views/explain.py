"""The index explained to a citizen in two minutes, with one real result worked through."""

from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.shortcuts import render
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import calculation
from scorecards.models.publication import Edition, PublishedResult
from scorecards.views import trail

CANDIDATES = 20


@dataclass(frozen=True)
class Example:
    """A first place whose index, rank and class follow from what its edition shows."""

    result: PublishedResult
    edition: Edition
    ranked_units: int
    bands: list


@published
def explained(request):
    """Explain what the index is, how it comes about, and what it does not say."""
    example = _example()
    context = {
        "section": "explained",
        "example": example,
        "illustrative": bool(example and example.edition.illustrative),
        "crumbs": trail.to(trail.page(_("The index explained"))),
    }
    return render(request, "scorecards/explained.html", context)


def _example():
    """Return the newest first place that explains most, or None.

    Best is one whose maximum is not 100, so that points and index differ; a real one goes before
    an invented one. What its printed numbers do not prove is no example.
    """
    editions = Edition.objects.current().filter(
        framework__round=0,
        completeness=Edition.Completeness.FULL,
        ranked=True,
        classified_by="index",
    )
    firsts = (
        PublishedResult.objects.filter(
            edition__in=editions,
            rank=1,
            points__isnull=False,
            max_points__isnull=False,
            index_percent__isnull=False,
        )
        .exclude(class_name="")
        .select_related("unit", "edition__framework__group__authority", "edition__decision")
        .defer("edition__canonical")
        .order_by(
            "edition__illustrative",
            ExpressionWrapper(Q(max_points=100), output_field=BooleanField()),
            "-edition__framework__year",
            "edition__framework__group__authority__sort_key",
            "edition__framework__group__position",
            "position",
        )
    )
    first = next(filter(_is_proved, firsts[:CANDIDATES]), None)
    if first is None:
        return None
    return Example(
        result=first,
        edition=first.edition,
        ranked_units=first.edition.results.filter(rank__isnull=False).count(),
        bands=list(first.edition.bands.all()),
    )


def _is_proved(result):
    index = calculation.index_of(result.points, result.max_points)
    return index is not None and result.index_percent == calculation.half_up(
        index, result.edition.decimals
    )
