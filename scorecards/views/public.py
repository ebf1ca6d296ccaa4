"""The public pages. They read sealed editions that are public, and nothing else.

Each view serves its page and, where ``suffix`` is given, the page's table as a file.
"""

from itertools import groupby

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import criteria_across, history, peers, progress_in_words, wording
from scorecards.charts.trend import index_trend
from scorecards.exports.manifest import LICENCE
from scorecards.models.publication import Edition, PublishedResult
from scorecards.tables.base import ROWS_A_PAGE, columns_without_values, page_numbers
from scorecards.tables.decisions import DecisionTable, edition_rows
from scorecards.tables.league import published_lines
from scorecards.tables.registry import UnitTable, unit_rows
from scorecards.tables.unit import HistoryTable, detail_rows, detail_table, history_rows
from scorecards.views import dataset, over_the_years, profile, trail
from scorecards.views.files import chart_response, edition_metadata, file_name, table_response
from scorecards.views.league import League, query_of
from units.models import Authority, Unit

MOST_CARDS = 12  # authorities on the first page with all they say; more are a line each


def current_editions():
    """Return the editions the pages show: current, public, of the whole year."""
    return Edition.objects.current().filter(framework__round=0).with_context()


@published
def home(request):
    """Show the newest decision of each authority."""
    newest = (
        Edition.objects.of_newest_year()
        .filter(framework__round=0)
        .with_context()
        .order_by(
            "framework__group__authority__illustrative",
            "framework__group__authority__sort_key",
            "framework__group__position",
        )
    )
    overviews = history.overviews(newest)
    decisions = [
        _year_in_words(list(of_one))
        for __, of_one in groupby(overviews, key=lambda overview: overview.edition.authority.pk)
    ]
    context = {"decisions": decisions, "many": len(decisions) > MOST_CARDS, "section": "results"}
    return render(request, "scorecards/home.html", context)


def _year_in_words(overviews):
    """Return what a page says of one authority's year: its groups and their classes together."""
    edition = overviews[0].edition
    return {
        "authority": edition.authority,
        "year": edition.year,
        "decision": edition.decision,
        "illustrative": edition.illustrative,
        "overviews": overviews,
        "groups": " · ".join(overview.edition.group.name for overview in overviews),
        "classes": wording.classes_of_all_groups(
            [count for overview in overviews for count in overview.counts],
            sum(overview.units for overview in overviews),
        ),
        "url": reverse("decision", args=[edition.authority.slug, edition.year]),
    }


@published
def authority(request, authority, suffix=None):
    """Show one authority: its years, the classes of each, the leaders, the mean over the years."""
    authority = get_object_or_404(Authority, slug=authority)
    overviews = _overviews_of(authority)
    table = DecisionTable(edition_rows(overviews), caption=_("Published groups"))
    if suffix:
        return table_response(table, suffix, file_name(authority.slug), _about(authority))
    years = [
        _year_in_words(list(of_one))
        for __, of_one in groupby(overviews, key=lambda overview: overview.edition.year)
    ]
    context = {
        "authority": authority,
        "section": "results",
        "newest": years[:1],
        "older": years[1:],
        "groups": over_the_years.groups(overviews),
        "chart_url": f"{reverse('authority', args=[authority.slug])}bieu-do/",
        "illustrative": authority.illustrative,
        "file_url": _without_slash(reverse("authority", args=[authority.slug])),
        "crumbs": trail.to(trail.authority(authority)),
    }
    return render(request, "scorecards/authority.html", context)


def _overviews_of(authority):
    editions = current_editions().filter(framework__group__authority=authority)
    return history.overviews(editions.order_by("-framework__year", "framework__group__position"))


@published
def authority_chart(request, authority, slug, suffix):
    """Return one chart of a group over the years."""
    authority = get_object_or_404(Authority, slug=authority)
    groups = over_the_years.groups(_overviews_of(authority))
    charts = {chart.slug: chart for group in groups for chart in group.charts}
    return chart_response(charts.get(slug), suffix)


def _without_slash(address):
    """Return a page's address ready for a suffix: /tay-ninh/2023/ → /tay-ninh/2023."""
    return address.rstrip("/")


def _about(authority):
    return {
        "authority": authority.slug,
        "authority_name": authority.name,
        "illustrative": authority.illustrative,
    }


@published
def decision(request, authority, year, suffix=None):
    """Show one year of an authority: every published group with its classes and leaders."""
    editions = current_editions().filter(
        framework__group__authority__slug=authority, framework__year=year
    )
    overviews = history.overviews(editions.order_by("framework__group__position"))
    if not overviews:
        raise Http404(_("Nothing has been published for %(year)s.") % {"year": year})
    authority = overviews[0].edition.authority
    table = DecisionTable(edition_rows(overviews), caption=_("Published groups"))
    if suffix:
        metadata = {**_about(authority), "year": year}
        return table_response(table, suffix, file_name(authority.slug, year), metadata)
    other_years = (
        current_editions()
        .filter(framework__group__authority=authority)
        .exclude(framework__year=year)
        .order_by("-framework__year")
        .values_list("framework__year", flat=True)
        .distinct()
    )
    context = {
        "authority": authority,
        "section": "results",
        "year": year,
        "said": _year_in_words(overviews),
        "table": table,
        "other_years": list(other_years),
        "illustrative": authority.illustrative,
        "file_url": _without_slash(reverse("decision", args=[authority.slug, year])),
        "crumbs": trail.to(trail.authority(authority), trail.page(str(year))),
    }
    return render(request, "scorecards/decision.html", context)


