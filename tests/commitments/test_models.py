"""What the database itself refuses, each rule by its name."""

import contextlib
import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from commitments.models import Check, Commitment, Document, DossierMonth, Indicator, Measurement
from commitments.models import Target as TargetRow
from scorecards.models import ImportRun
from tests import factories
from units.models import Unit

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 3, 31)
TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


@contextlib.contextmanager
def refused(rule):
    """Expect the database to refuse what is done here, and to name the rule."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert rule in str(caught.value)


@pytest.fixture
def unit():
    return factories.new_unit(factories.new_authority(), "Sở Y tế")


@pytest.fixture
def share(unit):
    return factories.new_indicator(unit.authority)


@pytest.fixture
def count(unit):
    return factories.new_indicator(
        unit.authority, "dich-vu-cong", measure_unit="dịch vụ", is_share=False
    )


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"value": Decimal(101)}, "measurement_suits_its_indicator"),
        ({"value": Decimal(-1)}, "measurement_is_not_negative"),
        (
            {"value": Decimal(50), "numerator": 1},
            "measurement_part_is_within_its_whole",
        ),
        (
            {"value": Decimal(50), "numerator": 3, "denominator": 2},
            "measurement_part_is_within_its_whole",
        ),
        (
            {"value": Decimal(0), "numerator": 0, "denominator": 0},
            "measurement_part_is_within_its_whole",
        ),
        (
            {"value": Decimal("50.1"), "numerator": 1, "denominator": 2},
            "measurement_value_is_part_of_whole",
        ),
        ({"value": Decimal(50), "measured_on": TOMORROW}, "measurement_is_not_in_the_future"),
        ({"value": Decimal(50), "reason": "x"}, "measurement_correction_says_why"),
        ({"value": Decimal(50), "withdrawn": True}, "measurement_correction_says_why"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused(share, values, rule):
    with refused(rule):
        Measurement.objects.create(indicator=share, **{"measured_on": DAY, **values})


def test_a_share_is_stored_to_three_decimals(share):
    row = Measurement.objects.create(
        indicator=share, measured_on=DAY, value=Decimal("66.667"), numerator=2, denominator=3
    )
    assert row.pk


def test_a_count_has_no_parts(count):
    with refused("measurement_suits_its_indicator"):
        Measurement.objects.create(
            indicator=count, measured_on=DAY, value=Decimal(50), numerator=1, denominator=2
        )


def test_two_measurements_on_one_day_are_refused(share):
    factories.measure(share, DAY, "50")
    with refused("measurement_is_one_a_day"):
        Measurement.objects.create(indicator=share, measured_on=DAY, value=Decimal(60))


def test_a_correction_keeps_indicator_unit_and_day(share):
    first = factories.measure(share, DAY, "50")
    with refused("measurement_corrects_its_own_kind"):
        Measurement.objects.create(
            indicator=share,
            measured_on=DAY.replace(day=30),
            value=Decimal(60),
            corrects=first,
            reason="x",
        )


@pytest.mark.parametrize("change", ["update", "delete"])
def test_recorded_rows_are_kept(share, unit, change):
    commitment = factories.new_commitment(unit)
    rows = {
        "measurement_is_kept": factories.measure(share, DAY, "50"),
        "dossiers_are_kept": factories.report_dossiers(unit, DAY.replace(day=1), 10, 9, 1, 0, 0),
        "check_is_kept": factories.check(commitment, DAY),
        "document_is_kept": Document.objects.create(
            authority=unit.authority,
            filename="a.pdf",
            content_type="application/pdf",
            sha256="0" * 64,
            content=b"%PDF-",
        ),
    }
    column = {"document_is_kept": "filename", "dossiers_are_kept": "reason"}
    for rule, row in rows.items():
        with refused(rule):
            if change == "delete":
                row.delete()
            else:
                name = {"check_is_kept": "finding", "measurement_is_kept": "note"}.get(
                    rule, column.get(rule)
                )
                type(row).objects.filter(pk=row.pk).update(**{name: "khác"})


def test_whether_a_row_is_public_may_change(share):
    row = factories.measure(share, DAY, "50")
    assert Measurement.objects.filter(pk=row.pk).update(public=False) == 1


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"due_on": None}, "due_on"),
        ({"value": Decimal(101)}, "target_suits_its_indicator"),
        ({"value": Decimal(-1)}, "target_is_not_negative"),
        ({"baseline": Decimal(10)}, "target_start_has_its_day"),
        (
            {"baseline": Decimal(10), "baseline_on": datetime.date(2025, 1, 1)},
            "target_start_has_its_day",
        ),
    ],
)
def test_a_target_that_cannot_be_is_refused(share, values, rule):
    with refused(rule):
        TargetRow.objects.create(
            **{
                "authority": share.authority,
                "indicator": share,
                "value": Decimal(100),
                "due_on": DAY,
                **values,
            }
        )


def test_one_target_a_day(share):
    factories.new_target(share, due_on=DAY)
    with refused("target_is_set_once_per_day"):
        factories.new_target(share, "90", due_on=DAY)


def test_an_indicator_keeps_its_meaning_once_it_is_used(share):
    factories.new_target(share)
    with refused("indicator_is_fixed_once_measured"):
        Indicator.objects.update(direction="less")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"measure_unit": "hồ sơ"}, "indicator_share_is_in_percent"),
        ({"measured_by": "dossiers", "direction": "less"}, "indicator_of_dossiers_is_a_share"),
        ({"direction": "up"}, "indicator_choices_are_known"),
    ],
)
def test_an_indicator_that_cannot_be_is_refused(unit, values, rule):
    with refused(rule):
        factories.new_indicator(unit.authority, **values)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"month": datetime.date(2024, 3, 2), "received": 1}, "dossiers_month_is_its_first_day"),
        ({"month": datetime.date(2100, 1, 1), "received": 1}, "dossiers_are_not_of_the_future"),
        ({}, "dossiers_state_something"),
        ({"received": 1, "reason": "x"}, "dossiers_correction_says_why"),
        ({"received": -1}, "commitments_dossiermonth_received_check"),
    ],
)
def test_dossiers_that_cannot_be_are_refused(unit, values, rule):
    with refused(rule):
        DossierMonth.objects.create(unit=unit, **{"month": DAY.replace(day=1), **values})


def test_dossiers_are_given_once_a_month(unit):
    factories.report_dossiers(unit, DAY.replace(day=1), 10)
    with refused("dossiers_are_given_once_per_month"):
        DossierMonth.objects.create(unit=unit, month=DAY.replace(day=1), received=11)


@pytest.mark.parametrize(
    ("life", "there"),
    [
        ({"ends_on": datetime.date(2024, 2, 29)}, False),
        ({"ends_on": datetime.date(2024, 3, 1)}, True),
        ({"starts_on": datetime.date(2024, 3, 31)}, True),
        ({"starts_on": datetime.date(2024, 4, 1)}, False),
    ],
)
def test_dossiers_are_of_a_unit_that_existed_in_the_month(unit, life, there):
    Unit.objects.filter(pk=unit.pk).update(**life)
    context = contextlib.nullcontext() if there else refused("dossiers_are_of_an_existing_unit")
    with context:
        DossierMonth.objects.create(unit=unit, month=DAY.replace(day=1), received=1)
    assert DossierMonth.objects.exists() is there


def promise(unit, **values):
    return Commitment.objects.create(
        **{"unit": unit, "year": 2024, "text": "Cam kết", "due_on": DAY, **values}
    )


SIGNED = {"signed_by": "Giám đốc", "signed_on": datetime.date(2024, 2, 1)}


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"text": ""}, "commitment_says_something"),
        ({"year": 1999}, "commitment_year_is_plausible"),
        ({"promised_points": Decimal(1)}, "commitment_promises_points_of_a_criterion"),
        ({"promised_value": Decimal(1)}, "commitment_promises_a_value_of_an_indicator"),
        ({"withdrawn_reason": "x"}, "commitment_is_withdrawn_for_a_reason"),
        ({"signed_by": "Giám đốc"}, "commitment_is_signed_by_somebody_on_a_day"),
        ({"public": True}, "commitment_is_public_once_signed"),
        ({**SIGNED, "due_on": datetime.date(2024, 1, 1)}, "commitment_is_due_after_it_is_signed"),
        ({**SIGNED, "withdrawn_on": DAY}, "commitment_is_withdrawn_for_a_reason"),
        (
            {"signed_by": "x", "signed_on": TOMORROW, "due_on": TOMORROW},
            "commitment_is_not_signed_in_the_future",
        ),
    ],
)
def test_a_commitment_that_cannot_be_is_refused(unit, values, rule):
    with refused(rule):
        promise(unit, **values)


def test_an_indicator_comes_with_its_promised_value(unit, share):
    with refused("commitment_promises_a_value_of_an_indicator"):
        promise(unit, indicator=share)


def test_a_commitment_of_a_dissolved_unit_is_refused(unit):
    Unit.objects.filter(pk=unit.pk).update(ends_on=datetime.date(2024, 3, 30))
    with refused("commitment_is_of_a_living_unit"):
        promise(unit)


def test_promised_points_lie_within_the_maximum(unit):
    framework = factories.new_framework(factories.new_group(unit.authority, "nhom"), year=2023)
    criterion = factories.leaf(framework)
    with refused("commitment_points_are_within_the_maximum"):
        promise(unit, criterion=criterion, promised_points=Decimal(11), baseline_max=Decimal(10))
    with refused("commitment_suits_its_criterion_and_indicator"):
        promise(unit, year=2025, criterion=criterion, promised_points=Decimal(1))


def test_what_belongs_to_another_authority_is_refused(unit):
    other = factories.new_authority("cuu-long")
    indicator = factories.new_indicator(other)
    with refused("commitment_suits_its_criterion_and_indicator"):
        promise(unit, indicator=indicator, promised_value=Decimal(1))
    with refused("target_suits_its_indicator"):
        TargetRow.objects.create(
            authority=unit.authority, indicator=indicator, value=Decimal(1), due_on=DAY
        )
    with refused("measurement_suits_its_indicator"):
        Measurement.objects.create(
            indicator=indicator, unit=unit, measured_on=DAY, value=Decimal(1)
        )


@pytest.mark.parametrize(
    "change",
    [
        {"text": "khác"},
        {"year": 2025},
        {"due_on": datetime.date(2025, 1, 1)},
        {"signed_by": "Người khác"},
        {"signed_on": None, "signed_by": ""},
        {"field": "khác"},
    ],
)
def test_a_signature_freezes_the_text(unit, change):
    row = factories.new_commitment(unit, public=False)
    with refused("commitment_is_signed"):
        Commitment.objects.filter(pk=row.pk).update(**change)


def test_a_signed_commitment_is_not_deleted(unit):
    row = factories.new_commitment(unit)
    with refused("commitment_is_signed"):
        row.delete()
    promise(unit, text="chưa ký").delete()


def test_a_scanned_page_is_added_once(unit):
    row = factories.new_commitment(unit)
    pages = [
        Document.objects.create(
            authority=unit.authority,
            filename=f"{number}.pdf",
            content_type="application/pdf",
            sha256="0" * 64,
            content=b"%PDF-",
        )
        for number in range(2)
    ]
    Commitment.objects.filter(pk=row.pk).update(scan=pages[0])
    with refused("commitment_is_signed"):
        Commitment.objects.filter(pk=row.pk).update(scan=pages[1])


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"checked_on": datetime.date(2024, 2, 14)}, "check_follows_signing"),
        ({"checked_on": TOMORROW}, "check_is_not_in_the_future"),
        ({"finding": ""}, "check_says_what_was_found"),
        ({"step": "fine"}, "check_step_is_known"),
        ({"measured_value": Decimal(1)}, "check_follows_signing"),
        ({"measured_value": Decimal(-1)}, "check_"),
    ],
)
def test_a_check_that_cannot_be_is_refused(unit, values, rule):
    commitment = factories.new_commitment(unit)
    with refused(rule):
        Check.objects.create(
            **{
                "commitment": commitment,
                "checked_on": DAY,
                "step": "done",
                "finding": "Đã xong.",
                **values,
            }
        )


def test_a_check_before_signing_is_refused(unit):
    with refused("check_follows_signing"):
        Check.objects.create(
            commitment=promise(unit), checked_on=DAY, step="done", finding="Đã xong."
        )


@pytest.mark.parametrize(
    ("subject", "with_framework", "allowed"),
    [
        ("scores", True, True),
        ("scores", False, False),
        ("dossiers", False, True),
        ("dossiers", True, False),
        ("commitments", False, True),
        ("maps", False, False),
    ],
)
def test_an_import_of_scores_alone_names_a_framework(unit, subject, with_framework, allowed):
    framework = factories.new_framework(factories.new_group(unit.authority, "nhom"))
    values = {"filename": "a.csv", "sha256": "0" * 64, "content": b"", "added": 0}
    row = ImportRun(
        authority=unit.authority,
        subject=subject,
        framework=framework if with_framework else None,
        changed=0,
        unchanged=0,
        **values,
    )
    if allowed:
        row.save()
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
