"""The fixture folders as files: what they hold agrees with itself and with the sources."""

import csv
import importlib.util
import tomllib
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REAL = ["binh-phuoc", "tay-ninh", "thua-thien-hue"]
FOLDERS = ["minh-hoa", *REAL]
NOT_APPLICABLE = "KAD"


def described(folder):
    return tomllib.loads((FIXTURES / folder / "authority.toml").read_text(encoding="utf-8"))


def records(folder, filename, separator=","):
    with (FIXTURES / folder / filename).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=separator))


def published(folder, filename):
    with (FIXTURES / folder / filename).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter=";"))


def framework_cases(folders):
    return [
        pytest.param(folder, framework, id=f"{folder}-{framework['group']}-{framework['year']}")
        for folder in folders
        for framework in described(folder)["frameworks"]
    ]


def leaves_of(criteria):
    branches = {row["number"].rpartition(".")[0] for row in criteria}
    return [row for row in criteria if row["number"] not in branches]


def is_counted(row):
    return row["kind"] in ("appraised", "survey")


def matrix(framework):
    path = FIXTURES / "minh-hoa" / framework["scores"]
    with path.open(encoding="utf-8", newline="") as lines:
        (notice, *_blank), headings, *rows = csv.reader(lines)
    assert notice == "SỐ LIỆU MINH HỌA, KHÔNG PHẢI KẾT QUẢ THẬT"
    return [dict(zip(headings, row, strict=True)) for row in rows]


def index_of(row, leaves):
    applicable = [leaf for leaf in leaves if row[leaf["number"]] != NOT_APPLICABLE]
    points = sum(Decimal(row[leaf["number"]] or "0") for leaf in applicable)
    return points / sum(Decimal(leaf["max_points"]) for leaf in applicable if is_counted(leaf))


def in_force(unit, year):
    starts, ends = unit["starts_on"] or "0001-01-01", unit["ends_on"] or "9999-12-31"
    return starts <= f"{year}-12-31" <= ends


