"""The public pages of commitments, targets and dossiers. They show what is marked public alone."""

import statistics
from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commitments import dossiers as months
from commitments import following, wording
from commitments.charts import on_time_chart, target_chart
from commitments.judging import Verdict, verdicts
from commitments.models import COUNTS, Check, Commitment, DossierMonth, Target
from commitments.tables import (
    BoardTable,
    CommitmentTable,
    DossierTable,
    OnTimeTable,
    TargetTable,
    board_rows,
    commitment_rows,
    target_rows,
    two_places,
)
from freshness.pages import published
from scorecards.views import trail
from scorecards.views.files import chart_response, file_name, table_response
from units.models import Authority, Unit, UnitGroup
from units.vietnamese import fold

NOT_CHECKED = "-"
ROWS_A_PAGE = 50


@published(until_midnight=True)
def newest(request, authority):
    """Lead to the newest year that shows anything; say so where nothing does."""
    authority = get_object_or_404(Authority, slug=authority)
    years = years_of(authority)
    if years:
        return redirect("commitments", authority.slug, years[0])
    context = {
        "authority": authority,
        "section": "commitments",
        "crumbs": trail.to(trail.authority(authority), trail.page(_("Commitments"))),
    }
    return render(request, "commitments/nothing.html", context)


def years_of(authority) -> list[int]:
    """Return the years with a public commitment, target or month of dossiers, the newest first."""
    promised = Commitment.objects.filter(unit__authority=authority, public=True)
    aimed = Target.objects.filter(authority=authority, public=True)
    reported = DossierMonth.objects.standing().filter(unit__authority=authority, public=True)
    return sorted(
        {
            *promised.values_list("year", flat=True),
            *aimed.values_list("due_on__year", flat=True),
            *reported.values_list("month__year", flat=True),
        },
        reverse=True,
    )


def public_commitments(**where):
    """Return public commitments with all that a page needs, by group kind, unit and due date."""
    return (
        Commitment.objects.filter(public=True, **where)
        .select_related("unit__authority", "indicator", "criterion__framework")
        .order_by("unit__kind", "unit__position", "unit__sort_key", "unit_id", "due_on", "pk")
    )


def _standings(**where):
    return following.standings(public_commitments(**where), today=timezone.localdate(), public=True)


def _about(authority, year):
    return {
        "authority": authority.slug,
        "authority_name": authority.name,
        "year": year,
        "illustrative": authority.illustrative,
    }


@published(until_midnight=True)
def commitments(request, authority, year, suffix=None):
    """Show a year's targets, the board of units × commitments and every commitment."""
    authority = get_object_or_404(Authority, slug=authority)
    standings = _standings(unit__authority=authority, year=year)
    if suffix:
        table = CommitmentTable(commitment_rows(standings, year=year, authority=authority))
        name = file_name(authority.slug, "cam-ket", year)
        return table_response(table, suffix, name, _about(authority, year))
    aims = _aims(authority, year)
    others = _other_figures(authority, year, aims)
    years = years_of(authority)
    if year not in years and not others:
        raise Http404(
            _("No commitment or target has been published for %(year)s.") % {"year": year}
        )
    page_url = reverse("commitments", args=[authority.slug, year])
    query = query_of(request)
    table = CommitmentTable(
        commitment_rows(
            [one for one in standings if query.matches(one)], year=year, authority=authority
        ),
        order_by=query.sort or None,
        caption=_("Commitments, what was promised and what was found."),
    )
    table.paginate(per_page=ROWS_A_PAGE)
    table.page = table.paginator.get_page(request.GET.get("trang"))
    context = {
        "authority": authority,
        "section": "commitments",
        "year": year,
        "other_years": [other for other in years if other != year],
        "standings": standings,
        "finding": wording.finding(standings) if standings else "",
        "closing": wording.closing(verdicts(one.outcome for one in standings)),
        "aims": [_aim_in_words(aim, authority) for aim in aims],
        "others": others,
        "board": BoardTable(
            board_rows(standings, year=year, authority=authority),
            caption=_("Each unit with its commitments and the step last found."),
        ),
        "table": table,
        "query": query,
        "fields": sorted({one.commitment.field for one in standings} - {""}),
        "steps": [
            (value, label)
            for value, label in [*Check.Step.choices, (NOT_CHECKED, _("not checked yet"))]
        ],
        "results": [(verdict.value, wording.VERDICTS[verdict]) for verdict in Verdict],
        "has_dossiers": _has_dossiers(authority, year),
        "illustrative": authority.illustrative,
        "file_url": page_url.rstrip("/"),
        "targets_url": f"{page_url}chi-tieu",
        "chart_url": f"{page_url}bieu-do/",
        "crumbs": trail.to(trail.authority(authority), trail.page(_("Commitments %s") % year)),
    }
    return render(request, "commitments/year.html", context)


