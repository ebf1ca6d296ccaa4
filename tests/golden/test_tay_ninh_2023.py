import csv
import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from scorecards.calculation import Band, Card, Leaf, Rules, class_of, compute, half_up, index_of
from scorecards.models import Edition
from tests.pages import Page

FOLDERS = ["tay-ninh"]
FOLDER = Path(__file__).resolve().parent.parent.parent / "fixtures" / "tay-ninh"
BANDS = [
    Band("Tốt", Decimal(80), inclusive=False),
    Band("Khá", Decimal(70)),
    Band("Trung bình", Decimal(60)),
    Band("Kém", None),
]

# Decision 2729/QĐ-UBND of 25/12/2023: unit, maximum, points, percentage, class.
AGENCIES = [
    ("Văn phòng UBND tỉnh", "71.50", "69.25", "96.85", "Tốt"),
    ("Thanh tra tỉnh", "71.50", "69.00", "96.50", "Tốt"),
    ("Sở Thông tin và Truyền thông", "100.00", "94.43", "94.43", "Tốt"),
    ("Sở Tài chính", "96.50", "91.00", "94.30", "Tốt"),
    ("Sở Tư pháp", "100.00", "94.00", "94.00", "Tốt"),
    ("Sở Nội vụ", "96.50", "90.32", "93.60", "Tốt"),
    ("Sở Giáo dục và Đào tạo", "100.00", "90.00", "90.00", "Tốt"),
    ("Sở Khoa học và Công nghệ", "100.00", "87.43", "87.43", "Tốt"),
    ("Sở Lao động - Thương binh và Xã hội", "100.00", "86.84", "86.84", "Tốt"),
    ("Sở Văn hóa, Thể thao và Du lịch", "96.50", "83.59", "86.62", "Tốt"),
    ("Sở Nông nghiệp và Phát triển nông thôn", "100.00", "86.25", "86.25", "Tốt"),
    ("Ban Quản lý Khu kinh tế tỉnh", "100.00", "86.05", "86.05", "Tốt"),
    ("Sở Ngoại vụ", "71.50", "61.00", "85.31", "Tốt"),
    ("Sở Công Thương", "100.00", "84.75", "84.75", "Tốt"),
    ("Sở Xây dựng", "100.00", "83.78", "83.78", "Tốt"),
    ("Sở Giao thông vận tải", "100.00", "82.38", "82.38", "Tốt"),
    ("Sở Kế hoạch và Đầu tư", "96.50", "78.84", "81.70", "Tốt"),
    ("Sở Tài nguyên và Môi trường", "100.00", "78.49", "78.49", "Khá"),
    ("Sở Y tế", "100.00", "49.07", "49.07", "Kém"),
]
DISTRICTS = [
    ("Thị xã Hòa Thành", "88.35"),
    ("Huyện Gò Dầu", "87.68"),
    ("Thành phố Tây Ninh", "86.98"),
    ("Huyện Tân Biên", "86.27"),
    ("Huyện Châu Thành", "86.02"),
    ("Thị xã Trảng Bàng", "84.92"),
]
UNKNOWN_DISTRICTS = ["Huyện Tân Châu", "Huyện Dương Minh Châu", "Huyện Bến Cầu"]


def edition_of(group):
    return Edition.objects.get(framework__group__slug=group)


def vietnamese(number):
    return number.replace(".", ",")


