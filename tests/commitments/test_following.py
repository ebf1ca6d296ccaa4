"""How commitments stand, from what was checked, measured and published."""

import datetime
from decimal import Decimal

import pytest

from commitments import following
from commitments.judging import Silence, Verdict, Wait
from commitments.models import Commitment
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2025, 6, 1)


def standing_of(commitment, *, public=True):
    rows = Commitment.objects.filter(pk=commitment.pk).select_related(
        "unit__authority", "indicator", "criterion__framework"
    )
    (found,) = following.standings(rows, today=TODAY, public=public)
    return found


def test_promised_points_meet_the_points_of_the_next_edition():
    group = factories.new_group()
    unit = factories.new_unit(group.authority, "Sở Y tế")
    before = factories.new_edition({"Sở Y tế": "70"}, group=group, year=2023)
    criterion = factories.leaf(before.framework)
    commitment = factories.new_commitment(
        unit,
        criterion=criterion,
        baseline_points=Decimal(70),
        baseline_max=Decimal(100),
        promised_points=Decimal(80),
    )
    assert standing_of(commitment).outcome.silence is Silence.NOT_PUBLISHED

    after = factories.new_framework(group, year=2024)
    after.criteria.update(previous=criterion)
    factories.give_points(after, {unit: "75"})
    factories.seal(after)

    outcome = standing_of(commitment).outcome
    assert (outcome.achieved, outcome.verdict) == (Decimal(75), Verdict.PARTLY)


def test_a_finding_is_held_against_the_dossiers():
    unit = factories.new_unit(factories.new_authority(), "Sở Y tế")
    indicator = factories.new_indicator(unit.authority, measured_by="dossiers")
    commitment = factories.new_commitment(unit, indicator=indicator, promised_value=Decimal(100))
    factories.report_dossiers(unit, datetime.date(2024, 3, 1), 100, 90, 10, 5, 1)
    factories.report_dossiers(unit, datetime.date(2024, 4, 1), 100, 98, 2, 5, 1)
    assert standing_of(commitment).waits == {Wait.UNCHECKED, Wait.OVERDUE}

    factories.check(commitment, datetime.date(2024, 5, 2), "done", "Đã hoàn thành.")
    standing = standing_of(commitment)
    assert (standing.latest.on, standing.latest.value) == (
        datetime.date(2024, 4, 30),
        Decimal("94.000"),
    )
    assert standing.waits == {Wait.CONTRADICTORY}
