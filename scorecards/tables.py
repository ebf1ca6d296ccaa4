"""One class a table: its columns serve the page, CSV, XLSX and JSON alike.

Column names are the words of the JSON files; hidden columns go into the files only. A ``render_…``
method makes what the page shows, a ``value_…`` method what the files hold.
"""

from decimal import ROUND_HALF_UP, Decimal

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData
from django_tables2.utils import OrderBy

from scorecards.wording import counts_in_words, exceptions_in_words
from units.vietnamese import fold

DASH = "—"
TONES = ("xuat-sac", "tot", "kha", "trung-binh", "yeu", "kem")
NUMBER = {"th": {"class": "n"}, "td": {"class": "n"}}
DETAIL = {"th": {"class": "n"}, "td": {"class": "n more"}}
ROW_HEADING = {"td": {"class": "unit", "scope": "row"}}


def class_tone(class_name) -> str:
    """Return the colour word of a class, such as "tot"; of any other text, "none"."""
    tone = fold(class_name).replace(" ", "-")
    return tone if tone in TONES else "none"


def in_places(value, decimals) -> Decimal:
    """Return a stored number with its edition's decimals: the column keeps three for everybody."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


class Rows(TableListData):
    """Rows (dicts) that sort with the unknown last, whichever the direction."""

    def order_by(self, aliases):
        for alias in reversed(aliases):
            column = self.table.columns[OrderBy(alias).bare]
            key = OrderBy(column.order_by[0]).bare
            known = [row for row in self.data if row[key] is not None]
            known.sort(key=lambda row: row[key], reverse=OrderBy(alias).is_descending)
            self.data = known + [row for row in self.data if row[key] is None]


class PlacesColumn(tables.Column):
    """A number with the decimals of its row's edition; bare in the files."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"attrs": NUMBER, **kwargs})

    def render(self, value, record):
        return number_format(value, record["decimals"])

    def value(self, value, record):
        return in_places(value, record["decimals"])


class FileColumn(tables.Column):
    """A column of the files that the page does not show."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"visible": False, "default": None, **kwargs})

    def value(self, value, record):
        return in_places(value, record["decimals"]) if isinstance(value, Decimal) else value


class PortalTable(tables.Table):
    """What every table of ours shares: the lean template, the dash, Vietnamese address words."""

    caption = None
    summary_rows = ()

    class Meta:
        template_name = "components/table.html"
        order_by_field = "sap-xep"
        page_field = "trang"
        default = DASH

    def __init__(self, data, *, caption=None, summary_rows=(), hide=(), **kwargs):
        """``hide`` names columns that the page leaves out and the files keep."""
        super().__init__(Rows(list(data)), **kwargs)
        self.caption = caption
        self.summary_rows = summary_rows
        for name in hide:
            self.columns.hide(name)


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


def class_badge(class_name):
    """Return a class as a word in its colour, or "no data yet" where it was not published."""
    return format_html(
        '<span class="badge t-{}">{}</span>', class_tone(class_name), class_name or _("no data yet")
    )


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


def kind_of_data(edition):
    """Return in words what the numbers of an edition are: invented, re-entered or computed."""
    if edition.illustrative:
        return _("illustrative data")
    return edition.get_origin_display()


def columns_without_values(rows, names):
    """Return those of ``names`` that no row has a value for: they would be empty columns."""
    return [name for name in names if all(row[name] is None for row in rows)]


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


def unit_rows(authority, units):
    """Return the rows of a `UnitTable`; ``units`` come with their successions fetched."""
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


class HistoryTable(PortalTable):
    """One unit's published results, a row a year; rows from `scorecards.history.unit_history`."""

    year = tables.Column(_("Year"), orderable=False, attrs={"td": {"scope": "row"}})
    unit_name = tables.Column(_("Name then"), orderable=False)
    index_percent = PlacesColumn(_("Index (%)"), orderable=False)
    group_median = PlacesColumn(_("Group median"), orderable=False)
    points = PlacesColumn(_("Points"), orderable=False)
    max_points = PlacesColumn(_("Maximum"), orderable=False)
    rank = tables.Column(_("Rank"), orderable=False, attrs=NUMBER)
    ranked_units = FileColumn(_("Units ranked"))
    class_name = tables.Column(_("Class"), orderable=False, empty_values=())
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
    """Return the rows of a `HistoryTable`, the latest year first."""
    kind = _("illustrative data") if authority.illustrative else _("published")
    rows = [
        {
            **year,
            "data_kind": kind,
            "url": reverse(
                "unit_in_edition",
                args=[authority.slug, year["year"], year["group_slug"], year["unit_slug"]],
            ),
        }
        for year in past.to_dict("records")
    ]
    return rows[::-1]


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
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "plain"}
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
        "data_kind": kind_of_data(edition),
        "decimals": edition.decimals,
    }


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
        attrs = {"class": "plain"}
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
        attrs = {"class": "plain"}
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


def difference_rows(differences, edition, slugs):
    """Return the rows of a `DifferenceTable`; ``slugs`` are the units' address words by id."""
    return [
        {
            "unit": slugs.get(row.unit_id),
            "unit_name": row.unit_name,
            "criterion": row.criterion or None,
            "what": CHANGED[row.what],
            "old": row.old if row.old != "" else None,
            "new": row.new if row.new != "" else None,
            "decimals": edition.decimals,
        }
        for row in differences
    ]


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

    def render_evidence_required(self, value):
        return _("evidence required") if value else ""

    def value_evidence_required(self, value):
        return value


def method_rows(criteria, edition, exceptions):
    """Return the rows of a `MethodTable`, in the order of the tree.

    ``exceptions``: criterion number → (unit name, its own maximum) of every unit that has one.
    """
    return [
        {
            "group": edition.group.slug,
            "number": row.number,
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
