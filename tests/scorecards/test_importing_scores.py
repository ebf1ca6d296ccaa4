import csv as csv_files
import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from scorecards import assessing, importing
from scorecards.models import AnnouncedCount, Applicability, ImportRun, Score, Scorecard
from tests.factories import new_authority, new_framework, new_group, new_unit, open_cards
from tests.scorecards.imports import (
    TOTALS,
    changes,
    stored_maxima,
    stored_points,
    two_agencies,
)
from tests.scorecards.workbooks import Formula, Percent, csv, xlsx
from units.models import Unit, UnitAlias

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture(autouse=True)
def _english(settings):
    # The words kept in the database are in the portal's own language: here the msgids.
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def test_preview_says_everything_and_writes_nothing():
    framework = two_agencies()
    found = importing.preview(framework, TOTALS, "diem.csv")
    assert (changes(found.added), changes(found.changed), found.unchanged, found.opened) == (
        [
            ("Sở Y tế", "points of criterion 1", "—", "49.07"),
            ("Sở Tư pháp", "points of criterion 1", "—", "94.00"),
        ],
        [],
        0,
        ["Sở Y tế", "Sở Tư pháp"],
    )
    assert found.sha256 == hashlib.sha256(TOTALS).hexdigest()
    assert [Scorecard.objects.count(), Score.objects.count(), ImportRun.objects.count()] == [0] * 3


def test_apply_writes_the_scores_and_keeps_a_record():
    framework = two_agencies()
    user = User.objects.create_user("lan")
    run = importing.apply(framework, TOTALS, "C:/tmp/diem.csv", by=user)
    run.refresh_from_db()
    assert stored_points(framework) == {
        "Sở Y tế": {"1": (None, None, "49.07")},
        "Sở Tư pháp": {"1": (None, None, "94.00")},
    }
    assert {
        "by": run.by,
        "filename": run.filename,
        "sha256": run.sha256,
        "content": bytes(run.content),
        "counts": (run.added, run.changed, run.unchanged),
        "differences": run.differences,
    } == {
        "by": user,
        "filename": "diem.csv",
        "sha256": hashlib.sha256(TOTALS).hexdigest(),
        "content": TOTALS,
        "counts": (2, 0, 0),
        "differences": [],
    }
    framework.refresh_from_db()
    assert framework.state == "scoring"


def test_same_file_again_changes_nothing():
    framework = two_agencies()
    importing.apply(framework, TOTALS, "diem.csv")
    before = list(Score.objects.values_list("pk", "changed_at"))
    run = importing.apply(framework, TOTALS, "diem.csv")
    assert (run.added, run.changed, run.unchanged) == (0, 0, 2)
    assert list(Score.objects.values_list("pk", "changed_at")) == before


def test_corrected_file_changes_what_differs_and_erases_nothing():
    framework = two_agencies()
    importing.apply(framework, TOTALS, "diem.csv")
    corrected = csv(
        [["Đơn vị", "Tổng điểm"], ["Sở Tư pháp", "94.5"], ["Sở Y tế", "chưa có số liệu"]],
        separator=";",
    )
    found = importing.preview(framework, corrected, "diem.csv")
    assert (changes(found.added), changes(found.changed), found.unchanged, found.kept) == (
        [],
        [("Sở Tư pháp", "points of criterion 1", "94.00", "94.50")],
        0,
        1,
    )
    importing.apply(framework, corrected, "diem.csv")
    assert stored_points(framework) == {
        "Sở Y tế": {"1": (None, None, "49.07")},
        "Sở Tư pháp": {"1": (None, None, "94.50")},
    }


def test_one_wrong_cell_and_nothing_is_written():
    framework = two_agencies()
    rows = [["Đơn vị", "Điểm tối đa", "Tổng điểm"], ["Sở Y tế", "71,5", "69"]]
    wrong = csv([*rows, ["Sở Tư pháp", "100", "981,31"]], separator=";")
    with pytest.raises(importing.NotImportable) as refusal:
        importing.apply(framework, wrong, "2023.csv")
    assert list(map(str, refusal.value.problems)) == [
        "Sheet “2023”, cell C3: found “981,31”; points from 0.00 to 100.00 are wanted."
    ]
    counts = [model.objects.count() for model in (Scorecard, Score, Applicability, ImportRun)]
    framework.refresh_from_db()
    assert (counts, framework.state) == ([0, 0, 0, 0], "setup")


