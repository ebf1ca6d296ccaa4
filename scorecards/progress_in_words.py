"""What changed from year to year, and why some years do not compare, in the words officials use."""

import itertools
from collections import Counter

from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards import calculation
from scorecards.wording import number, short


def changes_of_classes(year) -> list[str]:
    """Return why a year's counts by class cannot be set beside the year before, a sentence each.

    ``year``: `scorecards.years.Year`.
    """
    sentences = list(_changes_of_units(year))
    if year.bands_changed:
        sentences.append(_("%(year)s: the class limits are others.") % {"year": year.year})
    return sentences


def changes_of_criteria(year) -> list[str]:
    """Return why a year's mean cannot be set beside the year before, a sentence each."""
    sentences = list(_changes_of_units(year))
    if not year.criteria_changed:
        return sentences
    words = {"year": year.year, "before": year.year - 1}
    if year.whole is None:
        return [*sentences, _("%(year)s: criteria not comparable with %(before)s.") % words]
    words["points"] = short(year.same_points)
    words["max"] = short(year.whole)
    return [
        *sentences,
        _("%(year)s: criteria of %(points)s in %(max)s points are those of %(before)s.") % words,
    ]


def _changes_of_units(year):
    words = {"year": year.year, "units": year.overview.units, "before": year.units_before}
    if year.units_before is not None:
        yield (
            ngettext(
                "%(year)s: %(units)s unit, %(before)s before.",
                "%(year)s: %(units)s units, %(before)s before.",
                year.overview.units,
            )
            % words
        )
    elif year.reshaped:
        yield _("%(year)s: units were merged, split or dissolved.") % words


def rule_of_progress(comparison) -> list[str]:
    """Return the rule by which improvement is told, a sentence each."""
    words = {"year": comparison.edition.year, "before": comparison.edition.year - 1}
    return [
        _(
            "Same unit: a renamed unit is the same unit; one that was merged, split or newly "
            "founded in %(year)s is not compared."
        )
        % words,
        _(
            "Same criteria: counted is each criterion that the method declares comparable, with "
            "the same number and the same maximum in %(before)s and %(year)s, and that applies to "
            "the unit in both years."
        )
        % words,
        _(
            "The index on these criteria is their points ÷ their maximum × 100. The improvement is "
            "the difference between the two indexes as shown, in percentage points."
        ),
        _(
            "A unit is compared if these criteria hold at least %(share)s%% of its maximum points "
            "in both years."
        )
        % {"share": number_format(calculation.LEAST_SHARE * 100, 0)},
        _("Units with the same improvement share the place."),
    ]


def common_in_words(comparison) -> str:
    """Return on how much of the criteria the units are compared: "70,50 in 100,00 points"."""
    decimals = comparison.edition.decimals
    if comparison.totals:
        return _(
            "The source gives the total of each unit alone; the method declares the totals of both "
            "years comparable."
        )
    bases = Counter(
        (unit.progress.max_points, unit.whole, unit.progress.leaves) for unit in comparison.compared
    )
    ((common, whole, leaves), units), *others = bases.most_common()
    words = {
        "leaves": leaves,
        "all": comparison.leaves,
        "common": number(common, decimals),
        "max": number(whole, decimals),
        "units": units,
    }
    if not others:
        return (
            _("Compared on %(common)s of %(max)s points: %(leaves)d of %(all)d criteria.") % words
        )
    return (
        _(
            "%(units)d units are compared on %(common)s of %(max)s points (%(leaves)d of %(all)d "
            "criteria), the others on their own share, as the table says."
        )
        % words
    )


def progress_finding(comparison) -> str:
    """Return who improved most and who fell most, on the criteria both years share."""
    changes = [unit.change for unit in comparison.compared]
    sentences = [
        _("Compared with %(year)s, %(up)d improved, %(down)d fell and %(same)d stayed the same.")
        % {
            "year": comparison.edition.year - 1,
            "up": sum(change > 0 for change in changes),
            "down": sum(change < 0 for change in changes),
            "same": changes.count(0),
        }
    ]
    if (most := max(changes)) > 0:
        one = _("Most improved: {units}, from {then} to {now}, up {change} percentage points.")
        several = _("Most improved: {units}, each up {change} percentage points.")
        sentences.append(_furthest(comparison, most, one, several))
    if (least := min(changes)) < 0:
        one = _("Largest fall: {units}, from {then} to {now}, down {change} percentage points.")
        several = _("Largest fall: {units}, each down {change} percentage points.")
        sentences.append(_furthest(comparison, least, one, several))
    return format_html(" ".join(["{}"] * len(sentences)), *sentences)


