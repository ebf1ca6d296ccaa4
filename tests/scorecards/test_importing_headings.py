from datetime import date

import pytest
from django.utils import translation

from scorecards.importing.headings import CriterionColumn, Field, find_headings
from scorecards.importing.workbook import read_workbook
from tests.scorecards.workbooks import csv, xlsx


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


NUMBERS = frozenset(("1", "1.1", "1.2", "1.10", "2", "2.1"))


def headings_of(rows, *, merged=(), year=2023, as_csv=False):
    content = csv(rows, separator=";") if as_csv else xlsx({"2023": rows}, merged=merged)
    [sheet] = read_workbook(content, "2023.csv" if as_csv else "2023.xlsx")
    return find_headings(sheet, numbers=NUMBERS, year=year)


def columns_of(*headings, **kwargs):
    found = headings_of([list(headings)], **kwargs)
    return None if found is None else [str(column) for column in found.columns]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Điểm tối đa", Field.MAXIMUM),
        ("ĐIỂM TỐI ĐA ÁP DỤNG", Field.MAXIMUM),
        ("diem_toi_da", Field.MAXIMUM),
        ("Tổng điểm tối đa", Field.MAXIMUM),
        ("Thang điểm", Field.MAXIMUM),
        ("Điểm chuẩn", Field.MAXIMUM),
        ("Maximum", Field.MAXIMUM),
        ("Điểm tự đánh giá", Field.CLAIMED),
        ("Điểm tự chấm", Field.CLAIMED),
        ("Điểm đơn vị tự chấm", Field.CLAIMED),
        ("Tự đánh giá", Field.CLAIMED),
        ("Tổng điểm tự đánh giá", Field.CLAIMED),
        ("Điểm thẩm định", Field.APPRAISED),
        ("Điểm\nthẩm định", Field.APPRAISED),
        ("điểm  thẩm  định", Field.APPRAISED),
        ("Điểm của Hội đồng thẩm định", Field.APPRAISED),
        ("Tổng điểm sau thẩm định", Field.APPRAISED),
        ("Điểm ĐTXHH", Field.SURVEY),
        ("Điểm điều tra xã hội học", Field.SURVEY),
        ("Kết quả điều tra XHH", Field.SURVEY),
        ("Điểm khảo sát", Field.SURVEY),
        ("Điểm thưởng", Field.BONUS),
        ("Điểm cộng", Field.BONUS),
        ("Điểm trừ", Field.PENALTY),
        ("Điểm phạt", Field.PENALTY),
        ("Điểm bị trừ", Field.PENALTY),
        ("Điểm giảm trừ", Field.PENALTY),
        ("Điểm thưởng/trừ", Field.ADJUSTMENT),
        ("Điểm cộng, điểm trừ", Field.ADJUSTMENT),
        ("Tổng điểm", Field.TOTAL),
        ("TỔNG CỘNG", Field.TOTAL),
        ("Tổng điểm (thẩm định + ĐTXHH)", Field.TOTAL),
        ("Tổng điểm thẩm định và điều tra XHH", Field.TOTAL),
        ("Tổng điểm năm 2023", Field.TOTAL),
        ("Điểm đánh giá", Field.TOTAL),
        ("diem_danh_gia", Field.TOTAL),
        ("Điểm đạt", Field.TOTAL),
        ("Điểm đạt được", Field.TOTAL),
        ("Điểm chỉ số CCHC", Field.TOTAL),
        ("Điểm", Field.TOTAL),
        ("Points", Field.TOTAL),
        ("Tỷ lệ đạt", Field.PERCENT),
        ("Tỉ lệ đạt (%)", Field.PERCENT),
        ("Chỉ số (%)", Field.PERCENT),
        ("Chỉ số CCHC", Field.PERCENT),
        ("Tỷ lệ điểm thẩm định/điểm tối đa", Field.PERCENT),
        ("%", Field.PERCENT),
        ("Kết quả (%)", Field.PERCENT),
        ("PAR INDEX", Field.PERCENT),
        ("Index (%)", Field.PERCENT),
        ("Xếp hạng", Field.RANK),
        ("XẾP HẠNG CHỈ SỐ CCHC", Field.RANK),
        ("Vị thứ", Field.RANK),
        ("Hạng", Field.RANK),
        ("Xếp thứ", Field.RANK),
        ("Rank", Field.RANK),
        ("Xếp loại", Field.CLASS),
        ("Kết quả xếp loại", Field.CLASS),
        ("Class", Field.CLASS),
    ],
    ids=str,
)
def test_column_is_known_by_its_heading(heading, column):
    assert columns_of("Tên đơn vị", heading, "Ghi chú") == ["unit", column]


