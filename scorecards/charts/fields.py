"""Units × fields as a heat map: a line of cells a unit, every value written in its cell."""

from django.utils.translation import gettext as _

from scorecards.calculation import LEVELS
from scorecards.charts import svg
from scorecards.charts.chart import Chart, figure, number, plain, texts_at
from scorecards.charts.palette import LIGHT
from scorecards.charts.ranking import LEADERS, MOST_BARS
from scorecards.criteria_in_words import fields_finding, levels

NAME_ROOM = 22  # pixels above each line of cells, where its name stands


def fields_chart(across, *, title: str, source: str, illustrative: bool = False) -> Chart:
    """Draw the index of each unit in each field, tinted by level; the units as printed.

    ``across``: `criteria_across.FieldsAcross`. What is unknown is hatched, what does not apply is
    a dash without a tint. Of more than 200 units the first 30 are drawn, and the title says so.
    """
    units = across.units if len(across.units) <= MOST_BARS else across.units[:LEADERS]
    if len(units) < len(across.units):
        title = _("%(title)s (the first %(shown)s of %(all)s units)") % {
            "title": title,
            "shown": number(len(units)),
            "all": number(len(across.units)),
        }
    numbers = [field.node.number for field in across.fields]
    lines = [[unit.fields[name] for name in numbers] for unit in units]
    places = list(range(1, len(units) + 1))
    columns = list(range(1, len(numbers) + 1))
    heat = {
        "type": "heatmap",
        "x": columns,
        "y": places,
        "z": [
            [None if cell.index_percent is None else float(cell.index_percent) for cell in line]
            for line in lines
        ],
        "text": [[_text(cell, across.edition.decimals) for cell in line] for line in lines],
        "texttemplate": "%{text}",
        "customdata": [[_hover(unit, field, across) for field in across.fields] for unit in units],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "zmin": 0,
        "zmax": 100,
        "colorscale": _colour_scale(),
        "showscale": False,
        "xgap": 2,
        "ygap": NAME_ROOM,
    }
    cells = [cell for line in lines for cell in line]
    columns_in_words = [f"{field.node.number}. {field.node.title}" for field in across.fields]
    if any(cell.excluded for cell in cells):
        columns_in_words.append(_("—: does not apply"))
    below = [line for words in columns_in_words for line in svg.wrapped(words, svg.NARROWEST)]
    missing = any(cell.index_percent is None and not cell.excluded for cell in cells)
    return Chart(
        slug="linh-vuc",
        title=title,
        summary=fields_finding(across) or _("Every index is written in its cell."),
        spec=figure(
            [heat, _names(units), *_legend(missing)],
            title=title,
            height=48 * len(units) + 174 + 17 * len(below),
            margin={"l": 8, "r": 8, "t": 64, "b": 110 + 17 * len(below)},
            xaxis={
                "tickvals": columns,
                "ticktext": [plain(name) for name in numbers],
                "range": [0.5, len(numbers) + 0.5],
                "title": {
                    "text": "<br>".join(map(plain, below)),
                    "font": {"size": 13},
                },
                "showgrid": False,
                "zeroline": False,
            },
            yaxis={"range": [len(units) + 0.5, 0.25], "visible": False},
        ),
        table=None,
        source=source,
        illustrative=illustrative,
    )


def _names(units):
    """Return the names as texts, each on the upper edge of its line of cells."""
    names = [row.unit_name if row.rank is None else f"{row.rank}. {row.unit_name}" for row in units]
    places = [place + 0.5 for place in range(len(names))]
    return texts_at(places, [plain(name) for name in names]) | {
        "x": [0.5] * len(names),
        "textposition": "middle right",
        "textfont": {"color": LIGHT["ink"]},
    }


def _text(cell, decimals):
    if cell.index_percent is not None:
        return number(cell.index_percent, decimals)
    return "—" if cell.excluded else ""


def _hover(unit, field, across):
    cell = unit.fields[field.node.number]
    if cell.index_percent is None:
        return ""
    value = number(cell.index_percent, across.edition.decimals)
    return f"{plain(unit.unit_name)}<br>{plain(field.node.title)}<br>{value}%"


def _colour_scale():
    """Return the steps of the scale from 0 to 100 percent, each with one colour from end to end."""
    floors = [0.0, *(float(floor) / 100 for floor in LEVELS), 1.0]
    return [
        [edge, LIGHT[f"step-{step}"]]
        for step in range(1, len(floors))
        for edge in floors[step - 1 : step + 1]
    ]


def _legend(missing):
    """Return an empty trace for each level, and for what is unknown, to stand in the legend."""
    entries = [(words, {"color": LIGHT[f"step-{step}"]}) for step, words in enumerate(levels(), 1)]
    if missing:
        pattern = {"shape": "/", "fgcolor": LIGHT["line"], "bgcolor": LIGHT["paper"]}
        entries.append((_("no data yet"), {"color": LIGHT["none"], "pattern": pattern}))
    return [
        {"type": "bar", "x": [None], "y": [None], "name": plain(words), "marker": marker}
        for words, marker in entries
    ]
