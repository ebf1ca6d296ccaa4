"""One criterion across the units of an edition."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.criteria_in_words import WHY_NO_CHANGE, signed
from scorecards.tables.base import (
    DETAIL,
    ROW_HEADING,
    FileColumn,
    PlacesColumn,
    PortalTable,
    columns_without_values,
    in_places,
    kind_of_data,
)


class CriterionTable(PortalTable):
    """The units on one criterion; rows as `criterion_rows` makes them.

    The order is by share and is no rank: the decision ranks units by their whole index alone.
    """

    unit = FileColumn(_("Unit (address word)"))
    unit_name = tables.Column(_("Unit"), order_by="sort_key", attrs=ROW_HEADING)
    share = PlacesColumn(_("Share of the maximum (%)"), attrs={"td": {"class": "index"}})
    points = PlacesColumn(_("Points"), attrs=DETAIL)
    max_points = PlacesColumn(_("Maximum"), attrs=DETAIL)
    change = tables.Column(
        _("Since last year"), empty_values=(), attrs={"td": {"class": "move more"}}
    )
    applies = FileColumn(_("Applies"))
    remark = FileColumn(_("Remark"))
    points_then = FileColumn(_("Points last year"))
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "league criterion"}
        row_attrs = {"id": lambda record: record["unit"]}
        empty_text = _("No unit matches.")

    def render_unit_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_unit_name(self, value):
        return value

    def render_share(self, value, record):
        # 100 wide whatever the width of the cell: no style attribute is needed for the bar.
        return format_html(
            '<span class="index-bar"><b>{}</b><svg class="bar t-step-4" aria-hidden="true">'
            '<rect width="{}%"/></svg></span>',
            PlacesColumn.render(self.columns["share"].column, value, record),
            max(0, min(value, 100)),
        )

    def value_share(self, value, record):
        return in_places(value, record["decimals"])

    def render_change(self, value, record):
        if value is None:
            return format_html('<span class="none">{}</span>', record["no_change"])
        if value == 0:
            return format_html('<span title="{}">=</span>', _("same points as last year"))
        return signed(value, record["decimals"])

    def value_change(self, value, record):
        return None if value is None else in_places(value, record["decimals"])


def criterion_rows(across, *, unit_url):
    """Return the rows of a `CriterionTable`: the units to which it applies, then the others.

    ``unit_url``: unit slug → address of what that unit has on the criterion.
    """
    kind = kind_of_data(across.edition)
    return [
        {
            "unit": mark.unit,
            "unit_name": mark.unit_name,
            "sort_key": mark.sort_key,
            "url": unit_url(mark.unit),
            "share": mark.share,
            "points": mark.points,
            "max_points": mark.max_points,
            "change": mark.change,
            "no_change": WHY_NO_CHANGE.get(mark.no_change, ""),
            "applies": mark.standing != "excluded",
            "remark": mark.reason or WHY_NO_CHANGE.get(mark.no_change) or None,
            "points_then": mark.then,
            "data_kind": kind,
            "decimals": across.edition.decimals,
        }
        for mark in [*across.marks, *across.excluded]
    ]


def criterion_table(across, rows, **kwargs):
    """Return the `CriterionTable` of ``rows``; the page leaves out columns that would be empty."""
    empty = columns_without_values(rows, ["share", "points", "max_points"])
    return CriterionTable(rows, hide=[*empty, *(["change"] if across.break_ else [])], **kwargs)