@pytest.mark.parametrize(
    "heading",
    [
        "Tên đơn vị",
        "TÊN CƠ QUAN",
        "ten_co_quan",
        "Đơn vị",
        "Cơ quan, đơn vị",
        "Sở, ban, ngành",
        "Tên sở, ban, ngành tỉnh",
        "Huyện, thị xã, thành phố",
        "UBND cấp huyện",
        "Xã/phường/đặc khu",
        "Địa phương",
        "Đơn vị được đánh giá",
        "Unit",
    ],
)
def test_column_of_the_units_is_known_by_its_heading(heading):
    assert columns_of("STT", heading, "Tổng điểm") == ["position", "unit", "total"]


@pytest.mark.parametrize("heading", ["Mã", "Mã đơn vị", "MÃ SỐ", "Mã định danh", "Unit code"])
def test_column_of_the_codes_is_known_by_its_heading(heading):
    assert columns_of(heading, "Tổng điểm") == ["code", "total"]


@pytest.mark.parametrize(
    "heading",
    [
        "Ghi chú",
        "Đơn vị tính",
        "Điểm năm 2022",
        "Xếp hạng năm trước",
        "Tăng/giảm",
        "Thay đổi thứ hạng so với năm 2022",
        "Lý do",
        "Tài liệu kiểm chứng",
        "Chủ tịch",
    ],
)
def test_column_that_is_not_read_is_named(heading):
    found = headings_of([["Đơn vị", "Tổng điểm", heading]])
    assert (list(found.columns), [cell.text for cell in found.unused], found.problems) == (
        ["unit", "total"],
        [heading],
        [],
    )


def test_columns_are_known_in_any_order():
    found = columns_of("Xếp loại", "Tổng điểm", "Đơn vị", "Điểm ĐTXHH", "STT", "Điểm thẩm định")
    assert found == ["class", "total", "unit", "survey", "position", "appraised"]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("1.1", CriterionColumn("1.1", "awarded")),
        (1.1, CriterionColumn("1.1", "awarded")),
        ("1.10", CriterionColumn("1.10", "awarded")),
        ("1.1 (2,5)", CriterionColumn("1.1", "awarded")),
        ("1.1. Kế hoạch CCHC", CriterionColumn("1.1", "awarded")),
        ("Tiêu chí 1.1", CriterionColumn("1.1", "awarded")),
        ("TCTP 1.1: Thẩm định văn bản QPPL", CriterionColumn("1.1", "awarded")),
        ("1.1 Tự đánh giá", CriterionColumn("1.1", "claimed")),
        ("1.1 (thẩm định)", CriterionColumn("1.1", "appraised")),
        ("1.1 (2,5) Tự chấm", CriterionColumn("1.1", "claimed")),
        ("1.1 - Điểm thẩm định", CriterionColumn("1.1", "appraised")),
        ("2", CriterionColumn("2", "awarded")),
    ],
    ids=str,
)
def test_column_of_a_criterion_is_headed_by_its_number(heading, column):
    found = headings_of([["Đơn vị", heading]])
    assert (list(found.columns), found.problems) == (["unit", column], [])


