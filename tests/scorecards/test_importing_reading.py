from decimal import Decimal

import pytest
from django.utils import translation

from scorecards.calculation import Leaf
from scorecards.importing.matching import Directory, KnownUnit
from scorecards.importing.problems import Unreadable
from scorecards.importing.reading import Scheme, read_scores
from scorecards.importing.workbook import read_workbook
from tests.scorecards.workbooks import Percent, csv, xlsx


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


Y_TE = KnownUnit(1, "SYT", "Sở Y tế")
TU_PHAP = KnownUnit(2, "STP", "Sở Tư pháp")
CONG_AN = KnownUnit(3, "CAT", "Công an tỉnh")
DIRECTORY = Directory(
    [Y_TE, TU_PHAP, CONG_AN],
    elsewhere=[(KnownUnit(9, "710", "Huyện Gò Dầu"), "it does not belong to the group “Sở”.")],
)


def scheme(*leaves, **kwargs):
    return Scheme(leaves=leaves, decimals=2, year=2023, **kwargs)


def leaf(number, kind="appraised", max_points="100"):
    return Leaf(number, kind, None if max_points is None else Decimal(max_points))


TOTAL = scheme(leaf("1"))
PARTS = scheme(leaf("1", max_points="65"), leaf("2", "survey", "35"))
ADJUSTED = scheme(leaf("1"), leaf("2", "bonus", "5"), leaf("3", "penalty", "-5"))
TREE = scheme(
    leaf("1.1", max_points="2"),
    leaf("1.2", max_points="2.5"),
    leaf("2.1", "survey", "10"),
    branches=frozenset(("1", "2")),
)


def read(rows, under=TOTAL, **kwargs):
    return read_scores(
        read_workbook(csv(rows, separator=";"), "2023.csv"), under, DIRECTORY, **kwargs
    )


def points_of(reading):
    """Per unit: leaf → stage → points, as text."""
    return {
        row.unit.code: {
            number: {stage: str(value) for stage, value in stages.items()}
            for number, stages in row.points.items()
        }
        for row in reading.units
    }


def sentences(problems):
    return [str(problem).removeprefix("Sheet “2023”, cell ") for problem in problems]


