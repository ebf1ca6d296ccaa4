"""Published numbers put into the words officials use. It formats; it computes nothing itself."""

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
    parts = [f"{whole(row.count)} {row.class_name.lower()}" for row in counts if row.count]
    return ", ".join(_with_unknown(parts, units - sum(row.count for row in counts)))


def counts_of_names(counts, units=0) -> str:
    """Return `counts_in_words` of class name → number of units."""
    rows = [SimpleNamespace(class_name=name, count=count) for name, count in counts.items()]
    return counts_in_words(rows, units)


def _with_unknown(parts, unknown):
    if parts and unknown > 0:
        return [*parts, _("%(count)s with no data yet") % {"count": whole(unknown)}]
    return parts


def whole(count) -> str:
    """Return a whole number with its thousands grouped: "3.321"."""
    return number_format(count, 0, force_grouping=True)


def units_found(found, units) -> str:
    """Return how many of the units a search or a filter has found: "37 / 3.321 đơn vị"."""
    return ngettext(
        "%(found)s of %(units)s unit found.", "%(found)s of %(units)s units found.", units
    ) % {"found": whole(found), "units": whole(units)}


def units_named(count, shown) -> str:
    """Return what is said where a name is that of no unit, or of several of which ``shown`` are
    listed at most."""
    if not count:
        return _("No unit of this list has that name.")
    if count > shown:
        return _("%(count)s units have names like that. The first %(shown)s of them:") % {
            "count": whole(count),
            "shown": shown,
        }
    return _("%(count)s units have names like that. Which one do you mean?") % {
        "count": whole(count)
    }


def rows_left_out(count) -> str:
    """Return the words in place of rows of a table that are not shown: "… 1.204 đơn vị …"."""
    return ngettext(
        "… %(count)s unit is left out here …", "… %(count)s units are left out here …", count
    ) % {"count": whole(count)}


def units_in_class(count, class_name) -> str:
    """Return "14 đơn vị xếp loại tốt" in the language at hand."""
    return ngettext(
        "%(count)s unit classed as %(class)s", "%(count)s units classed as %(class)s", count
    ) % {"count": whole(count), "class": class_name.lower()}


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
    parts += [f"{whole(count)} {name.lower()}" for name, count in others]
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
        yield _("It is never above %(cap)s%%.") % {"cap": short(edition.cap_percent)}


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


def short(value):
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
    return sentences or [_("No criterion and no maximum changed since the year before.")]
