"""Draws a plotly figure as a small SVG that needs no script. Not a second description: all it
shows is read from the figure, and a figure it cannot draw faithfully is refused.

One layout serves every width. Distances across are percentages of the picture, distances down
and letters are in em, so the picture stretches with its column while its text keeps the size of
the text around it, on a phone as on a wall, and grows with the reader's own font size. For the
same reason names stand above their bars: nothing needs a margin whose width must be known.
"""

import html
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scorecards.charts.palette import LIGHT, NAME_OF, PALETTE

FONT_FAMILY = 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif'
EM = 13  # pixels, where nothing else says how large an em is
NARROWEST = 288 / EM  # the column of the narrowest phone (320 px), in em
FILE_WIDTH, FILE_MARGIN = 720, 24

LINE = 1.4  # from one line of text to the next
BARS_END = 0.84  # of the width; the rest is the column of values
MANY_ROWS = 40
CELL = 1.9  # the height of a cell of a heat map, em
CELL_TEXT = 0.8  # its letters, so that "100,00" fits the eighth part of the narrowest phone
DARK_STEPS = ("step-4", "step-5")  # paper is read on them, ink on the others


class Canvas:
    """Turns fractions of the width and em into what an attribute holds."""

    def __init__(self, width: float | None = None):
        """Without a ``width`` in pixels the picture stretches."""
        self.width = width
        self.room = NARROWEST if width is None else width / EM

    def x(self, fraction: float) -> str:
        if self.width is None:
            return f"{_short(fraction * 100)}%"
        return _short(fraction * self.width)

    def em(self, length: float, size: float = 1) -> str:
        """Say a length in em; text of another ``size`` measures in its own em."""
        if self.width is None:
            return f"{_short(length / size)}em"
        return _short(length * EM)


class Drawing(NamedTuple):
    body: str
    height: float  # em


def inline(figure: dict, *, title: str, desc: str) -> str:
    """Return an ``<svg>`` for a page whose style sheet knows the palette's classes."""
    drawing = _draw(figure, Canvas())
    return (
        f'<svg class="chart-svg ink" role="img" width="100%" height="{_short(drawing.height)}em" '
        f'font-size="{EM}"><title>{_escaped(title)}</title><desc>{_escaped(desc)}</desc>'
        f"{drawing.body}</svg>"
    )


def document(figure: dict, *, title: str, desc: str, warning: str = "", source: str = "") -> str:
    """Return a stand-alone SVG file, 720 pixels wide, that says by itself what it shows.

    The title stands above the picture, then the ``warning`` (such as that the data are invented)
    and the finding; the source stands below.
    """
    width = FILE_WIDTH - 2 * FILE_MARGIN
    drawing = _draw(figure, Canvas(width))
    heading = wrapped(title, width / 17)
    finding = wrapped(desc, width / EM)
    footing = wrapped(source, width / 12) if source else []
    warned = FILE_MARGIN + 23 * len(heading) + 16
    found = warned + 20 if warning else warned
    top = found + 20 * len(finding)
    bottom = top + drawing.height * EM + 22
    height = _short(bottom + 17 * len(footing) + FILE_MARGIN - 12)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ink" role="img" width="{FILE_WIDTH}" '
        f'height="{height}" viewBox="0 0 {FILE_WIDTH} {height}" font-size="{EM}">'
        f"<title>{_escaped(title)}</title><desc>{_escaped(desc)}</desc><style>{_style()}</style>"
        f'<rect class="paper" width="100%" height="100%"/>'
        f'<g font-size="17" font-weight="650">{_lines(heading, FILE_MARGIN + 15, 23)}</g>'
        f'<g font-weight="650">{_lines([warning] if warning else [], warned, 20)}</g>'
        f"<g>{_lines(finding, found, 20)}</g>"
        f'<g transform="translate({FILE_MARGIN} {top})">{drawing.body}</g>'
        f'<g class="ink-soft" font-size="12">{_lines(footing, bottom, 17)}</g></svg>\n'
    )


