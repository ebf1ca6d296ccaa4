"""What sealing would publish now, and everything that speaks against it. Nothing here is saved.

`calculation` does the arithmetic; here the rows are put together and looked at before
`publishing` freezes them.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards import calculation, history
from scorecards.assessing import maxima_of_units, objection_to_points
from scorecards.differences import (
    Difference,
    Shift,
    count_differences,
    differences,
    from_json,
    shifts,
    snapshot,
    snapshot_of,
)
from scorecards.models.assessment import Applicability, Score
from scorecards.models.framework import Framework, Origin
from scorecards.models.publication import (
    Edition,
    PublishedBand,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
)
from scorecards.models.rehearsal import Acknowledgement

# A unit this close to the floor of a class is looked at again before the result is sealed.
NEAR_EDGE = Decimal("0.5")


@dataclass(frozen=True)
class Finding:
    """One thing that stands between a framework and its edition, as a sentence for people.

    ``card`` and ``criterion`` are the ids of the scorecard and the criterion it speaks of, if it
    speaks of one. ``key`` tells it from every other in any language; what it says of other
    numbers has another key.
    """

    code: str
    sentence: str
    blocking: bool = False
    card: int | None = None
    criterion: int | None = None
    key: str = ""


@dataclass
class Rehearsal:
    """What sealing would publish now, and what speaks against it. Nothing here is saved.

    ``edition`` has no digest or moment of sealing yet; ``details`` are by unit id. The shifts are
    against the edition of the year before, None where the two cannot be compared, and against the
    last rehearsal kept; ``corrections`` lists what would change in the edition that this one
    corrects.
    """

    framework: Framework
    completeness: str
    edition: Edition
    results: list[PublishedResult] = field(default_factory=list)
    details: dict[int, list[PublishedPoints]] = field(default_factory=dict)
    bands: list[PublishedBand] = field(default_factory=list)
    counts: list[PublishedCount] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    year_before: Edition | None = None
    since_last_year: list[Shift] = field(default_factory=list)
    since_kept: list[Shift] = field(default_factory=list)
    corrections: list[Difference] = field(default_factory=list)
    acknowledged: dict[str, Acknowledgement] = field(default_factory=dict)

    @property
    def snapshot(self):
        return snapshot(self.results, self.details)

    @property
    def version(self):
        """The version that the edition would have."""
        return self.edition.version

    @property
    def blocking(self):
        return [finding for finding in self.findings if finding.blocking]

    @property
    def to_acknowledge(self):
        """The findings that block nothing and that nobody has acknowledged yet."""
        return [
            finding
            for finding in self.findings
            if not finding.blocking and finding.key not in self.acknowledged
        ]


def rehearse(framework, *, completeness=Edition.Completeness.FULL) -> Rehearsal:
    """Return what `seal` would publish now, with everything that speaks against it.

    A constant number of queries, however many the units.
    """
    return _Rehearsing(framework, completeness).run()


class _Rehearsing:
    """The steps of one rehearsal, sharing what was read once."""

    def __init__(self, framework, completeness):
        self.framework = framework
        self.announced = framework.origin == Origin.ANNOUNCED
        self.out = Rehearsal(framework, completeness, draft_edition(framework, completeness))
        self.criteria = list(framework.criteria.select_related("parent").order_by("position", "pk"))
        parents = {criterion.parent_id for criterion in self.criteria}
        self.leaves = [criterion for criterion in self.criteria if criterion.pk not in parents]
        self.class_bands = list(framework.bands.all())
        self.cards = list(
            framework.scorecards.select_related("unit").order_by(
                "unit__position", "unit__sort_key", "pk"
            )
        )
        self.scores = {
            (score.scorecard_id, score.criterion_id): score
            for score in Score.objects.filter(scorecard__framework=framework).select_related(
                "changed_by", "import_run"
            )
        }
        self.own_maxima = maxima_of_units(framework)
        self.reasons = {
            (row.scorecard_id, row.criterion_id): row.reason
            for row in Applicability.objects.filter(scorecard__framework=framework)
        }

    def run(self):
        self.calculation_leaves = [
            calculation.Leaf(leaf.number, leaf.kind, leaf.max_points) for leaf in self.leaves
        ]
        self.inputs = {card.pk: self._input_of(card) for card in self.cards}
        self.computed = calculation.compute(
            self.calculation_leaves,
            self.inputs,
            rules=self.framework.rules,
            bands=[
                calculation.Band(band.name, band.floor, band.inclusive) for band in self.class_bands
            ],
        )
        self.out.bands = [
            PublishedBand(
                position=band.position,
                name=band.name,
                floor=band.floor,
                inclusive=band.inclusive,
                source=band.source,
                inferred=band.inferred,
            )
            for band in self.class_bands
        ]
        self._check_structure()
        self._check_scores()
        self.out.edition.derived = self._derived_columns()
        self.out.results = in_printed_order(
            [self._result_of(card) for card in self.cards],
            by_protocol=self.out.completeness != Edition.Completeness.FULL,
        )
        self.out.details = {card.unit_id: self._details_of(card) for card in self.cards}
        self.out.counts = self._counts()
        self._check_ties()
        self._check_edges()
        self._check_extremes()
        self._check_evidence()
        self._compare_with_editions()
        return self.out

    def _input_of(self, card):
        awarded, maxima = {}, {}
        for leaf in self.leaves:
            score = self.scores.get((card.pk, leaf.pk))
            awarded[leaf.number] = score.awarded if score else None
            if (card.pk, leaf.pk) in self.own_maxima:
                maxima[leaf.number] = self.own_maxima[card.pk, leaf.pk]
        return calculation.Card(awarded=awarded, max_points=maxima, ranked=card.ranked)

    # What speaks against it

    def _find(self, code, sentence, *, blocking=False, card=None, criterion=None, about=()):
        """Add a finding; ``about`` are the values it rests on, beside what it speaks of."""
        card, criterion = getattr(card, "pk", None), getattr(criterion, "pk", None)
        key = hashlib.sha256(repr((code, card, criterion, *map(str, about))).encode()).hexdigest()
        self.out.findings.append(Finding(code, sentence, blocking, card, criterion, key))

    def _check_structure(self):
        if not self.leaves:
            self._find("no_criteria", _("The framework has no criterion."), blocking=True)
        if not self.cards and self.out.completeness != Edition.Completeness.COUNTS:
            self._find("no_units", _("No unit is scored in this framework."), blocking=True)
        if not self.announced:
            self._check_computed_structure()
        floors = [band.floor for band in self.class_bands if band.floor is not None]
        if floors != sorted(floors, reverse=True):
            self._find(
                "bands_out_of_order",
                _("The class floors do not fall from the first class to the last."),
                blocking=True,
            )

    def _check_computed_structure(self):
        if self.out.completeness != Edition.Completeness.FULL:
            self._find(
                "computed_in_part",
                _("A result computed by the portal is published complete."),
                blocking=True,
            )
        if self.framework.classified_by != "none" and not self.class_bands:
            self._find(
                "no_bands", _("The framework classifies units but has no class."), blocking=True
            )
        for leaf in self.leaves:
            if leaf.max_points is None and leaf.kind in ("appraised", "survey"):
                self._find(
                    "no_maximum",
                    _("Criterion %(number)s has no maximum.") % {"number": leaf.number},
                    blocking=True,
                    criterion=leaf,
                )
        for branch in self.criteria:
            parts = [
                leaf.max_points
                for leaf in self.leaves
                if leaf.number.startswith(f"{branch.number}.") and leaf.max_points is not None
            ]
            if parts and branch.max_points is not None and sum(parts) != branch.max_points:
                self._find(
                    "maxima_do_not_add_up",
                    _("The parts of criterion %(number)s add up to %(sum)s, not to %(max)s.")
                    % {
                        "number": branch.number,
                        "sum": self._shown(sum(parts)),
                        "max": self._shown(branch.max_points),
                    },
                    blocking=True,
                    criterion=branch,
                )

    def _check_scores(self):
        partial = self.out.completeness != Edition.Completeness.FULL
        for card in self.cards:
            result = self.computed[card.pk]
            if result.missing:
                self._find(
                    "scores_missing",
                    ngettext(
                        "%(unit)s: %(count)d score is missing (%(numbers)s).",
                        "%(unit)s: %(count)d scores are missing (%(numbers)s).",
                        len(result.missing),
                    )
                    % {
                        "unit": card.unit.name,
                        "count": len(result.missing),
                        "numbers": _first_few(result.missing),
                    },
                    blocking=not partial,
                    card=card,
                    about=result.missing,
                )
            elif result.reason == "no_maximum":
                self._find(
                    "nothing_applies",
                    _("%(unit)s: no criterion applies, so it gets no index, rank or class.")
                    % {"unit": card.unit.name},
                    card=card,
                )
            self._check_points_of(card)
            if self.announced:
                self._compare_with_printed(card, result)

    def _check_points_of(self, card):
        for leaf in self.leaves:
            score = self.scores.get((card.pk, leaf.pk))
            if score is None or score.awarded is None:
                continue
            maximum = self.own_maxima.get((card.pk, leaf.pk), leaf.max_points)
            objection = objection_to_points(
                score.awarded,
                kind=leaf.kind,
                max_points=maximum,
                decimals=self.framework.decimals,
            )
            # Points on a leaf that no longer applies are left out of the sum: say so, go on.
            if objection:
                self._find(
                    "points_out_of_range",
                    _("%(unit)s, criterion %(number)s: found %(points)s; %(objection)s")
                    % {
                        "unit": card.unit.name,
                        "number": leaf.number,
                        "points": self._shown(score.awarded),
                        "objection": objection,
                    },
                    blocking=maximum != 0,
                    card=card,
                    criterion=leaf,
                    about=[score.awarded, maximum],
                )

    def _compare_with_printed(self, card, result):
        full = self.out.completeness == Edition.Completeness.FULL
        pairs = [(_("index"), card.announced_index_percent, result.index_percent)]
        if full:
            pairs.append((_("rank"), card.announced_rank, result.rank))
        if self.class_bands:
            pairs.append((_("class"), card.announced_class_name or None, result.class_name or None))
        for what, printed, computed in pairs:
            if printed is not None and computed is not None and printed != computed:
                self._find(
                    "differs_from_printed",
                    _("%(unit)s: the source prints %(what)s %(printed)s, computed is %(computed)s.")
                    % {
                        "unit": card.unit.name,
                        "what": what,
                        "printed": self._shown(printed),
                        "computed": self._shown(computed),
                    },
                    card=card,
                    about=[printed, computed],
                )

    def _check_ties(self):
        tied = Counter(row.rank for row in self.out.results if row.rank is not None)
        for rank, size in sorted(tied.items()):
            if size > 1:
                names = [row.unit_name for row in self.out.results if row.rank == rank]
                self._find(
                    "tie",
                    _("%(units)s share rank %(rank)d.") % {"units": ", ".join(names), "rank": rank},
                    about=[rank, *names],
                )

    def _check_edges(self):
        """Name the units that half a point would have put into another class."""
        if self.framework.classified_by != "index" or self.announced:
            return
        card_of = {card.unit_id: card for card in self.cards}
        for row in self.out.results:
            for band in self.class_bands:
                if row.index_percent is None or band.floor is None:
                    continue
                if abs(row.index_percent - band.floor) <= NEAR_EDGE:
                    self._find(
                        "near_an_edge",
                        _(
                            "%(unit)s: the index %(index)s lies within %(near)s of the floor of "
                            "class %(class)s, %(floor)s."
                        )
                        % {
                            "unit": row.unit_name,
                            "index": self._shown(row.index_percent),
                            "near": number_format(NEAR_EDGE, 1),
                            "class": band.name,
                            "floor": self._shown(band.floor),
                        },
                        card=card_of[row.unit_id],
                        about=[row.index_percent, band.floor],
                    )

    def _check_extremes(self):
        """Name the leaves on which everybody has the full points, or nobody has any."""
        if self.announced or len(self.cards) < 3:
            return
        for leaf in self.leaves:
            if leaf.kind not in calculation.COUNTED:
                continue
            shares = set()
            for card in self.cards:
                points = self.inputs[card.pk].awarded.get(leaf.number)
                maximum = self.own_maxima.get((card.pk, leaf.pk), leaf.max_points)
                if maximum != 0:
                    shares.add(None if points is None or maximum is None else points / maximum)
            if shares == {Decimal(1)}:
                sentence = _("Criterion %(number)s: every unit has the full points.")
            elif shares == {Decimal(0)}:
                sentence = _("Criterion %(number)s: no unit has any points.")
            else:
                continue
            self._find(
                "all_alike", sentence % {"number": leaf.number}, criterion=leaf, about=shares
            )

    def _check_evidence(self):
        """Say that evidence was required and is not held here: it is checked on paper."""
        if self.announced:
            return
        required = [leaf.number for leaf in self.leaves if leaf.evidence_required]
        if required:
            self._find(
                "evidence_not_held",
                ngettext(
                    "%(count)d criterion requires evidence (%(numbers)s); the portal holds no "
                    "evidence, so check it on paper.",
                    "%(count)d criteria require evidence (%(numbers)s); the portal holds no "
                    "evidence, so check it on paper.",
                    len(required),
                )
                % {"count": len(required), "numbers": _first_few(required)},
                about=required,
            )

    def _compare_with_editions(self):
        """Compare with the year before, the last rehearsal kept, and what would be corrected."""
        out, now = self.out, self.out.snapshot
        before = history.previous_edition(out.edition)
        if before is not None and before.is_full and out.edition.is_full:
            renamed = history.renamed_since(out.edition, out.results, before)
            out.year_before = before
            out.since_last_year = shifts(snapshot_of(before), now, same_unit=renamed)
            self._find_shifts(before)
        kept = self.framework.rehearsals.first()
        if kept is not None:
            out.since_kept = shifts(from_json(kept.results), now)
        corrected = self.framework.editions.order_by("-version").first()
        out.edition.version = corrected.version + 1 if corrected else 1
        if corrected is not None:
            out.corrections = differences(snapshot_of(corrected), now)
            out.corrections += count_differences(
                {row.class_name: row.count for row in corrected.counts.order_by("position")},
                {row.class_name: row.count for row in out.counts},
            )
            if not out.corrections:
                self._find(
                    "nothing_corrected",
                    _("No published number would change by this correction."),
                )
        out.acknowledged = {
            row.key: row
            for row in self.framework.acknowledgements.filter(
                version=out.edition.version
            ).select_related("by")
        }

    def _find_shifts(self, before):
        card_of = {card.unit_id: card for card in self.cards}
        for shift in self.out.since_last_year:
            if shift.old_class != shift.new_class and shift.old_class and shift.new_class:
                self._find(
                    "class_changes",
                    _("%(unit)s: class %(old)s in %(year)d, now %(new)s%(causes)s.")
                    % {
                        "unit": shift.unit_name,
                        "old": shift.old_class,
                        "new": shift.new_class,
                        "year": before.framework.year,
                        "causes": causes_in_words(shift, self.framework.decimals),
                    },
                    card=card_of[shift.unit_id],
                    about=[shift.old_class, shift.new_class],
                )
        ranks = [
            (shift.unit_id, shift.old_rank, shift.new_rank)
            for shift in self.out.since_last_year
            if shift.old_rank != shift.new_rank
        ]
        if ranks:
            self._find(
                "ranks_change",
                ngettext(
                    "%(count)d unit has another rank than in %(year)d: see the table.",
                    "%(count)d units have another rank than in %(year)d: see the table.",
                    len(ranks),
                )
                % {"count": len(ranks), "year": before.framework.year},
                about=ranks,
            )

    def _shown(self, value):
        return (
            number_format(value, self.framework.decimals) if isinstance(value, Decimal) else value
        )

    # What would be published

    def _derived_columns(self):
        """Name the columns an announcement does not print and that the portal may compute."""
        if not self.announced or self.out.completeness != Edition.Completeness.FULL:
            return []
        derived = []
        if all(card.announced_index_percent is None for card in self.cards):
            derived.append("index_percent")
        if self.framework.ranked and all(card.announced_rank is None for card in self.cards):
            derived.append("rank")
        return derived

    def _result_of(self, card):
        computed = self.computed[card.pk]
        row = PublishedResult(
            unit=card.unit,
            unit_name=card.unit.name,
            ranked=card.ranked,
            claimed=self._claimed_of(card),
            appraised=computed.appraised,
            survey=computed.survey if self._has("survey") else None,
            adjustment=computed.adjustment if self._has("bonus", "penalty") else None,
            points=computed.points,
            max_points=computed.max_points,
            index_percent=computed.index_percent,
            rank=computed.rank,
            class_name=computed.class_name,
            reason=computed.reason,
        )
        if self.announced:
            self._as_printed(row, card)
        return row

    def _as_printed(self, row, card):
        if "index_percent" not in self.out.edition.derived:
            row.index_percent = card.announced_index_percent
        if "rank" not in self.out.edition.derived:
            row.rank = card.announced_rank
        row.class_name = card.announced_class_name
        if row.points is None and row.index_percent is None:
            row.reason = PublishedResult.Reason.NOT_PUBLISHED
        elif row.index_percent is not None:
            row.reason = ""

    def _has(self, *kinds):
        return any(leaf.kind in kinds for leaf in self.leaves)

    def _claimed_of(self, card):
        claimed = []
        for leaf in self.leaves:
            if self.own_maxima.get((card.pk, leaf.pk)) == 0:
                continue
            score = self.scores.get((card.pk, leaf.pk))
            value = score.claimed if score else None
            if value is None and leaf.kind == "appraised":
                return None
            claimed.append(value or Decimal(0))
        return sum(claimed) if claimed else None

    def _details_of(self, card):
        branches = calculation.branch_totals(self.calculation_leaves, self.inputs[card.pk])
        leaf_ids = {leaf.pk for leaf in self.leaves}
        return [
            self._detail_of(card, criterion, position, branches, criterion.pk in leaf_ids)
            for position, criterion in enumerate(self.criteria, start=1)
        ]

    def _detail_of(self, card, criterion, position, branches, is_leaf):
        score = self.scores.get((card.pk, criterion.pk))
        if is_leaf:
            points = score.awarded if score else None
            max_points = self.own_maxima.get((card.pk, criterion.pk), criterion.max_points)
        else:
            points, max_points = branches[criterion.number]
        index = None
        if criterion.kind in ("appraised", "survey"):
            exact = calculation.index_of(points, max_points)
            index = exact if exact is None else calculation.half_up(exact, self.framework.decimals)
        detail = PublishedPoints(
            position=position,
            criterion_number=criterion.number,
            parent_number=criterion.parent.number if criterion.parent else "",
            level=criterion.number.count(".") + 1,
            title=criterion.title,
            kind=criterion.kind,
            points=points,
            max_points=max_points,
            index_percent=index,
            reason=self.reasons.get((card.pk, criterion.pk), ""),
            comparable=criterion.comparable,
        )
        if score is not None:
            _remember_origin(detail, score)
        return detail

    def _counts(self):
        if self.announced:
            announced = [
                PublishedCount(position=row.position, class_name=row.class_name, count=row.count)
                for row in self.framework.announced_counts.all()
            ]
            if announced:
                self._compare_counts(announced)
                return announced
        return counts_of(self.out.results, self.class_bands)

    def _compare_counts(self, announced):
        found = Counter(row.class_name for row in self.out.results if row.class_name)
        whole = self.out.results and sum(found.values()) == len(self.out.results)
        for row in announced:
            if found[row.class_name] > row.count or (whole and found[row.class_name] != row.count):
                self._find(
                    "counts_differ",
                    _("Class %(name)s: %(count)d units announced, %(found)d found in the rows.")
                    % {
                        "name": row.class_name,
                        "count": row.count,
                        "found": found[row.class_name],
                    },
                    blocking=True,
                )


def in_printed_order(rows, *, by_protocol=False):
    """Sort published results by rank, then index, then name; number the places; return the list.

    ``by_protocol``: the official order of the units comes before their names.
    """
    last = len(rows) + 1
    rows.sort(
        key=lambda row: (
            row.rank or last,
            -(row.index_percent if row.index_percent is not None else Decimal(-1)),
            row.unit.position if by_protocol else 0,
            row.unit.sort_key,
        )
    )
    for position, row in enumerate(rows, start=1):
        row.position = position
    return rows


def counts_of(results, bands):
    """Return how many of ``results`` each class holds, the classes of ``bands`` first."""
    found = Counter(row.class_name for row in results if row.class_name)
    order = [band.name for band in bands]
    order += sorted(found.keys() - set(order))
    return [
        PublishedCount(position=position, class_name=name, count=found[name])
        for position, name in enumerate(order, start=1)
    ]


def _remember_origin(detail, score):
    """Copy into the published row what was claimed and appraised, and where it came from."""
    detail.claimed, detail.appraised, detail.note = score.claimed, score.appraised, score.note
    detail.entered_at = score.changed_at
    if score.changed_by is not None:
        name = score.changed_by.get_full_name() or score.changed_by.get_username()
        detail.entered_by = name[: PublishedPoints._meta.get_field("entered_by").max_length]
    if score.import_run is not None:
        detail.imported_from = score.import_run.filename
        detail.imported_sha256 = score.import_run.sha256


def causes_in_words(shift: Shift, decimals: int) -> str:
    """Return what moved a unit, for the end of a sentence: " (in all +1,25; 3.2: +1,50; …)"."""

    def signed(points):
        sign = "+" if points > 0 else "−" if points < 0 else "±"
        return f"{sign}{number_format(abs(points), decimals)}"

    parts = [f"{number}: {signed(points)}" for number, points in shift.causes]
    if shift.gained is not None:
        parts.insert(0, _("in all %(points)s") % {"points": signed(shift.gained)})
    if shift.changed_maxima:
        parts.append(_("other maxima: %(numbers)s") % {"numbers": _first_few(shift.changed_maxima)})
    if shift.others_moved:
        parts.append(_("its own points did not change"))
    return f" ({'; '.join(parts)})" if parts else ""


def _first_few(numbers, most=6):
    shown = ", ".join(numbers[:most])
    return f"{shown} …" if len(numbers) > most else shown


def draft_edition(framework, completeness=Edition.Completeness.FULL):
    """Return the edition of ``framework`` as it would be now, unsaved."""
    return Edition(
        framework=framework,
        completeness=completeness,
        origin=framework.origin,
        title=framework.title,
        decimals=framework.decimals,
        ranked=framework.ranked,
        classified_by=framework.classified_by,
        rank_on=framework.rank_on,
        cap_percent=framework.cap_percent,
        illustrative=framework.authority.illustrative,
    )