@dataclass(frozen=True)
class Query:
    """What a reader asks of the list: ``?q=``, ``?linh-vuc=``, ``?buoc=`` and ``?ket-qua=``."""

    words: str
    field: str
    step: str
    result: str
    sort: str

    def matches(self, standing):
        row = standing.commitment
        step = "" if self.step == NOT_CHECKED else self.step
        return (
            fold(self.words) in fold(f"{row.unit.name} {row.text}")
            and self.field in ("", row.field)
            and (not self.step or step == standing.step)
            and (
                not self.result
                or (standing.outcome is not None and standing.outcome.verdict == self.result)
            )
        )


def query_of(request):
    """Return the reader's question to the list of commitments."""
    return Query(
        words=request.GET.get("q", "").replace("\0", "").strip(),
        field=request.GET.get("linh-vuc", ""),
        step=request.GET.get("buoc", ""),
        result=request.GET.get("ket-qua", ""),
        sort=request.GET.get("sap-xep", ""),
    )


def _aims(authority, year):
    targets = (
        Target.objects.filter(authority=authority, public=True, due_on__year=year)
        .select_related("indicator", "unit")
        .order_by("due_on", "indicator__position", "pk")
    )
    return following.aims(targets, today=timezone.localdate(), public=True)


def _aim_in_words(aim, authority):
    target = aim.target
    return {
        "target": target,
        "name": target.indicator.name,
        "goal": wording.quantity(target.value, target.indicator),
        "state": wording.target_state(aim),
        "start": _("%(value)s on %(day)s")
        % {
            "value": wording.quantity(target.baseline, target.indicator),
            "day": wording.day(target.baseline_on),
        }
        if target.baseline_on
        else "",
        "chart": _way(aim, authority),
    }


def _way(aim, authority):
    return target_chart(
        aim, source=aim.target.source or authority.name, illustrative=authority.illustrative
    )


def _other_figures(authority, year, aims):
    """Return the other figures of the year in words: what was measured and has no target in it."""
    aimed = {aim.target.indicator_id for aim in aims if aim.target.unit_id is None}
    return [
        {"indicator": indicator, "value": wording.measured(one, indicator), "measured": one}
        for indicator, one in following.measured_in(authority, year, public=True)
        if indicator.pk not in aimed
    ]


def _has_dossiers(authority, year):
    rows = DossierMonth.objects.standing().filter(unit__authority=authority, public=True)
    return rows.filter(month__year=year).exists()


@published(until_midnight=True)
def targets(request, authority, year, suffix):
    """Return the year's targets as a file; JSON carries their measurements too."""
    authority = get_object_or_404(Authority, slug=authority)
    aims = _aims(authority, year)
    metadata = _about(authority, year)
    metadata["measurements"] = [
        {
            "indicator": aim.target.indicator.slug,
            "unit": aim.target.unit.slug if aim.target.unit else None,
            "measured_on": one.on,
            "value": one.value,
            "numerator": one.numerator,
            "denominator": one.denominator,
        }
        for aim in aims
        for one in aim.measured
    ]
    name = file_name(authority.slug, "cam-ket", year, "chi-tieu")
    return table_response(TargetTable(target_rows(aims, authority)), suffix, name, metadata)


@published(until_midnight=True)
def chart(request, authority, year, slug, suffix):
    """Return one chart of the year: the way to a target, or the share of dossiers on time."""
    authority = get_object_or_404(Authority, slug=authority)
    if slug == "dung-han":
        frame = months.months(authority, year, public=True)
        return chart_response(_on_time_chart(authority, year, frame), suffix)
    for aim in _aims(authority, year):
        if slug == f"chi-tieu-{aim.target.pk}":
            return chart_response(_way(aim, authority), suffix)
    raise Http404


