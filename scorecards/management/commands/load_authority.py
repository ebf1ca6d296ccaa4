"""Load one authority with its registry, frameworks, scores and editions from a folder.

The scores go the way every score goes: through the importer, then `publishing.seal`.
The folder's format is described in fixtures/README.md.
"""

import csv
import datetime
import tomllib
from decimal import Decimal
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scorecards import assessing, importing, publishing
from scorecards.models import ClassBand, Criterion, Decision, Framework
from units.models import Authority, Succession, Unit, UnitAlias, UnitGroup


class Command(BaseCommand):
    help = "Load an authority's registry, scores and editions from a folder; skips what is there."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder, **options):
        if not (folder / "authority.toml").is_file():
            raise CommandError(_("%(folder)s has no authority.toml.") % {"folder": folder})
        description = tomllib.loads((folder / "authority.toml").read_text(encoding="utf-8"))
        with transaction.atomic():
            loaded = Loader(folder, description).run()
        for line in loaded:
            self.stdout.write(line)


class Loader:
    """Loads one folder; each step leaves alone what an earlier run has loaded."""

    def __init__(self, folder, description):
        self.folder = folder
        self.description = description
        self.lines = []

    def run(self):
        """Load everything and return one line for each framework loaded."""
        self.authority, __ = Authority.objects.get_or_create(
            slug=self.description["authority"]["slug"], defaults=self.description["authority"]
        )
        self.groups = {
            row["slug"]: UnitGroup.objects.get_or_create(
                authority=self.authority, slug=row["slug"], defaults=row
            )[0]
            for row in self.description["groups"]
        }
        self._load_units()
        self._load_successions()
        self.decisions = {
            row["key"]: self._load_decision(row) for row in self.description["decisions"]
        }
        for row in sorted(self.description["frameworks"], key=lambda row: row["year"]):
            self._load_framework(row)
        return self.lines

    def _rows(self, filename):
        with (self.folder / filename).open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))

    def _load_units(self):
        for row in self._rows("units.csv"):
            unit, created = Unit.objects.get_or_create(
                authority=self.authority,
                slug=row["slug"],
                defaults={
                    "kind": row["kind"],
                    "code": row["code"],
                    "name": row["name"],
                    "short_name": row["short_name"],
                    "position": int(row["position"]),
                    "starts_on": _day(row["starts_on"]),
                    "ends_on": _day(row["ends_on"]),
                    "verified": row["verified"] == "true",
                    "source": row["source"],
                },
            )
            if created and row["aliases"]:
                UnitAlias.objects.bulk_create(
                    UnitAlias(unit=unit, name=name.strip()) for name in row["aliases"].split(";")
                )

    def _load_successions(self):
        if not (self.folder / "successions.csv").is_file():
            return
        for row in self._rows("successions.csv"):
            Succession.objects.get_or_create(
                predecessor=self._unit(row["predecessor_code"], row["predecessor_starts_on"]),
                successor=(
                    self._unit(row["successor_code"], row["successor_starts_on"])
                    if row["successor_code"]
                    else None
                ),
                defaults={
                    "kind": row["kind"],
                    "share": row["share"],
                    "on": _day(row["on"]),
                    "legal_basis": row["legal_basis"],
                },
            )

    def _unit(self, code, starts_on):
        return self.authority.units.get(code=code, starts_on=_day(starts_on))

    def _load_decision(self, row):
        values = {key: value for key, value in row.items() if key != "key"}
        title = values.pop("title")
        decision, __ = Decision.objects.get_or_create(
            authority=self.authority, title=title, defaults=values
        )
        return decision

    def _load_framework(self, row):
        group = self.groups[row["group"]]
        key = {"group": group, "year": row["year"], "round": row.get("round", 0)}
        if Framework.objects.filter(**key).exists():
            return
        framework = Framework.objects.create(
            **key,
            title=row["title"],
            decision=row.get("decision", ""),
            origin=row["origin"],
            decimals=row["decimals"],
            ranked=row["ranked"],
            classified_by=row["classified_by"],
            rank_on=row.get("rank_on", "shown"),
            cap_percent=_points(row.get("cap_percent")),
        )
        self._load_criteria(framework, row)
        ClassBand.objects.bulk_create(
            ClassBand(
                framework=framework,
                position=position,
                name=band["name"],
                floor=_points(band.get("floor")),
                inclusive=band.get("inclusive", True),
                source=band.get("source", ""),
                inferred=band.get("inferred", False),
            )
            for position, band in enumerate(row.get("bands", []), start=1)
        )
        for position, (name, count) in enumerate(row.get("counts", {}).items(), start=1):
            framework.announced_counts.create(position=position, class_name=name, count=count)
        named = self.authority.units.filter(code__in=row.get("units", []), kind=group.kind)
        assessing.open_scorecards(
            framework, named.in_force_on(datetime.date(framework.year, 12, 31))
        )
        if "scores" in row:
            path = self.folder / row["scores"]
            importing.apply(framework, path.read_bytes(), path.name, by=None)
        if "edition" in row:
            self._seal(framework, row["edition"])
        state = _("sealed") if "edition" in row else _("draft")
        self.lines.append(f"{framework}: {state}")

    def _load_criteria(self, framework, row):
        if "criteria" not in row:
            Criterion.objects.create(
                framework=framework,
                number="1",
                position=1,
                title=row.get("total_title", "Tổng điểm"),
                max_points=_points(row.get("total_max")),
            )
            return
        loaded = {}
        previous = self._criteria_of_last_year(framework)
        for position, line in enumerate(self._rows(row["criteria"]), start=1):
            comparable = line["comparable"] == "true"
            loaded[line["number"]] = Criterion.objects.create(
                framework=framework,
                parent=loaded.get(line["number"].rpartition(".")[0]),
                number=line["number"],
                position=position,
                title=line["title"],
                kind=line["kind"],
                max_points=_points(line["max_points"]),
                evidence_required=line["evidence_required"] == "true",
                guidance=line["guidance"],
                comparable=comparable,
                previous=previous.get(line["number"]) if comparable else None,
            )

    def _criteria_of_last_year(self, framework):
        last_year = Criterion.objects.filter(
            framework__group=framework.group, framework__year=framework.year - 1
        )
        return {criterion.number: criterion for criterion in last_year}

    def _seal(self, framework, row):
        publishing.seal(
            framework,
            completeness=row["completeness"],
            acknowledged=True,
            decision=self.decisions[row["decision"]],
            note=row.get("note", ""),
            public_from=timezone.make_aware(
                datetime.datetime.combine(row["public_from"], datetime.time())
            ),
        )


def _day(text):
    return datetime.date.fromisoformat(text) if text else None


def _points(text):
    return Decimal(text) if text else None