@pytest.mark.parametrize(
    ("heading", "row", "under", "expected"),
    [
        ("Tổng điểm", "88,35", TOTAL, {"1": {"awarded": "88.35"}}),
        ("Điểm đánh giá", "88.35", TOTAL, {"1": {"awarded": "88.35"}}),
        ("Điểm thẩm định", "88,35", TOTAL, {"1": {"appraised": "88.35", "awarded": "88.35"}}),
        ("Điểm tự đánh giá", "90", TOTAL, {"1": {"claimed": "90"}}),
        (
            "Điểm tự chấm;Điểm thẩm định",
            "90;88,35",
            TOTAL,
            {"1": {"appraised": "88.35", "awarded": "88.35", "claimed": "90"}},
        ),
        (
            "Điểm thẩm định;Tổng điểm",
            "88;89",
            TOTAL,
            {"1": {"appraised": "88", "awarded": "89"}},
        ),
        (
            "Điểm thẩm định;Điểm ĐTXHH;Tổng điểm",
            "60;30,5;90,5",
            PARTS,
            {"1": {"appraised": "60", "awarded": "60"}, "2": {"awarded": "30.5"}},
        ),
        ("Điểm ĐTXHH", "30,5", PARTS, {"2": {"awarded": "30.5"}}),
        (
            "Điểm thẩm định;Điểm thưởng;Điểm trừ",
            "60;1;2",
            ADJUSTED,
            {
                "1": {"appraised": "60", "awarded": "60"},
                "2": {"awarded": "1"},
                "3": {"awarded": "-2"},
            },
        ),
        (
            "Điểm thẩm định;Điểm trừ",
            "60;-2",
            ADJUSTED,
            {"1": {"appraised": "60", "awarded": "60"}, "3": {"awarded": "-2"}},
        ),
        (
            "Điểm thẩm định;Điểm thưởng/trừ",
            "60;-2",
            ADJUSTED,
            {"1": {"appraised": "60", "awarded": "60"}, "3": {"awarded": "-2"}},
        ),
        (
            "Điểm thẩm định;Điểm thưởng/trừ",
            "60;1,5",
            ADJUSTED,
            {"1": {"appraised": "60", "awarded": "60"}, "2": {"awarded": "1.5"}},
        ),
        (
            "Điểm thẩm định;Điểm thưởng/trừ",
            "60;0",
            ADJUSTED,
            {"1": {"appraised": "60", "awarded": "60"}},
        ),
        ("Điểm thẩm định;Điểm thưởng", "60;0", TOTAL, {"1": {"appraised": "60", "awarded": "60"}}),
        (
            "1.1;1.2 (2,5);2.1",
            "1;2,5;10",
            TREE,
            {"1.1": {"awarded": "1"}, "1.2": {"awarded": "2.5"}, "2.1": {"awarded": "10"}},
        ),
        (
            "1.1 (tối đa 2 điểm);1.2. Dịch vụ công mức độ (4)",
            "1;2",
            TREE,
            {"1.1": {"awarded": "1"}, "1.2": {"awarded": "2"}},
        ),
        (
            "1.2;1.1;Điểm ĐTXHH;Tổng điểm",
            "2;;9;11",
            TREE,
            {"1.2": {"awarded": "2"}, "2.1": {"awarded": "9"}},
        ),
        (
            "1.1 Tự chấm;1.1 Thẩm định",
            "2;1,5",
            TREE,
            {"1.1": {"claimed": "2", "appraised": "1.5", "awarded": "1.5"}},
        ),
        (
            "1.1 Thẩm định;1.1",
            "1,5;1,75",
            TREE,
            {"1.1": {"appraised": "1.5", "awarded": "1.75"}},
        ),
    ],
)
def test_points_go_to_the_leaf_their_column_means(heading, row, under, expected):
    reading = read([["Đơn vị", heading], ["Sở Y tế", row]], under)
    assert (points_of(reading), sentences(reading.problems)) == ({"SYT": expected}, [])


WANTED_SURVEY = (
    "this framework has no survey criterion: to keep appraisal and survey apart it needs two "
    "criteria; or leave the total alone in the file."
)
WANTED_ADJUSTMENT = "this framework has no criterion for bonus or penalty: it needs one of its own."
WANTED_COLUMNS = "this framework has %d criteria to fill: give each a column headed by its number."


@pytest.mark.parametrize(
    ("heading", "row", "under", "expected"),
    [
        (
            "Điểm thẩm định;Điểm ĐTXHH;Tổng điểm",
            "60;30;90",
            TOTAL,
            [f"C1: found “Điểm ĐTXHH”; {WANTED_SURVEY}"],
        ),
        (
            "Điểm thẩm định;Điểm thưởng",
            "60;2",
            TOTAL,
            [f"C1: found “Điểm thưởng”; {WANTED_ADJUSTMENT}"],
        ),
        (
            "Điểm thẩm định;Điểm cộng, trừ",
            "60;2",
            TOTAL,
            [f"C1: found “Điểm cộng, trừ”; {WANTED_ADJUSTMENT}"],
        ),
        ("Tổng điểm", "90", PARTS, [f"B1: found “Tổng điểm”; {WANTED_COLUMNS % 2}"]),
        ("Điểm thẩm định", "4", TREE, [f"B1: found “Điểm thẩm định”; {WANTED_COLUMNS % 2}"]),
        (
            "Xếp hạng;Xếp loại",
            "1;Tốt",
            TOTAL,
            [
                "A1: found “Đơn vị”; "
                "a column with points is wanted, such as “Tổng điểm” or “Điểm thẩm định”."
            ],
        ),
        (
            "1.1 (3)",
            "1",
            TREE,
            ["B1: found “1.1 (3)”; criterion 1.1 has a maximum of 2 points in this framework."],
        ),
    ],
)
def test_columns_the_framework_has_no_place_for_are_a_problem(heading, row, under, expected):
    reading = read([["Đơn vị", heading], ["Sở Y tế", row]], under)
    assert sentences(reading.problems) == expected


OF_100 = "points from 0.00 to 100.00 are wanted."


