"""The sentences of the pages that show a criterion or the fields across units; nothing computed."""

from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scorecards.calculation import LEVELS
from scorecards.wording import number

# Names beyond these are counted: the table holds them all.
MOST_NAMES = 3

WHY_NO_CHANGE = {
    "other_unit": gettext_lazy("not in last year's result as the same unit"),
    "other_maximum": gettext_lazy("another maximum last year"),
    "excluded_then": gettext_lazy("did not apply last year"),
    "unknown": gettext_lazy("points unknown in one of the years"),
}


def finding(across):
    """Return the sentences that open the page of a criterion, made from its marks."""
    if across.node.adjusts:
        sentences = [_adjusted(across)]
    elif not across.known:
        sentences = [_("No points are known on this criterion.")]
    else:
        sentences = [_full_and_zero(across)]
        if across.median is not None:
            sentences.append(
                format_html(
                    _("The median is {value} of the maximum."),
                    value=format_html("<b>{}%</b>", number(across.median, across.edition.decimals)),
                )
            )
    if not across.node.adjusts and (unknown := len(across.standing("unknown"))):
        sentences.append(
            ngettext(
                "There is no data for %(count)s unit.",
                "There is no data for %(count)s units.",
                unknown,
            )
            % {"count": number(unknown, 0)}
        )
    if across.excluded:
        sentences.append(
            ngettext(
                "It does not apply to %(count)s unit, which is not counted.",
                "It does not apply to %(count)s units, which are not counted.",
                len(across.excluded),
            )
            % {"count": number(len(across.excluded), 0)}
        )
    return format_html_join(" ", "{}", ((sentence,) for sentence in sentences))


def _full_and_zero(across):
    full, zero = len(across.standing("full")), len(across.standing("zero"))
    words = {
        "full": number(full, 0),
        "zero": number(zero, 0),
        "units": number(len(across.known), 0),
    }
    if across.edition.is_full and full == len(across.known):
        return format_html(
            ngettext("The one unit has full marks.", "All {units} units have full marks.", full),
            **words,
        )
    if across.edition.is_full and not full and not zero:
        return format_html(
            ngettext(
                "The one unit has part of the marks.",
                "None of the {units} units has full marks, and none is without points.",
                len(across.known),
            ),
            **words,
        )
    if across.edition.is_full:
        first = ngettext(
            "{full} of {units} units has full marks; without points: {zero}.",
            "{full} of {units} units have full marks; without points: {zero}.",
            full,
        )
    else:
        first = ngettext(
            "Of {units} unit whose points are known, {full} has full marks; without points: "
            "{zero}.",
            "Of {units} units whose points are known, {full} have full marks; without points: "
            "{zero}.",
            len(across.known),
        )
    return format_html(first, **{**words, "full": format_html("<b>{}</b>", words["full"])})


def _adjusted(across):
    gained, lost = len(across.standing("gained")), len(across.standing("lost"))
    words = {
        "gained": format_html("<b>{}</b>", number(gained, 0)),
        "lost": format_html("<b>{}</b>", number(lost, 0)),
        "units": number(len(across.marks), 0),
    }
    if across.node.kind == "bonus" and not lost:
        sentence = _("Of {units} units, {gained} got points here; they come on top of the others.")
    elif across.node.kind == "penalty" and not gained:
        sentence = _("Of {units} units, {lost} lost points here.")
    else:
        sentence = _("Of {units} units, {gained} got and {lost} lost points here.")
    return format_html(sentence, **words)


def stretch(standing) -> str:
    """Return what the chart calls a stretch of `CriterionAcross.spread`."""
    return {
        "full": _("Full marks (100%)"),
        "part-3": _("From 75% to below 100%"),
        "part-2": _("From 50% to below 75%"),
        "part-1": _("From 25% to below 50%"),
        "part-0": _("Above 0 to below 25%"),
        "zero": _("No points (0%)"),
        "unknown": _("No data yet"),
        "gained": _("Got points"),
        "lost": _("Lost points"),
        "even": _("Neither got nor lost points"),
    }[standing]


def spread_in_words(spread) -> str:
    """Return where most units stand: "Full marks (100%): 17 of 20 units"."""
    total = sum(count for _standing, count in spread)
    if not total:
        return _("It applies to no unit.")
    standing, most = max(spread, key=lambda pair: pair[1])
    return _("Most units: %(stretch)s, %(count)s of %(units)s.") % {
        "stretch": stretch(standing),
        "count": number(most, 0),
        "units": number(total, 0),
    }


