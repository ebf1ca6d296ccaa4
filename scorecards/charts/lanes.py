"""Rows of lanes under their names: a sign for each value on one axis of indexes, the number at
the right. What the charts of a unit against its group and of units side by side share.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from scorecards.charts import svg
from scorecards.charts.chart import figure, index_axis, number, percent, plain
from scorecards.charts.palette import LIGHT

NAME, LANE, GAP = svg.LINE, 1.3, 0.7  # em down: a line of a name, a lane, what parts two rows
VALUES = 0.19  # of the axis, added at its end for the column of numbers
ABOVE = 40  # pixels for the title of the interactive chart
LEGEND = 60  # pixels under the axis


@dataclass(frozen=True)
class Signs:
    """One kind of sign: what it stands for and its value in each row, None where there is none.

    ``without``: for each row the words that then stand in place of the number; "" says "no data".
    """

    name: str
    symbol: str
    colour: str
    values: Sequence[Decimal | None]
    without: Sequence[str] = ()


def lanes(
    names: Sequence[str],
    series: Sequence[Signs],
    marks: Sequence[Signs],
    *,
    title: str,
    decimals: int,
) -> dict:
    """Return the figure: below each of ``names`` a lane for each of ``series``, with its number.

    ``marks`` (a median, a best) stand on every lane that has a sign, and have no number. An unknown
    value has no sign and says so. The axis starts at a ten below the lowest value, never above 50.
    """
    start, end = _scale([*series, *marks])
    last = end + (end - start) * VALUES
    wrapped = [svg.wrapped(name, svg.NARROWEST) for name in names]
    heads, places, depth = _layout(wrapped, len(series))
    drawn = [signs for signs in marks if any(value is not None for value in signs.values)]
    return figure(
        [
            _tracks(places, start, end),
            *(_dots(signs, i, places, decimals) for i, signs in enumerate(series)),
            *(_marks(signs, series, places, decimals) for signs in drawn),
            _names(wrapped, heads, start),
            *(_numbers(signs, i, places, last, decimals) for i, signs in enumerate(series)),
        ],
        title=title,
        height=round(depth * svg.EM) + ABOVE + LEGEND,
        margin={"l": 8, "r": 8, "t": ABOVE, "b": LEGEND},
        xaxis=index_axis(start, end) | {"range": [start, last], "showgrid": True},
        yaxis={"range": [depth, 0], "visible": False},
    )


def _scale(signs: Sequence[Signs]) -> tuple[int, int]:
    values = [float(value) for one in signs for value in one.values if value is not None]
    lowest, highest = min(values, default=0.0), max(values, default=100.0)
    return min(math.floor(lowest / 10) * 10, 50), max(100, math.ceil(highest / 10) * 10)


def _layout(names: Sequence[list[str]], lanes: int):
    """Return the y of each line of the names, of each lane by row, and how deep it all goes."""
    heads, places, depth = [], [], 0.0
    for lines in names:
        heads.append([depth + NAME * (i + 0.5) for i in range(len(lines))])
        depth += NAME * len(lines)
        places.append([depth + LANE * (i + 0.5) for i in range(lanes)])
        depth += LANE * lanes + GAP
    return heads, places, depth


def _tracks(places: Sequence[list[float]], start: float, end: float) -> dict:
    flat = [place for row in places for place in row]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for _place in flat for x in (start, end, None)],
        "y": [y for place in flat for y in (place, place, None)],
        "line": {"color": LIGHT["line"], "width": 2},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _marks(
    signs: Signs, series: Sequence[Signs], places: Sequence[list[float]], decimals: int
) -> dict:
    known = [
        (value, place)
        for i, (value, row) in enumerate(zip(signs.values, places, strict=True))
        if value is not None
        for one, place in zip(series, row, strict=True)
        if one.values[i] is not None
    ]
    size = 17 if signs.symbol == "line-ns-open" else 10
    return _signs(signs, known, size, decimals)


def _dots(signs: Signs, lane: int, places: Sequence[list[float]], decimals: int) -> dict:
    known = [
        (value, row[lane])
        for value, row in zip(signs.values, places, strict=True)
        if value is not None
    ]
    return _signs(signs, known, 11, decimals)


def _signs(signs: Signs, known: Sequence[tuple], size: int, decimals: int) -> dict:
    colour = LIGHT[signs.colour]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [float(value) for value, _place in known],
        "y": [place for _value, place in known],
        "name": plain(signs.name),
        "showlegend": True,
        "marker": {
            "color": colour,
            "size": size,
            "symbol": signs.symbol,
            "line": {"color": colour, "width": 2 if signs.symbol.endswith("-open") else 0},
        },
        "cliponaxis": False,
        "customdata": [percent(value, decimals) for value, _place in known],
        "hovertemplate": f"{plain(signs.name)}: %{{customdata}}<extra></extra>",
    }


def _names(names: Sequence[list[str]], heads: Sequence[list[float]], start: float) -> dict:
    words = [
        (plain(line), y)
        for lines, ys in zip(names, heads, strict=True)
        for line, y in zip(lines, ys, strict=True)
    ]
    return _words(words, start, "middle right", {"color": LIGHT["ink"], "weight": 400})


def _numbers(
    signs: Signs, lane: int, places: Sequence[list[float]], last: float, decimals: int
) -> dict:
    """Return the column of numbers, each on its lane, in words where a value is unknown."""
    without = signs.without or [""] * len(places)
    words = [
        (plain(instead or _("no data")) if value is None else number(value, decimals), row[lane])
        for value, instead, row in zip(signs.values, without, places, strict=True)
    ]
    return _words(words, last, "middle left", {"color": LIGHT[signs.colour], "weight": 650})


def _words(words: Sequence[tuple[str, float]], x: float, position: str, font: dict) -> dict:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x] * len(words),
        "y": [y for _text, y in words],
        "text": [text for text, _y in words],
        "textposition": position,
        "textfont": font,
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }
