"""The criteria by which a group was scored."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.tables.base import FileColumn, PlacesColumn, PortalTable
from scorecards.wording import exceptions_in_words


class MethodTable(PortalTable):
    """The criteria of one group or several; rows as `method_rows` makes them."""

    group = FileColumn(_("Group (address word)"))
    number = tables.Column(_("No."), orderable=False, attrs={"td": {"class": "number"}})
    title = tables.Column(_("Criterion"), orderable=False, attrs={"td": {"scope": "row"}})
    kind = tables.Column(_("Kind"), orderable=False, attrs={"td": {"class": "more"}})
    max_points = PlacesColumn(_("Maximum"), orderable=False)
    guidance = tables.Column(
        _("How it is scored"), orderable=False, attrs={"td": {"class": "more"}}
    )
    evidence_required = tables.BooleanColumn(
        orderable=False, verbose_name=_("Evidence required"), attrs={"td": {"class": "more"}}
    )
    exceptions = tables.Column(
        _("Units with another maximum"), orderable=False, attrs={"td": {"class": "more"}}
    )
    comparable = FileColumn(_("Comparable with last year"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "tree"}
        row_attrs = {
            "class": lambda record: f"level-{record['level']}",
            "id": lambda record: f"{record['group']}-{record['number']}",
        }

    def render_number(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_number(self, value):
        return value

    def render_evidence_required(self, value):
        return _("evidence required") if value else ""

    def value_evidence_required(self, value):
        return value


def method_rows(criteria, edition, exceptions):
    """Return the rows of a `MethodTable`, in the order of the tree.

    ``exceptions``: criterion number → (unit name, its own maximum) of every unit that has one.
    """
    words = [edition.authority.slug, edition.year, edition.group.slug]
    league_url = reverse("league_table", args=words)
    return [
        {
            "group": edition.group.slug,
            "number": row.number,
            "url": f"{league_url}tieu-chi/{row.number}/",
            "level": row.number.count(".") + 1,
            "title": row.title,
            "kind": row.get_kind_display(),
            "max_points": row.max_points,
            "guidance": row.guidance or None,
            "evidence_required": row.evidence_required,
            "exceptions": exceptions_in_words(exceptions.get(row.number, ()), edition.decimals),
            "comparable": row.comparable,
            "decimals": edition.decimals,
        }
        for row in criteria
    ]
