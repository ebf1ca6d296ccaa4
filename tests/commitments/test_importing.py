"""Workbooks of dossiers and commitments: read as they are printed, refused with one sentence."""

import datetime
import io
from decimal import Decimal

import pytest
import xlsxwriter

from commitments import importing
from commitments.models import Commitment, DossierMonth
from scorecards.assessing import Refused
from scorecards.importing import NotImportable, Outdated, Unreadable
from scorecards.models import ImportRun
from tests import factories

pytestmark = pytest.mark.django_db

MONTH = datetime.date(2024, 3, 1)
PLAIN = (
    "Tên đơn vị,Tiếp nhận,Giải quyết đúng hạn,Giải quyết quá hạn,Đang giải quyết trong hạn,"
    "Đang giải quyết quá hạn\n"
)


@pytest.fixture
def authority():
    authority = factories.new_authority()
    for name in ("Sở Y tế", "Sở Tài chính"):
        factories.new_unit(authority, name)
    return authority


def counts(authority, name="so-y-te"):
    row = DossierMonth.objects.standing().get(unit__slug=name)
    return (row.received, row.settled_on_time, row.settled_late, row.pending_in_time,
            row.pending_overdue)  # fmt: skip


def csv(*rows, heading=PLAIN):
    return (heading + "\n".join(rows)).encode()


def apply(authority, content, **given):
    return importing.apply_dossiers(authority, content, "thang-3.csv", month=MONTH, **given)


def problems(authority, content, month=MONTH):
    preview = importing.preview_dossiers(authority, content, "thang-3.csv", month=month)
    return [str(problem) for problem in preview.problems]


def test_a_plain_table_is_imported_and_recorded(authority):
    run = apply(authority, csv('Sở Y tế,"1.838",1800,20,15,3', "so tai chinh,10,10,0,0,0"))
    assert counts(authority) == (1838, 1800, 20, 15, 3)
    assert (run.subject, run.authority, run.added) == (ImportRun.Subject.DOSSIERS, authority, 10)
    assert run.dossier_months.count() == 2
    assert DossierMonth.objects.filter(public=True).count() == 0


def workbook(rows, merged=()):
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output)
    sheet = book.add_worksheet("Tháng 3")
    for line, row in enumerate(rows):
        sheet.write_row(line, 0, row)
    for area, text in merged:
        sheet.merge_range(area, text)
    book.close()
    return output.getvalue()


def test_two_lines_of_heading_are_read_as_one(authority):
    content = workbook(
        [
            ["BÁO CÁO TÌNH HÌNH GIẢI QUYẾT HỒ SƠ THÁNG 3"],
            [],
            ["STT", "", "Số hồ sơ tiếp nhận", "Đã giải quyết", "", "", "Đang giải quyết", ""],
            ["", "", "", "Trước hạn", "Đúng hạn", "Quá hạn", "Trong hạn", "Quá hạn"],
            [1, "Sở Y tế", 100, 30, 50, 5, 20, 2],
            ["", "Tổng cộng", 100, 30, 50, 5, 20, 2],
        ],
        merged=[
            ("B3:B4", "Tên đơn vị"),
            ("C3:C4", "Số hồ sơ tiếp nhận"),
            ("D3:F3", "Đã giải quyết"),
            ("G3:H3", "Đang giải quyết"),
        ],
    )
    apply(authority, content)
    assert counts(authority) == (100, 80, 5, 20, 2)


@pytest.mark.parametrize(
    "month", ["03/2024", "tháng 3/2024", "2024-03", "3-2024", "Tháng 3 năm 2024"]
)
def test_a_column_may_name_the_month(authority, month):
    content = csv(f"{month},Sở Y tế,5,5,0,0,0", heading="Tháng," + PLAIN)
    importing.apply_dossiers(authority, content, "a.csv")
    assert DossierMonth.objects.get().month == MONTH


