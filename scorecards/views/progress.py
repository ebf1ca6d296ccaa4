"""Most improved by a stated rule: two years of a group on the criteria they share."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import calculation, progress, progress_in_words, wording
from scorecards.charts.slope import slope_chart
from scorecards.tables.base import columns_without_values
from scorecards.tables.progress import ProgressTable, progress_rows
from scorecards.views import trail
from scorecards.views.files import chart_response, edition_metadata, file_name, table_response
from scorecards.views.public import edition_or_404, league_url

MOST_LEFT_OUT = 50  # named on the page; the files name them all


@published
def most_improved(request, authority, year, group, suffix=None):
    """Show who improved most since the year before, by the rule that the page states."""
    edition = edition_or_404(authority, year, group)
    comparison = progress.compare(edition)
    if suffix:
        name = file_name(authority, year, group, "tien-bo", f"v{edition.version}")
        everybody = [*comparison.compared, *comparison.left_out]
        return table_response(_table(everybody, comparison), suffix, name, _about(comparison))
    page_url = reverse("most_improved", args=[authority, year, group])
    table = _table(comparison.compared, comparison)
    table.turn_to(request.GET.get("trang"))
    left_out = [unit for unit in comparison.left_out if unit.reason]
    context = {
        "authority": edition.authority,
        "section": "results",
        "edition": edition,
        "comparison": comparison,
        "before": year - 1,
        "why_not": progress_in_words.why_not_compared(comparison) if comparison.reason else "",
        "finding": "" if comparison.reason else progress_in_words.progress_finding(comparison),
        "common": "" if comparison.reason else progress_in_words.common_in_words(comparison),
        "rule": progress_in_words.rule_of_progress(comparison),
        "table": table,
        "left_out": [
            (unit.row.unit_name, progress_in_words.why_unit_is_not_compared(unit, comparison))
            for unit in left_out[:MOST_LEFT_OUT]
        ],
        "more_left_out": len(left_out[MOST_LEFT_OUT:]),
        "chart": _slope(comparison),
        "chart_url": f"{page_url}bieu-do/",
        "file_url": page_url.rstrip("/"),
        "illustrative": edition.illustrative,
        "crumbs": trail.to(
            trail.authority(edition.authority),
            trail.year(edition.authority, year),
            trail.league(edition, league_url(edition, None)),
            trail.page(_("Most improved")),
        ),
    }
    return render(request, "scorecards/most_improved.html", context)


def _table(units, comparison):
    page = league_url(comparison.edition, None)
    rows = progress_rows(units, comparison, unit_url=lambda slug: f"{page}{slug}/")
    return ProgressTable(
        rows,
        hide=columns_without_values(rows, ["place", "common_points", "rank_now", "class_now"]),
        caption=_(
            "Index on the criteria that both years share, by improvement; rank and class: the year "
            "before → this year."
        ),
    )


def _about(comparison):
    """Return what the JSON file says of the comparison."""
    previous = comparison.previous
    return {
        **edition_metadata(comparison.edition),
        "compared_with": previous and previous.year,
        "compared_with_version": previous and previous.version,
        "compared_with_digest": previous and previous.digest,
        "comparable": not comparison.reason,
        "why_not_comparable": progress_in_words.why_not_compared(comparison)
        if comparison.reason
        else None,
        "rule": progress_in_words.rule_of_progress(comparison),
    }


def _slope(comparison):
    """Return the chart of the ranks of both years; None where no unit was ranked in both."""
    units = comparison.ranked_twice
    if not units:
        return None
    edition = comparison.edition
    return slope_chart(
        [
            {
                "unit_name": unit.now.unit_name,
                "rank_then": unit.then.rank,
                "rank_now": unit.now.rank,
                "position_then": unit.then.position,
                "position_now": unit.now.position,
                "gained": calculation.places_gained(unit.then.rank, unit.now.rank),
            }
            for unit in units
        ],
        group_name=edition.group.name,
        years=(comparison.previous.year, edition.year),
        source=wording.source_of_both(comparison.previous, edition),
        illustrative=edition.illustrative,
    )


@published
def slope(request, authority, year, group, slug, suffix):
    """Return the chart of the ranks of two years as a picture or as its figure."""
    comparison = progress.compare(edition_or_404(authority, year, group))
    if slug != "thu-hang":
        raise Http404
    return chart_response(_slope(comparison), suffix)
