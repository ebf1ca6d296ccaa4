"""Dossiers by month: a grid of one group and month, the file import, and what was reported."""

import datetime
import io
import re
from dataclasses import dataclass

import xlsxwriter
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commitments import importing, measuring
from commitments.admin.pages import (
    OwnConfirmForm,
    OwnUploadForm,
    RecordedAdmin,
    own_group_or_404,
    own_groups,
    page,
)
from commitments.dossiers import last_day, share
from commitments.importing.table import read_count
from commitments.models import COUNTS, DossierMonth
from scorecards.admin.import_flow import ImportFlow
from scorecards.assessing import Refused
from scorecards.importing.problems import Problem
from scorecards.importing.sheet import Cell
from units.models import Unit

CELL_NAME = re.compile(r"v-([0-9]{1,18})-([0-4])")
HEADINGS = {
    "received": gettext_lazy("Received"),
    "settled_on_time": gettext_lazy("Settled on time"),
    "settled_late": gettext_lazy("Settled late"),
    "pending_in_time": gettext_lazy("Pending in time"),
    "pending_overdue": gettext_lazy("Pending overdue"),
}


class MonthInput(forms.DateField):
    """A month, chosen as browsers let one choose it; its first day."""

    widget = forms.DateInput(attrs={"type": "month"}, format="%Y-%m")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m"], **kwargs)


class DossierUploadForm(OwnUploadForm):
    field_order = ["authority", "month", "file", "sheet"]
    month = MonthInput(
        label=gettext_lazy("month"),
        required=False,
        help_text=gettext_lazy("Needed only if the file has no column “Tháng”."),
    )


class DossierConfirmForm(OwnConfirmForm):
    month = forms.DateField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why what was reported before is corrected"),
        max_length=300,
        required=False,
    )


class DossierFlow(ImportFlow):
    """Dossiers by unit and month."""

    title = gettext_lazy("Import dossiers")
    upload_template = "admin/commitments/import_dossiers.html"
    upload_form = DossierUploadForm
    confirm_form = DossierConfirmForm
    target_fields = ("authority", "month")

    def preview(self, target, content, filename, sheet):
        return importing.preview_dossiers(
            target["authority"], content, filename, sheet=sheet, month=target["month"]
        )

    def apply(self, target, content, filename, sheet, **given):
        return importing.apply_dossiers(
            target["authority"], content, filename, sheet=sheet, month=target["month"], **given
        )

    def fit(self, confirm, preview):
        if preview.changed:
            confirm.fields["reason"].required = True
        else:
            confirm.fields["reason"].widget = forms.HiddenInput()

    def url(self, target):
        return reverse("admin:commitments_import_dossiers")

    def target_in_words(self, target):
        month = f", {target['month']:%m/%Y}" if target["month"] else ""
        return f"{target['authority'].place}{month}"