def test_sealed_framework_is_refused():
    framework = two_agencies()
    framework.state = framework.State.SEALED
    framework.save()
    for act in (importing.preview, importing.apply):
        with pytest.raises(assessing.Sealed) as refusal:
            act(framework, TOTALS, "diem.csv")
        assert str(refusal.value) == "The result of Sông Hồng, Cơ quan chuyên môn, 2023 is sealed."


def test_import_confirmed_on_an_outdated_preview_is_refused():
    framework = two_agencies()
    seen = importing.preview(framework, TOTALS, "diem.csv").fingerprint
    other = csv([["Đơn vị", "Tổng điểm"], ["Sở Y tế", "50"]], separator=";")
    importing.apply(framework, other, "khac.csv")
    with pytest.raises(importing.Outdated) as refusal:
        importing.apply(framework, TOTALS, "diem.csv", fingerprint=seen)
    assert changes(refusal.value.preview.changed) == [
        ("Sở Y tế", "points of criterion 1", "50.00", "49.07")
    ]
    assert stored_points(framework) == {"Sở Y tế": {"1": (None, None, "50.00")}}


def test_import_confirmed_on_the_same_preview_goes_through():
    framework = two_agencies()
    seen = importing.preview(framework, TOTALS, "diem.csv").fingerprint
    assert importing.apply(framework, TOTALS, "diem.csv", fingerprint=seen).added == 2


def test_maxima_of_the_source_are_kept_with_a_reason():
    framework = two_agencies()
    rows = [["Đơn vị", "Điểm tối đa", "Điểm thẩm định"], ["Sở Y tế", "71,5", "69,25"]]
    found = importing.preview(framework, csv(rows, separator=";"), "a.csv")
    assert changes(found.added) == [
        ("Sở Y tế", "maximum of criterion 1", "—", "71.50"),
        ("Sở Y tế", "points of criterion 1", "—", "69.25"),
    ]
    importing.apply(framework, csv(rows, separator=";"), "a.csv")
    assert stored_maxima(framework) == {("Sở Y tế", "1"): ("71.50", "the source gives no reason")}
    assert stored_points(framework) == {"Sở Y tế": {"1": (None, "69.25", "69.25")}}
    again = importing.apply(framework, csv(rows, separator=";"), "a.csv")
    assert (again.added, again.changed) == (0, 0)


LEAVES = [
    ("1", "5"),
    ("1.1", "2"),
    ("1.2", "3"),
    ("2", "10", "survey"),
    ("2.1", "10", "survey"),
    ("3", "1", "bonus"),
    ("4", "-2", "penalty"),
]


def tree_framework(**values):
    return two_agencies(criteria=LEAVES, bands=[("Tốt", "80"), ("Khá", None)], **values)


def test_matrix_fills_leaves_and_marks_what_does_not_apply():
    framework = tree_framework()
    rows = [
        ["Mã đơn vị", "Tên đơn vị", "1.1", "1.2", "2.1", "3", "4", "1", "Tổng điểm", "Chỉ số",
         "Xếp hạng", "Xếp loại"],
        ["so-y-te", "Sở Y tế", "1,5", "KAD", "9", "", "-1", "1,5", "9,5", "79,17", "2", "Khá"],
        ["so-tu-phap", "", "2", "2,75", "10", "1", "", "4,75", "15,75", "105", "1", "Tốt"],
    ]  # fmt: skip
    run = importing.apply(framework, csv(rows, separator=";"), "a.csv")
    assert stored_points(framework) == {
        "Sở Y tế": {
            "1.1": (None, None, "1.50"),
            "2.1": (None, None, "9.00"),
            "4": (None, None, "-1.00"),
        },
        "Sở Tư pháp": {
            "1.1": (None, None, "2.00"),
            "1.2": (None, None, "2.75"),
            "2.1": (None, None, "10.00"),
            "3": (None, None, "1.00"),
        },
    }
    assert stored_maxima(framework) == {
        ("Sở Y tế", "1.2"): ("0.00", "according to the imported file")
    }
    assert (run.added, run.differences) == (8, [])


