"""The way to a target, and the share of dossiers settled on time by month."""

import datetime
import math

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments import wording
from scorecards.charts.chart import Chart, axis, figure, line_across, number, plain
from scorecards.charts.palette import LIGHT

_NUMBER = {"td": {"class": "n"}, "th": {"class": "n"}}
MOST_DAY_TICKS = 5


class WayTable(tables.Table):
    """The measurements on the way to a target."""

    day = tables.Column(gettext_lazy("Day"))
    value = tables.Column(gettext_lazy("Value"), attrs=_NUMBER)
    note = tables.Column(gettext_lazy("Note"))

    class Meta:
        orderable = False


class MonthTable(tables.Table):
    """The share on time of each month and the year so far."""

    month = tables.Column(gettext_lazy("Month"))
    value = tables.Column(gettext_lazy("On time (%)"), attrs=_NUMBER)
    so_far = tables.Column(gettext_lazy("Year so far (%)"), attrs=_NUMBER)

    class Meta:
        orderable = False


def target_chart(aim, *, source: str, illustrative: bool = False) -> Chart | None:
    """Draw the measurements on the way to a target, its value as a dashed line, its day marked.

    None where nothing was measured: a goal alone is no way.
    """
    target, indicator = aim.target, aim.target.indicator
    if not aim.measured:
        return None
    days = [one.on.toordinal() for one in aim.measured] + [target.due_on.toordinal()]
    values = [float(one.value) for one in aim.measured] + [float(target.value)]
    if target.baseline_on:
        days.append(target.baseline_on.toordinal())
        values.append(float(target.baseline))
    title = _("On the way to the target: %(indicator)s") % {"indicator": indicator.name}
    start, end = _room(days)
    return Chart(
        slug=f"chi-tieu-{target.pk}",
        title=title,
        summary=f"{wording.target_state(aim)}.",
        spec=figure(
            _way_traces(aim, start, end),
            title=title,
            height=340,
            margin={"l": 48, "r": 16, "t": 56, "b": 104},
            xaxis={**_day_axis(min(days), max(days)), "range": [start, end]},
            yaxis=_value_axis(values, indicator),
            shapes=[
                line_across(
                    target.due_on.toordinal(),
                    name=_("Day of the target: %(day)s") % {"day": wording.day(target.due_on)},
                    dash="dot",
                    colour="ink-soft",
                )
            ],
        ),
        table=WayTable(
            [
                {
                    "day": wording.day(one.on),
                    "value": wording.quantity(one.value, indicator),
                    "note": one.note,
                }
                for one in aim.measured
            ]
        ),
        source=source,
        illustrative=illustrative,
    )


def _room(days):
    width = max(30, max(days) - min(days))
    return min(days) - width * 0.06, max(days) + width * 0.06


