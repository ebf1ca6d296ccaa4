"""One year of an authority as static pages that open from a USB stick: relative links, no script.

The pages are the portal's own, rendered for an anonymous reader and rewritten: what lies inside the
bundle is linked relatively, what lies outside becomes plain text, forms and scripts go.
"""

import html
import posixpath
import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest
from django.urls import resolve

FILES = re.compile(r"[^/]+\.(csv|xlsx|json|docx|pdf)|(?:.+/)?bieu-do/[^/]+\.svg")
# Versions, frames for other sites, packages of packages, and a page for each of a hundred numbers
# of every unit (its table holds them all) stay where they are.
LEFT_OUT = re.compile(r"(^|/)(v[0-9]+/(?!dinh-chinh/)|nhung/)|^[^/]+/[^/]+/[0-9.]+/$|\.zip$")
DROPPED = {"script", "label", "button", "input", "select", "output", "iframe", "noscript"}
EMPTY = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}


def fetching(origin: str) -> Callable:
    """Return a function: path → the portal's answer to an anonymous reader, None if there is none.

    ``origin``: where the portal is reached, such as "https://par.example.vn".
    """
    parts = urlsplit(origin)

    def fetch(path):
        request = HttpRequest()
        request.method, request.path, request.path_info = "GET", path, path
        request.META = {
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
            "HTTP_HOST": parts.netloc,
            "wsgi.url_scheme": parts.scheme,
            "HTTP_X_FORWARDED_PROTO": parts.scheme,
        }
        try:
            match = resolve(path)
            request.resolver_match = match
            response = match.func(request, *match.args, **match.kwargs)
        except Http404:
            return None
        if hasattr(response, "render") and not response.is_rendered:
            response.render()
        return response if response.status_code == 200 else None

    return fetch


def bundle(
    start: str, fetch: Callable, *, note: Callable[[str], str], data: Iterable[str] = ()
) -> dict[str, bytes]:
    """Return the pages below ``start`` and the files they link to: name in the bundle → bytes.

    ``start``: the path of the first page, ending in a slash; it becomes ``index.html``.
    ``note``: the way up to the bundle's root ("", "../") → HTML that opens every page. ``data``:
    names that the caller puts into the bundle itself.
    """
    pages, contents = {}, {}
    known = set(data)
    waiting = [start]
    seen = {start}
    while waiting:
        path = waiting.pop()
        answer = fetch(path)
        if answer is None:
            continue
        name = name_of(path, start)
        known.add(name)
        if not path.endswith("/"):
            contents[name] = bytes(answer.content)
            continue
        pages[path] = answer.content.decode()
        for target in _Links(path).of(pages[path]):
            if target not in seen and _wanted(target, start):
                seen.add(target)
                waiting.append(target)
    for path, text in pages.items():
        up = "../" * (path.count("/") - start.count("/"))
        contents[name_of(path, start)] = _Rewriting(path, start, known, note(up)).of(text).encode()
    return _with_styles(contents)


def name_of(path, start):
    """Return the name in the bundle of a page or a file of the portal."""
    inside = path.removeprefix(start)
    return inside + "index.html" if not inside or inside.endswith("/") else inside


def _wanted(path, start):
    if path == start or LEFT_OUT.search(path.removeprefix(start)):
        return path == start
    if path.startswith(start):
        inside = path.removeprefix(start)
        return inside.endswith("/") or bool(FILES.fullmatch(inside))
    return False


def _with_styles(contents):
    for name in ("css/portal.css", "img/favicon.svg"):
        with open(finders.find(name), "rb") as file:
            contents[name] = file.read()
    return contents


def _target(page, href):
    """Return (path, fragment) of a link within the portal, None if it leads elsewhere."""
    parts = urlsplit(urljoin(page, href))
    if parts.scheme or parts.netloc or parts.query:
        return None
    return parts.path, parts.fragment


class _Links(HTMLParser):
    """The paths a page links to."""

    def __init__(self, page):
        super().__init__()
        self.page, self.found = page, []

    def of(self, text):
        self.feed(text)
        return self.found

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href")
        if tag == "a" and href and (target := _target(self.page, href)):
            self.found.append(target[0])


