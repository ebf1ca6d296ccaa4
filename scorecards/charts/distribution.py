"""How the indexes of a group lie: a dot for each unit, or columns where units are many."""

import itertools
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scorecards.charts.chart import (
    Chart,
    axis,
    class_colour,
    figure,
    index_axis,
    known,
    line_across,
    number,
    percent,
    plain,
)

MOST_DOTS = 60
DOT = 9  # pixels across
DOTS_ABREAST = 30  # so many dots side by side fill the narrowest phone


class Band(Protocol):
    name: str
    floor: Decimal | None
    inclusive: bool
    inferred: bool


class DistributionTable(tables.Table):
    """How many units have an index in each stretch of the scale, lowest first."""

    stretch = tables.Column(gettext_lazy("Index (%)"))
    count = tables.Column(gettext_lazy("Units"), attrs={"td": {"class": "n"}, "th": {"class": "n"}})

    class Meta:
        orderable = False


def distribution_chart(
    results: Sequence[dict],
    *,
    group_name: str,
    year: int,
    decimals: int,
    source: str,
    bands: Sequence[Band] = (),
    mean: Decimal | None = None,
    median: Decimal | None = None,
    illustrative: bool = False,
) -> Chart:
    """Draw where the indexes of a group lie on the scale, with its mean, median and class edges.

    ``results``: one row per unit; keys ``unit_name`` (str), ``index_percent`` (Decimal as
    shown, percent, None where unknown) and ``class_name`` (str, "" where not classified).
    ``bands`` from the top down, only where the class goes by the index; an inferred edge says so.
    Up to 60 units are a dot each, more are counted in columns that include their lower end and
    the last its upper end as well. The scale starts at the ten below the lowest index.
    """
    rows = [row for row in results if known(row["index_percent"])]
    rows.sort(key=lambda row: float(row["index_percent"]))
    title = _("Distribution: %(group)s, %(year)s") % {"group": group_name, "year": year}
    start, end = _scale(rows)
    step = _step(start, end)
    classes = _classes(rows, bands)
    if len(rows) <= MOST_DOTS:
        traces, levels = _dots(rows, classes, decimals, (end - start) / DOTS_ABREAST)
        highest, height, count_axis = levels + 1.5, round((levels + 1.5) * (DOT + 2)), False
    else:
        traces, highest = _columns(rows, classes, start, end, step)
        height, count_axis = 180, True
    return Chart(
        slug="phan-bo",
        title=title,
        summary=_summary(rows, len(results), decimals, mean, median),
        spec=figure(
            traces,
            title=title,
            height=height + 160,
            margin={"l": 48 if count_axis else 16, "r": 16, "t": 48, "b": 100},
            barmode="stack",
            bargap=0,
            xaxis=index_axis(start, end),
            yaxis=_count_axis(highest, visible=count_axis),
            shapes=[*_edges(bands, start, end), *_averages(mean, median, decimals)],
        ),
        table=DistributionTable(list(_stretches(rows, start, end, step))),
        source=source,
        illustrative=illustrative,
    )


def _scale(rows: Sequence[dict]) -> tuple[int, int]:
    indexes = [float(row["index_percent"]) for row in rows] or [0.0]
    return math.floor(min(indexes) / 10) * 10, max(100, math.ceil(max(indexes) / 10) * 10)


def _step(start: int, end: int) -> int:
    return next(step for step in (1, 2, 5, 10, end - start) if (end - start) / step <= 20)


def _classes(rows: Sequence[dict], bands: Sequence[Band]) -> dict[str, str]:
    """Return how each class is called in the legend, best first; with its edge where it is known.

    Classes without units are there too, for their edges are drawn.
    """
    classes = {}
    for above, band in itertools.pairwise([None, *bands]):
        classes[band.name] = _band_words(band, above)
    for row in reversed(rows):
        classes.setdefault(row["class_name"], row["class_name"])
    return classes or {"": ""}


def _dots(
    rows: Sequence[dict], classes: dict[str, str], decimals: int, too_close: float
) -> tuple[list[dict], int]:
    """Return a trace per class with a dot per unit, and how many dots stand on each other.

    A dot goes above those that lie closer than ``too_close``: none covers another.
    """
    traces = {
        name: _trace(name, words, type="scatter", mode="markers") for name, words in classes.items()
    }
    last_at: list[float] = []
    for row in rows:
        index = float(row["index_percent"])
        level = next((i for i, at in enumerate(last_at) if index - at >= too_close), len(last_at))
        last_at[level : level + 1] = [index]
        trace = traces[row["class_name"]]
        trace["x"].append(index)
        trace["y"].append(level + 1)
        trace["customdata"].append(
            f"{plain(row['unit_name'])}<br>{percent(row['index_percent'], decimals)}"
        )
    for trace in traces.values():
        trace["marker"]["size"] = DOT
        if not trace["x"]:
            # plotly.js leaves a trace without points out of the legend.
            trace |= {"x": [None], "y": [None]}
    return list(traces.values()), len(last_at)


