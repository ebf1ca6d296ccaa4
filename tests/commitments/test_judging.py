"""The rules by which a promise is judged."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.judging import (
    Outcome,
    Silence,
    Verdict,
    Wait,
    contradicts,
    outcome,
    reached,
    share,
    verdicts,
    waits,
)

TODAY = datetime.date(2024, 6, 1)


def points(text):
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("promised", "had", "had_max", "got", "got_max", "verdict", "silence"),
    [
        ("2", "1", "3", "2", "3", Verdict.KEPT, None),
        ("2", "1", "3", "2.5", "3", Verdict.KEPT, None),
        ("2", "1", "3", "1.5", "3", Verdict.PARTLY, None),
        ("2", "1", "3", "1", "3", Verdict.NOT_KEPT, None),
        ("2", "1", "3", "0", "3", Verdict.NOT_KEPT, None),
        ("2", None, None, "1.5", "3", Verdict.NOT_KEPT, None),
        ("2", "1", "3", None, "3", None, Silence.POINTS_UNKNOWN),
        ("2", "1", "3", None, None, None, Silence.POINTS_UNKNOWN),
        ("2", "1", "3", None, "0", None, Silence.NOT_APPLICABLE),
        ("2", "1", "3", "2", "4", None, Silence.MAXIMUM_CHANGED),
        ("0", "0", "3", "0", "3", Verdict.KEPT, None),
    ],
)
def test_promised_against_published(promised, had, had_max, got, got_max, verdict, silence):
    found = outcome(*map(points, (promised, had, had_max, got, got_max)))
    assert (found.verdict, found.silence) == (verdict, silence)


AMOUNT = st.one_of(st.none(), st.decimals("0", "10", places=2))


@given(st.decimals("0", "10", places=2), AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_either_a_verdict_or_a_silence(promised, had, had_max, got, got_max):
    found = outcome(promised, had, had_max, got, got_max)
    assert (found.verdict is None) != (found.silence is None)


@given(st.integers(1, 10**9).flatmap(lambda all_: st.tuples(st.integers(0, all_), st.just(all_))))
def test_a_share_lies_between_0_and_100(parts):
    assert 0 <= share(*parts) <= 100


@pytest.mark.parametrize(
    ("part", "whole", "value"),
    [(0, 0, None), (1, 3, "33.333"), (2, 3, "66.667"), (1, 1, "100.000"), (1, 2000, "0.050")],
)
def test_a_share_is_rounded_half_up(part, whole, value):
    assert share(part, whole) == points(value)


@pytest.mark.parametrize(
    ("value", "goal", "direction", "good"),
    [("98", "98", "more", True), ("97.9", "98", "more", False),
     ("4", "4", "less", True), ("4.1", "4", "less", False), ("3", "4", "less", True)],
)  # fmt: skip
def test_less_may_be_better(value, goal, direction, good):
    assert reached(Decimal(value), Decimal(goal), direction) is good


@pytest.mark.parametrize(
    ("step", "value", "wrong"),
    [("done", "94", True), ("done", "98", False), ("not_done", "98", True),
     ("not_done", "94", False), ("in_progress", "98", False), ("nearly_done", "94", False)],
)  # fmt: skip
def test_a_finding_may_contradict_a_measurement(step, value, wrong):
    assert contradicts(step, Decimal(value), Decimal(98), "more") is wrong


@pytest.mark.parametrize(
    ("signed", "due", "step", "checked", "found"),
    [
        (None, "2024-01-01", None, None, set()),
        ("2024-05-01", "2024-12-31", None, None, set()),
        ("2024-04-02", "2024-12-31", None, None, set()),
        ("2024-04-01", "2024-12-31", None, None, {Wait.UNCHECKED}),
        ("2024-01-01", "2024-12-31", "in_progress", "2024-05-01", set()),
        ("2024-01-01", "2024-12-31", "in_progress", "2024-02-01", {Wait.UNCHECKED}),
        ("2024-01-01", "2024-05-31", "in_progress", "2024-05-01", {Wait.OVERDUE}),
        ("2024-01-01", "2024-06-01", "in_progress", "2024-05-01", set()),
        ("2024-01-01", "2024-05-31", None, None, {Wait.OVERDUE, Wait.UNCHECKED}),
        ("2024-01-01", "2024-02-01", "done", "2024-02-01", set()),
        ("2024-01-01", "2024-02-01", "not_done", "2024-02-01", set()),
    ],
)
def test_what_a_commitment_waits_for(signed, due, step, checked, found):
    day = datetime.date.fromisoformat
    assert (
        waits(
            signed_on=signed and day(signed),
            due_on=day(due),
            step=step,
            checked_on=checked and day(checked),
            contradictory=False,
            today=TODAY,
        )
        == found
    )


def test_silence_is_no_verdict():
    outcomes = [Outcome(verdict=Verdict.KEPT), Outcome(silence=Silence.NOT_PUBLISHED), None]
    assert verdicts(outcomes) == {Verdict.KEPT: 1, Verdict.PARTLY: 0, Verdict.NOT_KEPT: 0}
