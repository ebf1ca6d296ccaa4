"""A group over its years: the units of each class, and the mean and median index."""

from collections.abc import Sequence

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards.charts.chart import (
    Chart,
    axis,
    class_colour,
    figure,
    index_scale,
    line_across,
    number,
    percent,
    plain,
    upright_index_axis,
    year_ticks,
)
from scorecards.charts.palette import LIGHT
from scorecards.tables.base import TONES, class_tone
from scorecards.wording import counts_of_names

MOST_CHANGES_TOLD = 3  # what changed in more years than that stands in the table alone
MOST_LABELS = 6  # means written beside their dots; of more years only the first and the last are

_NUMBER = {"td": {"class": "n"}, "th": {"class": "n"}}


class MeanTable(tables.Table):
    """Mean and median of a group by year; what is unknown is a dash."""

    year = tables.Column(gettext_lazy("Year"))
    mean = tables.Column(gettext_lazy("Mean index (%)"), attrs=_NUMBER)
    median = tables.Column(gettext_lazy("Median (%)"), attrs=_NUMBER)
    note = tables.Column(gettext_lazy("Note"))

    class Meta:
        orderable = False


def class_years_chart(
    rows: Sequence[dict], *, slug: str, group_name: str, source: str, illustrative: bool = False
) -> Chart:
    """Draw a column per year made of the units of each class, the best class at the bottom.

    ``rows``: one per published year, the earliest first; keys ``year`` (int), ``counts`` (class
    name → units), ``units`` (int; those in no class are drawn hatched) and ``changes`` (list of
    sentences: why the year cannot be set beside the one before). A year without a row is a gap.
    """
    names = _classes(rows)
    parts = {name: [row["counts"].get(name, 0) for row in rows] for name in names}
    unknown = [max(row["units"] - sum(row["counts"].values()), 0) for row in rows]
    title = _("Units by class over the years: %(group)s") % {"group": group_name}
    highest = max(1, *(row["units"] for row in rows), *map(sum, zip(*parts.values(), strict=True)))
    traces = [_columns(name, rows, parts[name]) for name in names if any(parts[name])]
    if any(unknown) or not traces:
        traces.append(_columns("", rows, unknown))
    return Chart(
        slug=slug,
        title=title,
        summary=_class_summary(rows, names),
        spec=figure(
            traces,
            title=title,
            height=330,
            barmode="stack",
            margin={"l": 40, "r": 8, "t": 56, "b": 90},
            xaxis=_year_axis(rows),
            yaxis=_count_axis(highest),
            shapes=_breaks(rows),
        ),
        table=_class_table(rows, names, unknown),
        source=source,
        illustrative=illustrative,
    )


def _classes(rows: Sequence[dict]) -> list[str]:
    """Return the classes of all the years, the best first."""
    found = dict.fromkeys(name for row in reversed(rows) for name in row["counts"])
    order = {tone: place for place, tone in enumerate(TONES)}
    return sorted(found, key=lambda name: order.get(class_tone(name), len(order)))


