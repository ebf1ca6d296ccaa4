"""The official annex of an edition as one description, from which every document is made.

Rows, columns, headings, notes and class counts come from the sealed edition alone, in Vietnamese
and in the words of a decision; DOCX, PDF and XLSX give them a coat and change nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import prefetch_related_objects
from django.http import Http404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scorecards import wording
from scorecards.models.framework import Origin
from scorecards.models.publication import Edition
from scorecards.tables.base import DASH, in_places

LANGUAGE = "vi"  # acts of Vietnamese authorities have no other
POINTS = ("claimed", "appraised", "survey", "adjustment", "points", "max_points", "index_percent")
ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
HEADINGS = {
    "place": gettext_lazy("Serial number"),
    "unit_name": gettext_lazy("Name of the unit"),
    "claimed": gettext_lazy("Self-assessed points"),
    "appraised": gettext_lazy("Points of the appraisal"),
    "survey": gettext_lazy("Points of the sociological survey"),
    "adjustment": gettext_lazy("Points added or taken"),
    "points": gettext_lazy("Sum of points"),
    "max_points": gettext_lazy("Highest possible points"),
    "index_percent": gettext_lazy("Index (%)"),
    "rank": gettext_lazy("Ranking"),
    "class_name": gettext_lazy("Classification"),
}
# Centimetres; the name takes what is left of the page.
WIDTHS = {"place": 1.2, "adjustment": 2.45, "class_name": 2.6}
WIDTH = 2.05


@dataclass(frozen=True)
class Column:
    """A column of the annex: the field it shows, its official heading, its width in cm."""

    name: str
    heading: str
    width: float | None


@dataclass(frozen=True)
class Annex:
    """One edition as an annex; ``results`` are its rows, ``bands`` and ``counts`` its classes.

    ``correction``: the public edition that corrects this one, or None. ``address``: where the
    edition is verified. ``number``: "I", "II", …; "" if it is the only annex.
    """

    edition: object
    results: list
    bands: list
    counts: list
    correction: object
    address: str
    number: str = ""

    @property
    def digest(self):
        return self.edition.digest

    @property
    def group(self):
        return self.edition.group.name

    @property
    def heading(self):
        return _("Annex %(number)s") % {"number": self.number} if self.number else _("Annex")

    @property
    def title(self):
        return self.edition.title.upper()

    @property
    def announced(self):
        return self.edition.origin == Origin.ANNOUNCED

    @property
    def attached_to(self) -> str:
        """The line under the title: the act this belongs to, with blanks until it is signed."""
        words = {
            "act": act_in_words(self.edition.decision, self.edition.authority),
            "authority": self.edition.authority.name,
        }
        if self.announced:
            return _("(Re-entered from %(act)s)") % words
        return _("(Attached to %(act)s)") % words

    @property
    def columns(self) -> list[Column]:
        """The columns that some row has a value for; place and name always stand."""
        return [
            Column(name, str(heading), WIDTHS.get(name, None if name == "unit_name" else WIDTH))
            for name, heading in HEADINGS.items()
            if name in ("place", "unit_name") or self._has(name)
        ]

    def _has(self, name):
        if not any(getattr(row, name) not in (None, "") for row in self.results):
            return False
        if name == "appraised":
            # Without survey, bonus and penalty the appraised points are the sum itself.
            return self._has("survey") or self._has("adjustment") or not self._has("points")
        return True

    @property
    def rows(self) -> list[list[str]]:
        """The cells of every row as text; what is unknown is a dash, never zero."""
        names = [column.name for column in self.columns]
        return [
            [self.cell(name, row, place) for name in names]
            for place, row in enumerate(self.results, start=1)
        ]

    def cell(self, name, row, place) -> str:
        """Return one cell as it is printed."""
        value = place if name == "place" else getattr(row, name)
        if value in (None, ""):
            return DASH
        if name in POINTS:
            return wording.number(in_places(value, self.edition.decimals), self.edition.decimals)
        return str(value)

    @property
    def units(self):
        return len(self.results) or sum(row.count for row in self.counts)

    @property
    def classes(self) -> str:
        """The class counts in a phrase, "13 đơn vị xếp loại tốt, 5 khá"; "" if none is known."""
        return wording.classes_of_all_groups(self.counts, self.units)

    @property
    def summary(self) -> str:
        """The sentence under the table: how many units, and how they are classed."""
        if not self.classes:
            return ngettext(
                "The list has %(count)d unit.", "The list has %(count)d units.", self.units
            ) % {"count": self.units}
        return ngettext(
            "The list has %(count)d unit: %(classes)s.",
            "The list has %(count)d units: %(classes)s.",
            self.units,
        ) % {"count": self.units, "classes": self.classes}

    @property
    def notes(self) -> list[str]:
        """The sentences under the annex, the weightiest first."""
        return [*self._of_origin(), *self._of_versions(), *self._of_gaps()]

    def _of_origin(self):
        edition = self.edition
        if edition.illustrative:
            yield _("The units and numbers of this document are invented, to show the portal.")
        if self.announced:
            source = edition.decision.source if edition.decision else ""
            yield _("Re-entered from the published source; the portal is not its publisher.")
            if source:
                yield _("Source: %(source)s") % {"source": source}
        if edition.derived:
            columns = ", ".join(str(HEADINGS[name]).lower() for name in edition.derived)
            yield _("Computed by the portal, not printed in the source: %(columns)s.") % {
                "columns": columns
            }

    def _of_versions(self):
        edition = self.edition
        if self.correction:
            yield _("This edition has been corrected: edition %(version)s stands in its place.") % {
                "version": self.correction.version
            }
        if edition.corrects:
            yield _("This edition corrects edition %(version)s. Reason: %(reason)s") % {
                "version": edition.corrects.version,
                "reason": edition.reason,
            }
        if not edition.is_full:
            yield _("The result is known in part: what is not known is a dash, never zero.")
        if edition.note:
            yield edition.note

    def _of_gaps(self):
        if not self.edition.is_full:
            return
        lacking = [row for row in self.results if row.index_percent is None and row.reason]
        lacking.sort(key=lambda row: row.reason)
        for __, rows in groupby(lacking, key=lambda row: row.reason):
            rows = sorted(rows, key=lambda row: row.position)
            yield _("No index: %(units)s (%(reason)s).") % {
                "units": ", ".join(row.unit_name for row in rows),
                "reason": rows[0].get_reason_display(),
            }
        unranked = [row.unit_name for row in self.results if not row.ranked]
        if unranked and self.edition.ranked:
            yield _("Outside the ranking: %(units)s.") % {"units": ", ".join(unranked)}

    @property
    def version(self) -> str:
        """Which edition this is and when it was sealed."""
        return _("Edition %(version)s, sealed on the portal on %(date)s.") % {
            "version": self.edition.version,
            "date": date_format(timezone.localtime(self.edition.sealed_at), "d/m/Y"),
        }

    @property
    def verification_page(self):
        return self.address.partition("?")[0]


@dataclass(frozen=True)
class Act:
    """A decision with its annexes; ``decision`` is None until it is entered."""

    decision: object
    authority: object
    annexes: list[Annex]

    @property
    def ours(self) -> bool:
        """Whether the portal may write the decision's text: not that of another publisher."""
        return not any(annex.announced for annex in self.annexes)

    @property
    def is_draft(self) -> bool:
        """Whether number or day of signing are missing."""
        return self.ours and not (
            self.decision and self.decision.number and self.decision.signed_on
        )