@pytest.mark.parametrize(
    ("heading", "row", "under", "expected"),
    [
        ("Tổng điểm", "981,31", TOTAL, f"B2: found “981,31”; {OF_100}"),
        ("Tổng điểm", "-1", TOTAL, f"B2: found “-1”; {OF_100}"),
        ("Tổng điểm", "88,356", TOTAL, "B2: found “88,356”; it can be read as a thousand: type "
         "points without a thousand separator, with at most 2 decimals."),
        ("Tổng điểm", "0,125", TOTAL, "B2: found “0,125”; points have at most 2 decimals."),
        ("Tổng điểm", "KAD", TOTAL, "B2: found “KAD”; a number such as 88,35 is wanted."),
        ("1.1", "2,5", TREE, "B2: found “2,5”; points from 0.00 to 2.00 are wanted."),
        ("Điểm thẩm định;Điểm trừ", "9;6", ADJUSTED,
         "C2: found “6”; points from -5.00 to 0.00 are wanted."),
        ("Điểm thẩm định;Điểm thưởng", "9;-1", ADJUSTED,
         "C2: found “-1”; points from 0.00 to 5.00 are wanted."),
        ("Điểm tối đa;Tổng điểm", "71,5;72", TOTAL,
         "C2: found “72”; points from 0.00 to 71.50 are wanted."),
        ("Điểm tối đa;Tổng điểm", "0;0", TOTAL, "B2: found “0”; a maximum is above 0."),
        ("Điểm tối đa;Tổng điểm", "1000;72", TOTAL,
         f"B2: found “1000”; {OF_100}"),
        ("Tổng điểm;Tỷ lệ đạt", "72;720", TOTAL,
         "C2: found “720”; a percentage from 0 to 100 is wanted."),
        ("Tổng điểm;Xếp hạng", "72;Nhất", TOTAL,
         "C2: found “Nhất”; a rank is a whole number such as 1."),
    ],
)  # fmt: skip
def test_cell_that_cannot_stand_is_a_problem(heading, row, under, expected):
    reading = read([["Đơn vị", heading], ["Sở Y tế", row]], under)
    assert sentences(reading.problems) == [expected]


def test_every_wrong_cell_is_named():
    rows = [["Đơn vị", "1.1", "1.2"], ["Sở Y tế", "9", "abc"], ["Sở Khoa học", "1", "1"]]
    assert sentences(read(rows, TREE).problems) == [
        "A3: found “Sở Khoa học”; no unit of this group has this name or code.",
        "B2: found “9”; points from 0.00 to 2.00 are wanted.",
        "C2: found “abc”; a number such as 88,35 is wanted.",
    ]


def test_unit_named_twice_is_a_problem_that_names_both_cells():
    rows = [["Đơn vị", "Tổng điểm"], ["Sở Y tế", "9"], ["SỞ Y TẾ", "8"]]
    assert sentences(read(rows).problems) == [
        "A3: found “SỞ Y TẾ”; the same unit stands in cell A2 already: keep one row."
    ]


def test_unit_of_another_group_is_a_problem():
    rows = [["Đơn vị", "Tổng điểm"], ["UBND huyện Gò Dầu", "9"]]
    assert sentences(read(rows).problems) == [
        "A2: found “UBND huyện Gò Dầu”; it does not belong to the group “Sở”."
    ]


def test_points_without_a_unit_are_a_problem():
    rows = [["STT", "Đơn vị", "Tổng điểm"], ["1", "", "9"], ["", "", "8"], ["1", "Sở Y tế", "7"]]
    assert sentences(read(rows).problems) == [
        "A2: found “1”; a row with points names its unit.",
        "B3: found nothing; a row with points names its unit.",
    ]


