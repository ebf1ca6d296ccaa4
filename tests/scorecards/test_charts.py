import json
import re
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
from django.template.loader import render_to_string
from django.utils import translation

from scorecards.charts.classes import class_counts_chart
from scorecards.charts.distribution import distribution_chart
from scorecards.charts.ranking import LEADERS, MOST_BARS, ranking_chart
from scorecards.charts.trend import index_trend


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


ABOUT = {"group_name": "Departments", "year": 2023, "source": "Decision 2729/QĐ-UBND"}
TAY_NINH = [
    ("Văn phòng UBND tỉnh", "96.85", 1, "Tốt"),
    ("Sở Tài chính", "94.30", 2, "Tốt"),
    ("Sở Tài nguyên và Môi trường", "78.49", 3, "Khá"),
    ("Sở Y tế", "49.07", 4, "Kém"),
]


def results(rows):
    return [
        {
            "unit_name": name,
            "index_percent": index if index is None else Decimal(index),
            "rank": rank,
            "class_name": class_name,
        }
        for name, index, rank, class_name in rows
    ]


def many(count):
    """Ranked units from 99.99 downwards."""
    return results([(f"Xã số {i}", f"{99.99 - i * 0.01:.2f}", i + 1, "Tốt") for i in range(count)])


def ranking(rows, **changes):
    rows = rows if rows and isinstance(rows[0], dict) else results(rows)
    return ranking_chart(rows, **{"decimals": 2, **ABOUT, **changes})


def bars(chart):
    return [trace for trace in chart.figure.to_dict()["data"] if trace["type"] == "bar"]


def texts(chart):
    names, values = (
        list(trace["text"]) for trace in chart.figure.to_dict()["data"] if trace["type"] != "bar"
    )
    return list(zip(names, values, strict=True))


def test_ranking_puts_the_ranked_first_then_the_unranked_then_those_without_data():
    chart = ranking(
        [
            ("No data", None, None, ""),
            ("Not ranked", "99.00", None, "Tốt"),
            ("Second", "80.00", 2, "Khá"),
            ("First", "90.50", 1, "Tốt"),
        ]
    )
    assert texts(chart) == [
        ("1. First", "90.50"),
        ("2. Second", "80.00"),
        ("Not ranked", "99.00"),
        ("No data", "no data"),
    ]
    assert [(trace["name"], list(trace["x"]), trace["showlegend"]) for trace in bars(chart)] == [
        ("Tốt", [90.5], True),
        ("Khá", [80.0], True),
        ("Tốt", [99.0], False),
        ("no data", [100.0], False),
    ]
    assert [trace["marker"].get("pattern", {}).get("shape") for trace in bars(chart)] == [
        None,
        None,
        None,
        "/",
    ]


def test_ranking_starts_at_zero_and_ends_at_a_hundred_unless_an_index_is_higher():
    assert ranking(TAY_NINH).figure.layout.xaxis.range == (0, 100)
    assert ranking([("A", "104.5", 1, "")]).figure.layout.xaxis.range == (0, 104.5)


@pytest.mark.parametrize("count", [1, 3, 31, 168, MOST_BARS])
def test_ranking_draws_a_bar_for_every_unit(count):
    chart = ranking(many(count))

    assert sum(len(trace["x"]) for trace in bars(chart)) == count
    assert chart.svg().count("<rect") == 2 * count
    assert chart.title == "Ranking: Departments, 2023"


def test_ranking_of_thousands_draws_the_first_and_says_so():
    chart = ranking(many(3300), median=Decimal("83.50"))

    assert [name for name, _value in texts(chart)] == [
        f"{i + 1}. Xã số {i}" for i in range(LEADERS)
    ]
    assert chart.title == "Ranking: Departments, 2023 (the first 30 of 3,300 units)"
    assert chart.summary == (
        "Xã số 0 is first with 99.99%. From first to last it is 32.99 percentage points."
    )


