"""What a chart is: one plotly figure that travels with its finding, its numbers and its source."""

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import django_tables2 as tables
from django.utils.formats import get_format, number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from scorecards.charts import svg
from scorecards.charts.palette import LIGHT, NAME_OF
from scorecards.tables.base import class_tone


@dataclass(frozen=True)
class Chart:
    """A picture of published numbers that can be read without seeing it.

    ``summary`` is the finding in a sentence or two, made from the numbers. ``table`` holds the
    numbers, or is None where the page already shows them. ``spec`` is the plotly figure as a
    dictionary (`figure` makes it). Title, summary and source are plain text; every text inside
    ``spec`` is escaped (`plain`), because plotly reads tags there. ``query`` stands behind its
    address where the page's own address has one: "?don-vi=so-y-te".
    """

    slug: str
    title: str
    summary: str
    spec: dict
    table: tables.Table | None
    source: str
    illustrative: bool = False
    query: str = ""

    def svg(self) -> SafeString:
        """Return the picture for a page, as wide as its place and coloured by portal.css."""
        # Safe: svg.py escapes every text it writes.
        return mark_safe(svg.inline(self.spec, title=self.title, desc=self.summary))

    def svg_file(self) -> str:
        """Return the picture as a file of its own: title, source, light and dark inside."""
        return svg.document(
            self.spec,
            title=self.title,
            desc=self.summary,
            warning=_("Illustrative data, not real results.") if self.illustrative else "",
            source=self.source and _("Source: %(source)s") % {"source": self.source},
        )

    @property
    def figure(self):
        """Return the plotly figure, every value checked against plotly's own schema.

        The check takes most of a page's time, so the page draws ``spec``; tests check every chart.
        """
        import plotly.graph_objects as go  # half a second, which only the interactive chart needs

        return go.Figure(self.spec)

    def figure_json(self) -> str:
        """Return the figure as plotly.js reads it; what is unknown is null, never NaN."""
        return self.figure.to_json()


def figure(traces: Iterable[dict], *, title: str, height: int, **layout) -> dict:
    """Return a plotly figure, as a dictionary, in the portal's plain look.

    Numbers are written as the reader's language does. ``layout.meta`` tells static/js/chart.js
    which colour of the page each light colour stands for.
    """
    base = {
        "template": "none",
        "separators": get_format("DECIMAL_SEPARATOR") + get_format("THOUSAND_SEPARATOR"),
        "title": {"text": plain(title), "x": 0, "xanchor": "left", "font": {"size": 17}},
        "font": {"family": svg.FONT_FAMILY, "size": 13, "color": LIGHT["ink"]},
        "paper_bgcolor": LIGHT["paper"],
        "plot_bgcolor": LIGHT["paper"],
        "height": height,
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "hoverlabel": {"align": "left"},
        "modebar": {
            "bgcolor": LIGHT["paper"],
            "color": LIGHT["ink-soft"],
            "activecolor": LIGHT["ink"],
        },
        "meta": {"colours": NAME_OF},
    }
    return {"data": list(traces), "layout": base | layout}


def line_across(value: object, *, name: str = "", dash: str = "solid", colour: str = "ink") -> dict:
    """Return the shape of a vertical line through the plot, in the legend if it has a name."""
    return {
        "type": "line",
        "x0": float(value),
        "x1": float(value),
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": LIGHT[colour], "width": 1.5, "dash": dash},
        "name": plain(name),
        "showlegend": bool(name),
    }


def texts_at(places: list[float], texts: list[str]) -> dict:
    """Return a trace of texts at heights ``places``; the caller says where across, and how."""
    return {
        "type": "scatter",
        "mode": "text",
        "y": places,
        "text": texts,
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def index_axis(start: int, end: float) -> dict:
    """Return the horizontal axis of an index in percent; one that does not start at 0 says so."""
    step = next(step for step in (10, 20, 50, 100, 1000) if (end - start) / step <= 6)
    ticks = list(range(start, int(end) + 1, step))
    return axis(ticks, index_title(start)) | {"range": [start, end], "showgrid": start == 0}


def index_title(start: int) -> str:
    """Return the title of an axis of indexes that starts at ``start`` percent."""
    if start == 0:
        return _("Index (%)")
    return _("Index (%%); the axis starts at %(start)s") % {"start": number(start)}


def index_scale(values: Iterable[object]) -> tuple[int, int]:
    """Return where an upright axis of these indexes (None: unknown) starts and ends.

    Half the scale at least: a change of one point must not look like a fall from the table.
    """
    known_values = [float(value) for value in values if value is not None]
    lowest, highest = min(known_values, default=0.0), max(known_values, default=100.0)
    return min(math.floor(lowest / 10) * 10, 50), max(100, math.ceil(highest / 10) * 10)


def upright_index_axis(start: int, end: int) -> dict:
    """Return the upright axis of an index in percent, with some room beyond both ends."""
    step = 10 if end - start <= 40 else 20
    beyond = (end - start) * 0.06
    ticks = list(range(start, end + 1, step))
    return axis(ticks, index_title(start)) | {"range": [start - beyond, end + beyond]}


def year_ticks(years: Sequence[int]) -> dict:
    """Return the ticks of an axis of years; every second one where they are many.

    A year is never grouped, so it is written as text.
    """
    shown = list(years)[:: 1 + len(years) // 9]
    return {"tickvals": shown, "ticktext": [str(year) for year in shown]}


def axis(ticks: list[int], title: str) -> dict:
    """Return an axis with the numbers of ``ticks`` written as the reader's language does."""
    return {
        "tickvals": ticks,
        "ticktext": [number(tick) for tick in ticks],
        "title": {"text": plain(title), "font": {"size": 13}, "standoff": 8},
        "color": LIGHT["ink-soft"],
        "gridcolor": LIGHT["line"],
        "zeroline": False,
    }


def plain(text: object) -> str:
    """Return ``text`` for a figure: plotly would take "<" and "&" for markup."""
    return html.escape(str(text), quote=False)


def number(value: object, decimals: int = 0) -> str:
    """Return ``value`` as the reader's language writes it, half up: 96.845 → "96,85"."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return number_format(exact, decimals, force_grouping=True)


def percent(value: object, decimals: int) -> str:
    """Return ``value``, already in percent, with its sign: "96,85%"."""
    return f"{number(value, decimals)}%"


def known(value: object) -> bool:
    """Say whether a cell of a data frame holds a value; None, NaN and NaT are unknown."""
    # pandas' own isna takes fifty times as long for a single value; NaN and NaT equal nothing.
    return value is not None and value == value


def class_colour(class_name: str) -> str:
    """Return the light colour of a class; plain ink-soft where units are not classified."""
    return LIGHT[class_tone(class_name)] if class_name else LIGHT["ink-soft"]