def test_several_months_of_a_unit_stand_in_one_file(authority):
    rows = [f"{month:02}/2024,Sở Y tế,5,5,0,0,0" for month in range(1, 13)]
    importing.apply_dossiers(authority, csv(*rows, heading="Tháng," + PLAIN), "a.csv")
    assert DossierMonth.objects.count() == 12


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Sở Y tế,88.5,1,0,0,0", "ô B2: đang là “88.5”; cần một số nguyên như 1.838."),
        ("Sở Y tế,-1,1,0,0,0", "ô B2: đang là “-1”; cần một số nguyên như 1.838."),
        ("Sở Y tế,nhiều,1,0,0,0", "ô B2: đang là “nhiều”; cần một số nguyên như 1.838."),
        ("Sở Y tê,5,1,0,0,0\nSở Y tế,5,1,0,0,0", "ô A3: đang là “Sở Y tế”; đơn vị này đã có ở ô"),
        ("Sở Xây dựng,5,1,0,0,0", "ô A2: đang là “Sở Xây dựng”;"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_written(authority, row, sentence):
    content = csv("Sở Tài chính,1,1,0,0,0", row)
    found = problems(authority, content)
    assert any(
        sentence.replace("B2", "B3").replace("A3", "A4").replace("A2", "A3") in one for one in found
    ), found
    with pytest.raises(NotImportable):
        apply(authority, content)
    assert not DossierMonth.objects.exists()


def test_a_month_is_wanted_and_not_of_the_future(authority):
    content = csv("Sở Y tế,5,5,0,0,0")
    assert "cần có cột “Tháng”, hoặc chọn tháng khi nhập." in problems(authority, content, None)[0]
    future = problems(authority, content, datetime.date(2100, 1, 1))
    assert "Tháng này ở trong tương lai." in future[0]


def test_a_unit_that_did_not_exist_is_refused(authority):
    authority.units.filter(slug="so-y-te").update(ends_on=datetime.date(2024, 2, 1))
    (found,) = problems(authority, csv("Sở Y tế,5,5,0,0,0"))
    assert "đơn vị đã kết thúc hoạt động ngày 01/02/2024." in found


def test_blank_cells_leave_alone_what_stands(authority):
    apply(authority, csv("Sở Y tế,10,9,1,0,0"))
    apply(authority, csv("Sở Y tế,12,,,,"), reason="Đếm lại.")
    assert counts(authority) == (12, 9, 1, 0, 0)


def test_changing_what_stands_takes_a_reason(authority):
    apply(authority, csv("Sở Y tế,10,9,1,0,0"))
    with pytest.raises(Refused, match="lý do"):
        apply(authority, csv("Sở Y tế,11,9,1,0,0"))
    assert counts(authority) == (10, 9, 1, 0, 0)
    assert ImportRun.objects.count() == 1


def test_totals_and_the_month_before_are_compared(authority):
    factories.report_dossiers(
        authority.units.get(slug="so-y-te"), datetime.date(2024, 2, 1), 50, 40, 0, 10, 0
    )
    heading = PLAIN.strip() + ",Tổng số đã giải quyết\n"
    preview = importing.preview_dossiers(
        authority, csv("Sở Y tế,100,80,5,20,2,86", heading=heading), "a.csv", month=MONTH
    )
    assert [(row.printed, row.computed) for row in preview.differences] == [(86, 85), (107, 110)]
    assert preview.problems == []


def test_what_was_confirmed_is_what_is_written(authority):
    content = csv("Sở Y tế,10,9,1,0,0")
    seen = importing.preview_dossiers(authority, content, "a.csv", month=MONTH).fingerprint
    factories.report_dossiers(authority.units.get(slug="so-y-te"), MONTH, 1)
    with pytest.raises(Outdated):
        apply(authority, content, fingerprint=seen)


def test_a_file_without_a_heading_says_what_is_wanted(authority):
    with pytest.raises(Unreadable, match="Tiếp nhận"):
        problems(authority, b"a,b\n1,2\n")


@pytest.mark.parametrize("size", [1, 20])
def test_queries_do_not_grow_with_rows(authority, django_assert_num_queries, size):
    units = [factories.new_unit(authority, f"Xã {n:03}", kind="commune") for n in range(size)]
    rows = [f"{m:02}/2024,{unit.name},5,5,0,0,0" for unit in units for m in (1, 2)]
    with django_assert_num_queries(12):
        importing.apply_dossiers(authority, csv(*rows, heading="Tháng," + PLAIN), "a.csv")


# Commitments

PROMISES = (
    "Tên đơn vị,Nội dung cam kết,Tiêu chí,Điểm cam kết,Chỉ số theo dõi,Giá trị cam kết,Thời hạn,"
    "Người ký,Ngày ký,Công khai\n"
)


@pytest.fixture
def scored(authority):
    group = factories.new_group(authority)
    factories.new_edition({"Sở Y tế": "80", "Sở Tài chính": "90"}, group=group, year=2023)
    factories.new_indicator(authority)
    return authority


def promise(authority, *rows, **given):
    content = csv(*rows, heading=PROMISES)
    return importing.apply_commitments(authority, 2024, content, "cam-ket.csv", **given)


def promise_problems(authority, *rows):
    content = csv(*rows, heading=PROMISES)
    preview = importing.preview_commitments(authority, 2024, content, "cam-ket.csv")
    return [str(problem) for problem in preview.problems]


SIGNED = 'Sở Y tế,Nâng điểm,1,"85,5",,,31/12/2024,Giám đốc,15/02/2024,x'


def test_commitments_are_imported_and_signed(scored):
    promise(
        scored,
        SIGNED,
        "Sở Y tế,Hồ sơ đúng hạn,,,ho-so-dung-han,98%,30/11/2024,,,",
        "Sở Tài chính,Họp mỗi quý,,,,,31/12/2024,,,",
    )
    first, second, third = Commitment.objects.order_by("unit__slug", "text")[::-1]
    assert (first.text, first.promised_points, first.baseline_points, first.baseline_max) == (
        "Nâng điểm",
        Decimal("85.5"),
        Decimal(80),
        Decimal(100),
    )
    assert (first.signed_by, first.signed_on, first.public) == (
        "Giám đốc",
        datetime.date(2024, 2, 15),
        True,
    )
    assert (second.indicator.slug, second.promised_value) == ("ho-so-dung-han", Decimal(98))
    assert (third.signed_on, third.criterion) == (None, None)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Sở Y tế,Cam kết,9.9,1,,,31/12/2024,,,", "không có tiêu chí nào của năm 2024"),
        ("Sở Y tế,Cam kết,1,,,,31/12/2024,,,", "cần điểm cam kết ở cột “Điểm cam kết”."),
        ("Sở Y tế,Cam kết,1,101,,,31/12/2024,,,", "Điểm cam kết từ 0 đến điểm tối đa"),
        ("Sở Y tế,Cam kết,,,Không có,1,31/12/2024,,,", "không có chỉ số theo dõi tên này"),
        ("Sở Y tế,Cam kết,,,ho-so-dung-han,,31/12/2024,,,", "cần giá trị cam kết"),
        ("Sở Y tế,Cam kết,,,ho-so-dung-han,101%,31/12/2024,,,", "Tỷ lệ không vượt quá 100%."),
        ("Sở Y tế,Cam kết,,,,,,,,", "cần ngày đến hạn ở cột “Thời hạn”."),
        ("Sở Y tế,Cam kết,,,,,31/02/2024,,,", "cần một ngày như 31/12/2024."),
        ("Sở Y tế,Cam kết,,,,,31/12/2024,Giám đốc,,", "người ký và ngày ký phải có đủ cả hai."),
        ("Sở Y tế,Cam kết,,,,,31/12/2024,A,15/02/2025,", "Thời hạn phải sau ngày ký."),
        ("Sở Y tế,,,,,,31/12/2024,,,", "cần nội dung cam kết."),
    ],
)
def test_a_wrong_commitment_is_named_and_nothing_written(scored, row, sentence):
    found = promise_problems(scored, "Sở Tài chính,Họp,,,,,31/12/2024,,,", row)
    assert any(sentence in one for one in found), found
    assert all(one.startswith("Trang tính “cam-ket”, ô ") for one in found)
    with pytest.raises(NotImportable):
        promise(scored, "Sở Tài chính,Họp,,,,,31/12/2024,,,", row)
    assert not Commitment.objects.exists()


def test_what_is_signed_is_not_changed_by_a_file(scored):
    promise(scored, SIGNED)
    promise(scored, SIGNED)
    assert Commitment.objects.count() == 1
    (found,) = promise_problems(scored, SIGNED.replace("85,5", "90"))
    assert found.endswith("cam kết đã ký, không sửa được.")


def test_what_is_not_signed_is_changed_and_signed_by_a_file(scored):
    promise(scored, SIGNED.replace("Giám đốc,15/02/2024,x", ",,").replace("85,5", "84"))
    promise(scored, SIGNED)
    row = Commitment.objects.get()
    assert (row.promised_points, row.signed_by) == (Decimal("85.5"), "Giám đốc")


def test_a_commitment_of_a_dissolved_unit_is_refused(scored):
    scored.units.filter(slug="so-y-te").update(ends_on=datetime.date(2024, 6, 30))
    (found,) = promise_problems(scored, "Sở Y tế,Cam kết,,,,,31/12/2024,,,")
    assert "đơn vị kế thừa là nơi cam kết" in found
