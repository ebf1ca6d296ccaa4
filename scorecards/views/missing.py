"""Pages for what went wrong: a missing page that names the nearest one, and the others.

Two of them stand on their own (400 and 500): the host name, the database, the stylesheet or the
account may be what failed.
"""

import difflib
import re

from django.contrib.auth.models import AnonymousUser
from django.db import Error as DatabaseError
from django.http import HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from scorecards.models.publication import Edition, PublishedResult
from scorecards.templatetags.discovery import in_language
from units.models import RESERVED_GROUP_SLUGS, RESERVED_SLUGS, RESERVED_UNIT_SLUGS, Authority
from units.vietnamese import fold

PARTS_READ = 6
ALIKE = 0.7  # of 1: how much of a word must be that of another to be taken for it
WORDS_OF_ADDRESSES = {
    *RESERVED_GROUP_SLUGS,
    *RESERVED_UNIT_SLUGS,
    "cam-ket",
    "don-vi",
    "so-sanh",
}


def not_found(request, exception):
    """Say that a page does not exist, and which existing ones its address comes nearest to."""
    parts = _parts(request.path_info)
    context = {"words": " ".join(parts[-1:]).replace("-", " "), "said": "", "nearest": []}
    try:
        context["said"], context["nearest"] = _nearest(parts)
    except DatabaseError:
        # Who is signed in and what was to be told are in the database as well.
        context |= {"user": AnonymousUser(), "messages": []}
    return render(request, "404.html", context, status=404)


def bad_request(request, exception):
    return _alone(HttpResponseBadRequest, "400.html")


def server_error(request):
    return _alone(HttpResponseServerError, "500.html")


def _alone(response_class, template):
    """Return a page that needs nothing of the portal but its own text."""
    response = response_class(render_to_string(template))
    # The page carries its style: the file that holds it for others may be out of reach.
    response._csp_replace = {"style-src": ["'unsafe-inline'"]}
    return response


def _parts(path):
    """Return the words of an address without language and suffix, as slugs."""
    bare = re.sub(r"\.[a-z]{2,5}$", "", in_language(path, "vi"))
    parts = [fold(part).replace(" ", "-") for part in bare.split("/")]
    return [part[:80] for part in parts if part][:PARTS_READ]


def _nearest(parts):
    """Return a sentence ("" if none helps) and the nearest pages, as (label, address) pairs."""
    authorities = {row.slug: row for row in Authority.objects.all()}
    if not parts or parts[0] in RESERVED_SLUGS:
        return "", []
    by_place = {fold(row.place).replace(" ", "-"): row for row in authorities.values()}
    authority = _closest(parts[:1], {**by_place, **authorities})
    if authority is None:
        return "", []
    editions = list(
        Edition.objects.current()
        .filter(framework__round=0, framework__group__authority=authority)
        .with_context()
        .order_by("-framework__year", "framework__group__position")
    )
    year = next((int(part) for part in parts[1:] if re.fullmatch(r"\d{4}", part)), None)
    names = [part for part in parts[1:] if not part.isdecimal() and part not in WORDS_OF_ADDRESSES]
    group = _closest(names, {row.group.slug: row.group for row in editions})
    unit = None
    if names:
        unit = _closest(reversed(names), {row.slug: row for row in authority.units.order_by("pk")})
    edition = _edition_nearest(editions, group, year)
    links = [
        *_unit_links(authority, edition, unit),
        *_edition_links(authority, edition, group, year),
        (authority.name, reverse("authority", args=[authority.slug])),
    ]
    return _published(authority, editions, year), links


def _closest(words, known):
    """Return what the first of the words that resembles a key of ``known`` stands for, or None."""
    words = list(words)
    for word in words:
        if word in known:
            return known[word]
    for word in words:
        if alike := difflib.get_close_matches(word, known, n=1, cutoff=ALIKE):
            return known[alike[0]]
    return None


def _edition_nearest(editions, group, year):
    """Return the edition of the group, or of any, of the nearest year; the newer of two."""
    of_group = [row for row in editions if group is None or row.group == group]
    if year is None:
        return of_group[0] if of_group else None
    return min(of_group, key=lambda row: (abs(row.year - year), -row.year), default=None)


def _unit_links(authority, edition, unit):
    if unit is None:
        return
    if edition and PublishedResult.objects.filter(edition=edition, unit=unit).exists():
        address = [authority.slug, edition.year, edition.group.slug, unit.slug]
        words = {"unit": unit.name, "year": edition.year}
        yield _("%(unit)s, %(year)s") % words, reverse("unit_in_edition", args=address)
    page = reverse("unit", args=[authority.slug, unit.slug])
    yield _("%(unit)s through the years") % {"unit": unit.name}, page


def _edition_links(authority, edition, group, year):
    if edition is None:
        return
    if group:
        words = {"group": group.name, "year": edition.year}
        address = [authority.slug, edition.year, group.slug]
        yield _("%(group)s: result of %(year)s") % words, reverse("league_table", args=address)
    if group is None or year:
        words = {"place": authority.place, "year": edition.year}
        address = [authority.slug, edition.year]
        yield _("Results of %(place)s for %(year)s") % words, reverse("decision", args=address)


def _published(authority, editions, year):
    """Return which years there are, where the one asked for is none of them."""
    years = sorted({row.year for row in editions})
    if not years:
        return _("%(place)s has published nothing yet.") % {"place": authority.place}
    if year is None or year in years:
        return ""
    return _("%(place)s has published results for: %(years)s.") % {
        "place": authority.place,
        "years": ", ".join(map(str, years)),
    }
