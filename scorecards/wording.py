"""Published numbers put into the words officials use. It formats; it computes nothing itself."""

from collections import Counter
from decimal import Decimal
from types import SimpleNamespace

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards import calculation
from scorecards.calculation import COUNTED


def counts_in_words(counts, units=0) -> str:
    """Return class counts as officials write them: "13 tốt, 5 khá, 2 trung bình".

    ``counts``: objects with class_name and count, best class first; empty classes are left out.
    Of the ``units`` there are, those whose class is unknown come last: "6 tốt, 3 chưa có số liệu".
    """
    counts = list(counts)
    parts = [f"{row.count} {row.class_name.lower()}" for row in counts if row.count]
    return ", ".join(_with_unknown(parts, units - sum(row.count for row in counts)))


def counts_of_names(counts, units=0) -> str:
    """Return `counts_in_words` of class name → number of units."""
    rows = [SimpleNamespace(class_name=name, count=count) for name, count in counts.items()]
    return counts_in_words(rows, units)


def _with_unknown(parts, unknown):
    if parts and unknown > 0:
        return [*parts, _("%(count)d with no data yet") % {"count": unknown}]
    return parts


def units_in_class(count, class_name) -> str:
    """Return "14 đơn vị xếp loại tốt" in the language at hand."""
    return ngettext(
        "%(count)d unit classed as %(class)s", "%(count)d units classed as %(class)s", count
    ) % {"count": count, "class": class_name.lower()}


def classes_of_all_groups(counts, units) -> str:
    """Return the counts of several groups added up: "14 đơn vị xếp loại tốt, 15 khá, …".

    Of the ``units`` in all the groups, those whose class is unknown come last.
    """
    total = {}
    for row in counts:
        total[row.class_name] = total.get(row.class_name, 0) + row.count
    known = [(name, count) for name, count in total.items() if count]
    if not known:
        return ""
    (first_name, first_count), *others = known
    parts = [units_in_class(first_count, first_name)]
    parts += [f"{count} {name.lower()}" for name, count in others]
    return ", ".join(_with_unknown(parts, units - sum(total.values())))


def league_finding(edition, results, counts):
    """Return the sentences that open a league table, made from its numbers; "" if there are none.

    The gap between first and last is told of a complete, ranked edition only.
    """
    sentences = []
    if in_words := counts_in_words(counts, len(results)):
        sentences.append(format_html("<b>{}</b>.", _("Classes: %(counts)s") % {"counts": in_words}))
    leaders = [row for row in results if row.rank == 1]
    if leaders:
        sentences.append(_leaders(edition, leaders))
    gap = calculation.spread(row.index_percent for row in results if row.rank is not None)
    if edition.is_full and edition.ranked and gap is not None and len(results) > 1:
        sentences.append(
            format_html(
                _("From the first to the last it is {gap} percentage points."),
                gap=format_html("<b>{}</b>", number_format(gap, edition.decimals)),
            )
        )
    return format_html(" ".join(["{}"] * len(sentences)), *sentences) if sentences else ""


def _leaders(edition, leaders):
    names = _(" and ").join(row.unit_name for row in leaders)
    first = leaders[0]
    if first.index_percent is not None:
        value = f"{number_format(first.index_percent, edition.decimals)}%"
    elif first.points is not None:
        value = _("%(points)s points") % {"points": number_format(first.points, edition.decimals)}
    else:
        return format_html(_("{units} came first."), units=names)
    return format_html(
        ngettext(
            "{units} came first with {value}.",
            "{units} came first together, each with {value}.",
            len(leaders),
        ),
        units=names,
        value=format_html("<b>{}</b>", value),
    )


def moves_in_words(edition, results, moves) -> str:
    """Return how ranks changed since the year before, in one sentence; "" if nothing compares.

    ``moves``: `scorecards.history.moves`. Whoever gained most is named, whoever lost is counted.
    """
    gained = [move.gained for move in moves.values()]
    if not gained:
        return ""
    words = {
        "year": str(edition.year - 1),
        "up": sum(places > 0 for places in gained),
        "down": sum(places < 0 for places in gained),
        "same": gained.count(0),
    }
    sentence = (
        _("Compared with %(year)s, %(up)d went up, %(down)d went down, %(same)d kept their rank.")
        % words
    )
    most = max(gained)
    if most <= 0:
        return sentence
    names = [
        row.unit_name
        for row in results
        if row.unit_id in moves and moves[row.unit_id].gained == most
    ]
    return f"{sentence} " + ngettext(
        "The most, %(count)d place: %(units)s.", "The most, %(count)d places: %(units)s.", most
    ) % {"count": most, "units": _(" and ").join(names)}