class _Rewriting(HTMLParser):
    """A page of the portal as a page of the bundle."""

    def __init__(self, page, start, known, note):
        super().__init__(convert_charrefs=False)
        self.page, self.start, self.known, self.note = page, start, known, note
        self.written, self.anchors, self.skipping, self.depth = [], [], None, 0

    def of(self, text):
        self.feed(text)
        self.close()
        whole = "".join(self.written)
        # Entries of lists that lead nowhere now, and lists of files of which none came along.
        whole = re.sub(r'<li>\s*<span class="gone">[^<]*</span>\s*</li>', "", whole)
        return re.sub(r'<ul class="files"(?:(?!</ul>|<a ).)*</ul>', "", whole, flags=re.DOTALL)

    def handle_starttag(self, tag, attrs):
        if self.skipping:
            self.depth += tag == self.skipping
            return
        attributes = dict(attrs)
        if self._is_dropped(tag, attributes):
            if tag not in EMPTY:
                self.skipping, self.depth = tag, 1
        elif tag == "a":
            self._link(attributes)
        elif tag == "link":
            self._stylesheet(attributes)
        elif tag == "form":
            self._write("div", {"class": attributes.get("class")})
        elif any(name.startswith("data-") for name in attributes):
            self._write(tag, {k: v for k, v in attributes.items() if k in ("class", "id")})
        else:
            self.written.append(self.get_starttag_text())
        if tag == "main":
            self.written.append(self.note)

    def _is_dropped(self, tag, attributes):
        classes = (attributes.get("class") or "").split()
        return (
            tag in DROPPED
            or "reader" in classes
            or (tag == "nav" and not {"crumbs", "inline"} & set(classes))
        )

    def _link(self, attributes):
        href = attributes.get("href", "")
        new = self._href(href)
        self.anchors.append("a" if new else "span")
        if new:
            kept = {k: v for k, v in attributes.items() if k not in ("href", "target")}
            self._write("a", {"href": new, **kept})
        else:
            self._write("span", {"class": "gone"})

    def _href(self, href):
        if href.startswith(("#", "http://", "https://", "mailto:")):
            return href
        target = _target(self.page, href)
        if target is None or not target[0].startswith(self.start):
            return None
        name = name_of(target[0], self.start)
        if name not in self.known:
            return None
        return self._relative(name) + (f"#{target[1]}" if target[1] else "")

    def _relative(self, name):
        here = posixpath.dirname(name_of(self.page, self.start)) or "."
        return posixpath.relpath(name, here)

    def _stylesheet(self, attributes):
        for name in ("css/portal.css", "img/favicon.svg"):
            stem, suffix = posixpath.splitext(posixpath.basename(name))
            if re.search(rf"/{stem}(\.[0-9a-f]+)?{re.escape(suffix)}$", attributes.get("href", "")):
                kept = {k: v for k, v in attributes.items() if k in ("rel", "type")}
                self._write("link", {**kept, "href": self._relative(name)})

    def _write(self, tag, attributes):
        words = [
            f' {name}="{html.escape(value)}"' if value is not None else f" {name}"
            for name, value in attributes.items()
            if value is not None or name == "download"
        ]
        self.written.append(f"<{tag}{''.join(words)}>")

    def handle_startendtag(self, tag, attrs):
        if not self.skipping:
            if tag in EMPTY:
                self.handle_starttag(tag, attrs)
            else:
                self.written.append(self.get_starttag_text())

    def handle_endtag(self, tag):
        if self.skipping:
            self.depth -= tag == self.skipping
            if not self.depth:
                self.skipping = None
        elif tag == "a":
            self.written.append(f"</{self.anchors.pop()}>")
        elif tag not in DROPPED:
            self.written.append("</div>" if tag == "form" else f"</{tag}>")

    def handle_data(self, data):
        if not self.skipping:
            self.written.append(data)

    def handle_entityref(self, name):
        self.handle_data(f"&{name};")

    def handle_charref(self, name):
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl):
        self.written.append(f"<!{decl}>")