def edition_or_404(authority, year, group, version=None):
    """Return the current public edition, or the public one of that version."""
    editions = (
        current_editions() if version is None else Edition.objects.public().filter(version=version)
    )
    return get_object_or_404(
        editions.with_context(),
        framework__group__authority__slug=authority,
        framework__group__slug=group,
        framework__year=year,
        framework__round=0,
    )


def league_of(edition, version):
    """Return the league table of a published edition; ``version`` if the address names one."""
    results = published_lines(edition)
    return League(
        edition=edition,
        results=results,
        bands=list(edition.bands.all()),
        counts=list(edition.counts.all()),
        moves=history.moves(edition, results) if edition.ranked else {},
        page_url=league_url(edition, version),
    )


def league_url(edition, version):
    """Return the address of the edition's league table, under its version if one is named."""
    address = [edition.authority.slug, edition.year, edition.group.slug]
    if version:
        return reverse("league_table_version", args=[*address, version])
    return reverse("league_table", args=address)


def canonical_league_url(edition, correction):
    """Return the one address of an edition for search engines: its version only if corrected."""
    return league_url(edition, edition.version if correction else None)


@published
def league_table(request, authority, year, group, version=None, suffix=None):
    """Show one group's published ranking; ``version`` asks for one version of the edition."""
    edition = edition_or_404(authority, year, group, version)
    league = league_of(edition, version)
    if suffix:
        table = league.table()
        name = file_name(authority, year, group, f"v{edition.version}")
        return table_response(table, suffix, name, edition_metadata(edition))
    correction = correction_of(edition) if version else None
    return render(
        request,
        "scorecards/league_table.html",
        {
            **league.context(query_of(request)),
            "dataset": dataset.league(request, edition),
            "correction": correction,
            "canonical": canonical_league_url(edition, correction),
            "fields": criteria_across.fields_of(criteria_across.tree_of(edition, level=1)),
            "changes": wording.moves_in_words(edition, league.results, league.moves),
            "progress_url": None
            if version
            else reverse("most_improved", args=[authority, year, group]),
            "embed_url": request.build_absolute_uri(
                f"{league_url(edition, edition.version)}nhung/"
            ),
            "crumbs": trail.to(
                trail.authority(edition.authority),
                trail.year(edition.authority, year),
                trail.page(edition.group.name),
            ),
        },
    )


def correction_of(edition):
    """Return the public edition that corrects ``edition``, or None."""
    return Edition.objects.public().filter(corrects=edition).first()


@published
def league_chart(request, authority, year, group, slug, suffix, version=None):
    """Return one chart of a league table: the drawn picture, or the figure behind it."""
    league = league_of(edition_or_404(authority, year, group, version), version)
    return chart_response(league.chart(slug), suffix)


@published
def unit_in_edition(request, authority, year, group, unit, version=None, suffix=None):
    """Show one unit in one edition: index, rank, class, and its points down the tree."""
    edition = edition_or_404(authority, year, group, version)
    result = _result_or_404(edition, unit)
    unit_url = f"{league_url(edition, version)}{unit}/"
    details = list(result.details.all())
    table = detail_table(detail_rows(details, edition, unit_url=unit_url))
    if suffix:
        name = file_name(authority, year, group, unit, f"v{edition.version}")
        metadata = {**edition_metadata(edition), "unit": unit, "unit_name": result.unit_name}
        return table_response(table, suffix, name, metadata)
    correction = correction_of(edition) if version else None
    context = {
        "authority": edition.authority,
        "section": "results",
        "edition": edition,
        "result": result,
        "table": table,
        "canonical": f"{canonical_league_url(edition, correction)}{unit}/",
        "league_url": league_url(edition, version),
        "illustrative": edition.illustrative,
        "draft": False,
        "correction": correction,
        "ranked_units": edition.results.filter(rank__isnull=False).count(),
        "inferred": edition.bands.filter(inferred=True).exists(),
        "has_fields": bool(criteria_across.fields_of(details)),
        "left_out": wording.left_out(details, edition),
        "file_url": unit_url.rstrip("/"),
        **profile.context(
            edition,
            result,
            peers.profile(edition, details),
            page_url=unit_url,
            unit_url=unit_url,
        ),
        "crumbs": trail.to(
            trail.authority(edition.authority),
            trail.year(edition.authority, year),
            trail.league(edition, league_url(edition, version)),
            trail.page(result.unit_name),
        ),
    }
    return render(request, "scorecards/unit_in_edition.html", context)