def source_line(edition) -> str:
    """Return where an edition's numbers come from: the decision, or the source re-entered."""
    decision = edition.decision
    if edition.illustrative:
        return _("illustrative data, invented to show the portal")
    if decision is None:
        return _("%(authority)s, decision not yet entered") % {"authority": edition.authority.name}
    what = decision.title
    if decision.number:
        what = _("Decision %(number)s") % {"number": decision.number}
    return f"{edition.authority.name}, {what}"


def source_of_both(previous, edition) -> str:
    """Return where the numbers of two editions come from, the earlier one first."""
    return "; ".join(dict.fromkeys([source_line(previous), source_line(edition)]))


def sources_of_years(editions) -> str:
    """Return where the numbers of a group's years come from, in one line."""
    first, last = editions[0], editions[-1]
    if any(edition.illustrative for edition in editions):
        return source_line(last)
    return _("%(authority)s, published results of %(first)s to %(last)s") % {
        "authority": last.authority.name,
        "first": first.year,
        "last": last.year,
    }


def number(value, decimals) -> str:
    """Return a number with its decimals as the language at hand writes it: "98,98"."""
    return number_format(value, decimals)


def left_out(details, edition) -> list[str]:
    """Return a sentence for every criterion that does not apply to a unit, as high up as can be.

    A branch none of whose leaves applies is named once, with the reason its leaves share.
    """
    details = list(details)
    parts = {}
    for detail in details:
        parts.setdefault(detail.parent_number, []).append(detail)
    sentences = []

    def reasons(node):
        own = parts.get(node.criterion_number)
        return {node.reason} if not own else set().union(*map(reasons, own))

    def applies(node):
        own = parts.get(node.criterion_number)
        return any(map(applies, own)) if own else node.max_points != 0

    def look(nodes):
        for node in nodes:
            if applies(node):
                look(parts.get(node.criterion_number, ()))
            else:
                sentences.append(_left_out(node, reasons(node) - {""}))

    look(parts.get("", ()))
    return sentences


def _left_out(node, reasons):
    words = {"number": node.criterion_number, "title": node.title}
    if not reasons:
        return _("%(number)s. %(title)s does not apply.") % words
    words["reason"] = "; ".join(sorted(reasons))
    return _("%(number)s. %(title)s does not apply: %(reason)s.") % words


def steps_of(detail, edition) -> list[str]:
    """Return the sentences that lead from what a unit claimed to the points of a leaf.

    A stage that the edition does not hold is not told.
    """
    places = edition.decimals
    steps = []
    if detail.claimed is not None:
        steps.append(
            _("The unit claimed %(points)s points.") % {"points": number(detail.claimed, places)}
        )
    if detail.appraised is not None:
        steps.append(_appraised(detail, places))
    if detail.note:
        steps.append(_("The appraisers' note: %(note)s") % {"note": detail.note})
    if detail.max_points == 0:
        steps.append(_("The criterion does not apply to this unit, so it earns and loses nothing."))
    elif detail.points is not None:
        steps.append(_awarded(detail, places))
    elif detail.kind in ("bonus", "penalty"):
        steps.append(_("No points were given or taken."))
    else:
        steps.append(_("The points were not published."))
    return steps


def _appraised(detail, places):
    words = {"points": number(detail.appraised, places)}
    if detail.claimed is None or detail.claimed == detail.appraised:
        return _("The appraisers gave %(points)s points.") % words
    words["change"] = number(abs(detail.appraised - detail.claimed), places)
    if detail.appraised < detail.claimed:
        return _("The appraisers gave %(points)s points, %(change)s less.") % words
    return _("The appraisers gave %(points)s points, %(change)s more.") % words


def _awarded(detail, places):
    words = {"points": number(detail.points, places)}
    if detail.max_points is None:
        return _("%(points)s points were awarded; the source does not state the maximum.") % words
    words["max"] = number(abs(detail.max_points), places)
    if detail.kind == "penalty":
        return _("%(points)s points were taken away, of at most %(max)s.") % {
            **words,
            "points": number(abs(detail.points), places),
        }
    return _("%(points)s of at most %(max)s points were awarded.") % words


def origin_of(detail) -> str:
    """Return the sentence that says from which file or person the points of a leaf came."""
    if detail.entered_at is None:
        return ""
    words = {
        "who": detail.entered_by,
        "file": detail.imported_from,
        "day": date_format(timezone.localtime(detail.entered_at), "SHORT_DATE_FORMAT"),
    }
    if detail.imported_from and detail.entered_by:
        return _("Imported on %(day)s by %(who)s from the file %(file)s.") % words
    if detail.imported_from:
        return _("Imported on %(day)s from the file %(file)s.") % words
    if detail.entered_by:
        return _("Entered on %(day)s by %(who)s.") % words
    return _("Entered on %(day)s.") % words


