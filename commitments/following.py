"""How commitments and targets stand: last finding, last measurement, what the next index showed.

It reads and judges; `measuring` and `keeping` write. Public pages pass ``public=True`` and get
only what is marked public, and points from public editions alone.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from commitments.dossiers import on_time_values
from commitments.judging import Outcome, Silence, Wait, contradicts, outcome, reached, waits
from commitments.models import Check, Commitment, Indicator, Measurement, Target
from scorecards.history import links_of
from scorecards.models.framework import Criterion
from scorecards.models.publication import Edition, PublishedPoints, PublishedResult
from units import lineage


@dataclass(frozen=True)
class Measured:
    """A value of an indicator on a day; parts where they are known."""

    on: datetime.date
    value: Decimal
    numerator: int | None = None
    denominator: int | None = None
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class Standing:
    """One commitment and how it stands.

    ``checks`` come oldest first; ``latest`` is the last measurement of its indicator, None if
    there is none or the commitment has no indicator; ``outcome`` is None unless the commitment
    promises points.
    """

    commitment: Commitment
    checks: tuple[Check, ...] = ()
    latest: Measured | None = None
    outcome: Outcome | None = None
    waits: frozenset[Wait] = frozenset()

    @property
    def last(self) -> Check | None:
        return self.checks[-1] if self.checks else None

    @property
    def step(self) -> str:
        """The step last found; "" if it was never checked."""
        return self.last.step if self.last else ""

    @property
    def contradictory(self) -> bool:
        return Wait.CONTRADICTORY in self.waits


def standings(
    commitments: Iterable[Commitment], *, today: datetime.date, public: bool
) -> list[Standing]:
    """Return each commitment's standing, in the order given.

    ``commitments`` are of one authority, with ``unit`` and ``indicator`` fetched. The number of
    queries does not depend on how many there are.
    """
    commitments = list(commitments)
    if not commitments:
        return []
    checks = _checks(commitments, public)
    latest = _latest_of(commitments, public)
    outcomes = outcomes_of(commitments)
    return [
        _standing(row, checks[row.pk], latest.get(row.pk), outcomes.get(row.pk), today)
        for row in commitments
    ]


def _standing(commitment, checks, latest, found, today):
    last = checks[-1] if checks else None
    contradictory = (
        last is not None
        and latest is not None
        and contradicts(
            last.step, latest.value, commitment.promised_value, commitment.indicator.direction
        )
    )
    waiting = frozenset()
    if commitment.withdrawn_on is None:
        waiting = waits(
            signed_on=commitment.signed_on,
            due_on=commitment.due_on,
            step=last.step if last else None,
            checked_on=last.checked_on if last else None,
            contradictory=contradictory,
            today=today,
        )
    return Standing(commitment, tuple(checks), latest, found, waiting)


def _checks(commitments, public):
    rows = Check.objects.filter(commitment__in=commitments).order_by("checked_on", "pk")
    found = defaultdict(list)
    for check in rows.filter(public=True) if public else rows.select_related("recorded_by"):
        found[check.commitment_id].append(check)
    return found


def _latest_of(commitments, public):
    """Return the last value of each commitment's indicator for its unit, by commitment id."""
    bound = [row for row in commitments if row.indicator_id]
    if not bound:
        return {}
    by_hand = defaultdict(list)
    rows = _measurements(public).filter(
        indicator__in={row.indicator_id for row in bound}, unit__in={row.unit_id for row in bound}
    )
    for row in rows:
        by_hand[row.indicator_id, row.unit_id].append(row)
    of_dossiers = {}
    years = {row.year for row in bound if row.indicator.measured_by == "dossiers"}
    for year in sorted(years):
        of_dossiers[year] = on_time_values(bound[0].unit.authority_id, year, public=public)
    latest = {}
    for row in bound:
        if row.indicator.measured_by == "dossiers":
            values = of_dossiers[row.year].get(row.unit_id)
            latest[row.pk] = Measured(*values) if values else None
        elif measured := by_hand.get((row.indicator_id, row.unit_id)):
            latest[row.pk] = _as_measured(measured[-1])
    return latest


def _measurements(public):
    rows = Measurement.objects.standing().order_by("measured_on", "pk")
    return rows.filter(public=True) if public else rows


def _as_measured(row):
    return Measured(
        row.measured_on, row.value, row.numerator, row.denominator, row.note, row.source
    )


def outcomes_of(commitments: Sequence[Commitment]) -> dict[int, Outcome]:
    """Return what the published index of its year says of each promise of points, by its id.

    Only current public editions are read. A criterion of the year before is followed to the one
    that names it as its predecessor, if that one is comparable; a unit, through whole renames.
    """
    bound = [row for row in commitments if row.criterion_id]
    if not bound:
        return {}
    points = _published_points(bound)
    number_in = _numbers_in_year(bound)
    published = {(unit, year) for unit, year, _number in points}
    years = {(group, year) for group, year in _published_groups(bound)}
    later = _later_lives(bound, published)
    found = {}
    for row in bound:
        group = row.criterion.framework.group_id
        if (group, row.year) not in years:
            found[row.pk] = Outcome(silence=Silence.NOT_PUBLISHED)
            continue
        unit = later.get((row.unit_id, row.year), row.unit_id)
        if (unit, row.year) not in published:
            found[row.pk] = Outcome(silence=Silence.UNIT_CHANGED)
            continue
        number = number_in.get((row.criterion_id, row.year))
        if number is None:
            found[row.pk] = Outcome(silence=Silence.CRITERION_CHANGED)
            continue
        achieved, achieved_max = points.get((unit, row.year, number), (None, None))
        found[row.pk] = outcome(
            row.promised_points, row.baseline_points, row.baseline_max, achieved, achieved_max
        )
    return found