def _columns(
    rows: Sequence[dict], classes: dict[str, str], start: int, end: int, step: int
) -> tuple[list[dict], float]:
    """Return a trace per class with a column per stretch of the scale, and the top of the scale."""
    lows = range(start, end, step)
    counts = {name: [0] * len(lows) for name in classes}
    for row in rows:
        counts[row["class_name"]][_column_of(row, start, end, step)] += 1
    traces = [
        _trace(name, words, type="bar", width=step * 0.94)
        | {
            "x": [low + step / 2 for low in lows],
            "y": counts[name],
            "customdata": [
                f"{_stretch(low, step)}<br>{plain(name)} {number(count)}"
                for low, count in zip(lows, counts[name], strict=True)
            ],
        }
        for name, words in classes.items()
    ]
    return traces, max(map(sum, zip(*counts.values(), strict=True))) * 1.1


def _trace(class_name: str, words: str, **kind) -> dict:
    return kind | {
        "x": [],
        "y": [],
        "customdata": [],
        "name": plain(words),
        "showlegend": bool(class_name),
        "marker": {"color": class_colour(class_name)},
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _column_of(row: dict, start: int, end: int, step: int) -> int:
    columns = math.ceil((end - start) / step)
    return min(int((float(row["index_percent"]) - start) // step), columns - 1)


def _stretches(rows: Sequence[dict], start: int, end: int, step: int) -> Iterable[dict]:
    counts = [0] * math.ceil((end - start) / step)
    for row in rows:
        counts[_column_of(row, start, end, step)] += 1
    for i, count in enumerate(counts):
        yield {"stretch": _stretch(start + i * step, step), "count": count}


def _stretch(low: int, step: int) -> str:
    return _("%(low)s to %(high)s") % {"low": number(low), "high": number(low + step)}


def _band_words(band: Band, above: Band | None) -> str:
    """Return a class with its edge: "Tốt > 80%", "Khá ≥ 70% (inferred)", "Kém < 60%"."""
    edge = band if band.floor is not None else above
    if edge is None or edge.floor is None:
        return band.name
    signs = ("≥", ">") if edge is band else ("<", "≤")
    floor = edge.floor.normalize()
    places = max(-floor.as_tuple().exponent, 0)
    words = f"{band.name} {signs[not edge.inclusive]} {percent(floor, places)}"
    return _("%(band)s (inferred)") % {"band": words} if edge.inferred else words


def _edges(bands: Sequence[Band], start: int, end: int) -> list[dict]:
    return [
        line_across(band.floor, dash="dot", colour="none")
        for band in bands
        if band.floor is not None and start < band.floor < end
    ]


def _averages(mean: Decimal | None, median: Decimal | None, decimals: int) -> list[dict]:
    lines = []
    if median is not None:
        name = _("Median %(value)s") % {"value": percent(median, decimals)}
        lines.append(line_across(median, name=name))
    if mean is not None:
        name = _("Mean %(value)s") % {"value": percent(mean, decimals)}
        lines.append(line_across(mean, name=name, dash="dash"))
    return lines


def _count_axis(highest: float, *, visible: bool) -> dict:
    span = {"range": [0, highest], "visible": visible}
    if not visible:
        return span
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if highest / step <= 5)
    return axis(list(range(step, int(highest) + 1, step)), _("Units")) | span


def _summary(
    rows: Sequence[dict],
    all_units: int,
    decimals: int,
    mean: Decimal | None,
    median: Decimal | None,
) -> str:
    if not rows:
        return _("No index is known.")
    sentences = [
        ngettext(
            "The index of %(count)s unit is %(lowest)s.",
            "The indexes of %(count)s units lie between %(lowest)s and %(highest)s.",
            len(rows),
        )
        % {
            "count": number(len(rows)),
            "lowest": percent(rows[0]["index_percent"], decimals),
            "highest": percent(rows[-1]["index_percent"], decimals),
        }
    ]
    if len(rows) > 1 and median is not None and mean is not None:
        sentences.append(
            _("Their median is %(median)s, their mean %(mean)s.")
            % {"median": percent(median, decimals), "mean": percent(mean, decimals)}
        )
    if missing := all_units - len(rows):
        sentences.append(
            ngettext(
                "There is no data for %(count)s unit.",
                "There is no data for %(count)s units.",
                missing,
            )
            % {"count": number(missing)}
        )
    return " ".join(sentences)