def test_changes_come_in_the_order_of_the_file_s_units_and_the_framework_s_criteria():
    numbers = [f"{n}" for n in range(1, 13)]
    framework = two_agencies(criteria=[(number, "5") for number in numbers])
    rows = [["Đơn vị", *reversed(numbers)], ["Sở Tư pháp", *numbers[:5]], ["Sở Y tế", "1"]]
    found = importing.preview(framework, csv(rows, separator=";"), "a.csv")
    assert [(change.unit, change.what, str(change.new)) for change in found.added] == [
        *(("Sở Tư pháp", f"points of criterion {n}", str(13 - n)) for n in range(8, 13)),
        ("Sở Y tế", "points of criterion 12", "1"),
    ]


def test_printed_values_that_differ_are_reported_and_not_stored():
    framework = tree_framework()
    rows = [
        ["Đơn vị", "1.1", "1.2", "2.1", "1", "Điểm ĐTXHH", "Tổng điểm", "Chỉ số", "Hạng", "Loại"],
        ["Sở Y tế", "1", "2", "6", "3,02", "6,03", "9,05", "60", "1", "Tốt"],
        ["Sở Tư pháp", "2", "3", "10", "5", "10", "15", "100", "2", "Tốt"],
    ]
    run = importing.apply(framework, csv(rows, separator=";"), "2023.csv")
    sheet = "Sheet “2023”, cell "
    assert run.differences == [
        f"{sheet}F2, Sở Y tế: survey points printed 6.03, computed 6.00.",
        f"{sheet}G2, Sở Y tế: total points printed 9.05, computed 9.00.",
        f"{sheet}I2, Sở Y tế: rank printed 1, computed 2.",
        f"{sheet}J2, Sở Y tế: class printed Tốt, computed Khá.",
        f"{sheet}I3, Sở Tư pháp: rank printed 2, computed 1.",
    ]
    assert set(
        Scorecard.objects.values_list(
            "announced_index_percent", "announced_rank", "announced_class_name"
        )
    ) == {(None, None, "")}


def test_printed_rank_among_some_units_is_not_compared():
    framework = tree_framework()
    rows = [["Đơn vị", "1.1", "1.2", "2.1", "Hạng"], ["Sở Y tế", "1", "2", "6", "7"]]
    rows += [["Sở Tư pháp", "2", "", "10", "1"]]
    assert importing.preview(framework, csv(rows, separator=";"), "a.csv").differences == []


def test_printed_maximum_that_no_criterion_explains_is_a_problem():
    framework = tree_framework()
    rows = [["Đơn vị", "Điểm tối đa", "1.1", "1.2", "2.1"], ["Sở Y tế", "12", "1", "KAD", "6"]]
    rows += [["Sở Tư pháp", "14", "1", "1", "6"]]
    found = importing.preview(framework, csv(rows, separator=";"), "2023.csv")
    assert list(map(str, found.problems)) == [
        "Sheet “2023”, cell B3: found “14”; the unit's maxima add up to 15.00: enter first what "
        "does not apply to it, or what it has other maxima for."
    ]


def test_appraisal_and_survey_are_two_leaves_compared_with_the_total():
    framework = two_agencies(criteria=[("1", "65"), ("2", "35", "survey")])
    rows = [
        ["STT", "Đơn vị", "Điểm thẩm định", "Điểm ĐTXHH", "Tổng điểm"],
        ["1", "Sở Y tế", "60,11", "30,22", "90,35"],
        ["2", "Sở Tư pháp", "60,11", "30,22", "90,36"],
    ]
    run = importing.apply(framework, csv(rows, separator=";"), "2023.csv")
    assert stored_points(framework)["Sở Y tế"] == {
        "1": (None, "60.11", "60.11"),
        "2": (None, None, "30.22"),
    }
    assert run.differences == [
        "Sheet “2023”, cell E3, Sở Tư pháp: total points printed 90.36, computed 90.33."
    ]


def announced_framework(**kwargs):
    return two_agencies(origin="announced", bands=[("Tốt", "80"), ("Khá", None)], **kwargs)


def test_announced_values_are_stored_and_compared():
    framework = announced_framework()
    rows = [
        ["Đơn vị", "Điểm đạt", "Tỷ lệ đạt", "Vị thứ", "Xếp loại"],
        ["Sở Y tế", "49,07", "49,08", "2", "khá"],
        ["Sở Tư pháp", "94", "94", "1", "TỐT"],
    ]
    run = importing.apply(framework, csv(rows, separator=";"), "2023.csv")
    cards = framework.scorecards.order_by("unit__pk")
    assert list(
        cards.values_list(
            "unit__name", "announced_index_percent", "announced_rank", "announced_class_name"
        )
    ) == [
        ("Sở Y tế", Decimal("49.080"), 2, "Khá"),
        ("Sở Tư pháp", Decimal("94.000"), 1, "Tốt"),
    ]
    assert (run.added, run.differences) == (
        8,
        ["Sheet “2023”, cell C2, Sở Y tế: index (%) printed 49.08, computed 49.07."],
    )
    again = importing.apply(framework, csv(rows, separator=";"), "2023.csv")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 8)


