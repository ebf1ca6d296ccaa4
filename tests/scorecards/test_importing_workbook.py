import io
import struct
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecards.importing import workbook as workbook_module
from scorecards.importing.problems import Unreadable
from scorecards.importing.sheet import Broken, Cell, column_letters
from scorecards.importing.workbook import read_workbook
from tests.scorecards.workbooks import Formula, Percent, csv, xlsx, xlsx_with_part


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


ROWS = [["Tên đơn vị", "Điểm"], ["Sở Y tế", "88,35"]]
UNCALCULATED = Broken("a formula without a result")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET_1 = "xl/worksheets/sheet1.xml"
WORKSHEET = (
    '<?xml version="1.0"?>{doctype}<worksheet '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}'
    "</sheetData></worksheet>"
)


def values(sheet):
    return [[sheet.cell(y, x).value for x in range(sheet.width)] for y in range(len(sheet.rows))]


def read_one(value):
    [sheet] = read_workbook(xlsx({"2023": [["x", value]]}), "diem.xlsx")
    return sheet.cell(0, 1)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("88,35", Cell("2023", "B1", "88,35")),
        (88.35, Cell("2023", "B1", Decimal("88.35"))),
        (100, Cell("2023", "B1", Decimal("100"))),
        (Formula("=SUM(A2:A9)", 0.1 + 0.2), Cell("2023", "B1", Decimal("0.3"))),
        (69.25 / 71.5, Cell("2023", "B1", Decimal("0.968531468531469"))),
        (Percent(0.9685), Cell("2023", "B1", Decimal("96.85"), is_percent=True)),
        (Percent(1, "0%"), Cell("2023", "B1", Decimal("100"), is_percent=True)),
        (Percent(0.9685, '0.00" %"'), Cell("2023", "B1", Decimal("0.9685"))),
        (Percent(0.9685, r"0.00\%"), Cell("2023", "B1", Decimal("0.9685"))),
        (date(2026, 5, 2), Cell("2023", "B1", date(2026, 5, 2))),
        (True, Cell("2023", "B1", True)),
        ("=cmd|' /C calc'!A0", Cell("2023", "B1", "=cmd|' /C calc'!A0")),
        ("   ", Cell("2023", "B1", None)),
        (Formula("=1/0", "#DIV/0!"), Cell("2023", "B1", Broken("#DIV/0!"))),
    ],
    ids=[
        "text as typed",
        "number",
        "whole number",
        "sum with the error of a float",
        "quotient",
        "percentage",
        "percentage without decimals",
        "a percent sign that is only a letter",
        "an escaped percent sign",
        "date",
        "truth",
        "text that looks like a formula",
        "spaces",
        "error",
    ],
)
def test_cell_holds_what_excel_shows(value, cell):
    assert read_one(value) == cell


def test_formula_nobody_calculated_is_no_empty_cell():
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><f>A1</f><v></v></c>'
        '<c r="C1"><f>A1+1</f></c><c r="D1"><f>A1+1</f><v/></c></row>'
    )
    content = xlsx_with_part(xlsx({"S": [["a"]]}), SHEET_1, WORKSHEET.format(doctype="", rows=rows))
    [sheet] = read_workbook(content, "a.xlsx")
    assert values(sheet) == [[Decimal(1), None, UNCALCULATED, UNCALCULATED]]


def test_number_that_is_none_is_no_number():
    rows = '<row r="1"><c r="A1"><v>nan</v></c><c r="B1"><v>1e999</v></c></row>'
    content = xlsx_with_part(xlsx({"S": [["a"]]}), SHEET_1, WORKSHEET.format(doctype="", rows=rows))
    [sheet] = read_workbook(content, "a.xlsx")
    assert values(sheet) == [[Broken("nan"), Broken("inf")]]


def test_cells_without_addresses_count_from_the_left():
    rows = '<row><c t="inlineStr"><is><t>Sở Y tế</t></is></c><c t="e"><v>#REF!</v></c></row>'
    content = xlsx_with_part(xlsx({"S": [["a"]]}), SHEET_1, WORKSHEET.format(doctype="", rows=rows))
    [sheet] = read_workbook(content, "a.xlsx")
    assert values(sheet) == [["Sở Y tế", Broken("#REF!")]]