def describe(editions: Iterable, *, address_of: Callable[[str], str]) -> list[Act]:
    """Return the acts of ``editions``, each with its annexes numbered, in the order given.

    ``editions`` come with their context; ``address_of``: digest → address of its verification.
    Four queries, however many editions.
    """
    editions = list(editions)
    prefetch_related_objects(editions, "results", "bands", "counts")
    corrections = {
        row.corrects_id: row
        for row in Edition.objects.public().filter(corrects__in=editions).defer("canonical")
    }
    acts = {}
    for edition in editions:
        acts.setdefault(edition.decision_id, []).append(edition)
    return [
        Act(
            decision=of_one[0].decision,
            authority=of_one[0].authority,
            annexes=[
                Annex(
                    edition=edition,
                    results=sorted(edition.results.all(), key=lambda row: row.position),
                    bands=sorted(edition.bands.all(), key=lambda row: row.position),
                    counts=sorted(edition.counts.all(), key=lambda row: row.position),
                    correction=corrections.get(edition.pk),
                    address=address_of(edition.digest),
                    number=roman(place) if len(of_one) > 1 else "",
                )
                for place, edition in enumerate(of_one, start=1)
            ],
        )
        for of_one in acts.values()
    ]


def editions_of(authority, year, group="") -> list[Edition]:
    """Return the current public editions of one year, or of one group of it.

    ``authority`` and ``group`` are address words. Raises `Http404` if nothing is public.
    """
    editions = Edition.objects.current().filter(
        framework__group__authority__slug=authority, framework__year=year, framework__round=0
    )
    if group:
        editions = editions.filter(framework__group__slug=group)
    editions = list(editions.with_context().order_by("framework__group__position"))
    if not editions:
        raise Http404(_("Nothing has been published for %(year)s.") % {"year": year})
    return editions


