"""The annexes as a workbook that computes: one sheet a group, a cover before them.

Index, rank and class are live formulas where the published points give the published values in
every row; where a source lacks parts or reckons otherwise the values stand plain and a note says
so. The values the formulas carry are the published ones, for viewers that do not compute.
"""

import io
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from scorecards import calculation
from scorecards.exports import qr
from scorecards.exports.annex import POINTS, Annex, act_in_words, header_marks, in_vietnamese
from scorecards.models.framework import ClassifiedBy, RankOn
from scorecards.tables.base import DASH, in_places

LIVE = ("index_percent", "rank", "class_name")
FIRST = 5  # the row of the first unit, counted from 0; its headings stand above
EXACT_PLACES = 9  # parts indexes that differ, and joins equal ones that binary numbers part
LONGEST_NAME = 31
ONE_SHEET = 25  # the rows that are printed on one sheet of paper, made a little smaller
NOT_IN_NAMES = r"[\[\]:*?/\\']"


@in_vietnamese
def write(acts) -> bytes:
    """Return the workbook of ``acts``; the same editions give the same bytes."""
    annexes = [annex for act in acts for annex in act.annexes]
    output = io.BytesIO()
    workbook = xlsxwriter.Workbook(output, {"in_memory": True})
    newest = max(annex.edition.sealed_at for annex in annexes)
    workbook.set_properties(
        {
            "title": annexes[0].edition.title,
            "author": annexes[0].edition.authority.name,
            "keywords": " ".join(annex.digest for annex in annexes),
            "created": newest.replace(tzinfo=None),
        }
    )
    looks = Looks(workbook)
    cover = workbook.add_worksheet(_("Cover"))
    names = _sheet_names(annexes)
    sheets = [workbook.add_worksheet(name) for name in names]
    marks = " · ".join(header_marks(acts))
    _write_cover(cover, acts, names, looks, marks)
    for sheet, annex in zip(sheets, annexes, strict=True):
        Sheet(sheet, annex, looks, marks).write()
    workbook.close()
    return output.getvalue()


def _sheet_names(annexes):
    names = []
    for annex in annexes:
        name = re.sub(NOT_IN_NAMES, " ", annex.group)[:LONGEST_NAME].strip() or annex.heading
        if name.lower() in [taken.lower() for taken in [*names, _("Cover")]]:
            name = f"{name[: LONGEST_NAME - 4]} ({len(names) + 1})"
        names.append(name)
    return names


class Looks:
    """The cell formats of the workbook, each made once."""

    def __init__(self, workbook):
        self.workbook = workbook
        self.known = {}

    def get(self, **values):
        key = tuple(sorted(values.items()))
        if key not in self.known:
            whole = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter", **values}
            self.known[key] = self.workbook.add_format(whole)
        return self.known[key]

    @property
    def title(self):
        return self.get(bold=True, font_size=14, align="center", text_wrap=True)

    @property
    def italic(self):
        return self.get(italic=True, align="center", text_wrap=True)

    @property
    def text(self):
        return self.get(text_wrap=True, valign="top")

    @property
    def bold(self):
        return self.get(bold=True)

    @property
    def head(self):
        return self.get(bold=True, border=1, align="center", text_wrap=True)

    @property
    def name(self):
        return self.get(border=1, text_wrap=True)

    @property
    def cell(self):
        return self.get(border=1, align="center")

    @property
    def link(self):
        return self.get(font_color="#0B4F8A", underline=1, valign="top")

    def number(self, decimals, *, live=False):
        values = {"border": 1, "align": "center", "num_format": _pattern(decimals)}
        return self.get(**values, **({"bg_color": "#EEF3F8"} if live else {}))

    def formula(self):
        return self.get(border=1, align="center", bg_color="#EEF3F8")


def _pattern(decimals):
    return "#,##0." + "0" * decimals if decimals else "0"


