"""The official annex as Word, PDF and Excel, and the press page: their digits, words and layout."""

import builtins
import datetime
import io
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from pypdf import PdfReader
from python_calamine import load_workbook

from scorecards.exports import annex, annex_xlsx, pdf, qr
from scorecards.models import Applicability, Decision
from tests.factories import (
    announce,
    give_maximum,
    give_points,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    open_correction,
    seal,
    tomorrow,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]

YEAR = "/song-hong/2023/phu-luc"
GROUP = "/song-hong/2023/so-nganh"
WORKBOOK = "/song-hong/2023/phu-luc/so-nganh.xlsx"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    """Keep what is made for one test from the next one."""
    settings.VAR_DIR = tmp_path


@pytest.fixture
def group():
    return new_group()


def new_decision(group, **values):
    defaults = {
        "number": "5/QĐ-UBND",
        "signed_on": datetime.date(2024, 2, 7),
        "title": "Công bố Chỉ số cải cách hành chính năm 2023",
        "signer": "",
    }
    return Decision.objects.create(authority=group.authority, **{**defaults, **values})


def word(response):
    assert response.status_code == 200
    return Document(io.BytesIO(response.content))


def words_of(document):
    """Return all text of a Word file in reading order, tables included."""
    texts = []
    for paragraph in document.element.body.iter(qn("w:p")):
        texts.append("".join(part.text or "" for part in paragraph.iter(qn("w:t"))))
    return "\n".join(texts)


def result_tables(document):
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in document.tables
        if table._tbl.tblPr.find(qn("w:tblCaption")) is not None
    ]


def pdf_text(response):
    assert response.status_code == 200
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def without_values(workbook):
    """Return the workbook with nothing but its formulas: whoever reads it must compute."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as made, zipfile.ZipFile(output, "w") as bare:
        for name in made.namelist():
            content = made.read(name).decode("utf-8", "surrogateescape")
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(
                    r'(<c r="\w+" s="\d+")(?: t="str")?>(<f>[^<]*</f>)<v>[^<]*</v>',
                    r"\1>\2",
                    content,
                )
            bare.writestr(name, content.encode("utf-8", "surrogateescape"))
    return output.getvalue()


def recalculated(folder, workbooks):
    """Return the sheets of each workbook, by name, as LibreOffice computes them."""
    out = folder / "recalculated"
    files = [folder / f"{name}.xlsx" for name in workbooks]
    for file, content in zip(files, workbooks.values(), strict=True):
        file.write_bytes(without_values(content))
    convert(folder, "xlsx", files, out)
    return {name: sheets_of((out / f"{name}.xlsx").read_bytes()) for name in workbooks}


def convert(folder, suffix, files, out):
    """Let LibreOffice open the files and write them again in another format."""
    if shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice: apt-get install libreoffice-{calc,writer}-nogui")
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless",
         "--convert-to", suffix, "--outdir", out, *files],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip


def sheets_of(content):
    book = load_workbook(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def table_of(sheet):
    """Return the result rows of a sheet as dicts by heading."""
    head = sheet[annex_xlsx.FIRST - 1]
    rows = []
    for row in sheet[annex_xlsx.FIRST :]:
        if not isinstance(row[0], float):
            break
        rows.append(dict(zip(head, row, strict=True)))
    return rows


def formulas_of(content):
    """Return the formulas of the first group's sheet, as written."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    return re.findall(r"<f>([^<]*)</f>", sheet)


# The same digits everywhere


