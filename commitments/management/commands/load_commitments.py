"""Load an authority's indicators, targets, measurements, dossiers, commitments and checks.

Everything goes the way it always goes: through the importers, `measuring` and `keeping`. The
folder's format is described in fixtures/README.md.
"""

import csv
import datetime
import tomllib
from decimal import Decimal
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from commitments import importing, keeping, measuring
from commitments.models import Check, Commitment, DossierMonth, Indicator, Measurement, Target
from units.models import Authority


class Command(BaseCommand):
    help = "Load commitments and targets from a folder; skips what is there."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder, **options):
        if not (folder / "commitments.toml").is_file():
            raise CommandError(_("%(folder)s has no commitments.toml.") % {"folder": folder})
        description = tomllib.loads((folder / "commitments.toml").read_text(encoding="utf-8"))
        slug = tomllib.loads((folder / "authority.toml").read_text(encoding="utf-8"))["authority"][
            "slug"
        ]
        authority = Authority.objects.filter(slug=slug).first()
        if authority is None:
            raise CommandError(_("Load the authority %(slug)s first.") % {"slug": slug})
        with transaction.atomic():
            for line in Loader(folder, authority, description).run():
                self.stdout.write(line)


class Loader:
    """Loads one folder; each step leaves alone what an earlier run has loaded."""

    def __init__(self, folder, authority, description):
        self.folder, self.authority, self.description = folder, authority, description

    def run(self):
        """Load everything; return one line for each kind of thing that was loaded."""
        self.units = {unit.code: unit for unit in self.authority.units.order_by("starts_on")}
        self.indicators = {row["slug"]: self._indicator(row) for row in self._all("indicators")}
        loaded = {
            _("targets"): sum(map(self._target, self._all("targets"))),
            _("measurements"): sum(map(self._measurement, self._all("measurements"))),
            _("dossiers by month"): sum(map(self._dossiers, self._all("dossiers"))),
            _("commitments"): sum(map(self._commitments, self._all("commitments"))),
        }
        return [
            f"{self.authority.place}, {what}: {count}" for what, count in loaded.items() if count
        ]

    def _all(self, table):
        return self.description.get(table, [])

    def _indicator(self, row):
        return Indicator.objects.get_or_create(
            authority=self.authority, slug=row["slug"], defaults=row
        )[0]

    def _target(self, row):
        values = {**row, "value": Decimal(row["value"])}
        if "baseline" in row:
            values["baseline"] = Decimal(row["baseline"])
        unit = self.units[values.pop("unit")] if "unit" in row else None
        indicator = self.indicators[values.pop("indicator")]
        __, created = Target.objects.get_or_create(
            authority=self.authority,
            indicator=indicator,
            unit=unit,
            due_on=values.pop("due_on"),
            defaults=values,
        )
        return created

    def _measurement(self, row):
        indicator = self.indicators[row["indicator"]]
        if Measurement.objects.filter(
            indicator=indicator, unit=None, measured_on=row["on"]
        ).exists():
            return False
        first = measuring.measure(
            indicator,
            on=row["on"],
            **_value(row),
            note=row.get("note", ""),
            source=row["source"],
            public=row["public"],
        )
        if "corrected" in row:
            measuring.correct(
                first,
                reason=row["corrected"]["reason"],
                **_value(row["corrected"]),
                source=row["source"],
            )
        return True

    def _dossiers(self, row):
        if DossierMonth.objects.filter(
            unit__authority=self.authority, month__year=row["year"]
        ).exists():
            return 0
        path = self.folder / row["file"]
        run = importing.apply_dossiers(self.authority, path.read_bytes(), path.name)
        measuring.show(run.dossier_months.all(), public=row["public"])
        return run.dossier_months.count()

    def _commitments(self, row):
        if Commitment.objects.filter(unit__authority=self.authority, year=row["year"]).exists():
            return 0
        path = self.folder / row["file"]
        run = importing.apply_commitments(self.authority, row["year"], path.read_bytes(), path.name)
        made = {
            (one.unit.code, one.text): one
            for one in Commitment.objects.filter(
                unit__authority=self.authority, year=row["year"]
            ).select_related("unit", "indicator")
        }
        if "checks" in row:
            self._checks(self.folder / row["checks"], made)
        for withdrawal in row.get("withdrawn", []):
            keeping.withdraw(
                made[withdrawal["unit"], withdrawal["text"]],
                on=withdrawal["on"],
                reason=withdrawal["reason"],
            )
        return run.added

    def _checks(self, path, made):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                keeping.check(
                    made[row["unit"], row["commitment"]],
                    on=datetime.date.fromisoformat(row["checked_on"]),
                    step=Check.Step(row["step"]),
                    finding=row["finding"],
                    measured_value=Decimal(row["measured_value"])
                    if row["measured_value"]
                    else None,
                    document=row["document"],
                    public=row["public"] == "true",
                )


def _value(row):
    """Return a measurement's value as it is given: whole, or as its parts."""
    if "numerator" in row:
        return {"numerator": row["numerator"], "denominator": row["denominator"]}
    return {"value": Decimal(row["value"])}
