"""The same pages over drafts: for signed-in officials of the authority, marked, never cached."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from scorecards import history, peers, wording
from scorecards.models.framework import Framework
from scorecards.rehearsing import rehearse
from scorecards.tables.league import lines_of
from scorecards.tables.unit import detail_rows, detail_table
from scorecards.views import profile, trail
from scorecards.views.files import chart_response, file_name, table_response
from scorecards.views.league import League, query_of
from units.models import Authority


def for_officials(view):
    """Let in signed-in people who may read the drafts of the authority in the address.

    Anybody else gets 404: the page does not say whether a draft exists.
    """

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request, authority, **kwargs):
        authority = get_object_or_404(Authority, slug=authority)
        if not request.user.can_read_drafts(authority):
            raise Http404
        return view(request, authority, **kwargs)

    return guarded


@never_cache
@login_required
def drafts(request):
    """List the frameworks in work that the reader may see."""
    frameworks = (
        Framework.objects.exclude(state=Framework.State.SEALED)
        .filter(round=0)
        .select_related("group__authority")
        .in_order()
    )
    seen = [row for row in frameworks if request.user.can_read_drafts(row.authority)]
    context = {
        "frameworks": seen,
        "section": "drafts",
        "crumbs": trail.to(trail.page(_("Drafts"))),
    }
    return render(request, "scorecards/drafts.html", context)


def _rehearsal_or_404(authority, year, group):
    framework = get_object_or_404(
        Framework.objects.exclude(state=Framework.State.SEALED).select_related("group__authority"),
        group__authority=authority,
        group__slug=group,
        year=year,
        round=0,
    )
    return rehearse(framework)


def _league(rehearsal):
    edition = rehearsal.edition
    return League(
        edition=edition,
        results=lines_of(rehearsal.results),
        bands=rehearsal.bands,
        counts=rehearsal.counts,
        moves=history.moves(edition, rehearsal.results) if edition.ranked else {},
        page_url=_draft_url(edition),
    )


def _draft_url(edition):
    address = [edition.authority.slug, edition.year, edition.group.slug]
    return reverse("draft_league_table", args=address)


@for_officials
def league_table(request, authority, year, group, suffix=None):
    """Show the ranking as it would be published now."""
    rehearsal = _rehearsal_or_404(authority, year, group)
    league = _league(rehearsal)
    if suffix:
        name = file_name("ban-nhap", authority.slug, year, group)
        return table_response(league.table(), suffix, name, {"draft": True})
    context = {
        **league.context(query_of(request)),
        "findings": rehearsal.findings,
        "correction": None,
        "crumbs": trail.to(trail.drafts(), trail.page(str(rehearsal.framework))),
    }
    return render(request, "scorecards/league_table.html", context)


@for_officials
def chart(request, authority, year, group, slug, suffix):
    """Return one chart of a draft."""
    return chart_response(_league(_rehearsal_or_404(authority, year, group)).chart(slug), suffix)


@for_officials
def unit_in_edition(request, authority, year, group, unit, suffix=None):
    """Show one unit's points as they stand now."""
    rehearsal = _rehearsal_or_404(authority, year, group)
    result = _result_or_404(rehearsal, unit)
    edition = rehearsal.edition
    table = detail_table(detail_rows(rehearsal.details[result.unit_id], edition))
    if suffix:
        name = file_name("ban-nhap", authority.slug, year, group, unit)
        return table_response(table, suffix, name, {"draft": True})
    context = {
        "authority": authority,
        "section": "results",
        "edition": edition,
        "result": result,
        "table": table,
        "league_url": _draft_url(edition),
        "illustrative": edition.illustrative,
        "draft": True,
        "correction": None,
        "ranked_units": sum(row.rank is not None for row in rehearsal.results),
        "inferred": any(band.inferred for band in rehearsal.bands),
        "left_out": wording.left_out(rehearsal.details[result.unit_id], edition),
        "file_url": f"{_draft_url(edition)}{unit}",
        **profile.context(
            edition, result, _profile(rehearsal, result), page_url=f"{_draft_url(edition)}{unit}/"
        ),
        "crumbs": trail.to(
            trail.drafts(),
            trail.league(edition, _draft_url(edition)),
            trail.page(result.unit_name),
        ),
    }
    return render(request, "scorecards/unit_in_edition.html", context)


def _result_or_404(rehearsal, unit):
    results = [row for row in rehearsal.results if row.unit.slug == unit]
    if not results:
        raise Http404
    return results[0]


def _profile(rehearsal, result):
    return peers.profile_of_draft(rehearsal.edition, rehearsal.details, result.unit_id)


@for_officials
def unit_chart(request, authority, year, group, unit, slug, suffix):
    """Return the chart of a unit against its group, as they stand now."""
    rehearsal = _rehearsal_or_404(authority, year, group)
    result = _result_or_404(rehearsal, unit)
    chart = profile.chart_of(rehearsal.edition, result, _profile(rehearsal, result))
    if chart is None or chart.slug != slug:
        raise Http404
    return chart_response(chart, suffix)
