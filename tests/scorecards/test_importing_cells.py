from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from scorecards.importing.decimals import (
    is_blank,
    is_not_applicable,
    read_percent,
    read_points,
    read_rank,
)
from scorecards.importing.problems import Problem
from scorecards.importing.sheet import Broken, Cell


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def cell(value, *, is_percent=False):
    return Cell("2023", "F17", value, is_percent)


def outcome(result):
    """A problem as its reader sees it; anything else as it is."""
    if isinstance(result, Problem):
        return str(result).removeprefix("Sheet “2023”, cell F17: ")
    return result


A_NUMBER = "a number such as 88,35 is wanted."
AMBIGUOUS = (
    "it can be read as a thousand: type points without a thousand separator, "
    "with at most 2 decimals."
)
DATE = (
    "a number is wanted: Excel took it for a date, so format the cell as text "
    "and type the number again."
)
NO_PERCENTAGE = "points are wanted, not a percentage."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("88.35"), Decimal("88.35")),
        (Decimal("88.356"), Decimal("88.356")),
        (Decimal("0"), Decimal("0")),
        ("88,35", Decimal("88.35")),
        ("88.35", Decimal("88.35")),
        (" 88,35\u00a0", Decimal("88.35")),
        ("\u200b88,35\ufeff", Decimal("88.35")),
        ("８８，３５", Decimal("88.35")),
        ("88,35 điểm", Decimal("88.35")),
        ("0", Decimal("0")),
        ("0,125", Decimal("0.125")),
        ("100", Decimal("100")),
        (",5", Decimal("0.5")),
        ("+2", Decimal("2")),
        ("-1,5", Decimal("-1.5")),
        ("−1,5", Decimal("-1.5")),
        ("– 1,5", Decimal("-1.5")),
        ("1.234,5", Decimal("1234.5")),
        ("1,234.5", Decimal("1234.5")),
        ("1 234,5", Decimal("1234.5")),
        ("1.234.567", f"found “1.234.567”; {A_NUMBER}"),
        ("981,31", Decimal("981.31")),
        (None, None),
        ("", None),
        ("-", None),
        ("—", None),
        ("…", None),
        ("Chưa có số liệu", None),
        ("không có số liệu", None),
        ("1.234", f"found “1.234”; {AMBIGUOUS}"),
        ("97,685", f"found “97,685”; {AMBIGUOUS}"),
        ("97,6850", Decimal("97.6850")),
        ("1.2.3", f"found “1.2.3”; {A_NUMBER}"),
        ("12.34,56.7", f"found “12.34,56.7”; {A_NUMBER}"),
        ("88 35", f"found “88 35”; {A_NUMBER}"),
        ("88,", f"found “88,”; {A_NUMBER}"),
        ("88,35*", f"found “88,35*”; {A_NUMBER}"),
        ("88,35²", f"found “88,35²”; {A_NUMBER}"),
        ("٨٨", f"found “٨٨”; {A_NUMBER}"),
        ("1e3", f"found “1e3”; {A_NUMBER}"),
        ("NaN", f"found “NaN”; {A_NUMBER}"),
        ("inf", f"found “inf”; {A_NUMBER}"),
        ("0x10", f"found “0x10”; {A_NUMBER}"),
        ("1_000", f"found “1_000”; {A_NUMBER}"),
        ("KAD", f"found “KAD”; {A_NUMBER}"),
        ("02/05/2026", f"found “02/05/2026”; {A_NUMBER}"),
        ("=cmd|' /C calc'!A0", f"found “=cmd|' /C calc'!A0”; {A_NUMBER}"),
        ("9" * 200, f"found “{'9' * 80}…”; {A_NUMBER}"),
        (Decimal("1e300"), f"found 1e+300; {A_NUMBER}"),
        ("88 %", f"found “88 %”; {NO_PERCENTAGE}"),
        (date(2026, 5, 2), f"found 02/05/2026; {DATE}"),
        (datetime(2026, 5, 2, 0, 0), f"found 00:00 02/05/2026; {DATE}"),
        (time(2, 5), f"found “02:05:00”; {DATE}"),
        (timedelta(hours=2), f"found “2:00:00”; {DATE}"),
        (True, f"found “True”; {A_NUMBER}"),
        (
            Broken("#REF!"),
            "found #REF!; a number is wanted: calculate and save the workbook in Excel.",
        ),
    ],
    ids=repr,
)
def test_read_points_with_two_decimals(value, expected):
    assert outcome(read_points(cell(value), decimals=2)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("97,685", Decimal("97.685")), ("97.685", Decimal("97.685")), ("88,35", Decimal("88.35"))],
)
def test_three_decimals_are_a_fraction_where_the_framework_has_three(value, expected):
    assert read_points(cell(value), decimals=3) == expected


def test_number_shown_as_a_percentage_is_no_points():
    found = read_points(cell(Decimal("88.35"), is_percent=True), decimals=2)
    assert outcome(found) == f"found 88.35 %; {NO_PERCENTAGE}"


FRACTION = "a percentage such as 96,85 is wanted, not a fraction."


@pytest.mark.parametrize(
    ("value", "is_percent", "expected"),
    [
        ("96,85", False, Decimal("96.85")),
        ("96,85%", False, Decimal("96.85")),
        ("96.85 ％", False, Decimal("96.85")),
        ("97.685", False, Decimal("97.685")),
        (Decimal("96.85"), False, Decimal("96.85")),
        (Decimal("96.85"), True, Decimal("96.85")),
        (Decimal("0.97"), True, Decimal("0.97")),
        ("0,97 %", False, Decimal("0.97")),
        (Decimal("0"), False, Decimal("0")),
        (Decimal("100"), False, Decimal("100")),
        ("—", False, None),
        (Decimal("0.9685"), False, f"found 0.9685; {FRACTION}"),
        ("0,9685", False, f"found “0,9685”; {FRACTION}"),
        ("96,85 points", False, f"found “96,85 points”; {A_NUMBER}"),
    ],
)
def test_read_percent(value, is_percent, expected):
    assert outcome(read_percent(cell(value, is_percent=is_percent))) == expected


A_RANK = "a rank is a whole number such as 1."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1"), 1),
        ("03", 3),
        ("Hạng 12", 12),
        (None, None),
        ("-", None),
        ("Không xếp hạng", None),
        ("0", f"found “0”; {A_RANK}"),
        (Decimal("1.5"), f"found 1.5; {A_RANK}"),
        ("1/19", f"found “1/19”; {A_RANK}"),
        ("I", f"found “I”; {A_RANK}"),
        (date(2026, 1, 19), f"found 19/01/2026; {A_RANK}"),
        (Broken("#N/A"), f"found #N/A; {A_RANK}"),
    ],
    ids=repr,
)
def test_read_rank(value, expected):
    assert outcome(read_rank(cell(value))) == expected


@pytest.mark.parametrize(
    ("value", "blank", "not_applicable"),
    [
        ("KAD", False, True),
        ("không áp dụng", False, True),
        ("X", False, True),
        ("", True, False),
        ("- -", True, False),
        ("Chưa có", True, False),
        ("0", False, False),
        (Decimal("0"), False, False),
        (Broken("#N/A"), False, False),
        ("không", False, False),
    ],
    ids=repr,
)
def test_missing_not_applicable_and_zero_are_three_things(value, blank, not_applicable):
    assert (is_blank(cell(value)), is_not_applicable(cell(value))) == (blank, not_applicable)