def _result_or_404(edition, unit):
    results = PublishedResult.objects.select_related("unit")
    return get_object_or_404(results, edition=edition, unit__slug=unit)


@published
def unit_in_edition_chart(request, authority, year, group, unit, slug, suffix, version=None):
    """Return the chart of a unit against its group."""
    edition = edition_or_404(authority, year, group, version)
    result = _result_or_404(edition, unit)
    standing = peers.profile(edition, list(result.details.all()))
    chart = profile.chart_of(edition, result, standing)
    if chart is None or chart.slug != slug:
        raise Http404
    return chart_response(chart, suffix)


@published
def registry(request, authority, suffix=None):
    """Show the units of an authority, closed ones included, with who carries them on."""
    authority = get_object_or_404(Authority, slug=authority)
    words = request.GET.get("q", "").replace("\0", "").strip()
    units = authority.units.all()
    rows = unit_rows(authority, units.matching(words) if words and not suffix else units)
    table = UnitTable(
        rows, order_by=request.GET.get("sap-xep"), caption=_("Units, the closed ones included")
    )
    if suffix:
        return table_response(table, suffix, file_name(authority.slug, "don-vi"), _about(authority))
    unverified = any(not line.verified for line in rows.data)
    found = wording.units_found(len(rows), units.count()) if words else ""
    context = {
        "authority": authority,
        "section": "units",
        "table": table,
        "words": words,
        "sort": request.GET.get("sap-xep", ""),
        "found": found,
        "in_part": table.turn_to(request.GET.get("trang")),
        "unverified": unverified,
        "illustrative": authority.illustrative,
        "file_url": _without_slash(reverse("registry", args=[authority.slug])),
        "crumbs": trail.to(trail.authority(authority), trail.page(_("Units"))),
    }
    return render(request, "scorecards/registry.html", context)


@published(until_midnight=True)
def unit(request, authority, unit, suffix=None):
    """Show one unit through the years: index, rank and class, and who became whom."""
    unit = _unit_or_404(authority, unit)
    past = _past_of(unit)
    page_url = reverse("unit", args=[authority, unit.slug])
    rows = history_rows(unit.authority, past)
    table = HistoryTable(
        rows,
        hide=columns_without_values(rows, ["break_before"]),
        caption=_("Index, rank and class as published each year"),
    )
    if suffix:
        name = file_name(authority, "don-vi", unit.slug)
        metadata = {**_about(unit.authority), "unit": unit.slug, "unit_name": unit.name}
        return table_response(table, suffix, name, metadata)
    context = {
        "authority": unit.authority,
        "section": "units",
        "unit": unit,
        "table": table,
        "latest": past.iloc[-1].to_dict() if len(past) else None,
        "chart": _trend(unit, past) if len(past) else None,
        "chart_url": f"{page_url}bieu-do/",
        "file_url": _without_slash(page_url),
        "crumbs": trail.to(
            trail.authority(unit.authority), trail.registry(unit.authority), trail.page(unit.name)
        ),
        "origins": unit.origins.select_related("predecessor__authority"),
        "successions": unit.successions.select_related("successor__authority"),
        "illustrative": unit.authority.illustrative,
    }
    return render(request, "scorecards/unit.html", context)


def _unit_or_404(authority, unit):
    units = Unit.objects.select_related("authority")
    return get_object_or_404(units, authority__slug=authority, slug=unit)


def _past_of(unit):
    """Return a unit's history; ``break_before`` says in words why a year is set apart, or ""."""
    past = history.unit_history(unit)
    return past.assign(break_before=progress_in_words.breaks(past))


def _trend(unit, past):
    return index_trend(
        past,
        unit_name=unit.name,
        source=unit.authority.name,
        illustrative=unit.authority.illustrative,
    )


@published
def unit_chart(request, authority, unit, slug, suffix):
    """Return the chart of a unit's index over the years."""
    unit = _unit_or_404(authority, unit)
    past = _past_of(unit)
    if slug != "dien-bien" or not len(past):
        raise Http404
    return chart_response(_trend(unit, past), suffix)


@published
def data(request, suffix=None):
    """List every public edition with its files."""
    editions = current_editions().order_by(
        "framework__group__authority__illustrative",
        "framework__group__authority__sort_key",
        "-framework__year",
        "framework__group__position",
        "pk",
    )
    if suffix:
        table = DecisionTable(
            edition_rows(history.overviews(editions)), caption=_("Published groups")
        )
        return table_response(table, suffix, file_name("du-lieu"), {"licence": LICENCE})
    page = Paginator(editions, ROWS_A_PAGE).get_page(request.GET.get("trang"))
    context = {
        "section": "data",
        "licence": LICENCE,
        "page": page,
        "numbers": page_numbers(page),
        "file_url": _without_slash(reverse("data")),
        "crumbs": trail.to(trail.page(_("Data"))),
    }
    return render(request, "scorecards/data.html", context)
