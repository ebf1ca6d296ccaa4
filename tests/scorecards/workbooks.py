"""Workbooks and text tables such as provinces send, built in memory."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date

import xlsxwriter


@dataclass(frozen=True)
class Percent:
    """A fraction in a cell that shows it with a percent sign."""

    fraction: float
    code: str = "0.00%"


@dataclass(frozen=True)
class Formula:
    text: str
    result: object


def xlsx(sheets, *, merged=(), hidden=()):
    """Return a workbook: sheet name → rows. ``merged`` ranges, such as "A1:F1", on every sheet."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    formats = {}

    def formatted(code):
        return formats.setdefault(code, book.add_format({"num_format": code}))

    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for area in merged:
            sheet.merge_range(area, "")
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                if isinstance(value, Percent):
                    sheet.write_number(y, x, value.fraction, formatted(value.code))
                elif isinstance(value, Formula):
                    sheet.write_formula(y, x, value.text, None, value.result)
                elif isinstance(value, date):
                    sheet.write_datetime(y, x, value, formatted("d-mmm"))
                elif isinstance(value, str) and value:
                    sheet.write_string(y, x, value)
                elif value not in (None, ""):
                    sheet.write(y, x, value)
    book.close()
    return file.getvalue()


def xlsx_with_part(content, path, text):
    """Return the workbook with one part of its package replaced."""
    source, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for entry in source.infolist():
            package.writestr(entry.filename, text if entry.filename == path else source.read(entry))
    return file.getvalue()


def csv(rows, *, separator=",", encoding="utf-8"):
    return "\r\n".join(separator.join(map(str, row)) for row in rows).encode(encoding)