def _write_cover(sheet, acts, names, looks, marks):
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    first = acts[0].annexes[0]
    line = 0
    sheet.merge_range(line, 0, line, 1, first.edition.authority.name.upper(), looks.title)
    line += 1
    title = _("Results of the reform index of %(year)s") % {"year": str(first.edition.year)}
    sheet.merge_range(line, 0, line, 1, title.upper(), looks.title)
    if marks:
        line += 1
        sheet.merge_range(line, 0, line, 1, marks, looks.title)
    line += 2
    names = iter(names)
    for act in acts:
        for annex in act.annexes:
            lines = [
                (_("Sheet"), next(names)),
                (_("Title"), annex.edition.title),
                (_("Act"), act_in_words(annex.edition.decision, annex.edition.authority)),
                (_("Edition of the result"), annex.version),
                (_("Check code (SHA-256)"), annex.digest),
                (_("To be verified at"), annex.address),
                (_("Result"), annex.summary),
            ]
            for label, text in lines:
                sheet.write_string(line, 0, label, looks.bold)
                if text == annex.address:
                    sheet.write_url(line, 1, text, looks.link, text)
                else:
                    sheet.write_string(line, 1, text, looks.text)
                line += 1
            line += 1
    sheet.write_string(line, 0, _("How to read this workbook"), looks.bold)
    for text in _legend():
        sheet.write_string(line, 1, text, looks.text)
        line += 1
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _legend():
    return [
        _("Cells on a blue ground hold formulas; the values are those published."),
        _("Index (%) = sum of points × 100 ÷ highest possible points, rounded half up."),
        _("Equal indexes share a rank, and the next one is left out (1, 2, 2, 4)."),
        _("A dash (—) means that the number is not known; it is never zero."),
    ]