def test_ranking_breaks_a_name_only_where_a_phone_could_not_show_it():
    chart = ranking(
        [
            ("Sở Nông nghiệp và Phát triển nông thôn", "90", 1, ""),
            ("Ban Quản lý Khu công nghệ cao và các khu công nghiệp tỉnh", "80", 2, ""),
            ("Sở Y tế", "70", 3, ""),
        ]
    )
    assert [name for name, _value in texts(chart)] == [
        "1. Sở Nông nghiệp và Phát triển nông thôn",
        "2. Ban Quản lý Khu công nghệ cao và các khu<br>công nghiệp tỉnh",
        "3. Sở Y tế",
    ]
    assert [list(trace["y"]) for trace in bars(chart)] == [[1, 2.4, 3.4]]


def test_ranking_marks_the_median():
    (line,) = ranking(TAY_NINH, median=Decimal("86.62")).figure.layout.shapes
    assert (line.x0, line.x1, line.name) == (86.62, 86.62, "Median 86.62%")
    assert ranking(TAY_NINH).figure.layout.shapes == ()


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        (
            TAY_NINH,
            "Văn phòng UBND tỉnh is first with 96.85%. "
            "From first to last it is 47.78 percentage points.",
        ),
        (TAY_NINH[:1], "Văn phòng UBND tỉnh is first with 96.85%."),
        (
            [("A", "91", 1, ""), ("B", "91", 1, ""), ("C", "90.5", 3, "")],
            "A, B share the first place with 91.00%. "
            "From first to last it is 0.50 percentage points.",
        ),
        (
            [(name, "91", 1, "") for name in "ABCD"],
            "4 units share the first place with 91.00%.",
        ),
        (
            [("A", "91", None, ""), ("B", "80", None, "")],
            "The index runs from 80.00% to 91.00%.",
        ),
        (
            [("Sở Xây dựng", "98.98", 1, ""), ("A", None, None, ""), ("B", None, None, "")],
            "Sở Xây dựng is first with 98.98%. There is no data for 2 units.",
        ),
        ([("A", None, None, "")], "No index is known. There is no data for 1 unit."),
    ],
    ids=["ranked", "one", "shared", "shared by many", "unranked", "one known", "none known"],
)
def test_ranking_says_what_it_shows(rows, summary):
    assert ranking(rows).summary == summary


def test_ranking_of_twenty_stays_small():
    rows = [
        (f"Sở Nông nghiệp và Phát triển nông thôn {i}", f"{90 - i}.25", i + 1, "Tốt")
        for i in range(20)
    ]
    assert len(ranking(rows, median=Decimal("80.75")).svg().encode()) <= 6000


@pytest.mark.parametrize(
    ("language", "values"),
    [("vi", ["97,685", "86,680"]), ("en", ["97.685", "86.680"])],
)
def test_numbers_are_written_as_the_language_does(language, values):
    rows = [("A", "97.685", 1, ""), ("B", "86.68", 2, "")]
    with translation.override(language):
        chart = ranking(rows, decimals=3)

        assert [value for _name, value in texts(chart)] == values
        assert all(value in chart.svg() and value in chart.svg_file() for value in values)
        assert chart.figure.layout.separators == {"vi": ",.", "en": ".,"}[language]


def counts(*rows):
    return [{"class_name": name, "count": count} for name, count in rows]


def test_class_counts_read_as_officials_write_them():
    chart = class_counts_chart(counts(("Tốt", 13), ("Khá", 5), ("Trung bình", 2)), **ABOUT)

    assert chart.summary == "20 units: 13 tốt, 5 khá, 2 trung bình."
    assert [(trace["name"], trace["x"][0]) for trace in bars(chart)] == [
        ("Tốt: 13", 13),
        ("Khá: 5", 5),
        ("Trung bình: 2", 2),
    ]


def test_class_counts_keep_an_empty_class_in_the_table_alone():
    chart = class_counts_chart(counts(("Tốt", 17), ("Trung bình", 0), ("", 2)), **ABOUT)

    assert [trace["name"] for trace in bars(chart)] == ["Tốt: 17", "Not classified: 2"]
    assert [row.cells["class_name"] for row in chart.table.rows] == [
        "Tốt",
        "Trung bình",
        "Not classified",
    ]