def test_rows_that_are_no_units_are_left_out_and_named():
    rows = [
        ["UBND TỈNH", "", "", ""],
        ["KẾT QUẢ NĂM 2023", "", "", ""],
        ["STT", "Tên cơ quan", "Tổng điểm", "Xếp loại"],
        ["(1)", "(2)", "(3)", "(4)"],
        ["", "Điểm tối đa", "100", ""],
        ["I", "Các sở, ban, ngành", "", ""],
        ["1", "Sở Y tế", "49,07", "Kém"],
        ["STT", "Tên cơ quan", "Tổng điểm", "Xếp loại"],
        ["2", "Công an tỉnh", "", ""],
        ["II. Các huyện", "", "", ""],
        ["", "Huyện Gò Dầu", "", ""],
        ["", "Trung bình chung", "49,07", ""],
        ["Tổng cộng", "", "49,07", ""],
        ["", "", "", ""],
        ["Ghi chú: số liệu đến ngày 25/12", "", "", ""],
        ["", "", "", "TM. ỦY BAN NHÂN DÂN"],
        ["", "", "", ""],
    ]
    reading = read(rows)
    title = "no points: a title or a note"
    assert (points_of(reading), sentences(reading.problems), sentences(reading.ignored)) == (
        {"SYT": {"1": {"awarded": "49.07"}}, "CAT": {}},
        [],
        [
            "B4, “(2)”: numbers of the columns",
            "B5, “Điểm tối đa”: the maximum points",
            f"B6, “Các sở, ban, ngành”: {title}",
            "B8, “Tên cơ quan”: the heading again",
            f"A10, “II. Các huyện”: {title}",
            f"B11, “Huyện Gò Dầu”: {title}",
            "B12, “Trung bình chung”: a total or a mean",
            "A13, “Tổng cộng”: a total or a mean",
            f"A15, “Ghi chú: số liệu đến ngày 25/12”: {title}",
            f"D16, “TM. ỦY BAN NHÂN DÂN”: {title}",
        ],
    )


def test_heading_without_units_below_is_a_problem():
    assert sentences(read([["Đơn vị", "Tổng điểm"], ["", ""]]).problems) == [
        "A1: found “Đơn vị”; a row for each unit is wanted below the heading."
    ]


def test_blank_is_missing_kad_does_not_apply_and_zero_is_zero():
    rows = [["Đơn vị", "1.1", "1.2", "2.1"], ["Sở Y tế", "—", "KAD", "0"]]
    [row] = read(rows, TREE).units
    assert (row.points, row.maxima) == (
        {"2.1": {"awarded": Decimal("0")}},
        {"1.2": Decimal("0")},
    )


def test_maximum_of_the_unit_is_kept_only_where_it_differs():
    under = scheme(leaf("1"), own_maxima={(2, "1"): Decimal("71.5"), (3, "1"): Decimal("71.5")})
    rows = [
        ["Đơn vị", "Điểm tối đa", "Điểm thẩm định"],
        ["Sở Y tế", "96,5", "91"],
        ["Sở Tư pháp", "71,5", "69"],
        ["Công an tỉnh", "100", "80"],
    ]
    assert {row.unit.code: row.maxima for row in read(rows, under).units} == {
        "SYT": {"1": Decimal("96.5")},
        "STP": {},
        "CAT": {"1": Decimal("100")},
    }


def test_maximum_that_stands_limits_the_points():
    under = scheme(leaf("1"), own_maxima={(1, "1"): Decimal("71.5")})
    rows = [["Đơn vị", "Tổng điểm"], ["Sở Y tế", "72"]]
    assert sentences(read(rows, under).problems) == [
        "B2: found “72”; points from 0.00 to 71.50 are wanted."
    ]


def test_unknown_maximum_takes_any_points_and_the_file_s_maximum():
    under = scheme(leaf("1", max_points=None))
    rows = [["Đơn vị", "Điểm tối đa", "Tổng điểm"], ["Sở Y tế", "120", "98,98"]]
    [row] = read(rows, under).units
    assert (row.points, row.maxima) == (
        {"1": {"awarded": Decimal("98.98")}},
        {"1": Decimal("120")},
    )


ANNOUNCED = scheme(leaf("1"), announced=True, class_names=("Tốt", "Khá"))


def printed_of(reading):
    return [
        {str(key): str(printed.value) for key, printed in row.printed.items()}
        for row in reading.units
    ]