@published(until_midnight=True)
def dossiers(request, authority, year, suffix=None):
    """Show dossiers by unit and month, and rank each group by its share settled on time."""
    authority = get_object_or_404(Authority, slug=authority)
    frame = months.months(authority, year, public=True)
    if frame.empty:
        raise Http404(_("No dossiers have been published for %(year)s.") % {"year": year})
    if suffix:
        rows = _month_rows(frame, authority)
        name = file_name(authority.slug, "cam-ket", year, "ho-so")
        return table_response(DossierTable(rows), suffix, name, _about(authority, year))
    page_url = reverse("dossiers", args=[authority.slug, year])
    year_url = reverse("commitments", args=[authority.slug, year])
    context = {
        "authority": authority,
        "section": "commitments",
        "year": year,
        "groups": [
            {"name": name, "median": median, "table": OnTimeTable(rows, caption=_on_time_caption())}
            for name, median, rows in _by_group(authority, year, frame)
        ],
        "months": DossierTable(
            _province_months(frame, authority), hide=["unit_name"], caption=_("All units together")
        ),
        "chart": _on_time_chart(authority, year, frame),
        "illustrative": authority.illustrative,
        "file_url": page_url.rstrip("/"),
        "on_time_url": f"{year_url}dung-han",
        "chart_url": f"{year_url}bieu-do/",
        "crumbs": trail.to(
            trail.authority(authority),
            (_("Commitments %s") % year, year_url),
            trail.page(_("Dossiers")),
        ),
    }
    return render(request, "commitments/dossiers.html", context)


def _on_time_caption():
    return _("On time = settled on time ÷ settled × 100, over the months reported this year.")


def _kind(authority):
    return str(_("illustrative data") if authority.illustrative else _("entered by officials"))


def _units_of(frame):
    return {unit.pk: unit for unit in Unit.objects.filter(pk__in=set(frame["unit_id"]))}


def _month_rows(frame, authority, units=None):
    units = units or _units_of(frame)
    kind = _kind(authority)
    return [
        {
            "unit": units[row["unit_id"]].slug,
            "unit_name": units[row["unit_id"]].name,
            "month": row["month"],
            **{name: row[name] for name in COUNTS},
            "on_time": _share_of(row),
            "data_kind": kind,
        }
        for row in frame.to_dict("records")
    ]


def _share_of(row):
    if row["settled_on_time"] is None or row["settled_late"] is None:
        return None
    return months.share(row["settled_on_time"], row["settled_on_time"] + row["settled_late"], 2)


def _province_months(frame, authority):
    """Return each month's sums over the units that reported the number; unknown if none did."""
    rows = []
    for month, of_month in frame.groupby("month", sort=True):
        known = of_month.dropna(subset=["settled_on_time", "settled_late"])
        sums = {name: months.total(of_month[name]) for name in COUNTS}
        on_time = int(known["settled_on_time"].sum())
        settled = on_time + int(known["settled_late"].sum())
        rows.append(
            {
                "unit": None,
                "unit_name": authority.place,
                "month": month,
                **sums,
                "on_time": months.share(on_time, settled, 2),
                "data_kind": _kind(authority),
            }
        )
    return rows


def _by_group(authority, year, frame):
    """Return (name, median, rows) of each group, its units by their share on time."""
    so_far = months.year_so_far(frame)
    monthly = {
        unit_id: [
            (row["month"], share)
            for row in rows.to_dict("records")
            if (share := _share_of(row)) is not None
        ]
        for unit_id, rows in frame.groupby("unit_id", sort=False)
    }
    units = _units_of(frame)
    found = []
    for group in UnitGroup.objects.filter(authority=authority).order_by("position", "slug"):
        members = [unit for unit in units.values() if unit.kind == group.kind]
        shares = {unit.pk: so_far[unit.pk]["on_time"] for unit in members}
        ranks = months.ranks(shares)
        rows = [
            {
                "rank": ranks.get(unit.pk),
                "unit": unit.slug,
                "group": group.slug,
                "unit_name": unit.name,
                "url": reverse("unit_commitments", args=[authority.slug, year, unit.slug]),
                **so_far[unit.pk],
                "trend": _trend(monthly.get(unit.pk, [])),
                "data_kind": _kind(authority),
            }
            for unit in sorted(
                members, key=lambda unit: (ranks.get(unit.pk, 99_999), unit.sort_key, unit.pk)
            )
        ]
        known = [share for share in shares.values() if share is not None]
        median = two_places(statistics.median(known)) if known else None
        if rows:
            found.append((group.name, median, rows))
    return found


