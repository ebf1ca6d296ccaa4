"""Import one workbook of commitments for a year: first what it would change, then all of it."""

import hashlib
import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from commitments import keeping
from commitments.importing.table import find_table, read_day, record, require_as_seen, units_of
from commitments.models import Commitment, Indicator
from scorecards.importing import Preview
from scorecards.importing.decimals import is_blank, read_percent, read_points
from scorecards.importing.matching import Directory, KnownUnit
from scorecards.importing.problems import Problem
from scorecards.importing.rows import read_rows
from scorecards.importing.scores import Change
from scorecards.importing.workbook import read_workbook
from scorecards.models.framework import Criterion
from scorecards.models.import_run import ImportRun
from units.vietnamese import fold

_PATTERNS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("signed_on", r"^ngay ky\b"),
        ("signed_by", r"^nguoi ky\b"),
        ("due_on", r"^(thoi han|han|thoi gian hoan thanh|hoan thanh truoc)\b"),
        ("public", r"^cong khai\b"),
        ("promised_points", r"^diem\b"),
        ("promised_value", r"^(gia tri|muc)\b"),
        ("indicator", r"^chi (so|tieu)\b"),
        ("criterion", r"^(tieu chi|so tieu chi)\b"),
        ("field", r"^linh vuc\b"),
        ("text", r"^(noi dung|cam ket)\b"),
        ("source", r"^nguon\b"),
    )
)
_YES = frozenset(("x", "co", "yes", "1"))


def column_named(lines: list[str]) -> str | None:
    """Return what a heading of commitments names; None if nothing of ours."""
    text = fold(" ".join(filter(None, lines)))
    return next((name for name, pattern in _PATTERNS if pattern.search(text)), None)


def preview_commitments(
    authority, year: int, content: bytes, filename: str, *, sheet=""
) -> Preview:
    """Return what importing the file would do, without writing anything.

    Raises `Unreadable` if the file cannot be used at all.
    """
    return _Import(authority, year, content, filename, sheet).preview


@transaction.atomic
def apply_commitments(
    authority, year: int, content: bytes, filename: str, *, by=None, sheet="", fingerprint=""
) -> ImportRun:
    """Import the file, all of it or nothing, and return the record of it.

    A row that names who signed, and when, signs its commitment: from then on the text is frozen.
    Raises `NotImportable`, `Outdated`, `assessing.Refused` and what `preview_commitments` raises.
    """
    work = _Import(authority, year, content, filename, sheet)
    require_as_seen(work.preview, fingerprint)
    run = record(
        work.preview,
        authority=authority,
        subject=ImportRun.Subject.COMMITMENTS,
        content=content,
        by=by,
    )
    keeping.promise([row for row, _signature in work.rows], by=by)
    by_signature = {}
    for row, signature in work.rows:
        if signature:
            by_signature.setdefault(signature, []).append(row)
    for (signed_by, signed_on, public), rows in by_signature.items():
        keeping.sign(rows, signed_by=signed_by, signed_on=signed_on, public=public, by=by)
    return run


