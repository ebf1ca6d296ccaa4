import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.utils import translation

from scorecards.charts import svg
from scorecards.charts.chart import figure, line_across
from scorecards.charts.palette import LIGHT, PALETTE

PORTAL_CSS = Path(__file__).resolve().parents[2] / "static" / "css" / "portal.css"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def bar(lengths, colour="tot", **changes):
    return {
        "type": "bar",
        "orientation": "h",
        "x": lengths,
        "y": list(range(1, len(lengths) + 1)),
        "name": "Tốt",
        "marker": {"color": LIGHT[colour]},
        **changes,
    }


def texts(words, *, at, colour="ink"):
    return {
        "type": "scatter",
        "mode": "text",
        "x": [at] * len(words),
        "y": list(range(1, len(words) + 1)),
        "text": words,
        "textfont": {"color": LIGHT[colour]},
        "showlegend": False,
    }


def rows(lengths, *, names=None, **layout):
    words = [str(length) for length in lengths]
    traces = [bar(lengths), texts(names or words, at=0), texts(words, at=100)]
    return figure(
        traces,
        title="Ranking",
        height=300,
        **{"xaxis": {"range": [0, 100]}, "showlegend": False, **layout},
    )


HATCHED = {"pattern": {"shape": "/", "fgcolor": LIGHT["line"]}, "color": LIGHT["none"]}


def strip(sizes):
    traces = [
        {**bar([size]), "y": [0], "text": [str(size)], "name": f"Tốt: {size}"} for size in sizes
    ]
    return figure(traces, title="Classes", height=190, barmode="stack")


def plane(*traces, shapes=(), **changes):
    layout = {
        "height": 230,
        "margin": {"t": 50, "b": 50},
        "xaxis": {"range": [0, 10], "tickvals": [0, 5, 10], "ticktext": ["0", "5", "10"]},
        "yaxis": {"range": [0, 10], "tickvals": [5], "ticktext": ["5"]},
        "shapes": list(shapes),
    }
    return figure(traces, title="Plane", **{**layout, **changes})


def line(ys, **changes):
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(1, len(ys) + 1)),
        "y": ys,
        "name": "Index",
        "line": {"color": LIGHT["ink"], "width": 2},
        **changes,
    }


def dots(ys, **changes):
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": list(range(1, len(ys) + 1)),
        "y": ys,
        "name": "Index",
        "marker": {"color": LIGHT["tot"], "size": 13},
        "text": [f"value {y}" for y in ys],
        "textposition": "top center",
        **changes,
    }


def parsed(drawing):
    return ET.fromstring(re.sub(r' xmlns="[^"]+"', "", drawing))


def inline(drawn, title="Title", desc="Finding."):
    return parsed(svg.inline(drawn, title=title, desc=desc))


def words(root):
    return ["".join(text.itertext()) for text in root.iter("text")]


def of_class(root, tag, name):
    """Return the elements drawn in a colour, which they or their group carry."""
    found = [element for element in root.iter(tag) if element.get("class") == name]
    for group in root.iter("g"):
        if group.get("class") == name:
            found += group.iter(tag)
    return found


def test_inline_names_itself_and_styles_nothing():
    drawing = svg.inline(rows([90, 45]), title="Ranking of 2023", desc="One is first.")
    root = parsed(drawing)

    assert (root.get("role"), root[0].tag, root[0].text, root[1].tag, root[1].text) == (
        "img",
        "title",
        "Ranking of 2023",
        "desc",
        "One is first.",
    )
    assert re.findall(r"<style|style=| id=|viewBox", drawing) == []


def test_inline_measures_across_in_percent_and_down_in_em():
    root = inline(rows([90, 45], shapes=[line_across(60)]))

    lengths = {"x": "%", "width": "%", "x1": "%", "x2": "%", "y": "em", "y1": "em", "y2": "em"}
    units = {
        (name, re.sub(r"[\d. ]", "", element.get(name)))
        for element in root.iter()
        for name in element.keys() & lengths.keys()
    }
    assert units == set(lengths.items())
    assert (root.get("width"), root.get("height")) == ("100%", "6em")


