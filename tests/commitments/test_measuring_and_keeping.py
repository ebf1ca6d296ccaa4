"""The two writers: what they refuse, in which words, and that nothing is half written."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from commitments import keeping, measuring
from commitments.models import COUNTS, Check, Commitment, Document, DossierMonth, Measurement
from scorecards.assessing import Refused
from tests import factories
from units.models import Unit

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 3, 31)
MONTH = datetime.date(2024, 3, 1)
TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


@pytest.fixture
def unit():
    return factories.new_unit(factories.new_authority(), "Sở Y tế")


@pytest.fixture
def share(unit):
    return factories.new_indicator(unit.authority)


def field_and_sentence(error):
    ((field, sentences),) = error.value.message_dict.items()
    return field, sentences[0]


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"value": Decimal("100.1")}, "value", "Tỷ lệ không vượt quá 100%."),
        ({"value": Decimal(-1)}, "value", "Giá trị từ 0 trở lên."),
        (
            {"numerator": 5, "denominator": 4},
            "numerator",
            "Tử số lớn hơn mẫu số.",
        ),
        ({"numerator": 5}, "denominator", "Tử số và mẫu số phải có đủ cả hai."),
        ({"numerator": 0, "denominator": 0}, "denominator", "Mẫu số phải lớn hơn 0."),
        ({}, "value", "Cần một giá trị."),
        (
            {"value": Decimal(50), "on": TOMORROW},
            "measured_on",
            "Ngày đo không được ở trong tương lai.",
        ),
        (
            {"value": Decimal(1), "numerator": 1, "denominator": 2},
            "value",
            "Giá trị không bằng tử số ÷ mẫu số: hãy để trống.",
        ),
    ],
)
def test_a_wrong_measurement_gets_one_sentence(share, given, field, sentence):
    with pytest.raises(ValidationError) as error:
        measuring.measure(share, **{"on": DAY, **given})
    assert field_and_sentence(error) == (field, sentence)
    assert not Measurement.objects.exists()


def test_a_second_measurement_of_a_day_is_a_correction(share):
    first = factories.measure(share, DAY, "50")
    with pytest.raises(ValidationError) as error:
        measuring.measure(share, on=DAY, value=Decimal(60))
    assert field_and_sentence(error) == (
        "measured_on",
        "Chỉ số này đã có số đo ngày 31/03/2024: hãy đính chính số đo đó.",
    )
    second = measuring.correct(first, reason="Cộng thiếu.", numerator=3, denominator=5)
    assert (second.value, second.public) == (Decimal("60.000"), True)
    assert list(Measurement.objects.standing()) == [second]
    with pytest.raises(ValidationError):
        measuring.correct(first, reason="lại", value=Decimal(1))
    measuring.correct(second, reason="Không có số đo này.", withdraw=True)
    assert not Measurement.objects.standing().exists()


def test_dossiers_become_corrections_with_a_reason(unit):
    one = measuring.Report(unit.pk, MONTH, dict(zip(COUNTS, (10, 9, 1, 0, 0), strict=True)))
    assert measuring.report(unit.authority, [one]).added == 1
    assert measuring.report(unit.authority, [one]).unchanged == 1
    other = measuring.Report(unit.pk, MONTH, {"received": 11})
    with pytest.raises(Refused, match="Cần ghi lý do sửa số liệu đã báo cáo"):
        measuring.report(unit.authority, [other])
    measuring.report(unit.authority, [other], reason="Đếm lại.")
    (row,) = DossierMonth.objects.standing()
    assert (row.received, row.settled_late, row.reason) == (11, None, "Đếm lại.")
    nothing = measuring.Report(unit.pk, MONTH, {})
    measuring.report(unit.authority, [nothing], reason="Nhầm đơn vị.")
    assert not DossierMonth.objects.standing().exists()
    measuring.report(unit.authority, [one], reason="Nhập lại.")
    assert DossierMonth.objects.standing().get().received == 10


@pytest.mark.parametrize(
    ("month", "life", "sentence"),
    [
        (datetime.date(2100, 1, 1), {}, "Tháng này ở trong tương lai"),
        (MONTH, {"ends_on": datetime.date(2024, 2, 1)}, "đã kết thúc hoạt động ngày 01/02/2024"),
        (MONTH, {"starts_on": datetime.date(2024, 4, 1)}, "chỉ có từ ngày 01/04/2024"),
    ],
)
def test_dossiers_of_no_unit_or_no_month_are_refused_whole(unit, month, life, sentence):
    other = factories.new_unit(unit.authority, "Sở Tài chính")
    Unit.objects.filter(pk=unit.pk).update(**life)
    reports = [
        measuring.Report(other.pk, MONTH, {"received": 1}),
        measuring.Report(unit.pk, month, {"received": 1}),
    ]
    with pytest.raises(Refused, match=sentence):
        measuring.report(unit.authority, reports)
    assert not DossierMonth.objects.exists()


def test_what_somebody_reported_meanwhile_is_not_written_over(unit):
    factories.report_dossiers(unit, MONTH, 10)
    nothing = dict.fromkeys(COUNTS)
    with pytest.raises(measuring.Overtaken):
        measuring.report(
            unit.authority, [measuring.Report(unit.pk, MONTH, {"received": 12}, seen=nothing)]
        )
    # What the other wrote is what was meant: nothing would be lost.
    same = measuring.Report(unit.pk, MONTH, {"received": 10}, seen=nothing)
    assert measuring.report(unit.authority, [same]).unchanged == 1


@pytest.mark.parametrize("size", [1, 3])
def test_reporting_costs_the_same_whatever_the_units(django_assert_num_queries, unit, size):
    units = [factories.new_unit(unit.authority, f"Sở {number}") for number in range(size)]
    reports = [measuring.Report(one.pk, MONTH, {"received": 1}) for one in units]
    with django_assert_num_queries(6):
        measuring.report(unit.authority, reports)


def draft(unit, **values):
    return factories.new_commitment(unit, signed=False, **values)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"signed_by": " "}, "Cần ghi người ký."),
        ({"signed_on": TOMORROW}, "ngày ký ở trong tương lai."),
        ({"signed_on": datetime.date(2025, 1, 1)}, "thời hạn trước ngày ký."),
    ],
)
def test_signing_is_all_or_nothing(unit, given, sentence):
    rows = [draft(unit), draft(unit, text="Khác")]
    with pytest.raises(Refused) as refused:
        keeping.sign(rows, **{"signed_by": "Giám đốc", "signed_on": DAY, **given})
    assert str(refused.value).endswith(sentence)
    assert not Commitment.objects.filter(signed_on__isnull=False).exists()


def test_nothing_is_signed_twice(unit):
    row = factories.new_commitment(unit)
    with pytest.raises(Refused, match="cam kết đã ký"):
        keeping.sign([row], signed_by="Giám đốc", signed_on=DAY)


def test_a_commitment_of_a_dissolved_unit_is_refused(unit):
    Unit.objects.filter(pk=unit.pk).update(ends_on=DAY)
    unit.refresh_from_db()
    with pytest.raises(Refused, match="đã kết thúc hoạt động ngày 31/03/2024"):
        draft(unit)


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        (
            {"on": datetime.date(2024, 2, 14)},
            "checked_on",
            "Cam kết ký ngày 15/02/2024: kiểm tra phải từ ngày đó trở đi.",
        ),
        ({"on": TOMORROW}, "checked_on", "Ngày kiểm tra không được ở trong tương lai."),
        (
            {"measured_value": Decimal(1)},
            "measured_value",
            "Cam kết không có chỉ số theo dõi để đo.",
        ),
    ],
)
def test_a_wrong_check_gets_one_sentence(unit, given, field, sentence):
    commitment = factories.new_commitment(unit)
    with pytest.raises(ValidationError) as error:
        keeping.check(commitment, **{"on": DAY, "step": "done", "finding": "Xong.", **given})
    assert field_and_sentence(error) == (field, sentence)
    assert not Check.objects.exists()


def test_a_check_before_signing_is_refused(unit):
    with pytest.raises(ValidationError, match="Cam kết chưa ký nên chưa kiểm tra được"):
        keeping.check(draft(unit), on=DAY, step="done", finding="Xong.")


def test_withdrawing_takes_a_reason_and_happens_once(unit):
    row = factories.new_commitment(unit)
    with pytest.raises(Refused, match="Cần ghi lý do"):
        keeping.withdraw(row, on=DAY, reason=" ")
    with pytest.raises(Refused, match="Ngày rút"):
        keeping.withdraw(row, on=datetime.date(2024, 1, 1), reason="x")
    keeping.withdraw(row, on=DAY, reason="Đã sáp nhập.")
    with pytest.raises(Refused, match="đã được rút"):
        keeping.withdraw(row, on=DAY, reason="x")
    with pytest.raises(Refused, match="chưa ký thì xóa"):
        keeping.withdraw(draft(unit, text="Khác"), on=DAY, reason="x")


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff...", "image/jpeg"),
        (b"<html>", None),
        (b"", None),
        (b"MZ...", None),
    ],
)
def test_a_document_is_known_by_its_content(unit, content, kept):
    if kept is None:
        with pytest.raises(Refused, match="không phải PDF"):
            keeping.keep_document(unit.authority, content, "a.pdf")
    else:
        row = keeping.keep_document(unit.authority, content, "../../a.exe")
        assert (row.content_type, row.filename) == (kept, "a.exe")
    assert Document.objects.count() == (kept is not None)


def test_most_points_lost_are_proposed_first():
    group = factories.new_group()
    factories.new_edition(
        {"Sở Y tế": {"1.1": "30", "1.2": "20", "2": "15"}},
        group=group,
        year=2023,
        criteria=factories.TREE,
    )
    unit = group.authority.units.get()
    found = keeping.proposals([unit], 2024)[unit.pk]
    assert [(one.criterion.number, one.lost) for one in found] == [
        ("2", Decimal(25)),
        ("1.1", Decimal(10)),
    ]
    factories.new_commitment(
        unit,
        criterion=found[0].criterion,
        promised_points=Decimal(20),
        baseline_points=Decimal(15),
        baseline_max=Decimal(40),
    )
    left = keeping.proposals([unit], 2024)[unit.pk]
    assert [one.criterion.number for one in left] == ["1.1"]
    assert keeping.proposals([unit], 2026)[unit.pk] == []


@pytest.mark.parametrize("size", [1, 3])
def test_proposing_costs_the_same_whatever_the_units(django_assert_num_queries, size):
    group = factories.new_group()
    factories.new_edition({f"Sở {n}": "80" for n in range(size)}, group=group, year=2023)
    units = list(group.authority.units.all())
    with django_assert_num_queries(3):
        found = keeping.proposals(units, 2024)
    assert all(len(lost) == 1 for lost in found.values())
