"""Import one file into one framework: first what it would change, then all of it or nothing.

Scores are written by `scorecards.assessing`. What the file prints beside the points is stored
where the result is an authority's announcement, and only compared where the portal computes it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import PurePath

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards import assessing
from scorecards.calculation import (
    Band,
    Card,
    Leaf,
    Result,
    adds_up,
    branch_totals,
    compute,
    half_up,
)
from scorecards.importing.headings import Field
from scorecards.importing.matching import Directory, KnownUnit
from scorecards.importing.problems import Difference, IgnoredRow, Problem, shown
from scorecards.importing.reading import Printed, Reading, Scheme, UnitReading, read_scores
from scorecards.importing.sheet import Cell
from scorecards.importing.workbook import read_workbook
from scorecards.models.assessment import Score, Scorecard
from scorecards.models.framework import Framework, Origin
from scorecards.models.import_run import ImportRun
from units.models import Unit
from units.vietnamese import fold

Value = Decimal | int | str | None

_STAGES = {
    "claimed": gettext_lazy("claimed points of criterion %s"),
    "appraised": gettext_lazy("appraised points of criterion %s"),
    "awarded": gettext_lazy("points of criterion %s"),
}
_ANNOUNCED = {
    Field.PERCENT: ("index_percent", gettext_lazy("announced index (%)")),
    Field.RANK: ("rank", gettext_lazy("announced rank")),
    Field.CLASS: ("class_name", gettext_lazy("announced class")),
}
_COMPARED = {
    Field.TOTAL: gettext_lazy("total points"),
    Field.APPRAISED: gettext_lazy("appraised points"),
    Field.SURVEY: gettext_lazy("survey points"),
    Field.BONUS: gettext_lazy("bonus points"),
    Field.PENALTY: gettext_lazy("penalty points"),
    Field.ADJUSTMENT: gettext_lazy("bonus and penalty points"),
    Field.PERCENT: gettext_lazy("index (%)"),
    Field.RANK: gettext_lazy("rank"),
    Field.CLASS: gettext_lazy("class"),
}


class NotImportable(Exception):
    """Nothing was written; carries the ``problems`` that the sender must put right."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Outdated(Exception):
    """Scores have changed since the preview that was confirmed; carries the new ``preview``."""

    def __init__(self, preview: "Preview"):
        super().__init__(_("The scores have changed since the preview."))
        self.preview = preview


@dataclass(frozen=True)
class Change:
    """One value that an import would add (``old`` is None) or change."""

    unit: str
    what: str
    old: Value
    new: Value
    decimals: int

    @property
    def old_shown(self) -> str:
        return shown(self.old, self.decimals)

    @property
    def new_shown(self) -> str:
        return shown(self.new, self.decimals)


@dataclass
class Preview:
    """What importing a file would do. With ``problems`` it does nothing.

    ``opened`` names the units that get a scorecard, ``unchanged`` counts the values that stand
    already, ``kept`` the scores the file leaves blank: an import never erases. ``unused`` are the
    headings of columns that are not read.
    """

    filename: str
    sha256: str
    sheet: str
    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    kept: int = 0
    opened: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    unused: list[Cell] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """A digest of what would be written: the same for the same look, in any language."""
        lines = [repr((c.unit, c.old, c.new)) for c in self.added + self.changed]
        return hashlib.sha256("\n".join([self.sha256, *lines]).encode()).hexdigest()


def preview(framework, content: bytes, filename: str, *, sheet: str = "") -> Preview:
    """Return what importing the file into ``framework`` would do, without writing anything.

    ``sheet`` names the sheet to read if several hold a table. Raises `problems.Unreadable` if the
    file cannot be used at all and `assessing.Sealed` if the framework's result stands. The number
    of queries does not grow with the units.
    """
    if framework.is_sealed:
        raise assessing.Sealed(
            _("The result of %(framework)s is sealed.") % {"framework": framework}
        )
    return _Import(framework, content, filename, sheet).preview


