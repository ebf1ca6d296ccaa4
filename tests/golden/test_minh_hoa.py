import pytest

from scorecards.models import Edition, Framework
from tests.pages import Page

FOLDERS = ["minh-hoa"]
LABEL = "illustrative data"
ROOT = "/en/tinh-minh-hoa"


def test_four_years_of_two_groups_are_published_and_2024_is_a_draft():
    assert sorted(
        Edition.objects.current().values_list("framework__year", "framework__group__slug")
    ) == [(year, group) for year in range(2020, 2024) for group in ("cap-huyen", "so-nganh")]
    assert sorted(
        Framework.objects.exclude(state="sealed").values_list("year", "group__slug", "state")
    ) == [(2024, "cap-huyen", "scoring"), (2024, "so-nganh", "scoring")]


def test_every_edition_is_marked_in_its_sealed_row():
    assert set(Edition.objects.values_list("illustrative", "origin")) == {(True, "computed")}


@pytest.mark.parametrize(
    "address",
    [
        "/en/",
        "/en/du-lieu/",
        f"{ROOT}/",
        f"{ROOT}/2023/",
        f"{ROOT}/2023/so-nganh/",
        f"{ROOT}/2020/cap-huyen/",
        f"{ROOT}/2023/so-nganh/v1/",
        f"{ROOT}/2023/so-nganh/so-tai-chinh/",
        f"{ROOT}/don-vi/",
        f"{ROOT}/don-vi/so-tai-chinh/",
    ],
)
def test_every_page_carries_the_label(client, address):
    assert LABEL in Page(client.get(address)).text.lower()


@pytest.mark.parametrize(
    "address",
    ["/en/du-lieu", ROOT, f"{ROOT}/2023", f"{ROOT}/2023/so-nganh", f"{ROOT}/2023/so-nganh/v1",
     f"{ROOT}/2023/so-nganh/so-tai-chinh", f"{ROOT}/don-vi/so-tai-chinh"],
)  # fmt: skip
def test_every_row_of_a_file_carries_the_label(client, address):
    lines = client.get(f"{address}.csv").content.decode("utf-8-sig").splitlines()
    rows = client.get(f"{address}.json").json()["results"]

    assert len(lines) > 1
    assert [line for line in lines[1:] if not line.endswith(LABEL)] == []
    assert [row["data_kind"] for row in rows] == [LABEL] * len(rows)


def test_files_of_the_registry_carry_the_label(client):
    assert client.get(f"{ROOT}/don-vi.json").json()["illustrative"] is True
    lines = client.get(f"{ROOT}/don-vi.csv").content.decode("utf-8-sig").splitlines()
    assert [line for line in lines[1:] if "minh họa" not in line and LABEL not in line] == []


@pytest.mark.parametrize("slug", ["xep-hang", "xep-loai", "phan-bo"])
def test_charts_of_a_league_table_carry_the_label(client, slug):
    drawn = client.get(f"{ROOT}/2023/so-nganh/bieu-do/{slug}.svg").content.decode()

    assert LABEL in drawn.lower()


def test_tie_of_2022_shares_its_rank(client):
    rows = Page(client.get(f"{ROOT}/2022/so-nganh/")).rows()
    tied = [row[:3] for row in rows if row[2] == "85.40"]

    assert [name for __, name, __ in tied] == ["Sở Kế hoạch và Đầu tư", "Sở Khoa học và Công nghệ"]
    assert len({rank for rank, __, __ in tied}) == 1
    place = int(tied[0][0])
    assert [row[0] for row in rows if row[0] == str(place + 1)] == []


def test_units_without_procedures_have_their_own_maximum(client):
    rows = client.get(f"{ROOT}/2023/so-nganh.json").json()["results"]
    own = {row["unit_name"]: row["max_points"] for row in rows if row["max_points"] != "100.00"}

    assert own == {
        "Văn phòng UBND tỉnh": "70.00",
        "Thanh tra tỉnh": "66.25",
        "Ban Dân tộc": "66.25",
    }


def test_renamed_district_keeps_its_line_of_years(client):
    years = client.get(f"{ROOT}/don-vi/thi-xa-bac-minh.json").json()["results"]

    assert [(row["year"], row["unit_name"]) for row in years] == [
        (2023, "Thị xã Bắc Minh"),
        (2022, "Thị xã Bắc Minh"),
        (2021, "Huyện Bắc Minh"),
        (2020, "Huyện Bắc Minh"),
    ]


def test_merged_unit_starts_its_own_line(client):
    years = client.get(f"{ROOT}/don-vi/so-van-hoa-the-thao-va-du-lich.json").json()["results"]

    assert [row["year"] for row in years] == [2023]


@pytest.mark.parametrize("address", ["2024/", "2024.csv", "2024/so-nganh/", "2024/cap-huyen.json"])
def test_drafts_of_2024_are_not_public(client, address):
    assert client.get(f"{ROOT}/{address}").status_code == 404
