"""One unit: its points by criterion in an edition, its results through the years."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.tables.base import (
    NUMBER,
    FileColumn,
    PlacesColumn,
    PortalTable,
    class_badge,
    columns_without_values,
    kind_of_data,
)


class DetailTable(PortalTable):
    """The points of one unit by criterion; rows as `detail_rows` makes them."""

    number = tables.Column(_("No."), orderable=False, attrs={"td": {"class": "number"}})
    title = tables.Column(_("Criterion"), orderable=False, attrs={"td": {"scope": "row"}})
    kind = tables.Column(_("Kind"), orderable=False, attrs={"td": {"class": "more"}})
    max_points = PlacesColumn(_("Maximum"), orderable=False)
    claimed = PlacesColumn(_("Claimed"), orderable=False)
    points = PlacesColumn(_("Points"), orderable=False)
    index_percent = PlacesColumn(_("Index (%)"), orderable=False)
    reason = tables.Column(_("Remark"), orderable=False, attrs={"td": {"class": "more"}})
    appraised = FileColumn(_("Appraised"))
    note = FileColumn(_("The appraisers' note"))
    entered_by = FileColumn(_("Entered by"))
    entered_at = FileColumn(_("Entered at"))
    imported_from = FileColumn(_("Imported from"))
    imported_sha256 = FileColumn(_("SHA-256 of the imported file"))
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "tree"}
        row_attrs = {"class": lambda record: f"level-{record['level']}"}

    def render_title(self, value, record):
        """Lead to the reasons of the number; a draft has none yet."""
        return format_html('<a href="{}">{}</a>', record["url"], value) if record["url"] else value

    def value_title(self, value):
        return value

    def value_kind(self, value):
        return value


def detail_table(rows):
    """Return the `DetailTable` of ``rows``; the page leaves out columns that would be empty."""
    return DetailTable(
        rows,
        hide=columns_without_values(rows, ["claimed", "reason"]),
        caption=_("Points and maxima as they apply to this unit; a branch shows its sums."),
    )


def detail_rows(details, edition, *, unit_url=""):
    """Return the rows of a `DetailTable`, in the order of the tree.

    ``unit_url``: address of the unit in the edition, under which each criterion has its page.
    """
    return [
        {
            "number": detail.criterion_number,
            "level": detail.level,
            "title": detail.title,
            "kind": detail.get_kind_display(),
            "max_points": detail.max_points,
            "claimed": detail.claimed,
            "points": detail.points,
            "index_percent": detail.index_percent,
            "reason": _("does not apply: %(reason)s") % {"reason": detail.reason}
            if detail.max_points == 0 and detail.reason
            else detail.reason or None,
            "appraised": detail.appraised,
            "note": detail.note or None,
            "entered_by": detail.entered_by or None,
            "entered_at": detail.entered_at.isoformat() if detail.entered_at else None,
            "imported_from": detail.imported_from or None,
            "imported_sha256": detail.imported_sha256 or None,
            "url": f"{unit_url}{detail.criterion_number}/" if unit_url else "",
            "data_kind": kind_of_data(edition),
            "decimals": edition.decimals,
        }
        for detail in details
    ]


class HistoryTable(PortalTable):
    """One unit's published results, a row a year; rows as `history_rows` makes them."""

    year = tables.Column(_("Year"), orderable=False, attrs={"td": {"scope": "row"}})
    unit_name = tables.Column(_("Name then"), orderable=False)
    index_percent = PlacesColumn(_("Index (%)"), orderable=False)
    group_median = PlacesColumn(_("Group median"), orderable=False)
    points = PlacesColumn(_("Points"), orderable=False)
    max_points = PlacesColumn(_("Maximum"), orderable=False)
    rank = tables.Column(_("Rank"), orderable=False, attrs=NUMBER)
    ranked_units = FileColumn(_("Units ranked"))
    class_name = tables.Column(_("Class"), orderable=False, empty_values=())
    break_before = tables.Column(
        _("Not comparable with the year before"),
        orderable=False,
        default="",
        attrs={"td": {"class": "more"}},
    )
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "plain"}
        empty_text = _("No result of this unit has been published.")

    def render_year(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_year(self, value):
        return value

    def render_rank(self, value, record):
        if record["ranked_units"] is None:
            return value
        return f"{value}/{record['ranked_units']}"

    def value_rank(self, value):
        return value

    def render_class_name(self, value):
        return class_badge(value)

    def value_class_name(self, value):
        return value or None


def history_rows(authority, past):
    """Return the rows of a `HistoryTable`, the latest year first.

    ``past``: `scorecards.history.unit_history`, ``break_before`` in words or "".
    """
    kind = _("illustrative data") if authority.illustrative else _("published")
    rows = [
        {
            **year,
            "break_before": year["break_before"] or None,
            "data_kind": kind,
            "url": reverse(
                "unit_in_edition",
                args=[authority.slug, year["year"], year["group_slug"], year["unit_slug"]],
            ),
        }
        for year in past.to_dict("records")
    ]
    return rows[::-1]