@pytest.mark.parametrize(
    ("lengths", "end", "widths"),
    [
        ([100, 50, 0], 100, ["84%", "42%", "0%"]),
        ([98.98], 100, ["83.14%"]),
        ([-5], 100, ["0%"]),
        ([120, 60], 120, ["84%", "42%"]),
    ],
    ids=["proportional", "two decimals", "below zero", "above a hundred"],
)
def test_bars_are_as_long_as_their_numbers(lengths, end, widths):
    drawn = figure(
        [bar(lengths), texts(["x"] * len(lengths), at=0), texts(["x"] * len(lengths), at=end)],
        title="Ranking",
        height=300,
        xaxis={"range": [0, end]},
    )
    assert [rect.get("width") for rect in of_class(inline(drawn), "rect", "t-tot")] == widths


def test_rows_read_from_the_top_name_above_bar_and_value_at_the_right():
    root = inline(rows([90, 45], names=["A", "B"]))

    assert words(root) == ["A", "B", "90", "45"]
    assert [text.get("y") for text in root.iter("text")] == ["1em", "4em", "2.26em", "5.26em"]
    assert [rect.get("y") for rect in of_class(root, "rect", "t-tot")] == ["1.5em", "4.5em"]
    assert [text.get("x") for text in root.iter("text")] == [None, None, "100%", "100%"]


def test_a_name_of_two_lines_takes_two_lines():
    root = inline(rows([90, 45], names=["A long<br>name", "B"]))

    assert words(root) == ["A long", "name", "B", "90", "45"]
    assert [text.get("y") for text in root.iter("text")][:3] == ["1em", "2.4em", "5.4em"]


def test_an_unknown_value_is_hatched_and_has_no_bar():
    drawn = figure(
        [bar([100], marker=HATCHED), texts(["A"], at=0), texts(["no data"], at=100)],
        title="Ranking",
        height=100,
        xaxis={"range": [0, 100]},
        showlegend=False,
    )
    root = inline(drawn)

    assert list(root.iter("rect")) == []
    assert [line.get("stroke-dasharray") for line in of_class(root, "line", "s-line")] == ["2 3"]
    assert words(root) == ["A", "no data"]


def test_a_median_crosses_bars_and_not_the_names_between_them():
    root = inline(rows([90, 45, 30], names=["A", "B<br>B", "C"], shapes=[line_across(50)]))
    (median,) = of_class(root, "line", "s-ink")

    assert (median.get("x1"), median.get("x2")) == ("42%", "42%")
    dashes = [float(length) for length in median.get("stroke-dasharray").replace("em", "").split()]
    starts = [float(median.get("y1")[:-2]) + sum(dashes[:i]) for i in range(0, len(dashes), 2)]
    tops = [float(rect.get("y")[:-2]) for rect in of_class(root, "rect", "t-tot")]
    assert [round(top - start, 2) for top, start in zip(tops, starts, strict=True)] == [0.2] * 3
    assert set(dashes[::2]) == {1.2}


@pytest.mark.parametrize(
    ("sizes", "widths", "numbers"),
    [
        ([13, 5, 2], ["65%", "25%", "10%"], ["13", "5", "2"]),
        ([99, 1], ["99%", "1%"], ["99"]),
        ([7], ["100%"], ["7"]),
    ],
    ids=["Bình Phước 2020", "no room for one", "one class"],
)
def test_a_strip_shares_its_width_and_says_each_number_in_the_legend(sizes, widths, numbers):
    root = inline(strip(sizes))

    assert [rect.get("width") for rect in root.iter("rect")] == widths
    assert [text.text for text in root.iter("text") if text.get("class") == "on-tone"] == numbers
    legend = " ".join(words(root)[len(numbers) :])
    assert re.findall(r"Tốt: (\d+)", legend) == [str(size) for size in sizes]


