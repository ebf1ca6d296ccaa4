import datetime

import pytest
from django.utils import translation
from django.utils.translation import gettext

from scorecards.models import Decision, Edition
from tests.factories import (
    LONG_AGO,
    announce,
    give_points,
    new_authority,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    open_correction,
    seal,
    tomorrow,
)
from tests.pages import Page
from units.models import Succession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]

LEAGUE = "/song-hong/2023/so-nganh/"


@pytest.fixture
def group():
    return new_group()


@pytest.fixture
def visit(client):
    def get(address, **query):
        response = client.get(address, query)
        assert response.status_code == 200, address
        return Page(response)

    return get


def names(page):
    return [row[1] for row in page.rows()]


# One literal number of queries, whatever the number of rows


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/song-hong/2023/so-nganh/", 6),
        ("/song-hong/2023/so-nganh/v1/", 7),
        ("/song-hong/2023/so-nganh.csv", 7),
        ("/song-hong/2023/so-nganh.json", 7),
        ("/song-hong/2023/so-nganh.xlsx", 7),
        ("/song-hong/don-vi/", 4),
        ("/song-hong/don-vi.csv", 4),
        ("/song-hong/2023/so-nganh/so-0/", 5),
        ("/song-hong/2023/so-nganh/so-0.csv", 5),
    ],
)
def test_queries_do_not_grow_with_the_units(
    client, group, django_assert_num_queries, address, queries, count
):
    points = {f"Sở {n}": str(90 - n) for n in range(count)}
    for year in (2022, 2023):
        new_edition(points, group=group, year=year)

    with django_assert_num_queries(queries):
        response = client.get(address)
    assert response.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 3),
        ("/song-hong/", 7),
        ("/song-hong.csv", 4),
        ("/song-hong/2023/", 6),
        ("/song-hong/don-vi/so-0/", 8),
        ("/song-hong/don-vi/so-0.csv", 5),
        ("/du-lieu/", 2),
        ("/du-lieu.json", 3),
    ],
)
def test_queries_do_not_grow_with_the_editions(
    client, group, django_assert_num_queries, address, queries, count
):
    for year in range(2024 - count, 2024):
        new_edition({"Sở 0": "90"}, group=group, year=year)

    with django_assert_num_queries(queries):
        response = client.get(address)
    assert response.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_registry_costs_the_same_with_successions(client, django_assert_num_queries, group, count):
    heir = new_unit(group.authority, "Sở Mới")
    for n in range(count):
        old = new_unit(group.authority, f"Sở Cũ {n}")
        Succession.objects.create(
            predecessor=old, successor=heir, kind="merge", on=datetime.date(2023, 1, 1)
        )
    with django_assert_num_queries(5):
        response = client.get("/song-hong/don-vi/")

    assert len(Page(response).rows()) == count + 1


# The league table


def test_league_table_shows_whole_rows(visit, group):
    new_edition(
        {"Sở Tài chính": "88.5", "Sở Y tế": "70", "Sở Đất đai": "12.34"}, group=group, year=2022
    )
    new_edition({"Sở Tài chính": "80.5", "Sở Y tế": "90", "Sở Đất đai": "12.34"}, group=group)
    table = visit(f"/en{LEAGUE}").table()

    assert table == {
        "caption": "Index = points ÷ the maximum that applies to the unit × 100.",
        "thead": [
            ["Rank", "Unit", "Index (%)", "Points / maximum", "Class", "Since last year"],
        ],
        "tbody": [
            ["1", "Sở Y tế", "90.00", "90.00 / 100.00", "Tốt", "▲ 1"],
            ["2", "Sở Tài chính", "80.50", "80.50 / 100.00", "Tốt", "▼ 1"],
            ["3", "Sở Đất đai", "12.34", "12.34 / 100.00", "Trung bình", "="],
        ],
        "tfoot": [
            ["", "Mean of the group", "60.95", "", "", ""],
            ["", "Median of the group", "80.50", "", "", ""],
        ],
    }


