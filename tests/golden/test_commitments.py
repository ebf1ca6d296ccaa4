"""What Bình Phước announced for 2021, to the letter; and the invented province, recomputed."""

import csv
import datetime
import importlib.util
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path

from django.core.management import call_command

from commitments import following
from commitments.models import Commitment, DossierMonth, Measurement
from commitments.models import Target as TargetRow
from tests.pages import Page

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
MINH_HOA = FIXTURES / "minh-hoa"
FOLDERS = ["binh-phuoc", "minh-hoa"]
BINH_PHUOC = {"authority__slug": "binh-phuoc"}
MEASURED = {"indicator__authority__slug": "binh-phuoc"}


def test_binh_phuoc_2021_is_as_the_newspaper_tells_it(client):
    assert list(
        TargetRow.objects.filter(**BINH_PHUOC)
        .order_by("indicator__position")
        .values_list("indicator__name", "value", "due_on", "legal_basis")
    ) == [
        (
            "Dịch vụ công trực tuyến mức độ 4 trên số thủ tục đủ điều kiện",
            Decimal(100),
            datetime.date(2021, 5, 19),
            "",
        ),
        (
            "Hồ sơ thủ tục hành chính giải quyết đúng hạn",
            Decimal(100),
            datetime.date(2021, 5, 19),
            "",
        ),
        (
            "Thủ tục hành chính tồn đọng kéo dài được giải quyết",
            Decimal(100),
            datetime.date(2021, 5, 19),
            "",
        ),
    ]
    assert list(
        Measurement.objects.filter(**MEASURED)
        .order_by("indicator__position")
        .values_list("value", "indicator__measure_unit", "measured_on", "numerator")
    ) == [
        (Decimal(1838), "dịch vụ", datetime.date(2021, 3, 31), None),
        (Decimal(137), "dịch vụ", datetime.date(2021, 3, 31), None),
        (Decimal(100), "%", datetime.date(2020, 12, 31), None),
    ]
    assert not Commitment.objects.filter(unit__authority__slug="binh-phuoc").exists()
    rows = [*TargetRow.objects.filter(**BINH_PHUOC), *Measurement.objects.filter(**MEASURED)]
    sources = {row.source for row in rows}
    assert sources == {"Báo Bình Phước, bài về hội nghị công bố ngày 31/3/2021"}


def test_binh_phuocs_page_claims_nothing_it_does_not_know(client):
    text = Page(client.get("/binh-phuoc/cam-ket/2021/")).text
    unknown = "Đã qua thời hạn 19/05/2021; chưa có số liệu nên không biết đã đạt hay chưa"
    assert text.count(unknown) == 3
    assert "Số dịch vụ công trực tuyến của tỉnh : 1.838 dịch vụ, 31/03/2021." in text
    assert "137 dịch vụ, 31/03/2021." in text
    assert "Nguồn viết “Nghị quyết số 17/NĐ-CP”; đúng là Nghị quyết số 17/NQ-CP." in text
    assert "7,45%" not in text  # 137 of 1.838 was never said to be a share
    decision = Page(client.get("/binh-phuoc/2020/")).text
    assert "Cam kết và chỉ tiêu năm 2021" in decision


def counts():
    tables = (TargetRow, Measurement, Commitment, DossierMonth)
    return [rows.objects.count() for rows in tables]


def test_loading_again_changes_nothing():
    before = counts()
    for folder in FOLDERS:
        call_command("load_commitments", FIXTURES / folder, stdout=io.StringIO())
    assert counts() == before


def rows_of(name):
    with (MINH_HOA / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def scores(kind, year):
    with (MINH_HOA / f"diem-{kind}-{year}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    return {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}


def test_verdicts_follow_from_the_score_files():
    """Recomputed from the CSV files alone, with none of the portal's code."""
    kinds = ("so-nganh", "cap-huyen")
    before = {code: row for kind in kinds for code, row in scores(kind, 2022).items()}
    after = {code: row for kind in kinds for code, row in scores(kind, 2023).items()}
    criteria = {
        (kind, year): {row["number"]: row for row in rows_of(f"tieu-chi-{kind}-{year}.csv")}
        for kind in kinds
        for year in (2022, 2023)
    }
    expected = Counter()
    for row in rows_of("cam-ket-2023.csv"):
        number, code = row["Tiêu chí"], row["Mã đơn vị"]
        if not number:
            continue
        kind = "cap-huyen" if code.startswith("MH") else "so-nganh"
        now = criteria[kind, 2023].get(number)
        comparable = (
            now is not None
            and now["comparable"] == "true"
            and after[code][number] != "KAD"
            and now["max_points"] == criteria[kind, 2022][number]["max_points"]
        )
        if not comparable:
            expected["silent"] += 1
        else:
            promised = Decimal(row["Điểm cam kết"])
            had, got = Decimal(before[code][number]), Decimal(after[code][number])
            expected["kept" if got >= promised else "partly" if got > had else "not_kept"] += 1

    rows = Commitment.objects.filter(year=2023).select_related(
        "unit__authority", "criterion__framework"
    )
    found = Counter(
        "silent" if one.verdict is None else one.verdict.value
        for one in following.outcomes_of(list(rows.order_by("pk"))).values()
    )
    assert found == expected
    assert min(expected.values()) > 0


def test_a_draft_edition_closes_nothing():
    rows = Commitment.objects.filter(year=2024, criterion__isnull=False).select_related(
        "unit__authority", "criterion__framework"
    )
    found = {one.silence for one in following.outcomes_of(list(rows.order_by("pk"))).values()}
    assert found == {"not_published"}


def test_dossiers_are_carried_over_from_month_to_month():
    last = {}
    for row in DossierMonth.objects.order_by("unit", "month"):
        before = last.get(row.unit_id)
        if before and (row.month - before.month).days < 32:
            waiting = before.pending_in_time + before.pending_overdue
            settled = row.settled_on_time + row.settled_late
            now = row.pending_in_time + row.pending_overdue
            assert waiting + row.received == settled + now
        last[row.unit_id] = row
    assert len(last) == 28
    assert DossierMonth.objects.count() == 670


def test_everything_invented_says_so():
    for rows in (
        TargetRow.objects.exclude(**BINH_PHUOC),
        Measurement.objects.exclude(**MEASURED),
        Commitment.objects.all(),
    ):
        assert all("minh họa" in source for source in rows.values_list("source", flat=True))


def test_files_come_from_their_generator():
    path = MINH_HOA / "generate_commitments.py"
    specification = importlib.util.spec_from_file_location("generate_commitments", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    for name, text in module.tables().items():
        assert (MINH_HOA / name).read_text(encoding="utf-8") == text, name