@pytest.mark.parametrize(
    ("ys", "ends"),
    [
        ([2, 4, 6], [("10%", "20%"), ("20%", "30%")]),
        ([2, None, 6], []),
        ([2, 4, None, 6, 8], [("10%", "20%"), ("40%", "50%")]),
        ([2], []),
        ([None, None], []),
    ],
    ids=["whole", "one missing", "two parts", "a lone value", "nothing known"],
)
def test_a_line_never_bridges_a_gap(ys, ends):
    drawn = inline(plane(line(ys)))
    lines = of_class(drawn, "line", "s-ink")
    assert [(part.get("x1"), part.get("x2")) for part in lines] == ends


def test_dots_lie_where_their_values_say():
    root = inline(plane(dots([0, None, 10])))
    height = (230 - 100) / 13

    circles = [(c.get("cx"), float(c.get("cy")[:-2]), c.get("r")) for c in root.iter("circle")]
    assert circles == [("10%", 0.6 + height, "0.5em"), ("30%", 0.6, "0.5em")]
    assert [word for word in words(root) if word.startswith("value")] == ["value 0", "value 10"]


def test_columns_of_one_place_stand_on_each_other():
    first = {"type": "bar", "x": [5], "y": [4], "width": 1, "name": "A"}
    second = {**first, "y": [6], "name": "B"}
    drawn = plane(
        {**first, "marker": {"color": LIGHT["tot"]}},
        {**second, "marker": {"color": LIGHT["kha"]}},
        barmode="stack",
    )
    root = inline(drawn)
    heights = []
    for name in ("t-tot", "t-kha"):
        (rect,) = of_class(root, "rect", name)
        assert (rect.get("x"), rect.get("width")) == ("45%", "10%")
        heights.append((float(rect.get("y")[:-2]), float(rect.get("height")[:-2])))
    assert heights == [(6.6, 4.0), (0.6, 6.0)]


def column(height, text, **changes):
    return {
        "type": "bar",
        "x": [5],
        "y": [height],
        "width": 4,
        "name": "A",
        "text": [text],
        "marker": {"color": LIGHT["tot"]},
        **changes,
    }


@pytest.mark.parametrize(
    ("height", "text", "written"),
    [(5, "13", ["13"]), (1, "13", []), (5, "two hundred thirty units", []), (5, "", [])],
    ids=["room", "too low", "too narrow", "nothing to write"],
)
def test_a_column_says_its_number_where_there_is_room(height, text, written):
    root = inline(plane(column(height, text)))
    assert [text.text for text in of_class(root, "text", "on-tone")] == written


def test_a_column_of_unknown_values_is_hatched():
    root = inline(plane(column(5, "2", marker=HATCHED)))
    (stripes,) = [found for found in root.iter("line") if found.get("stroke-dasharray")]

    assert (stripes.get("x1"), stripes.get("x2")) == ("30%", "70%")
    assert [text.get("class") for text in root.iter("text") if text.text == "2"] == ["halo"]


def test_texts_beside_a_place_may_have_several_lines():
    beside = dots([5], mode="text", text=["Sở A<br>và B"], textposition="middle right")
    root = inline(plane(beside))
    found = [text for text in root.iter("text") if text.text in ("Sở A", "và B")]

    assert [text.get("text-anchor") for text in found] == ["start", "start"]
    upper, lower = (float(text.get("y")[:-2]) for text in found)
    assert round(lower - upper, 2) == 1.4
    assert round((upper + lower) / 2 - 0.36, 2) == round(0.6 + 130 / 13 / 2, 2)


def test_an_axis_may_stand_above_the_plane():
    axis = {"range": [0, 10], "side": "top", "tickvals": [5], "ticktext": ["2023"]}
    root = inline(plane(line([0, 10]), xaxis=axis))
    (year,) = [text for text in root.iter("text") if text.text == "2023"]
    highest = min(float(part.get("y2")[:-2]) for part in of_class(root, "line", "s-ink"))

    assert float(year.get("y")[:-2]) < highest