def test_league_table_in_vietnamese_has_decimal_commas(visit, group):
    new_edition({"Sở Tài chính": "1234.5"}, group=group, criteria=[("1", "2000")])

    assert visit(LEAGUE).rows() == [
        ["1", "Sở Tài chính", "61,73", "1234,50 / 2000,00", "Trung bình"]
    ]


def test_league_table_has_the_edition_s_three_decimals(visit, group):
    new_edition({"Sở Tài chính": "97.685"}, group=group, decimals=3)

    assert visit(LEAGUE).rows() == [["1", "Sở Tài chính", "97,685", "97,685 / 100,000", "Tốt"]]


def test_league_table_shows_ties_with_one_rank(visit, group):
    new_edition({"Sở C": "90", "Sở B": "80", "Sở A": "80", "Sở D": "70"}, group=group)

    assert [row[:2] for row in visit(LEAGUE).rows()] == [
        ["1", "Sở C"],
        ["2", "Sở A"],
        ["2", "Sở B"],
        ["4", "Sở D"],
    ]


def test_zero_points_are_shown_and_the_unknown_has_no_digit(visit, group):
    framework = new_framework(group, origin="announced", classified_by="none", bands=[])
    zero, unknown = (new_unit(group.authority, name) for name in ("Sở Không", "Sở Chưa"))
    give_points(framework, {zero: "0", unknown: None})
    announce(framework, zero, index_percent="0")
    announce(framework, unknown)
    seal(framework, completeness="partial")

    known, missing = visit(LEAGUE).rows()
    assert known == ["Sở Không", "0,00", "0,00 / 100,00"]
    assert missing[0] == "Sở Chưa"
    assert [cell for cell in missing if any(letter.isdigit() for letter in cell)] == []


# Printed order: Đất đai 90 (Tốt), Y tế 80 (Tốt), Dân tộc 70 (Khá), Mới (nothing).
IN_PRINTED_ORDER = ["Sở Đất đai", "Sở Y tế", "Sở Dân tộc", "Sở Mới"]


@pytest.fixture
def four_units(group):
    framework = new_framework(group, origin="announced")
    rows = [("Sở Đất đai", "90", "Tốt"), ("Sở Y tế", "80", "Tốt"), ("Sở Dân tộc", "70", "Khá")]
    for rank, (name, points, class_name) in enumerate(rows, start=1):
        unit = new_unit(group.authority, name)
        give_points(framework, {unit: points})
        announce(framework, unit, index_percent=points, rank=rank, class_name=class_name)
    give_points(framework, {new_unit(group.authority, "Sở Mới"): None})
    return seal(framework, completeness="partial")


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", IN_PRINTED_ORDER),
        ("index_percent", ["Sở Dân tộc", "Sở Y tế", "Sở Đất đai", "Sở Mới"]),
        ("-index_percent", IN_PRINTED_ORDER),
        ("rank", IN_PRINTED_ORDER),
        ("-rank", ["Sở Dân tộc", "Sở Y tế", "Sở Đất đai", "Sở Mới"]),
        ("unit_name", ["Sở Dân tộc", "Sở Đất đai", "Sở Mới", "Sở Y tế"]),
        ("-unit_name", ["Sở Y tế", "Sở Mới", "Sở Đất đai", "Sở Dân tộc"]),
        ("class_name", IN_PRINTED_ORDER),
        ("-class_name", ["Sở Dân tộc", "Sở Đất đai", "Sở Y tế", "Sở Mới"]),
        ("points,-unit_name", ["Sở Dân tộc", "Sở Y tế", "Sở Đất đai", "Sở Mới"]),
        ("password", IN_PRINTED_ORDER),
        ("-", IN_PRINTED_ORDER),
        ("digest", IN_PRINTED_ORDER),
    ],
)
@pytest.mark.usefixtures("four_units")
def test_league_table_sorts_with_the_unknown_last(visit, sort, expected):
    assert names(visit(LEAGUE, **{"sap-xep": sort})) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-index_percent", ["descending"]),
        ("unit_name", ["ascending"]),
        ("", []),
        ("password", []),
    ],
)
@pytest.mark.usefixtures("four_units")
def test_sorted_column_says_so(visit, sort, expected):
    assert visit(LEAGUE, **{"sap-xep": sort}).attributes("th", "aria-sort") == expected