def test_addresses_count_from_the_first_cell_of_the_sheet():
    [sheet] = read_workbook(xlsx({"S": [[], [], [None] * 27 + ["x"]]}), "a.xlsx")
    assert [sheet.cell(2, 27).address, sheet.cell(2, 0).address] == ["AB3", "A3"]


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")]
)
def test_column_letters(column, letters):
    assert column_letters(column) == letters


def test_sheets_come_in_order_and_say_whether_they_are_hidden():
    content = xlsx({"Huyện": [["a"]], "Sở": [["b"]], "Nháp": [["c"]]}, hidden=["Nháp"])
    assert [(sheet.name, sheet.hidden) for sheet in read_workbook(content, "a.xlsx")] == [
        ("Huyện", False),
        ("Sở", False),
        ("Nháp", True),
    ]


@pytest.mark.parametrize(
    "content",
    [
        csv(ROWS, separator=";"),
        csv(ROWS, separator=";", encoding="utf-8-sig"),
        csv(ROWS, separator="\t", encoding="utf-16"),
        b"sep=;\r\n" + csv(ROWS, separator=";"),
        csv([["Tên đơn vị", "Điểm"], ["Sở Y tế", '"88,35"']]),
        csv([["Tên đơn vị", "Điểm"], ['"Sở Y tế"', '"88,35"']], separator=";") + b"\r\n;\r\n",
    ],
    ids=["semicolons", "UTF-8 with mark", "UTF-16 with tabs", "sep=", "quoted commas", "empty row"],
)
def test_text_tables(content):
    [sheet] = read_workbook(content, "so nganh.csv")
    rows = [row for row in values(sheet) if any(row)]
    assert (sheet.name, rows) == ("so nganh", ROWS)


def test_separator_is_the_one_that_cuts_all_rows_alike():
    rows = [["BẢNG ĐIỂM"], ["Đơn vị", "A", "B"], ["Sở Văn hóa, Thể thao và Du lịch", "1,5", "2,5"]]
    [sheet] = read_workbook(csv(rows, separator=";"), "a.csv")
    assert values(sheet) == [["BẢNG ĐIỂM", None, None], *rows[1:]]


def test_cell_of_a_text_table_keeps_the_row_excel_shows():
    [sheet] = read_workbook(b"sep=;\n\nA;B\n1;2", "a.csv")
    assert sheet.cell(3, 1) == Cell("a", "B4", "2")


def encrypted():
    return OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "filename", "sentence"),
    [
        (b"", "a.xlsx", "The file is empty."),
        (b"\n  \n", "a.csv", "The file is empty."),
        (
            OLE + b"\0" * 600,
            "a.xls",
            "The file is an Excel 97-2003 workbook (.xls): open it in Excel and save it as .xlsx.",
        ),
        (
            encrypted(),
            "a.xlsx",
            "The workbook is protected by a password: save it without one.",
        ),
        (
            "\ufeff<html><table><tr><td>Sở Y tế".encode(),
            "a.xls",
            "The file is a web page under another name: open it in Excel and save it as .xlsx.",
        ),
        (
            b"%PDF-1.7 ...",
            "a.csv",
            "The file is not an Excel workbook (.xlsx): save it as .xlsx or as .csv.",
        ),
        (
            b"Unit,Points",
            "a.xlsx",
            "The file is not an Excel workbook (.xlsx): save it as .xlsx or as .csv.",
        ),
        (
            zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
            "a.ods",
            "The file is not an Excel workbook (.xlsx): save it as .xlsx or as .csv.",
        ),
        (
            xlsx({"S": [["a"]]})[:-30],
            "a.xlsx",
            "The file is damaged: open it in Excel, save it as .xlsx and send that file.",
        ),
        (
            "Tên đơn vị;Điểm\nSở Y tế;88,35".encode("utf-16-le"),
            "a.csv",
            "The file is not in UTF-8: in Excel, save it as “CSV UTF-8” or as .xlsx.",
        ),
        (
            "Sở Nội vụ".encode()[:-1],
            "a.csv",
            "The file is not in UTF-8: in Excel, save it as “CSV UTF-8” or as .xlsx.",
        ),
        (
            b"1\n" * 20_001,
            "a.csv",
            "The table has more than 20000 rows or 1000 columns: no score table does.",
        ),
    ],
    ids=[
        "nothing",
        "blank lines",
        "old Excel",
        "password",
        "web page",
        "PDF",
        "text named .xlsx",
        "OpenDocument",
        "cut off",
        "UTF-16 without mark",
        "half a letter",
        "too many rows",
    ],
)
def test_file_that_cannot_be_read_is_refused_in_one_sentence(content, filename, sentence):
    with pytest.raises(Unreadable) as refusal:
        read_workbook(content, filename)
    assert str(refusal.value) == sentence