class _Import:
    """One file against what is promised so far: the commitments to write, and their preview."""

    def __init__(self, authority, year, content, filename, sheet):
        self.authority, self.year = authority, year
        headings = find_table(
            read_workbook(content, filename),
            column_named,
            wanted=["text"],
            sheet_name=sheet,
            hint=_(
                "a row with “Tên đơn vị”, “Nội dung cam kết” and “Thời hạn” is wanted; besides, "
                "“Tiêu chí” and “Điểm cam kết”, “Chỉ số theo dõi” and “Giá trị cam kết”, “Người "
                "ký” and “Ngày ký”."
            ),
        )
        self._load()
        self.preview = Preview(
            filename=filename,
            sha256=hashlib.sha256(content).hexdigest(),
            sheet=headings.sheet.name,
            unused=headings.unused,
            problems=list(headings.problems),
        )
        self.rows: list[tuple[Commitment, tuple | None]] = []
        found = read_rows(
            headings,
            self.directory,
            same=lambda row: (row.unit.id, row.cells["text"].text if "text" in row.cells else ""),
        )
        self.preview.ignored = found.ignored
        self.preview.problems += found.problems
        for row in found.units:
            self._read(row)

    def _load(self):
        self.units = units_of(self.authority)
        alive, closed = [], []
        for unit in self.units.values():
            known = KnownUnit.of(unit)
            ended = unit.ends_on and unit.ends_on.year < self.year
            (closed if ended else alive).append(known)
        self.directory = Directory(alive, closed)
        self.standing = {
            (row.unit_id, row.text): row
            for row in Commitment.objects.filter(unit__in=self.units, year=self.year)
        }
        self.indicators = {}
        for indicator in Indicator.objects.filter(authority=self.authority):
            self.indicators[fold(indicator.name)] = indicator
            self.indicators[indicator.slug] = indicator
        self.criteria = {}
        rows = Criterion.objects.filter(
            framework__group__authority=self.authority,
            framework__year__in=[self.year - 1, self.year],
            framework__round=0,
        ).select_related("framework__group", "previous")
        # Where points were lost is the year before: its number is meant before this year's.
        for row in rows.order_by("-framework__year"):
            self.criteria[row.framework.group.kind, row.number] = row
        self.baselines = keeping.baselines(self.authority, self.year - 1)

    def _refuse(self, cell, wanted):
        self.preview.problems.append(Problem(cell, cell.shown, wanted))

    def _read(self, row):
        before = len(self.preview.problems)
        unit, cells = self.units[row.unit.id], row.cells
        if "text" not in cells:
            self._refuse(row.label, _("the text of the commitment is wanted."))
            return
        given = {
            "unit": unit,
            "year": self.year,
            "text": " ".join(cells["text"].text.split()),
            "field": cells["field"].text[:200] if "field" in cells else "",
            "source": cells["source"].text if "source" in cells else "",
            "due_on": self._due(row),
            **self._criterion(unit, cells),
            **self._indicator(cells),
        }
        signature = self._signature(cells)
        if len(self.preview.problems) == before:
            self._weigh(row, given, signature)

    def _due(self, row):
        cell = row.cells.get("due_on")
        day = read_day(cell) if cell else None
        if isinstance(day, Problem):
            self.preview.problems.append(day)
        elif day is None:
            self._refuse(row.label, _("a day by which it is due is wanted in column “Thời hạn”."))
        return day

    def _criterion(self, unit, cells):
        cell = cells.get("criterion")
        if cell is None or is_blank(cell):
            return {}
        criterion = self.criteria.get((unit.kind, cell.text.strip().rstrip(".")))
        if criterion is None:
            self._refuse(
                cell,
                _("no criterion of %(year)d or the year before has this number.")
                % {"year": self.year},
            )
            return {}
        points = (
            read_points(cells["promised_points"], decimals=3)
            if "promised_points" in cells
            else None
        )
        if isinstance(points, Problem):
            self.preview.problems.append(points)
        elif points is None:
            self._refuse(cell, _("the points promised on it are wanted in column “Điểm cam kết”."))
        earlier = criterion if criterion.framework.year < self.year else criterion.previous
        had, maximum = self.baselines.get((unit.pk, getattr(earlier, "number", "")), (None, None))
        return {
            "criterion": criterion,
            "promised_points": points,
            "baseline_points": had,
            "baseline_max": maximum,
        }

    def _indicator(self, cells):
        cell = cells.get("indicator")
        if cell is None or is_blank(cell):
            return {}
        indicator = self.indicators.get(fold(cell.text)) or self.indicators.get(cell.text.strip())
        if indicator is None:
            names = ", ".join(
                f"“{name}”" for name in sorted({one.name for one in self.indicators.values()})
            )
            self._refuse(
                cell,
                _("no indicator has this name; there are: %(names)s.") % {"names": names or "—"},
            )
            return {}
        value = self._value(cells, indicator)
        if value is None:
            self._refuse(cell, _("the value promised is wanted in column “Giá trị cam kết”."))
        return {"indicator": indicator, "promised_value": value}

    def _value(self, cells, indicator):
        cell = cells.get("promised_value")
        if cell is None:
            return None
        read = (
            read_percent
            if indicator.measure_unit == "%"
            else lambda one: read_points(one, decimals=3)
        )
        value = read(cell)
        if isinstance(value, Problem):
            self.preview.problems.append(value)
            return Decimal(0)
        return value

    def _signature(self, cells):
        by = cells.get("signed_by")
        name = "" if by is None or is_blank(by) else by.text
        on = cells.get("signed_on")
        day = read_day(on) if on else None
        if isinstance(day, Problem):
            self.preview.problems.append(day)
            return None
        if bool(name) != (day is not None):
            self._refuse(by or on, _("who signed and the day of signing go together."))
            return None
        shown = "public" in cells and fold(cells["public"].text) in _YES
        return (name, day, shown) if name else None

    def _weigh(self, row, given, signature):
        standing = self.standing.get((given["unit"].pk, given["text"]))
        commitment = standing or Commitment(**given)
        if standing is not None:
            if self._same(standing, given):
                if standing.signed_on is None and signature:
                    self._add(commitment, signature, row)
                else:
                    self.preview.unchanged += 1
                return
            if standing.signed_on is not None:
                self._refuse(row.cells["text"], _("it is signed: what was signed is not changed."))
                return
            for name, value in given.items():
                setattr(standing, name, value)
        self._add(commitment, signature, row)

    @staticmethod
    def _same(standing, given):
        return all(
            getattr(standing, name) == value
            for name, value in given.items()
            if name != "field" or value
        )

    def _add(self, commitment, signature, row):
        # Constraints speak of the row as it will be once it is signed.
        signed_by, signed_on, _public = signature or ("", None, False)
        commitment.signed_by, commitment.signed_on = signed_by, signed_on
        try:
            commitment.full_clean(validate_unique=False)
        except ValidationError as error:
            self._refuse(row.cells["text"], " ".join(error.messages))
            return
        finally:
            commitment.signed_by, commitment.signed_on = "", None
        known = commitment.pk is not None
        change = Change(
            commitment.unit.name,
            _("commitment"),
            commitment.text if known else None,
            commitment.text,
            2,
        )
        (self.preview.changed if known else self.preview.added).append(change)
        self.rows.append((commitment, signature))