def test_announced_classes_alone_are_stored_without_points():
    framework = two_agencies(origin="announced", classified_by="none", bands=[])
    AnnouncedCount.objects.create(framework=framework, position=1, class_name="Khá", count=2)
    rows = [["Đơn vị", "Điểm đạt", "Xếp loại"], ["Sở Y tế", "", "khá"], ["Sở Tư pháp", "", ""]]
    run = importing.apply(framework, csv(rows, separator=";"), "a.csv")
    assert (run.added, stored_points(framework)) == (1, {"Sở Y tế": {}, "Sở Tư pháp": {}})
    assert list(framework.scorecards.exclude(announced_class_name="").values_list(
        "unit__name", "announced_class_name"
    )) == [("Sở Y tế", "Khá")]  # fmt: skip


def test_unit_is_found_by_an_alias_in_the_registry():
    framework = two_agencies()
    UnitAlias.objects.create(unit=Unit.objects.get(name="Sở Y tế"), name="Sở Y tế và Dân số")
    rows = csv([["Đơn vị", "Điểm"], ["SỞ Y TẾ VÀ DÂN SỐ", "1"]], separator=";")
    importing.apply(framework, rows, "a.csv")
    assert stored_points(framework) == {"Sở Y tế": {"1": (None, None, "1.00")}}


def test_units_of_others_are_a_problem_each():
    agencies = new_group()
    authority = agencies.authority
    new_unit(authority, "Sở Y tế")
    new_unit(authority, "Huyện Gò Dầu", kind="district")
    new_unit(authority, "Sở Du lịch", ends_on=date(2022, 6, 30))
    hospital = new_unit(authority, "Bệnh viện tỉnh")
    new_unit(new_authority("long-an"), "Sở Ngoại vụ")
    others = new_framework(new_group(authority, "su-nghiep", name="Sự nghiệp"))
    open_cards(others, [hospital])
    names = ["Sở Y tế", "UBND huyện Gò Dầu", "Sở Du lịch", "Bệnh viện tỉnh", "Sở Ngoại vụ"]
    rows = csv([["Đơn vị", "Điểm"], *([name, "1"] for name in names)], separator=";")
    found = importing.preview(new_framework(agencies), rows, "2023.csv")
    sheet = "Sheet “2023”, cell "
    assert list(map(str, found.problems)) == [
        f"{sheet}A3: found “UBND huyện Gò Dầu”; "
        "it does not belong to the group “Cơ quan chuyên môn”.",
        f"{sheet}A4: found “Sở Du lịch”; it did not exist in 2023.",
        f"{sheet}A5: found “Bệnh viện tỉnh”; it is scored in another group this year: “Sự nghiệp”.",
        f"{sheet}A6: found “Sở Ngoại vụ”; no unit of this group has this name or code.",
    ]


def test_of_two_units_of_one_name_the_one_at_the_end_of_the_year_is_meant():
    group = new_group()
    earlier = new_unit(group.authority, "Sở Xây dựng", ends_on=date(2023, 2, 28))
    later = new_unit(
        group.authority,
        "Sở Xây dựng",
        slug="so-xay-dung-2023",
        starts_on=date(2023, 3, 1),
    )
    rows = csv([["Đơn vị", "Điểm"], ["Sở Xây dựng", "1"]], separator=";")
    importing.apply(new_framework(group), rows, "a.csv")
    first_round = new_framework(group, round=1)
    open_cards(first_round, [earlier])
    importing.apply(first_round, rows, "a.csv")
    assert list(
        Scorecard.objects.order_by("framework__round").values_list("framework__round", "unit")
    ) == [(0, later.pk), (1, earlier.pk)]


