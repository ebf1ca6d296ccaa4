"""The only writer of working scores: opens scorecards, enters points, sets what applies to whom.

The grid of the admin and the importer both come here. Nothing is computed and nothing published.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from scorecards.models.assessment import Applicability, Score, Scorecard
from scorecards.models.framework import Criterion, Framework, FrameworkReopening

POINT_FIELDS = ("claimed", "appraised", "awarded")


class Refused(Exception):
    """A change that cannot be made, with the sentence to show to the person who asked for it."""


class Sealed(Refused):
    """The framework's result is sealed: its scores are history."""


@dataclass(frozen=True)
class Entry:
    """New points for one leaf of one scorecard: a value for each field named in ``points``.

    ``seen`` is the awarded value on which the change was based, if the caller wants the entry
    refused when somebody has changed it since.
    """

    scorecard_id: int
    criterion_id: int
    points: Mapping[str, Decimal | None]
    seen: tuple[Decimal | None] | None = None


class Overtaken(Exception):
    """Somebody else changed these ``scores`` since they were read; nothing was written."""

    def __init__(self, scores):
        super().__init__(len(scores))
        self.scores = scores


@dataclass(frozen=True)
class Written:
    """How many scores an entry added, changed and left alone."""

    added: int
    changed: int
    unchanged: int


def objection_to_points(
    points: Decimal, *, kind: str, max_points: Decimal | None, decimals: int
) -> str | None:
    """Return the sentence that says why ``points`` cannot stand on a leaf, or None.

    ``max_points`` is the unit's own maximum of the leaf (0: it does not apply; None: unknown). A
    penalty runs from its maximum, below zero, to 0; everything else from 0 to the maximum.
    """
    if points != points.quantize(Decimal(1).scaleb(-decimals)):
        return _("points have at most %(count)d decimals.") % {"count": decimals}
    if max_points == 0:
        return _("this criterion does not apply to the unit; leave the cell empty.")
    low, high = (max_points, Decimal(0)) if kind == "penalty" else (Decimal(0), max_points)
    if (low is not None and points < low) or (high is not None and points > high):
        return _range_wanted(low, high, decimals)
    return None


def _range_wanted(low, high, decimals):
    shown = {
        "low": "" if low is None else number_format(low, decimals),
        "high": "" if high is None else number_format(high, decimals),
    }
    if high is None:
        return _("points from %(low)s up are wanted.") % shown
    if low is None:
        return _("points up to %(high)s are wanted.") % shown
    return _("points from %(low)s to %(high)s are wanted.") % shown


def lock(framework):
    """Return the framework locked for this transaction; raise `Sealed` if its result stands."""
    framework = Framework.objects.select_for_update(of=("self",)).get(pk=framework.pk)
    if framework.is_sealed:
        raise Sealed(_("The result of %(framework)s is sealed.") % {"framework": framework})
    return framework


@transaction.atomic
def open_scorecards(framework, units: Iterable) -> dict[int, Scorecard]:
    """Give each of ``units`` a scorecard in ``framework``; return all of them by unit id."""
    framework = lock(framework)
    units = list(units)
    for unit in units:
        _require_member(framework, unit)
    Scorecard.objects.bulk_create(
        [Scorecard(framework=framework, unit=unit) for unit in units], ignore_conflicts=True
    )
    return {card.unit_id: card for card in framework.scorecards.select_related("unit")}


def _require_member(framework, unit):
    group = framework.group
    if unit.authority_id != group.authority_id or unit.kind != group.kind:
        raise Refused(
            _("%(unit)s does not belong to the group “%(group)s”.")
            % {"unit": unit.name, "group": group.name}
        )


