"""The ranking of a group as bars: who stands where, in which class, and who has no data."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import accumulate, groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards.charts import svg
from scorecards.charts.chart import (
    Chart,
    class_colour,
    figure,
    index_axis,
    known,
    line_across,
    number,
    percent,
    plain,
    texts_at,
)
from scorecards.charts.palette import LIGHT

MOST_BARS = 200  # every unit of the largest group ranked today has its bar; 3.300 would not be read
LEADERS = 30  # shown of a group that is larger
Placed = list[tuple[float, dict]]  # the rows with their y

NAME_ROOM = svg.NARROWEST  # em; the longest usual names still take one line


def ranking_chart(
    results: Iterable[dict],
    *,
    group_name: str,
    year: int,
    decimals: int,
    source: str,
    median: Decimal | None = None,
    illustrative: bool = False,
) -> Chart:
    """Draw a bar per unit, best first, coloured by class; a unit without an index gets no bar.

    ``results``: a row per unit, at least one, equals in the order they shall stand; keys
    ``unit_name`` (str), ``index_percent`` (Decimal as shown, percent, None where unknown),
    ``rank`` (int, None where not ranked) and ``class_name`` (str, "" where not classified).
    Ranked units come first, then those with an index alone, then those without data. Of more
    than 200 units the first 30 are drawn, and the title says so; summary and median still speak
    of all. The chart has no table of its own: the league table is its table.
    """
    rows = _in_order(results)
    shown = rows if len(rows) <= MOST_BARS else rows[:LEADERS]
    title = _("Ranking: %(group)s, %(year)s") % {"group": group_name, "year": year}
    if len(shown) < len(rows):
        title = _("Ranking: %(group)s, %(year)s (the first %(shown)s of %(all)s units)") % {
            "group": group_name,
            "year": year,
            "shown": number(len(shown)),
            "all": number(len(rows)),
        }
    return Chart(
        slug="xep-hang",
        title=title,
        summary=_summary(rows, decimals),
        spec=_figure(shown, title, decimals, median),
        table=None,
        source=source,
        illustrative=illustrative,
    )


def _in_order(rows: Iterable[dict]) -> list[dict]:
    def place(row):
        rank, index = row["rank"], row["index_percent"]
        return (not known(index), not known(rank), rank if known(rank) else 0, _descending(index))

    return sorted(rows, key=place)


def _descending(index: object) -> float:
    return -float(index) if known(index) else 0.0


def _figure(rows: Sequence[dict], title: str, decimals: int, median: Decimal | None):
    """Return the figure: a row's y is the line between its name above and its bar below."""
    indexes = [float(row["index_percent"]) for row in rows if known(row["index_percent"])]
    end = max([100.0, *indexes])
    names = [_name(row) for row in rows]
    places = list(accumulate((1 + 0.4 * name.count("<br>") for name in names), initial=0))
    placed = list(zip(places[1:], rows, strict=True))
    shapes = []
    if median is not None:
        words = _("Median %(value)s") % {"value": percent(median, decimals)}
        shapes = [line_across(median, name=words)]
    return figure(
        [*_bars(placed, decimals, end), _names(placed, names), _values(placed, decimals, end)],
        title=title,
        height=round(38 * places[-1]) + 140,
        margin={"l": 8, "r": 70 if len(indexes) == len(rows) else 110, "t": 48, "b": 80},
        xaxis=index_axis(0, end),
        yaxis={"range": [places[-1] + 0.6, 0.4], "visible": False},
        shapes=shapes,
    )


def _name(row: dict) -> str:
    rank = f"{int(row['rank'])}. " if known(row["rank"]) else ""
    return "<br>".join(plain(line) for line in svg.wrapped(f"{rank}{row['unit_name']}", NAME_ROOM))


def _names(placed: Placed, names: list[str]) -> dict:
    return texts_at([place for place, _row in placed], names) | {
        "x": [0] * len(names),
        "textposition": "top right",
        "textfont": {"color": LIGHT["ink"]},
    }


