"""The rows below a heading: which are units, which are titles, totals and notes."""

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from scorecards.importing.decimals import is_blank
from scorecards.importing.headings import Column, Field, Headings
from scorecards.importing.matching import Directory, KnownUnit
from scorecards.importing.problems import IgnoredRow, Problem
from scorecards.importing.sheet import Cell
from units.vietnamese import fold

_NAMING = (Field.POSITION, Field.CODE, Field.UNIT)
_COLUMN_NUMBER = re.compile(r"\(?([0-9]{1,2}|[A-Za-z])\)?")
_AGGREGATE = re.compile(
    r"(tong|tong cong|tong so|cong|binh quan|diem binh quan|trung vi|cao nhat|thap nhat"
    r"|(gia tri |diem |muc )?trung binh|average|mean|median|total|sum|highest|lowest)"
    r"( (chung|toan tinh|khoi .*|cac .*|nhom .*|cua .*))?"
)
_MAXIMA = re.compile(r"(tong )?(diem )?toi da|diem chuan|thang diem|max(imum)?( points)?")


@dataclass(frozen=True)
class Row:
    """One unit's row: where it is named, and its other cells by what their columns hold."""

    unit: KnownUnit
    label: Cell
    cells: dict[Column, Cell]


@dataclass
class Rows:
    """All rows of a table, sorted out."""

    units: list[Row] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _unit_of(row: Row) -> int:
    return row.unit.id


def read_rows(
    headings: Headings, directory: Directory, *, same: Callable[[Row], Hashable] = _unit_of
) -> Rows:
    """Return the table's rows: units found in ``directory``, the rest ignored or a problem.

    A row that states points and names no unit is a problem; what states none is a title or a
    note. Two rows that are the ``same`` (by default: of one unit) are a problem that names both.
    """
    found = Rows()
    first_seen: dict[Hashable, Cell] = {}
    for number in range(headings.last_row + 1, len(headings.sheet.rows)):
        row = _read_row(headings, number, directory)
        if isinstance(row, Problem):
            found.problems.append(row)
        elif isinstance(row, IgnoredRow):
            found.ignored.append(row)
        elif row is not None and same(row) in first_seen:
            wanted = _("the same unit stands in cell %(address)s already: keep one row.") % {
                "address": first_seen[same(row)].address
            }
            found.problems.append(Problem(row.label, row.label.shown, wanted))
        elif row is not None:
            first_seen[same(row)] = row.label
            found.units.append(row)
    return found


def _read_row(headings: Headings, number: int, directory: Directory):
    cells = {
        column: headings.sheet.cell(number, at)
        for column, at in headings.columns.items()
        if not headings.sheet.is_blank(number, at)
    }
    label = _label(headings, number, cells)
    if label is None and not cells:
        return None
    naming = {column: cells.pop(column) for column in _NAMING if column in cells}
    code = naming[Field.CODE].text if Field.CODE in naming else ""
    name = naming[Field.UNIT].text if Field.UNIT in naming else ""
    wanted = _("a row with points names its unit.")
    if code or name:
        unit = directory.find(code=code, name=name)
        if isinstance(unit, KnownUnit):
            return Row(unit, label, cells)
        wanted = unit
    if reason := _reason_to_ignore(headings, number, label, name, cells, directory):
        return IgnoredRow(label or next(iter(cells.values())), reason)
    if label is None:
        label = headings.sheet.cell(number, headings.columns.get(Field.UNIT, 0))
    return Problem(label, label.shown, wanted)


def _label(headings: Headings, number: int, cells: dict[Column, Cell]) -> Cell | None:
    """Return the cell that says what the row is: the unit's name, its code, or a title."""
    for column in (Field.UNIT, Field.CODE):
        if column in cells:
            return cells[column]
    first_value = min(
        (at for column, at in headings.columns.items() if column not in _NAMING),
        default=headings.sheet.width,
    )
    return next(
        (
            headings.sheet.cell(number, at)
            for at in range(first_value)
            if not headings.sheet.is_blank(number, at)
        ),
        None,
    )


def _reason_to_ignore(headings, number, label, name, cells, directory) -> str:
    text = label.text if label else ""
    words = fold(re.sub(r"\([^)]*\)", " ", text))
    if number == headings.last_row + 1 and name and _COLUMN_NUMBER.fullmatch(name):
        return _("numbers of the columns")
    if name and fold(name) == fold(headings.cell(Field.UNIT).text):
        return _("the heading again")
    if _AGGREGATE.fullmatch(words) and not directory.knows(text):
        return _("a total or a mean")
    if _MAXIMA.fullmatch(words):
        return _("the maximum points")
    stated = cells.values() if name else [cell for cell in cells.values() if _is_number(cell)]
    if all(map(is_blank, stated)):
        return _("no points: a title or a note")
    return ""


def _is_number(cell: Cell) -> bool:
    return not isinstance(cell.value, str) or (cell.text[:1].isdigit() and " " not in cell.text)