@pytest.mark.usefixtures("four_units")
def test_sorted_table_says_so_in_its_caption(visit):
    with translation.override("vi"):
        sentence = gettext("Sorted by %(column)s, descending") % {"column": gettext("Unit")}
    assert visit(LEAGUE, **{"sap-xep": "-unit_name"}).table()["caption"].endswith(f". {sentence}")
    assert sentence not in visit(LEAGUE).text


@pytest.mark.usefixtures("four_units")
def test_vietnamese_words_on_english_pages_are_marked(visit):
    page = visit(f"/en{LEAGUE}")
    assert page.attributes("th", "lang") == ["vi"] * 4
    assert {"vi"} == {
        tag.get("lang") for name, tag in page.tags if tag.get("class") == "badge t-tot"
    }
    assert visit(LEAGUE).attributes("th", "lang") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "so y te"}, ["Sở Y tế"]),
        ({"q": "Đ"}, ["Sở Đất đai", "Sở Dân tộc"]),
        ({"q": "DAT"}, ["Sở Đất đai"]),
        ({"q": "  mới "}, ["Sở Mới"]),
        ({"q": ""}, IN_PRINTED_ORDER),
        ({"xep-loai": "Khá"}, ["Sở Dân tộc"]),
        ({"xep-loai": "Tốt"}, ["Sở Đất đai", "Sở Y tế"]),
        ({"xep-loai": "-"}, ["Sở Mới"]),
        ({"xep-loai": "Tốt", "q": "y"}, ["Sở Y tế"]),
        ({"xep-loai": "Tốt", "sap-xep": "index_percent"}, ["Sở Y tế", "Sở Đất đai"]),
    ],
    ids=str,
)
@pytest.mark.usefixtures("four_units")
def test_league_table_is_searched_and_filtered(visit, query, expected):
    assert names(visit(LEAGUE, **query)) == expected


@pytest.mark.parametrize("query", [{"q": "thuế"}, {"xep-loai": "Kém"}, {"q": "<b>"}], ids=str)
@pytest.mark.usefixtures("four_units")
def test_league_table_without_a_match_says_so(visit, query):
    (row,) = visit(f"/en{LEAGUE}", **query).rows()

    assert row == ["No unit matches. Try fewer letters or another class."]


@pytest.mark.usefixtures("four_units")
def test_search_does_not_change_the_numbers_of_the_group(visit, client, group):
    new_edition({"Sở Đất đai": "90", "Sở Y tế": "70"}, group=group, year=2022)
    table = visit("/en/song-hong/2022/so-nganh/", q="y te").table()

    assert [row[:3] for row in table["tbody"]] == [["2", "Sở Y tế", "70.00"]]
    assert [row[1:3] for row in table["tfoot"]] == [
        ["Mean of the group", "80.00"],
        ["Median of the group", "80.00"],
    ]


@pytest.mark.usefixtures("four_units")
def test_partial_edition_has_no_mean_no_median_and_says_that_it_is_a_part(visit):
    shown = visit(f"/en{LEAGUE}")

    assert shown.table()["tfoot"] == []
    assert "Known in part." in shown.text
    assert "mean" not in visit("/en/song-hong/").text


def test_text_of_a_source_is_never_markup(visit, group):
    new_edition({"Sở <script>alert(1)</script> & Co": "90"}, group=group, title="<i>x</i>")
    shown = visit(LEAGUE)

    assert names(shown) == ["Sở <script>alert(1)</script> & Co"]
    assert shown.attributes("i", "class") == []


@pytest.mark.parametrize(
    "address",
    ["/", "/song-hong/", "/song-hong/2023/", LEAGUE, f"{LEAGUE}so-y-te/", "/song-hong/don-vi/",
     "/song-hong/don-vi/so-y-te/", "/du-lieu/", "/dang-nhap/"],
)  # fmt: skip
@pytest.mark.usefixtures("four_units")
def test_every_page_says_its_language(client, address):
    pages = [Page(client.get(f"{prefix}{address}")) for prefix in ("", "/en")]

    assert [page.attributes("html", "lang") for page in pages] == [["vi"], ["en"]]


