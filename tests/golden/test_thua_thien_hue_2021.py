from decimal import Decimal

from scorecards.calculation import Band, Card, Leaf, Rules, compute
from scorecards.models import Edition
from tests.pages import Page

FOLDERS = ["thua-thien-hue"]

# Decision 24/QĐ-UBND of 05/01/2022: unit, points, rank, class.
AGENCIES = [
    ("Văn phòng UBND tỉnh", "97.685", 1, "Xuất sắc"),
    ("Sở Tư pháp", "87.187", 2, "Tốt"),
    ("Sở Công Thương", "85.804", 3, "Tốt"),
    ("Sở Y tế", "85.584", 4, "Tốt"),
    ("Sở Nông nghiệp và Phát triển nông thôn", "85.234", 5, "Tốt"),
    ("Sở Thông tin và Truyền thông", "85.162", 6, "Tốt"),
    ("Sở Nội vụ", "85.057", 7, "Tốt"),
    ("Sở Ngoại vụ", "83.838", 8, "Tốt"),
    ("Sở Du lịch", "83.533", 9, "Tốt"),
    ("Sở Tài chính", "83.271", 10, "Tốt"),
    ("Sở Tài nguyên và Môi trường", "83.226", 11, "Tốt"),
    ("Sở Xây dựng", "83.218", 12, "Tốt"),
    ("Sở Khoa học và Công nghệ", "83.038", 13, "Tốt"),
    ("Sở Kế hoạch và Đầu tư", "83.034", 14, "Tốt"),
    ("Ban Dân tộc tỉnh", "80.696", 15, "Tốt"),
    ("Sở Giáo dục và Đào tạo", "79.455", 16, "Khá"),
    ("Sở Lao động - Thương binh và Xã hội", "79.077", 17, "Khá"),
    ("Sở Giao thông Vận tải", "79.027", 18, "Khá"),
    ("Sở Văn hóa và Thể thao", "73.663", 19, "Khá"),
    ("Thanh tra tỉnh", "73.559", 20, "Khá"),
    ("Ban Quản lý Khu Kinh tế, công nghiệp tỉnh", "73.475", 21, "Khá"),
]


def test_all_21_ranks_and_classes_follow_from_the_points():
    results = compute(
        [Leaf("1", "appraised", Decimal(100))],
        {name: Card(awarded={"1": Decimal(points)}) for name, points, __, __ in AGENCIES},
        rules=Rules(decimals=3, classified_by="points"),
        bands=[Band("Xuất sắc", Decimal(90)), Band("Tốt", Decimal(80)), Band("Khá", None)],
    )

    assert [
        (name, str(row.index_percent), row.rank, row.class_name) for name, row in results.items()
    ] == AGENCIES


def test_published_rows_are_the_printed_ones():
    edition = Edition.objects.get()

    assert edition.derived == ["index_percent"]
    assert list(
        edition.results.values_list("unit_name", "points", "index_percent", "rank", "class_name")
    ) == [
        (name, Decimal(points), Decimal(points), rank, class_name)
        for name, points, rank, class_name in AGENCIES
    ]


def test_page_shows_three_decimals(client):
    rows = Page(client.get("/thua-thien-hue/2021/so-nganh/")).rows()

    assert [row[:3] + row[4:5] for row in rows] == [
        [str(rank), name, points.replace(".", ","), class_name]
        for name, points, rank, class_name in AGENCIES
    ]


def test_every_band_is_marked_as_inferred():
    assert list(Edition.objects.get().bands.values_list("name", "inferred")) == [
        ("Xuất sắc", True),
        ("Tốt", True),
        ("Khá", True),
    ]


def test_page_names_the_column_that_the_portal_computed(client):
    text = Page(client.get("/en/thua-thien-hue/2021/so-nganh/")).text

    assert (
        "Computed by the portal from the published points and maxima, not printed in the source: "
        "index."
    ) in text
