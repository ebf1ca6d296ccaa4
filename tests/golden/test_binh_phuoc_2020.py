from decimal import Decimal

import pytest

from scorecards.models import Edition, PublishedPoints
from tests.pages import Page

FOLDERS = ["binh-phuoc"]
NUMBERS = (
    "claimed",
    "appraised",
    "survey",
    "adjustment",
    "points",
    "max_points",
    "index_percent",
    "rank",
)


def edition_of(group):
    return Edition.objects.get(framework__group__slug=group)


def test_agencies_are_known_as_counts_and_one_score():
    edition = edition_of("so-nganh")

    assert (edition.origin, edition.completeness, edition.derived) == ("announced", "partial", [])
    assert list(edition.counts.values_list("class_name", "count")) == [
        ("Tốt", 13),
        ("Khá", 5),
        ("Trung bình", 2),
    ]
    assert list(edition.bands.all()) == []
    assert edition.results.count() == 20


def test_every_number_that_was_not_announced_is_missing():
    known = {
        (row.edition.group.slug, row.unit_name): {
            name: getattr(row, name) for name in NUMBERS if getattr(row, name) is not None
        }
        for edition in Edition.objects.all()
        for row in edition.results.select_related("edition__framework__group")
        if any(getattr(row, name) is not None for name in NUMBERS)
    }

    # The one leaf "Tổng điểm" is an appraised one, so its points are the appraised points, too.
    assert known == {
        ("so-nganh", "Sở Xây dựng"): {
            "appraised": Decimal("98.98"),
            "points": Decimal("98.98"),
            "rank": 1,
        }
    }
    assert list(
        PublishedPoints.objects.exclude(points=None, max_points=None).values_list(
            "result__unit_name", "points", "max_points", "index_percent", "claimed"
        )
    ) == [("Sở Xây dựng", Decimal("98.98"), None, None, None)]


def test_classes_are_those_announced():
    assert {
        group: sorted(
            edition_of(group).results.exclude(class_name="").values_list("class_name", "unit_name")
        )
        for group in ("so-nganh", "cap-huyen")
    } == {
        "so-nganh": [("Tốt", "Sở Xây dựng")],
        "cap-huyen": [
            ("Khá", "Huyện Bù Gia Mập"),
            ("Khá", "Huyện Bù Đăng"),
            ("Khá", "Huyện Bù Đốp"),
            ("Khá", "Huyện Chơn Thành"),
            ("Khá", "Huyện Hớn Quản"),
            ("Khá", "Huyện Lộc Ninh"),
            ("Khá", "Huyện Phú Riềng"),
            ("Khá", "Huyện Đồng Phú"),
            ("Khá", "Thị xã Bình Long"),
            ("Khá", "Thị xã Phước Long"),
            ("Tốt", "Thành phố Đồng Xoài"),
        ],
    }


def test_league_table_reads_as_officials_write(client):
    text = Page(client.get("/binh-phuoc/2020/so-nganh/")).text

    assert "13 tốt, 5 khá, 2 trung bình" in text
    assert "98,98" in text


def test_league_table_shows_one_number_and_nineteen_units_without(client):
    first, *others = Page(client.get("/binh-phuoc/2020/so-nganh/")).rows()

    assert first[:2] == ["1", "Sở Xây dựng"]
    assert "98,98" in first
    assert len(others) == 19
    assert [
        cell for row in others for cell in row if any(letter.isdigit() for letter in cell)
    ] == []


def test_districts_show_classes_and_no_number(client):
    page = Page(client.get("/binh-phuoc/2020/cap-huyen/"))
    cells = [cell for row in page.rows() for cell in row]

    assert "1 tốt, 10 khá" in page.text
    assert len(page.rows()) == 11
    assert (cells.count("Tốt"), cells.count("Khá")) == (1, 10)
    assert [cell for cell in cells if any(letter.isdigit() for letter in cell)] == []


def test_decision_page_adds_the_groups_up(client):
    text = Page(client.get("/en/binh-phuoc/2020/")).text

    assert "14 units classed as tốt, 15 khá, 2 trung bình." in text


def test_decision_page_says_it_in_vietnamese(client):
    assert "14 đơn vị xếp loại tốt" in Page(client.get("/binh-phuoc/2020/")).text


@pytest.mark.parametrize("group", ["so-nganh", "cap-huyen"])
def test_nothing_is_derived_from_a_part(client, group):
    document = client.get(f"/binh-phuoc/2020/{group}.json").json()

    assert (document["completeness"], document["derived"], document["bands"]) == ("partial", [], [])
    assert [row["index_percent"] for row in document["results"]] == [None] * len(
        document["results"]
    )
    assert [row["max_points"] for row in document["results"]] == [None] * len(document["results"])


def test_decision_has_neither_mean_nor_median(client):
    assert [
        (row["group"], row["units"], row["mean"], row["median"], row["first"])
        for row in client.get("/binh-phuoc/2020.json").json()["results"]
    ] == [("so-nganh", 20, None, None, "Sở Xây dựng"), ("cap-huyen", 11, None, None, None)]


def test_names_of_the_agencies_are_marked_as_unverified(client):
    page = Page(client.get("/en/binh-phuoc/don-vi/"))

    assert "Unverified list." in page.text
    assert sum("unverified list" in row[1] for row in page.rows()) == 20
    assert "danh mục chưa xác minh" in Page(client.get("/binh-phuoc/don-vi/so-xay-dung/")).text


@pytest.mark.parametrize("unit", ["so-xay-dung", "so-y-te"])
def test_unit_pages_say_what_is_missing(client, unit):
    text = Page(client.get(f"/en/binh-phuoc/2020/so-nganh/{unit}/")).text

    assert "no data yet" in text
    assert "Index no data yet" in text
