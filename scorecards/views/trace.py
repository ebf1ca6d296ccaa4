"""“Why this number?”: one criterion of one unit in one edition, from its points to their source.

Everything shown was frozen with the edition; no working score is read.
"""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import wording
from scorecards.models.publication import PublishedPoints, PublishedResult
from scorecards.tables.unit import detail_rows, detail_table
from scorecards.views import trail
from scorecards.views.files import edition_metadata, file_name, table_response
from scorecards.views.public import canonical_league_url, correction_of, edition_or_404, league_url


@dataclass(frozen=True)
class Trace:
    """One node of a unit's tree with its parts and the way up to the total.

    ``above`` are the branches that hold it, the nearest last; ``parts`` are empty for a leaf.
    """

    node: PublishedPoints
    above: tuple[PublishedPoints, ...]
    parts: tuple[PublishedPoints, ...]

    @property
    def is_leaf(self):
        return not self.parts


def trace_of(details, number) -> Trace | None:
    """Return the trace of criterion ``number`` among a unit's ``details``, or None."""
    by_number = {detail.criterion_number: detail for detail in details}
    node = by_number.get(number)
    if node is None:
        return None
    above, current = [], node
    while current := by_number.get(current.parent_number):
        above.append(current)
    parts = tuple(detail for detail in details if detail.parent_number == number)
    return Trace(node, tuple(reversed(above)), parts)


@published
def criterion_of_unit(request, authority, year, group, unit, number, version=None, suffix=None):
    """Show why one unit has these points on one criterion: stages, maximum, note, source."""
    edition = edition_or_404(authority, year, group, version)
    result = get_object_or_404(
        PublishedResult.objects.select_related("unit"), edition=edition, unit__slug=unit
    )
    trace = trace_of(list(result.details.all()), number)
    if trace is None:
        raise Http404(_("This edition has no criterion %(number)s.") % {"number": number})
    unit_url = f"{league_url(edition, version)}{unit}/"
    rows = detail_rows(trace.parts or [trace.node], edition, unit_url=unit_url)
    table = detail_table(rows)
    if suffix:
        name = file_name(authority, year, group, unit, number, f"v{edition.version}")
        metadata = {**edition_metadata(edition), "unit": unit, "unit_name": result.unit_name}
        return table_response(table, suffix, name, metadata)
    correction = correction_of(edition) if version else None
    context = {
        "authority": edition.authority,
        "section": "results",
        "edition": edition,
        "result": result,
        "trace": trace,
        "steps": wording.steps_of(trace.node, edition) if trace.is_leaf else [],
        "origin": wording.origin_of(trace.node) if trace.is_leaf else "",
        "table": table,
        "unit_url": unit_url,
        "criterion_url": f"{league_url(edition, version)}tieu-chi/{number}/",
        "method_url": reverse("method", args=[authority, year]),
        "illustrative": edition.illustrative,
        "correction": correction,
        "canonical": f"{canonical_league_url(edition, correction)}{unit}/{number}/",
        "file_url": f"{unit_url}{number}",
        "crumbs": trail.to(
            trail.authority(edition.authority),
            trail.year(edition.authority, year),
            trail.league(edition, league_url(edition, version)),
            (result.unit_name, unit_url),
            trail.page(number),
        ),
    }
    return render(request, "scorecards/criterion_of_unit.html", context)
