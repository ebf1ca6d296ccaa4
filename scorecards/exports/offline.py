"""The offline edition: one year of an authority in a ZIP that opens without any network.

Static pages, files, sealed copies with their manifests, and the verifier. Making it renders every
page of the year, seconds for a hundred units, so a made one is kept in var/offline until anything
it shows changes.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from scorecards.exports import manifest, package, static_pages
from scorecards.models.publication import Edition, PublishedResult

ONE_AT_A_TIME = 0x6E_67_6F_61_69  # the key of the lock, any number no other lock uses
# What one request may make, a page taking some hundredths of a second; the command makes the rest.
MOST_UNITS = 400
MADE_OF = ("scorecards", "templates", "static", "reform_portal", "units")


class TooLarge(Exception):
    """The year has more units than one request may render."""


def kept(authority, year, *, origin, most_units=None) -> bytes:
    """Return the offline edition, made anew only if an edition, a decision or the code changed.

    ``authority``: its slug; ``origin``: where the portal is reached, "https://par.example.vn".
    Raises `Http404` if nothing of that year is public, `TooLarge` if it would have to be made for
    more than ``most_units``.
    """
    editions = _editions(authority, year)
    folder = Path(settings.VAR_DIR) / "offline"
    prefix = f"{authority}-{year}-{_digest([origin])[:8]}-"
    file = folder / f"{prefix}{_state(authority)[:32]}.zip"
    if file.exists():
        return file.read_bytes()
    if most_units and PublishedResult.objects.filter(edition__in=editions).count() > most_units:
        raise TooLarge
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever asks meanwhile waits, and then finds it made.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        if file.exists():
            return file.read_bytes()
        content = _made(editions, origin)
        _keep(file, prefix, content)
    return content


def _editions(authority, year):
    editions = list(
        Edition.objects.current()
        .filter(
            framework__group__authority__slug=authority,
            framework__year=year,
            framework__round=0,
        )
        .with_context()
        .order_by("framework__group__position")
    )
    if not editions:
        raise Http404(_("Nothing has been published for %(year)s.") % {"year": year})
    return editions


def _state(authority):
    """Return a digest of all that the pages of ``authority`` are made of."""
    facts = Edition.objects.public().filter(framework__group__authority__slug=authority)
    columns = ("digest", "decision__number", "decision__title", "decision__signed_on")
    names = ("decision__announced_on", "decision__source", "framework__group__name")
    rows = facts.order_by("pk").values_list(
        *columns, *names, "framework__group__authority__name", "framework__group__authority__place"
    )
    return _digest([_code(), *rows])


@cache
def _code():
    """Return a digest of the code and templates this process runs."""
    root = Path(settings.BASE_DIR)
    files = sorted(file for name in MADE_OF for file in (root / name).rglob("*") if file.is_file())
    seen = [file for file in files if file.suffix in (".py", ".html", ".css", ".mo")]
    return _digest([(str(file), file.stat().st_mtime_ns) for file in seen])


def _digest(words):
    return hashlib.sha256(repr(words).encode()).hexdigest()


def _keep(file, prefix, content):
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob(f"{prefix}*.zip"):
            old.unlink(missing_ok=True)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_bytes(content)
        draft.rename(file)
    except OSError:
        return  # a folder that cannot be written costs time, nothing else


def _made(editions, origin):
    with translation.override(settings.LANGUAGE_CODE):
        authority, year = editions[0].authority, editions[0].year
        start = reverse("decision", args=[authority.slug, year])
        data = {
            f"{edition.group.slug}/v{edition.version}/{file.name}": file.content
            for edition in editions
            for file in package.files(edition)
        }

        def note(up):
            return render_to_string(
                "components/offline.html",
                {"up": up, "address": f"{origin}{start}", "editions": editions},
            )

        pages = static_pages.bundle(start, static_pages.fetching(origin), note=note, data=data)
        verifier = manifest.verifier_file()
        contents = {**pages, **data, verifier.name: verifier.content}
        moment = max(edition.sealed_at for edition in editions)
        return package.zipped(dict(sorted(contents.items())), moment)