def test_legend_names_traces_and_lines_and_breaks_where_the_narrowest_phone_ends():
    drawn = plane(
        line([1, 2], name="Sở Nông nghiệp và Phát triển nông thôn"),
        dots([1, 2], name="Tốt"),
        shapes=[line_across(3, name="Median 86.62%"), line_across(4, dash="dot")],
    )
    lines = [word for word in words(inline(drawn)) if re.match("[—●|]", word)]
    assert lines == ["— Sở Nông nghiệp và Phát triển nông thôn", "● Tốt| Median 86.62%"]


def test_names_cannot_become_markup():
    name = "A & B <b>&lt;"
    escaped = "A &amp; B &lt;b&gt;&amp;lt;"
    drawn = rows([50], names=[escaped])

    for drawing in (
        svg.inline(drawn, title=name, desc=name),
        svg.document(drawn, title=name, desc=name, warning=name, source=name),
    ):
        root = parsed(drawing)
        assert (root.find("title").text, root.find("desc").text) == (name, name)
        assert name in words(root)
        assert list(root.iter("b")) == []


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (figure([], title="", height=100), "empty figure"),
        (figure([{"type": "pie", "values": [1]}], title="", height=100), "pie"),
        (plane(line([1]), annotations=[{"text": "x"}]), "annotations"),
        (plane(line([1]), shapes=[{"type": "rect", "x0": 0, "x1": 1}]), "vertical line"),
        (plane(line([1], line={"color": "#123456", "width": 1})), "#123456"),
        (rows([50], xaxis={"range": [40, 100]}), "bars start at 0"),
        (
            figure([bar([1]), line([1])], title="", height=100, xaxis={"range": [0, 1]}),
            "texts alone",
        ),
        (figure([bar([1, 2])], title="", height=100, barmode="stack"), "one part per trace"),
        (
            plane(dots([1], marker={"color": LIGHT["tot"], "size": 9, "symbol": "star"})),
            "the symbol star",
        ),
    ],
    ids=[
        "nothing",
        "pie",
        "annotation",
        "rectangle",
        "colour",
        "cut axis",
        "line",
        "two parts",
        "symbol",
    ],
)
def test_what_cannot_be_drawn_faithfully_is_refused(drawn, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        svg.inline(drawn, title="", desc="")


def test_document_stands_alone():
    drawing = svg.document(
        rows([90, 45], names=["A", "B"]),
        title="Ranking",
        desc="A is first.",
        warning="Illustrative data.",
        source="Source: decision 1",
    )
    root = ET.fromstring(drawing)

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("viewBox").split()[2]) == ("720", "720")
    assert words(parsed(drawing)) == [
        "Ranking",
        "Illustrative data.",
        "A is first.",
        *["A", "B", "90", "45"],
        "Source: decision 1",
    ]
    assert re.findall(r"\d(?:em|%)\"", drawing.replace('"100%"', "")) == []


def test_document_widths_are_those_of_the_page():
    width = svg.FILE_WIDTH - 2 * svg.FILE_MARGIN
    root = parsed(svg.document(rows([100, 50]), title="", desc=""))
    bars = [float(rect.get("width")) for rect in of_class(root, "rect", "t-tot")]
    assert bars == [0.84 * width, 0.42 * width]


DOWN = {"range": [10, 0], "visible": False}


@pytest.mark.parametrize(
    ("symbol", "sign", "drawn"),
    [
        ("circle", "●", "circle"),
        ("square", "■", "path"),
        ("diamond", "◆", "path"),
        ("triangle-up", "▲", "path"),
        ("diamond-open", "◇", "path"),
        ("line-ns-open", "|", "line"),
    ],
)
def test_each_symbol_lies_on_its_value_and_in_the_legend(symbol, sign, drawn):
    marker = {"color": LIGHT["kha"], "size": 13, "symbol": symbol, "line": {"width": 2}}
    root = inline(plane(dots([5, None], mode="markers", marker=marker)))
    height = 0.6 + (230 - 100) / 13 / 2

    match drawn:
        case "circle":
            places = [(c.get("cx"), c.get("cy")) for c in root.iter("circle")]
        case "path":
            places = [(s.get("x"), s.get("y")) for s in root.iter("svg") if s is not root]
        case "line":
            places = [
                (s.get("x1"), f"{(float(s.get('y1')[:-2]) + float(s.get('y2')[:-2])) / 2:g}em")
                for s in of_class(root, "line", "s-kha")
            ]
    assert places == [("10%", f"{height:g}em")]
    assert f"{sign} Index" in words(root)


