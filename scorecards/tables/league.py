"""The ranking of one edition."""

from decimal import Decimal
from typing import NamedTuple

import django_tables2 as tables
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.models.publication import PublishedResult
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


class Line(NamedTuple):
    """One row of a league table as it was published, or would be: a model's cost only once."""

    unit_id: int
    slug: str
    unit_name: str
    sort_key: str
    rank: int | None
    index_percent: Decimal | None
    points: Decimal | None
    max_points: Decimal | None
    claimed: Decimal | None
    appraised: Decimal | None
    survey: Decimal | None
    adjustment: Decimal | None
    class_name: str
    reason: str


OF_UNIT = {"slug": "unit__slug", "sort_key": "unit__sort_key"}


def published_lines(edition) -> list[Line]:
    """Return the rows of a published edition in printed order; one query."""
    columns = [OF_UNIT.get(name, name) for name in Line._fields]
    return [*map(Line._make, edition.results.order_by("position").values_list(*columns))]


def lines_of(results) -> list[Line]:
    """Return results as lines; each has its unit fetched."""
    of_row = [name for name in Line._fields if name not in OF_UNIT]
    return [
        Line(
            slug=row.unit.slug,
            sort_key=row.unit.sort_key,
            **{name: getattr(row, name) for name in of_row},
        )
        for row in results
    ]


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

    def render_rank(self, value):
        return value if value < 1000 else number_format(value, 0, force_grouping=True)

    def value_rank(self, value):
        return value

    def render_unit_name(self, value, record):
        name = format_html('<a href="{}">{}</a>', record["url"], value)
        if "here" not in record:
            return name
        return format_html('{} <strong class="here">{}</strong>', name, _("the unit asked for"))

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
        places = number_format(abs(value), 0, force_grouping=True)
        return format_html(
            '<span class="sr">{} {}</span><span aria-hidden="true">{} {}</span>',
            words,
            places,
            arrow,
            places,
        )

    def value_rank_change(self, value):
        return value


# Of the table in which a unit was asked for: its row is marked.
WITH_UNIT_ASKED_FOR = {
    **LeagueTable.Meta.row_attrs,
    "class": lambda record: "here" if "here" in record else None,
    "aria-current": lambda record: "true" if "here" in record else None,
}


def class_positions(bands) -> dict[str, int]:
    """Return the place of each class from the top."""
    return {band.name: band.position for band in bands}


def class_position(line, positions):
    """Return the place of a row's class, behind all others if no band names it, None without."""
    return positions.get(line.class_name, 99) if line.class_name else None


def league_rows(edition, lines, bands, moves, *, unit_url):
    """Return the rows of a `LeagueTable`: dicts with the columns' names, in the order of ``lines``.

    ``moves``: `scorecards.history.moves`; ``unit_url``: unit slug → address of the unit's page.
    """
    positions = class_positions(bands)
    no_change = _("unranked") if not edition.ranked else _("not comparable yet")
    return [
        {
            "rank": line.rank,
            "unit": line.slug,
            "unit_name": line.unit_name,
            "sort_key": line.sort_key,
            "url": unit_url(line.slug),
            "index_percent": line.index_percent,
            "points": line.points,
            "max_points": line.max_points,
            "claimed": line.claimed,
            "appraised": line.appraised,
            "survey": line.survey,
            "adjustment": line.adjustment,
            "class_name": line.class_name,
            "class_position": class_position(line, positions),
            "rank_change": moves[line.unit_id].gained if line.unit_id in moves else None,
            "no_change": no_change,
            "reason": PublishedResult.Reason(line.reason).label if line.reason else None,
            "data_kind": kind_of_data(edition),
            "tone": class_tone(line.class_name),
            "decimals": edition.decimals,
        }
        for line in lines
    ]
