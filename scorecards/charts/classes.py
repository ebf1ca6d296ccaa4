"""How many units are in each class: one bar made of parts, and the officials' own sentence."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scorecards.charts.chart import Chart, figure, known, number, plain
from scorecards.charts.palette import LIGHT
from scorecards.tables.base import class_tone
from scorecards.wording import counts_in_words


class ClassCountTable(tables.Table):
    """The units of each class, best class first."""

    class_name = tables.Column(gettext_lazy("Class"))
    count = tables.Column(gettext_lazy("Units"), attrs={"td": {"class": "n"}, "th": {"class": "n"}})

    class Meta:
        orderable = False


def class_counts_chart(
    counts: Iterable[dict],
    *,
    group_name: str,
    year: int,
    source: str,
    illustrative: bool = False,
) -> Chart:
    """Draw the units of each class as parts of one bar; works where only counts are known.

    ``counts``: one row per class, best first; keys ``class_name`` (str, "" for units without
    one) and ``count`` (int). Classes without units stay out of the picture, not out of the table.
    """
    rows = [
        {"class_name": row["class_name"] or _("Not classified"), "count": int(row["count"])}
        for row in counts
        if known(row["count"])
    ]
    title = _("Units by class: %(group)s, %(year)s") % {"group": group_name, "year": year}
    return Chart(
        slug="xep-loai",
        title=title,
        summary=_summary(rows),
        spec=figure(
            [_part(row) for row in rows if row["count"]] or [_part({"class_name": "", "count": 0})],
            title=title,
            height=190,
            barmode="stack",
            margin={"l": 0, "r": 0, "t": 48, "b": 60},
            bargap=0,
            xaxis={"visible": False, "range": [0, sum(row["count"] for row in rows) or 1]},
            yaxis={"visible": False},
        ),
        table=ClassCountTable(rows),
        source=source,
        illustrative=illustrative,
    )


def _summary(rows: Sequence[dict]) -> str:
    sentence = counts_in_words(SimpleNamespace(**row) for row in rows)
    if not sentence:
        return _("No unit is classified.")
    total = sum(row["count"] for row in rows)
    return ngettext("%(total)s unit: %(counts)s.", "%(total)s units: %(counts)s.", total) % {
        "total": number(total),
        "counts": sentence,
    }


def _part(row: dict) -> dict:
    name, count = plain(row["class_name"]), number(row["count"])
    tone = class_tone(row["class_name"])
    marker = {"color": LIGHT[tone]}
    if tone == "none":
        marker["pattern"] = {"shape": "/", "fgcolor": LIGHT["line"], "bgcolor": LIGHT["paper"]}
    return {
        "type": "bar",
        "orientation": "h",
        "x": [row["count"]],
        "y": [0],
        "name": f"{name}: {count}",
        "text": [count],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": 16, "color": LIGHT["ink-soft" if tone == "none" else "paper"]},
        "marker": marker,
        "hovertemplate": f"{name}: {count}<extra></extra>",
    }
