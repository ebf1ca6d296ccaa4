import csv
import datetime
import io
import json
import zipfile
from decimal import Decimal

import pytest
from python_calamine import load_workbook

from scorecards.exports.rows import harmless
from scorecards.models import Decision
from tests.factories import (
    announce,
    give_points,
    leaf,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    seal,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]

LEAGUE = "/en/song-hong/2023/so-nganh"
HEADINGS = [
    "Rank", "Unit (address word)", "Unit", "Index (%)", "Points / maximum", "Maximum points",
    "Claimed", "Appraised", "Survey", "Bonus, penalty", "Class", "Since last year", "Remark",
    "Kind of data",
]  # fmt: skip


@pytest.fixture
def group():
    return new_group()


@pytest.fixture
def edition(group):
    """Two ranked units that changed places and one to which nothing applies."""
    new_edition({"Sở Y tế": "90", "Sở Tài chính": "80"}, group=group, year=2022)
    decision = Decision.objects.create(
        authority=group.authority,
        number="27/QĐ-UBND",
        title="…",
        signed_on=datetime.date(2023, 12, 25),
        announced_on=datetime.date(2023, 12, 28),
        source="https://example.vn/27",
    )
    framework = new_framework(
        group, criteria=[("1", "60"), ("2", "40", "survey"), ("3", "-5", "penalty")]
    )
    units = {unit.slug: unit for unit in group.authority.units.all()}
    units["so-moi"] = new_unit(group.authority, "Sở Mới, chưa chấm")
    give_points(
        framework,
        {
            units["so-tai-chinh"]: {"1": "55.5", "2": "30.25"},
            units["so-y-te"]: {"1": "40", "2": "35", "3": "-2"},
            units["so-moi"]: {},
        },
    )
    give_points(
        framework,
        {units[slug]: {"1": "58", "2": "30"} for slug in ("so-tai-chinh", "so-y-te")},
        field="claimed",
    )
    for number in ("1", "2", "3"):
        give_nothing(framework, units["so-moi"], number)
    return seal(framework, decision=decision)


def give_nothing(framework, unit, number):
    card = framework.scorecards.get(unit=unit)
    card.applicabilities.create(
        criterion=leaf(framework, number), max_points=0, reason="mới thành lập"
    )


def test_csv_of_a_league_table(client, edition):
    response = client.get(f"{LEAGUE}.csv")

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="song-hong-2023-so-nganh-v1.csv"'
    )
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response.content.decode("utf-8-sig").split("\r\n") == [
        "Rank,Unit (address word),Unit,Index (%),Points / maximum,Maximum points,Claimed,Appraised,"
        'Survey,"Bonus, penalty",Class,Since last year,Remark,Kind of data',
        "1,so-tai-chinh,Sở Tài chính,85.75,85.75,100.00,88.00,55.50,30.25,0.00,Tốt,1,,"
        "computed by the portal",
        "2,so-y-te,Sở Y tế,73.00,73.00,100.00,88.00,40.00,35.00,-2.00,Khá,-1,,"
        "computed by the portal",
        ',so-moi-chua-cham,"Sở Mới, chưa chấm",,,0.00,,,,,,,no criterion applies to this unit,'
        "computed by the portal",
        "",
    ]


