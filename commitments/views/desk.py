"""What waits for officials: unchecked, overdue and contradictory commitments; check sheets."""

import io
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from commitments import following, wording
from commitments.judging import Wait
from commitments.models import Check, Commitment, Document, Target
from commitments.tables import WaitingTable, waiting_rows
from scorecards.views import trail
from units.models import Authority, Unit
from units.vietnamese import fold


@dataclass(frozen=True)
class Query:
    """What an official asks of the list: ``?don-vi=``, ``?linh-vuc=``, ``?nguoi-theo-doi=``."""

    words: str
    field: str
    inspector: str
    year: str

    def matches(self, standing):
        row = standing.commitment
        return (
            fold(self.words) in fold(row.unit.name)
            and self.field in ("", row.field)
            and self.inspector in ("", str(row.inspector_id or "-"))
            and self.year in ("", str(row.year))
        )


def query_of(request):
    """Return the official's question."""
    asked = {name: request.GET.get(name, "").replace("\0", "").strip() for name in FILTERS}
    return Query(*asked.values())


FILTERS = ("don-vi", "linh-vuc", "nguoi-theo-doi", "nam")


def _readable_authorities(user):
    rows = Authority.objects.order_by("illustrative", "sort_key", "slug")
    return [row for row in rows if user.can_read_drafts(row)]


@never_cache
@login_required
def worklist(request):
    """List what waits in the reader's authority; a superuser chooses one."""
    authorities = _readable_authorities(request.user)
    if not authorities:
        raise Http404
    asked = request.GET.get("co-quan", "")
    authority = next((row for row in authorities if row.slug == asked), None)
    if asked and authority is None:
        raise Http404
    if authority is None:
        own = [row for row in authorities if row.pk == request.user.authority_id]
        authority = (own or authorities)[0]
    standings = _open_standings(authority)
    query = query_of(request)
    found = [one for one in standings if query.matches(one)]
    context = {
        "authority": authority,
        "authorities": authorities,
        "section": "worklist",
        "query": query,
        "lists": [_waiting(wait, found, request.user, authority) for wait in WAITS],
        "finding": _finding(found),
        "targets": _targets_without_end(authority),
        "fields": sorted({one.commitment.field for one in standings} - {""}),
        "years": sorted({one.commitment.year for one in standings}, reverse=True),
        "inspectors": _inspectors(standings),
        "administers": request.user.can_administer(authority),
        "illustrative": authority.illustrative,
        "crumbs": trail.to(trail.authority(authority), trail.page(_("Waiting tasks"))),
    }
    return render(request, "commitments/worklist.html", context)


WAITS = (Wait.OVERDUE, Wait.UNCHECKED, Wait.CONTRADICTORY)


def _open_standings(authority):
    rows = (
        Commitment.objects.filter(
            unit__authority=authority, signed_on__isnull=False, withdrawn_on__isnull=True
        )
        .select_related("unit__authority", "indicator", "criterion__framework", "inspector")
        .order_by("due_on", "unit__position", "unit__sort_key", "pk")
    )
    return following.standings(rows, today=timezone.localdate(), public=False)


def _waiting(wait, standings, user, authority):
    rows = waiting_rows(
        [one for one in standings if wait in one.waits],
        today=timezone.localdate(),
        administers=user.can_administer(authority),
    )
    return {
        "name": wait.value,
        "title": wording.WAITS[wait],
        "number": len(rows),
        "table": WaitingTable(rows, caption=wording.WAIT_CAPTIONS[wait]),
    }


def _finding(standings):
    counts = {wait: sum(wait in one.waits for one in standings) for wait in WAITS}
    parts = [f"{number} {wording.WAITS[wait]}" for wait, number in counts.items() if number]
    total = ngettext(
        "%(count)d signed commitment", "%(count)d signed commitments", len(standings)
    ) % {"count": len(standings)}
    if not parts:
        return _("%(total)s; nothing waits.") % {"total": total}
    return f"{total}: {'; '.join(parts)}."


def _inspectors(standings):
    found = {}
    for one in standings:
        inspector = one.commitment.inspector
        key = str(inspector.pk) if inspector else "-"
        found[key] = (
            inspector.get_full_name() or inspector.get_username() if inspector else _("nobody yet")
        )
    return sorted(found.items(), key=lambda pair: pair[1])


def _targets_without_end(authority):
    """Return in words the targets whose day has passed and whose end no measurement tells."""
    today = timezone.localdate()
    targets = (
        Target.objects.filter(authority=authority, due_on__lt=today)
        .select_related("indicator", "unit")
        .order_by("due_on", "pk")
    )
    return [
        f"{aim.target.indicator.name}: {wording.target_state(aim)}"
        for aim in following.aims(targets, today=today, public=False)
        if aim.reached is None
    ]


@never_cache
@login_required
def document(request, pk):
    """Send a scanned page or a report to officials of its authority."""
    row = get_object_or_404(Document.objects.select_related("authority"), pk=pk)
    if not request.user.can_read_drafts(row.authority):
        raise Http404
    response = FileResponse(
        io.BytesIO(row.content),
        as_attachment=True,
        filename=row.filename,
        content_type=row.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": True}
    return response


@never_cache
@login_required
def check_sheet(request, authority, year, unit):
    """Show the sheet on which a unit's commitments are checked, to be printed."""
    unit = get_object_or_404(
        Unit.objects.select_related("authority"), authority__slug=authority, slug=unit
    )
    if not request.user.can_read_drafts(unit.authority):
        raise Http404
    rows = (
        Commitment.objects.filter(unit=unit, year=year, signed_on__isnull=False)
        .select_related("unit__authority", "indicator", "criterion__framework")
        .order_by("due_on", "pk")
    )
    standings = following.standings(rows, today=timezone.localdate(), public=False)
    if not standings:
        raise Http404(_("This unit has signed no commitment for %(year)s.") % {"year": year})
    context = {
        "authority": unit.authority,
        "section": "worklist",
        "unit": unit,
        "year": year,
        "steps": [label for __, label in Check.Step.choices],
        "rows": [
            {
                "commitment": one.commitment,
                "promised": wording.promised(one.commitment),
                "last": one.last,
                "latest": wording.measured(one.latest, one.commitment.indicator)
                if one.latest
                else "",
            }
            for one in standings
        ],
        "illustrative": unit.authority.illustrative,
        "crumbs": trail.to((_("Waiting tasks"), reverse("worklist")), trail.page(_("Check sheet"))),
    }
    return render(request, "commitments/check_sheet.html", context)
