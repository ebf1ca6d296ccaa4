"""A cell's number, exactly, or the problem with it. A blank cell is no number and never zero."""

import re
from datetime import date, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from scorecards.importing.problems import Problem
from scorecards.importing.sheet import Broken, Cell
from units.vietnamese import fold

# Signs that keyboards and word processors put in the place of plain ones. Not all that Unicode
# calls compatible: it would turn the footnote in "88,35²" into a third decimal.
_PLAIN = str.maketrans(
    "０１２３４５６７８９．，％＋－−\u00a0\u2007\u202f\u3000",
    "0123456789.,%+--    ",
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_NUMBER = re.compile(
    r"(?P<sign>[+\-–]?) ?(?P<digits>[0-9][0-9., ]*[0-9]|[0-9]|[.,][0-9]+)(?: ?(?P<unit>%|điểm))?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ .,])[0-9]{3})(?:\1[0-9]{3})*")
_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_NO_DATA = frozenset(("chua co", "chua co so lieu", "khong co so lieu", "no data"))
_NOT_APPLICABLE = frozenset(("kad", "khong ap dung", "x", "not applicable"))


def is_blank(cell: Cell) -> bool:
    """Say whether the cell states nothing: empty, a dash, dots, "chưa có số liệu"."""
    if isinstance(cell.value, Broken):
        return False
    text = cell.text
    return not text.strip("-–—−_…./ \u00a0") or fold(text) in _NO_DATA


def is_not_applicable(cell: Cell) -> bool:
    """Say whether the cell says that the criterion does not apply: "KAD", "không áp dụng", "x"."""
    return isinstance(cell.value, str) and fold(cell.value) in _NOT_APPLICABLE


def read_points(cell: Cell, *, decimals: int) -> Decimal | Problem | None:
    """Return the points in the cell, None if it is blank, or the problem with it.

    Both 88,35 and 88.35 are read. Where points have two decimals, 1.234 is refused: it may be
    meant as a thousand.
    """
    return _read(cell, decimals=decimals, percent=False)


def read_percent(cell: Cell) -> Decimal | Problem | None:
    """Return the percentage in the cell (96.85, with or without the sign), None or the problem.

    A number that Excel shows as a percentage has been turned into percent already (`Cell`).
    """
    number = _read(cell, decimals=None, percent=True)
    # A fraction whose format lost its percent sign. No unit has an index below one percent.
    written = cell.is_percent or "%" in cell.text
    if isinstance(number, Decimal) and 0 < number < 1 and not written:
        return Problem(cell, cell.shown, _("a percentage such as 96,85 is wanted, not a fraction."))
    return number


def read_rank(cell: Cell) -> int | Problem | None:
    """Return the place in the cell (1 is the best), None if the unit has none, or the problem."""
    if is_blank(cell) or fold(cell.text) in ("khong xep hang", "kxh", "not ranked"):
        return None
    text = re.sub(r"^hang ", "", fold(cell.text))
    if isinstance(cell.value, str | Decimal) and re.fullmatch(r"[0-9]{1,4}", text) and int(text):
        return int(text)
    return Problem(cell, cell.shown, _("a rank is a whole number such as 1."))


def _read(cell: Cell, *, decimals: int | None, percent: bool) -> Decimal | Problem | None:
    if isinstance(cell.value, Decimal):
        if cell.is_percent and not percent:
            return Problem(cell, cell.shown, _("points are wanted, not a percentage."))
        return _plausible(cell, cell.value)
    if is_blank(cell):
        return None
    if not isinstance(cell.value, str):
        return Problem(cell, cell.shown, _wanted_instead_of(cell.value))
    return _from_text(cell, decimals=decimals, percent=percent)


def _wanted_instead_of(value: object) -> str:
    if isinstance(value, date | time | timedelta):
        return _(
            "a number is wanted: Excel took it for a date, so format the cell as text "
            "and type the number again."
        )
    if isinstance(value, Broken):
        return _("a number is wanted: calculate and save the workbook in Excel.")
    return _("a number such as 88,35 is wanted.")


def _from_text(cell: Cell, *, decimals: int | None, percent: bool) -> Decimal | Problem:
    text = " ".join(_INVISIBLE.sub("", cell.text.translate(_PLAIN)).split())
    match = _NUMBER.fullmatch(text)
    digits = _plain_digits(match["digits"]) if match else None
    if match is None or digits is None:
        return Problem(cell, cell.shown, _("a number such as 88,35 is wanted."))
    if (match["unit"] == "%") > percent:
        return Problem(cell, cell.shown, _("points are wanted, not a percentage."))
    if decimals is not None and decimals < 3 and _AMBIGUOUS.fullmatch(match["digits"]):
        return Problem(
            cell,
            cell.shown,
            _(
                "it can be read as a thousand: type points without a thousand separator, "
                "with at most %(count)d decimals."
            )
            % {"count": decimals},
        )
    return _plausible(cell, Decimal(("" if match["sign"] in ("", "+") else "-") + digits))


def _plausible(cell: Cell, number: Decimal) -> Decimal | Problem:
    # Beyond this no score has ever been, and 28 digits more would be beyond what Decimal rounds.
    if abs(number) >= 1_000_000:
        return Problem(cell, cell.shown, _("a number such as 88,35 is wanted."))
    return number


def _plain_digits(text: str) -> str | None:
    """Return "1234.5" for "1.234,5", "1,234.5" and "1 234,5"; None if the signs make no sense.

    The last separator is the decimal one if it stands only once.
    """
    mark = next((char for char in reversed(text) if char in ".,"), "")
    if mark and text.count(mark) == 1:
        whole, _mark, fraction = text.partition(mark)
    else:
        whole, fraction = text, ""
    if whole and not whole.isdigit():
        if not _GROUPED.fullmatch(whole):
            return None
        whole = re.sub(r"[ .,]", "", whole)
    if fraction and not fraction.isdigit():
        return None
    return f"{whole or '0'}.{fraction}" if fraction else whole