def _way_traces(aim, start, end):
    target, indicator = aim.target, aim.target.indicator
    goal = float(target.value)
    yield {
        "type": "scatter",
        "mode": "lines",
        "x": [start, end],
        "y": [goal, goal],
        "name": plain(
            _("Target: %(value)s") % {"value": wording.quantity(target.value, indicator)}
        ),
        "line": {"color": LIGHT["tot"], "width": 2, "dash": "dash"},
        "hoverinfo": "skip",
    }
    if target.baseline_on:
        yield {
            "type": "scatter",
            "mode": "markers",
            "x": [target.baseline_on.toordinal()],
            "y": [float(target.baseline)],
            "name": plain(
                _("Start: %(value)s") % {"value": wording.quantity(target.baseline, indicator)}
            ),
            "marker": {"color": LIGHT["ink-soft"], "size": 9},
            "customdata": [wording.day(target.baseline_on)],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    labelled = {0, len(aim.measured) - 1}
    yield {
        "type": "scatter",
        "mode": "lines+markers+text",
        "x": [one.on.toordinal() for one in aim.measured],
        "y": [float(one.value) for one in aim.measured],
        "name": plain(indicator.name),
        "line": {"color": LIGHT["ink"], "width": 2.5},
        "marker": {"color": LIGHT["ink"], "size": 9},
        "text": [
            plain(wording.quantity(one.value, indicator)) if place in labelled else ""
            for place, one in enumerate(aim.measured)
        ],
        "textposition": "top center",
        "textfont": {"weight": 650},
        "cliponaxis": False,
        "customdata": [plain(wording.measured(one, indicator)) for one in aim.measured],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _day_axis(first, last):
    count = min(MOST_DAY_TICKS, last - first + 1)
    step = (last - first) / max(1, count - 1)
    days = sorted({round(first + step * place) for place in range(count)})
    return {
        "tickvals": days,
        "ticktext": [wording.day(datetime.date.fromordinal(day)) for day in days],
        "showgrid": False,
        "zeroline": False,
        "color": LIGHT["ink-soft"],
    }


def _value_axis(values, indicator):
    low, high = min(values), max(values)
    if indicator.is_share:
        start = min(math.floor(low / 10) * 10, 90)
        return _ticked(start, 100, f"{indicator.measure_unit}", start)
    end = _nice(high or 1)
    return _ticked(0, end, indicator.measure_unit, 0)


def _nice(value):
    """Return the next round number above: 1.838 → 2.000."""
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def _ticked(start, end, unit, begins):
    ticks = [start + (end - start) * part / 4 for part in range(5)]
    whole = all(float(tick).is_integer() for tick in ticks)
    title = unit
    if begins:
        title = _("%(unit)s; the axis starts at %(start)s") % {
            "unit": unit,
            "start": number(begins),
        }
    shown = axis([round(tick) for tick in ticks] if whole else ticks, title)
    if not whole:
        shown["ticktext"] = [number(tick, 1) for tick in ticks]
    beyond = (end - start) * 0.08
    return shown | {"range": [start, end + beyond]}


def on_time_chart(by_month, so_far, *, title, source, illustrative=False) -> Chart | None:
    """Draw the share settled on time of each month, and of the year so far as a dashed line.

    ``by_month``: (first day of the month, percent) of the months with something settled, in
    order; ``so_far``: percent at the end of each of them.
    """
    if not by_month:
        return None
    months = [month for month, _share in by_month]
    lowest = min(float(share) for _month, share in by_month)
    start = min(math.floor(lowest / 10) * 10, 90)
    places = [month.month for month in months]
    first, last = by_month[0], by_month[-1]
    summary = _("%(share)s%% of the dossiers of %(month)s were settled on time.") % {
        "share": number(last[1], 2),
        "month": f"{last[0]:%m/%Y}",
    }
    if first is not last:
        summary = _(
            "Settled on time: %(first)s%% in %(start)s, %(last)s%% in %(end)s; %(so_far)s%% over "
            "the year so far."
        ) % {
            "first": number(first[1], 2),
            "start": f"{first[0]:%m/%Y}",
            "last": number(last[1], 2),
            "end": f"{last[0]:%m/%Y}",
            "so_far": number(so_far[-1], 2),
        }
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": places,
            "y": [float(share) for share in so_far],
            "name": plain(_("Year so far")),
            "line": {"color": LIGHT["ink-soft"], "width": 1.5, "dash": "dash"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": places,
            "y": [float(share) for _month, share in by_month],
            "name": plain(_("Each month")),
            "line": {"color": LIGHT["ink"], "width": 2.5},
            "marker": {"color": LIGHT["ink"], "size": 8},
            "customdata": [f"{month:%m/%Y}: {number(share, 2)}%" for month, share in by_month],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    ]
    return Chart(
        slug="dung-han",
        title=title,
        summary=summary,
        spec=figure(
            traces,
            title=title,
            height=340,
            margin={"l": 48, "r": 16, "t": 56, "b": 104},
            xaxis={
                "range": [0.5, 12.5],
                "tickvals": list(range(1, 13)),
                "ticktext": [str(month) for month in range(1, 13)],
                "title": {"text": plain(_("Month")), "font": {"size": 13}, "standoff": 8},
                "color": LIGHT["ink-soft"],
                "showgrid": False,
                "zeroline": False,
            },
            yaxis=_ticked(start, 100, "%", start),
        ),
        table=MonthTable(
            [
                {
                    "month": f"{month:%m/%Y}",
                    "value": number(share, 2),
                    "so_far": number(total, 2),
                }
                for (month, share), total in zip(by_month, so_far, strict=True)
            ]
        ),
        source=source,
        illustrative=illustrative,
    )
