"""Commitments, targets and dossiers put into the words officials use. It decides nothing."""

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commitments.judging import Silence, Verdict, Wait
from scorecards.calculation import half_up

VERDICTS = {
    Verdict.KEPT: gettext_lazy("kept"),
    Verdict.PARTLY: gettext_lazy("partly kept"),
    Verdict.NOT_KEPT: gettext_lazy("not kept"),
}
SILENCES = {
    Silence.NOT_PUBLISHED: gettext_lazy("the result of the year is not published yet"),
    Silence.UNIT_CHANGED: gettext_lazy("the unit was merged, split or dissolved"),
    Silence.CRITERION_CHANGED: gettext_lazy("the criterion was replaced and cannot be compared"),
    Silence.NOT_APPLICABLE: gettext_lazy("the criterion does not apply to the unit any more"),
    Silence.MAXIMUM_CHANGED: gettext_lazy("the maximum of the criterion changed"),
    Silence.POINTS_UNKNOWN: gettext_lazy("the points of the criterion were not published"),
}
WAITS = {
    Wait.UNCHECKED: gettext_lazy("not checked for 60 days"),
    Wait.OVERDUE: gettext_lazy("overdue"),
    Wait.CONTRADICTORY: gettext_lazy("the finding contradicts the measurement"),
}
WAIT_CAPTIONS = {
    Wait.UNCHECKED: gettext_lazy("Signed, and neither signed nor checked within the last 60 days."),
    Wait.OVERDUE: gettext_lazy("The due day has passed, and no check says how it ended."),
    Wait.CONTRADICTORY: gettext_lazy("What was found is not what the last measurement says."),
}
# The colours of the classes serve the steps too, always beside the word.
STEP_TONES = {
    "done": "tot",
    "nearly_done": "kha",
    "in_progress": "kha",
    "not_started": "none",
    "not_done": "yeu",
    "": "none",
}
VERDICT_TONES = {Verdict.KEPT: "tot", Verdict.PARTLY: "trung-binh", Verdict.NOT_KEPT: "yeu"}


def day(date) -> str:
    return date_format(date, "SHORT_DATE_FORMAT")


def quantity(value, indicator) -> str:
    """Return a value with its unit of measure: "97,1%", "1.838 dịch vụ".

    With the indicator's decimals, or as many as the value has, a share two at most.
    """
    most = 2 if indicator.is_share else 3
    places = max(indicator.decimals, min(most, -value.normalize().as_tuple().exponent), 0)
    figure = number_format(half_up(value, places), places, force_grouping=True)
    return f"{figure}%" if indicator.measure_unit == "%" else f"{figure} {indicator.measure_unit}"


def measured(one, indicator) -> str:
    """Return a measurement in words: "97,1% (1.234/1.271), 31/03/2024"."""
    parts = ""
    if one.numerator is not None:
        numbers = (
            number_format(number, 0, force_grouping=True)
            for number in (one.numerator, one.denominator)
        )
        parts = f" ({'/'.join(numbers)})"
    return f"{quantity(one.value, indicator)}{parts}, {day(one.on)}"


def points(value) -> str:
    """Return points without the zeros their column adds, two decimals at least: "2,50"."""
    return number_format(value, max(2, -value.normalize().as_tuple().exponent))


def promised(commitment) -> str:
    """Return what a commitment promises in numbers; "" if it promises words alone."""
    parts = []
    if commitment.promised_points is not None:
        whole = f"/{points(commitment.baseline_max)}" if commitment.baseline_max else ""
        parts.append(
            _("criterion %(number)s: %(points)s points")
            % {
                "points": f"{points(commitment.promised_points)}{whole}",
                "number": commitment.criterion.number,
            }
        )
    if commitment.promised_value is not None:
        parts.append(
            f"{commitment.indicator.name}: "
            f"{quantity(commitment.promised_value, commitment.indicator)}"
        )
    return "; ".join(parts)


def result(outcome) -> str:
    """Return promised against published points, or why nothing is said; "" without points."""
    if outcome is None:
        return ""
    if outcome.silence:
        sentence = _("nothing is claimed: %(reason)s") % {"reason": SILENCES[outcome.silence]}
        return sentence
    return _("%(verdict)s: %(points)s points") % {
        "verdict": VERDICTS[outcome.verdict],
        "points": points(outcome.achieved),
    }


def counts_of_steps(standings) -> str:
    """Return how far the commitments have come: "20 hoàn thành, 3 đang thực hiện, …"."""
    from commitments.models import Check

    counts = {}
    for one in standings:
        counts[one.step] = counts.get(one.step, 0) + 1
    order = ["done", "nearly_done", "in_progress", "not_started", "not_done", ""]
    labels = {**dict(Check.Step.choices), "": _("not checked yet")}
    return ", ".join(f"{counts[step]} {labels[step]}" for step in order if counts.get(step))


def finding(standings) -> str:
    """Return the sentence that opens the page: who promised how much, and how far it has come."""
    units = {one.commitment.unit_id for one in standings}
    sentence = _("%(units)s made %(commitments)s: %(steps)s.") % {
        "units": ngettext("%(count)d unit", "%(count)d units", len(units)) % {"count": len(units)},
        "commitments": ngettext("%(count)d commitment", "%(count)d commitments", len(standings))
        % {"count": len(standings)},
        "steps": counts_of_steps(standings),
    }
    overdue = sum(Wait.OVERDUE in one.waits for one in standings)
    if overdue:
        sentence += " " + ngettext("%(count)d is overdue.", "%(count)d are overdue.", overdue) % {
            "count": overdue
        }
    return sentence


def closing(counts) -> str:
    """Return the verdicts in words: "12 thực hiện được, 5 thực hiện một phần, …"; "" if none."""
    return ", ".join(
        f"{number} {VERDICTS[verdict]}" for verdict, number in counts.items() if number
    )


def target_state(aim) -> str:
    """Return how a target stands on the day: days left, reached or missed, or not known."""
    latest, indicator = aim.latest, aim.target.indicator
    if aim.days_left >= 0:
        left = ngettext("%(count)d day left", "%(count)d days left", aim.days_left) % {
            "count": aim.days_left
        }
        if latest is None:
            return _("%(left)s; no measurement yet") % {"left": left}
        return _("%(left)s; last measured: %(value)s") % {
            "left": left,
            "value": measured(latest, indicator),
        }
    if aim.reached is None:
        return _(
            "The day has passed (%(day)s); there is no measurement, so whether it was reached is "
            "not known"
        ) % {"day": day(aim.target.due_on)}
    words = {"value": measured(aim.by_then, indicator), "day": day(aim.target.due_on)}
    if aim.reached:
        return _("Reached by %(day)s: %(value)s") % words
    return _("Missed on %(day)s: %(value)s") % words
