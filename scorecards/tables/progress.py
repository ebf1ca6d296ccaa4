"""Who improved most between two years of a group."""

import django_tables2 as tables
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.progress_in_words import why_unit_is_not_compared
from scorecards.tables.base import (
    DASH,
    DETAIL,
    NUMBER,
    ROW_HEADING,
    FileColumn,
    PlacesColumn,
    PortalTable,
    class_badge,
    in_places,
    kind_of_data,
)


class ProgressTable(PortalTable):
    """Units by improvement, a row per unit; rows as `progress_rows` makes them.

    The files hold the units that are not compared, too, each with its reason.
    """

    place = tables.Column(
        _("Place"), orderable=False, attrs={"th": {"class": "n"}, "td": {"class": "n rank"}}
    )
    unit = FileColumn(_("Unit (address word)"))
    unit_name = tables.Column(_("Unit"), orderable=False, attrs=ROW_HEADING)
    change = PlacesColumn(
        _("Improvement (percentage points)"),
        orderable=False,
        attrs={"th": {"class": "n"}, "td": {"class": "n change"}},
    )
    index_then = PlacesColumn(_("Index the year before (%)"), orderable=False, attrs=DETAIL)
    index_now = PlacesColumn(_("Index this year (%)"), orderable=False, attrs=DETAIL)
    common_points = PlacesColumn(_("Compared on (points)"), orderable=False, attrs=DETAIL)
    max_points = FileColumn(_("Maximum points"))
    leaves = FileColumn(_("Criteria compared"))
    rank_then = FileColumn(_("Rank the year before"))
    rank_now = tables.Column(_("Rank"), orderable=False, empty_values=(), attrs=NUMBER)
    class_then = FileColumn(_("Class the year before"))
    class_now = tables.Column(_("Class"), orderable=False, empty_values=())
    reason = FileColumn(_("Why it is not compared"))
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "league progress"}

    def render_unit_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_unit_name(self, value):
        return value

    def render_change(self, value, record):
        shown = number_format(abs(value), record["decimals"])
        if value == 0:
            return shown
        arrow, words = ("▲", _("up")) if value > 0 else ("▼", _("down"))
        return format_html(
            '<span class="sr">{}</span><span aria-hidden="true">{}</span> <b>{}</b>',
            words,
            arrow,
            shown,
        )

    def value_change(self, value, record):
        return in_places(value, record["decimals"])

    def render_common_points(self, value, record):
        return _("%(common)s of %(max)s") % {
            "common": number_format(value, record["decimals"]),
            "max": number_format(record["max_points"], record["decimals"]),
        }

    def value_common_points(self, value, record):
        return in_places(value, record["decimals"])

    def render_rank_now(self, value, record):
        return _then_and_now(record["rank_then"], value)

    def value_rank_now(self, value):
        return value

    def render_class_now(self, value, record):
        if record["class_then"] == value:
            return class_badge(value or "")
        return format_html(
            '<span class="soft">{} <span aria-hidden="true">→</span></span> {}',
            record["class_then"] or _("no data yet"),
            class_badge(value or ""),
        )

    def value_class_now(self, value):
        return value


def _then_and_now(then, now):
    if then == now:
        return DASH if now is None else now
    return format_html(
        '<span class="soft">{} <span aria-hidden="true">→</span></span> {}',
        DASH if then is None else then,
        DASH if now is None else now,
    )


def progress_rows(units, comparison, *, unit_url):
    """Return the rows of a `ProgressTable` for units of `scorecards.progress`, in their order."""
    return [_row(unit, comparison, unit_url) for unit in units]


def _row(unit, comparison, unit_url):
    edition, progress = comparison.edition, unit.progress
    told = progress if unit.change is not None else None
    return {
        "place": unit.place,
        "unit": unit.row.unit.slug,
        "unit_name": unit.row.unit_name,
        "url": unit_url(unit.row.unit.slug) if unit.now else "",
        "change": unit.change,
        "index_then": told and told.then,
        "index_now": told and told.now,
        "common_points": progress and progress.max_points,
        "max_points": unit.whole,
        "leaves": progress and progress.leaves,
        "rank_then": unit.then and unit.then.rank,
        "rank_now": unit.now and unit.now.rank,
        "class_then": (unit.then and unit.then.class_name) or None,
        "class_now": (unit.now and unit.now.class_name) or None,
        "reason": why_unit_is_not_compared(unit, comparison) or None,
        "data_kind": kind_of_data(edition),
        "decimals": edition.decimals,
    }