@pytest.mark.parametrize(
    ("folder", "authority", "headings"),
    [
        ("minh-hoa", "tinh-minh-hoa",
         ["Tổng điểm", "Điểm tối đa", "Chỉ số (%)", "Xếp hạng", "Xếp loại"]),
        ("tay-ninh", "tay-ninh",
         ["Tổng điểm", "Điểm tối đa", "Chỉ số (%)", "Xếp hạng", "Xếp loại"]),
    ],
)  # fmt: skip
def test_page_and_every_file_of_an_edition_give_the_same_digits(
    client, settings, tmp_path, folder, authority, headings
):
    call_command("load_authority", settings.BASE_DIR / "fixtures" / folder, stdout=io.StringIO())
    address = f"/{authority}/2023/so-nganh"

    page = [
        (name, *points.split(" / "), index, rank, class_name)
        for rank, name, index, points, class_name in (
            (row[0], row[1], row[2], row[3], row[cell_of_class(row)])
            for row in Page(client.get(f"{address}/")).rows()
        )
    ]
    assert len(page) in (19, 20)
    json = [vietnamese(row) for row in client.get(f"{address}.json").json()["results"]]
    csv = client.get(f"{address}.csv").content.decode("utf-8-sig").splitlines()
    (table,) = result_tables(word(client.get(f"{address}.docx")))
    wanted = [table[0].index(heading) for heading in headings]
    workbook = client.get(f"/{authority}/2023/phu-luc/so-nganh.xlsx").content
    sheets = {"cached": sheets_of(workbook)}
    sheets |= recalculated(tmp_path, {"computed": workbook})

    assert json == page
    assert [(row[1], *(row[place] for place in wanted)) for row in table[1:]] == page
    for line, row in zip(csv[1:], page, strict=True):
        assert {number.replace(",", ".") for number in row[1:5]} <= set(line.split(",")), row
    for sheet in sheets.values():
        assert [of_sheet(row, headings) for row in table_of(sheet[1])] == page
    text = pdf_text(client.get(f"{address}.pdf"))
    for cells in table[1:]:
        assert " ".join(cells) in text


def cell_of_class(row):
    return next(place for place, cell in enumerate(row) if cell in CLASSES)


CLASSES = {"Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu", "Kém"}


def vietnamese(row):
    numbers = (row[name].replace(".", ",") for name in ("points", "max_points", "index_percent"))
    return (row["unit_name"], *numbers, str(row["rank"]), row["class_name"])


def of_sheet(row, headings):
    *numbers, rank, class_name = (row[heading] for heading in headings)
    shown = (f"{Decimal(repr(number)):.2f}".replace(".", ",") for number in numbers)
    return (row["Tên đơn vị"], *shown, str(int(rank)), class_name)


# The workbook


def test_workbook_computes_what_was_published_under_every_rule(client, tmp_path):
    authority = new_group().authority
    wide = {"criteria": [("1", "200")]}
    cases = {
        "halves": ({"A": "167.17", "B": "167.16", "C": "0.01", "D": "199.99"}, wide),
        "ties": ({"A": "180", "B": "160", "C": "160.01", "D": "140", "E": "160.02"}, wide),
        "exact": ({"A": "180", "B": "160", "C": "159.99", "D": "160"},
                  {**wide, "rank_on": "exact"}),
        "above": ({"A": "80", "B": "80.01", "C": "64.99", "D": "65"}, {}),
        "capped": ({"A": {"1": "100", "2": "3"}, "B": {"1": "99"}},
                   {"criteria": [("1", "100"), ("2", "5", "bonus")], "cap_percent": "100"}),
        "by points": ({"A": "90", "B": "70"}, {"classified_by": "points"}),
        "by appraised points": ({"A": {"1": "60", "2": "30"}, "B": {"1": "45", "2": "40"}},
                                {"criteria": [("1", "60"), ("2", "40", "survey")],
                                 "bands": [("Tốt", "50"), ("Khá", None)],
                                 "classified_by": "appraised_points"}),
        "three decimals": ({"A": "66.667", "B": "133.333"}, {**wide, "decimals": 3}),
    }  # fmt: skip
    workbooks, published = {}, {}
    for place, (name, (points, values)) in enumerate(cases.items()):
        slug = f"g{place}"
        group = new_group(authority, slug=slug, name=name, position=place + 2)
        framework = new_framework(group, **values)
        if name == "above":
            framework.bands.update(inclusive=False)
        units = {new_unit(authority, f"{unit} {name}"): given for unit, given in points.items()}
        give_points(framework, units)
        edition = seal(framework)
        workbooks[slug] = client.get(f"/song-hong/2023/phu-luc/{slug}.xlsx").content
        published[slug] = [
            (row.unit_name, float(row.index_percent), row.rank, row.class_name)
            for row in edition.results.order_by("position")
        ]
        assert len(formulas_of(workbooks[slug])) >= 3 * len(points), name

    computed = recalculated(tmp_path, workbooks)

    for slug, sheets in computed.items():
        assert [
            (row["Tên đơn vị"], row["Chỉ số (%)"], row["Xếp hạng"], row["Xếp loại"])
            for row in table_of(sheets[1])
        ] == published[slug]