@pytest.mark.parametrize(
    ("position", "anchor", "down"),
    [
        ("top center", "middle", -0.7),
        ("bottom center", "middle", 1.5),
        ("middle right", "start", 0.36),
        ("middle left", "end", 0.36),
    ],
)
def test_words_stand_beside_their_value(position, anchor, down):
    font = {"weight": 400, "color": LIGHT["ink-soft"]}
    root = inline(plane(dots([10], mode="text", textposition=position, textfont=font)))
    (word,) = [text for text in root.iter("text") if text.text == "value 10"]

    assert (word.get("text-anchor"), word.get("font-weight"), word.get("class")) == (
        anchor,
        "400",
        "ink-soft halo",
    )
    assert (word.get("x"), word.get("y")) == ("10%", f"{0.6 + down:.2f}".rstrip("0") + "em")


def test_scale_that_runs_downwards_has_its_rows_below_each_other_under_vertical_lines():
    across = {"range": [0, 10], "tickvals": [0, 5], "ticktext": ["0", "5"], "showgrid": True}
    root = inline(plane(dots([0, 10]), yaxis=DOWN, xaxis=across))

    first, second = [float(c.get("cy")[:-2]) for c in root.iter("circle")]
    assert (first, second) == (0.6, 10.6)
    upright = [line for line in of_class(root, "line", "s-line") if line.get("x1")]
    assert [(line.get("x1"), line.get("x2")) for line in upright] == [("0%", "0%"), ("50%", "50%")]


def heat(values, texts, *, names=("Sở A", "Sở B"), **changes):
    cells = {
        "type": "heatmap",
        "z": values,
        "text": texts,
        "zmin": 0,
        "zmax": 100,
        "colorscale": [
            *([0, LIGHT["step-1"]], [0.5, LIGHT["step-1"]]),
            *([0.5, LIGHT["step-4"]], [1, LIGHT["step-4"]]),
        ],
    }
    named = {**texts_of(names), "showlegend": False}
    legend = {**bar([None], colour="step-1"), "y": [None], "name": "below 50%"}
    return figure(
        [cells, named, legend],
        title="Fields",
        height=300,
        xaxis={"ticktext": ["1", "2"], "title": {"text": "1. Field<br>2. Other &lt;field"}},
        **changes,
    )


def texts_of(names):
    return {"type": "scatter", "mode": "text", "x": [0.5] * len(names), "text": list(names)}


def test_a_heat_map_writes_every_value_in_its_cell():
    root = inline(heat([[49, 50], [100, 0]], [["49,00", "50,00"], ["100,00", "0,00"]]))
    assert words(root) == [
        *("■ below 50%", "1", "2"),
        *("Sở A", "49,00", "50,00"),
        *("Sở B", "100,00", "0,00"),
        *("1. Field", "2. Other <field"),
    ]
    assert [len(of_class(root, "rect", f"t-step-{step}")) for step in (1, 4)] == [2, 2]
    assert ["".join(text.itertext()) for text in of_class(root, "text", "on-tone")] == [
        "50,00",
        "100,00",
    ]


def test_a_heat_map_hatches_what_is_unknown_and_writes_what_does_not_apply():
    root = inline(heat([[None, 50], [None, 90]], [["", "50"], ["—", "90"]]))
    assert len(of_class(root, "line", "s-none")) == 1
    assert [text.text for text in of_class(root, "text", "ink-soft") if text.text == "—"] == ["—"]


