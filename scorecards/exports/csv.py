"""A table as CSV: UTF-8 with a byte order mark, so that Excel reads Vietnamese; decimal points."""

import csv
import io

from scorecards.exports.rows import harmless, headings, records


def write(table, *, metadata=None) -> bytes:
    """Return the table's rows under one line of headings; unknown values are empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings(table))
    for record in records(table):
        writer.writerow([harmless(value) for value in record.values()])
    return text.getvalue().encode("utf-8-sig")
