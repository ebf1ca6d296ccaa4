"""The criteria on which a unit lost most points, and how its group did there."""

import django_tables2 as tables
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.tables.base import PlacesColumn, PortalTable


class LossTable(PortalTable):
    """Where a unit lost most points; rows as `loss_rows` makes them."""

    number = tables.Column(_("No."), orderable=False, attrs={"td": {"class": "number"}})
    title = tables.Column(_("Criterion"), orderable=False, attrs={"td": {"scope": "row"}})
    points = PlacesColumn(_("Points / maximum"), orderable=False)
    lost = PlacesColumn(_("Points lost"), orderable=False)
    median_lost = PlacesColumn(_("Lost by the median unit"), orderable=False)

    class Meta(PortalTable.Meta):
        attrs = {"class": "tree losses"}

    def render_title(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value) if record["url"] else value

    def render_points(self, value, record):
        places = record["decimals"]
        return f"{number_format(value, places)} / {number_format(record['max_points'], places)}"


def loss_rows(losses, decimals, *, unit_url=""):
    """Return the rows of a `LossTable`: `scorecards.peers.Loss`, the heaviest first.

    ``unit_url``: address of the unit in the edition, under which each criterion has its page.
    """
    return [
        {
            "number": loss.number,
            "title": loss.title,
            "points": loss.points,
            "max_points": loss.max_points,
            "lost": loss.lost,
            "median_lost": loss.median_lost,
            "url": f"{unit_url}{loss.number}/" if unit_url else "",
            "decimals": decimals,
        }
        for loss in losses
    ]
