"""The annexes as a tagged PDF (PDF/UA-1), fonts embedded, from HTML and CSS by WeasyPrint.

The decision's own page is left to the Word file, which the office completes and has signed: a PDF
of it would look like the act and not be it. Laying out is slow, 8 ms a row, so a made file is kept
in var/documents until the page it is made from changes.
"""

import base64
import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from scorecards.exports import qr
from scorecards.exports.annex import header_marks, in_vietnamese

CONTENT_TYPE = "application/pdf"
STYLE = Path(settings.BASE_DIR) / "templates" / "documents" / "phu_luc.css"
ONE_AT_A_TIME = 0x70_68_75_6C_75_63  # the key of the lock, any number no other lock uses
# What one request may make, three seconds of work and 150 MB; the command makes the rest.
MOST_UNITS = 400


class NotMade(Exception):
    """The PDF cannot be made here and now; the text says what to do, in one sentence."""


@in_vietnamese
def kept(acts, name, *, most_units=None) -> bytes:
    """Return the PDF of ``acts``, made anew only if its page or style has changed.

    ``name``: under which it is kept, such as "tay-ninh-2023-so-nganh-v1". Raises `NotMade` where
    the system's libraries are missing, or where it would have to be made for more than
    ``most_units``.
    """
    page = _page(acts)
    state = hashlib.sha256((page + STYLE.read_text("utf-8")).encode()).hexdigest()[:32]
    file = Path(settings.VAR_DIR) / "documents" / f"{name}.{state}.pdf"
    if file.exists():
        return file.read_bytes()
    if most_units and sum(len(annex.results) for act in acts for annex in act.annexes) > most_units:
        raise NotMade(
            _(
                "This list has too many units to make the PDF on request; whoever runs the portal "
                "makes it with the command export_documents. The Word and Excel files are there."
            )
        )
    library = _library()
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever asks meanwhile waits, and then finds it made.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        if not file.exists():
            content = _made(library, page)
            _keep(file, f"{name}.*.pdf", content)
            return content
    return file.read_bytes()


def _library():
    """Return WeasyPrint, loaded at the first PDF: without Pango everything else still works."""
    try:
        import weasyprint
    except OSError as missing:
        raise NotMade(
            _(
                "The PDF cannot be made: the administrator installs the system packages "
                "libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0. The Word and Excel "
                "files are there."
            )
        ) from missing
    return weasyprint


def _page(acts):
    annexes = [annex for act in acts for annex in act.annexes]
    return render_to_string(
        "documents/phu_luc.html",
        {
            "annexes": [
                {"annex": annex, "rows": annex.rows, "qr": _data_address(qr.png(annex.address))}
                for annex in annexes
            ],
            "marks": " · ".join(header_marks(acts)),
            "title": annexes[0].edition.title,
            "author": annexes[0].edition.authority.name,
            "digests": ", ".join(annex.digest for annex in annexes),
        },
    )


def _data_address(picture):
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def _made(library, page):
    # Nothing is fetched: the page carries its pictures itself.
    fetcher = library.urls.URLFetcher(allowed_protocols=["data"])
    document = library.HTML(string=page, url_fetcher=fetcher)
    style = library.CSS(string=STYLE.read_text("utf-8"), url_fetcher=fetcher)
    return document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")


def _keep(file, pattern, content):
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob(pattern):
            old.unlink(missing_ok=True)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_bytes(content)
        draft.rename(file)
    except OSError:
        return  # a folder that cannot be written costs time, nothing else