def addressing(origin) -> Callable[[str], str]:
    """Return the function digest → address of its verification on the site at ``origin``.

    In Vietnamese whoever asks: paper has no language to choose.
    """
    with translation.override(LANGUAGE):
        page = origin.rstrip("/") + reverse("verification")
    return lambda digest: f"{page}?ma={digest}"


def file_name(editions, *, of_group) -> str:
    """Return the name of a document without its suffix: "tay-ninh-2023-so-nganh-v1"."""
    first = editions[0]
    words = [first.authority.slug, str(first.year)]
    words += [first.group.slug, f"v{first.version}"] if of_group else ["phu-luc"]
    return "-".join(words)


def roman(number: int) -> str:
    """Return a small number as annexes are counted: 1 → "I", 4 → "IV"."""
    text = ""
    for value, letters in ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def act_in_words(decision, authority) -> str:
    """Return the act an annex names: "Quyết định số 05/QĐ-UBND ngày 31 tháng 3 năm 2021 của …".

    Number and date are dots for the hand until both are known; a title stands for a number that
    its publisher does not state.
    """
    words = {"number": blank_number(), "day": blank_day(), "authority": authority.name}
    if decision and decision.signed_on:
        words["day"] = day_in_words(decision.signed_on)
    if decision and decision.number:
        words["number"] = number_of(decision)
    elif decision and decision.announced_on and not decision.signed_on:
        return _("the announcement “%(title)s” of %(day)s by %(authority)s") % {
            **words,
            "title": decision.title,
            "day": day_in_words(decision.announced_on),
        }
    return _("Decision no. %(number)s of %(day)s by %(authority)s") % words


def blank_number() -> str:
    """Return the number as a line to be filled in by hand: "……/QĐ-UBND"."""
    return _("……/Decision")


def blank_day() -> str:
    """Return the date as a line to be filled in by hand."""
    return _("day …… month …… year ……")


def day_in_words(day) -> str:
    """Return a date as acts write it: days below 10 and the months 1 and 2 carry a zero."""
    return _("day %(day)s month %(month)s year %(year)s") % {
        "day": f"{day.day:02d}",
        "month": f"{day.month:02d}" if day.month < 3 else str(day.month),
        "year": str(day.year),
    }


def number_of(decision) -> str:
    """Return the decision's number with the zero that numbers below 10 carry: "05/QĐ-UBND"."""
    first, slash, rest = decision.number.partition("/")
    return (first.zfill(2) if first.isdigit() else first) + slash + rest


def header_marks(acts) -> list[str]:
    """Return what the head of every page says: a draft, invented, re-entered numbers."""
    drafts = [act.is_draft for act in acts]
    announced = [annex.announced for act in acts for annex in act.annexes]
    marks = []
    if any(drafts):
        marks.append(_("DRAFT DECISION") if all(drafts) else _("A PART IS A DRAFT"))
    if any(annex.edition.illustrative for act in acts for annex in act.annexes):
        marks.append(_("Illustrative data, not real results"))
    if any(announced):
        marks.append(
            _("Re-entered from the published source")
            if all(announced)
            else _("A part is re-entered from the published source")
        )
    return marks


def in_vietnamese(write):
    """Decorate a function that makes a document: it speaks Vietnamese whoever asks."""
    return translation.override(LANGUAGE)(write)
