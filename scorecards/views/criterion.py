"""One criterion, or all fields, across the units of a published edition."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import criteria_in_words, wording
from scorecards.charts.criterion import spread_chart
from scorecards.charts.fields import fields_chart
from scorecards.criteria_across import criterion_across, fields_across
from scorecards.tables.criterion import criterion_rows, criterion_table
from scorecards.tables.fields import field_table, heat_rows, heat_table
from scorecards.views import trail
from scorecards.views.files import chart_response, edition_metadata, file_name, table_response
from scorecards.views.league import query_of
from scorecards.views.public import correction_of, edition_or_404, league_url
from units.vietnamese import fold


@published
def criterion(request, authority, year, group, number, version=None, suffix=None):
    """Show one criterion across the units: how many have how much, who changed, who is left out."""
    edition = edition_or_404(authority, year, group, version)
    across = _criterion_or_404(edition, number)
    league = league_url(edition, version)
    rows = criterion_rows(across, unit_url=lambda unit: f"{league}{unit}/{number}/")
    if suffix:
        name = file_name(authority, year, group, "tieu-chi", number, f"v{edition.version}")
        metadata = {**edition_metadata(edition), "number": number, "criterion": across.node.title}
        return table_response(criterion_table(across, rows), suffix, name, metadata)
    query = query_of(request)
    applied = [row for row in rows if row["applies"]]
    table = criterion_table(across, _matching(applied, query), order_by=query.sort or None)
    page_url = f"{league}tieu-chi/{number}/"
    context = {
        **_of_edition(edition, version, page_url),
        "across": across,
        "finding": criteria_in_words.finding(across),
        "changes": criteria_in_words.changes(across),
        "why_not_compared": criteria_in_words.why_not_compared(across),
        "maximum": criteria_in_words.maximum(across),
        **_searched(table, request, query, len(applied)),
        "chart": _spread(across),
        "named": _named(across),
        "criteria_url": f"{league}tieu-chi/",
        "crumbs": _crumbs(
            edition,
            league,
            *((node.number, f"{league}tieu-chi/{node.number}/") for node in across.above),
            trail.page(number),
        ),
    }
    return render(request, "scorecards/criterion.html", context)


@published
def criterion_chart(request, authority, year, group, number, slug, suffix, version=None):
    """Return the chart of a criterion across the units."""
    across = _criterion_or_404(edition_or_404(authority, year, group, version), number)
    chart = _spread(across)
    return chart_response(chart if slug == chart.slug else None, suffix)


def _criterion_or_404(edition, number):
    across = criterion_across(edition, number)
    if across is None:
        raise Http404(_("This edition has no criterion %(number)s.") % {"number": number})
    return across


def _spread(across):
    edition, node = across.edition, across.node
    return spread_chart(
        across.spread,
        title=_("%(number)s. %(title)s: %(group)s, %(year)s")
        % {
            "number": node.number,
            "title": node.title,
            "group": edition.group.name,
            "year": edition.year,
        },
        source=wording.source_line(edition),
        illustrative=edition.illustrative,
    )


def _named(across):
    """Return the lists of names of the page as (heading, marks), the empty ones left out."""
    lists = [
        (_("Full marks"), across.standing("full")),
        (_("No points"), across.standing("zero")),
        (_("Got points"), across.standing("gained")),
        (_("Lost points"), across.standing("lost")),
    ]
    return [(heading, marks) for heading, marks in lists if marks]


@published
def fields(request, authority, year, group, version=None, suffix=None):
    """Show the fields across the units: every unit's index in each, the median of each."""
    edition = edition_or_404(authority, year, group, version)
    across = _fields_or_404(edition)
    league = league_url(edition, version)
    rows = heat_rows(across, unit_url=lambda unit: f"{league}{unit}/")
    if suffix:
        name = file_name(authority, year, group, "linh-vuc", f"v{edition.version}")
        return table_response(heat_table(across, rows), suffix, name, edition_metadata(edition))
    query = query_of(request)
    table = heat_table(across, _matching(rows, query), order_by=query.sort or None)
    context = {
        **_of_edition(edition, version, f"{league}linh-vuc/"),
        "finding": criteria_in_words.fields_finding(across),
        "levels": criteria_in_words.levels(),
        "fields": field_table(across, criterion_url=lambda number: f"{league}tieu-chi/{number}/"),
        **_searched(table, request, query, len(rows)),
        "chart": _heat_map(across),
        "crumbs": _crumbs(edition, league, trail.page(_("Fields"))),
    }
    return render(request, "scorecards/fields.html", context)


@published
def fields_picture(request, authority, year, group, slug, suffix, version=None):
    """Return the heat map of the fields as a picture, or the figure behind it."""
    chart = _heat_map(_fields_or_404(edition_or_404(authority, year, group, version)))
    return chart_response(chart if slug == chart.slug else None, suffix)


def _fields_or_404(edition):
    across = fields_across(edition)
    if across is None:
        raise Http404(_("The source gives the total points alone, not the points by field."))
    return across


def _heat_map(across):
    edition = across.edition
    return fields_chart(
        across,
        title=_("Fields by unit: %(group)s, %(year)s")
        % {"group": edition.group.name, "year": edition.year},
        source=wording.source_line(edition),
        illustrative=edition.illustrative,
    )


def _matching(rows, query):
    wanted = fold(query.words)
    return [row for row in rows if wanted in fold(row["unit_name"])]


def _searched(table, request, query, units):
    """Return what the page says of its table, turned to the page that is asked for."""
    return {
        "table": table,
        "query": query,
        "found": wording.units_found(len(table.rows), units) if query.words else "",
        "in_part": table.turn_to(request.GET.get("trang")),
    }


def _of_edition(edition, version, page_url):
    return {
        "authority": edition.authority,
        "section": "results",
        "edition": edition,
        "illustrative": edition.illustrative,
        "correction": correction_of(edition) if version else None,
        "league_url": league_url(edition, version),
        "method_url": reverse("method", args=[edition.authority.slug, edition.year]),
        "chart_url": f"{page_url}bieu-do/",
        "file_url": page_url.rstrip("/"),
    }


def _crumbs(edition, league, *steps):
    return trail.to(
        trail.authority(edition.authority),
        trail.year(edition.authority, edition.year),
        trail.league(edition, league),
        *steps,
    )
