"""What pages of results show of commitments: a block on a unit's page and on a decision's."""

from django import template
from django.utils import timezone

from commitments import following, wording
from commitments.judging import verdicts
from commitments.models import Commitment, Target

register = template.Library()


@register.inclusion_tag("commitments/unit_block.html")
def unit_commitments(unit):
    """Show the newest year of a unit's public commitments in short; nothing if it has none."""
    rows = list(
        Commitment.objects.filter(unit=unit, public=True)
        .select_related("unit__authority", "indicator", "criterion__framework")
        .order_by("-year", "due_on", "pk")
    )
    if not rows:
        return {"standings": []}
    newest = [row for row in rows if row.year == rows[0].year]
    standings = following.standings(newest, today=timezone.localdate(), public=True)
    return {
        "unit": unit,
        "authority": unit.authority,
        "year": rows[0].year,
        "standings": standings,
        "steps": wording.counts_of_steps(standings),
        "closing": wording.closing(verdicts(one.outcome for one in standings)),
        "other_years": sorted({row.year for row in rows} - {rows[0].year}, reverse=True),
    }


@register.inclusion_tag("commitments/decision_block.html")
def decision_commitments(authority, year):
    """Show what became of the commitments for ``year`` and what is aimed at in the year after."""
    rows = list(
        Commitment.objects.filter(unit__authority=authority, public=True, year__in=[year, year + 1])
        .select_related("unit__authority", "indicator", "criterion__framework")
        .order_by("pk")
    )
    promised = [row for row in rows if row.year == year]
    outcomes = following.outcomes_of(promised) if promised else {}
    targets = Target.objects.filter(authority=authority, public=True, due_on__year=year + 1)
    return {
        "authority": authority,
        "year": year,
        "next_year": year + 1,
        "closing": wording.closing(verdicts(outcomes.values())),
        "promised": len(promised),
        "next": sum(row.year == year + 1 for row in rows),
        "targets": list(targets.select_related("indicator").order_by("due_on", "pk")),
    }