@pytest.mark.parametrize("address", [LEAGUE, "/song-hong/don-vi/"])
@pytest.mark.usefixtures("four_units")
def test_cells_of_a_name_head_their_rows(visit, address):
    assert visit(address).attributes("th", "scope").count("row") >= 4


@pytest.mark.parametrize(
    "address",
    [
        LEAGUE,
        f"{LEAGUE}so-y-te/",
        "/song-hong/don-vi/",
        "/song-hong/don-vi/so-y-te/",
        "/song-hong/2023/",
    ],
)
@pytest.mark.usefixtures("four_units")
def test_every_table_has_a_caption(visit, address):
    shown = visit(address)

    assert [table["class"] for table in shown.tables if not table["caption"]] == []


# Versions


@pytest.fixture
def corrected(group):
    first = new_edition({"Sở Tài chính": "88.5", "Sở Y tế": "81.2"}, group=group)
    open_correction(first.framework)
    give_points(first.framework, {group.authority.units.get(slug="so-y-te"): "90"})
    return first, seal(first.framework, reason="cộng thiếu điểm")


OLD = [["Sở Tài chính", "88,50"], ["Sở Y tế", "81,20"]]
NEW = [["Sở Y tế", "90,00"], ["Sở Tài chính", "88,50"]]


@pytest.mark.parametrize(
    ("address", "expected"), [(LEAGUE, NEW), (f"{LEAGUE}v1/", OLD), (f"{LEAGUE}v2/", NEW)]
)
@pytest.mark.usefixtures("corrected")
def test_version_stays_at_its_address(visit, address, expected):
    assert [row[1:3] for row in visit(address).rows()] == expected


@pytest.mark.usefixtures("corrected")
def test_links_of_an_old_version_stay_on_it(visit):
    shown = visit(f"{LEAGUE}v1/")
    links = [link for link in shown.attributes("a", "href") if link.startswith(LEAGUE)]

    assert [
        link for link in links if "so-y-te" in link or link.endswith((".csv", ".xlsx", ".json"))
    ] == [
        f"{LEAGUE}v1.csv",
        f"{LEAGUE}v1.xlsx",
        f"{LEAGUE}v1.json",
        f"{LEAGUE}v1/so-y-te/",
        f"{LEAGUE}v1/manifest.json",
        f"{LEAGUE}v1/canonical.json",
    ]
    assert "81,20" in visit(f"{LEAGUE}v1/so-y-te/").text
    assert "90,00" in visit(f"{LEAGUE}so-y-te/").text


@pytest.mark.usefixtures("corrected")
def test_old_version_points_at_its_correction(visit):
    assert "This version has been corrected. See edition 2." in visit(f"/en{LEAGUE}v1/").text
    assert "has been corrected" not in visit(f"/en{LEAGUE}v2/").text
    assert "Correction: cộng thiếu điểm" in visit(f"/en{LEAGUE}").text


@pytest.mark.parametrize("suffix", ["csv", "json"])
@pytest.mark.usefixtures("corrected")
def test_files_of_a_version_are_its_own(client, suffix):
    files = {
        version: client.get(f"/song-hong/2023/so-nganh/{version}.{suffix}").content.decode()
        for version in ("v1", "v2")
    }

    assert ["81.20" in files["v1"], "81.20" in files["v2"]] == [True, False]
    assert client.get(f"/song-hong/2023/so-nganh.{suffix}").content.decode() == files["v2"]


# Other pages


def test_home_shows_each_authority_s_newest_year(visit, group):
    other = new_group(new_authority("cuu-long", place="Cửu Long"))
    new_edition({"Sở A": "90"}, group=group, year=2022)
    new_edition({"Sở B": "90", "Sở C": "90"}, group=group, year=2023)
    new_edition({"Sở D": "90"}, group=other, year=2021)
    shown = visit("/en/")

    links = [link for link in shown.attributes("a", "href") if link.count("/") == 4]
    assert links == ["/en/cuu-long/2021/", "/en/song-hong/2023/"]
    assert "2 units: 2 tốt · first: Sở B, Sở C · mean 90.00%" in shown.text