def test_workbook_leaves_out_of_the_ranking_whoever_is_not_ranked(client, group, tmp_path):
    framework = new_framework(group)
    units = {name: new_unit(group.authority, name) for name in ("Sở A", "Sở B", "Sở C")}
    give_points(framework, {units["Sở A"]: "95", units["Sở B"]: "90", units["Sở C"]: "85"})
    framework.scorecards.filter(unit=units["Sở A"]).update(ranked=False)
    seal(framework)

    sheets = recalculated(tmp_path, {"book": client.get(WORKBOOK).content})["book"]

    assert [(row["Tên đơn vị"], row["Xếp hạng"]) for row in table_of(sheets[1])] == [
        ("Sở B", 1.0),
        ("Sở C", 2.0),
        ("Sở A", "—"),
    ]


def test_workbook_of_an_edition_known_in_part_has_no_formula(client, group):
    framework = new_framework(group, origin="announced")
    known, unknown = (new_unit(group.authority, name) for name in ("Sở A", "Sở B"))
    give_points(framework, {known: "90", unknown: None})
    announce(framework, known, index_percent="90", class_name="Tốt")
    seal(framework, completeness="partial")

    content = client.get(WORKBOOK).content
    sheet = sheets_of(content)[1]

    assert formulas_of(content) == []
    assert table_of(sheet)[1]["Chỉ số (%)"] == "—"
    text = " ".join(str(cell) for row in sheet for cell in row)
    assert "Giá trị ghi nguyên như đã công bố, không phải công thức: Chỉ số (%), Xếp loại." in text


def test_values_that_do_not_follow_from_the_points_stand_plain(group):
    edition = new_edition({"Sở A": "90", "Sở B": "80"}, group=group)
    results = list(edition.results.order_by("position"))
    bands = list(edition.bands.order_by("position"))
    assert annex_xlsx.live_columns(edition, results, bands) == {
        "index_percent",
        "rank",
        "class_name",
    }

    results[0].class_name = "Khá"
    results[1].rank = 1

    assert annex_xlsx.live_columns(edition, results, bands) == {"index_percent"}
    results[0].index_percent = Decimal("90.010")
    assert annex_xlsx.live_columns(edition, results, bands) == frozenset()


def test_workbook_has_a_cover_and_a_sheet_for_each_group(client, group):
    editions = [new_edition({"Sở A": "90"}, group=group)]
    for place, slug in enumerate(("cap-huyen", "cap-xa"), start=2):
        other = new_group(
            group.authority, slug=slug, name="UBND: cấp [này] rất dài " * 2, position=place
        )
        editions.append(new_edition({f"Xã {place}": "80"}, group=other))

    content = client.get(f"{YEAR}.xlsx").content
    names = load_workbook(io.BytesIO(content)).sheet_names
    cover = " ".join(str(cell) for row in sheets_of(content)[0] for cell in row)

    assert names[:2] == ["Bìa", "Cơ quan chuyên môn"]
    assert len({name.lower() for name in names}) == 4
    assert all(len(name) <= 31 for name in names)
    assert all(edition.digest in cover for edition in editions)
    assert f"http://testserver/xac-minh/?ma={editions[0].digest}" in cover