def floats_in(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [found for item in value for found in floats_in(item)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize("folder", FOLDERS)
def test_description_holds_no_inexact_number(folder):
    assert floats_in(described(folder)) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_unit_codes_have_one_holder_at_a_time(folder):
    units = records(folder, "units.csv")
    clashes = [
        (one["name"], other["name"])
        for one, other in combinations(units, 2)
        if one["code"] == other["code"]
        and (one["starts_on"] or "0001-01-01") <= (other["ends_on"] or "9999-12-31")
        and (other["starts_on"] or "0001-01-01") <= (one["ends_on"] or "9999-12-31")
    ]
    assert clashes == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_unit_slugs_are_unique(folder):
    slugs = Counter(unit["slug"] for unit in records(folder, "units.csv"))
    assert [slug for slug, times in slugs.items() if times > 1] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_units_name_their_source(folder):
    assert [unit for unit in records(folder, "units.csv") if not unit["source"]] == []


@pytest.mark.parametrize(("folder", "framework"), framework_cases(FOLDERS))
def test_framework_names_its_source(folder, framework):
    decisions = {decision["key"]: decision for decision in described(folder)["decisions"]}
    sources = [framework["decision"]]
    if "edition" in framework:
        sources.append(decisions[framework["edition"]["decision"]]["source"])
    assert any(sources)


@pytest.mark.parametrize(("folder", "framework"), framework_cases(FOLDERS))
def test_bands_fall_and_the_lowest_has_no_floor(folder, framework):
    floors = [band.get("floor") for band in framework.get("bands", [])]
    stated = [Decimal(floor) for floor in floors[:-1]]
    assert floors[-1:] in ([], [None])
    assert stated == sorted(set(stated), reverse=True)


@pytest.mark.parametrize(("folder", "framework"), framework_cases(FOLDERS))
def test_bands_name_their_source(folder, framework):
    assert [band for band in framework.get("bands", []) if not band["source"]] == []


@pytest.mark.parametrize(("folder", "framework"), framework_cases(REAL))
def test_published_units_are_in_the_registry(folder, framework):
    names = {
        name
        for unit in records(folder, "units.csv")
        if in_force(unit, framework["year"])
        for name in (unit["name"], *unit["aliases"].split(";"))
    }
    _headings, *rows = published(folder, framework["scores"])
    assert [row[1] for row in rows if row[1] not in names] == []


def test_tay_ninh_agencies_are_copied_to_the_digit():
    headings, *rows = published("tay-ninh", "so-nganh-2023.csv")
    assert headings == [
        "STT",
        "Tên cơ quan",
        "Điểm tối đa",
        "Điểm thẩm định",
        "Tỷ lệ đạt",
        "Xếp loại",
    ]
    assert rows[0] == ["1", "Văn phòng UBND tỉnh", "71.5", "69.25", "96.85", "Tốt"]
    assert rows[1] == ["2", "Thanh tra tỉnh", "71.5", "69.00", "96.50", "Tốt"]
    assert rows[3] == ["4", "Sở Tài chính", "96.5", "91.00", "94.30", "Tốt"]
    assert rows[9] == ["10", "Sở Văn hóa, Thể thao và Du lịch", "96.5", "83.59", "86.62", "Tốt"]
    assert rows[17] == ["18", "Sở Tài nguyên và Môi trường", "100", "78.49", "78.49", "Khá"]
    assert rows[18] == ["19", "Sở Y tế", "100", "49.07", "49.07", "Kém"]
    assert Counter(row[5] for row in rows) == {"Tốt": 17, "Khá": 1, "Kém": 1}


def test_tay_ninh_districts_are_six_of_nine():
    _headings, *rows = published("tay-ninh", "cap-huyen-2023.csv")
    assert [(row[1], row[3], row[5]) for row in rows] == [
        ("UBND thị xã Hòa Thành", "88.35", "Tốt"),
        ("UBND huyện Gò Dầu", "87.68", "Tốt"),
        ("UBND thành phố Tây Ninh", "86.98", "Tốt"),
        ("UBND huyện Tân Biên", "86.27", "Tốt"),
        ("UBND huyện Châu Thành", "86.02", "Tốt"),
        ("UBND thị xã Trảng Bàng", "84.92", "Tốt"),
    ]
    units = records("tay-ninh", "units.csv")
    assert sum(unit["kind"] == "district" for unit in units) == 9
    _agencies, districts = described("tay-ninh")["frameworks"]
    assert [unit["name"] for unit in units if unit["code"] in districts["units"]] == [
        "Huyện Tân Châu",
        "Huyện Dương Minh Châu",
        "Huyện Bến Cầu",
    ]
    assert districts["edition"]["completeness"] == "partial"


def test_tay_ninh_bands_tell_stated_from_inferred():
    assert [
        [
            (band["name"], band.get("floor"), band["inclusive"], band["inferred"])
            for band in framework["bands"]
        ]
        for framework in described("tay-ninh")["frameworks"]
    ] == 2 * [
        [
            ("Tốt", "80", False, False),
            ("Khá", "70", True, True),
            ("Trung bình", "60", True, True),
            ("Kém", None, True, False),
        ]
    ]


def test_thua_thien_hue_agencies_are_copied_to_the_digit():
    headings, *rows = published("thua-thien-hue", "so-nganh-2021.csv")
    assert headings == ["STT", "Đơn vị", "Điểm đánh giá", "Vị thứ", "Xếp loại"]
    assert rows[0] == ["1", "Văn phòng UBND tỉnh", "97,685", "1", "Xuất sắc"]
    assert rows[14] == ["15", "Ban Dân tộc tỉnh", "80,696", "15", "Tốt"]
    assert rows[15] == ["16", "Sở Giáo dục và Đào tạo", "79,455", "16", "Khá"]
    assert rows[20] == [
        "21",
        "Ban Quản lý Khu Kinh tế, công nghiệp tỉnh",
        "73,475",
        "21",
        "Khá",
    ]
    assert Counter(row[4] for row in rows) == {"Xuất sắc": 1, "Tốt": 14, "Khá": 6}
    assert [row[3] for row in rows] == [str(rank) for rank in range(1, 22)]


def test_thua_thien_hue_bands_are_all_inferred():
    (framework,) = described("thua-thien-hue")["frameworks"]
    assert [(band["name"], band.get("floor"), band["inferred"]) for band in framework["bands"]] == [
        ("Xuất sắc", "90", True),
        ("Tốt", "80", True),
        ("Khá", None, True),
    ]


def test_binh_phuoc_agencies_hold_one_score_and_counts():
    _headings, *rows = published("binh-phuoc", "so-nganh-2020.csv")
    assert len(rows) == 20
    assert [row for row in rows if any(row[2:])] == [["9", "Sở Xây dựng", "98,98", "1", "Tốt"]]
    agencies, _districts = described("binh-phuoc")["frameworks"]
    assert agencies["counts"] == {"Tốt": 13, "Khá": 5, "Trung bình": 2}


def test_binh_phuoc_districts_hold_classes_alone():
    _headings, *rows = published("binh-phuoc", "cap-huyen-2020.csv")
    assert [row[1:] for row in rows if row[1:] != [row[1], "", "", "Khá"]] == [
        ["Thành phố Đồng Xoài", "", "", "Tốt"]
    ]
    assert [row[1] for row in rows if "Chơn Thành" in row[1]] == ["Huyện Chơn Thành"]
    assert len(rows) == 11
    _agencies, districts = described("binh-phuoc")["frameworks"]
    assert districts["counts"] == {"Tốt": 1, "Khá": 10}


def test_binh_phuoc_invents_neither_maximum_nor_band_nor_number():
    description = described("binh-phuoc")
    assert [
        key
        for framework in description["frameworks"]
        for key in ("total_max", "bands", "criteria")
        if key in framework
    ] == []
    assert [(row["number"], row.get("signed_on")) for row in description["decisions"]] == [
        ("", None)
    ]


def test_binh_phuoc_agency_names_are_unverified():
    agencies = [unit for unit in records("binh-phuoc", "units.csv") if unit["kind"] == "agency"]
    assert Counter(unit["verified"] for unit in agencies) == {"false": 20}
    assert [row for row in agencies if not row["source"].startswith("danh mục chưa xác minh")] == []


@pytest.mark.parametrize(("folder", "framework"), framework_cases(["minh-hoa"]))
def test_illustrative_maxima_add_up_to_100(folder, framework):
    criteria = records(folder, framework["criteria"])
    leaves = [leaf for leaf in leaves_of(criteria) if is_counted(leaf)]
    assert sum(Decimal(leaf["max_points"]) for leaf in leaves) == 100
    different = {
        row["number"]: row["max_points"]
        for row in criteria
        if is_counted(row)
        and Decimal(row["max_points"])
        != sum(
            Decimal(leaf["max_points"])
            for leaf in leaves
            if f"{leaf['number']}.".startswith(f"{row['number']}.")
        )
    }
    assert different == {}


@pytest.mark.parametrize(("folder", "framework"), framework_cases(["minh-hoa"]))
def test_illustrative_tree_has_eight_fields_and_adjustments(folder, framework):
    criteria = records(folder, framework["criteria"])
    fields = [row for row in criteria if "." not in row["number"]]
    assert [row["number"] for row in fields] == [str(number) for number in range(1, 10)]
    assert fields[8]["title"] == "Điểm thưởng, điểm phạt"
    assert fields[6]["title"] == (
        "Hiện đại hóa hành chính"
        if framework["year"] == 2020
        else "Xây dựng và phát triển chính quyền điện tử, chính quyền số"
    )
    numbers = [row["number"] for row in criteria]
    assert [number for number, times in Counter(numbers).items() if times > 1] == []
    parents = {number.rpartition(".")[0] for number in numbers}
    assert parents - set(numbers) == {""}


def test_illustrative_criteria_say_where_a_year_breaks():
    broken = {
        (framework["group"], framework["year"]): {
            row["number"]
            for row in records("minh-hoa", framework["criteria"])
            if row["comparable"] == "false"
        }
        for framework in described("minh-hoa")["frameworks"]
    }
    new_programme = {"1.7", "1.7.1", "1.7.2", "7", "7.1", "7.1.1", "7.1.4", "7.6"}
    online = {"3.4", "3.4.2", "7", "7.1", "7.1.5", "7.2", "7.2.1", "7.2.2", "7.2.3"}
    digitised = {"7.3", "7.3.1", "7.3.2"}
    assert broken == {
        (group, year): numbers
        for group in ("so-nganh", "cap-huyen")
        for year, numbers in [
            (2020, set()),
            (2021, new_programme),
            (2022, set()),
            (2023, online | digitised),
            (2024, set()),
        ]
    }


@pytest.mark.parametrize(("folder", "framework"), framework_cases(["minh-hoa"]))
def test_illustrative_units_are_those_of_the_year(folder, framework):
    kind, size = {"so-nganh": ("agency", 20), "cap-huyen": ("district", 11)}[framework["group"]]
    registry = [
        (unit["code"], unit["name"])
        for unit in records(folder, "units.csv")
        if unit["kind"] == kind and in_force(unit, framework["year"])
    ]
    assert [(row["Mã đơn vị"], row["Tên đơn vị"]) for row in matrix(framework)] == registry
    assert len(registry) == size


@pytest.mark.parametrize(("folder", "framework"), framework_cases(["minh-hoa"]))
def test_illustrative_scores_stay_within_their_maximum(folder, framework):
    leaves = leaves_of(records(folder, framework["criteria"]))
    limits = {leaf["number"]: sorted([Decimal(0), Decimal(leaf["max_points"])]) for leaf in leaves}
    rows = matrix(framework)
    assert list(rows[0]) == ["Mã đơn vị", "Tên đơn vị", *limits]
    outside = [
        (row["Mã đơn vị"], number, row[number])
        for row in rows
        for number, (low, high) in limits.items()
        if row[number] not in ("", NOT_APPLICABLE) and not low <= Decimal(row[number]) <= high
    ]
    assert outside == []


def test_illustrative_scores_are_missing_in_the_open_draft_alone():
    missing = {}
    for framework in described("minh-hoa")["frameworks"]:
        leaves = leaves_of(records("minh-hoa", framework["criteria"]))
        numbers = [leaf["number"] for leaf in leaves if is_counted(leaf)]
        for row in matrix(framework):
            if count := sum(not row[number] for number in numbers):
                missing[framework["group"], framework["year"], row["Mã đơn vị"]] = count
    assert missing == {
        ("cap-huyen", 2024, "MH04"): 1,
        ("cap-huyen", 2024, "MH07"): 14,
        ("cap-huyen", 2024, "MH10"): 27,
    }


def test_illustrative_years_are_sealed_but_the_last():
    drafts = [
        (framework["group"], framework["year"])
        for framework in described("minh-hoa")["frameworks"]
        if "edition" not in framework
    ]
    assert drafts == [("so-nganh", 2024), ("cap-huyen", 2024)]


def test_illustrative_bodies_without_procedures_are_exempt_from_field_3():
    exempt = {
        framework["year"]: {
            row["Mã đơn vị"]
            for row in matrix(framework)
            if {row[number] for number in row if number.startswith("3.")} == {NOT_APPLICABLE}
        }
        for framework in described("minh-hoa")["frameworks"]
        if framework["group"] == "so-nganh"
    }
    assert exempt == {year: {"VPUB", "TTT", "BDT"} for year in range(2020, 2025)}


def test_illustrative_agencies_tie_once_and_spread_over_four_classes():
    ties, classes = [], {}
    for framework in described("minh-hoa")["frameworks"]:
        if framework["group"] != "so-nganh":
            continue
        leaves = leaves_of(records("minh-hoa", framework["criteria"]))
        index = {row["Mã đơn vị"]: 100 * index_of(row, leaves) for row in matrix(framework)}
        ties += [
            (framework["year"], one, other, index[one])
            for one, other in combinations(index, 2)
            if index[one] == index[other]
        ]
        bands = framework["bands"]
        classes[framework["year"]] = Counter(
            next(
                band["name"]
                for band in bands
                if "floor" not in band or value >= Decimal(band["floor"])
            )
            for value in index.values()
        )
    assert ties == [(2022, "SKHDT", "SKHCN", Decimal("85.40"))]
    assert classes == {
        2020: {"Xuất sắc": 2, "Tốt": 9, "Khá": 6, "Trung bình": 3},
        2021: {"Xuất sắc": 3, "Tốt": 9, "Khá": 6, "Trung bình": 2},
        2022: {"Xuất sắc": 7, "Tốt": 6, "Khá": 5, "Trung bình": 2},
        2023: {"Xuất sắc": 6, "Tốt": 10, "Khá": 2, "Trung bình": 2},
        2024: {"Xuất sắc": 7, "Tốt": 9, "Khá": 3, "Trung bình": 1},
    }


def test_illustrative_successions_join_lives_that_meet():
    units = {(unit["code"], unit["starts_on"]): unit for unit in records("minh-hoa", "units.csv")}
    joined = []
    for row in records("minh-hoa", "successions.csv"):
        earlier = units[row["predecessor_code"], row["predecessor_starts_on"]]
        later = units[row["successor_code"], row["successor_starts_on"]]
        assert row["on"] == later["starts_on"]
        assert date.fromisoformat(earlier["ends_on"]) + timedelta(days=1) == date.fromisoformat(
            row["on"]
        )
        joined.append((earlier["name"], row["kind"], later["name"]))
    assert joined == [
        ("Huyện Bắc Minh", "rename", "Thị xã Bắc Minh"),
        ("Sở Văn hóa và Thể thao", "merge", "Sở Văn hóa, Thể thao và Du lịch"),
        ("Sở Du lịch", "merge", "Sở Văn hóa, Thể thao và Du lịch"),
    ]


def test_illustrative_data_say_so_everywhere():
    description = described("minh-hoa")
    authority = description["authority"]
    assert authority["illustrative"] is True
    texts = [authority["name"], authority["source"]]
    texts += [row[key] for row in description["decisions"] for key in ("title", "source")]
    texts += [row[key] for row in description["frameworks"] for key in ("title", "decision")]
    texts += [band["source"] for row in description["frameworks"] for band in row["bands"]]
    texts += [unit["source"] for unit in records("minh-hoa", "units.csv")]
    texts += [row["legal_basis"] for row in records("minh-hoa", "successions.csv")]
    assert [text for text in texts if "minh họa" not in text.lower()] == []


@pytest.mark.parametrize("folder", REAL)
def test_published_data_are_not_marked_illustrative(folder):
    assert described(folder)["authority"]["illustrative"] is False


def test_generator_writes_the_illustrative_scores_as_they_stand():
    path = FIXTURES / "minh-hoa" / "generate.py"
    specification = importlib.util.spec_from_file_location("generate", path)
    generate = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(generate)
    tables = generate.tables()
    assert {
        path.name: path.read_text(encoding="utf-8")
        for path in (FIXTURES / "minh-hoa").glob("diem-*.csv")
    } == tables
