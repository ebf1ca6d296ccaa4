"""A table in a workbook, found by its headings, and the kinds of cells that scores do not have."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath

from django.utils.translation import gettext as _

from scorecards.importing import NotImportable, Outdated
from scorecards.importing.decimals import is_blank
from scorecards.importing.headings import Field, Headings, lines_over, lowest, naming
from scorecards.importing.problems import Problem, Unreadable
from scorecards.importing.sheet import Cell, Sheet
from scorecards.models.import_run import ImportRun
from units.models import Unit
from units.vietnamese import fold

_MAX_TITLE_ROWS = 60
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ .,\u00a0])[0-9]{3})(?:\1[0-9]{3})*")
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_MONTH = re.compile(r"(?:tháng )?([0-9]{1,2})(?:[/.-]| năm )([0-9]{4})|([0-9]{4})-([0-9]{1,2})")
Namer = Callable[[list[str]], str | None]


def find_table(
    sheets: Iterable[Sheet], named: Namer, *, wanted: Collection[str], sheet_name: str, hint: str
) -> Headings:
    """Return the heading of the one table whose columns ``named`` knows.

    A heading has a column that names the unit and at least one of ``wanted``. Raises `Unreadable`
    with a sentence, ``hint`` telling what a heading looks like.
    """
    sheets = [
        sheet
        for sheet in sheets
        if (fold(sheet.name) == fold(sheet_name) if sheet_name else not sheet.hidden)
    ]
    found = [table for sheet in sheets if (table := _in_sheet(sheet, named, wanted))]
    if not found:
        raise Unreadable(_("No heading was found: %(hint)s") % {"hint": hint})
    if len(found) > 1:
        names = ", ".join(f"“{table.sheet.name}”" for table in found)
        raise Unreadable(
            _("Several sheets hold a table: %(names)s. Say which one to import.") % {"names": names}
        )
    return found[0]


def _in_sheet(sheet, named, wanted):
    for row in range(min(len(sheet.rows), _MAX_TITLE_ROWS)):
        for last in (row + 1, row):
            if last < len(sheet.rows) and (last == row or _is_second_line(sheet, row, named)):
                table = _read(sheet, row, last, named)
                columns = table.columns.keys()
                if columns & {Field.UNIT, Field.CODE} and columns & set(wanted):
                    return table
    return None


def _is_second_line(sheet, row, named):
    """Say whether the next row names columns too: it leaves the unit's column to the row above."""
    unit = next(
        (
            at
            for at in range(sheet.width)
            if naming([sheet.cell(row, at).text]) in (Field.UNIT, Field.CODE)
        ),
        None,
    )
    if unit is None or not sheet.is_blank(row + 1, unit):
        return False
    texts = [at for at in range(sheet.width) if not sheet.is_blank(row + 1, at)]
    return bool(texts) and all(
        isinstance(sheet.rows[row + 1][at], str)
        and named(lines_over(sheet, at, row, row + 1)) is not None
        for at in texts
    )


def _read(sheet, row, last, named):
    columns, unused, problems = {}, [], []
    for at in range(sheet.width):
        lines = lines_over(sheet, at, row, last)
        if not any(lines):
            continue
        cell = lowest(sheet, at, row, last)
        column = named(lines) or naming(lines)
        if column is None or (column in columns and column == Field.POSITION):
            unused.append(cell)
        elif column in columns:
            first = lowest(sheet, columns[column], row, last)
            wanted = _("cell %(address)s has the same heading: keep one of the two columns.") % {
                "address": first.address
            }
            problems.append(Problem(cell, cell.shown, wanted))
        else:
            columns[column] = at
    return Headings(sheet, row, last, columns, unused, problems)


def read_count(cell: Cell) -> int | Problem | None:
    """Return a whole number of dossiers, None if the cell is blank, or the problem with it.

    1.838 is one thousand eight hundred and thirty-eight: dossiers have no decimals.
    """
    if is_blank(cell):
        return None
    value = cell.value
    if isinstance(value, str):
        text = " ".join(value.split())
        if _GROUPED.fullmatch(text):
            text = re.sub(r"\D", "", text)
        value = Decimal(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
    if isinstance(value, Decimal) and value == value.to_integral_value() and 0 <= value < 10**9:
        return int(value)
    return Problem(cell, cell.shown, _("a whole number such as 1.838 is wanted."))


def read_day(cell: Cell) -> date | Problem | None:
    """Return the day in the cell, a date or 31/12/2024 as text; None if blank, or the problem."""
    if is_blank(cell):
        return None
    if isinstance(cell.value, datetime):
        return cell.value.date()
    if isinstance(cell.value, date):
        return cell.value
    if match := _DAY.fullmatch(cell.text.strip()):
        day, month, year = map(int, match.groups())
        try:
            return date(year, month, day)
        except ValueError:
            pass
    return Problem(cell, cell.shown, _("a day such as 31/12/2024 is wanted."))


def read_month(cell: Cell) -> date | Problem:
    """Return the first day of the month in the cell: a date, 03/2024, "tháng 3/2024", 2024-03."""
    if isinstance(cell.value, date):
        return date(cell.value.year, cell.value.month, 1)
    if match := _MONTH.fullmatch(cell.text.lower()):
        month, year = (match[1], match[2]) if match[1] else (match[4], match[3])
        if 1 <= int(month) <= 12:
            return date(int(year), int(month), 1)
    return Problem(cell, cell.shown, _("a month such as 03/2024 is wanted."))


def record(preview, *, authority, subject, content: bytes, by) -> ImportRun:
    """Store what is imported, with its bytes and what it changes."""
    return ImportRun.objects.create(
        authority=authority,
        subject=subject,
        by=by,
        filename=PurePath(preview.filename).name[-200:],
        sha256=preview.sha256,
        content=content,
        added=len(preview.added),
        changed=len(preview.changed),
        unchanged=preview.unchanged,
        differences=[str(difference) for difference in preview.differences],
    )


def require_as_seen(preview, fingerprint: str) -> None:
    """Raise `NotImportable` if something is wrong, `Outdated` if it is not what was looked at."""
    if preview.problems:
        raise NotImportable(preview.problems)
    if fingerprint and fingerprint != preview.fingerprint:
        raise Outdated(preview)


def units_of(authority) -> dict[int, Unit]:
    """Return every unit of the authority by its id, other names fetched."""
    units = Unit.objects.filter(authority=authority).order_by("pk").prefetch_related("aliases")
    return {unit.pk: unit for unit in units}
