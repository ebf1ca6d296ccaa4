"""A table as an Excel workbook: one sheet, headings in bold, numbers as numbers."""

import datetime
import io
from decimal import Decimal

import xlsxwriter

from scorecards.exports.rows import headings, records

WIDEST = 60


def write(table, *, metadata=None) -> bytes:
    """Return a workbook of one sheet; text is never read as a formula."""
    output = io.BytesIO()
    workbook = xlsxwriter.Workbook(output, {"in_memory": True})
    if sealed_at := (metadata or {}).get("sealed_at"):
        # The same edition gives the same bytes.
        created = datetime.datetime.fromisoformat(sealed_at).replace(tzinfo=None)
        about = {"title": metadata["title"], "keywords": metadata["digest"]}
        workbook.set_properties({**about, "created": created})
    sheet = workbook.add_worksheet()
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    places = {}
    titles = headings(table)
    widths = [min(len(title), WIDEST // 3) for title in titles]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
    for line, record in enumerate(records(table), start=1):
        for column, value in enumerate(record.values()):
            if isinstance(value, Decimal):
                sheet.write_number(line, column, value, _with_places(workbook, places, value))
            elif isinstance(value, int):
                sheet.write_number(line, column, value)
            elif isinstance(value, datetime.date):
                sheet.write_datetime(line, column, value, day)
            elif value is not None:
                sheet.write_string(line, column, str(value))
            widths[column] = max(widths[column], min(len(str(value or "")), WIDEST))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width + 2)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return output.getvalue()


def _with_places(workbook, known, value):
    """Return the cell format with as many decimals as ``value`` carries."""
    decimals = max(0, -value.as_tuple().exponent)
    if decimals not in known:
        pattern = "0." + "0" * decimals if decimals else "0"
        known[decimals] = workbook.add_format({"num_format": pattern})
    return known[decimals]