def test_home_is_empty_before_anything_is_published(visit):
    assert "Nothing has been published yet." in visit("/en/").text


def test_decision_page_has_a_row_a_group(visit, group):
    districts = new_group(
        group.authority, "cap-huyen", name="Cấp huyện", kind="district", position=2
    )
    decision = Decision.objects.create(
        authority=group.authority, number="27/QĐ-UBND", title="…",
        signed_on=datetime.date(2023, 12, 25), source="https://example.vn/27",
    )  # fmt: skip
    new_edition({"Huyện Bắc": "60"}, group=districts, decision=decision)
    new_edition({"Sở A": "90", "Sở B": "80.01"}, group=group, decision=decision)
    shown = visit("/en/song-hong/2023/")

    assert shown.rows("lines") == [
        ["2023", "Cơ quan chuyên môn", "2", "2 tốt", "85.01", "85.01", "Sở A"],
        ["2023", "Cấp huyện", "1", "1 trung bình", "60.00", "60.00", "Huyện Bắc"],
    ]
    assert "2 units classed as tốt, 1 trung bình." in shown.text
    assert "27/QĐ-UBND" in shown.text


def test_unit_in_edition_shows_every_number_down_the_tree(visit, group):
    new_edition(
        {"Sở Y tế": {"1.1": "36.25", "1.2": "18.5", "2": "30", "3": "-1"}},
        group=group,
        criteria=[
            ("1", "60"), ("1.1", "40"), ("1.2", "20"), ("2", "40", "survey"),
            ("3", "-5", "penalty"),
        ],
    )  # fmt: skip
    shown = visit(f"/en{LEAGUE}so-y-te/")

    assert shown.rows("tree") == [
        ["1", "Tiêu chí 1", "appraised", "60.00", "54.75", "91.25"],
        ["1.1", "Tiêu chí 1.1", "appraised", "40.00", "36.25", "90.63"],
        ["1.2", "Tiêu chí 1.2", "appraised", "20.00", "18.50", "92.50"],
        ["2", "Tiêu chí 2", "survey", "40.00", "30.00", "75.00"],
        ["3", "Tiêu chí 3", "penalty", "-5.00", "-1.00", "—"],
    ]
    assert "83.75% = 83.75 ÷ 100.00 × 100" in shown.text


def test_unit_page_shows_the_years_latest_first(visit, group):
    new_edition({"Sở A": "88.5", "Sở B": "70"}, group=group, year=2022)
    new_edition({"Sở A": "80.5", "Sở B": "90"}, group=group, year=2023)

    years = visit("/song-hong/don-vi/so-a/").rows("plain")
    assert years[-2:] == [
        ["2023", "Sở A", "80,50", "85,25", "80,50", "100,00", "2/2", "Tốt"],
        ["2022", "Sở A", "88,50", "79,25", "88,50", "100,00", "1/2", "Tốt"],
    ]


def test_unit_page_tells_who_became_whom(visit, group):
    old = new_unit(group.authority, "Sở Du lịch")
    new = new_unit(group.authority, "Sở Văn hóa và Du lịch")
    Succession.objects.create(
        predecessor=old, successor=new, kind="merge", on=datetime.date(2023, 1, 1),
        legal_basis="NQ 1",
    )  # fmt: skip

    line = "On 01/01/2023: Sở Du lịch merged into Sở Văn hóa và Du lịch (NQ 1)"
    assert line in visit("/en/song-hong/don-vi/so-du-lich/").text
    assert line in visit("/en/song-hong/don-vi/so-van-hoa-va-du-lich/").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Ban Dân tộc", "Sở Điện lực", "Sở Tài chính"]),
        ({"sap-xep": "-unit_name"}, ["Sở Tài chính", "Sở Điện lực", "Ban Dân tộc"]),
        ({"q": "so tai chinh"}, ["Sở Tài chính"]),
        ({"q": "Đ"}, ["Ban Dân tộc", "Sở Điện lực"]),
        ({"q": "thuế"}, None),
    ],
    ids=str,
)
def test_registry_is_searched_and_sorted(visit, group, query, expected):
    for name in ("Sở Tài chính", "Ban Dân tộc", "Sở Điện lực"):
        new_unit(group.authority, name)
    rows = visit("/en/song-hong/don-vi/", **query).rows()

    if expected is None:
        assert rows == [["No unit matches. Try fewer letters."]]
    else:
        assert [row[1] for row in rows] == expected


