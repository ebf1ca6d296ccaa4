"""The ranking of one edition."""

import django_tables2 as tables
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.tables.base import (
    DETAIL,
    ROW_HEADING,
    FileColumn,
    PlacesColumn,
    PortalTable,
    class_badge,
    class_tone,
    in_places,
    kind_of_data,
)


class LeagueTable(PortalTable):
    """The ranking of one edition, a row per unit; rows as `league_rows` makes them."""

    rank = tables.Column(_("Rank"), attrs={"th": {"class": "n"}, "td": {"class": "n rank"}})
    unit = FileColumn(_("Unit (address word)"))
    unit_name = tables.Column(_("Unit"), order_by="sort_key", attrs=ROW_HEADING)
    index_percent = tables.Column(_("Index (%)"), empty_values=(), attrs={"td": {"class": "index"}})
    points = PlacesColumn(_("Points / maximum"), attrs=DETAIL)
    max_points = FileColumn(_("Maximum points"))
    claimed = PlacesColumn(_("Claimed"), attrs=DETAIL)
    appraised = PlacesColumn(_("Appraised"), attrs=DETAIL)
    survey = PlacesColumn(_("Survey"), attrs=DETAIL)
    adjustment = PlacesColumn(_("Bonus, penalty"), attrs=DETAIL)
    class_name = tables.Column(_("Class"), order_by="class_position", empty_values=())
    rank_change = tables.Column(
        _("Since last year"), empty_values=(), attrs={"td": {"class": "move more"}}
    )
    reason = FileColumn(_("Remark"))
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "league"}
        row_attrs = {"id": lambda record: record["unit"]}
        empty_text = _("No unit matches. Try fewer letters or another class.")

    def render_unit_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_unit_name(self, value):
        return value

    def render_index_percent(self, value, record):
        if value is None:
            return class_badge("")
        # 100 wide whatever the width of the cell: no style attribute is needed for the bar.
        return format_html(
            '<span class="index-bar"><b>{}</b><svg class="bar t-{}" aria-hidden="true">'
            '<rect width="{}%"/></svg></span>',
            number_format(value, record["decimals"]),
            record["tone"],
            max(0, min(value, 100)),
        )

    def value_index_percent(self, value, record):
        return None if value is None else in_places(value, record["decimals"])

    def render_points(self, value, record):
        shown = number_format(value, record["decimals"])
        if record["max_points"] is None:
            return shown
        return f"{shown} / {number_format(record['max_points'], record['decimals'])}"

    def value_points(self, value, record):
        return in_places(value, record["decimals"])

    def render_class_name(self, value, record):
        return class_badge(value)

    def value_class_name(self, value):
        return value or None

    def render_rank_change(self, value, record):
        if value is None:
            return format_html('<span class="none">{}</span>', record["no_change"])
        if value == 0:
            return format_html('<span title="{}">=</span>', _("same rank as last year"))
        arrow, words = ("▲", _("up")) if value > 0 else ("▼", _("down"))
        return format_html(
            '<span class="sr">{} {}</span><span aria-hidden="true">{} {}</span>',
            words,
            abs(value),
            arrow,
            abs(value),
        )

    def value_rank_change(self, value):
        return value


def league_rows(edition, results, bands, moves, *, unit_url):
    """Return the rows of a `LeagueTable`: dicts with the columns' names, in printed order.

    ``moves``: `scorecards.history.moves`; ``unit_url``: unit slug → address of the unit's page.
    """
    class_position = {band.name: band.position for band in bands}
    no_change = _("unranked") if not edition.ranked else _("not comparable yet")
    return [
        {
            "rank": row.rank,
            "unit": row.unit.slug,
            "unit_name": row.unit_name,
            "sort_key": row.unit.sort_key,
            "url": unit_url(row.unit.slug),
            "index_percent": row.index_percent,
            "points": row.points,
            "max_points": row.max_points,
            "claimed": row.claimed,
            "appraised": row.appraised,
            "survey": row.survey,
            "adjustment": row.adjustment,
            "class_name": row.class_name,
            "class_position": class_position.get(row.class_name, 99) if row.class_name else None,
            "rank_change": moves[row.unit_id].gained if row.unit_id in moves else None,
            "no_change": no_change,
            "reason": row.get_reason_display() or None,
            "data_kind": kind_of_data(edition),
            "tone": class_tone(row.class_name),
            "decimals": edition.decimals,
        }
        for row in results
    ]