def test_class_counts_of_nobody_say_so():
    chart = class_counts_chart(counts(), **ABOUT)
    assert chart.summary == "No unit is classified."
    assert 'role="img"' in chart.svg()


def band(name, floor, *, inclusive=True, inferred=False):
    value = None if floor is None else Decimal(floor)
    return SimpleNamespace(name=name, floor=value, inclusive=inclusive, inferred=inferred)


TAY_NINH_BANDS = [
    band("Tốt", "80", inclusive=False),
    band("Khá", "70.00", inferred=True),
    band("Trung bình", "60"),
    band("Kém", None),
]


def distribution(rows, **changes):
    rows = rows if rows and isinstance(rows[0], dict) else results(rows)
    return distribution_chart(rows, **{"decimals": 2, **ABOUT, **changes})


def test_distribution_puts_a_dot_where_each_index_lies():
    chart = distribution([*TAY_NINH, ("No data", None, None, "")], bands=TAY_NINH_BANDS)

    assert [(trace.name, trace.x) for trace in chart.figure.data] == [
        ("Tốt &gt; 80%", (94.3, 96.85)),
        ("Khá ≥ 70% (inferred)", (78.49,)),
        ("Trung bình ≥ 60%", (None,)),
        ("Kém &lt; 60%", (49.07,)),
    ]
    assert [line.x0 for line in chart.figure.layout.shapes] == [80, 70, 60]
    assert chart.figure.layout.xaxis.range == (40, 100)
    assert chart.figure.layout.xaxis.title.text == "Index (%); the axis starts at 40"


def test_distribution_names_classes_alone_where_no_band_is_known():
    chart = distribution(TAY_NINH)

    assert [trace.name for trace in chart.figure.data] == ["Tốt", "Khá", "Kém"]
    assert chart.figure.layout.shapes == ()


def test_distribution_dots_never_cover_each_other():
    rows = [(f"Unit {i}", f"{85 + i * 0.3:.2f}", i, "Tốt") for i in range(40)]
    chart = distribution([*rows, ("Last", "40.00", 41, "Kém")])
    places = sorted(
        (x, y) for trace in chart.figure.data for x, y in zip(trace.x, trace.y, strict=True)
    )
    closest = min(
        right - left
        for i, (left, level) in enumerate(places)
        for right, other in places[i + 1 :]
        if other == level
    )
    # A dot is 9 pixels, the scale from 40 to 100 is 288 on the narrowest phone.
    assert closest >= 9 / 288 * 60
    assert len(places) == 41


def test_distribution_of_many_counts_them_in_columns():
    rows = [
        (f"Unit {i}", f"{60 + i * 0.4:.2f}", i, "Tốt" if i >= 50 else "Khá") for i in range(101)
    ]
    chart = distribution(rows)

    assert [(trace["name"], sum(trace["y"])) for trace in bars(chart)] == [("Tốt", 51), ("Khá", 50)]
    assert [trace["y"][0] for trace in bars(chart)] == [0, 5]
    assert [trace["y"][-1] for trace in bars(chart)] == [6, 0]
    assert sum(row.record["count"] for row in chart.table.rows) == 101
    assert chart.table.rows[0].record == {"stretch": "60 to 62", "count": 5}


def test_distribution_marks_mean_and_median():
    chart = distribution(TAY_NINH, mean=Decimal("86.23"), median=Decimal("86.62"))

    assert [(line.x0, line.name, line.line.dash) for line in chart.figure.layout.shapes] == [
        (86.62, "Median 86.62%", "solid"),
        (86.23, "Mean 86.23%", "dash"),
    ]
    assert chart.summary == (
        "The indexes of 4 units lie between 49.07% and 96.85%. "
        "Their median is 86.62%, their mean 86.23%."
    )


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        (TAY_NINH[:1], "The index of 1 unit is 96.85%."),
        (
            [*TAY_NINH[:2], ("A", None, None, "")],
            "The indexes of 2 units lie between 94.30% and 96.85%. There is no data for 1 unit.",
        ),
        ([("A", None, None, "")], "No index is known."),
    ],
    ids=["one", "one missing", "none"],
)
def test_distribution_says_what_it_shows(rows, summary):
    chart = distribution(rows)
    assert chart.summary == summary
    assert 'role="img"' in chart.svg()