def test_the_file_holds_what_the_decision_prints():
    with (FOLDER / "so-nganh-2023.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [tuple(row.values())[1:] for row in csv.DictReader(lines, delimiter=";")]

    assert [
        (name, Decimal(most), Decimal(points), Decimal(percent), class_name)
        for name, most, points, percent, class_name in rows
    ] == [
        (name, Decimal(most), Decimal(points), Decimal(percent), class_name)
        for name, most, points, percent, class_name in AGENCIES
    ]


@pytest.mark.parametrize("agency", AGENCIES, ids=lambda agency: agency[0])
def test_percentage_and_class_follow_from_points_and_maximum(agency):
    __, max_points, points, percent, class_name = agency
    index = half_up(index_of(Decimal(points), Decimal(max_points)), 2)

    assert (str(index), class_of(index, BANDS)) == (percent, class_name)


def test_the_whole_table_computed_at_once_is_the_printed_one():
    cards = {
        name: Card(awarded={"1": Decimal(points)}, max_points={"1": Decimal(max_points)})
        for name, max_points, points, __, __ in AGENCIES
    }
    results = compute(
        [Leaf("1", "appraised", Decimal(100))], cards, rules=Rules(decimals=2), bands=BANDS
    )

    assert [
        (name, str(row.index_percent), row.class_name, row.rank) for name, row in results.items()
    ] == [
        (name, percent, class_name, rank)
        for rank, (name, __, __, percent, class_name) in enumerate(AGENCIES, start=1)
    ]


def test_published_rows_are_the_printed_ones():
    edition = edition_of("so-nganh")

    assert edition.derived == ["rank"]
    assert list(
        edition.results.values_list(
            "rank", "unit_name", "max_points", "points", "index_percent", "class_name"
        )
    ) == [
        (rank, name, Decimal(most), Decimal(points), Decimal(percent), class_name)
        for rank, (name, most, points, percent, class_name) in enumerate(AGENCIES, start=1)
    ]


def test_page_shows_all_19_agencies(client):
    page = Page(client.get("/tay-ninh/2023/so-nganh/"))

    assert [row[:5] for row in page.rows()] == [
        [
            str(rank),
            name,
            vietnamese(percent),
            f"{vietnamese(points)} / {vietnamese(most)}",
            class_name,
        ]
        for rank, (name, most, points, percent, class_name) in enumerate(AGENCIES, start=1)
    ]


def test_class_counts_are_the_printed_ones():
    assert list(edition_of("so-nganh").counts.values_list("class_name", "count")) == [
        ("Tốt", 17),
        ("Khá", 1),
        ("Trung bình", 0),
        ("Kém", 1),
    ]


def test_bands_that_the_source_does_not_state_are_marked_as_inferred(client):
    assert list(edition_of("so-nganh").bands.values_list("name", "inferred")) == [
        ("Tốt", False),
        ("Khá", True),
        ("Trung bình", True),
        ("Kém", False),
    ]
    page = Page(client.get("/en/tay-ninh/2023/so-nganh/"))
    assert "Class limits marked * are inferred: the source does not state them." in page.text


def test_page_says_where_the_numbers_come_from(client):
    text = Page(client.get("/en/tay-ninh/2023/so-nganh/")).text

    assert "2729/QĐ-UBND" in text
    assert "Re-entered from the published source; the portal is not its publisher." in text


def test_districts_are_known_in_part_without_rank_mean_or_median(client):
    edition = edition_of("cap-huyen")

    assert (edition.completeness, edition.derived) == ("partial", [])
    assert set(edition.results.values_list("unit_name", "rank", "index_percent", "class_name")) == {
        (name, None, Decimal(index), "Tốt") for name, index in DISTRICTS
    } | {(name, None, None, "") for name in UNKNOWN_DISTRICTS}
    table = Page(client.get("/tay-ninh/2023/cap-huyen/")).table()
    assert table["tfoot"] == []
    assert [row[0] for row in table["tbody"]] == [
        *(name for name, __ in DISTRICTS),
        *UNKNOWN_DISTRICTS,
    ]


def test_decision_page_has_no_mean_of_the_districts(client):
    (__, districts) = client.get("/tay-ninh/2023.json").json()["results"]

    assert (districts["group"], districts["units"], districts["mean"], districts["median"]) == (
        "cap-huyen",
        9,
        None,
        None,
    )
    assert districts["first"] is None


def test_digests_are_those_of_the_stored_bytes_and_chain():
    first, second = Edition.objects.order_by("sealed_at")

    for edition in (first, second):
        assert hashlib.sha256(bytes(edition.canonical)).hexdigest() == edition.digest
    assert (first.previous_digest, second.previous_digest) == ("", first.digest)
