"""How a result comes about: criteria, rules, classes, applicability, what changed since last year.

Generated from the frameworks behind the year's public editions; their structure is locked.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import wording
from scorecards.models.framework import Criterion
from scorecards.models.publication import Edition, PublishedPoints
from scorecards.tables.method import MethodTable, method_rows
from scorecards.views import trail
from scorecards.views.files import file_name, table_response
from scorecards.views.public import current_editions


@dataclass(frozen=True)
class GroupMethod:
    """The method of one group: its edition, sentences in plain words, and its criteria."""

    edition: Edition
    sentences: list[str]
    bands: list
    table: MethodTable
    changes: list[str]


@published
def method(request, authority, year, suffix=None):
    """Show the method of every group published in a year, plain words first."""
    editions = list(
        current_editions()
        .filter(framework__group__authority__slug=authority, framework__year=year)
        .order_by("framework__group__position")
        .prefetch_related("bands")
    )
    if not editions:
        raise Http404(_("Nothing has been published for %(year)s.") % {"year": year})
    criteria = _criteria_of(editions)
    exceptions = _exceptions_of(editions)
    authority = editions[0].authority
    if suffix:
        rows = [
            row
            for edition in editions
            for row in method_rows(criteria[edition.framework_id], edition, exceptions[edition.pk])
        ]
        metadata = {"authority": authority.slug, "authority_name": authority.name, "year": year}
        name = file_name(authority.slug, year, "phuong-phap")
        return table_response(MethodTable(rows), suffix, name, metadata)
    groups = [
        _group_method(edition, criteria[edition.framework_id], exceptions[edition.pk])
        for edition in editions
    ]
    context = {
        "authority": authority,
        "section": "results",
        "year": year,
        "groups": groups,
        "illustrative": authority.illustrative,
        "file_url": reverse("method", args=[authority.slug, year]).rstrip("/"),
        "crumbs": trail.to(
            trail.authority(authority), trail.year(authority, year), trail.page(_("Method"))
        ),
    }
    return render(request, "scorecards/method.html", context)


def _criteria_of(editions):
    """Return the criteria of each framework in the order of its tree, by framework id."""
    found = defaultdict(list)
    rows = Criterion.objects.filter(framework__in=[row.framework_id for row in editions])
    for row in rows.select_related("previous", "parent").order_by("position", "pk"):
        found[row.framework_id].append(row)
    return found


def _exceptions_of(editions):
    """Return, by edition id and criterion number, the units whose maximum is their own."""
    found = defaultdict(lambda: defaultdict(list))
    rows = (
        PublishedPoints.objects.filter(result__edition__in=editions)
        .exclude(reason="")
        .order_by("result__position")
        .values_list("result__edition", "criterion_number", "result__unit_name", "max_points")
    )
    for edition, number, unit_name, max_points in rows:
        found[edition][number].append((unit_name, max_points))
    return found


def _group_method(edition, criteria, exceptions):
    parents = {row.parent_id for row in criteria}
    leaves = [row for row in criteria if row.pk not in parents]
    bands = list(edition.bands.all())
    return GroupMethod(
        edition=edition,
        sentences=wording.method_in_words(edition, criteria, leaves, exceptions),
        bands=bands,
        table=MethodTable(
            method_rows(criteria, edition, exceptions),
            caption=_("Criteria with their maxima and rules; a branch is the sum of its parts."),
        ),
        changes=wording.changes_since_last_year(criteria, edition.decimals),
    )