def _editions_of(bound):
    return Edition.objects.current().filter(
        framework__round=0,
        framework__group__in={row.criterion.framework.group_id for row in bound},
        framework__year__in={row.year for row in bound},
    )


def _published_groups(bound):
    return _editions_of(bound).values_list("framework__group", "framework__year")


def _published_points(bound):
    """Return (points, maximum) by (unit id, year, criterion number), of the promised criteria.

    Every unit of the editions appears under number "", so that it is known to be there.
    """
    numbers = {number for number in _numbers_in_year(bound).values() if number}
    editions = _editions_of(bound)
    found = {
        (unit, year, ""): (None, None)
        for unit, year in PublishedResult.objects.filter(edition__in=editions).values_list(
            "unit", "edition__framework__year"
        )
    }
    rows = PublishedPoints.objects.filter(
        result__edition__in=editions, criterion_number__in=numbers
    )
    for unit, year, number, points, maximum in rows.values_list(
        "result__unit", "result__edition__framework__year", "criterion_number", "points",
        "max_points",
    ):  # fmt: skip
        found[unit, year, number] = (points, maximum)
    return found


def _numbers_in_year(bound):
    """Return the criterion's number in the year of the promise, by (criterion id, year).

    A criterion that has no comparable successor in that year has none.
    """
    numbers = {}
    earlier = set()
    for row in bound:
        if row.criterion.framework.year == row.year:
            numbers[row.criterion_id, row.year] = row.criterion.number
        else:
            earlier.add(row.criterion_id)
    rows = Criterion.objects.filter(
        previous__in=earlier, comparable=True, framework__round=0
    ).values_list("previous", "framework__year", "number")
    for previous, year, number in rows:
        numbers[previous, year] = number
    return numbers


def _later_lives(bound, published):
    """Return the unit that carries on by an unbroken rename, for units that are not published."""
    missing = {(row.unit_id, row.year) for row in bound if (row.unit_id, row.year) not in published}
    if not missing:
        return {}
    links = links_of(bound[0].unit.authority)
    later = {}
    for unit_id, year in missing:
        lives = lineage.chain(links, unit_id)
        place = [life.unit_id for life in lives].index(unit_id)
        for life in lives[place + 1 :]:
            if life.break_before:
                break
            if (life.unit_id, year) in published:
                later[unit_id, year] = life.unit_id
    return later


@dataclass(frozen=True)
class Aim:
    """A target and the way to it: every measurement of its indicator, oldest first."""

    target: Target
    measured: tuple[Measured, ...] = ()
    today: datetime.date = field(default_factory=datetime.date.today)

    @property
    def latest(self) -> Measured | None:
        return self.measured[-1] if self.measured else None

    @property
    def by_then(self) -> Measured | None:
        """The last measurement not later than the target's day."""
        known = [one for one in self.measured if one.on <= self.target.due_on]
        return known[-1] if known else None

    @property
    def reached(self) -> bool | None:
        """Whether the last value known by the target's day reaches it; None if none is known."""
        if self.by_then is None:
            return None
        return reached(self.by_then.value, self.target.value, self.target.indicator.direction)

    @property
    def days_left(self) -> int:
        """Days until the target's day; negative once it has passed."""
        return (self.target.due_on - self.today).days


def aims(targets: Iterable[Target], *, today: datetime.date, public: bool) -> list[Aim]:
    """Return the targets with the measurements on the way to them, in the order given.

    ``targets`` are of one authority, with ``indicator`` fetched. Of an indicator that dossiers
    measure, the way is each month's end of the target's year, the year so far.
    """
    targets = list(targets)
    measured = _measured_by_key(targets, public)
    return [
        Aim(
            row,
            _on_the_way(row, measured.get((row.indicator_id, row.unit_id, _year(row)), ())),
            today,
        )
        for row in targets
    ]


def _on_the_way(target, measured):
    """Keep what was measured from the target's start to the end of the year it is due in."""
    start = target.baseline_on or datetime.date.min
    end = datetime.date(target.due_on.year, 12, 31)
    return tuple(one for one in measured if start <= one.on <= end)


def _year(target):
    return target.due_on.year if target.indicator.measured_by == "dossiers" else None


def _measured_by_key(targets, public):
    found = defaultdict(list)
    rows = _measurements(public).filter(indicator__in={row.indicator_id for row in targets})
    for row in rows:
        found[row.indicator_id, row.unit_id, None].append(_as_measured(row))
    for row in targets:
        key = (row.indicator_id, row.unit_id, _year(row))
        if row.indicator.measured_by == "dossiers" and key not in found:
            values = on_time_values(
                row.authority_id, row.due_on.year, public=public, unit=row.unit_id, every_month=True
            )
            found[key] = [Measured(*one) for one in values]
    return found


def measured_in(authority, year: int, *, public: bool) -> list[tuple[Indicator, Measured]]:
    """Return the last value of each indicator of the whole authority in the year.

    The last day of the year before belongs to it: it is where the year starts from. Indicators
    without a value are left out.
    """
    rows = _measurements(public).filter(
        indicator__authority=authority,
        unit=None,
        measured_on__gte=datetime.date(year - 1, 12, 31),
        measured_on__lte=datetime.date(year, 12, 31),
    )
    latest = {}
    for row in rows.select_related("indicator"):
        latest[row.indicator_id] = (row.indicator, _as_measured(row))
    return sorted(latest.values(), key=lambda pair: (pair[0].position, pair[0].pk))
