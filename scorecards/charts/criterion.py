"""How far units reached on one criterion: a bar for full marks, each quarter, and none."""

from collections.abc import Sequence

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards.charts.chart import Chart, axis, figure, number, plain, texts_at
from scorecards.charts.palette import LIGHT
from scorecards.criteria_in_words import spread_in_words, stretch

TONES = {
    "full": "step-5",
    "part-3": "step-4",
    "part-2": "step-4",
    "part-1": "step-4",
    "part-0": "step-4",
    "zero": "ink-soft",
    "unknown": "none",
    "gained": "step-5",
    "lost": "yeu",
    "even": "ink-soft",
}


class SpreadTable(tables.Table):
    """How many units reached how much of the maximum, the most first."""

    stretch = tables.Column(gettext_lazy("Reached"))
    count = tables.Column(gettext_lazy("Units"), attrs={"td": {"class": "n"}, "th": {"class": "n"}})

    class Meta:
        orderable = False


def spread_chart(
    spread: Sequence[tuple[str, int]], *, title: str, source: str, illustrative: bool = False
) -> Chart:
    """Draw a bar of units for each stretch of the scale; the axis ends with all of them.

    ``spread``: (standing, units), as `criteria_across.CriterionAcross.spread` gives it; stretches
    without units have their row too.
    """
    total = sum(count for _standing, count in spread)
    places = list(range(1, len(spread) + 1))
    words = [plain(stretch(standing)) for standing, _count in spread]
    end = float(total or 1)
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [count],
            "y": [place],
            "width": 0.3,
            "offset": 0.08,
            "name": text,
            "marker": {"color": LIGHT[TONES[standing]]},
            "customdata": [f"{text}<br>{number(count)}"],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for place, text, (standing, count) in zip(places, words, spread, strict=True)
    ]
    values = [number(count) for _standing, count in spread]
    return Chart(
        slug="phan-bo",
        title=title,
        summary=spread_in_words(spread),
        spec=figure(
            [*bars, _texts(words, 0, "top right"), _texts(values, end, "bottom right")],
            title=title,
            height=38 * len(spread) + 140,
            margin={"l": 8, "r": 60, "t": 48, "b": 60},
            xaxis=axis([0, total], _("Units")) | {"range": [0, end], "showgrid": False},
            yaxis={"range": [len(spread) + 0.6, 0.4], "visible": False},
            showlegend=False,
        ),
        table=SpreadTable(
            [{"stretch": stretch(standing), "count": number(count)} for standing, count in spread]
        ),
        source=source,
        illustrative=illustrative,
    )


def _texts(texts: list[str], x: float, side: str) -> dict:
    return texts_at(list(range(1, len(texts) + 1)), texts) | {
        "x": [x] * len(texts),
        "textposition": side,
        "textfont": {"color": LIGHT["ink"]},
    }