def wrapped(text: str, room: float, limit: int = 9) -> list[str]:
    """Return ``text`` in as few lines of at most ``room`` em as its words allow.

    Beyond ``limit`` lines the last takes all the rest. Widths are estimates: letters differ.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer) > room and lines[-1] and len(lines) < limit:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def width_of(text: str) -> float:
    """Return the estimated width of ``text`` in em, on the safe side for common sans-serifs."""
    return sum(_LETTER_WIDTHS.get(letter, 0.58) for letter in text)


_LETTER_WIDTHS = {
    **dict.fromkeys("iíìỉĩịjlItfr.,:;'’!|()[]/- ", 0.32),
    **dict.fromkeys("mwMW%", 0.88),
    **dict.fromkeys("ABCDĐEGHKNOPQRSTUVXYÂÁÀẢÃẠĂÊÉÔÓƠƯÚ&", 0.68),
}


def _draw(figure: dict, canvas: Canvas) -> Drawing:
    traces, layout = figure["data"], figure["layout"]
    kinds = {(trace["type"], trace.get("orientation")) for trace in traces}
    if not kinds or layout.get("annotations"):
        raise ValueError("no drawing for an empty figure, nor for annotations: use the legend")
    if traces[0]["type"] == "heatmap":
        return _cells(traces, layout, canvas)
    if kinds == {("bar", "h")} and layout.get("barmode") == "stack":
        return _strip(traces, layout, canvas)
    if ("bar", "h") in kinds and kinds <= {("bar", "h"), ("scatter", None)}:
        return _rows(traces, layout, canvas)
    if kinds <= {("bar", None), ("scatter", None)}:
        return _plane(traces, layout, canvas)
    raise ValueError(f"no drawing for traces of {sorted(map(str, kinds))}")


def _rows(traces: list[dict], layout: dict, canvas: Canvas) -> Drawing:
    """Draw horizontal bars from 0. A row is a y: texts at 0 are its name, which stands above its
    bar, texts at the end of the axis are its value, which stands at the right."""
    start, end = layout["xaxis"]["range"]
    if start != 0:
        raise ValueError("bars start at 0")
    bars = [trace for trace in traces if trace["type"] == "bar"]
    names, values = _columns_of_text(traces, end)
    pitch, thickness = (2.5, 0.5) if len(names) > MANY_ROWS else (3.0, 0.8)
    head, top = _legend(traces, layout, canvas, 0)
    top += 0.4 if head else 0

    bar_tops, body = {}, head
    for place in sorted(names):
        for line in names[place][0].split("<br>"):
            body += f'<text y="{canvas.em(top + 1)}">{_text(line)}</text>'
            top += LINE
        bar_tops[place] = top + 0.1
        top += pitch - LINE

    lengths = Lengths(canvas, end, thickness)
    body += lengths.tracks([bar_tops[y] for trace in bars for y in _measured(trace)])
    body += "".join(lengths.bars(trace, bar_tops) for trace in bars)
    body += '<g text-anchor="end" font-weight="650">'
    for place, (text, colour) in values.items():
        y = canvas.em(bar_tops[place] + thickness / 2 + 0.36)
        soft = "" if _name(colour) == "ink" else ' class="ink-soft halo" font-weight="400"'
        body += f'<text{soft} x="{canvas.x(1)}" y="{y}">{_text(text)}</text>'
    body += "</g>"
    for shape in layout.get("shapes", ()):
        at = _vertical(shape) / end * BARS_END
        body += _ticks(shape, at, sorted(bar_tops.values()), thickness, canvas)
    return Drawing(body, top)


class Lengths:
    """Draws what is as long as a number says, on an axis from 0 to ``end``."""

    def __init__(self, canvas: Canvas, end: float, thickness: float):
        self._canvas, self._end, self._thickness = canvas, end, thickness

    def tracks(self, tops: list[float]) -> str:
        """Return the whole length of the axis behind each bar."""
        rects = "".join(self._rect(top, self._end) for top in tops)
        return f"<g{_fill_of('wash')}>{rects}</g>" if rects else ""

    def bars(self, trace: dict, tops: dict[float, float]) -> str:
        if _is_hatched(trace):
            across = (0, BARS_END)
            return "".join(
                _hatch(trace, self._canvas, across, tops[y], self._thickness) for y in trace["y"]
            )
        rects = "".join(
            self._rect(tops[y], length) for length, y in zip(trace["x"], trace["y"], strict=True)
        )
        return f"<g{_fill(trace['marker']['color'])}>{rects}</g>"

    def _rect(self, top: float, length: float) -> str:
        width = self._canvas.x(max(length, 0) / self._end * BARS_END)
        height = self._canvas.em(self._thickness)
        return f'<rect y="{self._canvas.em(top)}" width="{width}" height="{height}"/>'


def _columns_of_text(traces: list[dict], end: float) -> tuple[dict, dict]:
    """Return the texts and their colours by y, those at 0 and those at the end of the axis."""
    columns: dict[float, dict] = {0: {}, end: {}}
    for trace in traces:
        if trace["type"] == "bar":
            continue
        if trace["mode"] != "text" or set(trace["x"]) - set(columns):
            raise ValueError("beside horizontal bars stand texts alone, at either end of the axis")
        colours = _each(trace["textfont"]["color"], len(trace["x"]))
        for x, y, text, colour in zip(trace["x"], trace["y"], trace["text"], colours, strict=True):
            columns[x][y] = (text, colour)
    return columns[0], columns[end]


def _measured(trace: dict) -> list[float]:
    return [] if _is_hatched(trace) else trace["y"]


def _ticks(shape: dict, at: float, tops: list[float], thickness: float, canvas: Canvas) -> str:
    """Draw a line across bars alone, leaving the names between them readable: dashes and gaps."""
    beyond = 0.2
    dash = thickness + 2 * beyond
    gaps = [lower - upper - dash for upper, lower in itertools.pairwise(tops)]
    if len(set(gaps)) > 1:
        pattern = [length for gap in gaps for length in (dash, gap)] + [dash, 0]
    else:
        pattern = [dash, *gaps[:1]]
    dashes = " ".join(canvas.em(length) for length in pattern)
    return _line(
        canvas, (at, tops[0] - beyond), (at, tops[-1] + thickness + beyond), shape["line"], dashes
    )


def _strip(traces: list[dict], layout: dict, canvas: Canvas) -> Drawing:
    """Draw one bar made of parts, the number in each that has room, and what the parts are."""
    parts = [(trace, *trace["x"]) for trace in traces if len(trace["x"]) == 1]
    if len(parts) != len(traces):
        raise ValueError("a stacked bar is drawn with one part per trace")
    total = sum(size for _trace, size in parts) or 1
    at, rects, numbers = 0.0, [], []
    for trace, size in parts:
        share, value = size / total, _texts(trace)[0]
        if _is_hatched(trace):
            rects.append(_hatch(trace, canvas, (at, at + share), 0, 3))
        else:
            rects.append(
                f'<rect{_fill(trace["marker"]["color"])} x="{canvas.x(at)}" '
                f'width="{canvas.x(share)}" height="{canvas.em(3)}"/>'
            )
        if share * canvas.room > 1.2 * width_of(value) + 0.3:
            x, y = canvas.x(at + share / 2), canvas.em(1.95, 1.2)
            halo = "halo" if _is_hatched(trace) else "on-tone"
            numbers.append(f'<text class="{halo}" x="{x}" y="{y}">{_text(value)}</text>')
        at += share
    legend, bottom = _legend(traces, layout, canvas, 3.5)
    return Drawing(
        f'<g class="s-paper" stroke-width="2">{"".join(rects)}</g>'
        f'<g text-anchor="middle" font-weight="650" font-size="{canvas.em(1.2)}">'
        f"{''.join(numbers)}</g>"
        f"{legend}",
        bottom,
    )


def _cells(traces: list[dict], layout: dict, canvas: Canvas) -> Drawing:
    """Draw a heat map: above each line of cells its name, in each cell its text. A cell without a
    value is hatched, or shows its text alone. What the columns are is said below."""
    heat, names, *legend = traces
    if names.get("mode") != "text" or any(trace.get("x") != [None] for trace in legend):
        raise ValueError("beside a heat map stand its names and the entries of its legend alone")
    across = layout["xaxis"]
    body, top = _legend(legend, layout, canvas, 0)
    top += 0.6
    step = 1 / len(across["ticktext"])
    heads = "".join(
        f'<text x="{canvas.x((i + 0.5) * step)}" y="{canvas.em(top + 1)}">{_text(name)}</text>'
        for i, name in enumerate(across["ticktext"])
    )
    body += f'<g class="ink-soft" text-anchor="middle">{heads}</g>'
    top += LINE
    for name, values, texts in zip(names["text"], heat["z"], heat["text"], strict=True):
        for line in wrapped(html.unescape(name), canvas.room):
            body += f'<text y="{canvas.em(top + 1)}">{_escaped(line)}</text>'
            top += LINE
        for i, (value, text) in enumerate(zip(values, texts, strict=True)):
            body += _cell(heat, value, text, (i * step, step), top, canvas)
        top += CELL + 0.4
    for title in _axis_title(across).split("<br>"):
        for line in wrapped(html.unescape(title), canvas.room):
            body += f'<text class="ink-soft" y="{canvas.em(top + 1)}">{_escaped(line)}</text>'
            top += LINE
    return Drawing(body, top)


def _cell(
    heat: dict,
    value: float | None,
    text: str,
    across: tuple[float, float],
    top: float,
    canvas: Canvas,
) -> str:
    """Draw one cell and its text, which is ink or paper, whichever can be read on its colour."""
    left, width = across
    gap = 0.003
    if value is None and not text:
        hatched = {"marker": {"pattern": {"fgcolor": LIGHT["none"]}}}
        return _hatch(hatched, canvas, (left, left + width - gap), top, CELL)
    x, y = canvas.x(left + width / 2), canvas.em(top + CELL / 2 + 0.31, CELL_TEXT)
    rect, tone = "", "ink-soft"
    if value is not None:
        colour = _colour_at(heat, value)
        tone = "on-tone" if _name(colour) in DARK_STEPS else "ink"
        rect = (
            f'<rect{_fill(colour)} x="{canvas.x(left)}" y="{canvas.em(top)}" '
            f'width="{canvas.x(width - gap)}" height="{canvas.em(CELL)}"/>'
        )
    return (
        f'{rect}<text class="{tone}" x="{x}" y="{y}" text-anchor="middle" '
        f'font-size="{canvas.em(CELL_TEXT)}">{_text(text)}</text>'
    )


def _colour_at(heat: dict, value: float) -> str:
    """Return the colour of the step of the scale that holds ``value``."""
    fraction = (value - heat["zmin"]) / (heat["zmax"] - heat["zmin"])
    found = heat["colorscale"][0][1]
    for start, colour in heat["colorscale"][::2]:
        if fraction >= start:
            found = colour
    return found


def _plane(traces: list[dict], layout: dict, canvas: Canvas) -> Drawing:
    """Draw columns, points and lines over two linear axes; an unknown value is a gap.

    Where the scale runs downwards, rows stand below each other under vertical lines.
    """
    head, top = "", 0.6
    if title := _axis_title(layout["yaxis"]):
        head = f'<text class="ink-soft" y="{canvas.em(1)}">{_text(title)}</text>'
        top += LINE
    if layout["xaxis"].get("side") == "top":
        top += LINE
    plane = Plane(layout, top)
    grid, ticks = _axes(layout, plane, canvas)
    body = ""
    for trace, bases in _stacked(traces, layout):
        body += _columns(trace, bases, plane, canvas) if trace["type"] == "bar" else ""
        body += _points(trace, plane, canvas) if trace["type"] == "scatter" else ""
    for shape in layout.get("shapes", ()):
        at = plane.across(_vertical(shape))
        body += _line(canvas, (at, plane.top), (at, plane.bottom), shape["line"])
    bottom = plane.bottom + (0.4 if layout["xaxis"].get("side") == "top" else 1.8)
    if title := _axis_title(layout["xaxis"]):
        head += f'<text class="ink-soft" y="{canvas.em(bottom + 1)}">{_text(title)}</text>'
        bottom += LINE
    legend, bottom = _legend(traces, layout, canvas, bottom + 0.2)
    return Drawing(head + grid + body + ticks + legend, bottom)


class Plane:
    """Where a pair of values lies: a fraction across, em down."""

    def __init__(self, layout: dict, top: float):
        margin = layout["margin"]
        self.top = top
        self.bottom = top + (layout["height"] - margin["t"] - margin["b"]) / EM
        self._x, self._y = layout["xaxis"]["range"], layout["yaxis"]["range"]

    @property
    def reads_down(self) -> bool:
        """Say whether the scale runs downwards, as where rows stand below each other."""
        return self._y[0] > self._y[1]

    def across(self, value: float) -> float:
        start, end = self._x
        return (value - start) / (end - start)

    def down(self, value: float) -> float:
        start, end = self._y
        return self.bottom - (value - start) / (end - start) * (self.bottom - self.top)


def _axes(layout: dict, plane: Plane, canvas: Canvas) -> tuple[str, str]:
    """Return the lines that lie under the data and the numbers that lie over them."""
    across, down = layout["xaxis"], layout["yaxis"]
    visible, above = down.get("visible", True), across.get("side") == "top"
    heights, labels = [], []
    if not above and (not visible or down["range"][0] == 0):
        heights.append(plane.bottom)
    if visible:
        for value, label in zip(down["tickvals"], down["ticktext"], strict=True):
            heights.append(plane.down(value))
            labels.append(
                f'<text class="ink-soft halo" y="{canvas.em(heights[-1] - 0.3)}">'
                f"{_text(label)}</text>"
            )
    y = canvas.em(plane.top - 0.5 if above else plane.bottom + 1.3)
    for value, label in zip(across["tickvals"], across["ticktext"], strict=True):
        at = plane.across(value)
        anchor = "start" if at < 0.03 else "end" if at > 0.97 else "middle"
        labels.append(
            f'<text class="ink-soft" x="{canvas.x(at)}" y="{y}" text-anchor="{anchor}">'
            f"{_text(label)}</text>"
        )
    grid = "".join(
        f'<line x2="{canvas.x(1)}" y1="{canvas.em(height)}" y2="{canvas.em(height)}"/>'
        for height in heights
    )
    if plane.reads_down and across.get("showgrid"):
        top, bottom = canvas.em(plane.top), canvas.em(plane.bottom)
        places = (canvas.x(plane.across(value)) for value in across["tickvals"])
        grid += "".join(f'<line x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>' for x in places)
    return f"<g{_stroke_of('line')}>{grid}</g>", "".join(labels)


def _stacked(traces: list[dict], layout: dict) -> Iterable[tuple[dict, list[float]]]:
    """Yield each trace with what its columns stand on."""
    heights: dict[float, float] = {}
    for trace in traces:
        bases = [0.0] * len(trace["x"])
        if trace["type"] == "bar" and layout.get("barmode") == "stack":
            for i, (place, height) in enumerate(zip(trace["x"], trace["y"], strict=True)):
                bases[i] = heights.get(place, 0.0)
                heights[place] = bases[i] + (height or 0)
        yield trace, bases


def _columns(trace: dict, bases: list[float], plane: Plane, canvas: Canvas) -> str:
    """Draw columns, and the text of each that has room for it."""
    hatched = _is_hatched(trace)
    rects, numbers = [], []
    for x, height, base, text in zip(trace["x"], trace["y"], bases, _texts(trace), strict=True):
        if not height:
            continue
        left, right = (plane.across(x + side * trace["width"] / 2) for side in (-1, 1))
        top, bottom = plane.down(base + height), plane.down(base)
        if hatched:
            rects.append(_hatch(trace, canvas, (left, right), top, bottom - top))
        else:
            rects.append(
                f'<rect x="{canvas.x(left)}" y="{canvas.em(top)}" '
                f'width="{canvas.x(right - left)}" height="{canvas.em(bottom - top)}"/>'
            )
        if text and bottom - top > 1.2 and (right - left) * canvas.room > width_of(text):
            numbers.append(
                f'<text class="{"halo" if hatched else "on-tone"}" x="{canvas.x(plane.across(x))}" '
                f'y="{canvas.em((top + bottom) / 2 + 0.36)}">{_text(text)}</text>'
            )
    colour = trace["marker"]["color"]
    drawn = f'<g{_fill(colour)} stroke-width="2">{"".join(rects)}</g>'
    if numbers:
        drawn += f'<g text-anchor="middle" font-weight="650">{"".join(numbers)}</g>'
    return drawn


def _points(trace: dict, plane: Plane, canvas: Canvas) -> str:
    """Draw a scatter trace: lines between neighbours that are both known, then dots, then texts."""
    places = [
        None if x is None or y is None else (plane.across(x), plane.down(y))
        for x, y in zip(trace["x"], trace["y"], strict=True)
    ]
    parts = []
    if "lines" in trace["mode"]:
        for start, end in itertools.pairwise(places):
            if start and end:
                parts.append(_line(canvas, start, end, trace["line"]))
    if "markers" in trace["mode"]:
        parts.append(_markers(trace["marker"], [place for place in places if place], canvas))
    if "text" in trace["mode"]:
        sides = _each(trace["textposition"], len(places))
        for place, text, side in zip(places, _texts(trace), sides, strict=True):
            if place and text:
                parts.append(_word(text, place, side, trace.get("textfont", {}), canvas))
    return "".join(parts)


# Shapes around (0, 0), each as large to the eye as the dot of the same size; 10 across.
_SHAPES = {
    "square": "M-4.4-4.4H4.4V4.4H-4.4z",
    "diamond": "M0-6 6 0 0 6-6 0z",
    "diamond-open": "M0-6 6 0 0 6-6 0z",
    "triangle-up": "M0-5.6 5.6 4.2H-5.6z",
}


def _markers(marker: dict, places: Sequence[tuple[float, float]], canvas: Canvas) -> str:
    """Draw the signs of a trace; an upright line has a width of its own, as plotly wants it."""
    symbol, size = marker.get("symbol", "circle"), marker["size"] / EM
    if symbol == "line-ns-open":
        line = {"color": marker["color"], "width": marker["line"]["width"]}
        return "".join(_line(canvas, (x, y - size / 2), (x, y + size / 2), line) for x, y in places)
    if symbol == "circle":
        radius = canvas.em(size / 2)
        signs = (f'cx="{canvas.x(x)}" cy="{canvas.em(y)}" r="{radius}"' for x, y in places)
        return f"<g{_fill(marker['color'])}>{''.join(f'<circle {sign}/>' for sign in signs)}</g>"
    if symbol not in _SHAPES:
        raise ValueError(f"no drawing for the symbol {symbol}")
    # The origin of the inner picture lies on the value; what is drawn around it overflows.
    side = canvas.em(size)
    signs = "".join(
        f'<svg x="{canvas.x(x)}" y="{canvas.em(y)}" width="{side}" height="{side}" '
        f'viewBox="0 0 10 10" overflow="visible"><path d="{_SHAPES[symbol]}"/></svg>'
        for x, y in places
    )
    if symbol.endswith("-open"):
        return f'<g fill="none" stroke-width="1.6"{_stroke(marker["color"])}>{signs}</g>'
    return f"<g{_fill(marker['color'])}>{signs}</g>"


_ANCHORS = {"left": "end", "center": "middle", "right": "start"}
_BESIDE = {"bottom": 1.5, "middle": 0.36, "top": -0.7}  # em from a value down to its word


def _word(text: str, place: tuple[float, float], position: str, font: dict, canvas: Canvas) -> str:
    """Write a word above, below or beside a value; bold unless its font says otherwise.

    Beside a value it may have several lines, which stand around its height.
    """
    height, side = position.split()
    lines = text.split("<br>")
    first = place[1] + _BESIDE[height] - LINE * (len(lines) - 1) / 2
    colour = _name(font["color"]) if "color" in font else "ink"
    classes = "halo" if colour == "ink" else f"{_fill_class(colour)} halo"
    return "".join(
        f'<text class="{classes}" x="{canvas.x(place[0])}" y="{canvas.em(first + LINE * i)}" '
        f'text-anchor="{_ANCHORS[side]}" font-weight="{font.get("weight", 650)}">'
        f"{_text(line)}</text>"
        for i, line in enumerate(lines)
    )


def _legend(traces: list[dict], layout: dict, canvas: Canvas, top: float) -> tuple[str, float]:
    """Return what each colour and line stands for, in lines of text, and where they end."""
    entries = [
        (_swatch(item), html.unescape(item["name"]))
        for item in [*traces, *layout.get("shapes", ())]
        if item.get("showlegend", item.get("type") != "line") and item.get("name")
    ]
    if not layout.get("showlegend") or not entries:
        return "", top
    body, room = "", 0.0
    for (colour, sign), name in entries:
        first, *more = wrapped(name, canvas.room - 1.5)
        width = width_of(first) + 2.6
        if width > room:
            top += LINE
            room = canvas.room + 1.2
            body += f'{"</text>" if body else ""}<text y="{canvas.em(top - 0.3)}">'
            gap = ""
        else:
            gap = f' dx="{canvas.em(1.2)}"'
        body += f"<tspan{_fill(colour)}{gap}>{sign}</tspan> {_escaped(first)}"
        room -= width
        for line in more:
            top += LINE
            body += f'<tspan x="0" y="{canvas.em(top - 0.3)}">{_escaped(line)}</tspan>'
            room = 0.0
    return f"{body}</text>", top + 0.3


_SIGNS = {
    "circle": "●",
    "square": "■",
    "diamond": "◆",
    "diamond-open": "◇",
    "triangle-up": "▲",
    "line-ns-open": "|",
}


def _swatch(item: dict) -> tuple[str, str]:
    """Return the colour and the letter that stand for a trace or a shape."""
    if item["type"] == "bar":
        return item["marker"]["color"], "▨" if _is_hatched(item) else "■"
    if item["type"] == "line":
        return item["line"]["color"], "|" if item["line"].get("dash", "solid") == "solid" else "¦"
    if "lines" not in item["mode"]:
        return item["marker"]["color"], _SIGNS[item["marker"].get("symbol", "circle")]
    return item["line"]["color"], _STROKES[item["line"].get("dash", "solid")]


_STROKES = {"solid": "—", "dash": "- -", "dot": "···"}
_DASHES = {"dash": "6 4", "dot": "2 3"}


def _line(
    canvas: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    line: dict,
    dashes: str = "",
) -> str:
    dashes = dashes or _DASHES.get(line.get("dash"), "")
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line{_stroke(line["color"])} stroke-width="{_short(line["width"])}"{dashed} '
        f'x1="{canvas.x(start[0])}" y1="{canvas.em(start[1])}" '
        f'x2="{canvas.x(end[0])}" y2="{canvas.em(end[1])}"/>'
    )


def _hatch(
    trace: dict, canvas: Canvas, across: tuple[float, float], top: float, thickness: float
) -> str:
    """Draw the area of an unknown value: stripes of one dashed line, as a pattern needs an id."""
    start, end = (canvas.x(fraction) for fraction in across)
    y = canvas.em(top + thickness / 2)
    return (
        f"<line{_stroke(trace['marker']['pattern']['fgcolor'])} "
        f'stroke-width="{canvas.em(thickness)}" stroke-dasharray="2 3" '
        f'x1="{start}" y1="{y}" x2="{end}" y2="{y}"/>'
    )


def _vertical(shape: dict) -> float:
    if shape["type"] != "line" or shape["x0"] != shape["x1"] or shape.get("yref") != "paper":
        raise ValueError("the only shape that can be drawn is a vertical line")
    return shape["x0"]


def _is_hatched(trace: dict) -> bool:
    return bool(trace.get("marker", {}).get("pattern", {}).get("shape"))


def _texts(trace: dict) -> list[str]:
    return _each(trace.get("text", ""), len(trace["x"]))


def _each(value: object, count: int) -> list:
    return list(value) if isinstance(value, list | tuple) else [value] * count


def _axis_title(axis: dict) -> str:
    return axis.get("title", {}).get("text", "")


def _name(colour: str) -> str:
    try:
        return NAME_OF[colour]
    except KeyError:
        raise ValueError(f"{colour} is not in the palette") from None


def _fill(colour: str) -> str:
    return _fill_of(_name(colour))


def _stroke(colour: str) -> str:
    return _stroke_of(_name(colour))


def _fill_of(name: str) -> str:
    # The attribute is for places without a style sheet; a class wins over it.
    return f' class="{_fill_class(name)}" fill="{PALETTE[name][0]}"'


def _fill_class(name: str) -> str:
    return name if name in ("ink", "ink-soft", "paper", "wash", "line") else f"t-{name}"


def _stroke_of(name: str) -> str:
    return f' class="s-{name}" stroke="{PALETTE[name][0]}"'


def _text(text: str) -> str:
    """Return a text of the figure, where "&lt;" stands for "<"."""
    return _escaped(html.unescape(text))


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _lines(lines: Sequence[str], top: float, step: float) -> str:
    return "".join(
        f'<text x="{FILE_MARGIN}" y="{_short(top + i * step)}">{_escaped(line)}</text>'
        for i, line in enumerate(lines)
    )


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _style() -> str:
    """Return the rules of the classes: portal.css in small, for a file that stands alone."""
    rules = f"text{{font-family:{FONT_FAMILY};font-variant-numeric:tabular-nums}}"
    rules += ".halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}"
    light = {name: colours[0] for name, colours in PALETTE.items()}
    dark = {name: colours[1] for name, colours in PALETTE.items()}
    return (
        f"{rules}{_colour_rules(light)}@media(prefers-color-scheme:dark){{{_colour_rules(dark)}}}"
    )


def _colour_rules(colours: dict[str, str]) -> str:
    fills = "".join(
        f".{_fill_class(name)}{{fill:{colour}}}.s-{name}{{stroke:{colour}}}"
        for name, colour in colours.items()
    )
    paper = colours["paper"]
    return f"{fills}.on-tone{{fill:{paper}}}.halo{{stroke:{paper}}}"
