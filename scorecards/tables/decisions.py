"""The published groups of a year, of an authority or of all."""

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scorecards.tables.base import (
    NUMBER,
    ROW_HEADING,
    FileColumn,
    PlacesColumn,
    PortalTable,
    kind_of_data,
)
from scorecards.wording import counts_in_words

FORMATS = "csv xlsx json docx pdf"


class DecisionTable(PortalTable):
    """The groups of one year, a row an edition; rows as `edition_rows` makes them."""

    authority = FileColumn(_("Authority (address word)"))
    authority_name = FileColumn(_("Authority"))
    year = tables.Column(_("Year"), orderable=False, attrs=NUMBER)
    group = FileColumn(_("Group (address word)"))
    group_name = tables.Column(_("Group"), orderable=False, attrs=ROW_HEADING)
    units = tables.Column(_("Units"), orderable=False, attrs=NUMBER)
    counts = tables.Column(_("Classes"), orderable=False)
    mean = PlacesColumn(_("Mean index (%)"), orderable=False)
    median = PlacesColumn(_("Median (%)"), orderable=False)
    first = tables.Column(_("First"), orderable=False)
    decision = FileColumn(_("Decision"))
    version = FileColumn(_("Edition"))
    public_from = FileColumn(_("Published on"))
    canonical_bytes = FileColumn(_("Bytes of the sealed copy"))
    digest = FileColumn(_("Check code (SHA-256)"))
    address = FileColumn(_("Address, without its suffix"))
    formats = FileColumn(_("Suffixes"))
    manifest = FileColumn(_("Files with their sizes and check codes"))
    data_package = FileColumn(_("Data package (ZIP)"))
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "lines"}
        empty_text = _("Nothing has been published yet.")

    def render_group_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_group_name(self, value):
        return value


def edition_rows(overviews):
    """Return the rows of a `DecisionTable`; ``overviews`` from `scorecards.history`."""
    return [_edition_row(overview) for overview in overviews]


def _edition_row(overview):
    edition = overview.edition
    authority, group = edition.authority, edition.group
    version = [authority.slug, edition.year, group.slug, edition.version]
    return {
        "authority": authority.slug,
        "authority_name": authority.name,
        "year": edition.year,
        "group": group.slug,
        "group_name": group.name,
        "url": reverse("league_table", args=[authority.slug, edition.year, group.slug]),
        "units": overview.units,
        "counts": counts_in_words(overview.counts, overview.units) or None,
        "mean": overview.mean,
        "median": overview.median,
        "first": ", ".join(row.unit_name for row in overview.leaders) or None,
        "decision": edition.decision.number or edition.decision.title if edition.decision else None,
        "version": edition.version,
        "public_from": timezone.localtime(edition.public_from).date(),
        "canonical_bytes": edition.canonical_bytes,
        "digest": edition.digest,
        "address": reverse("league_table_version", args=version).rstrip("/"),
        "formats": FORMATS,
        "manifest": reverse("manifest", args=version),
        "data_package": reverse("data_package", args=version),
        "data_kind": kind_of_data(edition),
        "decimals": edition.decimals,
    }
