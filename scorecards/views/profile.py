"""What a unit's page in an edition or a draft says of the unit against its group."""

from django.utils.translation import gettext as _

from scorecards import comparison_in_words, wording
from scorecards.charts.profile import profile_chart
from scorecards.tables.losses import LossTable, loss_rows


def chart_of(edition, result, profile):
    """Return the chart of a unit's `scorecards.peers.Profile`; None without one."""
    if profile is None:
        return None
    return profile_chart(
        profile.fields,
        unit_name=result.unit_name,
        year=edition.year,
        decimals=edition.decimals,
        summary=comparison_in_words.profile_finding(profile, edition.decimals),
        source=wording.source_line(edition),
        illustrative=edition.illustrative,
    )


def context(edition, result, profile, *, page_url, unit_url=""):
    """Return what templates/scorecards/unit_profile.html needs.

    ``unit_url``: address under which each criterion has its page; a draft has none.
    """
    losses = profile.losses if profile else ()
    return {
        "profile_chart": chart_of(edition, result, profile),
        "chart_url": f"{page_url}bieu-do/",
        "losses": LossTable(
            loss_rows(losses, edition.decimals, unit_url=unit_url),
            caption=_("The criteria where most points were lost, the heaviest first."),
        )
        if losses
        else None,
    }
