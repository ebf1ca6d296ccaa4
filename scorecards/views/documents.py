"""The official annex as a file, and the page for the press: of one edition or of a whole year."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import history, wording
from scorecards.canonical import digest_of
from scorecards.exports import annex, annex_xlsx, pdf, qr
from scorecards.exports.annex import HEADINGS
from scorecards.views import public, trail
from scorecards.views.files import open_to_all

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def year_document(request, authority, year, suffix):
    """Return the decisions of a year with all their annexes."""
    editions = annex.editions_of(authority, year)
    name = annex.file_name(editions, of_group=False)
    return _document(request, acts_of(request, editions), name, suffix)


def edition_document(request, authority, year, group, suffix, version=None):
    """Return the annex of one edition; the text of its decision goes with the whole year."""
    editions = [public.edition_or_404(authority, year, group, version)]
    name = annex.file_name(editions, of_group=True)
    return _document(request, acts_of(request, editions), name, suffix, decision_pages=False)


def edition_workbook(request, authority, year, group, version=None):
    """Return the annex of one edition as a workbook that computes."""
    editions = [public.edition_or_404(authority, year, group, version)]
    name = annex.file_name(editions, of_group=True) + "-phu-luc"
    return _document(request, acts_of(request, editions), name, "xlsx")


def acts_of(request, editions):
    """Return the acts of ``editions``, to be verified on the site at hand."""
    origin = request.build_absolute_uri("/").rstrip("/")
    return annex.describe(editions, address_of=annex.addressing(origin))


def _document(request, acts, name, suffix, *, decision_pages=True):
    if suffix == "pdf":
        return _pdf(request, acts, name)
    if suffix == "xlsx":
        return _file(request, annex_xlsx.write(acts), f"{name}.xlsx", XLSX)
    # Word's libraries take 30 MB: whoever never asks for a Word file does not carry them.
    from scorecards.exports import docx

    content = docx.write(acts, decision_pages=decision_pages)
    return _file(request, content, f"{name}.docx", docx.CONTENT_TYPE)


def _pdf(request, acts, name):
    try:
        content = pdf.kept(acts, name, most_units=pdf.MOST_UNITS)
    except pdf.NotMade as why:
        context = {"section": "data", "why": str(why), "crumbs": trail.to(trail.page("PDF"))}
        return render(request, "scorecards/document_not_made.html", context, status=503)
    return _file(request, content, f"{name}.pdf", pdf.CONTENT_TYPE, inline=True)


def _file(request, content, name, content_type, *, inline=False):
    """Return a document with its digest as ETag; answer 304 to whoever has it already."""
    response = HttpResponse(content, content_type=content_type)
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    response["ETag"] = f'"{digest_of(content)}"'
    return open_to_all(get_conditional_response(request, etag=response["ETag"], response=response))


# As many rows as two sheets of paper hold.
MOST_ROWS = 40
MOST_LEADERS = 10


@published
def press(request, authority, year):
    """Show the year on two sheets for the press: counts, leaders, what changed, every unit."""
    editions = annex.editions_of(authority, year)
    overviews = history.overviews(editions)
    annexes = {
        of_one.edition.pk: of_one for act in acts_of(request, editions) for of_one in act.annexes
    }
    authority = editions[0].authority
    units = sum(overview.units for overview in overviews)
    context = {
        "authority": authority,
        "section": "results",
        "year": year,
        "decision": editions[0].decision,
        "classes": wording.classes_of_all_groups(
            [count for overview in overviews for count in overview.counts], units
        ),
        "illustrative": authority.illustrative,
        "groups": [
            _group(overview, annexes[overview.edition.pk], whole=units <= MOST_ROWS)
            for overview in overviews
        ],
        "page_url": request.build_absolute_uri(reverse("decision", args=[authority.slug, year])),
        "crumbs": trail.to(
            trail.authority(authority), trail.year(authority, year), trail.page(_("For the press"))
        ),
    }
    return render(request, "scorecards/press.html", context)


def _group(overview, of_one, *, whole):
    """Return what the press page says of one group; ``whole``: every unit has its row."""
    edition = overview.edition
    moves = history.moves(edition, of_one.results) if edition.ranked else {}
    shown = of_one.results if whole else of_one.results[:MOST_LEADERS]
    names = [
        name
        for name in ("rank", "points", "index_percent", "class_name")
        if any(getattr(row, name) not in (None, "") for row in of_one.results)
    ]
    if "index_percent" in names and "points" in names:
        names.remove("points")
    return {
        "edition": edition,
        "annex": of_one,
        "finding": wording.league_finding(edition, of_one.results, overview.counts),
        "mean": overview.mean,
        "changes": wording.moves_in_words(edition, of_one.results, moves),
        "headings": [HEADINGS[name] for name in names],
        "rows": [
            (row.unit_name, [of_one.cell(name, row, None) for name in names]) for row in shown
        ],
        "left_out": len(of_one.results) - len(shown),
        "url": public.league_url(edition, None),
        "qr": mark_safe(qr.svg(of_one.address, title=_("QR code of the verification page"))),
    }