def _columns(name: str, rows: Sequence[dict], counts: list[int]) -> dict:
    words = plain(name or _("no data yet"))
    marker = {"color": class_colour(name)}
    if not name:
        marker = {
            "color": LIGHT["none"],
            "pattern": {"shape": "/", "fgcolor": LIGHT["line"], "bgcolor": LIGHT["paper"]},
        }
    return {
        "type": "bar",
        "x": [row["year"] for row in rows],
        "y": counts,
        "width": 0.62,
        "name": words,
        "marker": marker,
        "text": [number(count) if count else "" for count in counts],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": LIGHT["paper" if name else "ink-soft"]},
        "customdata": [
            f"{row['year']}<br>{words}: {number(count)}"
            for row, count in zip(rows, counts, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _class_table(rows: Sequence[dict], names: Sequence[str], unknown: Sequence[int]):
    """Return the table of the units by year and class; its columns are the classes there are."""
    columns = [("year", tables.Column(_("Year")))]
    columns += [(f"class_{i}", tables.Column(name, attrs=_NUMBER)) for i, name in enumerate(names)]
    if any(unknown):
        columns.append(("unknown", tables.Column(_("no data yet"), attrs=_NUMBER)))
    columns += [
        ("units", tables.Column(_("Units"), attrs=_NUMBER)),
        ("note", tables.Column(_("Note"))),
    ]
    data = [
        {
            "year": str(row["year"]),
            **{
                f"class_{i}": number(row["counts"][name]) if name in row["counts"] else None
                for i, name in enumerate(names)
            },
            "unknown": number(missing),
            "units": number(row["units"]),
            "note": " ".join(row["changes"]),
        }
        for row, missing in zip(rows, unknown, strict=True)
    ]
    return tables.Table(data, extra_columns=columns, orderable=False)


def _class_summary(rows: Sequence[dict], names: Sequence[str]) -> str:
    classed = [row for row in rows if any(row["counts"].values())]
    if not classed:
        return _("No unit is classified.")
    told = [classed[0], classed[-1]] if len(classed) > 1 else classed
    sentences = [
        _("%(year)s: %(counts)s.")
        % {"year": row["year"], "counts": counts_of_names(_in_order(row, names), row["units"])}
        for row in told
    ]
    return " ".join(
        [*sentences, *_changes(rows[1:], _("The group or its class limits changed in %(years)s."))]
    )


def _in_order(row: dict, names: Sequence[str]) -> dict[str, int]:
    return {name: row["counts"][name] for name in names if name in row["counts"]}


def _changes(rows: Sequence[dict], many: str) -> list[str]:
    """Return the sentences on what changed; of more than three years the years alone."""
    changed = [row for row in rows if row["changes"]]
    if len(changed) > MOST_CHANGES_TOLD:
        return [many % {"years": ", ".join(str(row["year"]) for row in changed)}]
    return [sentence for row in changed for sentence in row["changes"]]


def mean_years_chart(
    rows: Sequence[dict], *, slug: str, group_name: str, source: str, illustrative: bool = False
) -> Chart:
    """Draw the mean index of a group by year, and its median as a dashed line.

    ``rows``: one per published year, the earliest first, at least one; keys ``year`` (int),
    ``mean`` and ``median`` (Decimal, percent, None where the edition is not complete),
    ``decimals``, ``changes`` (list of sentences: what is not the same as the year before) and
    ``parted`` (True where the line must not run through). A year without a row or a value is a
    gap, a lone year is a dot.
    """
    rows = _every_year(rows)
    title = _("Mean and median index over the years: %(group)s") % {"group": group_name}
    start, end = index_scale(row[key] for row in rows for key in ("mean", "median"))
    mean = _line(rows, "mean", _("Mean of the group"), {"color": LIGHT["ink"], "width": 2})
    median = _line(
        rows,
        "median",
        _("Median of the group"),
        {"color": LIGHT["ink-soft"], "width": 1.5, "dash": "dash"},
    )
    return Chart(
        slug=slug,
        title=title,
        summary=_mean_summary(rows),
        spec=figure(
            [median, mean, _dots(rows)],
            title=title,
            height=330,
            margin={"l": 48, "r": 16, "t": 56, "b": 90},
            xaxis=_year_axis(rows),
            yaxis=upright_index_axis(start, end),
            shapes=_breaks(rows),
        ),
        table=MeanTable([_mean_row(row) for row in rows if row["published"]]),
        source=source,
        illustrative=illustrative,
    )


def _every_year(rows: Sequence[dict]) -> list[dict]:
    published = {row["year"]: {**row, "published": True} for row in rows}
    gap = {"mean": None, "median": None, "decimals": 2, "changes": [], "parted": False}
    return [
        published.get(year, {**gap, "year": year, "published": False})
        for year in range(min(published), max(published) + 1)
    ]


def _line(rows: Sequence[dict], key: str, name: str, line: dict) -> dict:
    years, values = [], []
    for row in rows:
        if row["parted"]:
            years.append(row["year"] - 0.5)
            values.append(None)
        years.append(row["year"])
        values.append(None if row[key] is None else float(row[key]))
    return {
        "type": "scatter",
        # A year between two gaps has no line: its dot alone shows.
        "mode": "lines+markers",
        "x": years,
        "y": values,
        "name": plain(name),
        "line": line,
        "marker": {"color": line["color"], "size": 4},
        "hoverinfo": "skip",
    }


def _dots(rows: Sequence[dict]) -> dict:
    known = [row for row in rows if row["mean"] is not None]
    labelled = known if len(known) <= MOST_LABELS else [known[0], known[-1]]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [row["year"] for row in known],
        "y": [float(row["mean"]) for row in known],
        "name": plain(_("Mean of the group")),
        "showlegend": False,
        "marker": {"color": LIGHT["ink"], "size": 9},
        "text": [number(row["mean"], row["decimals"]) if row in labelled else "" for row in known],
        "textposition": [_side(row) for row in known],
        "textfont": {"weight": 650},
        "cliponaxis": False,
        "customdata": [
            "<br>".join(
                [
                    str(row["year"]),
                    _("Mean %(value)s") % {"value": percent(row["mean"], row["decimals"])},
                    _("Median %(value)s") % {"value": percent(row["median"], row["decimals"])},
                ]
            )
            for row in known
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _side(row: dict) -> str:
    """Return where a mean is written: on the side of its dot where the median does not lie."""
    return "bottom center" if row["median"] > row["mean"] else "top center"


def _mean_row(row: dict) -> dict:
    return {
        "year": str(row["year"]),
        "mean": None if row["mean"] is None else number(row["mean"], row["decimals"]),
        "median": None if row["median"] is None else number(row["median"], row["decimals"]),
        "note": " ".join(row["changes"]),
    }


def _mean_summary(rows: Sequence[dict]) -> str:
    known = [row for row in rows if row["mean"] is not None]
    if not known:
        return _("No mean is known: no year has a complete result.")
    first, last = known[0], known[-1]
    words = {
        "first": percent(first["mean"], first["decimals"]),
        "start": first["year"],
        "last": percent(last["mean"], last["decimals"]),
        "end": last["year"],
    }
    if first is last:
        return _("The mean of the group in %(end)s is %(last)s.") % words
    sentences = [
        _("The mean of the group was %(first)s in %(start)s and %(last)s in %(end)s.") % words
    ]
    between = [row for row in rows if first["year"] < row["year"] <= last["year"]]
    many = _("Criteria or units changed in %(years)s: such years cannot be compared outright.")
    return " ".join([*sentences, *_changes(between, many)])


def _year_axis(rows: Sequence[dict]) -> dict:
    first, last = rows[0]["year"], rows[-1]["year"]
    return {
        "range": [first - 0.6, last + 0.6],
        **year_ticks(range(first, last + 1)),
        "showgrid": False,
        "zeroline": False,
    }


def _count_axis(highest: int) -> dict:
    step = next(
        step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if highest / step <= 5
    )
    return axis(list(range(step, highest + 1, step)), _("Units")) | {"range": [0, highest * 1.04]}


def _breaks(rows: Sequence[dict]) -> list[dict]:
    """Return a dotted line before every year that changed; one entry of the legend names them."""
    changed = [row["year"] for row in rows if row["changes"]]
    name = _("changed in %(years)s") % {"years": ", ".join(map(str, changed))}
    return [
        line_across(
            year - 0.5, name=name if year == changed[0] else "", dash="dot", colour="ink-soft"
        )
        for year in changed
    ]
