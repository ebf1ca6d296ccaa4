"""One class a table: its columns serve the page, CSV, XLSX and JSON alike."""

from decimal import ROUND_HALF_UP, Decimal

import django_tables2 as tables
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from commitments import wording
from commitments.judging import Verdict, Wait
from scorecards.tables.base import NUMBER, ROW_HEADING, FileColumn, PortalTable

DETAILS = {"td": {"class": "more"}}


def badge(tone, words):
    """Return a word in its colour."""
    return format_html('<span class="badge t-{}">{}</span>', tone, words)


class ExactColumn(FileColumn):
    """A number of the files with the decimals it was given."""

    def value(self, value):
        return value


class CommitmentTable(PortalTable):
    """Commitments, one row each; rows as `commitment_rows` makes them."""

    unit = FileColumn(_("Unit (address word)"))
    unit_name = tables.Column(_("Unit"), order_by="sort_key", attrs=ROW_HEADING)
    text = tables.Column(_("Commitment"), orderable=False)
    field = FileColumn(_("Field"))
    promised = tables.Column(_("Promised"), orderable=False, attrs=DETAILS)
    criterion = FileColumn(_("Criterion"))
    promised_points = ExactColumn(_("Promised points"))
    indicator = FileColumn(_("Indicator"))
    promised_value = ExactColumn(_("Promised value"))
    due_on = tables.DateColumn(short=True, verbose_name=_("Due on"))
    signed_on = FileColumn(_("Signed on"))
    step = tables.Column(_("Last finding"), order_by="step_position")
    finding = FileColumn(_("Finding"))
    checked_on = FileColumn(_("Checked on"))
    latest = FileColumn(_("Last measured"))
    result = tables.Column(_("Promised and achieved"), order_by="verdict", attrs=DETAILS)
    achieved_points = ExactColumn(_("Achieved points"))
    verdict = FileColumn(_("Verdict"))
    withdrawn = FileColumn(_("Why it was withdrawn"))
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "league"}
        empty_text = _("No commitment matches.")

    def render_unit_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_unit_name(self, value):
        return value

    def render_text(self, value, record):
        text = value
        if record["field"]:
            text = format_html('{}<br><span class="soft">{}</span>', value, record["field"])
        if record["withdrawn"]:
            word = badge("none", _("withdrawn: %s") % record["withdrawn"])
            return format_html("{} {}", text, word)
        return text

    def value_text(self, value):
        return value

    def render_step(self, value, record):
        word = badge(record["tone"], value)
        if record["checked_on"]:
            word = format_html("{} {}", word, wording.day(record["checked_on"]))
        for wait in record["waits"]:
            word = format_html("{} {}", word, badge("trung-binh", wording.WAITS[wait]))
        if record["latest"]:
            word = format_html(
                '{} <span class="soft">{} {}</span>', word, _("Last measured:"), record["latest"]
            )
        return word

    def value_step(self, value):
        return value

    def value_due_on(self, value):
        return value


def commitment_rows(standings, *, year, authority):
    """Return the rows of a `CommitmentTable`, in the order given."""
    kind = str(_("illustrative data")) if authority.illustrative else str(_("entered by officials"))
    return [_commitment_row(one, year, authority, kind) for one in standings]


def _commitment_row(one, year, authority, kind):
    row, last = one.commitment, one.last
    shown = [wait for wait in (Wait.OVERDUE, Wait.CONTRADICTORY) if wait in one.waits]
    return {
        "unit": row.unit.slug,
        "unit_name": row.unit.name,
        "sort_key": row.unit.sort_key,
        "url": reverse("unit_commitments", args=[authority.slug, year, row.unit.slug]),
        "text": row.text,
        "field": row.field or None,
        "promised": wording.promised(row) or None,
        "criterion": row.criterion.number if row.criterion else None,
        "promised_points": row.promised_points,
        "indicator": row.indicator.slug if row.indicator else None,
        "promised_value": row.promised_value,
        "due_on": row.due_on,
        "signed_on": row.signed_on,
        "step": last.get_step_display() if last else str(_("not checked yet")),
        "step_position": STEPS.index(one.step),
        "tone": wording.STEP_TONES[one.step],
        "finding": last.finding if last else None,
        "checked_on": last.checked_on if last else None,
        "waits": shown,
        "latest": wording.measured(one.latest, row.indicator) if one.latest else None,
        "result": wording.result(one.outcome) or None,
        "achieved_points": one.outcome.achieved if one.outcome else None,
        "verdict": one.outcome.verdict.value if one.outcome and one.outcome.verdict else None,
        "withdrawn": row.withdrawn_reason or None,
        "data_kind": kind,
    }


STEPS = ["done", "nearly_done", "in_progress", "not_started", "", "not_done"]


