"""How units stand beside each other and against their group, in the words officials use."""

from django.utils.translation import gettext as _

from scorecards import calculation
from scorecards.wording import number


def profile_finding(profile, decimals) -> str:
    """Return where a unit is strongest and weakest against the median of its group.

    ``profile``: `scorecards.peers.Profile`. A tie is told by the field that stands first.
    """
    compared = [field for field in profile.fields if field.ahead is not None]
    if not compared:
        return _("The fields of this unit cannot be set against its group.")
    strongest = max(compared, key=lambda field: field.ahead)
    weakest = min(compared, key=lambda field: field.ahead)
    if strongest.ahead == weakest.ahead == 0:
        return _("In every field the unit stands at the median of its group.")
    sentences = []
    if strongest.ahead > 0:
        sentences.append(
            _(
                "Strongest against the group: field %(number)s (%(title)s), %(gap)s percentage "
                "points above the median."
            )
            % _of_field(strongest, decimals)
        )
    else:
        sentences.append(_("No field is above the median of the group."))
    if weakest.ahead < 0:
        sentences.append(
            _(
                "Weakest: field %(number)s (%(title)s), %(gap)s percentage points below the "
                "median; %(lost)s of %(max)s points were lost there."
            )
            % _of_field(weakest, decimals)
        )
    else:
        sentences.append(_("No field is below the median of the group."))
    return " ".join(sentences)


def _of_field(field, decimals):
    return {
        "number": field.number,
        "title": field.title,
        "gap": number(abs(field.ahead), decimals),
        "lost": "—" if field.lost is None else number(field.lost, decimals),
        "max": "—" if field.max_points is None else number(field.max_points, decimals),
    }


def comparison_finding(comparison) -> str:
    """Return who is ahead by how much, and where units differ most.

    ``comparison``: `scorecards.comparing.Comparison`; "" of fewer than two units.
    """
    if len(comparison.results) < 2:
        return ""
    places = comparison.edition.decimals
    known = [row for row in comparison.results if row.index_percent is not None]
    if len(known) < 2:
        return _("Fewer than two of these units have an index, so none can be said to be ahead.")
    sentences = [_who_is_ahead(known, places)]
    if widest := _widest_gap(comparison):
        sentences.append(_where_they_differ(widest, places))
    return " ".join(sentences)


def comparison_caveat(comparison) -> str:
    """Return why the points of units must not be set against each other; "" where they may."""
    places = comparison.edition.decimals
    maxima = {row.max_points for row in comparison.results if row.max_points is not None}
    if len(maxima) < 2:
        return ""
    return _(
        "The maxima of these units differ, from %(least)s to %(most)s points: compare their "
        "indexes, not their points."
    ) % {"least": number(min(maxima), places), "most": number(max(maxima), places)}


def _who_is_ahead(rows, places):
    ordered = sorted(rows, key=lambda row: -row.index_percent)
    first, last = ordered[0], ordered[-1]
    gap = calculation.ahead(first.index_percent, last.index_percent)
    words = {
        "first": first.unit_name,
        "last": last.unit_name,
        "highest": f"{number(first.index_percent, places)}%",
        "lowest": f"{number(last.index_percent, places)}%",
        "gap": number(gap, places),
        "count": len(rows),
    }
    if not gap and len(rows) == 2:
        return _("%(first)s and %(last)s have the same index, %(highest)s.") % words
    if not gap:
        return _("All %(count)d units have the same index, %(highest)s.") % words
    if len(rows) == 2:
        return (
            _(
                "%(first)s (%(highest)s) is %(gap)s percentage points ahead of %(last)s "
                "(%(lowest)s)."
            )
            % words
        )
    return (
        _(
            "Of the %(count)d units, %(first)s has the highest index (%(highest)s) and %(last)s "
            "the lowest (%(lowest)s): %(gap)s percentage points between them."
        )
        % words
    )


def _widest_gap(comparison):
    """Return (gap, field, unit ahead, unit behind) of the field that parts units most, or None."""
    gaps = []
    for field in comparison.fields:
        nodes = zip(comparison.results, comparison.of(field.criterion_number), strict=True)
        indexes = [
            (node.index_percent, row.unit_name)
            for row, node in nodes
            if node is not None and node.index_percent is not None
        ]
        if len(indexes) > 1:
            ordered = sorted(indexes, key=lambda pair: -pair[0])
            gap = calculation.ahead(ordered[0][0], ordered[-1][0])
            gaps.append((gap, field, ordered[0][1], ordered[-1][1]))
    return max(gaps, key=lambda entry: entry[0], default=None)


def _where_they_differ(widest, places):
    gap, field, ahead, behind = widest
    if not gap:
        return _("Their indexes are the same in every field.")
    return _(
        "The widest gap is in field %(number)s (%(title)s): %(gap)s percentage points, with "
        "%(ahead)s ahead of %(behind)s."
    ) % {
        "number": field.criterion_number,
        "title": field.title,
        "gap": number(gap, places),
        "ahead": ahead,
        "behind": behind,
    }


def left_out_of_comparison(choice) -> list[str]:
    """Return a sentence for everybody who is not compared, and for whatever was asked in vain.

    ``choice``: `scorecards.comparing.Choice`.
    """
    sentences = []
    if choice.nothing_there and choice.edition:
        sentences.append(
            _("Nothing was published for what you asked; shown is %(group)s, %(year)s.")
            % _of_edition(choice.edition)
        )
    sentences += [
        _("%(unit)s was named twice and is shown once.") % {"unit": name}
        for name in choice.repeated
    ]
    beyond = [row.name for row in choice.left_out if row.why == "beyond_four"]
    if beyond:
        sentences.append(
            _("At most four units stand side by side; left out: %(units)s.")
            % {"units": ", ".join(beyond)}
        )
    return sentences + [
        _why_left_out(row, choice.edition) for row in choice.left_out if row.why != "beyond_four"
    ]


def _of_edition(edition):
    return {"group": edition.group_name, "year": edition.year} if edition else {}


def _why_left_out(row, edition):
    words = {
        "unit": row.name,
        "where": ", ".join(str(one) for one in row.where),
        **_of_edition(edition),
    }
    if row.why == "unknown":
        return _("There is no unit “%(unit)s” here.") % words
    if row.why == "other_group":
        return (
            _(
                "Units are compared within a group only: %(unit)s belongs to %(where)s, the others "
                "to %(group)s."
            )
            % words
        )
    if row.why == "other_year":
        return (
            _(
                "%(unit)s is not in the result of %(year)s; its results in %(group)s are of "
                "%(where)s."
            )
            % words
        )
    return _("No result of %(unit)s has been published.") % words