MOST_NAMES = 10  # equals beyond these are counted: the table names them all


def _furthest(comparison, change, one, several):
    decimals = comparison.edition.decimals
    units = [unit for unit in comparison.compared if unit.change == change]
    names = _(" and ").join(unit.row.unit_name for unit in units)
    if len(units) > MOST_NAMES:
        names = _("%(count)d units") % {"count": len(units)}
    return format_html(
        one if len(units) == 1 else several,
        units=format_html("<b>{}</b>", names),
        then=f"{number(units[0].progress.then, decimals)}%",
        now=f"{number(units[0].progress.now, decimals)}%",
        change=format_html("<b>{}</b>", number(abs(change), decimals)),
    )


def why_not_compared(comparison) -> str:
    """Return why two years of a group cannot be compared at all."""
    words = {"year": comparison.edition.year, "before": comparison.edition.year - 1}
    sentences = {
        "no_previous": _("Nothing of this group has been published for %(before)s."),
        "no_rows": _("Of %(before)s or %(year)s no results of single units are known."),
        "no_criterion": _("No criterion of %(year)s is declared comparable with %(before)s."),
        "too_little": _(
            "The criteria changed: less than %(share)s%% of the maximum points are the same as in "
            "%(before)s."
        ),
        "no_unit": _("No unit has points of both %(before)s and %(year)s on the same criteria."),
    }
    words["share"] = number_format(calculation.LEAST_SHARE * 100, 0)
    return sentences[comparison.reason] % words


def why_unit_is_not_compared(unit, comparison) -> str:
    """Return why a unit is not compared; "" for one that is."""
    words = {
        "year": comparison.edition.year,
        "before": comparison.edition.year - 1,
        "day": date_format(unit.on, "SHORT_DATE_FORMAT") if unit.on else "",
        "share": number_format(calculation.LEAST_SHARE * 100, 0),
    }
    sentences = {
        "": "",
        "new": _("not in the results of %(before)s"),
        "gone": _("not in the results of %(year)s"),
        "merged": _("formed by a merger, or took in others, on %(day)s"),
        "split": _("came out of a split on %(day)s"),
        "took_over": _("took over another unit on %(day)s"),
        "changed": _("no longer the same body since %(day)s"),
        "gave_away": _("gave a part away on %(day)s"),
        "merged_into": _("merged into another unit on %(day)s"),
        "split_up": _("split up on %(day)s"),
        "dissolved": _("dissolved on %(day)s"),
        "unknown_maximum": _("the source does not state the maximum"),
        "too_little": _("less than %(share)s%% of its maximum points are on the same criteria"),
        "incomplete": _("points of %(before)s or %(year)s are missing"),
    }
    return sentences[unit.reason] % words


def breaks(past) -> list[str]:
    """Return why each year of a unit cannot be compared with the year before; "" where it can.

    ``past``: `scorecards.history.unit_history`.
    """
    rows = past.to_dict("records")
    return [
        "; ".join(_reasons_of_break(before, row)) if before else ""
        for before, row in itertools.pairwise([None, *rows])
    ]


def _reasons_of_break(before, row):
    if row["body_changed_on"] is not None:
        yield _("another body since %(day)s (units came in or parts went out)") % {
            "day": date_format(row["body_changed_on"], "SHORT_DATE_FORMAT")
        }
    if row["group_slug"] != before["group_slug"]:
        yield _("ranked in another group: %(group)s") % {"group": row["group_name"]}
    if row["changed_criteria"]:
        yield ngettext(
            "%(changed)d of %(all)d criteria changed",
            "%(changed)d of %(all)d criteria changed",
            row["changed_criteria"],
        ) % {"changed": row["changed_criteria"], "all": row["criteria"]}