@transaction.atomic
def apply(
    framework,
    content: bytes,
    filename: str,
    *,
    by=None,
    sheet: str = "",
    fingerprint: str = "",
) -> ImportRun:
    """Import the file, all of it or nothing, and return the record of it.

    ``by`` is the user, None on the command line. With the ``fingerprint`` of a preview it raises
    `Outdated` if the same file would do something else by now. Raises `NotImportable`, and what
    `preview` raises.
    """
    framework = assessing.lock(framework)
    work = _Import(framework, content, filename, sheet)
    if work.preview.problems:
        raise NotImportable(work.preview.problems)
    if fingerprint and fingerprint != work.preview.fingerprint:
        raise Outdated(work.preview)
    # What is stored is in the portal's own language, whatever the language of the person.
    with translation.override(settings.LANGUAGE_CODE):
        run = ImportRun.objects.create(
            authority_id=framework.group.authority_id,
            framework=framework,
            by=by,
            filename=PurePath(filename).name[-200:],
            sha256=work.preview.sha256,
            content=content,
            added=len(work.preview.added),
            changed=len(work.preview.changed),
            unchanged=work.preview.unchanged,
            differences=[str(difference) for difference in work.preview.differences],
        )
        work.write(by, run)
        return run


class _Import:
    """One file against one framework as it stands: what to write, and the preview of it."""

    def __init__(self, framework: Framework, content: bytes, filename: str, sheet: str):
        self.framework = framework
        self._load_framework()
        self._load_units()
        reading = read_scores(
            read_workbook(content, filename), self.scheme, self.directory, sheet_name=sheet
        )
        to_open = [row.unit for row in reading.units if row.unit.id not in self.card_of]
        self.units_to_open = [self.units[unit.id] for unit in to_open]
        self.preview = Preview(
            filename=filename,
            sha256=hashlib.sha256(content).hexdigest(),
            sheet=reading.sheet,
            opened=[unit.name for unit in to_open],
            ignored=reading.ignored,
            unused=reading.unused,
            problems=reading.problems,
        )
        self.points: dict[tuple[int, str], dict[str, Decimal]] = {}
        self.maxima: dict[tuple[int, str], Decimal] = {}
        self.announced: dict[int, dict[str, Value]] = {}
        for row in reading.units:
            self._weigh_maxima(row)
            self._weigh_points(row, reading)
            self._weigh_announced(row)
        self._compare(reading)

    def _load_framework(self):
        framework = self.framework
        criteria = list(framework.criteria.order_by("position", "pk"))
        branches = {criterion.parent_id for criterion in criteria}
        self.leaves = {row.number: row for row in criteria if row.pk not in branches}
        self.bands = list(framework.bands.order_by("position"))
        counts = framework.announced_counts.order_by("position")
        names = [band.name for band in self.bands] or [count.class_name for count in counts]
        self.card_of = {card.unit_id: card for card in framework.scorecards.select_related("unit")}
        unit_of = {card.pk: unit_id for unit_id, card in self.card_of.items()}
        number_of = {leaf.pk: number for number, leaf in self.leaves.items()}
        self.scores = {
            (unit_of[score.scorecard_id], number_of[score.criterion_id]): score
            for score in Score.objects.filter(scorecard__framework=framework)
        }
        self.own_maxima = {
            (unit_of[card_id], number_of[criterion_id]): maximum
            for (card_id, criterion_id), maximum in assessing.maxima_of_units(framework).items()
        }
        self.scheme = Scheme(
            leaves=tuple(
                Leaf(row.number, row.kind, row.max_points) for row in self.leaves.values()
            ),
            decimals=framework.decimals,
            year=framework.year,
            announced=framework.origin == Origin.ANNOUNCED,
            branches=frozenset(row.number for row in criteria if row.pk in branches),
            own_maxima=self.own_maxima,
            class_names=tuple(names),
        )

    def _load_units(self):
        framework, group = self.framework, self.framework.group
        first_day, last_day = date(framework.year, 1, 1), date(framework.year, 12, 31)
        elsewhere_of = dict(
            Scorecard.objects.filter(
                framework__group__authority=group.authority_id,
                framework__year=framework.year,
                framework__round=framework.round,
            )
            .exclude(framework=framework)
            .values_list("unit", "framework__group__name")
        )
        self.units = {}
        members, at_year_end, earlier, elsewhere = [], [], [], []
        units = Unit.objects.filter(authority=group.authority_id).order_by("pk")
        for unit in units.prefetch_related("aliases"):
            self.units[unit.pk] = unit
            known = KnownUnit.of(unit)
            if unit.pk in self.card_of:
                members.append(known)
            elif unit.kind != group.kind:
                reason = _("it does not belong to the group “%(group)s”.") % {"group": group.name}
                elsewhere.append((known, reason))
            elif unit.pk in elsewhere_of:
                reason = _("it is scored in another group this year: “%(group)s”.") % {
                    "group": elsewhere_of[unit.pk]
                }
                elsewhere.append((known, reason))
            elif (unit.starts_on or first_day) > last_day or (unit.ends_on or last_day) < first_day:
                reason = _("it did not exist in %(year)d.") % {"year": framework.year}
                elsewhere.append((known, reason))
            elif unit.ends_on and unit.ends_on < last_day:
                earlier.append(known)
            else:
                at_year_end.append(known)
        # Of two units of one name within a year, such as before and after a merger, the one that
        # is scored here already is meant, then the one that stood at the end of the year.
        self.directory = Directory(members, at_year_end, earlier, elsewhere=elsewhere)

    def _note(self, unit: str, what, old: Value, new: Value):
        change = Change(unit, what, old, new, self.scheme.decimals)
        if old == new:
            self.preview.unchanged += 1
        elif old is None:
            self.preview.added.append(change)
        else:
            self.preview.changed.append(change)

    def _weigh_maxima(self, row: UnitReading):
        for number, maximum in row.maxima.items():
            key = (row.unit.id, number)
            what = _("maximum of criterion %s") % number
            self._note(row.unit.name, what, self.own_maxima.get(key), maximum)
            self.maxima[key] = maximum

    def _weigh_points(self, row: UnitReading, reading: Reading):
        for number in self.leaves:
            if number not in reading.leaves:
                continue
            score = self.scores.get((row.unit.id, number))
            points = row.points.get(number)
            if not points:
                self.preview.kept += score is not None and row.maxima.get(number) != 0
                continue
            old = {stage: getattr(score, stage, None) for stage in points}
            # One change per score, told by the last stage that differs.
            stage = max(points, key=lambda stage: (old[stage] != points[stage], *_order(stage)))
            what = str(_STAGES[stage]) % number
            self._note(row.unit.name, what, old[stage], points[stage])
            if old != points:
                self.points[row.unit.id, number] = points

    def _weigh_announced(self, row: UnitReading):
        if not self.scheme.announced:
            return
        card = self.card_of.get(row.unit.id)
        for column, (name, what) in _ANNOUNCED.items():
            if column in row.printed:
                old = getattr(card, f"announced_{name}", None)
                new = row.printed[column].value
                self._note(row.unit.name, what, None if old == "" else old, new)
                self.announced.setdefault(row.unit.id, {})[name] = new

    def _compare(self, reading: Reading):
        """Compare what is printed with what the framework comes to once the file is imported."""
        cards = self._cards([row.unit.id for row in reading.units])
        results = compute(
            self.scheme.leaves,
            cards,
            rules=self.framework.rules,
            bands=[Band(band.name, band.floor, band.inclusive) for band in self.bands],
        )
        # A rank among some is no rank among all.
        all_ranked = all(
            result.rank is not None or not cards[key].ranked for key, result in results.items()
        )
        for row in reading.units:
            result, card = results[row.unit.id], cards[row.unit.id]
            for key, printed in row.printed.items():
                if key is Field.MAXIMUM:
                    self._require_maximum(printed, result)
                    continue
                if key is Field.RANK and not all_ranked:
                    continue
                computed = self._computed(key, printed, result, card)
                if computed is not None and not _agree(key, printed.value, computed):
                    self.preview.differences.append(
                        Difference(
                            printed.cell,
                            row.unit.name,
                            _COMPARED.get(key) or str(_STAGES["awarded"]) % key,
                            printed.value,
                            computed,
                            printed.decimals if key is Field.PERCENT else self.scheme.decimals,
                        )
                    )

    def _cards(self, unit_ids: Iterable[int]) -> dict[int, Card]:
        cards = {}
        for unit_id in dict.fromkeys([*self.card_of, *unit_ids]):
            awarded, maxima = {}, {}
            for number in self.leaves:
                key = (unit_id, number)
                score = self.scores.get(key)
                standing = score.awarded if score else None
                awarded[number] = self.points.get(key, {}).get("awarded", standing)
                if (maximum := self.maxima.get(key, self.own_maxima.get(key))) is not None:
                    maxima[number] = maximum
            card = self.card_of.get(unit_id)
            cards[unit_id] = Card(awarded, maxima, ranked=card.ranked if card else True)
        return cards

    def _require_maximum(self, printed: Printed, result: Result):
        if result.max_points is None or printed.value == result.max_points:
            return
        wanted = _(
            "the unit's maxima add up to %(max)s: enter first what does not apply to it, "
            "or what it has other maxima for."
        ) % {"max": shown(result.max_points, self.scheme.decimals)}
        self.preview.problems.append(Problem(printed.cell, printed.cell.shown, wanted))

    def _computed(self, key, printed: Printed, result: Result, card: Card) -> Value:
        """Return what the portal computes for the printed value, None if it computes none."""
        if key is Field.PERCENT:
            exact = result.index_exact
            return None if exact is None else half_up(exact, printed.decimals)
        if key is Field.RANK:
            return result.rank
        if key is Field.CLASS:
            return result.class_name or None
        if key in (Field.BONUS, Field.PENALTY):
            leaves = self.scheme.of_kind("bonus" if key is Field.BONUS else "penalty")
            return sum((card.awarded.get(leaf.number) or Decimal(0) for leaf in leaves), Decimal(0))
        parts = {
            Field.TOTAL: result.points,
            Field.APPRAISED: result.appraised,
            Field.SURVEY: result.survey,
            Field.ADJUSTMENT: result.adjustment,
        }
        return parts[key] if key in parts else branch_totals(self.scheme.leaves, card)[key][0]

    def write(self, by, run: ImportRun) -> None:
        """Write everything: scorecards, maxima, points, announced values."""
        framework = self.framework
        cards = assessing.open_scorecards(framework, self.units_to_open)
        maxima = {
            (cards[unit_id].pk, self.leaves[number].pk): maximum
            for (unit_id, number), maximum in self.maxima.items()
        }
        left_out = {key: maximum for key, maximum in maxima.items() if maximum == 0}
        other = {key: maximum for key, maximum in maxima.items() if maximum != 0}
        if left_out:
            reason = _("according to the imported file")
            assessing.set_maxima(framework, left_out, reason=reason)
        if other:
            reason = _("the source gives no reason")
            assessing.set_maxima(framework, other, reason=reason)
        if self.points:
            entries = [
                assessing.Entry(cards[unit_id].pk, self.leaves[number].pk, points)
                for (unit_id, number), points in self.points.items()
            ]
            assessing.enter(framework, entries, by=by, import_run=run)
        if self.announced:
            assessing.record_announced(
                framework,
                {cards[unit_id].pk: values for unit_id, values in self.announced.items()},
            )


def _order(stage: str) -> tuple[int]:
    return (list(_STAGES).index(stage),)


def _agree(key, printed: Value, computed: Value) -> bool:
    if key is Field.CLASS:
        return fold(str(printed)) == fold(str(computed))
    if key in (Field.PERCENT, Field.RANK):
        return printed == computed
    # Published totals are sums of parts that were not rounded yet.
    return adds_up([computed], printed)