@transaction.atomic
def enter(framework, entries: Iterable[Entry], *, by=None, import_run=None) -> Written:
    """Write the points of all ``entries``, or none of them; remember who or which import did.

    The first score locks the framework's tree, maxima and bands. Raises `Sealed`; `Overtaken` if
    an entry's ``seen`` is no longer what stands there; `Refused` if a criterion is not a leaf of
    this framework or a value cannot stand. The number of queries does not depend on the entries.
    """
    entries = list(entries)
    framework = lock(framework)
    leaves = {leaf.pk: leaf for leaf in framework.criteria.leaves()}
    cards = set(framework.scorecards.values_list("pk", flat=True))
    standing = {
        (score.scorecard_id, score.criterion_id): score
        for score in Score.objects.filter(scorecard__framework=framework).select_related(
            "changed_by", "scorecard__unit", "criterion"
        )
    }
    _require_known(entries, leaves, cards)
    _require_unchanged(entries, standing)
    _require_in_range(framework, entries, leaves)
    fresh, altered, now = [], [], timezone.now()
    for entry in entries:
        score = standing.get((entry.scorecard_id, entry.criterion_id))
        if score is None:
            if any(value is not None for value in entry.points.values()):
                fresh.append(
                    Score(
                        scorecard_id=entry.scorecard_id,
                        criterion_id=entry.criterion_id,
                        changed_by=by,
                        changed_at=now,
                        import_run=import_run,
                        **entry.points,
                    )
                )
        elif any(getattr(score, field) != value for field, value in entry.points.items()):
            for field, value in entry.points.items():
                setattr(score, field, value)
            score.changed_by, score.changed_at, score.import_run = by, now, import_run
            altered.append(score)
    if (fresh or altered) and framework.state == Framework.State.SETUP:
        Framework.objects.filter(pk=framework.pk).update(state=Framework.State.SCORING)
    Score.objects.bulk_create(fresh, batch_size=5000)
    fields = [*POINT_FIELDS, "changed_by", "changed_at", "import_run"]
    Score.objects.bulk_update(altered, fields, batch_size=1000)
    return Written(len(fresh), len(altered), len(entries) - len(fresh) - len(altered))


def _require_known(entries, leaves, cards):
    for entry in entries:
        if entry.criterion_id not in leaves or entry.scorecard_id not in cards:
            raise Refused(_("A score names a criterion or a unit that is not in this framework."))


def _require_unchanged(entries, standing):
    overtaken = []
    for entry in entries:
        if entry.seen is None:
            continue
        score = standing.get((entry.scorecard_id, entry.criterion_id))
        found = score.awarded if score else None
        # What the caller wants to write is already there: nothing would be lost.
        if found != entry.seen[0] and found != entry.points.get("awarded"):
            overtaken.append(
                score or Score(scorecard_id=entry.scorecard_id, criterion_id=entry.criterion_id)
            )
    if overtaken:
        raise Overtaken(tuple(overtaken))


def _require_in_range(framework, entries, leaves):
    own_maxima = maxima_of_units(framework)
    for entry in entries:
        leaf = leaves[entry.criterion_id]
        maximum = own_maxima.get((entry.scorecard_id, leaf.pk), leaf.max_points)
        for points in entry.points.values():
            if points is None:
                continue
            objection = objection_to_points(
                points, kind=leaf.kind, max_points=maximum, decimals=framework.decimals
            )
            if objection:
                raise Refused(f"{leaf.number}: {objection}")


def maxima_of_units(framework) -> dict[tuple[int, int], Decimal]:
    """Return the maxima that differ from the leaf's own, by (scorecard id, criterion id)."""
    return {
        (row.scorecard_id, row.criterion_id): row.max_points
        for row in Applicability.objects.filter(scorecard__framework=framework)
    }


@transaction.atomic
def set_maxima(framework, maxima: Mapping[tuple[int, int], Decimal], *, reason: str) -> Written:
    """Give units their own maxima, by (scorecard id, criterion id); 0 = does not apply."""
    framework = lock(framework)
    standing = {
        (row.scorecard_id, row.criterion_id): row
        for row in Applicability.objects.filter(scorecard__framework=framework)
    }
    fresh, altered = [], []
    for (scorecard_id, criterion_id), max_points in maxima.items():
        row = standing.get((scorecard_id, criterion_id))
        if row is None:
            fresh.append(
                Applicability(
                    scorecard_id=scorecard_id,
                    criterion_id=criterion_id,
                    max_points=max_points,
                    reason=reason,
                )
            )
        elif row.max_points != max_points:
            row.max_points, row.reason = max_points, reason
            altered.append(row)
    Applicability.objects.bulk_create(fresh)
    Applicability.objects.bulk_update(altered, ["max_points", "reason"])
    return Written(len(fresh), len(altered), len(maxima) - len(fresh) - len(altered))


