"""Import one workbook of dossiers by unit and month: first what it would change, then all of it.

A unit's dossiers of a month are one row. "Trước hạn" stands for settled before the deadline and is
added to what was settled on time. A blank cell leaves alone what was reported.
"""

import hashlib
import re
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments import measuring
from commitments.importing.table import (
    find_table,
    read_count,
    read_month,
    record,
    require_as_seen,
    units_of,
)
from commitments.models import COUNTS, DossierMonth
from scorecards.importing import Preview
from scorecards.importing.matching import Directory, KnownUnit
from scorecards.importing.problems import Difference, Problem
from scorecards.importing.rows import read_rows
from scorecards.importing.scores import Change
from scorecards.importing.sheet import Cell
from scorecards.importing.workbook import read_workbook
from scorecards.models.import_run import ImportRun
from units.vietnamese import fold

_OPEN = r"\b(dang|chua) (duoc )?(giai quyet|xu ly)\b"
# Looked for in this order in the folded heading, all its lines together.
_PATTERNS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("month", r"^(thang|ky bao cao|month)\b"),
        ("pending_overdue", _OPEN + r".*\b(qua|tre) han\b|^pending overdue$"),
        ("pending_in_time", _OPEN + r".*\b(trong han|chua den han)\b|^pending in time$"),
        ("pending_total", _OPEN),
        ("left_out", r"\b(ky truoc|ton dau|chuyen sang|chuyen qua)\b"),
        ("settled_early", r"\btruoc han\b"),
        ("settled_on_time", r"\bdung han\b|^settled on time$"),
        ("settled_late", r"\b(qua|tre) han\b|^settled late$"),
        ("received", r"\b(tiep nhan|nhan giai quyet|ho so nhan)\b|^received$"),
        ("settled_total", r"\b(da giai quyet|giai quyet)\b"),
    )
)
_TOTALS = {
    "settled_total": ("settled_early", "settled_on_time", "settled_late"),
    "pending_total": ("pending_in_time", "pending_overdue"),
}
_WHAT = {
    "received": gettext_lazy("received"),
    "settled_on_time": gettext_lazy("settled on time"),
    "settled_late": gettext_lazy("settled late"),
    "pending_in_time": gettext_lazy("pending in time"),
    "pending_overdue": gettext_lazy("pending overdue"),
    "settled_total": gettext_lazy("all settled"),
    "pending_total": gettext_lazy("all pending"),
}


# What an empty workbook is headed with; read back by the patterns above.
DOSSIER_HEADINGS = (
    "Mã đơn vị",
    "Tên đơn vị",
    "Tiếp nhận",
    "Giải quyết đúng hạn",
    "Giải quyết quá hạn",
    "Đang giải quyết trong hạn",
    "Đang giải quyết quá hạn",
)


def column_named(lines: list[str]) -> str | None:
    """Return what a heading of dossiers names, all its lines together; None if nothing of ours."""
    text = " ".join(fold(" ".join(filter(None, lines))).replace(":", " ").split())
    for name, pattern in _PATTERNS:
        if pattern.search(text):
            return None if name == "left_out" else name
    return None


def preview_dossiers(authority, content: bytes, filename: str, *, sheet="", month=None) -> Preview:
    """Return what importing the file would do, without writing anything.

    ``month``: the first day of the month of every row where the file has no column of months.
    Raises `Unreadable` if the file cannot be used at all.
    """
    return _Import(authority, content, filename, sheet, month).preview


@transaction.atomic
def apply_dossiers(
    authority,
    content: bytes,
    filename: str,
    *,
    by=None,
    sheet="",
    month=None,
    reason="",
    fingerprint="",
) -> ImportRun:
    """Import the file, all of it or nothing, and return the record of it.

    ``reason`` is wanted where it changes what was reported. Raises `NotImportable`, `Outdated`,
    `assessing.Refused` and what `preview_dossiers` raises.
    """
    work = _Import(authority, content, filename, sheet, month)
    require_as_seen(work.preview, fingerprint)
    run = record(
        work.preview,
        authority=authority,
        subject=ImportRun.Subject.DOSSIERS,
        content=content,
        by=by,
    )
    measuring.report(authority, work.reports, reason=reason, by=by, import_run=run)
    return run


