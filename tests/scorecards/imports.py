"""What tests of importing share: a small framework, a file for it, what stands after an import."""

from scorecards.models import Applicability, Score
from tests.factories import new_framework, new_group, new_unit
from tests.scorecards.workbooks import csv

TOTALS = csv([["Đơn vị", "Tổng điểm"], ["Sở Y tế", "49,07"], ["Sở Tư pháp", "94"]], separator=";")


def two_agencies(**values):
    """A framework of 2023, one leaf of 100 points unless ``values`` say otherwise."""
    group = new_group()
    for name in ("Sở Y tế", "Sở Tư pháp"):
        new_unit(group.authority, name)
    return new_framework(group, **{"bands": [], **values})


def stored_points(framework):
    """Unit name → leaf → (claimed, appraised, awarded), as text."""
    found = {card.unit.name: {} for card in framework.scorecards.select_related("unit")}
    scores = Score.objects.filter(scorecard__framework=framework)
    for score in scores.select_related("scorecard__unit", "criterion"):
        stages = (score.claimed, score.appraised, score.awarded)
        found[score.scorecard.unit.name][score.criterion.number] = tuple(
            None if value is None else f"{value:.2f}" for value in stages
        )
    return found


def stored_maxima(framework):
    return {
        (row.scorecard.unit.name, row.criterion.number): (f"{row.max_points:.2f}", row.reason)
        for row in Applicability.objects.filter(scorecard__framework=framework).select_related(
            "scorecard__unit", "criterion"
        )
    }


def changes(found):
    return [(change.unit, str(change.what), change.old_shown, change.new_shown) for change in found]
