"""Public pages are made once and stored until something they show changes.

A page is the same for everybody who is not signed in, as long as its authority's stamp, the
portal's code and its own address are the same. So these make its ETag: whoever has the page is
told so after one small query, and whoever has not gets the stored one. Nothing is ever emptied: a
page under an old stamp is not asked for again and falls out of the store.
"""

import gzip
import hashlib
from functools import cache, wraps
from pathlib import Path
from typing import NamedTuple

import brotli
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error, connection
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers

LARGEST = 256 * 1024  # bytes; packages and documents are made again and never fill the store
LONGEST_QUERY = 200
COMPRESSIBLE = ("text/", "application/json", "application/atom+xml", "application/xml", "image/svg")
SMALLEST_COMPRESSED = 500
# brotli 5 takes a millisecond where 11, two per cent smaller, takes fifty.
ENCODERS = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
ANSWERING = ("GET", "HEAD")
SOURCES = {".css", ".docx", ".html", ".js", ".mo", ".py", ".svg"}


def published(view=None, *, until_midnight=False):
    """Mark a view whose answer depends on its address and on published data alone.

    ``until_midnight``: it also says how far a day is off, so it is another one tomorrow.
    """
    if view is None:
        return lambda marked: published(marked, until_midnight=until_midnight)

    @wraps(view)
    def marked(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.published_until_midnight = until_midnight
        return response

    marked.is_published = True
    return marked


class Stored(NamedTuple):
    """An answer as it goes out, without the headers that only this request needs."""

    body: bytes
    headers: tuple


class PublishedPages:
    """The middleware: answers with 304, with the stored page, or asks the view and stores."""

    def __init__(self, get_response):
        if settings.DEBUG:
            raise MiddlewareNotUsed("a template that is being written is read anew each time")
        self.get_response = get_response
        self.store = caches["pages"]

    def __call__(self, request):
        if request.method not in ANSWERING or _is_somebody(request):
            return self.get_response(request)
        try:
            tags = _tags(request)
        except Error:
            return self.get_response(request)  # which says in words that the portal is not well
        encoding = _encoding(request)
        known = request.META.get("HTTP_IF_NONE_MATCH", "")
        for tag in tags:
            if known and tag in known:
                return _headed(HttpResponseNotModified(), tag, encoding)
        for tag in tags:
            if stored := self._stored(tag, encoding):
                return _answer(stored)
        return self._ask(request, tags, encoding)

    def _stored(self, tag, encoding):
        found = self.store.get(f"{tag}.{encoding}")
        if found is None and encoding and (plain := self.store.get(f"{tag}.")):
            found = _encoded(plain, tag, encoding)
            self.store.set(f"{tag}.{encoding}", found)
        return found

    def _ask(self, request, tags, encoding):
        response = self.get_response(request)
        until_midnight = getattr(response, "published_until_midnight", None)
        if until_midnight is None or response.status_code != 200 or response.cookies:
            return response
        tag = tags[until_midnight]
        del response.headers["Vary"]
        _headed(response, tag, "")
        if response.streaming or len(response.content) > LARGEST:
            return response
        plain = Stored(response.content, tuple(response.headers.items()))
        if len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY:
            self.store.set(f"{tag}.", plain)
            return _answer(self._stored(tag, encoding))
        return response


def _is_somebody(request):
    """Say whether the browser may be signed in: such pages name the reader and are never kept."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES


def _tags(request):
    """Return the ETag of a page that is the same until something changes, and of one of today."""
    address = f"{request.scheme} {request.get_host()} {request.get_full_path()}"
    what = f"{address} {stamp_of(request.path_info)} {code_digest()}"
    day = timezone.localdate().isoformat()
    return [_short_digest(what), _short_digest(f"{what} {day}")]


def _short_digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:32]


OF_ONE = "SELECT token::text, opens FROM freshness_stamp WHERE authority_slug = %s"
OF_ALL = "SELECT token::text, opens FROM freshness_stamp ORDER BY authority_slug"


def stamp_of(path: str) -> str:
    """Return the stamp of what a page at ``path`` shows: its authority's, or that of all.

    A word is added for every moment that has come since at which an edition was to be shown.
    """
    words = path.split("/")
    slug = words[2] if words[1] in dict(settings.LANGUAGES) and len(words) > 2 else words[1]
    with connection.cursor() as cursor:
        rows = []
        if slug := slug.partition(".")[0].replace("\0", ""):
            cursor.execute(OF_ONE, [slug])
            rows = cursor.fetchall()
        if not rows:
            cursor.execute(OF_ALL)
            rows = cursor.fetchall()
    now = timezone.now()
    return " ".join(f"{token}+{sum(moment <= now for moment in opens)}" for token, opens in rows)


@cache
def code_digest() -> str:
    """Return a digest of everything but the database that a page is made of."""
    digest = hashlib.sha256()
    for file in sorted(_sources()):
        digest.update(file.as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _sources():
    root = Path(settings.BASE_DIR)
    wiring = root / settings.ROOT_URLCONF.partition(".")[0]
    installed = (Path(config.path) for config in apps.get_app_configs())
    ours = [wiring, *(folder for folder in installed if folder.parent == root)]
    for folder in [*ours, root / "templates", root / "static"]:
        yield from (file for file in folder.rglob("*") if file.suffix in SOURCES)
    # Another version of a library may write another page.
    yield from root.glob("requirements.lock")


def _encoding(request):
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
    words = {word.partition(";")[0].strip() for word in accepted.split(",")}
    return next((encoding for encoding in ENCODERS if encoding in words), "")


def _headed(response, tag, encoding):
    """Say that the answer may be kept, and is to be asked for again each time."""
    response.headers["ETag"] = f'"{tag}-{encoding}"' if encoding else f'"{tag}"'
    response.headers["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return response


def _encoded(plain, tag, encoding):
    """Return the stored answer compressed, or as it is where that is not worth it."""
    headers = dict(plain.headers)
    if len(plain.body) < SMALLEST_COMPRESSED or not headers["Content-Type"].startswith(
        COMPRESSIBLE
    ):
        return plain
    body = ENCODERS[encoding](plain.body)
    headers |= {
        "Content-Encoding": encoding,
        "Content-Length": str(len(body)),
        "ETag": f'"{tag}-{encoding}"',
    }
    return Stored(body, tuple(headers.items()))


def _answer(stored):
    return HttpResponse(stored.body, headers=dict(stored.headers))
