"""What changed between two results, and by which criteria: tables of cases."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards.differences import (
    COLUMNS,
    Difference,
    UnitResult,
    as_json,
    count_differences,
    differences,
    from_json,
    shifts,
)


def unit(number, *, rank=1, class_name="Tốt", leaves=None, **columns):
    known = {name: None for name in COLUMNS} | {"rank": rank, "class_name": class_name} | columns
    pairs = {
        key: tuple(None if part is None else Decimal(part) for part in pair)
        for key, pair in (leaves or {}).items()
    }
    return {number: UnitResult(number, f"Sở {number}", known, pairs)}


def test_the_same_result_has_no_difference():
    rows = unit(1, leaves={"1": ("5", "10")}) | unit(2, rank=2)
    assert differences(rows, rows) == []
    assert shifts(rows, rows) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({"points": Decimal(5)}, {"points": Decimal(6)}, ("points", "", Decimal(5), Decimal(6))),
        ({"points": None}, {"points": Decimal(0)}, ("points", "", None, Decimal(0))),
        ({"class_name": ""}, {"class_name": "Khá"}, ("class_name", "", None, "Khá")),
        ({"rank": 1}, {"rank": None}, ("rank", "", 1, None)),
        ({"leaves": {"1": ("5", "10")}}, {"leaves": {"1": ("5", "9")}},
         ("max_points", "1", Decimal(10), Decimal(9))),
        ({"leaves": {"1": (None, "10")}}, {"leaves": {"1": ("0", "10")}},
         ("points", "1", None, Decimal(0))),
    ],
)  # fmt: skip
def test_one_changed_number_is_one_difference(old, new, found):
    assert differences(unit(1, **old), unit(1, **new)) == [Difference(1, "Sở 1", *found)]


def test_a_unit_that_comes_or_goes_is_told_number_by_number():
    one = unit(1, rank=None, class_name="", points=Decimal(5))
    assert [(row.old, row.new) for row in differences({}, one)] == [(None, Decimal(5))]
    assert [(row.old, row.new) for row in differences(one, {})] == [(Decimal(5), None)]


def test_the_criteria_that_moved_a_unit_come_largest_first():
    old = unit(1, rank=3, leaves={"1": ("5", "10"), "2": ("5", "10"), "3": ("1", "2")})
    new = unit(1, rank=1, leaves={"1": ("6", "10"), "2": ("2", "10"), "3": ("1", "3")})
    (shift,) = shifts(old, new)
    assert shift.causes == (("2", Decimal(-3)), ("1", Decimal(1)))
    assert shift.changed_maxima == ("3",)
    assert not shift.others_moved


def test_the_criteria_of_the_direction_in_which_a_unit_moved_come_first():
    old = unit(1, rank=3, leaves={"1": ("5", "10"), "2": ("5", "10"), "3": ("5", "10")})
    new = unit(1, rank=1, leaves={"1": ("6", "10"), "2": ("3", "10"), "3": ("7", "10")})
    (shift,) = shifts(old, new)
    assert shift.causes == (("3", Decimal(2)), ("1", Decimal(1)), ("2", Decimal(-2)))
    assert shift.gained == Decimal(1)


def test_the_number_of_units_in_a_class_is_a_number_too():
    assert count_differences({"Tốt": 2, "Khá": 1}, {"Tốt": 3, "Khá": 1, "Yếu": 0}) == [
        Difference(None, "", "count", "Tốt", 2, 3),
        Difference(None, "", "count", "Yếu", None, 0),
    ]


def test_a_unit_may_be_overtaken_without_a_change_of_its_own():
    same = {"leaves": {"1": ("5", "10")}}
    (shift,) = shifts(unit(1, rank=1, **same), unit(1, rank=2, **same))
    assert shift.others_moved


def test_a_renamed_unit_is_compared_and_a_new_one_is_not():
    old = unit(7, rank=2)
    new = unit(8, rank=1) | unit(9, rank=2)
    assert [row.unit_id for row in shifts(old, new, same_unit={8: 7})] == [8]


AMOUNTS = st.one_of(st.none(), st.decimals("-5", "100", places=3))


@given(AMOUNTS, AMOUNTS, st.one_of(st.none(), st.integers(1, 200)), st.text(max_size=10))
def test_what_is_kept_comes_back_as_it_was(points, maximum, rank, class_name):
    taken = unit(1, rank=rank, class_name=class_name, points=points, leaves={})
    taken[1].leaves["1.2"] = (points, maximum)
    assert from_json(as_json(taken)) == taken