@dataclass
class Sheet:
    """The sheet of one annex."""

    sheet: object
    annex: Annex
    looks: Looks
    marks: str

    @property
    def edition(self):
        return self.annex.edition

    @cached_property
    def places(self):
        """The column, counted from 0, in which each field stands."""
        return {column.name: place for place, column in enumerate(self.annex.columns)}

    @property
    def last(self):
        return FIRST + len(self.annex.results) - 1

    @property
    def bands_from(self):
        """The row of the first class under the table; its headings stand above."""
        return FIRST + len(self.annex.results) + 3

    @cached_property
    def live(self):
        return live_columns(self.edition, self.annex.results, self.annex.bands)

    def write(self):
        self._write_titles()
        if self.annex.results:
            self._write_table()
        line = self._write_classes()
        line = self._write_notes(line + 1)
        self._write_verification(line + 1)
        self._set_up()

    @property
    def width(self):
        return max(len(self.annex.columns), 6)

    def _write_titles(self):
        last = self.width - 1
        titles = [self.annex.heading, self.annex.title, self.annex.attached_to]
        looks = [self.looks.title, self.looks.title, self.looks.italic]
        for line, (text, look) in enumerate(zip(titles, looks, strict=True)):
            self.sheet.merge_range(line, 0, line, last, text, look)
            # A merged cell does not grow with its text by itself.
            self.sheet.set_row(line, 20 * lines_of(text, self._text_width * 0.8))

    def _write_table(self):
        for place, column in enumerate(self.annex.columns):
            self.sheet.write_string(FIRST - 1, place, column.heading, self.looks.head)
        for place, row in enumerate(self.annex.results):
            self._write_row(FIRST + place, row, place + 1)
        if self._has_ranking_column:
            self._write_ranking_column()

    def _write_row(self, line, row, number):
        for name, place in self.places.items():
            value = number if name == "place" else getattr(row, name)
            if value in (None, ""):
                self.sheet.write_string(line, place, DASH, self.looks.cell)
            elif name in self.live:
                look = (
                    self.looks.number(self.edition.decimals, live=True)
                    if name == "index_percent"
                    else self.looks.formula()
                )
                shown = in_places(value, self.edition.decimals) if name in POINTS else value
                shown = shown if isinstance(shown, (int, str)) else float(shown)
                self.sheet.write_formula(line, place, self._formula(name, line), look, shown)
            elif name in POINTS:
                shown = float(in_places(value, self.edition.decimals))
                look = self.looks.number(self.edition.decimals)
                self.sheet.write_number(line, place, shown, look)
            elif name == "unit_name":
                self.sheet.write_string(line, place, value, self.looks.name)
            elif isinstance(value, int):
                self.sheet.write_number(line, place, value, self.looks.cell)
            else:
                self.sheet.write_string(line, place, value, self.looks.cell)

    # Formulas

    def _formula(self, name, line):
        return {
            "index_percent": self._index,
            "rank": self._rank,
            "class_name": self._class,
        }[name](line)

    def _cell(self, name, line):
        return f"{xl_col_to_name(self.places[name])}{line + 1}"

    def _index(self, line):
        return f"=ROUND({self._exact(line)},{self.edition.decimals})"

    def _exact(self, line):
        index = f"{self._cell('points', line)}*100/{self._cell('max_points', line)}"
        cap = self.edition.cap_percent
        return index if cap is None else f"MIN({index},{cap.normalize():f})"

    def _deciding(self, line):
        if self.edition.rank_on == RankOn.EXACT and "index_percent" in self.live:
            return f"ROUND({self._exact(line)},{EXACT_PLACES})"
        return self._cell("index_percent", line)

    @cached_property
    def _has_ranking_column(self):
        """Whether ranks need a column of their own: exact indexes, or units outside the ranking."""
        return "rank" in self.live and (
            self.edition.rank_on == RankOn.EXACT
            or any(row.index_percent is not None and row.rank is None for row in self.annex.results)
        )

    @property
    def _ranking_column(self):
        return len(self.annex.columns) + 1

    def _write_ranking_column(self):
        place = self._ranking_column
        self.sheet.write_string(FIRST - 1, place, _("Index that decides the rank"), self.looks.head)
        look = self.looks.get(border=1, align="center", bg_color="#EEF3F8", num_format="0.000000")
        for number, row in enumerate(self.annex.results):
            line = FIRST + number
            if row.rank is None:
                self.sheet.write_string(line, place, DASH, self.looks.cell)
            else:
                value = float(deciding_index(self.edition, row))
                self.sheet.write_formula(line, place, f"={self._deciding(line)}", look, value)
        self.sheet.set_column(place, place, 16)

    def _rank(self, line):
        place = self._ranking_column if self._has_ranking_column else self.places["index_percent"]
        letter = xl_col_to_name(place)
        return f"=RANK({letter}{line + 1},{letter}${FIRST + 1}:{letter}${self.last + 1},0)"

    def _class(self, line):
        value = self._classifying(line)
        otherwise = f'"{DASH}"'
        for place, band in reversed(list(enumerate(self.annex.bands))):
            row = self.bands_from + place + 1
            if band.floor is None:
                otherwise = f"$B${row}"
            else:
                sign = ">=" if band.inclusive else ">"
                otherwise = f"IF({value}{sign}$C${row},$B${row},{otherwise})"
        return f"={otherwise}"

    def _classifying(self, line):
        if self.edition.classified_by == ClassifiedBy.INDEX:
            return self._deciding(line)
        if self.edition.classified_by == ClassifiedBy.APPRAISED and "appraised" in self.places:
            return self._cell("appraised", line)
        return self._cell("points", line)

    # Under the table

    def _write_classes(self):
        """Write the classes with their floors and counts; return the line after them."""
        line = self.bands_from
        counts = {row.class_name: row.count for row in self.annex.counts}
        bands = {band.name: band for band in self.annex.bands}
        names = list(dict.fromkeys([*bands, *counts]))
        if not names:
            return line - 2
        heads = [
            _("Classification"),
            _("Lowest value"),
            _("Condition"),
            _("Number of units in the class"),
        ]
        for place, head in enumerate(heads, start=1):
            self.sheet.write_string(line - 1, place, head, self.looks.head)
        for name in names:
            self._write_class(line, name, bands.get(name), counts.get(name, 0))
            line += 1
        unknown = self.annex.units - sum(counts.values())
        if unknown > 0:
            self.sheet.write_string(line, 1, _("no data yet"), self.looks.name)
            self.sheet.write_string(line, 2, "", self.looks.cell)
            self.sheet.write_string(line, 3, "", self.looks.cell)
            self.sheet.write_number(line, 4, unknown, self.looks.cell)
            line += 1
        return line

    def _write_class(self, line, name, band, count):
        self.sheet.write_string(line, 1, name, self.looks.name)
        if band is None or band.floor is None:
            self.sheet.write_string(line, 2, "" if band else DASH, self.looks.cell)
            self.sheet.write_string(line, 3, "", self.looks.cell)
        else:
            look = self.looks.number(self.edition.decimals)
            self.sheet.write_number(line, 2, float(band.floor), look)
            words = "≥" if band.inclusive else ">"
            if band.inferred:
                words += " *"
            self.sheet.write_string(line, 3, words, self.looks.cell)
        known = sum(row.class_name == name for row in self.annex.results)
        if self.edition.is_full and "class_name" in self.places and known == count:
            letter = xl_col_to_name(self.places["class_name"])
            cells = f"{letter}${FIRST + 1}:{letter}${self.last + 1}"
            formula = f"=COUNTIF({cells},$B{line + 1})"
            self.sheet.write_formula(line, 4, formula, self.looks.formula(), count)
        else:
            self.sheet.write_number(line, 4, count, self.looks.cell)

    def _write_notes(self, line):
        notes = [self.annex.summary, *self.annex.notes]
        if any(band.inferred for band in self.annex.bands):
            notes.append(_("* The source does not state this limit; it is inferred."))
        plain = [name for name in LIVE if name in self.places and name not in self.live]
        if plain:
            headings = {column.name: column.heading for column in self.annex.columns}
            notes.append(
                _("Plain values as published, not formulas: %(columns)s.")
                % {"columns": ", ".join(headings[name] for name in plain)}
            )
        return self._write_lines(line, notes)

    def _write_lines(self, line, texts):
        for text in texts:
            self.sheet.merge_range(line, 1, line, self.width - 1, text, self.looks.text)
            self.sheet.set_row(line, 17 * lines_of(text, self._text_width))
            line += 1
        return line

    def _write_verification(self, line):
        annex = self.annex
        line = self._write_lines(
            line, [annex.version, f"{_('Check code (SHA-256)')}: {annex.digest}"]
        )
        self.sheet.write_url(line, 1, annex.address, self.looks.link, annex.address)
        picture = {"image_data": io.BytesIO(qr.png(annex.address)), "x_scale": 0.3, "y_scale": 0.3}
        picture["description"] = _("QR code of the verification page")
        # Beside the classes where there is room: below them it would be alone on a sheet of paper.
        room = len(self.annex.columns) >= 8 and len(self.annex.bands) >= 4
        place = (self.bands_from - 1, 6) if room else (line + 1, 1)
        self.sheet.insert_image(*place, "qr.png", picture)

    def _set_up(self):
        sheet = self.sheet
        for place, column in enumerate(self.annex.columns):
            sheet.set_column(place, place, self._column_width(column))
        sheet.set_row(FIRST - 1, 48)
        sheet.freeze_panes(FIRST, 2)
        sheet.repeat_rows(FIRST - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1 if len(self.annex.results) <= ONE_SHEET else 0)
        sheet.set_margins(left=1.18, right=0.79, top=0.9, bottom=0.79)
        sheet.set_header("&C&P\n" + self.marks.replace("&", "&&"))

    def _column_width(self, column):
        return column.width * 5.5 if column.width else self._name_width()

    @property
    def _text_width(self):
        """The letters that fit beside each other under the table."""
        columns = sum(self._column_width(column) for column in self.annex.columns)
        return columns + 8 * max(0, self.width - len(self.annex.columns))

    def _name_width(self):
        longest = max((len(row.unit_name) for row in self.annex.results), default=20)
        return min(max(longest + 2, 24), 60)


