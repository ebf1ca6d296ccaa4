"""What was corrected after publication: every corrected edition, and every number it changed."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards.differences import count_differences, differences, snapshots_of
from scorecards.models.publication import Edition, PublishedCount
from scorecards.tables.errata import DifferenceTable, ErrataTable, difference_rows
from scorecards.views import trail
from scorecards.views.files import edition_metadata, file_name, table_response
from units.models import Authority, Unit


def corrections(**where):
    """Return the public corrected editions, the newest first, with what they correct."""
    return (
        Edition.objects.public()
        .filter(corrects__isnull=False, framework__round=0, **where)
        .with_context()
        .order_by("-public_from", "-sealed_at")
    )


@published
def errata(request, authority, suffix=None):
    """List every correction of an authority."""
    authority = get_object_or_404(Authority, slug=authority)
    editions = list(corrections(framework__group__authority=authority))
    table = ErrataTable(_rows(editions), caption=_("Corrected editions, the newest first"))
    if suffix:
        metadata = {"authority": authority.slug, "authority_name": authority.name}
        name = file_name(authority.slug, "dinh-chinh")
        return table_response(table, suffix, name, metadata)
    context = {
        "authority": authority,
        "section": "results",
        "table": table,
        "illustrative": authority.illustrative,
        "file_url": reverse("errata", args=[authority.slug]).rstrip("/"),
        "crumbs": trail.to(trail.authority(authority), trail.page(_("Corrections"))),
    }
    return render(request, "scorecards/errata.html", context)


def _changes(editions):
    """Return every number that each of ``editions`` changed, by its id; three queries in all."""
    both = {one.pk: one for row in editions for one in (row, row.corrects)}
    taken = snapshots_of(both.values())
    counts = {pk: {} for pk in both}
    for row in PublishedCount.objects.filter(edition__in=both).order_by("position"):
        counts[row.edition_id][row.class_name] = row.count
    return {
        row.pk: [
            *differences(taken[row.corrects_id], taken[row.pk]),
            *count_differences(counts[row.corrects_id], counts[row.pk]),
        ]
        for row in editions
    }


def _rows(editions):
    changes = _changes(editions)
    return [
        {
            "public_from": timezone.localtime(row.public_from).date(),
            "year": row.year,
            "group": row.group.slug,
            "group_name": row.group.name,
            "url": reverse("league_table_version", args=_address(row)),
            "list_url": reverse("edition_errata", args=_address(row)),
            "version": row.version,
            "reason": row.reason,
            "decided_by": row.decided_by or None,
            "changes": len(changes[row.pk]),
            "digest": row.digest,
            "corrected_digest": row.corrects.digest,
        }
        for row in editions
    ]


def _address(edition):
    return [edition.authority.slug, edition.year, edition.group.slug, edition.version]


@published
def edition_errata(request, authority, year, group, version, suffix=None):
    """Show every number that one corrected edition changed."""
    edition = corrections(
        framework__group__authority__slug=authority,
        framework__group__slug=group,
        framework__year=year,
        version=version,
    ).first()
    if edition is None:
        raise Http404(_("This edition corrects no other."))
    found = _changes([edition])[edition.pk]
    slugs = dict(Unit.objects.filter(authority=edition.authority).values_list("pk", "slug"))
    table = DifferenceTable(
        difference_rows(found, edition, slugs),
        caption=_("Every changed number, unit by unit; sums of branches follow from their parts"),
    )
    page_url = reverse("edition_errata", args=_address(edition))
    if suffix:
        name = file_name(authority, year, group, f"v{version}", "dinh-chinh")
        metadata = {**edition_metadata(edition), "corrects": edition.corrects.digest}
        return table_response(table, suffix, name, metadata)
    context = {
        "authority": edition.authority,
        "section": "results",
        "edition": edition,
        "changes": len(found),
        "table": table,
        "illustrative": edition.illustrative,
        "file_url": page_url.rstrip("/"),
        "old_url": reverse(
            "league_table_version", args=[authority, year, group, edition.corrects.version]
        ),
        "new_url": reverse("league_table_version", args=_address(edition)),
        "crumbs": trail.to(
            trail.authority(edition.authority),
            trail.year(edition.authority, year),
            trail.league(edition, reverse("league_table", args=[authority, year, group])),
            trail.page(_("Correction %(version)d") % {"version": version}),
        ),
    }
    return render(request, "scorecards/edition_errata.html", context)