class BoardTable(PortalTable):
    """Units against their commitments, a row a unit; rows as `board_rows` makes them."""

    unit_name = tables.Column(_("Unit"), orderable=False, attrs=ROW_HEADING)
    chips = tables.Column(_("Commitments"), orderable=False)
    done = tables.Column(_("Completed"), orderable=False, attrs=NUMBER)
    overdue = tables.Column(_("Overdue"), orderable=False, attrs=NUMBER)
    closing = tables.Column(_("Promised and achieved"), orderable=False, attrs=DETAILS)

    class Meta(PortalTable.Meta):
        attrs = {"class": "league board"}
        empty_text = _("No unit has a public commitment for this year.")

    def render_unit_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def render_chips(self, value):
        return format_html_join(" ", '<a class="badge t-{}" href="{}" title="{}">{}. {}</a>', value)


def board_rows(standings, *, year, authority):
    """Return the rows of a `BoardTable`, units in the order in which they first come."""
    by_unit = {}
    for one in standings:
        by_unit.setdefault(one.commitment.unit, []).append(one)
    return [_board_row(unit, of_unit, year, authority) for unit, of_unit in by_unit.items()]


def _board_row(unit, standings, year, authority):
    url = reverse("unit_commitments", args=[authority.slug, year, unit.slug])
    chips = [
        (
            "none" if one.commitment.withdrawn_on else wording.STEP_TONES[one.step],
            f"{url}#cam-ket-{number}",
            one.commitment.text,
            number,
            chip_word(one),
        )
        for number, one in enumerate(standings, start=1)
    ]
    done = sum(one.step == "done" for one in standings)
    counts = dict.fromkeys(Verdict, 0)
    for one in standings:
        if one.outcome and one.outcome.verdict:
            counts[one.outcome.verdict] += 1
    return {
        "unit_name": unit.name,
        "url": url,
        "chips": chips,
        "done": f"{done}/{len(standings)}",
        "overdue": sum(Wait.OVERDUE in one.waits for one in standings) or None,
        "closing": wording.closing(counts) or None,
    }


def chip_word(standing):
    """Return the word of one commitment on the board."""
    if standing.commitment.withdrawn_on:
        return _("withdrawn")
    return standing.last.get_step_display() if standing.last else _("not checked yet")


class WaitingTable(PortalTable):
    """Commitments that wait for an official; rows as `waiting_rows` makes them."""

    unit_name = tables.Column(_("Unit"), orderable=False, attrs=ROW_HEADING)
    text = tables.Column(_("Commitment"), orderable=False)
    due_on = tables.Column(_("Due on"), orderable=False)
    step = tables.Column(_("Last finding"), orderable=False)
    latest = tables.Column(_("Last measured"), orderable=False, attrs=DETAILS)
    inspector = tables.Column(_("Inspector"), orderable=False, attrs=DETAILS)
    links = tables.Column(_("To do"), orderable=False)

    class Meta(PortalTable.Meta):
        attrs = {"class": "league"}
        empty_text = _("Nothing.")

    def render_text(self, value, record):
        if record["field"]:
            return format_html('{}<br><span class="soft">{}</span>', value, record["field"])
        return value

    def render_due_on(self, value, record):
        if record["late"] <= 0:
            return wording.day(value)
        days = ngettext("%(count)d day late", "%(count)d days late", record["late"]) % {
            "count": record["late"]
        }
        return format_html('{} <span class="soft">{}</span>', wording.day(value), days)

    def render_step(self, value, record):
        word = badge(record["tone"], value)
        return (
            format_html("{} {}", word, wording.day(record["checked_on"]))
            if record["checked_on"]
            else word
        )

    def render_links(self, value):
        return format_html_join(" · ", '<a href="{}">{}</a>', value)


def waiting_rows(standings, *, today, administers):
    """Return the rows of a `WaitingTable`, in the order given."""
    return [_waiting_row(one, today, administers) for one in standings]


def _waiting_row(one, today, administers):
    row, last = one.commitment, one.last
    sheet = [row.unit.authority.slug, row.year, row.unit.slug]
    links = [(reverse("check_sheet", args=sheet), _("Check sheet"))]
    if administers:
        links.insert(0, (reverse("admin:commitments_check", args=[row.pk]), _("Record a check")))
    inspector = row.inspector
    return {
        "unit_name": row.unit.name,
        "text": row.text,
        "field": row.field,
        "due_on": row.due_on,
        "late": (today - row.due_on).days,
        "step": last.get_step_display() if last else str(_("not checked yet")),
        "checked_on": last.checked_on if last else None,
        "tone": wording.STEP_TONES[one.step],
        "latest": wording.measured(one.latest, row.indicator) if one.latest else None,
        "inspector": (inspector.get_full_name() or inspector.get_username()) if inspector else None,
        "links": links,
    }


