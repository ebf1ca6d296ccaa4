"""What was corrected, and every number that a correction changed."""

from decimal import Decimal

import django_tables2 as tables
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.tables.base import (
    NUMBER,
    ROW_HEADING,
    FileColumn,
    PlacesColumn,
    PortalTable,
    in_places,
)


class ErrataTable(PortalTable):
    """The corrections of an authority, a row an edition; rows as `errata_rows` makes them."""

    public_from = tables.DateColumn(short=True, orderable=False, verbose_name=_("Published on"))
    year = tables.Column(_("Year"), orderable=False, attrs=NUMBER)
    group = FileColumn(_("Group (address word)"))
    group_name = tables.Column(_("Group"), orderable=False, attrs=ROW_HEADING)
    version = tables.Column(_("Edition"), orderable=False, attrs=NUMBER)
    reason = tables.Column(_("Reason"), orderable=False)
    decided_by = tables.Column(_("Decided by"), orderable=False)
    changes = tables.Column(_("Changed numbers"), orderable=False, attrs=NUMBER)
    digest = FileColumn(_("Check code (SHA-256)"))
    corrected_digest = FileColumn(_("Check code of the corrected edition"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "lines"}
        empty_text = _("No published result has been corrected.")

    def render_group_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_group_name(self, value):
        return value

    def render_changes(self, value, record):
        return format_html('<a href="{}">{}</a>', record["list_url"], number_format(value, 0))

    def value_changes(self, value):
        return value

    def value_public_from(self, value):
        return value


class DifferenceTable(PortalTable):
    """Every number that a correction changed; rows as `difference_rows` makes them."""

    unit = FileColumn(_("Unit (address word)"))
    unit_name = tables.Column(_("Unit"), orderable=False, attrs=ROW_HEADING)
    criterion = tables.Column(_("Criterion"), orderable=False)
    what = tables.Column(_("Number"), orderable=False)
    old = PlacesColumn(_("Published before"), orderable=False)
    new = PlacesColumn(_("Corrected to"), orderable=False)

    class Meta(PortalTable.Meta):
        attrs = {"class": "lines"}
        empty_text = _("No number changed; see the reason of the correction.")

    def render_old(self, value, record):
        return _in_its_own_way(value, record)

    def render_new(self, value, record):
        return _in_its_own_way(value, record)

    def value_old(self, value, record):
        return in_places(value, record["decimals"]) if isinstance(value, Decimal) else value

    def value_new(self, value, record):
        return in_places(value, record["decimals"]) if isinstance(value, Decimal) else value


def _in_its_own_way(value, record):
    """Return points and indexes with their decimals, ranks and classes as they are."""
    return number_format(value, record["decimals"]) if isinstance(value, Decimal) else value


CHANGED = {
    "claimed": _("Claimed"),
    "appraised": _("Appraised"),
    "survey": _("Survey"),
    "adjustment": _("Bonus, penalty"),
    "points": _("Points"),
    "max_points": _("Maximum points"),
    "index_percent": _("Index (%)"),
    "rank": _("Rank"),
    "class_name": _("Class"),
}


def in_words(difference):
    """Return what a difference speaks of: the unit's name, the criterion or None, the number."""
    if difference.what == "count":
        number = _("number of units in class %(name)s") % {"name": difference.criterion}
        return _("The whole group"), None, number
    return difference.unit_name, difference.criterion or None, CHANGED[difference.what]


def difference_rows(differences, edition, slugs):
    """Return the rows of a `DifferenceTable`; ``slugs`` are the units' address words by id."""
    return [
        {
            "unit": slugs.get(row.unit_id),
            **dict(zip(("unit_name", "criterion", "what"), in_words(row), strict=True)),
            "old": row.old if row.old != "" else None,
            "new": row.new if row.new != "" else None,
            "decimals": edition.decimals,
        }
        for row in differences
    ]
