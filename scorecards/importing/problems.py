"""What is told to the person who sent a file: what must be put right, what differs, what is left
out. Each names its place as Excel shows it."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from scorecards.importing.sheet import Cell


class Unreadable(Exception):
    """The file as a whole cannot be used; carries the one sentence that says why."""


@dataclass(frozen=True)
class Problem:
    """One thing the sender must put right: where, what was found, what is wanted."""

    cell: Cell
    found: str
    wanted: str

    def __str__(self):
        return _("Sheet “%(sheet)s”, cell %(address)s: found %(found)s; %(wanted)s") % {
            "sheet": self.cell.sheet,
            "address": self.cell.address,
            "found": self.found,
            "wanted": self.wanted,
        }


@dataclass(frozen=True)
class Difference:
    """A printed value that is not what the portal computes. It stops nothing and is reported."""

    cell: Cell
    unit: str
    what: str
    printed: Decimal | int | str
    computed: Decimal | int | str
    decimals: int

    def __str__(self):
        return _(
            "Sheet “%(sheet)s”, cell %(address)s, %(unit)s: %(what)s printed %(printed)s, "
            "computed %(computed)s."
        ) % {
            "sheet": self.cell.sheet,
            "address": self.cell.address,
            "unit": self.unit,
            "what": self.what,
            "printed": shown(self.printed, self.decimals),
            "computed": shown(self.computed, self.decimals),
        }


@dataclass(frozen=True)
class IgnoredRow:
    """A row that was read and left out: a section title, a total, a note."""

    cell: Cell
    reason: str

    def __str__(self):
        return _("Sheet “%(sheet)s”, cell %(address)s, %(found)s: %(reason)s") % {
            "sheet": self.cell.sheet,
            "address": self.cell.address,
            "found": self.cell.shown,
            "reason": self.reason,
        }


def shown(value: Decimal | int | str | None, decimals: int) -> str:
    """Return a value as it is written for people: points with their decimals, nothing as —."""
    if value is None or value == "":
        return "—"
    return number_format(value, decimals) if isinstance(value, Decimal) else str(value)
