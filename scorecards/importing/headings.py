"""The heading of a table: where it stands and what each column holds, however it is written.

Provinces write "Điểm tự chấm", "ĐIỂM TỰ ĐÁNH GIÁ" or two merged lines, in any order and under any
number of title rows. Nothing is guessed from the place of a column.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _

from scorecards.importing.problems import Problem
from scorecards.importing.sheet import Cell, Sheet
from units.vietnamese import fold


class Field(StrEnum):
    """What a column holds, apart from the points of one criterion."""

    POSITION = "position"
    CODE = "code"
    UNIT = "unit"
    MAXIMUM = "maximum"
    CLAIMED = "claimed"
    APPRAISED = "appraised"
    SURVEY = "survey"
    BONUS = "bonus"
    PENALTY = "penalty"
    ADJUSTMENT = "adjustment"
    TOTAL = "total"
    POINTS = "points"  # a heading that says "Điểm" and no more
    PERCENT = "percent"
    RANK = "rank"
    CLASS = "class"


class CriterionColumn(NamedTuple):
    """A column with the points of one criterion; ``stage`` is claimed, appraised or awarded."""

    number: str
    stage: str


Column = Field | CriterionColumn

# Looked for in this order in the folded heading: "Tỷ lệ điểm thẩm định / điểm tối đa" is a
# percentage before it is anything else, "Tổng điểm thẩm định" is the appraisal and no total.
_PATTERNS = tuple(
    (column, re.compile(pattern))
    for column, pattern in (
        (Field.POSITION, r"^(stt|tt|so tt|so thu tu|no)$"),
        (Field.RANK, r"\b(xep hang|vi thu|thu hang|xep thu|vi tri)\b|^(hang|rank)\b"),
        (Field.CLASS, r"\b(xep loai|phan loai)\b|^(loai|class)$"),
        (Field.PERCENT, r"^(ty le|ti le|chi so|phan tram|par index|index|percent)\b"),
        (Field.MAXIMUM, r"\btoi da\b|^(thang diem|diem chuan)\b|^max(imum)?( points)?$"),
        (Field.CLAIMED, r"\btu (danh gia|cham)\b|^(claimed|self)\b"),
        (Field.ADJUSTMENT, r"\b(thuong|cong)\b.*\b(tru|phat)\b|^adjustment\b|^bonus and penalty\b"),
        (Field.TOTAL, r"\btham dinh\b.*\b(dtxhh|xhh|xa hoi hoc)\b"),
        (Field.APPRAISED, r"\btham dinh\b|^appraised\b"),
        (Field.SURVEY, r"\b(dtxhh|xhh|xa hoi hoc|khao sat)\b|^survey\b"),
        (Field.BONUS, r"^diem (thuong|cong)\b|^bonus\b"),
        (Field.PENALTY, r"^diem (bi |giam )?(tru|phat)\b|^penalt(y|ies)\b"),
        (
            Field.TOTAL,
            r"^tong\b|^(total|score|points)\b|^ket qua danh gia$"
            r"|^diem (danh gia|dat|tong|chi so|cuoi cung|chinh thuc|cong bo|ket luan|cchc)\b",
        ),
        (Field.CODE, r"^ma( so)?( (don vi|dv|co quan|dinh danh|huyen|xa|phuong)\b.*)?$"),
        (Field.CODE, r"^(unit )?code$"),
        (Field.UNIT, r"^(unit|unit name|agency|name)$"),
        (Field.POINTS, r"^(diem|so diem|diem so)$"),
    )
)
_LEFT_OUT = re.compile(
    r"\b(ghi chu|giai trinh|ly do|nhan xet|tai lieu|so voi|thay doi|nam truoc|tang giam)\b"
    r"|^(tang|giam)\b|\bdon vi tinh\b|\b(change|previous|note|reason)\b"
)
# "Tên cơ quan, đơn vị", "Sở, ban, ngành", "UBND huyện, thị xã, thành phố", "Xã, phường, đặc khu".
_UNIT_WORDS = re.compile(
    r"(ten|cac|co|quan|don|vi|so|ban|nganh|huyen|thi|xa|thanh|pho|phuong|dac|khu|dia|hanh|chinh"
    r"|ubnd|cap|tinh|thuoc|truc|va|duoc|danh|gia|tran)"
)
_UNIT_CORE = re.compile(r"\b(don vi|co quan|dia phuong|ban nganh|ten so|huyen|thi xa|xa|phuong)\b")
_YEAR = re.compile(r"\bnam (20[0-9]{2})\b")
_NUMBER = re.compile(
    r"\s*(?:tiêu chí|tctp|tc)?\s*(?P<number>[0-9]+(?:\.[0-9]+)*)\.?(?=[\s(:–—-]|$)", re.IGNORECASE
)
_MAXIMUM = re.compile(r"\s*\((?:tối đa )?([0-9]+(?:[.,][0-9]+)?)(?: điểm)?\)", re.IGNORECASE)

_IDENTIFYING = {Field.UNIT, Field.CODE}
_MAX_TITLE_ROWS = 60
_MAX_LINES = 3


@dataclass(frozen=True)
class Headings:
    """The heading found: its rows (counted from zero) and the place of every column."""

    sheet: Sheet
    first_row: int
    last_row: int
    columns: dict[Column, int]
    unused: list[Cell] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def cell(self, column: Column) -> Cell:
        """Return the lowest heading cell of the column that holds a text."""
        return lowest(self.sheet, self.columns[column], self.first_row, self.last_row)

    @property
    def criteria(self) -> dict[CriterionColumn, int]:
        return {key: at for key, at in self.columns.items() if isinstance(key, CriterionColumn)}


def find_headings(sheet: Sheet, *, numbers: Collection[str], year: int) -> Headings | None:
    """Return the heading of the sheet's table, or None if no row looks like one.

    ``numbers`` are the criteria of the framework; a column headed by one of them holds its
    points. A heading that names another year than ``year`` is left out. A heading without a
    column that names the unit comes back with that as a problem.
    """
    almost = None
    for row in range(min(len(sheet.rows), _MAX_TITLE_ROWS)):
        found = _read_heading(sheet, row, numbers, year)
        known = found.columns.keys()
        values = known - {Field.POSITION, *_IDENTIFYING}
        if known & _IDENTIFYING and values:
            return found
        if almost is None and len(values) >= 2:
            almost = found
    if almost is None:
        return None
    cell = almost.cell(next(iter(almost.columns)))
    wanted = _("a column headed “Tên đơn vị” or “Mã đơn vị” is wanted beside the points.")
    almost.problems.append(Problem(cell, cell.shown, wanted))
    return almost


def _read_heading(sheet: Sheet, row: int, numbers: Collection[str], year: int) -> Headings:
    last_row = _last_line(sheet, row, numbers)
    columns: dict[Column, int] = {}
    unused, problems = [], []
    for at in range(sheet.width):
        lines = lines_over(sheet, at, row, last_row)
        if not any(lines):
            continue
        cell = lowest(sheet, at, row, last_row)
        column = _criterion_column(cell, lines, numbers) or _field(lines)
        if isinstance(column, Problem):
            problems.append(column)
        elif column is None or _names_another_year(lines, year):
            unused.append(cell)
        elif column not in columns:
            columns[column] = at
        elif column is Field.POSITION:
            unused.append(cell)
        else:
            problems.append(_twice(sheet, columns[column], cell, row, last_row))
    # "Điểm" alone is the total, unless another column says so in more words.
    if (at := columns.pop(Field.POINTS, None)) is not None:
        if Field.TOTAL in columns:
            unused.append(lowest(sheet, at, row, last_row))
        else:
            columns[Field.TOTAL] = at
    return Headings(sheet, row, last_row, columns, unused, problems)


def _names_another_year(lines: list[str], year: int) -> bool:
    named = _YEAR.findall(fold(" ".join(lines)))
    return bool(named) and str(year) not in named


def _twice(sheet, first, cell, row, last_row):
    return Problem(
        cell,
        cell.shown,
        _("cell %(address)s has the same heading: keep one of the two columns.")
        % {"address": lowest(sheet, first, row, last_row).address},
    )


def _last_line(sheet: Sheet, row: int, numbers: Collection[str]) -> int:
    """Return the last row of the heading that begins in ``row``.

    Merged cells tell; without them (.csv) a further line leaves the unit's column empty and
    names columns in others.
    """
    unit = next(
        (
            at
            for at in range(sheet.width)
            if _is_text(sheet, row, at) and _field([sheet.rows[row][at]]) in _IDENTIFYING
        ),
        None,
    )
    if unit is None:
        return row
    for (top, left), (bottom, _right) in sheet.merged:
        if top == row and left == unit and bottom > top:
            return min(bottom, row + _MAX_LINES - 1)
    last = row
    while last + 1 < min(len(sheet.rows), row + _MAX_LINES) and _is_further_line(
        sheet, last + 1, unit, numbers
    ):
        last += 1
    return last


def _is_further_line(sheet: Sheet, row: int, unit: int, numbers: Collection[str]) -> bool:
    """Say whether the row names columns: a row of points without its unit must not pass for one."""
    if any(not sheet.is_blank(row, at) for at in range(unit + 1)):
        return False
    texts = [sheet.rows[row][at] for at in range(sheet.width) if _is_text(sheet, row, at)]
    if any(_field([text]) for text in texts):
        return True
    named = [
        text for text in texts if (match := _NUMBER.match(text)) and match["number"] in numbers
    ]
    return len(named) > 1 and len(named) == len(texts)


def _is_text(sheet: Sheet, row: int, column: int) -> bool:
    return isinstance(sheet.rows[row][column], str) and not sheet.is_blank(row, column)


def lines_over(sheet: Sheet, column: int, first: int, last: int) -> list[str]:
    """Return the texts over one column, from the top; a merged title covers all its columns."""
    lines = []
    for row in range(first, last + 1):
        text = sheet.cell(row, column).text
        if not text and row < last and not sheet.is_blank(last, column):
            text = _title_above(sheet, row, column, last)
        lines.append(text)
    return lines


def _title_above(sheet: Sheet, row: int, column: int, last: int) -> str:
    for (top, left), (bottom, right) in sheet.merged:
        if top <= row <= bottom and left <= column <= right:
            return sheet.cell(top, left).text
    if sheet.merged:
        return ""
    # A .csv keeps a merged title in its first column only.
    for left in range(column - 1, -1, -1):
        if sheet.is_blank(last, left):
            return ""
        if text := sheet.cell(row, left).text:
            return text
    return ""


def lowest(sheet: Sheet, column: int, first: int, last: int) -> Cell:
    """Return the lowest cell over a column that holds a text, the first one if none does."""
    row = next(
        (row for row in range(last, first - 1, -1) if not sheet.is_blank(row, column)), first
    )
    return sheet.cell(row, column)


def naming(lines: list[str]) -> Field | None:
    """Return what a heading says if its column names the row: place, code or unit; else None."""
    found = _field(lines)
    return found if found in (Field.POSITION, *_IDENTIFYING) else None


def _field(lines: list[str]) -> Field | None:
    """Return what the heading's lines name: the lowest alone if it is enough, else all together."""
    lowest, together = next(filter(None, reversed(lines)), ""), " ".join(filter(None, lines))
    if _LEFT_OUT.search(fold(together)):
        return None
    alone, joined = _named(lowest), _named(together)
    if alone is Field.POINTS and joined not in (None, Field.PERCENT):
        return joined  # "Thẩm định" above "Điểm"; "Chỉ số" above "Điểm" is still points
    return alone or joined or (Field.PERCENT if "%" in lowest else None)