def exceptions_in_words(exceptions, decimals) -> str | None:
    """Return the units that have another maximum: "Thanh tra tỉnh (không áp dụng)"; or None."""
    parts = [
        _("%(unit)s (does not apply)") % {"unit": unit}
        if maximum == 0
        else f"{unit} ({number(maximum, decimals)})"
        for unit, maximum in exceptions
    ]
    return ", ".join(parts) or None


def method_in_words(edition, criteria, leaves, exceptions) -> list[str]:
    """Return the method of one group in plain sentences, the most important first."""
    return [
        _(
            "The index of a unit is its points divided by the maximum that applies to this very "
            "unit, times 100."
        ),
        *_tree_in_words(edition, criteria, leaves),
        *_rules_in_words(edition, leaves, exceptions),
        *_rank_in_words(edition),
        *_classes_in_words(edition),
    ]


def _tree_in_words(edition, criteria, leaves):
    if len(criteria) == 1:
        yield _("The source gives the total points alone, not the points by criterion.")
        return
    fields = [row for row in criteria if row.parent_id is None and row.kind in COUNTED]
    counted = [row for row in leaves if row.kind in COUNTED]
    maximum = sum((row.max_points for row in counted if row.max_points is not None), Decimal(0))
    yield _(
        "%(fields)d fields with %(leaves)d criteria that hold points, %(max)s points at most."
    ) % {
        "fields": len(fields),
        "leaves": len(counted),
        "max": number(maximum, edition.decimals),
    }
    survey = [row.max_points for row in leaves if row.kind == "survey" and row.max_points]
    if survey:
        yield _("%(points)s of these points come from the sociological survey.") % {
            "points": number(sum(survey), edition.decimals)
        }
    if any(row.kind == "bonus" for row in leaves):
        yield _("Bonus points are added to the points, not to the maximum.")
    if any(row.kind == "penalty" for row in leaves):
        yield _("Penalties are taken from the points; they do not lower the maximum.")


def _rules_in_words(edition, leaves, exceptions):
    units = {unit for pairs in exceptions.values() for unit, _maximum in pairs}
    if units:
        yield ngettext(
            "What does not apply to a unit is left out of its maximum; %(count)d unit has another "
            "maximum this year.",
            "What does not apply to a unit is left out of its maximum; %(count)d units have "
            "another maximum this year.",
            len(units),
        ) % {"count": len(units)}
    yield _(
        "Points that are not known are missing, never zero: a unit with missing points has no "
        "index."
    )
    yield ngettext(
        "The index is rounded half up to %(count)d decimal.",
        "The index is rounded half up to %(count)d decimals.",
        edition.decimals,
    ) % {"count": edition.decimals}
    if edition.cap_percent is not None:
        yield _("It is never above %(cap)s%%.") % {"cap": _short(edition.cap_percent)}


def _rank_in_words(edition):
    if not edition.ranked:
        yield _("The units are not ranked.")
    elif edition.rank_on == "shown":
        yield _(
            "Units are ranked within their group by the index as it is shown; equal indexes share "
            "a rank, and the next one is left out (1, 2, 2, 4)."
        )
    else:
        yield _(
            "Units are ranked within their group by the exact index, before rounding; equal "
            "indexes share a rank, and the next one is left out (1, 2, 2, 4)."
        )


def _classes_in_words(edition):
    if edition.classified_by == "none":
        yield _("The portal computes no class; classes are shown as the source announces them.")
    else:
        measure = {
            "index": _("the index"),
            "points": _("the total points"),
            "appraised_points": _("the appraised points, without survey and bonus"),
        }
        yield _("Units are classed by %(measure)s.") % {"measure": measure[edition.classified_by]}
    if edition.origin == "announced":
        yield _("The result is re-entered from an announcement; the portal is not its publisher.")


def _short(value):
    """Return a number without the zeros its column adds: "100", "97,5"."""
    return number_format(value, max(0, -value.normalize().as_tuple().exponent))


def changes_since_last_year(criteria, decimals) -> list[str]:
    """Return what changed in the criteria since the year before, a sentence each.

    Empty where no criterion names its predecessor: there is nothing to compare with.
    """
    if not any(row.previous_id for row in criteria):
        return []
    sentences = []
    for row in criteria:
        words = {"number": row.number, "title": row.title}
        if row.previous is None:
            sentences.append(_("%(number)s. %(title)s is new or was replaced.") % words)
        elif row.previous.max_points != row.max_points:
            old, new = row.previous.max_points, row.max_points
            words |= {
                "old": "—" if old is None else number(old, decimals),
                "new": "—" if new is None else number(new, decimals),
            }
            sentences.append(
                _("%(number)s. %(title)s: the maximum was %(old)s and is %(new)s.") % words
            )
        elif not row.comparable:
            sentences.append(
                _("%(number)s. %(title)s is not comparable with the year before.") % words
            )
    return sentences


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
    words["points"] = _short(year.same_points)
    words["max"] = _short(year.whole)
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