def registry_of(folder, kind):
    """The authority and its units of one kind, as the fixture folder lists them."""
    authority = new_authority(folder)
    with (FIXTURES / folder / "units.csv").open(encoding="utf-8") as lines:
        for row in csv_files.DictReader(lines):
            if row["kind"] != kind:
                continue
            unit = new_unit(
                authority,
                **{key: row[key] for key in ("kind", "code", "slug", "name", "short_name")},
            )
            for name in filter(None, row["aliases"].split(";")):
                UnitAlias.objects.create(unit=unit, name=name)
    return authority


@pytest.mark.parametrize(
    ("folder", "file", "kind", "framework", "counts"),
    [
        (
            "tay-ninh",
            "so-nganh-2023.csv",
            "agency",
            {"bands": [("Tốt", "80"), ("Khá", "70"), ("Trung bình", "60"), ("Kém", None)]},
            (19 + 7 + 19 + 19, 0),
        ),
        (
            "thua-thien-hue",
            "so-nganh-2021.csv",
            "agency",
            {
                "decimals": 3,
                "year": 2021,
                "bands": [("Xuất sắc", "90"), ("Tốt", "80"), ("Khá", None)],
            },
            (21 * 3, 0),
        ),
    ],
    ids=["Tây Ninh 2023", "Thừa Thiên Huế 2021"],
)
def test_published_table_comes_in_whole_and_agrees_with_what_is_computed(
    folder, file, kind, framework, counts
):
    group = new_group(registry_of(folder, kind), kind=kind)
    framework = new_framework(group, origin="announced", **framework)
    content = (FIXTURES / folder / file).read_bytes()
    run = importing.apply(framework, content, file)
    assert (run.added, run.changed, run.differences) == (*counts, [])
    again = importing.apply(framework, content, file)
    assert (again.added, again.changed, again.differences) == (0, 0, [])


def test_annex_as_a_decision_prints_it_comes_in_whole():
    framework = two_agencies(
        criteria=[("1", "65"), ("2", "35", "survey"), ("3", "2", "bonus"), ("4", "-2", "penalty")],
        bands=[("Tốt", "80"), ("Khá", None)],
    )
    rows = [
        ["ỦY BAN NHÂN DÂN", *[""] * 5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["PHỤ LỤC: KẾT QUẢ XÁC ĐỊNH CHỈ SỐ CẢI CÁCH HÀNH CHÍNH NĂM 2023"],
        ["(Kèm theo Quyết định số 01/QĐ-UBND ngày 05 tháng 01 năm 2024)"],
        [],
        ["STT", "Tên đơn vị", "Điểm tự\nđánh giá", "Kết quả", *[""] * 6, "Ghi chú"],
        ["", "", "", "Điểm thẩm định", "Điểm ĐTXHH", "Điểm thưởng/trừ", "Tổng điểm",
         "Chỉ số (%)", "Xếp hạng", "Xếp loại", ""],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)=(4)+(5)+(6)", "(8)", "(9)", "(10)", "(11)"],
        ["I", "Các sở, ban, ngành"],
        [1, "SỞ TƯ PHÁP", 64.5, 60.25, 30, 1, Formula("=SUM(D9:F9)", 91.25),
         Percent(0.9125), 1, "tốt", "=cmd|' /C calc'!A0"],
        [2, "Sở  y tế", "62,5", "50,75", "20", "-0,5", Formula("=SUM(D10:F10)", 70.25),
         Percent(0.7025), 2, "Khá", ""],
        ["", "Trung bình", "", 55.5, 25, 0.25, 80.75, Percent(0.8075), "", "", ""],
        [],
        ["", "", "", "", "", "", "TM. ỦY BAN NHÂN DÂN"],
        *[[""] * 11] * 40,
    ]  # fmt: skip
    content = xlsx(
        {"Bìa": [["Phụ lục"]], "Sở": rows},
        merged=["A5:A6", "B5:B6", "C5:C6", "D5:J5", "K5:K6"],
    )
    found = importing.preview(framework, content, "annex.xlsx")
    assert [str(cell.text) for cell in found.unused] == ["Ghi chú"]
    assert [line.cell.address for line in found.ignored] == ["B7", "B8", "B11", "G13"]
    run = importing.apply(framework, content, "annex.xlsx")
    assert stored_points(framework) == {
        "Sở Tư pháp": {
            "1": ("64.50", "60.25", "60.25"),
            "2": (None, None, "30.00"),
            "3": (None, None, "1.00"),
        },
        "Sở Y tế": {
            "1": ("62.50", "50.75", "50.75"),
            "2": (None, None, "20.00"),
            "4": (None, None, "-0.50"),
        },
    }
    assert (run.added, run.differences) == (6, [])