@admin.register(DossierMonth)
class DossierMonthAdmin(RecordedAdmin):
    """What was reported; a changed number is a new row that says why."""

    authority_path = "unit__authority"
    list_display = ["unit", "month_shown", *COUNTS, "public", "recorded_by", "reason"]
    list_filter = [
        "public",
        "month",
        "unit__kind",
        ("unit__authority", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["unit", "recorded_by"]
    ordering = ["-month", "unit__position", "unit__sort_key", "-pk"]
    change_list_template = "admin/commitments/dossier_list.html"
    fields = [
        "unit",
        "month_shown",
        *COUNTS,
        "public",
        "corrects",
        "reason",
        "withdrawn",
        "recorded_by",
        "recorded_at",
        "import_run",
    ]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def mark(self, rows, *, public):
        return measuring.show(rows, public=public)

    @admin.display(description=gettext_lazy("month"), ordering="month")
    def month_shown(self, row):
        return f"{row.month:%m/%Y}"

    def get_urls(self):
        views = [
            ("bang/<int:pk>/", self.grid_view, "commitments_dossier_grid"),
            ("nhap/", self.import_view, "commitments_import_dossiers"),
            ("mau/<int:pk>/", self.workbook_view, "commitments_dossier_workbook"),
        ]
        return [
            *(path(at, self.admin_site.admin_view(view), name=name) for at, view, name in views),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        groups = own_groups(request.user)
        return super().changelist_view(request, {"groups": groups, **(extra_context or {})})

    def import_view(self, request):
        """Import a workbook of dossiers."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return DossierFlow().view(request)

    def workbook_view(self, request, pk):
        """Send an empty workbook with the group's units, as the importer reads it."""
        group = own_group_or_404(request.user, pk)
        month = _month_of(request)
        output = io.BytesIO()
        book = xlsxwriter.Workbook(output, {"in_memory": True})
        sheet = book.add_worksheet(f"{month:%m-%Y}")
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet.write_row(0, 0, importing.DOSSIER_HEADINGS, bold)
        for line, unit in enumerate(_units(group, month), start=1):
            sheet.write_string(line, 0, unit.code)
            sheet.write_string(line, 1, unit.name)
        sheet.set_column(0, 0, 12)
        sheet.set_column(1, 1, 45)
        sheet.set_column(2, 6, 14)
        sheet.freeze_panes(1, 2)
        book.close()
        response = HttpResponse(
            output.getvalue(),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        name = f"ho-so-{group.slug}-{month:%Y-%m}.xlsx"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def grid_view(self, request, pk):
        """Show or save the dossiers of one group in one month."""
        return Grid(request, own_group_or_404(request.user, pk), self.opts).response()


def _month_of(request):
    """Return the month asked for as ?thang=2024-03; else the last one that is over."""
    asked = parse_date(f"{request.GET.get('thang', '')}-01")
    if asked is not None and 2000 <= asked.year <= 2100:
        return asked
    first = timezone.localdate().replace(day=1)
    return (first - datetime.timedelta(days=1)).replace(day=1)


def _units(group, month):
    """Return the group's units that existed on any day of the month, in the official order."""
    return list(
        Unit.objects.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=last_day(month)),
            Q(ends_on__isnull=True) | Q(ends_on__gte=month),
            authority=group.authority_id,
            kind=group.kind,
        ).order_by("position", "sort_key", "pk")
    )


@dataclass(frozen=True)
class Typed:
    """A changed cell: its text, its number, the number seen before, what is wrong with it."""

    text: str
    value: int | None
    seen: int | None
    objection: str = ""


class Grid:
    """The dossiers of one group and month, read from the page and written by `measuring`."""

    def __init__(self, request, group, opts):
        self.request, self.group, self.opts = request, group, opts
        self.month = _month_of(request)
        self.units = {unit.pk: unit for unit in _units(group, self.month)}
        self.standing = {
            row.unit_id: row
            for row in DossierMonth.objects.standing()
            .filter(unit__in=self.units, month=self.month)
            .select_related("recorded_by")
        }

    def response(self):
        if self.request.method != "POST":
            return self._page({})
        typed = self._typed()
        if any(cell.objection for cell in typed.values()):
            return self._page(typed, status=422)
        try:
            written = measuring.report(
                self.group.authority,
                self._reports(typed),
                reason=self.request.POST.get("reason", ""),
                by=self.request.user,
            )
        except measuring.Overtaken as overtaken:
            return self._page(typed, refusal=self._overtaken(overtaken), status=409)
        except Refused as refused:
            return self._page(typed, refusal=capfirst(str(refused)), status=409)
        changed = written.added + written.changed
        sentence = ngettext(
            "The dossiers of %(count)d unit were saved.",
            "The dossiers of %(count)d units were saved.",
            changed,
        )
        messages.success(self.request, sentence % {"count": changed})
        return HttpResponseRedirect(self.request.get_full_path())

    def _typed(self):
        cells = {}
        for name, text in self.request.POST.items():
            match = CELL_NAME.fullmatch(name)
            if match is None or int(match[1]) not in self.units:
                continue
            key = (int(match[1]), COUNTS[int(match[2])])
            before = self.request.POST.get("s-" + name.removeprefix("v-"), "")
            seen = int(before) if before.isdecimal() and len(before) < 10 else None
            value = read_count(Cell("", "", text.strip() or None))
            if isinstance(value, Problem):
                cells[key] = Typed(text, None, seen, capfirst(value.wanted))
            elif value != seen:
                cells[key] = Typed(text, value, seen)
        return cells

    def _reports(self, typed):
        for unit in dict.fromkeys(unit for unit, _name in typed):
            standing = measuring.counts_of(self.standing.get(unit))
            seen = dict(standing)
            counts = dict(standing)
            for name in COUNTS:
                if cell := typed.get((unit, name)):
                    counts[name], seen[name] = cell.value, cell.seen
            yield measuring.Report(unit, self.month, counts, seen=seen)

    def _overtaken(self, overtaken):
        names = ", ".join(
            f"{self.units[row.unit_id].name}"
            + (f" ({row.recorded_by})" if row.recorded_by_id else "")
            for row in overtaken.months
        )
        return _(
            "Somebody else reported meanwhile: %(units)s. Open the page again to see the numbers."
        ) % {"units": names}

    def _page(self, typed, *, refusal="", status=200):
        response = page(
            self.request,
            "admin/commitments/dossier_grid.html",
            opts=self.opts,
            is_nav_sidebar_enabled=False,
            title=_("Dossiers of %(month)s: %(group)s")
            % {"month": f"{self.month:%m/%Y}", "group": self.group.name},
            group=self.group,
            month=self.month,
            months=self._months(),
            columns=[(number, HEADINGS[name]) for number, name in enumerate(COUNTS)],
            rows=[self._row(unit, typed) for unit in self.units.values()],
            wrong=[
                (f"#v-{unit}-{COUNTS.index(name)}", self.units[unit].name, cell.objection)
                for (unit, name), cell in typed.items()
                if cell.objection
            ],
            refusal=refusal,
            reason=self.request.POST.get("reason", ""),
            corrects=bool(self.standing),
            import_url=reverse("admin:commitments_import_dossiers"),
            workbook_url=reverse("admin:commitments_dossier_workbook", args=[self.group.pk])
            + f"?{urlencode({'thang': f'{self.month:%Y-%m}'})}",
        )
        response.status_code = status
        return response

    def _months(self):
        """Return the months to go to: the year's, those before and after it beside them."""
        first = self.month.replace(month=1)
        days = [first - datetime.timedelta(days=1)]
        days += [first.replace(month=number) for number in range(1, 13)]
        days.append(first.replace(year=first.year + 1))
        return [
            {
                "title": f"{day:%m/%Y}",
                "query": "?" + urlencode({"thang": f"{day:%Y-%m}"}),
                "current": (day.year, day.month) == (self.month.year, self.month.month),
            }
            for day in days
            if day <= timezone.localdate()
        ]

    def _row(self, unit, typed):
        counts = measuring.counts_of(self.standing.get(unit.pk))
        settled = (counts["settled_on_time"], counts["settled_late"])
        on_time = None if None in settled else share(settled[0], sum(settled), 2)
        return {
            "unit": unit,
            "cells": [
                self._cell(unit, number, name, counts[name], typed.get((unit.pk, name)))
                for number, name in enumerate(COUNTS)
            ],
            "on_time": "—" if on_time is None else f"{number_format(on_time, 2)}%",
            "public": self.standing[unit.pk].public if unit.pk in self.standing else False,
        }

    def _cell(self, unit, number, name, value, typed):
        seen = typed.seen if typed else value
        return {
            "name": f"{unit.pk}-{number}",
            "label": HEADINGS[name],
            "text": typed.text if typed else "" if value is None else value,
            "seen": "" if seen is None else seen,
            "changed": typed is not None,
            "objection": typed.objection if typed else "",
        }
