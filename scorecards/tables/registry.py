"""The units of an authority, closed ones included."""

import datetime
from typing import NamedTuple

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.tables.base import ROW_HEADING, FileColumn, PortalTable, RowsOnDemand
from units.models import UnitKind


class UnitTable(PortalTable):
    """The registry of an authority; rows are dicts as `unit_rows` makes them."""

    code = tables.Column(_("Code"), attrs={"td": {"class": "more"}})
    unit = FileColumn(_("Unit (address word)"))
    unit_name = tables.Column(_("Unit"), order_by="sort_key", attrs=ROW_HEADING)
    kind = tables.Column(_("Kind"), attrs={"td": {"class": "more"}})
    starts_on = tables.DateColumn(short=True, verbose_name=_("From"))
    ends_on = tables.DateColumn(short=True, verbose_name=_("Until"))
    became = tables.Column(_("Carried on by"), orderable=False, attrs={"td": {"class": "more"}})
    source = FileColumn(_("Source"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "league"}
        empty_text = _("No unit matches. Try fewer letters.")

    def render_unit_name(self, value, record):
        name = format_html('<a href="{}">{}</a>', record["url"], value)
        if record["verified"]:
            return name
        return format_html('{} <span class="badge t-none">{}</span>', name, _("unverified list"))

    def value_unit_name(self, value):
        return value

    def value_starts_on(self, value):
        return value

    def value_ends_on(self, value):
        return value


class Line(NamedTuple):
    """What every unit of the registry is sorted by."""

    pk: int
    code: str
    sort_key: str
    kind: str
    starts_on: datetime.date | None
    ends_on: datetime.date | None
    verified: bool


def unit_rows(authority, units) -> RowsOnDemand:
    """Return the rows of a `UnitTable`, made for the units that are shown: two queries for them."""
    lines = [*map(Line._make, units.values_list(*Line._fields))]

    def made(lines):
        known = authority.units.prefetch_related("successions__successor").in_bulk(
            [line.pk for line in lines]
        )
        return _rows(authority, [known[line.pk] for line in lines])

    return RowsOnDemand(lines, made, {"kind": lambda line: str(UnitKind(line.kind).label)})


def _rows(authority, units):
    return [
        {
            "code": unit.code,
            "unit": unit.slug,
            "unit_name": unit.name,
            "sort_key": unit.sort_key,
            "url": reverse("unit", args=[authority.slug, unit.slug]),
            "kind": unit.get_kind_display(),
            "starts_on": unit.starts_on,
            "ends_on": unit.ends_on,
            "became": ", ".join(
                link.successor.name for link in unit.successions.all() if link.successor
            )
            or None,
            "source": unit.source or None,
            "verified": unit.verified,
        }
        for unit in units
    ]
