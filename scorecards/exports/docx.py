"""The decision and its annexes as a Word file, from templates/documents/quyet-dinh.docx.

The template holds the layout and the words of Nghị định 30/2020/NĐ-CP and can be edited in Word;
here stands only what fills it in. Nothing is ever signed here.
"""

import io
import zipfile
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from docx.oxml.ns import qn
from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage

from scorecards.exports import qr
from scorecards.exports.annex import (
    act_in_words,
    blank_day,
    blank_number,
    day_in_words,
    header_marks,
    in_vietnamese,
    number_of,
)

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "documents" / "quyet-dinh.docx"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE_WIDTH = 24.7  # cm between the margins of the landscape page
QR_WIDTH = 2.6
TWIPS = 567  # in a centimetre


@in_vietnamese
def write(acts, *, decision_pages=True) -> bytes:
    """Return a Word file of ``acts``: the text of each decision, then its annexes.

    An act of another publisher comes without the text, and so does every act without
    ``decision_pages``. The same editions give the same bytes.
    """
    template = DocxTemplate(TEMPLATE)
    template.render(
        {
            "marks": " · ".join(header_marks(acts)),
            "acts": [_act(template, act, decision_pages) for act in acts],
        },
        autoescape=True,
    )
    annexes = [annex for act in acts for annex in act.annexes]
    _set_widths(template.docx, [annex for annex in annexes if annex.results])
    _end_with_last_section(template.docx)
    sealed_at = max(annex.edition.sealed_at for annex in annexes)
    _set_properties(template.docx, annexes, sealed_at)
    output = io.BytesIO()
    template.save(output)
    return _dated(output.getvalue(), sealed_at)


def _act(template, act, decision_pages):
    decision, authority = act.decision, act.authority
    kind, place = _issuer(authority)
    subject = _subject(act)
    return {
        "ours": act.ours and decision_pages,
        "is_draft": act.is_draft,
        "authority": authority.name,
        "issuer": authority.name.upper(),
        "issuer_kind": kind,
        "issuer_place": place,
        "number": number_of(decision) if decision and decision.number else blank_number(),
        "place": (decision and decision.place) or _place_of(authority),
        "day": day_in_words(decision.signed_on) if decision and decision.signed_on else blank_day(),
        "subject": _("On %(subject)s") % {"subject": subject},
        "announces": subject[:1].upper() + subject[1:],
        "grounds": list(
            dict.fromkeys(
                annex.edition.framework.decision
                for annex in act.annexes
                if annex.edition.framework.decision
            )
        ),
        "on_behalf": _("ON BEHALF OF THE PEOPLE'S COMMITTEE") if place else authority.name.upper(),
        "office": _("CHAIRMAN") if place else _("[OFFICE OF THE SIGNER]"),
        "signer": decision.signer if decision else "",
        "annexes": [_annex(template, annex) for annex in act.annexes],
    }


def _place_of(authority):
    """Return the name of the place as it stands before the date: a province without "tỉnh"."""
    return authority.place.removeprefix(_("Province of") + " ")


def _issuer(authority):
    """Return the issuer in the two lines of the head: "ỦY BAN NHÂN DÂN", "TỈNH TÂY NINH"."""
    committee = _("People's Committee of").upper()
    name = authority.name.upper()
    if name.startswith(committee):
        return committee, name.removeprefix(committee).strip()
    return name, ""


def _subject(act):
    """Return what the decision is about, as it goes on after "Về việc"."""
    if not act.decision:
        return _("announcing the result of the reform index of %(year)s") % {
            "year": str(act.annexes[0].edition.year)
        }
    title = act.decision.title
    for opening in (_("Decision "), _("on the matter of "), _("On the matter of ")):
        title = title.removeprefix(opening)
    return title[:1].lower() + title[1:]


def _annex(template, annex):
    picture = io.BytesIO(qr.png(annex.address))
    return {
        "heading": annex.heading,
        "title": annex.title,
        "attached_to": annex.attached_to,
        "group": annex.group,
        "units": annex.units,
        "classes": annex.classes,
        "columns": [column.heading for column in annex.columns[2:]],
        "rows": [{"place": cells[0], "name": cells[1], "cells": cells[2:]} for cells in annex.rows],
        "summary": annex.summary,
        "notes": annex.notes,
        "version": annex.version,
        "digest": annex.digest,
        "verification_page": annex.verification_page,
        "qr": InlineImage(template, picture, width=Cm(QR_WIDTH)),
    }


def _set_widths(document, annexes):
    """Give the columns of every annex their widths: the template cannot know how many there are."""
    tables = [
        table
        for table in document.element.body.iter(qn("w:tbl"))
        if table.tblPr.find(qn("w:tblCaption")) is not None
    ]
    for table, annex in zip(tables, annexes, strict=True):
        widths = _widths(annex)
        table.tblPr.find(qn("w:tblCaption")).set(qn("w:val"), annex.title)
        grid = table.tblGrid
        for column in list(grid):
            grid.remove(column)
        for width in widths:
            grid.add_gridCol().w = width * 635  # EMU, of which a twip has 635
        for row in table.iterchildren(qn("w:tr")):
            for cell, width in zip(row.iterchildren(qn("w:tc")), widths, strict=True):
                element = cell.find(qn("w:tcPr")).find(qn("w:tcW"))
                element.set(qn("w:type"), "dxa")
                element.set(qn("w:w"), str(width))


def _widths(annex):
    given = [column.width for column in annex.columns]
    name = PAGE_WIDTH - sum(width for width in given if width)
    return [round((width or name) * TWIPS) for width in given]


def _end_with_last_section(document):
    """Let the document end with its last annex: the template's own last section has nothing."""
    body = document.element.body
    *__, last = body.iter(qn("w:sectPr"))
    ends = [element for element in body.iter(qn("w:sectPr")) if element.getparent() is not body]
    paragraph = ends[-1].getparent().getparent()
    body.replace(last, ends[-1])
    # A table must be followed by a paragraph: this one stays, without a section of its own.
    for after in list(paragraph.itersiblings(qn("w:p"))):
        body.remove(after)


def _set_properties(document, annexes, sealed_at):
    properties = document.core_properties
    properties.title = annexes[0].edition.title
    properties.author = annexes[0].edition.authority.name
    properties.subject = act_in_words(annexes[0].edition.decision, annexes[0].edition.authority)
    properties.keywords = " ".join(annex.digest for annex in annexes)
    properties.created = properties.modified = sealed_at.replace(tzinfo=None)
    properties.last_modified_by = ""


def _dated(content, moment):
    """Return the archive with the edition's date on every part: the same bytes every time."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as dated,
    ):
        for part in made.infolist():
            entry = zipfile.ZipInfo(part.filename, moment.timetuple()[:6])
            dated.writestr(entry, made.read(part), zipfile.ZIP_DEFLATED)
    return output.getvalue()
