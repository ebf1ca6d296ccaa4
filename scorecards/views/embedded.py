"""Charts and tables of an edition inside the pages of other sites, without JavaScript."""

from csp.decorators import csp_replace
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt

from freshness.pages import published
from scorecards.views.public import edition_or_404, league_of

TABLE = "bang"


@published
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
def embedded(request, authority, year, group, version, slug):
    """Show one chart of a version of an edition, or its table, to be framed anywhere."""
    edition = edition_or_404(authority, year, group, version)
    league = league_of(edition, version)
    chart = None if slug == TABLE else league.chart(slug)
    if chart is None and slug != TABLE:
        raise Http404
    table = league.table() if chart is None else None
    if table is not None:
        table.turn_to(request.GET.get("trang"))
    context = {
        "edition": edition,
        "chart": chart,
        "table": table,
        "page_url": request.build_absolute_uri(league.page_url),
    }
    return render(request, "scorecards/embedded.html", context)