# The decision


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime.date(2021, 3, 31), "ngày 31 tháng 3 năm 2021"),
        (datetime.date(2024, 2, 7), "ngày 07 tháng 02 năm 2024"),
        (datetime.date(2024, 1, 10), "ngày 10 tháng 01 năm 2024"),
        (datetime.date(2024, 12, 9), "ngày 09 tháng 12 năm 2024"),
    ],
)
def test_dates_are_written_as_acts_write_them(day, words):
    assert annex.day_in_words(day) == words


@pytest.mark.parametrize(
    ("number", "written"),
    [("5/QĐ-UBND", "05/QĐ-UBND"), ("2729/QĐ-UBND", "2729/QĐ-UBND"), ("04/QĐ-MH", "04/QĐ-MH"),
     ("12", "12"), ("5a/QĐ", "5a/QĐ")],
)  # fmt: skip
def test_numbers_below_ten_carry_a_zero(number, written):
    assert annex.number_of(Decision(number=number)) == written


@pytest.mark.parametrize(("number", "letters"), [(1, "I"), (4, "IV"), (9, "IX"), (12, "XII")])
def test_annexes_are_counted_in_roman_numbers(number, letters):
    assert annex.roman(number) == letters


def test_decision_of_a_signed_act(client, group):
    decision = new_decision(group, signer="Nguyễn Văn A", place="Sông Hồng")
    new_edition({"Sở A": "90", "Sở B": "70"}, group=group, decision=decision)
    districts = new_group(group.authority, slug="cap-huyen", name="UBND cấp huyện", position=2)
    new_edition({"Huyện C": "50"}, group=districts, decision=decision)

    document = word(client.get(f"{YEAR}.docx"))
    text = words_of(document)

    for words in [
        "ỦY BAN NHÂN DÂN\nTỈNH SÔNG HỒNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc",
        "Số: 05/QĐ-UBND",
        "Sông Hồng, ngày 07 tháng 02 năm 2024",
        "QUYẾT ĐỊNH\nVề việc công bố Chỉ số cải cách hành chính năm 2023",
        "Điều 1. Công bố Chỉ số cải cách hành chính năm 2023, cụ thể như sau:",
        "1. Cơ quan chuyên môn (Phụ lục I kèm theo): 2 đơn vị, trong đó 1 đơn vị xếp loại tốt, "
        "1 khá.",
        "2. UBND cấp huyện (Phụ lục II kèm theo): 1 đơn vị, trong đó 1 đơn vị xếp loại trung bình.",
        "Nơi nhận:\n- Như Điều 3;",
        "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH",
        "Nguyễn Văn A",
        "(Kèm theo Quyết định số 05/QĐ-UBND ngày 07 tháng 02 năm 2024 của Ủy ban nhân dân tỉnh "
        "Sông Hồng)",
    ]:
        assert words in text
    assert "DỰ THẢO" not in text
    assert "[…]" not in text
    assert "{" not in text
    assert [table[0][0] for table in result_tables(document)] == ["STT", "STT"]


def test_grounds_are_italic_and_end_as_they_must(client, group):
    new_edition(
        {"Sở A": "90"},
        group=group,
        decision=new_decision(group),
    )
    grounds = [
        paragraph
        for paragraph in word(client.get(f"{YEAR}.docx")).paragraphs
        if paragraph.style.name == "Căn cứ"
    ]

    assert [paragraph.text[-1] for paragraph in grounds] == [";", "."]
    assert all(paragraph.style.font.italic for paragraph in grounds)


@pytest.mark.parametrize(
    "values", [None, {"number": ""}, {"signed_on": None}], ids=["none", "number", "day"]
)
def test_decision_is_a_draft_until_number_and_day_are_entered(client, group, values):
    decision = None if values is None else new_decision(group, **values)
    new_edition({"Sở A": "90"}, group=group, decision=decision)

    document = word(client.get(f"{YEAR}.docx"))
    text = words_of(document)
    marks = [
        "\n".join(paragraph.text for paragraph in header.paragraphs)
        for section in document.sections
        for header in (section.header, section.first_page_header)
    ]

    assert "\nDỰ THẢO\n" in text
    assert "/QĐ-UBND" in text
    assert "ngày […];" in text
    assert all("DỰ THẢO" in mark for mark in marks)
    assert "DỰ THẢO" in pdf_text(client.get(f"{YEAR}.pdf"))