class _Import:
    """One file against what was reported so far: the reports to write, and the preview of them."""

    def __init__(self, authority, content, filename, sheet, month):
        self.authority, self.month = authority, month
        self.headings = find_table(
            read_workbook(content, filename),
            column_named,
            wanted=[*COUNTS, "settled_early"],
            sheet_name=sheet,
            hint=_(
                "a row with “Tên đơn vị” and, beside it, such as “Tiếp nhận”, “Giải quyết đúng "
                "hạn”, “Giải quyết quá hạn”, “Đang giải quyết trong hạn”, “Đang giải quyết quá "
                "hạn” is wanted."
            ),
        )
        self.units = units_of(authority)
        self.preview = Preview(
            filename=filename,
            sha256=hashlib.sha256(content).hexdigest(),
            sheet=self.headings.sheet.name,
            unused=self.headings.unused,
            problems=list(self.headings.problems),
        )
        self.reports: list[measuring.Report] = []
        if "month" not in self.headings.columns and month is None:
            cell = self.headings.cell(next(iter(self.headings.columns)))
            wanted = _("a column “Tháng” is wanted, or choose the month.")
            self.preview.problems.append(Problem(cell, cell.shown, wanted))
            return
        rows = read_rows(self.headings, self._directory(), same=self._same)
        self.preview.ignored = rows.ignored
        self.preview.problems += rows.problems
        self._weigh([(row, self._month_of(row)) for row in rows.units])

    def _directory(self):
        """Units that exist in the month come first; of two namesakes, that one is meant."""
        day = self.month
        there, others = [], []
        for unit in self.units.values():
            known = KnownUnit.of(unit)
            closed = unit.ends_on if day is None else measuring.objection_to_month(unit, day)
            (others if closed else there).append(known)
        return Directory(there, others)

    def _same(self, row):
        month = self._month_of(row)
        return (row.unit.id, month if isinstance(month, date) else row.label.address)

    def _month_of(self, row):
        cell = row.cells.get("month")
        return self.month if cell is None else read_month(cell)

    def _weigh(self, rows):
        months = {month for _row, month in rows if isinstance(month, date)}
        earlier = {_month_before(month) for month in months}
        self.standing = {
            (row.unit_id, row.month): row
            for row in DossierMonth.objects.standing().filter(
                unit__in=self.units, month__in=months | earlier
            )
        }
        for row, month in rows:
            if isinstance(month, Problem):
                self.preview.problems.append(month)
            elif month is None:
                wanted = _("a month such as 03/2024 is wanted.")
                self.preview.problems.append(Problem(row.label, row.label.shown, wanted))
            else:
                self._weigh_row(row, month)
        for report in self.reports:
            self._compare_with_month_before(report)

    def _weigh_row(self, row, month):
        unit = self.units[row.unit.id]
        if objection := measuring.objection_to_month(unit, month):
            self.preview.problems.append(Problem(row.label, row.label.shown, objection))
            return
        given = {}
        for name, cell in row.cells.items():
            if name in (*COUNTS, "settled_early", *_TOTALS):
                value = read_count(cell)
                if isinstance(value, Problem):
                    self.preview.problems.append(value)
                elif value is not None:
                    given[name] = (value, cell)
        self._compare_totals(unit, given)
        if "settled_early" in given:
            early, cell = given.pop("settled_early")
            given["settled_on_time"] = (early + given.get("settled_on_time", (0, cell))[0], cell)
        values = {name: given[name][0] for name in COUNTS if name in given}
        if not values:
            return
        self._note(unit, month, values, row.label)

    def _note(self, unit, month, values, label):
        standing = self.standing.get((unit.pk, month))
        old = measuring.counts_of(standing)
        self.preview.kept += sum(old[name] is not None and name not in values for name in COUNTS)
        for name, new in values.items():
            what = _("%(what)s, %(month)s") % {"what": _WHAT[name], "month": f"{month:%m/%Y}"}
            if old[name] == new:
                self.preview.unchanged += 1
            elif standing is None:
                self.preview.added.append(Change(unit.name, what, None, new, 0))
            else:
                self.preview.changed.append(Change(unit.name, what, old[name], new, 0))
        counts = {name: values.get(name, old[name]) for name in COUNTS}
        self.reports.append(measuring.Report(unit.pk, month, counts))
        self.label_of = getattr(self, "label_of", {}) | {(unit.pk, month): label}

    def _compare_totals(self, unit, given):
        for total, parts in _TOTALS.items():
            known = [given[part][0] for part in parts if part in given]
            needed = [part for part in parts if part != "settled_early"]
            if total in given and all(part in given for part in needed):
                printed, cell = given[total]
                self._differ(cell, unit.name, _WHAT[total], printed, sum(known))

    def _compare_with_month_before(self, report):
        """Pending before + received = settled + pending now, where all of them are known."""
        before = self.standing.get((report.unit_id, _month_before(report.month)))
        for other in self.reports:
            if (other.unit_id, other.month) == (report.unit_id, _month_before(report.month)):
                before = other
        counts = report.counts
        earlier = (
            before.counts if isinstance(before, measuring.Report) else measuring.counts_of(before)
        )
        open_before = [earlier["pending_in_time"], earlier["pending_overdue"]]
        if None in open_before or None in counts.values():
            return
        expected = sum(open_before) + counts["received"]
        found = sum(counts[name] for name in COUNTS if name != "received")
        label = self.label_of[report.unit_id, report.month]
        self._differ(
            label,
            self.units[report.unit_id].name,
            _("settled and pending of %(month)s") % {"month": f"{report.month:%m/%Y}"},
            found,
            expected,
        )

    def _differ(self, cell: Cell, unit, what, printed, computed):
        if printed != computed:
            self.preview.differences.append(Difference(cell, unit, what, printed, computed, 0))


def _month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