def _values(placed: Placed, decimals: int, end: float) -> dict:
    """Return the column of values at the right, where they stand under each other."""
    no_data = plain(_("no data"))
    texts, colours = [], []
    for _place, row in placed:
        there = known(row["index_percent"])
        texts.append(number(row["index_percent"], decimals) if there else no_data)
        colours.append(LIGHT["ink" if there else "ink-soft"])
    return texts_at([place for place, _row in placed], texts) | {
        "x": [end] * len(texts),
        "textposition": "bottom right",
        "textfont": {"color": colours},
    }


def _bars(placed: Placed, decimals: int, end: float) -> list[dict]:
    """Return a trace for each run of rows of one class, each class once in the legend.

    A class comes twice where it does not follow the ranks: units that are not ranked come later.
    """
    traces, named = [], set()
    for class_name, run in groupby(placed, key=lambda item: _class_of(item[1])):
        part = list(run)
        trace = _hatched(part, end) if class_name is None else _run(part, class_name, decimals)
        trace["showlegend"] = bool(class_name) and class_name not in named
        named.add(class_name)
        traces.append(trace)
    return traces


def _class_of(row: dict) -> str | None:
    """Return the class that colours a row, None if there is nothing to colour."""
    return row["class_name"] if known(row["index_percent"]) else None


def _hatched(placed: Placed, end: float) -> dict:
    words = plain(_("no data"))
    return _bar(placed) | {
        "name": words,
        "x": [end] * len(placed),
        "customdata": [f"{plain(row['unit_name'])}<br>{words}" for _place, row in placed],
        "marker": {
            "color": LIGHT["none"],
            "pattern": {"shape": "/", "fgcolor": LIGHT["line"], "bgcolor": LIGHT["paper"]},
        },
    }


def _run(placed: Placed, class_name: str, decimals: int) -> dict:
    return _bar(placed) | {
        "name": plain(class_name),
        "legendgroup": plain(class_name),
        "x": [float(row["index_percent"]) for _place, row in placed],
        "customdata": [_hover(row, decimals) for _place, row in placed],
        "marker": {"color": class_colour(class_name)},
    }


def _bar(placed: Placed) -> dict:
    return {
        "type": "bar",
        "orientation": "h",
        "y": [place for place, _row in placed],
        "width": 0.3,
        "offset": 0.08,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(row: dict, decimals: int) -> str:
    index = _("Index: %(value)s") % {"value": percent(row["index_percent"], decimals)}
    lines = [_name(row).replace("<br>", " "), plain(index), plain(row["class_name"])]
    return "<br>".join(line for line in lines if line)


def _summary(rows: Sequence[dict], decimals: int) -> str:
    with_index = [row for row in rows if known(row["index_percent"])]
    sentences = [_finding(with_index, decimals)]
    if missing := len(rows) - len(with_index):
        sentences.append(
            ngettext(
                "There is no data for %(count)s unit.",
                "There is no data for %(count)s units.",
                missing,
            )
            % {"count": number(missing)}
        )
    return " ".join(sentences)


def _finding(rows: Sequence[dict], decimals: int) -> str:
    if not rows:
        return _("No index is known.")
    indexes = sorted(Decimal(str(row["index_percent"])) for row in rows)
    leaders = [row for row in rows if row["rank"] == 1]
    if not leaders:
        return _("The index runs from %(lowest)s to %(highest)s.") % {
            "lowest": percent(indexes[0], decimals),
            "highest": percent(indexes[-1], decimals),
        }
    first = _leaders(leaders, percent(leaders[0]["index_percent"], decimals))
    if len(rows) == len(leaders):
        return first
    gap = _("From first to last it is %(gap)s percentage points.") % {
        "gap": number(indexes[-1] - indexes[0], decimals)
    }
    return f"{first} {gap}"


def _leaders(leaders: Sequence[dict], index: str) -> str:
    """Return the sentence on the first place, which any number of units may share."""
    if len(leaders) > 3:
        return _("%(count)s units share the first place with %(index)s.") % {
            "count": number(len(leaders)),
            "index": index,
        }
    names = ", ".join(row["unit_name"] for row in leaders)
    return ngettext(
        "%(names)s is first with %(index)s.",
        "%(names)s share the first place with %(index)s.",
        len(leaders),
    ) % {"names": names, "index": index}
