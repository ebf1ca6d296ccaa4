"""Search over authorities, units and criteria: the page, and the suggestions made while typing."""

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import search_in_words, searching
from scorecards.views import trail
from scorecards.views.files import open_to_all
from units.models import Authority

SUGGESTED = 5


@published
def search(request):
    """Show what ``?q=`` leads to, in one authority alone if ``?co-quan=`` names it."""
    words = _words(request)
    authorities = list(Authority.objects.all())
    within = _named(request, "co-quan", authorities)
    found = searching.search(words, authorities, within=within)
    context = {
        "section": "search",
        "words": words,
        "authorities": authorities,
        "within": within,
        "found": found,
        "said": search_in_words.found_in_words(found, words),
        "fewest": searching.FEWEST_LETTERS,
        "kinds": [
            (_("Authorities"), found.authorities, _of_authorities(found)),
            (_("Units"), found.units, _of_units(found)),
            (_("Criteria"), found.criteria, _of_criteria(found)),
        ],
        "crumbs": trail.to(trail.page(_("Search"))),
    }
    return render(request, "scorecards/search.html", context)


@published
def suggestions(request):
    """Return the nearest few results of each kind, ready to be shown under the field.

    ``?gan=`` names the authority whose page the reader is on.
    """
    words = _words(request)
    authorities = list(Authority.objects.all())
    found = searching.search(
        words,
        authorities,
        within=_named(request, "co-quan", authorities),
        beside=_named(request, "gan", authorities),
        shown=SUGGESTED,
    )
    answer = {
        "query": words,
        "found": found.total,
        "said": search_in_words.found_in_words(found, words),
        "results": [*_of_authorities(found), *_of_units(found), *_of_criteria(found)],
    }
    return open_to_all(JsonResponse(answer, json_dumps_params={"ensure_ascii": False}))


def _words(request):
    return request.GET.get("q", "").replace("\0", "").strip()[: searching.MOST_LETTERS]


def _named(request, name, authorities):
    """Return the authority that a word of the query names, or None."""
    return next((row for row in authorities if row.slug == request.GET.get(name)), None)


def _of_authorities(found):
    return [
        {
            "kind": "authority",
            "title": authority.name,
            "context": search_in_words.authority_in_context(authority),
            "url": reverse("authority", args=[authority.slug]),
        }
        for authority in found.authorities.rows
    ]


def _of_units(found):
    return [
        {
            "kind": "unit",
            "title": hit.unit.name,
            "context": search_in_words.unit_in_context(hit.unit, hit.result),
            "url": reverse("unit", args=[hit.unit.authority.slug, hit.unit.slug]),
        }
        for hit in found.units.rows
    ]


def _of_criteria(found):
    return [
        {
            "kind": "criterion",
            "title": f"{criterion.number}. {criterion.title}",
            "context": search_in_words.criterion_in_context(criterion),
            "url": searching.criterion_url(criterion),
        }
        for criterion in found.criteria.rows
    ]