def test_layout_is_that_of_the_decree(client, group):
    new_edition({"Sở A": "90"}, group=group, decision=new_decision(group))

    document = word(client.get(f"{YEAR}.docx"))
    portrait, landscape = document.sections

    assert (portrait.orientation, landscape.orientation) == (
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
    )
    for section in document.sections:
        margins = (section.top_margin, section.bottom_margin, section.left_margin)
        assert [round(margin.mm) for margin in (*margins, section.right_margin)] == [20, 20, 30, 20]
        assert section.different_first_page_header_footer
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
        assert "PAGE" in section.header._element.xml
        assert "PAGE" not in section.first_page_header._element.xml
    assert {round(portrait.page_width.mm), round(portrait.page_height.mm)} == {210, 297}
    assert document.styles["Normal"].font.name == "Times New Roman"
    rows = next(
        table for table in document.element.body.iter(qn("w:tbl")) if "tblCaption" in table.xml
    ).tr_lst
    assert rows[0].trPr.find(qn("w:tblHeader")) is not None
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)


def test_libreoffice_opens_the_word_file(client, group, tmp_path):
    new_edition({f"Sở {place:02}": "90" for place in range(75)}, group=group)
    file = tmp_path / "a.docx"
    file.write_bytes(client.get(f"{YEAR}.docx").content)

    convert(tmp_path, "pdf", [file], tmp_path)
    pages = [page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages]
    annexes = [page for page in pages if "Tên đơn vị" in page]

    assert "QUYẾT ĐỊNH" in pages[0]
    assert "Phụ lục" in annexes[0]
    assert len(annexes) >= 3, "the heading is repeated on every page of the table"
    assert all(f"Sở {place:02}" in " ".join(annexes) for place in range(75))
    assert [re.findall(r"^\s*(\d)\s*$", page, re.M)[:1] for page in annexes[:2]] == [[], ["2"]]
    assert pages[-1].count("(SHA-256)") == 1


def test_announced_edition_comes_without_a_decision_of_ours(client, group):
    decision = new_decision(group, source="https://example.vn/5")
    framework = new_framework(group, origin="announced")
    unit = new_unit(group.authority, "Sở A")
    give_points(framework, {unit: "90"})
    announce(framework, unit, index_percent="90", rank=1, class_name="Tốt")
    seal(framework, decision=decision)

    document = word(client.get(f"{YEAR}.docx"))
    text = words_of(document)

    assert len(document.sections) == 1
    assert "QUYẾT ĐỊNH" not in text
    assert "CHỦ TỊCH" not in text
    assert "(Nhập lại từ Quyết định số 05/QĐ-UBND ngày 07 tháng 02 năm 2024 của" in text
    assert "Nhập lại từ nguồn công bố; Cổng không phải là cơ quan công bố." in text
    assert "Nguồn: https://example.vn/5" in text
    assert "Nhập lại từ nguồn công bố" in document.sections[0].first_page_header.paragraphs[-1].text


def test_groups_of_two_decisions_make_two_acts(client, group):
    other = new_group(group.authority, slug="cap-xa", name="Cấp xã", position=2)
    new_edition({"Sở A": "90"}, group=group, decision=new_decision(group))
    new_edition(
        {"Xã B": "90"}, group=other, decision=new_decision(group, number="", signed_on=None)
    )

    document = word(client.get(f"{YEAR}.docx"))
    text = words_of(document)

    assert len(document.sections) == 4
    assert text.count("QUYẾT ĐỊNH:") == 2
    assert "Phụ lục I" not in text
    assert "CÓ PHẦN LÀ DỰ THẢO" in document.sections[0].header.paragraphs[-1].text