def test_data_page_lists_every_edition_with_its_files(visit, group):
    editions = [new_edition({"Sở A": "90"}, group=group, year=year) for year in (2022, 2023)]
    shown = visit("/du-lieu/")

    assert [link for link in shown.attributes("a", "href") if link.endswith(".csv")] == [
        "/song-hong/2023/so-nganh.csv",
        "/song-hong/2022/so-nganh.csv",
        "/du-lieu.csv",
    ]
    assert all(edition.digest in shown.text for edition in editions)


# What is not there


@pytest.mark.parametrize("address", [
    "/khong-co/", "/khong-co.csv", "/song-hong/2022/", "/song-hong/2022.csv", "/song-hong/1999/",
    "/song-hong/2023/cap-huyen/", "/song-hong/2022/so-nganh/", "/song-hong/2022/so-nganh.json",
    f"{LEAGUE}v2/", f"{LEAGUE}v0/", "/song-hong/2023/so-nganh.odt", f"{LEAGUE}so-khong-co/",
    "/song-hong/don-vi/so-khong-co/", "/song-hong/don-vi/so-khong-co.csv",
    f"{LEAGUE}bieu-do/khong-co.svg", "/song-hong/don-vi/so-moi/bieu-do/khong-co.svg",
])  # fmt: skip
@pytest.mark.usefixtures("four_units")
def test_what_does_not_exist_is_404(client, address):
    response = client.get(address)

    assert response.status_code == 404
    assert Page(response).attributes("html", "lang") == ["vi"]


@pytest.mark.parametrize("moment", [None, "tomorrow"])
@pytest.mark.parametrize(
    "address",
    ["/song-hong/2023/", "/song-hong/2023.csv", LEAGUE, f"{LEAGUE}v1/", f"{LEAGUE}so-a/",
     "/song-hong/2023/so-nganh.json", f"{LEAGUE}bieu-do/xep-hang.svg"],
)  # fmt: skip
def test_sealed_is_not_shown_before_its_day(client, group, address, moment):
    new_edition({"Sở A": "12.34"}, group=group, public_from=tomorrow() if moment else None)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/", "/song-hong/", "/song-hong.json", "/song-hong/don-vi/so-a/", "/du-lieu/",
     "/song-hong/don-vi/so-a.json", "/du-lieu.csv"],
)  # fmt: skip
def test_sealed_number_is_nowhere_before_its_day(client, group, address):
    edition = new_edition({"Sở A": "12.34"}, group=group, public_from=tomorrow())
    before = client.get(address).content.decode()
    Edition.objects.update(public_from=LONG_AGO)
    after = client.get(address).content.decode()

    assert [number for number in ("12.34", "12,34", edition.digest) if number in before] == []
    assert any(number in after for number in ("12.34", "12,34", edition.digest))


def test_correction_is_not_shown_before_its_day(visit, group):
    first = new_edition({"Sở A": "88.5"}, group=group)
    open_correction(first.framework)
    give_points(first.framework, {group.authority.units.get(): "12.34"})
    seal(first.framework, reason="nhầm", public_from=tomorrow())

    assert [row[1:3] for row in visit(LEAGUE).rows()] == [["Sở A", "88,50"]]
    assert "This version has been corrected" not in visit(f"/en{LEAGUE}v1/").text


@pytest.mark.parametrize("address", [LEAGUE, "/song-hong/don-vi/"])
@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"},
        {"q": "a" * 5000},
        {"q": "%"},
        {"sap-xep": "\0"},
        {"sap-xep": "-,,rank"},
        {"trang": "x"},
        {"xep-loai": "\0"},
    ],
    ids=["nul", "long", "percent", "sort by nul", "sort by commas", "page x", "class nul"],
)
@pytest.mark.usefixtures("four_units")
def test_nonsense_in_the_address_is_no_error(visit, address, query):
    assert visit(address, **query).attributes("html", "lang") == ["vi"]
