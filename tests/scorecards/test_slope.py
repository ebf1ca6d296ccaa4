import itertools
import re

import pytest
from django.utils import translation

from scorecards.charts import slope
from scorecards.charts.slope import slope_chart

YEARS = (2022, 2023)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def row(name, then, now, *, position_then=None, position_now=None):
    return {
        "unit_name": name,
        "rank_then": then,
        "rank_now": now,
        "position_then": position_then or then,
        "position_now": position_now or now,
        "gained": then - now,
    }


def chart(*rows, **changes):
    return slope_chart(rows, group_name="Sở", years=YEARS, source="Decision 1", **changes)


def traces(found, mode="lines"):
    return [trace for trace in found.spec["data"] if trace["mode"] == mode]


def ends(trace):
    """Return (start, end) of each unit's line, how far down they lie."""
    lines, line = [], []
    for x, y in zip(trace["x"], trace["y"], strict=True):
        if x is None:
            lines.append(line)
            line = []
        elif x in (slope.THEN, slope.NOW):
            line.append(y)
    return lines


def test_lines_tell_who_rose_fell_and_stayed_by_dash_and_words_too():
    found = chart(row("A", 2, 1), row("B", 1, 2), row("C", 3, 3))

    assert [
        (trace["name"], trace["line"]["dash"], trace["line"]["color"]) for trace in traces(found)
    ] == [
        ("rose: 1", "solid", slope.LIGHT["up"]),
        ("fell: 1", "dash", slope.LIGHT["down"]),
        ("same rank: 1", "dot", slope.LIGHT["ink-soft"]),
    ]
    (rose,), (fell,), (stayed,) = map(ends, traces(found))
    assert rose[0] > rose[1]
    assert fell[0] < fell[1]
    assert stayed[0] == stayed[1]


def test_every_unit_has_its_rank_then_and_its_name_now():
    numbers, names = traces(chart(row("A", 2, 1), row("B", 1, 2), row("C", 3, 3)), "text")
    assert numbers["text"] == ["2", "1", "3"]
    assert names["text"] == ["1. A ▲1", "2. B ▼1", "3. C ="]


def test_equals_stand_beside_each_other_and_keep_their_rank():
    found = chart(row("A", 1, 1), row("B", 1, 2, position_then=2))
    numbers, _names = traces(found, "text")

    assert numbers["text"] == ["1", "1"]
    assert numbers["y"][0] < numbers["y"][1]


def test_a_long_name_takes_more_lines_and_covers_nobody():
    long = "Sở Lao động - Thương binh và Xã hội của một tỉnh có tên rất dài"
    found = chart(row(long, 1, 1), row("B", 2, 2))
    _numbers, names = traces(found, "text")

    lines = [text.count("<br>") + 1 for text in names["text"]]
    assert lines[0] > 1
    assert names["y"][1] - names["y"][0] >= (lines[0] + lines[1]) / 2 * 1.4


def test_of_a_large_group_those_that_moved_most_are_drawn_and_the_title_says_so():
    rows = [row(f"Xã {n}", 101 - n, n) for n in range(1, 101)]
    found = chart(*rows)

    assert found.title == (
        "Ranks of 2022 and 2023: Sở (the 20 that rose and fell most, of 100 units)"
    )
    assert [trace["name"] for trace in traces(found)] == ["rose: 10", "fell: 10"]
    assert "50 went up, 50 went down" in found.summary
    assert len(found.table.rows) == 20
    _numbers, names = traces(found, "text")
    assert all(lower - upper >= 1.4 for upper, lower in itertools.pairwise(names["y"]))


def test_a_large_group_in_which_nobody_moved_still_has_a_picture():
    found = chart(*[row(f"Xã {n}", n, n) for n in range(1, 101)])
    assert [trace["name"] for trace in traces(found)] == ["same rank: 10"]


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        (
            [row("A", 3, 1), row("B", 1, 2), row("C", 2, 3)],
            "Since 2022, 1 went up, 2 went down and 0 kept their rank. "
            "Up most, 2 places: A. Down most, 1 place: B, C.",
        ),
        ([row("A", 1, 1)], "Since 2022, 0 went up, 0 went down and 1 kept their rank."),
    ],
    ids=["up and down", "nobody moved"],
)
def test_slope_says_what_it_shows(rows, summary):
    assert chart(*rows).summary == summary


def test_many_equals_are_counted():
    rows = [row(f"{n}", n, n - 1) for n in range(2, 9)]
    assert "Up most, 1 place: 7 units." in chart(*rows).summary


def test_slope_is_drawn_and_is_a_figure():
    found = chart(row("A & <b>", 2, 1), row("B", 1, 2))

    assert 'role="img"' in found.svg()
    assert found.figure_json()
    assert "A &amp; &lt;b&gt;" in found.svg()
    assert re.findall(r"<b>", found.svg() + found.svg_file()) == []
    assert [list(cells.cells) for cells in found.table.rows] == [
        ["A & <b>", "2", "1", "+1"],
        ["B", "1", "2", "-1"],
    ]