def test_json_of_a_league_table(client, edition):
    response = client.get(f"{LEAGUE}.json")
    edition.refresh_from_db()

    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.json() == {
        "authority": "song-hong",
        "authority_name": "Ủy ban nhân dân tỉnh Sông Hồng",
        "group": "so-nganh",
        "group_name": "Cơ quan chuyên môn",
        "year": 2023,
        "title": "Chỉ số năm 2023",
        "version": 1,
        "origin": "computed",
        "completeness": "full",
        "illustrative": False,
        "data_kind": "computed by the portal",
        "note": "",
        "derived": [],
        "decision": "27/QĐ-UBND",
        "signed_on": "2023-12-25",
        "announced_on": "2023-12-28",
        "source": "https://example.vn/27",
        "sealed_at": edition.sealed_at.isoformat(),
        "digest": edition.digest,
        "bands": [
            {"name": "Tốt", "floor": "80.00", "inclusive": True, "inferred": False},
            {"name": "Khá", "floor": "65.00", "inclusive": True, "inferred": False},
            {"name": "Trung bình", "floor": None, "inclusive": True, "inferred": False},
        ],
        "counts": {"Tốt": 1, "Khá": 1, "Trung bình": 0},
        "results": [
            {
                "rank": 1,
                "unit": "so-tai-chinh",
                "unit_name": "Sở Tài chính",
                "index_percent": "85.75",
                "points": "85.75",
                "max_points": "100.00",
                "claimed": "88.00",
                "appraised": "55.50",
                "survey": "30.25",
                "adjustment": "0.00",
                "class_name": "Tốt",
                "rank_change": 1,
                "reason": None,
                "data_kind": "computed by the portal",
            },
            {
                "rank": 2,
                "unit": "so-y-te",
                "unit_name": "Sở Y tế",
                "index_percent": "73.00",
                "points": "73.00",
                "max_points": "100.00",
                "claimed": "88.00",
                "appraised": "40.00",
                "survey": "35.00",
                "adjustment": "-2.00",
                "class_name": "Khá",
                "rank_change": -1,
                "reason": None,
                "data_kind": "computed by the portal",
            },
            {
                "rank": None,
                "unit": "so-moi-chua-cham",
                "unit_name": "Sở Mới, chưa chấm",
                "index_percent": None,
                "points": None,
                "max_points": "0.00",
                "claimed": None,
                "appraised": None,
                "survey": None,
                "adjustment": None,
                "class_name": None,
                "rank_change": None,
                "reason": "no criterion applies to this unit",
                "data_kind": "computed by the portal",
            },
        ],
    }


def sheet_of(response):
    workbook = load_workbook(io.BytesIO(response.content))
    (name,) = workbook.sheet_names
    return workbook.get_sheet_by_name(name).to_python()


def test_xlsx_of_a_league_table_is_read_back(client, edition):
    response = client.get(f"{LEAGUE}.xlsx")

    assert response.headers["Content-Type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="song-hong-2023-so-nganh-v1.xlsx"'
    )
    kind = "computed by the portal"
    assert sheet_of(response) == [
        HEADINGS,
        [1, "so-tai-chinh", "Sở Tài chính", 85.75, 85.75, 100, 88, 55.5, 30.25, 0, "Tốt", 1, "",
         kind],
        [2, "so-y-te", "Sở Y tế", 73, 73, 100, 88, 40, 35, -2, "Khá", -1, "", kind],
        ["", "so-moi-chua-cham", "Sở Mới, chưa chấm", "", "", 0, "", "", "", "", "", "",
         "no criterion applies to this unit", kind],
    ]  # fmt: skip


def test_files_keep_every_row_and_order_whatever_the_page_asks(client, edition):
    asked = client.get(f"{LEAGUE}.csv", {"q": "y te", "sap-xep": "-rank", "xep-loai": "Khá"})

    assert asked.content == client.get(f"{LEAGUE}.csv").content


def test_three_decimals_go_into_every_file(client, group):
    new_edition({"Sở Tài chính": "97.685", "Sở Y tế": "80"}, group=group, decimals=3)

    assert [
        (row["points"], row["max_points"], row["index_percent"])
        for row in client.get(f"{LEAGUE}.json").json()["results"]
    ] == [("97.685", "100.000", "97.685"), ("80.000", "100.000", "80.000")]
    assert client.get(f"{LEAGUE}.csv").content.decode("utf-8-sig").splitlines()[1] == (
        "1,so-tai-chinh,Sở Tài chính,97.685,97.685,100.000,,97.685,,,Tốt,,,computed by the portal"
    )


def test_json_says_null_where_nothing_is_known(client, group):
    framework = new_framework(group, origin="announced", classified_by="none", bands=[])
    unit = new_unit(group.authority)
    give_points(framework, {unit: "80"})
    announce(framework, unit, index_percent="80")
    seal(framework, completeness="partial")

    (row,) = client.get(f"{LEAGUE}.json").json()["results"]
    assert (row["rank"], row["class_name"], row["survey"]) == (None, None, None)


# Cells that a spreadsheet would run


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+84 123", "'+84 123"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("Sở = Ban", "Sở = Ban"),
        ("", ""),
        (None, None),
        (-5, -5),
        (Decimal("-0.50"), Decimal("-0.50")),
    ],
)
def test_harmless(value, expected):
    assert harmless(value) == expected


DANGEROUS = ["=cmd|' /C calc'!A0", "+1", "-2", "@SUM(1+1)", '=HYPERLINK("http://x","y")']


@pytest.fixture
def dangerous(group):
    framework = new_framework(group)
    units = [
        new_unit(group.authority, name, slug=f"so-{position}", code=f"={position}", source="=1")
        for position, name in enumerate(DANGEROUS)
    ]
    give_points(framework, {unit: str(90 - n) for n, unit in enumerate(units)})
    return seal(framework)