class TargetTable(PortalTable):
    """Targets of a year, one row each; rows as `target_rows` makes them."""

    indicator = FileColumn(_("Indicator (address word)"))
    indicator_name = tables.Column(_("Indicator"), orderable=False, attrs=ROW_HEADING)
    measure_unit = tables.Column(_("Unit of measure"), orderable=False)
    direction = FileColumn(_("Direction"))
    unit = FileColumn(_("Unit (address word)"))
    value = tables.Column(_("Value to reach"), orderable=False, attrs=NUMBER)
    due_on = tables.DateColumn(short=True, verbose_name=_("By"), orderable=False)
    baseline = tables.Column(_("Value at the start"), orderable=False, attrs=NUMBER)
    baseline_on = FileColumn(_("Start measured on"))
    latest = tables.Column(_("Last measured"), orderable=False, attrs=NUMBER)
    latest_on = FileColumn(_("Measured on"))
    state = tables.Column(_("State"), orderable=False)
    legal_basis = tables.Column(_("Legal basis"), orderable=False)
    source = FileColumn(_("Source"))
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "plain"}


def target_rows(aims, authority):
    """Return the rows of a `TargetTable`, in the order given."""
    kind = str(_("illustrative data")) if authority.illustrative else str(_("entered by officials"))
    return [
        {
            "indicator": aim.target.indicator.slug,
            "indicator_name": aim.target.indicator.name,
            "measure_unit": aim.target.indicator.measure_unit,
            "direction": aim.target.indicator.get_direction_display(),
            "unit": aim.target.unit.slug if aim.target.unit else None,
            "value": plain_number(aim.target.value),
            "due_on": aim.target.due_on,
            "baseline": plain_number(aim.target.baseline),
            "baseline_on": aim.target.baseline_on,
            "latest": plain_number(aim.latest.value) if aim.latest else None,
            "latest_on": aim.latest.on if aim.latest else None,
            "state": wording.target_state(aim),
            "legal_basis": aim.target.legal_basis or None,
            "source": aim.target.source or None,
            "data_kind": kind,
        }
        for aim in aims
    ]


class CountColumn(tables.Column):
    """A number of dossiers, thousands grouped on the page; unknown is a dash, never 0."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"attrs": NUMBER, "orderable": False, **kwargs})

    def render(self, value):
        return number_format(value, 0, force_grouping=True)

    def value(self, value):
        return value


class DossierTable(PortalTable):
    """Dossiers by unit and month; rows as `dossier_rows` makes them."""

    unit = FileColumn(_("Unit (address word)"))
    unit_name = tables.Column(_("Unit"), orderable=False, attrs=ROW_HEADING)
    month = tables.Column(_("Month"), orderable=False)
    received = CountColumn(_("Received"))
    settled_on_time = CountColumn(_("Settled on time"))
    settled_late = CountColumn(_("Settled late"))
    pending_in_time = CountColumn(_("Pending in time"))
    pending_overdue = CountColumn(_("Pending overdue"))
    on_time = tables.Column(_("On time (%)"), orderable=False, attrs=NUMBER)
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "plain"}
        empty_text = _("No dossiers have been published.")

    def render_month(self, value):
        return f"{value:%m/%Y}"

    def value_month(self, value):
        return f"{value:%Y-%m}"

    def render_on_time(self, value):
        return number_format(value, 2)

    def value_on_time(self, value):
        return value


class OnTimeTable(PortalTable):
    """Units of one group by their share settled on time in the year so far."""

    rank = tables.Column(_("Rank"), orderable=False, attrs=NUMBER)
    unit = FileColumn(_("Unit (address word)"))
    group = FileColumn(_("Group (address word)"))
    unit_name = tables.Column(_("Unit"), orderable=False, attrs=ROW_HEADING)
    on_time = tables.Column(_("On time (%)"), orderable=False, attrs=NUMBER)
    received = CountColumn(_("Received"))
    settled_on_time = CountColumn(_("Settled on time"))
    settled_late = CountColumn(_("Settled late"))
    pending_in_time = CountColumn(_("Pending in time"))
    pending_overdue = CountColumn(_("Pending overdue"))
    months = tables.Column(_("Months reported"), orderable=False, attrs=NUMBER)
    trend = tables.Column(_("First and last month"), orderable=False, attrs=DETAILS)
    data_kind = FileColumn(_("Kind of data"))

    class Meta(PortalTable.Meta):
        attrs = {"class": "league"}
        empty_text = _("No dossiers have been published.")

    def render_unit_name(self, value, record):
        return format_html('<a href="{}">{}</a>', record["url"], value)

    def value_unit_name(self, value):
        return value

    def render_on_time(self, value):
        return number_format(value, 2)

    def value_on_time(self, value):
        return value


def two_places(value):
    """Return a share with two decimals, half up; None stays None."""
    return None if value is None else value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def plain_number(value):
    """Return a number without the zeros its column adds: 70, 41.5; None stays None."""
    return None if value is None else Decimal(f"{value.normalize():f}")
