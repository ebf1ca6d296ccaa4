"""The ranks of two years as lines from one column to the other: who rose, who fell, who stayed."""

from collections.abc import Sequence

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scorecards.charts import svg
from scorecards.charts.chart import Chart, figure, line_across, number, plain, texts_at
from scorecards.charts.palette import LIGHT

MOST_LINES = 40  # every unit of a usual group has its line; of a larger one those that moved most
MOVERS = 10  # drawn of each direction of a larger group

THEN, NOW = 0.09, 0.34  # where the two columns stand, as shares of the width
NAMES = 0.37  # where the names begin
NAME_ROOM = (1 - NAMES) * svg.NARROWEST - 0.5  # em
APART = 0.4  # em between two names
LOWEST = 32  # em, the least height of a picture that leaves units out

_NUMBER = {"td": {"class": "n"}, "th": {"class": "n"}}
# how a line looks: its colour, its dash, its width; the sign beside the name
_UP, _DOWN, _SAME = ("up", "solid", 2), ("down", "dash", 2), ("ink-soft", "dot", 1.5)


class SlopeTable(tables.Table):
    """The ranks of each unit in two years."""

    unit_name = tables.Column(gettext_lazy("Unit"))
    then = tables.Column(gettext_lazy("Rank then"), attrs=_NUMBER)
    now = tables.Column(gettext_lazy("Rank now"), attrs=_NUMBER)
    gained = tables.Column(gettext_lazy("Places gained"), attrs=_NUMBER)

    class Meta:
        orderable = False


def slope_chart(
    rows: Sequence[dict],
    *,
    group_name: str,
    years: tuple[int, int],
    source: str,
    illustrative: bool = False,
) -> Chart:
    """Draw a line per unit from its rank in the first of ``years`` to its rank in the second.

    ``rows``: the units ranked in both years, at least one, in the order of the second; keys
    ``unit_name``, ``rank_then`` and ``rank_now`` (int), ``position_then`` and ``position_now``
    (int, the place in the printed list, which parts equal ranks) and ``gained`` (int, places,
    negative: lost). Of more than 40 units the ten that rose most and the ten that fell most are
    drawn, and the title says so; the summary still speaks of all.
    """
    shown = rows if len(rows) <= MOST_LINES else _movers(rows)
    words = {"then": years[0], "now": years[1], "group": group_name}
    title = _("Ranks of %(then)s and %(now)s: %(group)s") % words
    if len(shown) < len(rows):
        words |= {"shown": number(len(shown)), "all": number(len(rows))}
        title = (
            _(
                "Ranks of %(then)s and %(now)s: %(group)s (the %(shown)s that rose and fell most, "
                "of %(all)s units)"
            )
            % words
        )
    return Chart(
        slug="thu-hang",
        title=title,
        summary=_summary(rows, years[0]),
        spec=_figure(shown, rows, title, years),
        table=SlopeTable([_table_row(row) for row in shown]),
        source=source,
        illustrative=illustrative,
    )


def _movers(rows: Sequence[dict]) -> list[dict]:
    by_gain = sorted(rows, key=lambda row: (-row["gained"], row["position_now"]))
    risen = [row for row in by_gain[:MOVERS] if row["gained"] > 0]
    fallen = [row for row in by_gain[-MOVERS:] if row["gained"] < 0]
    # Where nobody moved at all, the first of them say so.
    return sorted([*risen, *fallen] or rows[:MOVERS], key=lambda row: row["position_now"])