def test_text_is_escaped(client, group):
    new_edition(
        {"Sở <A> & {{ B }}": "90"},
        group=group,
        title="Chỉ số & <chỉ số>",
        decision=new_decision(group, title="Công bố <b>{{ 7 * 7 }}</b> & hơn nữa"),
    )

    text = words_of(word(client.get(f"{YEAR}.docx")))

    assert "công bố <b>{{ 7 * 7 }}</b> & hơn nữa" in text
    assert "Sở <A> & {{ B }}" in text
    assert "CHỈ SỐ & <CHỈ SỐ>" in text
    assert "Sở <A> & {{ B }}" in pdf_text(client.get(f"{GROUP}.pdf"))


# The annex


def test_unknown_is_a_dash_and_columns_without_values_are_left_out(client, group):
    framework = new_framework(group, criteria=[("1", "60"), ("2", "40", "survey")])
    complete, empty = (new_unit(group.authority, name) for name in ("Sở A", "Sở B"))
    give_points(framework, {complete: {"1": "50", "2": "30.5"}, empty: {"1": None, "2": None}})
    for criterion in framework.criteria.all():
        Applicability.objects.create(
            scorecard=framework.scorecards.get(unit=empty),
            criterion=criterion,
            max_points=0,
            reason="không áp dụng",
        )
    seal(framework)

    document = word(client.get(f"{GROUP}.docx"))

    assert result_tables(document) == [
        [
            ["STT", "Tên đơn vị", "Điểm thẩm định", "Điểm ĐTXHH", "Tổng điểm", "Điểm tối đa",
             "Chỉ số (%)", "Xếp hạng", "Xếp loại"],
            ["1", "Sở A", "50,00", "30,50", "80,50", "100,00", "80,50", "1", "Tốt"],
            ["2", "Sở B", "—", "—", "—", "0,00", "—", "—", "—"],
        ]
    ]  # fmt: skip
    assert "Chưa có chỉ số: Sở B (" in words_of(document)


def test_single_edition_is_the_annex_alone(client, group):
    new_edition({"Sở A": "90"}, group=group, decision=new_decision(group))

    document = word(client.get(f"{GROUP}.docx"))

    assert words_of(document).startswith("Phụ lục\n")
    assert len(document.sections) == 1


def test_every_document_carries_the_digest_and_its_code(client, group):
    edition = new_edition({"Sở A": "90"}, group=group)
    picture = qr.png(f"http://testserver/xac-minh/?ma={edition.digest}")

    answer = client.get(f"{GROUP}.docx")
    text = words_of(word(answer))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        pictures = [parts.read(name) for name in parts.namelist() if name.endswith(".png")]
    with zipfile.ZipFile(io.BytesIO(client.get(WORKBOOK).content)) as parts:
        pictures += [parts.read(name) for name in parts.namelist() if name.endswith(".png")]

    assert pictures == [picture, picture]
    assert edition.digest in text
    assert "http://testserver/xac-minh/ để xác minh" in text
    assert "Ấn bản 1, niêm phong trên Cổng ngày" in text
    assert edition.digest in pdf_text(client.get(f"{GROUP}.pdf"))


def test_versions_say_what_corrects_what(client, group):
    framework = new_framework(group)
    unit = new_unit(group.authority, "Sở A")
    give_points(framework, {unit: "90"})
    seal(framework)
    open_correction(framework)
    give_points(framework, {unit: "91"})
    seal(framework, reason="Cộng sai.")

    old = words_of(word(client.get(f"{GROUP}/v1.docx")))
    new = words_of(word(client.get(f"{GROUP}.docx")))

    assert "Ấn bản này đã được đính chính, thay bằng ấn bản 2." in old
    assert "90,00" in old
    assert "Ấn bản này đính chính ấn bản 1. Lý do: Cộng sai." in new
    assert "91,00" in new
    assert "đã được đính chính" in pdf_text(client.get(f"{GROUP}/v1.pdf"))
    (sheet,) = sheets_of(client.get("/song-hong/2023/phu-luc/so-nganh/v1.xlsx").content)[1:]
    assert any("đã được đính chính" in str(cell) for row in sheet for cell in row)


