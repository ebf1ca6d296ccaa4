"""Text tables (.csv): which alphabet, which separator, then rows like a sheet's."""

import codecs
import csv
import io
from collections import Counter
from itertools import islice

from django.utils.translation import gettext as _

from scorecards.importing.problems import Unreadable
from scorecards.importing.sheet import Sheet

MAX_ROWS = 20_000
MAX_COLUMNS = 1_000

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_delimited(content: bytes, name: str) -> Sheet:
    """Return the table as a sheet called ``name``; raise `Unreadable` with one sentence.

    Separated by commas, semicolons or tabs, in UTF-8 or UTF-16. Other alphabets are refused: in
    the old Vietnamese ones (Windows-1258, TCVN3) letters are lost or mistaken without a sign.
    """
    text = _decoded(content)
    separator, text = _separator(text)
    try:
        rows = list(islice(csv.reader(io.StringIO(text), delimiter=separator), MAX_ROWS + 1))
    except csv.Error as error:
        raise Unreadable(_("The file is not a table of separated values (.csv).")) from error
    width = max(map(len, rows), default=0)
    if len(rows) > MAX_ROWS or width > MAX_COLUMNS:
        raise Unreadable(
            _("The table has more than %(rows)d rows or %(columns)d columns: no score table does.")
            % {"rows": MAX_ROWS, "columns": MAX_COLUMNS}
        )
    return Sheet(name=name, rows=[row + [""] * (width - len(row)) for row in rows])


def _decoded(content: bytes) -> str:
    encoding = "utf-8"
    for mark, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], name
            break
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Unreadable(
            _("The file is not in UTF-8: in Excel, save it as “CSV UTF-8” or as .xlsx.")
        )
    return text


def _separator(text: str) -> tuple[str, str]:
    """Return the separator and the text to read with it.

    The one that cuts most rows into the same number of parts, more than one; a comma in "88,35"
    cuts fewer rows alike than the semicolons between the columns, since the heading has none.
    """
    first, _newline, rest = text.partition("\n")
    if first.strip().lower() in ("sep=;", "sep=,", "sep=\t"):  # Excel's own hint
        # The hint is a row in the eyes of Excel: an empty one keeps the cells' addresses.
        return first.strip()[-1] if first.strip()[-1] != "=" else "\t", "\n" + rest
    return max(";\t,", key=lambda separator: _rows_cut_alike(text, separator)), text


def _rows_cut_alike(text: str, separator: str) -> tuple[int, int]:
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        widths = Counter(len(row) for row in islice(reader, 200) if any(row))
    except csv.Error:
        return (0, 0)
    widths.pop(1, None)
    if not widths:
        return (0, 0)
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (rows, width)