def test_heading_of_two_merged_lines_is_read_from_the_lower_and_the_upper():
    rows = [
        ["ỦY BAN NHÂN DÂN TỈNH", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["PHỤ LỤC: KẾT QUẢ THẨM ĐỊNH, XẾP LOẠI"],
        [],
        ["STT", "Cơ quan", "Điểm tối đa", "Kết quả thẩm định", "", "", "Điều tra XHH", "Tổng điểm"],
        ["", "", "", "Tự chấm", "Điểm", "Tỷ lệ (%)", "Điểm", ""],
        ["1", "Sở Y tế", "100", "90", "85", "85", "10", "95"],
    ]
    merged = ["A2:H2", "A4:A5", "B4:B5", "C4:C5", "D4:F4", "H4:H5"]
    found = headings_of(rows, merged=merged)
    assert (found.first_row, found.last_row) == (3, 4)
    assert {str(column): at for column, at in found.columns.items()} == {
        "position": 0,
        "unit": 1,
        "maximum": 2,
        "claimed": 3,
        "appraised": 4,
        "percent": 5,
        "survey": 6,
        "total": 7,
    }


def test_heading_of_two_lines_in_a_text_table_is_read_alike():
    rows = [
        ["STT", "Cơ quan", "Điểm", "", "Xếp loại"],
        ["", "", "Thẩm định", "ĐTXHH", ""],
        ["1", "Sở Y tế", "80", "10", "Tốt"],
    ]
    found = headings_of(rows, as_csv=True)
    assert (found.first_row, found.last_row) == (0, 1)
    assert list(found.columns) == ["position", "unit", "appraised", "survey", "class"]


def test_points_of_a_criterion_may_stand_in_several_stages():
    rows = [
        ["Đơn vị", "1.1", "", "Điểm thẩm định", ""],
        ["", "Tự chấm", "Thẩm định", "1.2", "2.1"],
        ["Sở Y tế", "1", "1", "1", "1"],
    ]
    found = headings_of(rows, merged=["A1:A2", "B1:C1", "D1:E1"])
    assert list(found.columns) == [
        "unit",
        CriterionColumn("1.1", "claimed"),
        CriterionColumn("1.1", "appraised"),
        CriterionColumn("1.2", "appraised"),
        CriterionColumn("2.1", "appraised"),
    ]


@pytest.mark.parametrize("row", [["", "1", ""], ["", "1.1", "88.35"], ["", "Ghi chú", "2"]])
def test_row_of_data_below_is_no_second_line_of_the_heading(row):
    rows = [["Đơn vị", "Tổng điểm", "Xếp loại"], row, ["Sở Y tế", "2", "Tốt"]]
    assert headings_of(rows, as_csv=True).last_row == 0


def test_row_of_criteria_below_is_a_second_line_of_the_heading():
    rows = [["Mã", "Đơn vị", "Điểm", ""], ["", "", "1", "2.1"], ["YT", "Sở Y tế", "2", "3"]]
    assert headings_of(rows, as_csv=True).last_row == 1


def sentences(found):
    return [str(problem) for problem in found.problems]


def test_two_columns_for_one_thing_are_a_problem_that_names_both():
    found = headings_of([["Đơn vị", "Tổng điểm", "Xếp loại", "Điểm đánh giá"]])
    assert sentences(found) == [
        "Sheet “2023”, cell D1: found “Điểm đánh giá”; cell B1 has the same heading: "
        "keep one of the two columns."
    ]


def test_bare_points_give_way_to_a_column_that_says_total():
    found = headings_of([["Đơn vị", "Điểm", "Tổng điểm"]])
    assert (found.columns, [cell.address for cell in found.unused]) == (
        {Field.UNIT: 0, Field.TOTAL: 2},
        ["B1"],
    )


def test_table_without_a_column_of_units_is_a_problem():
    assert sentences(headings_of([["BẢNG ĐIỂM"], ["STT", "Điểm thẩm định", "Xếp loại"]])) == [
        "Sheet “2023”, cell A2: found “STT”; "
        "a column headed “Tên đơn vị” or “Mã đơn vị” is wanted beside the points."
    ]


def test_criterion_the_framework_does_not_have_is_a_problem():
    assert sentences(headings_of([["Đơn vị", "1.1", "1.3"]])) == [
        "Sheet “2023”, cell C1: found “1.3”; this framework has no criterion 1.3."
    ]


def test_number_that_excel_took_for_a_date_is_a_problem():
    assert sentences(headings_of([["Đơn vị", "1.1", date(2003, 2, 1)]])) == [
        "Sheet “2023”, cell C1: found 01/02/2003; "
        "Excel took it for a date: format the cell as text and type the number again."
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["Sở Y tế", "88,35"]],
        [["Báo cáo kết quả thẩm định năm 2023"]],
        [["Đơn vị", "Ghi chú"]],
        [["Đơn vị: Sở Nội vụ"], ["STT", "Nội dung"]],
    ],
    ids=["empty", "data alone", "title alone", "no values", "no table"],
)
def test_sheet_without_a_table_has_no_heading(rows):
    assert headings_of(rows) is None