@transaction.atomic
def record_announced(framework, printed: Mapping[int, Mapping[str, object]]) -> Written:
    """Store what an announcement printed, by scorecard id: index_percent, rank, class_name.

    Raises `Refused` where the portal computes the result itself: there, printed values are
    compared and never stored.
    """
    framework = lock(framework)
    if framework.origin != "announced":
        raise Refused(_("The portal computes the result of this framework itself."))
    changed = []
    cards = {card.pk: card for card in framework.scorecards.all()}
    for pk, values in printed.items():
        card = cards[pk]
        new = {f"announced_{name}": value for name, value in values.items()}
        if any(getattr(card, field) != value for field, value in new.items()):
            for field, value in new.items():
                setattr(card, field, value)
            changed.append(card)
    Scorecard.objects.bulk_update(
        changed, ["announced_index_percent", "announced_rank", "announced_class_name"]
    )
    return Written(0, len(changed), len(printed) - len(changed))


@transaction.atomic
def reopen(framework, *, reason: str, by) -> None:
    """Open tree, maxima and bands again, before sealing, for a stated reason.

    The scores stay; the next one locks the structure anew.
    """
    framework = lock(framework)
    if not reason.strip():
        raise Refused(_("Say why the framework is opened again."))
    FrameworkReopening.objects.create(framework=framework, reason=reason.strip(), by=by)
    Framework.objects.filter(pk=framework.pk).update(state=Framework.State.SETUP)


@transaction.atomic
def open_correction(framework, *, reason: str, decided_by: str, by) -> None:
    """Open the scores of a sealed framework again, so that a corrected edition can be sealed.

    What is published stays published. The structure stays locked. Raises `Refused` unless the
    result is sealed and both ``reason`` and ``decided_by`` are given.
    """
    framework = Framework.objects.select_for_update(of=("self",)).get(pk=framework.pk)
    if not framework.is_sealed:
        raise Refused(_("Only a sealed result is corrected."))
    if not reason.strip():
        raise Refused(_("Say why the published result is corrected."))
    if not decided_by.strip():
        raise Refused(_("Say who decided the correction."))
    FrameworkReopening.objects.create(
        framework=framework, reason=reason.strip(), decided_by=decided_by.strip(), by=by
    )
    Framework.objects.filter(pk=framework.pk).update(state=Framework.State.SCORING)


@transaction.atomic
def copy_to_next_year(framework) -> Framework:
    """Make next year's framework from this one: same tree, maxima and bands, no scores.

    Each new criterion remembers the one it was copied from. Raises `Refused` if next year's
    framework exists.
    """
    year = framework.year + 1
    if Framework.objects.filter(group=framework.group, year=year, round=framework.round).exists():
        raise Refused(
            _("%(group)s already has a framework for %(year)d.")
            % {"group": framework.group.name, "year": year}
        )
    copy = Framework.objects.create(
        group=framework.group,
        year=year,
        round=framework.round,
        title=framework.title.replace(str(framework.year), str(year)),
        decision=framework.decision,
        origin=framework.origin,
        decimals=framework.decimals,
        ranked=framework.ranked,
        classified_by=framework.classified_by,
        rank_on=framework.rank_on,
        cap_percent=framework.cap_percent,
    )
    _copy_criteria(framework, copy)
    bands = list(framework.bands.all())
    for band in bands:
        band.pk, band.framework = None, copy
    copy.bands.bulk_create(bands)
    return copy


def _copy_criteria(framework, copy):
    new_of = {}
    for old in framework.criteria.order_by("position", "pk"):
        new_of[old.pk] = Criterion.objects.create(
            framework=copy,
            parent=new_of.get(old.parent_id),
            number=old.number,
            position=old.position,
            title=old.title,
            kind=old.kind,
            max_points=old.max_points,
            evidence_required=old.evidence_required,
            guidance=old.guidance,
            previous=old,
            comparable=True,
        )
