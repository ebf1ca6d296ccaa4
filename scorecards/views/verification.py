"""Whether an edition is still what was sealed, and everything needed to check it elsewhere."""

import re
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import Length
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from scorecards import verifying
from scorecards.exports import FORMATS, manifest, offline, package
from scorecards.exports.manifest import File
from scorecards.models.publication import Edition
from scorecards.views import public, trail
from scorecards.views.files import file_name, open_to_all
from units.models import Authority

# Bytes of sealed copies that one request checks row by row: two seconds of work.
MOST_BYTES = 6_000_000
SHORTEST_CODE = 8
MOST_FINDINGS = 50
ONE_AT_A_TIME = 0x78_61_63_6D_69_6E_68  # the key of the lock, any number no other lock uses


@never_cache
def verification(request):
    """Check the editions of one code (``?ma=``) or one authority (``?co-quan=``), now."""
    code = re.sub(r"[^0-9a-z]", "", request.GET.get("ma", "").lower())
    authority = None
    if slug := request.GET.get("co-quan", ""):
        authority = get_object_or_404(Authority, slug=slug.replace("\0", ""))
    context = {
        "section": "data",
        "code": code,
        "authorities": _authorities(),
        "asked": authority,
        "illustrative": bool(authority and authority.illustrative),
        "verifier_url": reverse("verifier"),
        "busy": False,
        "readable": bool(re.fullmatch(rf"[0-9a-f]{{{SHORTEST_CODE},64}}", code)),
        "checked": [],
        "left": [],
        "crumbs": trail.to(trail.page(_("Verification"))),
    }
    if authority:
        asked = _public().filter(framework__group__authority=authority)
    elif context["readable"]:
        asked = _public().filter(digest__startswith=code)
    else:
        return render(request, "scorecards/verification.html", context)
    return _checked(request, context, asked)


def _public():
    return Edition.objects.public()


def _authorities():
    return (
        Authority.objects.filter(groups__frameworks__editions__in=_public())
        .annotate(editions=Count("groups__frameworks__editions"))
        .order_by("illustrative", "sort_key", "slug")
    )


def _checked(request, context, asked):
    """Show what the check of the ``asked`` editions finds: the newest first, as far as it goes."""
    with transaction.atomic():
        if not _alone():
            response = render(
                request, "scorecards/verification.html", {**context, "busy": True}, status=503
            )
            response["Retry-After"] = "5"
            return response
        whole, bytes_only, context["left"] = _shares(asked)
        context["checked"] = [*_verdicts(whole, rows=True), *_verdicts(bytes_only, rows=False)]
    return render(request, "scorecards/verification.html", context)


def _alone():
    """Take the one place of whoever checks, until the transaction ends; say whether it was free.

    A check costs about a second of processor time and anyone may ask for one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        return cursor.fetchone()[0]


def _shares(asked):
    """Return the editions to check by rows, one too large for that, and those left unchecked."""
    editions = list(asked.with_context().annotate(size=Length("canonical")).order_by("-pk"))
    whole, total = [], 0
    for edition in editions:
        total += edition.size
        if total > MOST_BYTES:
            break
        whole.append(edition)
    left = editions[len(whole) :]
    return (whole, [], left) if whole else ([], left[:1], left[1:])


def _verdicts(editions, *, rows):
    if not editions:
        return []
    found = Edition.objects.filter(pk__in=[edition.pk for edition in editions]).order_by("-pk")
    return [_shown(verdict) for verdict in verifying.verify(verifying.to_verify(found), rows=rows)]


def _shown(verdict):
    edition = verdict.edition
    address = _address(edition)
    return {
        "verdict": verdict,
        "edition": edition,
        "label": verifying.label_of(edition),
        "url": reverse("league_table_version", args=address)
        if edition.framework.round == 0
        else "",
        "manifest_url": reverse("manifest", args=address) if edition.framework.round == 0 else "",
        "findings": verdict.findings[:MOST_FINDINGS],
        "seconds": number_format(Decimal(f"{verdict.seconds:.2f}"), 2),
        "more": max(0, len(verdict.findings) - MOST_FINDINGS),
    }


def _address(edition):
    return [edition.authority.slug, edition.year, edition.group.slug, edition.version]


# Files


def edition_manifest(request, authority, year, group, version):
    """Return what the edition is and the digests of its files, in Vietnamese everywhere."""
    edition = public.edition_or_404(authority, year, group, version)
    with translation.override("vi"):
        content = manifest.write(edition, _served_files(request, edition))
    return _file(request, File("manifest.json", "application/json", content))


def _served_files(request, edition):
    """Return the files of the edition that the portal serves, the same bytes every time."""
    address = _address(edition)
    files = [manifest.canonical_file(edition, reverse("canonical", args=address))]
    for suffix in ("csv", "json", "xlsx"):
        answer = public.league_table(request, *address, suffix=suffix)
        name = file_name(*address[:3], f"v{edition.version}") + f".{suffix}"
        url = reverse("league_table_version_file", args=[*address, suffix])
        media_type = FORMATS[suffix].content_type.partition(";")[0]
        files.append(File(name, media_type, answer.content, url))
    return files


def canonical(request, authority, year, group, version):
    """Return the sealed copy, byte for byte; its ETag is the check code."""
    edition = public.edition_or_404(authority, year, group, version)
    return _file(request, manifest.canonical_file(edition))


def data_package(request, authority, year, group, version):
    """Return the edition as a frictionless data package."""
    edition = public.edition_or_404(authority, year, group, version)
    name = file_name(authority, year, group, f"v{version}") + ".zip"
    return _file(request, File(name, "application/zip", package.write(edition)), save=True)


def verifier(request):
    """Return the program that checks an edition without the portal."""
    return _file(request, manifest.verifier_file(), save=True)


def offline_edition(request, authority, year):
    """Return one year of an authority as pages that open without any network."""
    origin = request.build_absolute_uri("/").rstrip("/")
    try:
        content = offline.kept(authority, year, origin=origin, most_units=offline.MOST_UNITS)
    except offline.TooLarge:
        context = {"section": "data", "year": year, "crumbs": trail.to(trail.page(str(year)))}
        return render(request, "scorecards/offline_not_made.html", context, status=503)
    name = file_name(authority, year, "ngoai-tuyen") + ".zip"
    return _file(request, File(name, "application/zip", content), save=True)


def _file(request, file, *, save=False):
    """Return a file with its digest as ETag; answer 304 to whoever has it already."""
    response = HttpResponse(file.content, content_type=f"{file.media_type}; charset=utf-8")
    if save:
        response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["ETag"] = f'"{manifest.digest_of(file.content)}"'
    return open_to_all(get_conditional_response(request, etag=response["ETag"], response=response))