def test_file_larger_than_the_limit_is_refused_unread(monkeypatch):
    monkeypatch.setattr(workbook_module, "MAX_BYTES", 3_000_000)
    with pytest.raises(Unreadable, match=r"^The file is larger than 3 MB\.$"):
        read_workbook(b"x" * 3_000_001, "a.csv")


def test_workbook_that_unpacks_to_too_much_is_refused():
    content = xlsx_with_part(xlsx({"S": [["a"]]}), "docProps/app.xml", " " * 100_000_001)
    assert len(content) < 200_000
    with pytest.raises(Unreadable, match=r"^Unpacked, the workbook is too large"):
        read_workbook(content, "a.xlsx")


def test_part_that_unpacks_to_more_than_it_declares_is_refused():
    content = bytearray(xlsx_with_part(xlsx({"S": [["a"]]}), "docProps/app.xml", " " * 5_000_000))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(signature)
        while at >= 0:
            [size] = struct.unpack_from("<I", content, at + offset)
            if size == 5_000_000:
                struct.pack_into("<I", content, at + offset, 10)
            at = content.find(signature, at + 4)
    with pytest.raises(Unreadable, match=r"^The file is damaged"):
        read_workbook(bytes(content), "a.xlsx")


def test_stray_value_in_the_last_cell_of_excel_is_refused():
    content = xlsx({"S": [["a"]]})
    rows = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    content = xlsx_with_part(content, SHEET_1, WORKSHEET.format(doctype="", rows=rows))
    with pytest.raises(Unreadable) as refusal:
        read_workbook(content, "a.xlsx")
    assert str(refusal.value) == (
        "A sheet goes as far as row 1048576 and column 16384: that is no score table."
    )


def test_formatted_but_empty_rows_far_below_do_no_harm():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    content = xlsx_with_part(xlsx({"S": [["a"]]}), SHEET_1, WORKSHEET.format(doctype="", rows=rows))
    [sheet] = read_workbook(content, "a.xlsx")
    assert values(sheet) == [[Decimal(1)]]


@pytest.mark.parametrize(
    "text",
    [
        WORKSHEET.format(doctype='<!DOCTYPE a [<!ENTITY b "c">]>', rows=""),
        WORKSHEET.format(doctype="", rows="<row>"),
        WORKSHEET.format(doctype="", rows='<row r="x"/>'),
        WORKSHEET.format(doctype="", rows="").replace('"1.0"', '"1.0" encoding="UTF-9"'),
    ],
    ids=["document type", "not closed", "row without number", "unknown alphabet"],
)
def test_sheet_that_is_no_proper_xml_is_refused(text):
    with pytest.raises(Unreadable, match=r"^The file is damaged"):
        read_workbook(xlsx_with_part(xlsx({"S": [["a"]]}), SHEET_1, text), "a.xlsx")


WHOLE = xlsx({"2023": [["Đơn vị", "Điểm", "Tỷ lệ"], ["Sở Y tế", 88.35, Percent(0.8835)]]})
CUTS = st.lists(
    st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 8), st.binary(max_size=8)),
    min_size=1,
    max_size=4,
)


def read_or_refused(content):
    try:
        return read_workbook(content, "a.xlsx")
    except Unreadable:
        return []


@given(CUTS)
@settings(max_examples=150, deadline=None)
def test_damaged_workbook_is_read_or_refused_and_nothing_else(cuts):
    content = bytearray(WHOLE)
    for at, length, bytes_instead in cuts:
        content[at : at + length] = bytes_instead
    for sheet in read_or_refused(bytes(content)):
        assert {len(row) for row in values(sheet)} <= {sheet.width}