def history(*rows):
    columns = ["year", "index_percent", "group_median", "class_name", "break_before"]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    for column in ("index_percent", "group_median"):
        frame[column] = [None if value is None else Decimal(value) for value in frame[column]]
    return frame.assign(decimals=2)


def trend(*rows, **changes):
    return index_trend(history(*rows), **{"unit_name": "Sở Y tế", "source": "Decision", **changes})


def lines(chart):
    return [
        list(zip(trace.x, trace.y, strict=True))
        for trace in chart.figure.data
        if "lines" in trace.mode
    ]


HEALTH = [
    (2021, "63.40", "84.10", "Trung bình", False),
    (2022, "55.27", "85.00", "Kém", False),
    (2023, "49.07", "86.84", "Kém", False),
]


def test_trend_follows_the_unit_beside_the_median_of_its_group():
    chart = trend(*reversed(HEALTH))

    assert lines(chart) == [
        [(2021, 84.1), (2022, 85.0), (2023, 86.84)],
        [(2021, 63.4), (2022, 55.27), (2023, 49.07)],
    ]
    dots = [
        (trace.name, trace.x, trace.text)
        for trace in chart.figure.data
        if "markers" in trace.mode and "text" in trace.mode
    ]
    assert dots == [
        ("Trung bình", (2021,), ("63.40",)),
        ("Kém", (2022, 2023), ("55.27", "49.07")),
    ]
    assert chart.figure.layout.yaxis.title.text == "Index (%); the axis starts at 40"


def test_trend_leaves_a_gap_where_a_year_is_missing_or_unknown():
    chart = trend(
        HEALTH[0], (2022, None, None, "", False), HEALTH[2], (2025, "70", "80", "", False)
    )

    assert lines(chart) == [
        [(2021, 84.1), (2022, None), (2023, 86.84), (2024, None), (2025, 80.0)],
        [(2021, 63.4), (2022, None), (2023, 49.07), (2024, None), (2025, 70.0)],
    ]
    assert [row.record["index"] for row in chart.table.rows] == [
        "63.40",
        None,
        "49.07",
        None,
        "70.00",
    ]


@pytest.mark.parametrize(
    ("reason", "said"),
    [(True, "not the same body as before"), ("a new set of criteria", "a new set of criteria")],
    ids=["another body", "in words"],
)
def test_trend_parts_the_line_at_a_break(reason, said):
    chart = trend(*HEALTH[:2], (*HEALTH[2][:4], reason))

    assert lines(chart)[1] == [(2021, 63.4), (2022, 55.27), (2022.5, None), (2023, 49.07)]
    (line,) = chart.figure.layout.shapes
    assert (line.x0, line.name) == (2022.5, f"From 2023: {said}")
    assert chart.table.rows[2].record["note"] == said
    assert "the two years cannot be compared" in chart.summary


def test_trend_of_a_single_year_is_a_dot():
    chart = trend((2023, "49.07", None, "Kém", False))

    assert [(trace.mode, trace.x, trace.y) for trace in chart.figure.data] == [
        ("markers+text", (2023,), (49.07,))
    ]
    assert chart.svg().count("<circle") == 1


def test_trend_writes_every_value_of_a_few_years_and_the_telling_ones_of_many():
    values = ["70", "71", "65", "72", "90", "80", "81", "82"]
    chart = trend(*((2018 + i, value, None, "", False) for i, value in enumerate(values)))
    (dots,) = [trace for trace in chart.figure.data if "text" in trace.mode]

    assert [text for text in dots.text if text] == ["70.00", "65.00", "90.00", "82.00"]
    assert dots.textposition[2:5] == ("bottom center", "top center", "top center")