def big_framework(unit_count, leaf_count):
    group = new_group(kind="commune")
    Unit.objects.bulk_create(
        Unit(
            authority=group.authority,
            kind="commune",
            code=f"{n:05}",
            slug=f"xa-{n}",
            name=f"Xã số {n}",
        )
        for n in range(unit_count)
    )
    leaves = [(f"1.{n}", "2") for n in range(1, leaf_count + 1)]
    return new_framework(group, criteria=[("1", None), *leaves])


def matrix(unit_count, leaf_count):
    heading = ["Mã đơn vị", "Tên đơn vị", *(f"1.{n}" for n in range(1, leaf_count + 1))]
    rows = [
        [f"{n:05}", f"Xã số {n}", *(((n + k) % 9) / 4 for k in range(leaf_count))]
        for n in range(unit_count)
    ]
    return xlsx({"2023": [heading, *rows]})


@pytest.mark.parametrize("unit_count", [1, 3, 30])
def test_queries_do_not_grow_with_the_units(unit_count):
    framework = big_framework(unit_count, 2)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        importing.apply(framework, matrix(unit_count, 2), "a.xlsx")
    assert len(queries) == 28


ARGUMENTS = ["--authority", "song-hong", "--group", "so-nganh", "--year", "2023"]


def command(path, *arguments, capsys):
    call_command("import_scores", str(path), *ARGUMENTS, *arguments)
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "diem.csv"
    path.write_bytes(TOTALS)
    return path


def test_command_shows_what_it_imports(file, capsys):
    framework = two_agencies()
    lines = command(file, capsys=capsys)
    run = ImportRun.objects.get()
    assert lines == [
        "diem.csv, sheet “diem”: 2 values to add, 0 to change, 0 left alone.",
        "  Sở Y tế, points of criterion 1: — → 49.07",
        "  Sở Tư pháp, points of criterion 1: — → 94.00",
        "Units that get a scorecard:",
        "  Sở Y tế",
        "  Sở Tư pháp",
        f"Imported: record {run.pk}.",
    ]
    assert (run.framework, run.by) == (framework, None)


def test_command_rehearses(file, capsys):
    two_agencies()
    assert command(file, "--dry-run", capsys=capsys)[-1] == "Nothing was written."
    assert Scorecard.objects.count() == 0


def test_command_names_every_problem_and_writes_nothing(tmp_path, capsys):
    two_agencies()
    path = tmp_path / "2023.csv"
    path.write_bytes(csv([["Đơn vị", "Điểm"], ["Sở Y tế", "49"], ["Sở Y ttế", "x"]], separator=";"))
    with pytest.raises(CommandError) as refusal:
        command(path, capsys=capsys)
    assert str(refusal.value).splitlines() == [
        "Sheet “2023”, cell A3: found “Sở Y ttế”; "
        "no unit of this group has this name; the nearest: “Sở Y tế”.",
        "Nothing was written.",
    ]
    assert (refusal.value.returncode, Scorecard.objects.count()) == (1, 0)


def test_command_names_the_user_who_may(file, capsys):
    framework = two_agencies()
    root = User.objects.create_superuser("goc")
    User.objects.create_user("khach", authority=framework.authority)
    with pytest.raises(
        CommandError, match=r"^khach may not enter scores of Ủy ban nhân dân tỉnh Sông Hồng\.$"
    ):
        command(file, "--user", "khach", capsys=capsys)
    command(file, "--user", "goc", capsys=capsys)
    assert list(ImportRun.objects.values_list("by", flat=True)) == [root.pk]


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("mất.csv", [], r"mất\.csv: No such file or directory$"),
        (
            "diem.csv",
            ["--year", "2022"],
            r"^There is no such framework; song-hong has: so-nganh 2023\.$",
        ),
        ("diem.csv", ["--sheet", "Huyện"], r"^The file has no sheet “Huyện”; it has: “diem”\.$"),
    ],
    ids=["no file", "no framework", "no sheet"],
)
def test_command_refuses_in_one_sentence(file, name, arguments, sentence, capsys):
    two_agencies()
    with pytest.raises(CommandError, match=sentence):
        command(file.with_name(name), *arguments, capsys=capsys)
