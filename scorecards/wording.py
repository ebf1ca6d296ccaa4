"""Published numbers put into the words officials use. It formats; it computes nothing itself."""

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards import calculation


def counts_in_words(counts, units=0) -> str:
    """Return class counts as officials write them: "13 tốt, 5 khá, 2 trung bình".

    ``counts``: objects with class_name and count, best class first; empty classes are left out.
    Of the ``units`` there are, those whose class is unknown come last: "6 tốt, 3 chưa có số liệu".
    """
    counts = list(counts)
    parts = [f"{row.count} {row.class_name.lower()}" for row in counts if row.count]
    return ", ".join(_with_unknown(parts, units - sum(row.count for row in counts)))


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


def number(value, decimals) -> str:
    """Return a number with its decimals as the language at hand writes it: "98,98"."""
    return number_format(value, decimals)