def lines_of(text, width) -> int:
    """Return how many lines a text takes: merged cells do not grow with theirs."""
    return 1 + int(len(text) // width)


def live_columns(edition, results, bands) -> frozenset[str]:
    """Return the columns whose published values follow from the published points in every row.

    None of an edition that is known in part.
    """
    if not edition.is_full:
        return frozenset()
    live = set()
    known = [row for row in results if row.index_percent is not None]
    if known and all(_index_follows(edition, row) for row in known):
        live.add("index_percent")
    if edition.ranked and known and _ranks_follow(edition, results, live):
        live.add("rank")
    if bands and _classes_follow(edition, results, bands, live):
        live.add("class_name")
    return frozenset(live)


def _index_follows(edition, row):
    index = exact_index(edition, row)
    return index is not None and calculation.half_up(index, edition.decimals) == row.index_percent


def exact_index(edition, row):
    """Return the index of a published row before rounding, capped as the edition says; or None."""
    index = calculation.index_of(row.points, row.max_points)
    if index is None or edition.cap_percent is None:
        return index
    return min(index, Fraction(edition.cap_percent))


def deciding_index(edition, row):
    """Return the value by which a row is ranked."""
    return row.index_percent if edition.rank_on == RankOn.SHOWN else exact_index(edition, row)


def _ranks_follow(edition, results, live):
    if edition.rank_on == RankOn.EXACT and "index_percent" not in live:
        return False
    ranked = {
        row.unit_id: deciding_index(edition, row)
        for row in results
        if row.ranked and row.index_percent is not None
    }
    ranks = calculation.competition_ranks(ranked)
    return all(ranks.get(row.unit_id) == row.rank for row in results)


def _classes_follow(edition, results, bands, live):
    if edition.classified_by == ClassifiedBy.NONE:
        return False
    by_exact = edition.classified_by == ClassifiedBy.INDEX and edition.rank_on == RankOn.EXACT
    if by_exact and "index_percent" not in live:
        return False
    rules = [calculation.Band(band.name, band.floor, band.inclusive) for band in bands]
    classed = [row for row in results if row.class_name]
    return bool(classed) and all(
        calculation.class_of(_classifying_value(edition, row), rules) == row.class_name
        for row in classed
    )


def _classifying_value(edition, row):
    if edition.classified_by == ClassifiedBy.POINTS:
        return row.points
    if edition.classified_by == ClassifiedBy.APPRAISED:
        return row.appraised
    return deciding_index(edition, row)