@pytest.mark.parametrize(
    ("address", "column"), [(f"{LEAGUE}.csv", "Unit"), ("/en/song-hong/don-vi.csv", "Unit")]
)
@pytest.mark.usefixtures("dangerous")
def test_names_are_no_formulas_in_csv(client, address, column):
    text = client.get(address).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    assert sorted(row[column] for row in rows) == sorted(f"'{name}" for name in DANGEROUS)
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


@pytest.mark.usefixtures("dangerous")
def test_names_are_text_in_xlsx(client):
    response = client.get(f"{LEAGUE}.xlsx")

    assert [row[2] for row in sheet_of(response)[1:]] == DANGEROUS
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


# The other tables


def test_csv_of_a_unit_in_an_edition(client, edition):
    lines = client.get(f"{LEAGUE}/so-y-te.csv").content.decode("utf-8-sig").splitlines()
    entered = edition.results.get(unit__slug="so-y-te").details.order_by("position")
    at = [detail.entered_at.isoformat() for detail in entered]

    assert lines[1:] == [
        f"1,Tiêu chí 1,appraised,60.00,58.00,40.00,66.67,,,,,{at[0]},,,computed by the portal",
        f"2,Tiêu chí 2,survey,40.00,30.00,35.00,87.50,,,,,{at[1]},,,computed by the portal",
        f"3,Tiêu chí 3,penalty,-5.00,,-2.00,,,,,,{at[2]},,,computed by the portal",
    ]


def test_csv_of_a_decision(client, edition):
    edition.refresh_from_db()
    lines = client.get("/en/song-hong/2023.csv").content.decode("utf-8-sig").splitlines()

    assert lines == [
        "Authority (address word),Authority,Year,Group (address word),Group,Units,Classes,"
        "Mean index (%),Median (%),First,Decision,Edition,Published on,Bytes of the sealed copy,"
        'Check code (SHA-256),"Address, without its suffix",Suffixes,'
        "Files with their sizes and check codes,Data package (ZIP),Kind of data",
        "song-hong,Ủy ban nhân dân tỉnh Sông Hồng,2023,so-nganh,Cơ quan chuyên môn,3,"
        '"1 tốt, 1 khá, 1 with no data yet",79.38,79.38,Sở Tài chính,27/QĐ-UBND,1,'
        f"2024-01-01,{len(edition.canonical)},{edition.digest},"
        "/en/song-hong/2023/so-nganh/v1,csv xlsx json docx pdf,"
        "/en/song-hong/2023/so-nganh/v1/manifest.json,"
        "/en/song-hong/2023/so-nganh/v1/goi-du-lieu.zip,computed by the portal",
    ]


def test_csv_of_a_unit_through_the_years(client, edition):
    content = client.get("/en/song-hong/don-vi/so-y-te.csv").content
    lines = content.decode("utf-8-sig").splitlines()

    assert lines == [
        "Year,Name then,Index (%),Group median,Points,Maximum,Rank,Units ranked,Class,"
        "Not comparable with the year before,Kind of data",
        "2023,Sở Y tế,73.00,79.38,73.00,100.00,2,2,Khá,,published",
        "2022,Sở Y tế,90.00,85.00,90.00,100.00,1,2,Tốt,,published",
    ]


def test_csv_of_the_registry(client, group):
    new_unit(group.authority, "Sở Tài chính", code="STC", source="QĐ 1")
    new_unit(
        group.authority,
        "Ban Dân tộc",
        code="BDT",
        starts_on=datetime.date(2015, 3, 1),
        ends_on=datetime.date(2025, 6, 30),
    )
    lines = client.get("/en/song-hong/don-vi.csv").content.decode("utf-8-sig").splitlines()

    assert lines == [
        "Code,Unit (address word),Unit,Kind,From,Until,Carried on by,Source",
        "BDT,ban-dan-toc,Ban Dân tộc,agency,2015-03-01,2025-06-30,,",
        "STC,so-tai-chinh,Sở Tài chính,agency,,,,QĐ 1",
    ]


def test_json_of_the_data_page_lists_every_edition(client, edition):
    document = json.loads(client.get("/en/du-lieu.json").content)

    assert [(row["authority"], row["year"], row["mean"]) for row in document["results"]] == [
        ("song-hong", 2023, "79.38"),
        ("song-hong", 2022, "85.00"),
    ]