def _trend(of_months):
    if len(of_months) < 2:
        return None
    (first_month, first), *_between, (last_month, last) = of_months
    return f"{months.percent(first)} ({first_month:%m}) → {months.percent(last)} ({last_month:%m})"


def _on_time_chart(authority, year, frame):
    by_month = [
        (row["month"], row["on_time"])
        for row in _province_months(frame, authority)
        if row["on_time"] is not None
    ]
    ends = {on: share for on, share, *_parts in months.month_ends(frame)}
    return on_time_chart(
        by_month,
        [two_places(ends[months.last_day(month)]) for month, _share in by_month],
        title=_("Dossiers settled on time by month: %(place)s, %(year)s")
        % {"place": authority.place, "year": year},
        source=authority.name,
        illustrative=authority.illustrative,
    )


@published(until_midnight=True)
def on_time(request, authority, year, suffix):
    """Return the ranking of every group by its share settled on time as one file."""
    authority = get_object_or_404(Authority, slug=authority)
    frame = months.months(authority, year, public=True)
    rows = [row for __, __, rows in _by_group(authority, year, frame) for row in rows]
    name = file_name(authority.slug, "cam-ket", year, "dung-han")
    return table_response(OnTimeTable(rows), suffix, name, _about(authority, year))


@published(until_midnight=True)
def unit_commitments(request, authority, year, unit, suffix=None):
    """Show the commitments of one unit with everything found about them, and its dossiers."""
    unit = get_object_or_404(
        Unit.objects.select_related("authority"), authority__slug=authority, slug=unit
    )
    standings = _standings(unit=unit, year=year)
    frame = months.months(unit.authority_id, year, public=True, unit=unit.pk)
    if suffix:
        table = CommitmentTable(commitment_rows(standings, year=year, authority=unit.authority))
        name = file_name(authority, "cam-ket", year, unit.slug)
        metadata = {**_about(unit.authority, year), "unit": unit.slug, "unit_name": unit.name}
        return table_response(table, suffix, name, metadata)
    if not standings and frame.empty:
        raise Http404(_("Nothing of this unit has been published for %(year)s.") % {"year": year})
    page_url = reverse("unit_commitments", args=[authority, year, unit.slug])
    context = {
        "authority": unit.authority,
        "section": "commitments",
        "year": year,
        "unit": unit,
        "commitments": [_in_words(one) for one in standings],
        "finding": wording.counts_of_steps(standings) if standings else "",
        "closing": wording.closing(verdicts(one.outcome for one in standings)),
        "months": DossierTable(
            _month_rows(frame, unit.authority, {unit.pk: unit}),
            hide=["unit_name"],
            caption=_("Dossiers of each month"),
        )
        if not frame.empty
        else None,
        "illustrative": unit.authority.illustrative,
        "file_url": page_url.rstrip("/"),
        "crumbs": trail.to(
            trail.authority(unit.authority),
            (_("Commitments %s") % year, reverse("commitments", args=[authority, year])),
            trail.page(unit.name),
        ),
    }
    return render(request, "commitments/unit.html", context)


def _in_words(one):
    row = one.commitment
    return {
        "row": row,
        "promised": wording.promised(row),
        "result": wording.result(one.outcome),
        "tone": wording.VERDICT_TONES.get(one.outcome.verdict, "none") if one.outcome else "none",
        "outcome": one.outcome,
        "latest": wording.measured(one.latest, row.indicator) if one.latest else "",
        "waits": [wording.WAITS[wait] for wait in sorted(one.waits)],
        "checks": [
            {
                "check": check,
                "tone": wording.STEP_TONES[check.step],
                "measured": wording.quantity(check.measured_value, row.indicator)
                if check.measured_value is not None
                else "",
            }
            for check in reversed(one.checks)
        ],
    }