def test_printed_values_are_read_beside_the_points():
    content = xlsx(
        {
            "2023": [
                ["Đơn vị", "Tổng điểm", "Tỷ lệ", "Hạng", "Xếp loại"],
                ["Sở Y tế", 69.25, Percent(69.25 / 71.5), 1, " TỐT "],
                ["Sở Tư pháp", 94.4, Percent(0.944), 2, "kha"],
                ["Công an tỉnh", 10, None, None, None],
            ]
        }
    )
    reading = read_scores(read_workbook(content, "a.xlsx"), ANNOUNCED, DIRECTORY)
    assert (printed_of(reading), reading.problems) == (
        [
            {"percent": "96.85", "rank": "1", "class": "Tốt"},
            {"percent": "94.40", "rank": "2", "class": "Khá"},
            {},
        ],
        [],
    )


def test_percentages_keep_the_decimals_their_column_shows():
    rows = [["Đơn vị", "Tổng điểm", "Tỷ lệ"], ["Sở Y tế", "88,35", "88,4"]]
    assert printed_of(read(rows)) == [{"percent": "88.4"}]


def test_announced_class_must_be_one_of_the_framework():
    rows = [["Đơn vị", "Xếp loại"], ["Sở Y tế", "Xuất sắc"]]
    assert sentences(read(rows, ANNOUNCED).problems) == [
        "B2: found “Xuất sắc”; one of the framework's classes is wanted: Tốt, Khá."
    ]


def test_announced_file_may_hold_classes_alone():
    rows = [["Đơn vị", "Xếp loại"], ["Sở Y tế", "Tốt"]]
    reading = read(rows, ANNOUNCED)
    assert (printed_of(reading), reading.problems) == ([{"class": "Tốt"}], [])


def test_printed_sums_of_branches_are_compared_and_claims_of_branches_are_not_read():
    rows = [["Đơn vị", "1.1", "1.2", "1", "2 Tự chấm"], ["Sở Y tế", "1", "2", "3", "9"]]
    reading = read(rows, TREE)
    assert (printed_of(reading), [cell.text for cell in reading.unused]) == (
        [{"1": "3"}],
        ["2 Tự chấm"],
    )


TABLE = [["Đơn vị", "Tổng điểm"], ["Sở Y tế", 88.35]]


@pytest.mark.parametrize(
    ("sheets", "hidden", "name", "sheet"),
    [
        ({"Bìa": [["Phụ lục"]], "Sở": TABLE}, [], "", "Sở"),
        ({"Sở": TABLE, "Cũ": TABLE}, ["Cũ"], "", "Sở"),
        ({"Sở": TABLE, "Cũ": TABLE}, [], "CŨ", "Cũ"),
        ({"Sở": TABLE, "Cũ": TABLE}, ["Cũ"], "Cũ", "Cũ"),
    ],
    ids=["the only table", "not the hidden one", "by name", "hidden, by name"],
)
def test_table_is_looked_for_in_all_sheets(sheets, hidden, name, sheet):
    workbook = read_workbook(xlsx(sheets, hidden=hidden), "a.xlsx")
    assert read_scores(workbook, TOTAL, DIRECTORY, sheet_name=name).sheet == sheet


@pytest.mark.parametrize(
    ("sheets", "name", "sentence"),
    [
        (
            {"Sở": TABLE, "Huyện": TABLE},
            "",
            "Several sheets hold a table: “Sở”, “Huyện”. Say which one to import.",
        ),
        ({"Sở": TABLE, "Bìa": []}, "Xã", "The file has no sheet “Xã”; it has: “Sở”, “Bìa”."),
        (
            {"Bìa": [["Phụ lục"]]},
            "",
            "No heading was found: a row with “Tên đơn vị” and, beside it, such as “Tổng điểm”, "
            "“Điểm thẩm định”, “Xếp loại” or the numbers of the criteria is wanted.",
        ),
    ],
    ids=["two tables", "no such sheet", "no table"],
)
def test_file_without_one_clear_table_is_refused(sheets, name, sentence):
    with pytest.raises(Unreadable) as refusal:
        read_scores(read_workbook(xlsx(sheets), "a.xlsx"), TOTAL, DIRECTORY, sheet_name=name)
    assert str(refusal.value) == sentence
