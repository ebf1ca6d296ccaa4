"""The fields of an edition: each across its units, and every unit in each."""

from typing import ClassVar

import django_tables2 as tables
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scorecards.calculation import level_of
from scorecards.tables.base import (
    NUMBER,
    ROW_HEADING,
    FileColumn,
    PlacesColumn,
    PortalTable,
    columns_without_values,
    in_places,
    kind_of_data,
)


class FieldTable(PortalTable):
    """The fields with the spread of their indexes; rows as `field_rows` makes them."""

    number = tables.Column(_("No."), orderable=False, attrs={"td": {"class": "number"}})
    title = tables.Column(_("Field"), orderable=False, attrs={"td": {"scope": "row"}})
    median = PlacesColumn(_("Median (%)"), orderable=False)
    lowest = PlacesColumn(_("Lowest (%)"), orderable=False)
    highest = PlacesColumn(_("Highest (%)"), orderable=False)
    units = tables.Column(_("Units"), orderable=False, attrs=NUMBER)

    class Meta(PortalTable.Meta):
        attrs = {"class": "tree"}

    def render_title(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)


def field_table(across, *, criterion_url):
    """Return the `FieldTable` of an edition's fields; ``criterion_url``: number → address."""
    rows = [
        {
            "number": field.node.number,
            "title": field.node.title,
            "url": criterion_url(field.node.number),
            "median": field.median,
            "lowest": field.lowest,
            "highest": field.highest,
            "units": field.units,
            "decimals": across.edition.decimals,
        }
        for field in across.fields
    ]
    return FieldTable(
        rows,
        hide=columns_without_values(rows, ["median", "lowest", "highest"]),
        caption=gettext(
            "Each field leads to all units on it; units to which it does not apply are not counted."
        ),
    )


class FieldColumn(tables.Column):
    """The index of a unit in one field, tinted by how high it is and always written."""

    def __init__(self, field):
        super().__init__(
            f"{field.node.number}. {field.node.title}",
            empty_values=(),
            attrs={"th": {"class": "field"}, "td": {"class": "field"}},
        )
        self.number = field.node.number

    def render(self, value, record):
        if value is not None:
            words, tone = number_format(value, record["decimals"]), f"t-step-{level_of(value)}"
        elif self.number in record["excluded"]:
            words, tone = _("does not apply"), "excluded"
        else:
            words, tone = _("no data yet"), "t-none"
        return format_html(
            '<small aria-hidden="true">{}</small><span class="cell {}">{}</span>',
            self.number,
            tone,
            words,
        )

    def value(self, value, record):
        if value is not None:
            return in_places(value, record["decimals"])
        return _("does not apply") if self.number in record["excluded"] else None


class HeatTable(PortalTable):
    """Units × fields; rows as `heat_rows` makes them, a column of each field beside the index."""

    rank = tables.Column(_("Rank"), attrs={"th": {"class": "n"}, "td": {"class": "n rank"}})
    unit = FileColumn(_("Unit (address word)"))
    unit_name = tables.Column(_("Unit"), order_by="sort_key", attrs=ROW_HEADING)
    index_percent = PlacesColumn(_("Index (%)"))
    data_kind = FileColumn(_("Kind of data"))
    families: ClassVar = {"field_": _("Index (%) in the field of that number")}

    class Meta(PortalTable.Meta):
        attrs = {"class": "heat"}
        row_attrs = {"id": lambda record: record["unit"]}
        empty_text = _("No unit matches.")

    def render_unit_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_unit_name(self, value):
        return value


def heat_table(across, rows, **kwargs):
    """Return the `HeatTable` of ``rows``, under it the medians of a complete edition."""
    decimals = across.edition.decimals
    medians = {
        f"field_{field.node.number}": number_format(field.median, decimals)
        for field in across.fields
        if field.median is not None
    }
    return HeatTable(
        rows,
        extra_columns=[
            (f"field_{field.node.number}", FieldColumn(field)) for field in across.fields
        ],
        sequence=("rank", "unit", "unit_name", "index_percent", "...", "data_kind"),
        hide=columns_without_values(rows, ["rank", "index_percent"]),
        summary_rows=[{"unit_name": gettext("Median of the group"), **medians}] if medians else (),
        caption=gettext(
            "Points in each field ÷ the maximum that applies to the unit × 100; the tint shows the "
            "level."
        ),
        **kwargs,
    )


def heat_rows(across, *, unit_url):
    """Return the rows of a `HeatTable` as printed; ``unit_url``: unit slug → address."""
    kind = kind_of_data(across.edition)
    return [
        {
            "rank": unit.rank,
            "unit": unit.unit,
            "unit_name": unit.unit_name,
            "sort_key": unit.sort_key,
            "url": unit_url(unit.unit),
            "index_percent": unit.index_percent,
            **{f"field_{number}": cell.index_percent for number, cell in unit.fields.items()},
            "excluded": {number for number, cell in unit.fields.items() if cell.excluded},
            "data_kind": kind,
            "decimals": across.edition.decimals,
        }
        for unit in across.units
    ]