def _figure(shown: Sequence[dict], rows: Sequence[dict], title: str, years: tuple[int, int]):
    """Return the figure; its upright axis counts em from the top, as the texts need them."""
    names = [svg.wrapped(_name(row), NAME_ROOM, 3) for row in shown]
    heights = [svg.LINE * len(lines) + APART for lines in names]
    last = max(max(row["position_then"], row["position_now"]) for row in rows)
    if len(shown) == len(rows):
        down, total = _down_by_names(shown, heights, last)
    else:
        total = max(sum(heights), LOWEST)
        down = {place: (place - 0.5) / last * total for place in range(1, last + 1)}
    then = [down[row["position_then"]] for row in shown]
    now = [down[row["position_now"]] for row in shown]
    numbers_at = _spread(then, [svg.LINE] * len(shown), total)
    names_at = _spread(now, heights, total)
    paths = [_path(*ends) for ends in zip(numbers_at, then, now, names_at, strict=True)]
    traces = [
        trace
        for look, kind in ((_UP, 1), (_DOWN, -1), (_SAME, 0))
        if (trace := _lines(shown, paths, look, kind))
    ]
    traces.append(
        _texts(THEN - 0.02, numbers_at, [number(row["rank_then"]) for row in shown], "left")
    )
    traces.append(
        _texts(NAMES, names_at, ["<br>".join(map(plain, lines)) for lines in names], "right")
    )
    return figure(
        traces,
        title=title,
        height=round(total * svg.EM) + 160,
        margin={"l": 8, "r": 8, "t": 80, "b": 80},
        xaxis={
            "range": [0, 1],
            "side": "top",
            "tickvals": [THEN, NOW],
            "ticktext": [str(year) for year in years],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={"range": [total, 0], "visible": False},
        shapes=[line_across(at, colour="line") for at in (THEN, NOW)],
    )


def _down_by_names(rows: Sequence[dict], heights: Sequence[float], last: int) -> tuple[dict, float]:
    """Return how far down each place lies, as far from the next as its name needs, and the end.

    Both columns share the scale, so that whoever kept the place has a level line.
    """
    needed = {row["position_now"]: height for row, height in zip(rows, heights, strict=True)}
    down, edge = {}, 0.0
    for place in range(1, last + 1):
        height = needed.get(place, svg.LINE)
        down[place] = edge + height / 2
        edge += height
    return down, edge


def _name(row: dict) -> str:
    gained = row["gained"]
    move = f"▲{gained}" if gained > 0 else f"▼{-gained}" if gained < 0 else "="
    return f"{row['rank_now']}. {row['unit_name']} {move}"


def _spread(wanted: Sequence[float], heights: Sequence[float], total: float) -> list[float]:
    """Return places as near to ``wanted`` as can be at which texts do not cover each other."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places, edge = list(wanted), 0.0
    for i in order:
        places[i] = max(wanted[i], edge + heights[i] / 2)
        edge = places[i] + heights[i] / 2
    edge = total
    for i in reversed(order):
        places[i] = min(places[i], edge - heights[i] / 2)
        edge = places[i] - heights[i] / 2
    return places


def _path(number_at: float, then: float, now: float, name_at: float) -> tuple[list, list]:
    """Return the line of a unit, with a joint where its text had to make room for another."""
    xs, ys = [THEN, NOW], [then, now]
    if abs(number_at - then) > 0.05:
        xs, ys = [THEN - 0.015, *xs], [number_at, *ys]
    if abs(name_at - now) > 0.05:
        xs, ys = [*xs, NAMES - 0.01], [*ys, name_at]
    return xs, ys


def _lines(shown: Sequence[dict], paths: Sequence, look: tuple, kind: int) -> dict | None:
    """Return the lines of the units that rose (1), fell (-1) or stayed (0); None without any."""
    colour, dash, width = look
    part = [i for i, row in enumerate(shown) if _direction(row) == kind]
    if not part:
        return None
    xs, ys = [], []
    for i in part:
        xs += [*paths[i][0], None]
        ys += [*paths[i][1], None]
    name = {1: _("rose: %(count)s"), -1: _("fell: %(count)s"), 0: _("same rank: %(count)s")}[kind]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "name": plain(name % {"count": number(len(part))}),
        "line": {"color": LIGHT[colour], "width": width, "dash": dash},
        "hoverinfo": "skip",
    }


def _direction(row: dict) -> int:
    return (row["gained"] > 0) - (row["gained"] < 0)


def _texts(at: float, places: list[float], texts: list[str], side: str) -> dict:
    return texts_at(places, texts) | {
        "x": [at] * len(texts),
        "textposition": f"middle {side}",
        "textfont": {"color": LIGHT["ink"], "weight": 400},
    }


def _table_row(row: dict) -> dict:
    gained = row["gained"]
    return {
        "unit_name": row["unit_name"],
        "then": number(row["rank_then"]),
        "now": number(row["rank_now"]),
        "gained": f"+{number(gained)}" if gained > 0 else number(gained),
    }


def _summary(rows: Sequence[dict], year: int) -> str:
    gained = [row["gained"] for row in rows]
    sentences = [
        _("Since %(year)s, %(up)s went up, %(down)s went down and %(same)s kept their rank.")
        % {
            "year": year,
            "up": number(sum(places > 0 for places in gained)),
            "down": number(sum(places < 0 for places in gained)),
            "same": number(gained.count(0)),
        }
    ]
    if (most := max(gained)) > 0:
        sentences.append(
            ngettext(
                "Up most, %(count)s place: %(units)s.",
                "Up most, %(count)s places: %(units)s.",
                most,
            )
            % {"count": number(most), "units": _names(rows, most)}
        )
    if (least := min(gained)) < 0:
        sentences.append(
            ngettext(
                "Down most, %(count)s place: %(units)s.",
                "Down most, %(count)s places: %(units)s.",
                -least,
            )
            % {"count": number(-least), "units": _names(rows, least)}
        )
    return " ".join(sentences)


def _names(rows: Sequence[dict], gained: int) -> str:
    """Return the names of those that moved so far; many are counted."""
    names = [row["unit_name"] for row in rows if row["gained"] == gained]
    if len(names) > 5:
        return _("%(count)s units") % {"count": number(len(names))}
    return ", ".join(names)
