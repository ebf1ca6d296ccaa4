"""A unit's fields beside the median and the best of its group: where it is strong, where weak."""

from collections.abc import Sequence

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards.charts.chart import Chart, number
from scorecards.charts.lanes import Signs, lanes
from scorecards.peers import Field

_NUMBER = {"td": {"class": "n"}, "th": {"class": "n"}}


class ProfileTable(tables.Table):
    """A unit's fields with what its group has there; what is unknown is a dash."""

    field = tables.Column(gettext_lazy("Field"))
    index = tables.Column(gettext_lazy("Index (%)"), attrs=_NUMBER)
    median = tables.Column(gettext_lazy("Group median (%)"), attrs=_NUMBER)
    best = tables.Column(gettext_lazy("Best of the group (%)"), attrs=_NUMBER)
    lost = tables.Column(gettext_lazy("Points lost"), attrs=_NUMBER)

    class Meta:
        orderable = False


def profile_chart(
    fields: Sequence[Field],
    *,
    unit_name: str,
    year: int,
    decimals: int,
    summary: str,
    source: str,
    illustrative: bool = False,
) -> Chart:
    """Draw a lane for each field: the unit's index, the group's median and the group's best.

    ``fields``: at least one; indexes in percent, None where unknown, which is a lane without its
    sign. ``summary``: the finding (`comparison_in_words.profile_finding`). The axis says where
    it starts.
    """
    title = _("Index of each field: %(unit)s, %(year)s") % {"unit": unit_name, "year": year}
    return Chart(
        slug="ho-so",
        title=title,
        summary=summary,
        spec=lanes(
            [f"{field.number}. {field.title}" for field in fields],
            [
                Signs(
                    unit_name,
                    "circle",
                    "ink",
                    [field.index_percent for field in fields],
                    [_("does not apply") if field.max_points == 0 else "" for field in fields],
                )
            ],
            [
                Signs(
                    _("Median of the group"),
                    "line-ns-open",
                    "ink-soft",
                    [field.median for field in fields],
                ),
                Signs(
                    _("Best of the group"),
                    "diamond-open",
                    "ink-soft",
                    [field.best for field in fields],
                ),
            ],
            title=title,
            decimals=decimals,
        ),
        table=ProfileTable([_row(field, decimals) for field in fields]),
        source=source,
        illustrative=illustrative,
    )


def _row(field: Field, decimals: int) -> dict:
    values = {
        "index": field.index_percent,
        "median": field.median,
        "best": field.best,
        "lost": field.lost,
    }
    return {
        "field": f"{field.number}. {field.title}",
        **{
            name: None if value is None else number(value, decimals)
            for name, value in values.items()
        },
    }