def test_documents_are_in_vietnamese_whoever_asks(client, group):
    new_edition({"Sở A": "90.5"}, group=group)

    text = words_of(word(client.get("/en" + GROUP + ".docx")))

    assert "90,50" in text
    assert "/en/" not in text
    assert client.get("/en" + GROUP + ".docx").content == client.get(GROUP + ".docx").content


@pytest.mark.parametrize(
    "address",
    [f"{YEAR}.docx", f"{YEAR}.pdf", f"{YEAR}.xlsx", f"{GROUP}.docx", f"{GROUP}.pdf",
     f"{GROUP}/v1.docx", WORKBOOK, "/song-hong/2023/thong-cao/"],
)  # fmt: skip
def test_nothing_is_given_before_the_edition_is_public(client, group, address):
    new_edition({"Sở A": "90"}, group=group, public_from=tomorrow())

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", [f"{YEAR}.docx", f"{YEAR}.xlsx", f"{GROUP}.docx", WORKBOOK])
def test_the_same_edition_gives_the_same_bytes(client, group, address):
    new_edition({"Sở A": "90"}, group=group)

    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first["ETag"]})

    assert client.get(address).content == first.content
    assert again.status_code == 304


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [(f"{YEAR}.docx", 5), (f"{GROUP}.docx", 5), (WORKBOOK, 5), ("/song-hong/2023/thong-cao/", 8)],
)
def test_documents_cost_the_same_queries_whatever_their_length(
    client, group, units, address, queries, django_assert_num_queries
):
    new_edition({f"Sở {place}": "90" for place in range(units)}, group=group)

    with django_assert_num_queries(queries):
        client.get(address)


# The PDF


def test_pdf_is_tagged_titled_and_embeds_its_fonts(client, group):
    new_edition({"Sở A": "90"}, group=group, title="Chỉ số năm 2023 của các sở")

    answer = client.get(f"{GROUP}.pdf")
    document = PdfReader(io.BytesIO(answer.content))
    (page,) = document.pages

    assert answer["Content-Type"] == "application/pdf"
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert document.trailer["/Root"]["/Lang"] == "vi"
    assert document.metadata.title == "Chỉ số năm 2023 của các sở"
    assert b"pdfuaid:part" in document.trailer["/Root"]["/Metadata"].get_data()
    assert page.mediabox.width > page.mediabox.height
    assert tags_of(document.trailer["/Root"]["/StructTreeRoot"]) >= {"/H1", "/Table", "/TH", "/TD"}
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        assert "Noto" not in font["/BaseFont"]


def tags_of(node):
    node = node.get_object()
    if isinstance(node, list):
        return set().union(*map(tags_of, node))
    if not isinstance(node, dict):
        return set()
    below = tags_of(node["/K"]) if "/K" in node else set()
    return below | ({node["/S"]} if "/S" in node else set())


def test_every_annex_of_the_pdf_is_numbered_by_itself(client, group):
    new_edition({f"Sở {place:02}": "90" for place in range(40)}, group=group)
    other = new_group(group.authority, slug="cap-xa", name="Cấp xã", position=2)
    new_edition({f"Xã {place:02}": "90" for place in range(40)}, group=other)

    answer = client.get(f"{YEAR}.pdf")
    pages = PdfReader(io.BytesIO(answer.content)).pages
    numbers = [re.findall(r"^\d$", page.extract_text(), re.MULTILINE)[-1:] for page in pages]

    half = len(pages) // 2
    assert numbers[:half] == numbers[half:]
    assert numbers[1] == ["2"]
    assert "Phụ lục II" in pages[half].extract_text()


def test_pdf_is_made_once(client, group, monkeypatch):
    new_edition({"Sở A": "90"}, group=group)
    first = client.get(f"{GROUP}.pdf").content

    monkeypatch.setattr(pdf, "_made", lambda *args: pytest.fail("made again"))

    assert client.get(f"{GROUP}.pdf").content == first