def test_a_heat_map_with_other_traces_is_refused():
    drawn = heat([[1, 2], [3, 4]], [["1", "2"], ["3", "4"]])
    drawn["data"].append(bar([5]))
    with pytest.raises(ValueError, match="legend alone"):
        svg.inline(drawn, title="", desc="")


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_on_every_step_can_be_read(mode):
    for step in range(1, 6):
        name = f"step-{step}"
        text = "paper" if name in svg.DARK_STEPS else "ink"
        assert contrast(PALETTE[name][mode], PALETTE[text][mode]) >= 4.5, name


def contrast(one, other):
    lighter, darker = sorted(map(luminance, (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def used_classes(drawing):
    return {name for names in re.findall(r'class="([^"]+)"', drawing) for name in names.split()}


EVERYTHING = (
    rows([50, 60], shapes=[line_across(3, colour="ink-soft")]),
    figure(
        [bar([1], marker=HATCHED), texts(["a"], at=0, colour="ink-soft"), texts(["b"], at=1)],
        title="",
        height=100,
        xaxis={"range": [0, 1]},
    ),
    figure(
        [
            {**bar([1], colour=tone), "y": [0], "text": ["1"]}
            for tone in ("xuat-sac", "tot", "kha", "trung-binh", "yeu", "kem", "none")
        ],
        title="",
        height=100,
        barmode="stack",
    ),
    plane(line([1, 2]), dots([1]), shapes=[line_across(3, colour="none", dash="dot")]),
    plane(
        *(
            dots(
                [1],
                mode="markers",
                marker={"color": LIGHT[colour], "size": 9, "symbol": symbol, "line": {"width": 2}},
            )
            for colour, symbol in [
                ("ink", "circle"),
                ("second", "square"),
                ("third", "diamond"),
                ("fourth", "triangle-up"),
                ("ink-soft", "line-ns-open"),
                ("ink-soft", "diamond-open"),
            ]
        ),
        dots([1], mode="text", textfont={"color": LIGHT["second"]}),
        yaxis=DOWN,
    ),
    heat([[10, 60], [None, 90]], [["10", "60"], ["", "90"]]),
    plane(
        *(line([1, 2], line={"color": LIGHT[name], "width": 2}) for name in ("up", "down")),
        column(5, "1"),
    ),
)


@pytest.mark.parametrize(
    "drawn", EVERYTHING, ids=["bars", "hatched", "strip", "plane", "lanes", "heat", "moves"]
)
def test_every_class_has_a_rule_in_the_file_itself_and_on_the_page(drawn):
    drawing = svg.document(drawn, title="", desc="", source="x")
    css = re.search("<style>(.*)</style>", drawing).group(1)
    in_file = set(re.findall(r"\.([a-z0-9-]+)[{,]", css))
    on_page = set(re.findall(r"\.([a-z][a-z0-9-]*)", PORTAL_CSS.read_text()))

    assert used_classes(drawing) - in_file == set()
    inline_classes = used_classes(svg.inline(drawn, title="", desc=""))
    assert inline_classes - on_page == set()


def test_palette_is_the_one_of_the_page():
    css = PORTAL_CSS.read_text()
    dark = css.index("prefers-color-scheme: dark")
    declared = [
        {name: value for name, value in re.findall(r"--([a-z0-9-]+): (#[0-9a-f]+)", part)}
        for part in (css[:dark], css[dark : css.index("[data-size=")])
    ]

    def long(colour):
        return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])

    assert {name: (long(declared[0][name]), long(declared[1][name])) for name in PALETTE} == PALETTE


@pytest.mark.parametrize(
    ("room", "lines"),
    [
        (20, ["Ban Quản lý Khu Kinh tế"]),
        (10, ["Ban Quản lý Khu", "Kinh tế"]),
        (1, ["Ban", "Quản", "lý", "Khu", "Kinh", "tế"]),
    ],
    ids=["room enough", "two lines", "a word is never cut"],
)
def test_wrapped(room, lines):
    assert svg.wrapped("Ban Quản lý Khu Kinh tế", room) == lines