def _named(heading: str) -> Field | None:
    # What stands in brackets comes second: (%), (4=5+6), "Tổng điểm (thẩm định + ĐTXHH)".
    for text in (re.sub(r"\([^)]*\)", " ", heading), heading):
        folded = " ".join(_YEAR.sub(" ", fold(text)).split())
        for column, pattern in _PATTERNS:
            if pattern.search(folded):
                return column
        if _names_units(folded):
            return Field.UNIT
    return None


def _names_units(text: str) -> bool:
    return bool(_UNIT_CORE.search(text)) and all(map(_UNIT_WORDS.fullmatch, text.split()))


_STAGES = {
    re.compile(r"\btu (danh gia|cham)\b"): "claimed",
    re.compile(r"\btham dinh\b"): "appraised",
}


def _criterion_column(
    cell: Cell, lines: list[str], numbers: Collection[str]
) -> CriterionColumn | Problem | None:
    """Return the criterion whose number one of the lines begins with.

    What the other lines say is the stage; on the number's own line a title may stand, so there
    only a bare "tự đánh giá" or "thẩm định" counts.
    """
    for line in reversed(lines):
        match = _NUMBER.match(line)
        if not match:
            continue
        number = match["number"]
        if number in numbers:
            rest = line[match.end() :]
            others = [other for other in lines if other is not line]
            return CriterionColumn(number, _stage(rest, others))
        if "." in number:
            wanted = _("this framework has no criterion %(number)s.") % {"number": number}
            return Problem(cell, cell.shown, wanted)
    if isinstance(cell.value, date):
        wanted = _("Excel took it for a date: format the cell as text and type the number again.")
        return Problem(cell, cell.shown, wanted)
    return None


def _stage(rest: str, others: list[str]) -> str:
    alone = {re.sub(r"^diem ", "", fold(text)) for text in (rest, re.sub(r"\([^)]*\)", " ", rest))}
    for pattern, stage in _STAGES.items():
        if any(map(pattern.fullmatch, alone)) or any(map(pattern.search, map(fold, others))):
            return stage
    return "awarded"


def stated_maximum(cell: Cell) -> Decimal | None:
    """Return the maximum a criterion's heading states behind its number: "1.2.3 (2,5)"."""
    number = _NUMBER.match(cell.text)
    stated = _MAXIMUM.match(cell.text, number.end()) if number else None
    return Decimal(stated[1].replace(",", ".")) if stated else None
