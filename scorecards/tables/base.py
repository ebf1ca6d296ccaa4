"""What the portal's tables share: columns, the lean template, the words for what is unknown.

One class a table: its columns serve the page, CSV, XLSX and JSON alike. Column names are the words
of the JSON files; hidden columns go into the files only. A ``render_…`` method makes what the page
shows, a ``value_…`` method what the files hold.
"""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

import django_tables2 as tables
from django.core.paginator import Paginator
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData
from django_tables2.utils import OrderBy

from units.vietnamese import fold

DASH = "—"
TONES = ("xuat-sac", "tot", "kha", "trung-binh", "yeu", "kem")
NUMBER = {"th": {"class": "n"}, "td": {"class": "n"}}
DETAIL = {"th": {"class": "n"}, "td": {"class": "n more"}}
ROW_HEADING = {"td": {"class": "unit", "scope": "row"}}


def class_tone(class_name) -> str:
    """Return the colour word of a class, such as "tot"; of any other text, "none"."""
    tone = fold(class_name).replace(" ", "-")
    return tone if tone in TONES else "none"


def in_places(value, decimals) -> Decimal:
    """Return a stored number with its edition's decimals: the column keeps three for everybody."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


# A table of more rows than that is shown in pages; a page has so many.
MOST_ROWS = 200
ROWS_A_PAGE = 100


def page_numbers(page):
    """Return the numbers of the pages to choose from beside ``page``; what is between is "…"."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


class Rows(TableListData):
    """Rows (dicts) that sort with the unknown last, whichever the direction."""

    def order_by(self, aliases):
        for alias in reversed(aliases):
            column = self.table.columns[OrderBy(alias).bare]
            key = OrderBy(column.order_by[0]).bare
            keyed = [(self.value(row, key), row) for row in self.data]
            known = [pair for pair in keyed if pair[0] is not None]
            known.sort(key=lambda pair: pair[0], reverse=OrderBy(alias).is_descending)
            self.data = [row for __, row in known] + [row for key, row in keyed if key is None]

    def value(self, row, key):
        """Return what ``row`` is sorted by for the sort key of a column."""
        return row[key]


class RowsOnDemand(Rows):
    """Rows that are made when they are looked at: of thousands, a page shows a hundred.

    ``lines`` hold what all are sorted by: attributes named as the sort keys, or what ``keys`` maps
    these to. ``make`` returns the rows (dicts) of some lines, in their order.
    """

    def __init__(self, lines: Sequence, make: Callable, keys: dict[str, Callable] | None = None):
        super().__init__(list(lines))
        self.make = make
        self.keys = keys or {}

    def __iter__(self):
        return iter(self.make(self.data))

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self.make(self.data[key])
        return self.make([self.data[key]])[0]

    def value(self, line, key):
        return self.keys[key](line) if key in self.keys else getattr(line, key)


class PlacesColumn(tables.Column):
    """A number with the decimals of its row's edition; bare in the files."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"attrs": NUMBER, **kwargs})

    def render(self, value, record):
        return number_format(value, record["decimals"])

    def value(self, value, record):
        return in_places(value, record["decimals"])


class FileColumn(tables.Column):
    """A column of the files that the page does not show."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"visible": False, "default": None, **kwargs})

    def value(self, value, record):
        return in_places(value, record["decimals"]) if isinstance(value, Decimal) else value


class PortalTable(tables.Table):
    """What every table of ours shares: the lean template, the dash, Vietnamese address words."""

    caption = None
    summary_rows = ()
    # The beginnings of the names of columns that an edition may have several of, with headings.
    families: ClassVar = {}
    has_gaps = False  # some rows are {"gap": words}: what is left out between their neighbours

    class Meta:
        template_name = "components/table.html"
        order_by_field = "sap-xep"
        page_field = "trang"
        default = DASH

    def __init__(self, data, *, caption=None, summary_rows=(), hide=(), **kwargs):
        """``hide`` names columns that the page leaves out and the files keep."""
        super().__init__(data if isinstance(data, Rows) else Rows(list(data)), **kwargs)
        self.caption = caption
        self.summary_rows = summary_rows
        for name in hide:
            self.columns.hide(name)

    def turn_to(self, page) -> bool:
        """Show one page of the table if it has too many rows for one; say whether it has.

        ``page`` is what the address says; anything that is no page of it is the first or the last.
        """
        if len(self.rows) <= MOST_ROWS:
            return False
        self.paginator = Paginator(self.rows, ROWS_A_PAGE)
        self.page = self.paginator.get_page(page)
        return True

    @property
    def page_numbers(self):
        """The pages to choose from: the first, the last, those near the one shown, … between."""
        return page_numbers(self.page)


def class_badge(class_name):
    """Return a class as a word in its colour, or "no data yet" where it was not published."""
    if not class_name:
        return format_html('<span class="badge t-none">{}</span>', _("no data yet"))
    # Classes are Vietnamese words on pages of every language.
    language = "" if get_language() == "vi" else mark_safe(' lang="vi"')
    return format_html(
        '<span class="badge t-{}"{}>{}</span>', class_tone(class_name), language, class_name
    )


def kind_of_data(edition):
    """Return in words what the numbers of an edition are: invented, re-entered or computed."""
    if edition.illustrative:
        return _("illustrative data")
    return edition.get_origin_display()


def columns_without_values(rows, names):
    """Return those of ``names`` that no row has a value for: they would be empty columns."""
    return [name for name in names if all(row[name] is None for row in rows)]