def test_trend_never_groups_a_year():
    with translation.override("vi"):
        chart = trend(*HEALTH)
        assert chart.figure.layout.xaxis.ticktext == ("2021", "2022", "2023")
        assert re.findall(r"2\.02\d", chart.svg() + chart.summary + chart.figure_json()) == []


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        (
            HEALTH,
            "Sở Y tế: 63.40% in 2021, 49.07% in 2023, down 14.33 percentage points. "
            "The median of its group in 2023 is 86.84%.",
        ),
        (
            [(2022, "80", None, "", False), (2023, "80.5", None, "", False)],
            "Sở Y tế: 80.00% in 2022, 80.50% in 2023, up 0.50 percentage points.",
        ),
        (
            [(2022, "80", None, "", False), (2023, "80", None, "", False)],
            "Sở Y tế: 80.00% in 2022, the same in 2023.",
        ),
        ([(2023, "49.07", None, "", False)], "Sở Y tế: 49.07% in 2023."),
        ([(2023, None, "86.84", "", False)], "Sở Y tế: no index is known."),
    ],
    ids=["down", "up", "the same", "one year", "unknown"],
)
def test_trend_says_what_it_shows(rows, summary):
    chart = trend(*rows)
    assert chart.summary == summary
    assert 'role="img"' in chart.svg()


def test_trend_needs_a_year():
    with pytest.raises(ValueError, match="a trend needs a year"):
        trend()


NASTY = "Sở A & B <script>alert(1)</script>"
NAN = float("nan")
CHARTS = {
    "ranking": lambda: ranking(
        [
            {"unit_name": NASTY, "index_percent": Decimal("90"), "rank": 1.0, "class_name": "Tốt"},
            {"unit_name": "B", "index_percent": NAN, "rank": NAN, "class_name": ""},
        ]
    ),
    "classes": lambda: class_counts_chart(counts((NASTY, 3), ("Khá", 2)), **ABOUT),
    "distribution": lambda: distribution(
        [(NASTY, "90", 1, NASTY)], bands=[band(NASTY, "80", inclusive=False)]
    ),
    "columns": lambda: distribution(many(100)),
    "trend": lambda: trend((2023, "90", NAN, NASTY, NASTY), (2025, NAN, NAN, "", False)),
}


@pytest.fixture(params=CHARTS)
def chart(request):
    return CHARTS[request.param]()


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def test_figure_is_json_that_a_browser_reads_without_a_template(chart):
    text = chart.figure_json()

    assert sorted(json.loads(text, parse_constant=refuse)) == ["data", "layout"]
    assert re.findall("bdata|colorway", text) == []


def test_names_never_become_markup(chart):
    for place in (chart.svg(), chart.svg_file(), chart.figure_json()):
        assert "<script" not in place


def test_file_carries_title_source_and_warning(chart):
    assert f">Source: {chart.source}</text>" in chart.svg_file()
    assert f"<title>{chart.title}</title>" in chart.svg_file()
    assert "Illustrative" not in chart.svg_file()


def test_file_of_invented_data_says_so():
    drawing = ranking(TAY_NINH, illustrative=True).svg_file()
    assert ">Illustrative data, not real results.</text>" in drawing


def test_component_shows_finding_picture_numbers_and_source():
    chart = class_counts_chart(counts(("Tốt", 13), ("Khá", 5)), **ABOUT, illustrative=True)
    page = render_to_string("components/chart.html", {"chart": chart, "chart_url": "/a/bieu-do/"})

    assert re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", page) == [
        "Class",
        "Units",
        "Tốt",
        "13",
        "Khá",
        "5",
    ]
    assert chart.svg() in page
    assert f"<strong>{chart.title}</strong> {chart.summary}" in page
    assert 'data-figure="/a/bieu-do/xep-loai.json"' in page
    assert 'href="/a/bieu-do/xep-loai.svg"' in page
    assert "<strong>Illustrative data.</strong> Source: Decision 2729/QĐ-UBND." in page
    assert re.findall(r"style=|<script|onclick", page) == []


def test_component_leaves_out_numbers_the_page_shows_anyway():
    page = render_to_string(
        "components/chart.html", {"chart": ranking(TAY_NINH), "chart_url": "/a/bieu-do/"}
    )
    assert "<details>" not in page
    assert "Illustrative" not in page