def why_not_compared(across) -> str:
    """Return why nothing on the page is compared with the year before; "" if something is."""
    words = {"year": str(across.year_before)}
    return {
        "no_edition": _("There is no published result of %(year)s to compare with.") % words,
        "new": _("This criterion is new: it was not in the criteria of %(year)s.") % words,
        "not_comparable": _(
            "The criterion or its maximum was changed, so the points cannot be compared with "
            "%(year)s."
        )
        % words,
        "other_maximum": _(
            "The maximum was another one in %(year)s, so the points cannot be compared."
        )
        % words,
        "": "",
    }[across.break_]


def changes(across) -> str:
    """Return who gained and who lost since the year before, those who changed most by name."""
    if across.break_:
        return ""
    words = {"year": str(across.year_before)}
    changed = across.changed
    if not changed:
        return _("No unit can be compared with %(year)s on this criterion.") % words
    points = [mark.change for mark in changed]
    words |= {
        "up": number(sum(change > 0 for change in points), 0),
        "down": number(sum(change < 0 for change in points), 0),
        "same": number(points.count(0), 0),
    }
    sentences = [
        _("Compared with %(year)s, %(up)s gained points, %(down)s lost points, %(same)s kept them.")
        % words
    ]
    if max(points) > 0:
        sentences.append(
            _("Gained most: %(units)s.") % {"units": _most(across, changed, max(points))}
        )
    if min(points) < 0:
        sentences.append(
            _("Lost most: %(units)s.") % {"units": _most(across, changed, min(points))}
        )
    if apart := len(across.marks) - len(changed):
        sentences.append(
            ngettext(
                "%(count)s unit cannot be compared; the table says why.",
                "%(count)s units cannot be compared; the table says why.",
                apart,
            )
            % {"count": number(apart, 0)}
        )
    return " ".join(sentences)


def _most(across, changed, change):
    names = [mark.unit_name for mark in changed if mark.change == change]
    words = {"change": signed(change, across.edition.decimals)}
    if len(names) > MOST_NAMES:
        words["count"] = number(len(names), 0)
        return _("%(count)s units, each %(change)s") % words
    return _("%(names)s (%(change)s)") % {**words, "names": ", ".join(names)}


def signed(value, decimals) -> str:
    """Return a change with its sign: "+0,50", "−0,25", "0,00"."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{number(abs(value), decimals)}"


def maximum(across) -> str:
    """Return the maximum of the criterion, or the range where units have their own; "—"."""
    if across.maxima is None:
        return "—"
    lowest, highest = across.maxima
    places = across.edition.decimals
    if lowest == highest:
        return number(highest, places)
    return _("%(lowest)s to %(highest)s, by unit") % {
        "lowest": number(lowest, places),
        "highest": number(highest, places),
    }


def levels() -> list[str]:
    """Return the levels of a field's index in words, from the first: "below 50%", …."""
    floors = [number(floor, 0) for floor in LEVELS]
    return [
        _("below %(end)s%%") % {"end": floors[0]},
        *(
            _("%(start)s to below %(end)s%%") % {"start": start, "end": end}
            for start, end in pairwise(floors)
        ),
        _("%(start)s%% and above") % {"start": floors[-1]},
    ]


def fields_finding(across) -> str:
    """Return which fields are strongest and weakest by their median; "" if none has one."""
    known = [field for field in across.fields if field.median is not None]
    if not known:
        return ""
    best, worst = (pick(field.median for field in known) for pick in (max, min))
    places = across.edition.decimals
    if best == worst:
        if len(known) == 1:
            return _("The median of %(field)s is %(median)s%%.") % {
                "field": _title(known[0]),
                "median": number(best, places),
            }
        return _("All fields have the same median, %(median)s%%.") % {
            "median": number(best, places)
        }
    return _("Strongest by its median: %(best)s (%(high)s%%). Weakest: %(worst)s (%(low)s%%).") % {
        "best": "; ".join(_title(field) for field in known if field.median == best),
        "high": number(best, places),
        "worst": "; ".join(_title(field) for field in known if field.median == worst),
        "low": number(worst, places),
    }


def _title(field):
    return f"{field.node.number}. {field.node.title}"
