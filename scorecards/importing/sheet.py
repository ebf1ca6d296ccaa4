"""A sheet of an imported file: cells that remember where they stand and what Excel shows there."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Broken:
    """A cell that holds no value anybody could read: an error such as #DIV/0!, or nothing yet."""

    text: str


Value = str | Decimal | date | time | timedelta | bool | Broken | None


@dataclass(frozen=True)
class Cell:
    """One cell. Its ``value`` is None where it is empty and text as it was typed.

    A number has the 15 digits Excel shows; ``is_percent`` says that Excel shows it with a percent
    sign, and then it is already in percent (96.85, although the file holds 0.9685).
    """

    sheet: str
    address: str  # as Excel shows it: "F17"
    value: Value
    is_percent: bool = False

    @property
    def text(self) -> str:
        """The value as plain text, numbers with a point; empty for an empty cell."""
        if self.value is None or isinstance(self.value, Broken):
            return ""
        if isinstance(self.value, Decimal):
            return f"{self.value:f}"
        return str(self.value).strip()

    @property
    def shown(self) -> str:
        """The value as a person sees it, for a message."""
        value = self.value
        if isinstance(value, Broken):
            return value.text
        if isinstance(value, Decimal):
            return number_format(value) + (" %" if self.is_percent else "")
        if isinstance(value, datetime):
            return date_format(value, "SHORT_DATETIME_FORMAT")
        if isinstance(value, date):
            return date_format(value, "SHORT_DATE_FORMAT")
        if value is None:
            return _("nothing")
        text = str(value).strip()
        return f"“{text[:80]}…”" if len(text) > 80 else f"“{text}”"


@dataclass(frozen=True)
class Sheet:
    """A sheet as rows from A1 on, every row equally long.

    ``percents`` are the (row, column) places whose format has a percent sign, ``broken`` those
    whose value cannot be read; ``merged`` are the merged ranges ((top, left), (bottom, right)).
    All places count from zero.
    """

    name: str
    rows: list[list[object]]
    hidden: bool = False
    percents: frozenset[tuple[int, int]] = frozenset()
    broken: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def cell(self, row: int, column: int) -> Cell:
        place = (row, column)
        address = f"{column_letters(column)}{row + 1}"
        if place in self.broken:
            return Cell(self.name, address, Broken(self.broken[place]))
        value = self.rows[row][column]
        is_percent = place in self.percents and isinstance(value, int | float)
        return Cell(self.name, address, _as_shown(value, is_percent), is_percent)

    def is_blank(self, row: int, column: int) -> bool:
        """Say whether nothing can be seen in the cell."""
        if (row, column) in self.broken:
            return False
        value = self.rows[row][column]
        return value is None or (isinstance(value, str) and not value.strip())


def column_letters(column: int) -> str:
    """Return the letters Excel gives a column counted from zero: 0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _as_shown(value: object, is_percent: bool) -> Value:
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not math.isfinite(value):
        return Broken(str(value))
    # A sum in Excel is a float: 88.35000000000001 behind what everybody sees as 88.35. Fifteen
    # digits are what Excel itself shows and keeps.
    number = Decimal(f"{value:.15g}")
    if is_percent:
        number = Decimal(f"{number * 100:.15g}")
    return Decimal(f"{number.normalize():f}")