def test_without_pango_the_page_says_what_to_install(client, group, monkeypatch):
    new_edition({"Sở A": "90"}, group=group)
    known = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return known(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    answer = client.get(f"{GROUP}.pdf")

    assert answer.status_code == 503
    assert (
        "Chưa tạo được tệp PDF: người quản trị cần cài các gói hệ thống libpango-1.0-0, "
        "libpangoft2-1.0-0 và libharfbuzz-subset0." in Page(answer).text
    )
    assert client.get(f"{GROUP}.docx").status_code == 200
    assert client.get(f"{GROUP}/").status_code == 200


def test_long_list_is_made_by_the_command_and_then_handed_out(
    client, group, monkeypatch, tmp_path, capsys
):
    new_edition({"Sở A": "90", "Sở B": "80"}, group=group)
    monkeypatch.setattr(pdf, "MOST_UNITS", 1)

    refused = client.get(f"{GROUP}.pdf")
    call_command(
        "export_documents", authority="song-hong", year=2023, group="so-nganh",
        address="http://testserver/", output=str(tmp_path / "a.pdf"),
    )  # fmt: skip

    assert refused.status_code == 503
    assert "người vận hành Cổng tạo bằng lệnh export_documents" in Page(refused).text
    assert client.get(f"{GROUP}.pdf").content == (tmp_path / "a.pdf").read_bytes()
    with pytest.raises(CommandError, match="2022"):
        call_command("export_documents", authority="song-hong", year=2022)


# The pages


def test_pages_link_to_the_documents(client, group):
    new_edition({"Sở A": "90"}, group=group)

    of_year = Page(client.get("/song-hong/2023/")).attributes("a", "href")
    of_group = Page(client.get(f"{GROUP}/")).attributes("a", "href")

    assert {f"{YEAR}.docx", f"{YEAR}.pdf", f"{YEAR}.xlsx", "/song-hong/2023/thong-cao/"} <= set(
        of_year
    )
    assert {f"{GROUP}.docx", f"{GROUP}.pdf"} <= set(of_group)
    for address in [*of_year, *of_group]:
        if "phu-luc" in address or address.endswith((".docx", ".pdf")):
            assert client.get(address).status_code == 200, address


def test_press_page_tells_the_year_in_short(client, group):
    new_edition({"Sở A": "70", "Sở B": "80", "Sở C": "75"}, group=group, year=2022)
    edition = new_edition(
        {"Sở A": "90", "Sở B": "80", "Sở C": "60"}, group=group, decision=new_decision(group)
    )

    page = Page(client.get("/song-hong/2023/thong-cao/"))

    assert "2 đơn vị xếp loại tốt, 1 trung bình." in page.text
    assert "Trung bình của nhóm là 76,67%." in page.text
    assert (
        "So với năm 2022, 1 đơn vị tăng hạng, 2 đơn vị giảm hạng, 0 đơn vị giữ hạng. "
        "Tăng nhiều nhất, 2 bậc: Sở A." in page.text
    )
    assert page.rows("press") == [
        ["Sở A", "1", "90,00", "Tốt"],
        ["Sở B", "2", "80,00", "Tốt"],
        ["Sở C", "3", "60,00", "Trung bình"],
    ]
    assert edition.digest in page.text
    assert f"http://testserver/xac-minh/?ma={edition.digest}" in page.attributes("a", "href")


def test_press_page_of_many_units_shows_the_leaders_alone(client, group):
    new_edition({f"Sở {place:02}": str(90 - place) for place in range(41)}, group=group)

    page = Page(client.get("/song-hong/2023/thong-cao/"))

    assert len(page.rows("press")) == 10
    assert "và 31 đơn vị khác:" in page.text


def test_maximum_of_a_unit_reaches_its_document(client, group):
    framework = new_framework(group)
    unit = new_unit(group.authority, "Sở A")
    give_maximum(framework, unit, "71.5")
    give_points(framework, {unit: "69.25"})
    seal(framework)

    (table,) = result_tables(word(client.get(f"{GROUP}.docx")))

    assert table[1][2:5] == ["69,25", "71,50", "96,85"]
