"""How a promise is judged: reached or not, kept or not, what waits. Plain Python, no database.

A promise of points is judged by the published points of its criterion, in three words: kept,
partly kept, not kept (domain §2, steps 10-12; peers M10). Where the criterion cannot be compared
nothing is claimed, and the reason says why.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scorecards.calculation import half_up

# A finding is asked for again after two months: the Chairman wanted commitments checked regularly.
UNCHECKED_AFTER = datetime.timedelta(days=60)

OPEN_STEPS = frozenset(("not_started", "in_progress", "nearly_done"))
FINAL_STEPS = frozenset(("done", "not_done"))


class Verdict(StrEnum):
    """What became of a promise of points."""

    KEPT = "kept"
    PARTLY = "partly"
    NOT_KEPT = "not_kept"


class Silence(StrEnum):
    """Why nothing is said about a promise of points."""

    NOT_PUBLISHED = "not_published"  # the year's edition is not public yet
    UNIT_CHANGED = "unit_changed"  # merged, split or dissolved: another body was scored
    CRITERION_CHANGED = "criterion_changed"  # replaced, or marked as not comparable
    NOT_APPLICABLE = "not_applicable"  # the criterion does not apply to the unit any more
    MAXIMUM_CHANGED = "maximum_changed"  # for this unit, or for everybody
    POINTS_UNKNOWN = "points_unknown"  # the edition does not state them


class Wait(StrEnum):
    """What a commitment waits for."""

    UNCHECKED = "unchecked"
    OVERDUE = "overdue"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True)
class Outcome:
    """Promised against published points; ``verdict`` and ``silence``: one of the two is None."""

    achieved: Decimal | None = None
    verdict: Verdict | None = None
    silence: Silence | None = None


def share(part: int, whole: int, decimals: int = 3) -> Decimal | None:
    """Return 100 × part ÷ whole in percent, half up; None where there is no whole."""
    return None if whole == 0 else half_up(Decimal(100) * part / whole, decimals)


def reached(value: Decimal, goal: Decimal, direction: str) -> bool:
    """Say whether ``value`` is as good as ``goal``, where "more" or "less" is better."""
    return value >= goal if direction == "more" else value <= goal


def outcome(
    promised: Decimal,
    baseline: Decimal | None,
    baseline_max: Decimal | None,
    achieved: Decimal | None,
    achieved_max: Decimal | None,
) -> Outcome:
    """Judge a promise of points on a criterion that is comparable.

    Kept: as many points as promised. Partly: fewer, but more than the unit had. Without a
    baseline nothing is partly kept: that it had less before is not known.
    """
    if achieved_max == 0:
        return Outcome(silence=Silence.NOT_APPLICABLE)
    if achieved is None:
        return Outcome(silence=Silence.POINTS_UNKNOWN)
    if baseline_max is not None and achieved_max is not None and baseline_max != achieved_max:
        return Outcome(achieved, silence=Silence.MAXIMUM_CHANGED)
    if achieved >= promised:
        return Outcome(achieved, Verdict.KEPT)
    if baseline is not None and achieved > baseline:
        return Outcome(achieved, Verdict.PARTLY)
    return Outcome(achieved, Verdict.NOT_KEPT)


def contradicts(step: str, value: Decimal, goal: Decimal, direction: str) -> bool:
    """Say whether a finding and a measurement cannot both be right.

    "Completed" although the measurement falls short of the goal, or "not completed" although it
    reaches it.
    """
    if step == "done":
        return not reached(value, goal, direction)
    return step == "not_done" and reached(value, goal, direction)


def waits(
    *,
    signed_on: datetime.date | None,
    due_on: datetime.date,
    step: str | None,
    checked_on: datetime.date | None,
    contradictory: bool,
    today: datetime.date,
) -> frozenset[Wait]:
    """Return what a commitment waits for on ``today``; nothing if it is not signed.

    ``step`` and ``checked_on`` are those of the last check, None if there was none. A commitment
    found completed or not completed is no longer asked for.
    """
    if signed_on is None:
        return frozenset()
    found = set()
    if step not in FINAL_STEPS:
        if due_on < today:
            found.add(Wait.OVERDUE)
        if today - (checked_on or signed_on) > UNCHECKED_AFTER:
            found.add(Wait.UNCHECKED)
    if contradictory:
        found.add(Wait.CONTRADICTORY)
    return frozenset(found)


def verdicts(outcomes: Iterable[Outcome | None]) -> dict[Verdict, int]:
    """Count the verdicts, each named even if nobody earned it; silence is not counted."""
    counts = dict.fromkeys(Verdict, 0)
    for one in outcomes:
        if one is not None and one.verdict is not None:
            counts[one.verdict] += 1
    return counts
