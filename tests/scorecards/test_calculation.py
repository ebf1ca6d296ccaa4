from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards.calculation import (
    Band,
    Card,
    Leaf,
    Result,
    Rules,
    adds_up,
    adjustment_of,
    ahead,
    branch_totals,
    change,
    class_of,
    competition_ranks,
    compute,
    half_up,
    index_of,
    level_of,
    mean,
    median,
    places_gained,
    points_lost,
    quarter_of,
    spread,
    standing_of,
)

TAY_NINH = [
    Band("Tốt", Decimal(80), inclusive=False),
    Band("Khá", Decimal(70)),
    Band("Trung bình", Decimal(60)),
    Band("Kém", None),
]
LAO_CAI_AGENCIES = [
    Band("Tốt", Decimal(55)),
    Band("Khá", Decimal(45)),
    Band("Trung bình", Decimal(35)),
    Band("Yếu", None),
]
LAO_CAI_DISTRICTS = [
    Band("Tốt", Decimal(60)),
    Band("Khá", Decimal(50)),
    Band("Trung bình", Decimal(35)),
    Band("Yếu", None),
]
NATIONAL = [Band("A", Decimal(90)), Band("B", Decimal(80)), Band("C", Decimal(70))]

TOTAL = [Leaf("1", "appraised", Decimal(100))]
TREE = [
    Leaf("1.1", "appraised", Decimal(30)),
    Leaf("1.2.1", "appraised", Decimal(20)),
    Leaf("1.2.2", "survey", Decimal(10)),
    Leaf("2.1", "survey", Decimal(40)),
    Leaf("9.1", "bonus", Decimal(5)),
    Leaf("9.2", "penalty", None),
]
FULL = {"1.1": "27.5", "1.2.1": "18", "1.2.2": "8.25", "2.1": "31", "9.1": "2", "9.2": "-1.5"}


def decimals(**texts):
    return {key: None if text is None else Decimal(text) for key, text in texts.items()}


def card(points, maxima=(), **options):
    return Card(decimals(**points), decimals(**dict(maxima)), **options)


def result_of(the_card, leaves=TREE, bands=(), **rules):
    return compute(leaves, {"unit": the_card}, rules=Rules(2, **rules), bands=bands)["unit"]


def totals(points, *, leaves=TOTAL, bands=(), rules=None):
    cards = {key: Card({"1": Decimal(text)}) for key, text in points.items()}
    return compute(leaves, cards, rules=rules or Rules(2), bands=bands)


def test_compute_adds_up_a_whole_scorecard():
    assert compute(TREE, {"unit": card(FULL)}, rules=Rules(2), bands=TAY_NINH) == {
        "unit": Result(
            points=Decimal("85.25"),
            max_points=Decimal("100"),
            appraised=Decimal("45.5"),
            survey=Decimal("39.25"),
            adjustment=Decimal("0.5"),
            index_exact=Fraction("85.25"),
            index_percent=Decimal("85.25"),
            rank=1,
            class_name="Tốt",
        )
    }


@pytest.mark.parametrize(
    ("points", "maxima", "expected"),
    [
        (
            FULL | {"9.1": None, "9.2": None},
            {},
            ("84.75", "100", "45.5", "39.25", "0", "84.75", (), ""),
        ),
        (
            {key: FULL[key] for key in ("1.1", "1.2.1", "1.2.2", "2.1")},
            {},
            ("84.75", "100", "45.5", "39.25", "0", "84.75", (), ""),
        ),
        (
            dict.fromkeys(FULL, "0"),
            {},
            ("0", "100", "0", "0", "0", "0.00", (), ""),
        ),
        (
            FULL | {"1.2.2": None},
            {},
            (None, "100", "45.5", None, "0.5", None, ("1.2.2",), "incomplete"),
        ),
        (
            {"9.1": "2"},
            {},
            (
                None,
                "100",
                None,
                None,
                "2",
                None,
                ("1.1", "1.2.1", "1.2.2", "2.1"),
                "incomplete",
            ),
        ),
        (
            FULL | {"2.1": None},
            {"2.1": "0"},
            ("54.25", "60", "45.5", "8.25", "0.5", "90.42", (), ""),
        ),
        (
            FULL,
            {"2.1": "0", "9.1": "0"},
            ("52.25", "60", "45.5", "8.25", "-1.5", "87.08", (), ""),
        ),
        (
            FULL,
            {"1.1": "28.5"},
            ("85.25", "98.5", "45.5", "39.25", "0.5", "86.55", (), ""),
        ),
        (
            FULL,
            {"1.2.2": "0", "2.1": "0", "9.1": "0", "9.2": "0"},
            ("45.5", "50", "45.5", None, None, "91.00", (), ""),
        ),
        (
            FULL,
            {"1.1": "0", "1.2.1": "0", "1.2.2": "0", "2.1": "0"},
            ("0.5", "0", None, None, "0.5", None, (), "no_maximum"),
        ),
        (
            FULL,
            dict.fromkeys(FULL, "0"),
            (None, "0", None, None, None, None, (), "no_maximum"),
        ),
        (
            dict.fromkeys(FULL, "0") | {"9.2": "-3"},
            {},
            ("-3", "100", "0", "0", "-3", "-3.00", (), ""),
        ),
        (
            {"1.1": "30", "1.2.1": "20", "1.2.2": "10", "2.1": "40", "9.1": "5"},
            {},
            ("105", "100", "50", "50", "5", "105.00", (), ""),
        ),
        (
            FULL | {"7.7": "50"},
            {"8.8": "50"},
            ("85.25", "100", "45.5", "39.25", "0.5", "85.25", (), ""),
        ),
    ],
    ids=[
        "an empty bonus and penalty mean none",
        "a bonus and penalty never entered mean none",
        "zeros are scores",
        "one empty survey leaf",
        "nothing but a bonus",
        "an empty leaf that does not apply",
        "points on leaves that do not apply are left out",
        "a maximum of its own",
        "no survey and no adjustment apply",
        "only bonus and penalty apply",
        "nothing applies",
        "penalties greater than the points",
        "a bonus above the maximum, not capped",
        "points and maxima of unknown leaves are left out",
    ],
)
def test_compute_one_scorecard(points, maxima, expected):
    result = result_of(card(points, maxima))
    *numbers, missing, reason = expected

    assert (
        result.points,
        result.max_points,
        result.appraised,
        result.survey,
        result.adjustment,
        result.index_percent,
    ) == tuple(None if number is None else Decimal(number) for number in numbers)
    assert (result.missing, result.reason) == (missing, reason)
    assert (result.rank is None) == (result.index_percent is None)


@pytest.mark.parametrize(
    ("points", "maxima", "expected"),
    [
        ({"1": "98.98"}, {}, (Decimal("98.98"), None, None, None, "unknown_maximum")),
        ({"1": None}, {}, (None, None, None, None, "incomplete")),
        (
            {"1": "69.25"},
            {"1": "71.5"},
            (Decimal("69.25"), Decimal("71.5"), Decimal("96.85"), 1, ""),
        ),
        ({"1": None}, {"1": "0"}, (None, Decimal(0), None, None, "no_maximum")),
    ],
    ids=[
        "points alone are known",
        "nothing is known",
        "the unit's own maximum is known",
        "does not apply",
    ],
)
def test_compute_where_the_source_names_no_maximum(points, maxima, expected):
    leaves = [Leaf("1", "appraised", None)]
    result = result_of(card(points, maxima), leaves, TAY_NINH)

    assert (
        result.points,
        result.max_points,
        result.index_percent,
        result.rank,
        result.reason,
    ) == expected


@pytest.mark.parametrize(
    ("cap", "shown"),
    [
        (None, "105.00"),
        (Decimal(100), "100.00"),
        (Decimal("102.5"), "102.50"),
        (Decimal(110), "105.00"),
    ],
    ids=["no cap", "100", "a cap of its own", "a cap out of reach"],
)
def test_compute_caps_the_index_and_not_the_points(cap, shown):
    leaves = [*TOTAL, Leaf("2", "bonus", Decimal(5))]
    result = result_of(card({"1": "100", "2": "5"}), leaves, cap_percent=cap)

    assert result.points == Decimal(105)
    assert str(result.index_percent) == shown
    assert result.index_exact == Fraction(shown)


def test_compute_ties_units_above_the_cap():
    leaves = [*TOTAL, Leaf("2", "bonus", Decimal(5))]
    cards = {"a": card({"1": "100", "2": "5"}), "b": card({"1": "99", "2": "4"})}
    results = compute(leaves, cards, rules=Rules(2, cap_percent=Decimal(100)), bands=[])

    assert {key: result.rank for key, result in results.items()} == {"a": 1, "b": 1}


def test_compute_nobody():
    assert compute(TREE, {}, rules=Rules(2), bands=TAY_NINH) == {}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {}),
        ({"a": 90, "b": 80}, {"a": 1, "b": 2}),
        ({"a": 90, "b": 80, "c": 80, "d": 70}, {"a": 1, "b": 2, "c": 2, "d": 4}),
        ({"a": 80, "b": 80, "c": 80}, {"a": 1, "b": 1, "c": 1}),
        (
            {"a": Decimal("91.0"), "b": Decimal("91.00"), "c": Decimal("90")},
            {"a": 1, "b": 1, "c": 3},
        ),
        ({"a": -1, "b": 0}, {"a": 2, "b": 1}),
    ],
    ids=[
        "nobody",
        "all different",
        "a shared second place",
        "all equal",
        "equal however many zeros are written",
        "below zero",
    ],
)
def test_competition_ranks(values, expected):
    assert competition_ranks(values) == expected


def test_kien_giang_2018_names_two_districts_together_at_91():
    results = totals({"Châu Thành": "91", "Hòn Đất": "91", "Giồng Riềng": "90.5"})

    assert {key: result.rank for key, result in results.items()} == {
        "Châu Thành": 1,
        "Hòn Đất": 1,
        "Giồng Riềng": 3,
    }


@pytest.mark.parametrize(
    ("rank_on", "expected"),
    [("shown", {"a": 1, "b": 1, "c": 3}), ("exact", {"a": 2, "b": 1, "c": 3})],
)
def test_compute_ranks_by_the_index_the_framework_names(rank_on, expected):
    leaves = [Leaf("1", "appraised", Decimal(100))]
    results = totals(
        {"a": "95.701", "b": "95.704", "c": "95.69"}, leaves=leaves, rules=Rules(2, rank_on=rank_on)
    )

    assert {key: result.rank for key, result in results.items()} == expected


def test_the_greatest_points_do_not_win_over_the_greatest_index():
    cards = {
        "Văn phòng UBND tỉnh": card({"1": "69.25"}, {"1": "71.5"}),
        "Thanh tra tỉnh": card({"1": "69.00"}, {"1": "71.5"}),
        "Sở Thông tin và Truyền thông": card({"1": "94.43"}),
        "Sở Tài chính": card({"1": "91.00"}, {"1": "96.5"}),
    }
    results = compute(TOTAL, cards, rules=Rules(2), bands=TAY_NINH)

    assert [(str(result.index_percent), result.rank) for result in results.values()] == [
        ("96.85", 1),
        ("96.50", 2),
        ("94.43", 3),
        ("94.30", 4),
    ]


@pytest.mark.parametrize(
    ("framework_ranked", "expected"),
    [(True, {"a": 1, "b": None, "c": 2, "d": None}), (False, dict.fromkeys("abcd"))],
    ids=["ranked", "not ranked"],
)
def test_compute_ranks_only_who_is_ranked_and_has_an_index(framework_ranked, expected):
    cards = {
        "a": card({"1": "90"}),
        "b": card({"1": "85"}, ranked=False),
        "c": card({"1": "80"}),
        "d": card({"1": None}),
    }
    rules = Rules(2, ranked=framework_ranked)
    results = compute(TOTAL, cards, rules=rules, bands=TAY_NINH)

    assert {key: result.rank for key, result in results.items()} == expected
    assert [result.class_name for result in results.values()] == ["Tốt", "Tốt", "Khá", ""]


@pytest.mark.parametrize(
    ("previous", "current", "expected"),
    [(5, 2, 3), (2, 5, -3), (4, 4, 0), (None, 1, None), (1, None, None), (None, None, None)],
    ids=["rose", "fell", "stayed", "new", "gone", "never ranked"],
)
def test_places_gained(previous, current, expected):
    assert places_gained(previous, current) == expected


@pytest.mark.parametrize(
    ("points", "max_points", "expected"),
    [
        ("2", "2", "full"),
        ("2.5", "2", "full"),
        ("1.999", "2", "part"),
        ("0", "2", "zero"),
        ("-1", "2", "zero"),
        (None, "2", "unknown"),
        ("1", None, "unknown"),
        ("0", None, "zero"),
        ("1", "0", "excluded"),
        (None, "0.00", "excluded"),
    ],
)
def test_standing(points, max_points, expected):
    points, max_points = (None if text is None else Decimal(text) for text in (points, max_points))
    assert standing_of(points, max_points) == expected


@pytest.mark.parametrize(
    ("points", "expected"),
    [("0.5", "gained"), ("-0.5", "lost"), ("0.00", "even"), (None, "even")],
)
def test_adjustment(points, expected):
    assert adjustment_of(None if points is None else Decimal(points)) == expected


def test_change_needs_both_years():
    assert change(Decimal("1.25"), Decimal("1")) == Decimal("-0.25")
    assert [change(None, Decimal(1)), change(Decimal(0), None)] == [None, None]


@pytest.mark.parametrize(
    ("percent", "quarter", "level"),
    [
        ("-1", 0, 1),
        ("0", 0, 1),
        ("24.99", 0, 1),
        ("25", 1, 1),
        ("50", 2, 2),
        ("69.99", 2, 2),
        ("70", 2, 3),
        ("75", 3, 3),
        ("80", 3, 4),
        ("90", 3, 5),
        ("100", 3, 5),
        ("104", 3, 5),
    ],
)
def test_quarters_and_levels_include_their_lower_end(percent, quarter, level):
    assert (quarter_of(Decimal(percent)), level_of(Decimal(percent))) == (quarter, level)


@pytest.mark.parametrize(
    ("value", "bands", "expected"),
    [
        ("80.01", TAY_NINH, "Tốt"),
        ("80", TAY_NINH, "Khá"),
        ("70", TAY_NINH, "Khá"),
        ("69.99", TAY_NINH, "Trung bình"),
        ("60", TAY_NINH, "Trung bình"),
        ("59.99", TAY_NINH, "Kém"),
        ("49.07", TAY_NINH, "Kém"),
        ("-3", TAY_NINH, "Kém"),
        ("55", LAO_CAI_AGENCIES, "Tốt"),
        ("54.99", LAO_CAI_AGENCIES, "Khá"),
        ("55", LAO_CAI_DISTRICTS, "Khá"),
        ("60", LAO_CAI_DISTRICTS, "Tốt"),
        ("34.99", LAO_CAI_DISTRICTS, "Yếu"),
        ("69.99", NATIONAL, ""),
        ("70", NATIONAL, "C"),
        ("95", [], ""),
        (None, TAY_NINH, ""),
    ],
    ids=[
        "Tây Ninh, above an exclusive floor",
        "Tây Ninh, on an exclusive floor",
        "Tây Ninh, on an inclusive floor",
        "Tây Ninh, below it",
        "Tây Ninh, on the lowest floor",
        "Tây Ninh, below the lowest floor",
        "Tây Ninh, far below",
        "Tây Ninh, below zero",
        "Lào Cai agencies, 55 of 70",
        "Lào Cai agencies, below 55",
        "Lào Cai districts, 55 of 75",
        "Lào Cai districts, 60 of 75",
        "Lào Cai districts, the last class",
        "below bands that end with a floor",
        "on the floor of the last band",
        "no bands",
        "no value",
    ],
)
def test_class_of(value, bands, expected):
    assert class_of(None if value is None else Decimal(value), bands) == expected


def test_class_of_an_exact_value_a_hair_below_the_floor():
    assert class_of(Fraction(239, 3), [Band("Tốt", Decimal("79.67")), Band("Khá", None)]) == "Khá"


def test_lao_cai_2015_classifies_by_appraised_points_of_70():
    leaves = [Leaf("1", "appraised", Decimal(70)), Leaf("2", "survey", Decimal(30))]
    cards = {
        "on the floor": card({"1": "55", "2": "10"}),
        "below it": card({"1": "54.99", "2": "30"}),
        "survey to come": card({"1": "60", "2": None}),
        "survey does not apply": card({"1": "45", "2": None}, {"2": "0"}),
    }
    rules = Rules(2, classified_by="appraised_points")
    results = compute(leaves, cards, rules=rules, bands=LAO_CAI_AGENCIES)

    assert {key: result.class_name for key, result in results.items()} == {
        "on the floor": "Tốt",
        "below it": "Khá",
        "survey to come": "",
        "survey does not apply": "Khá",
    }


@pytest.mark.parametrize(
    ("classified_by", "rank_on", "expected"),
    [
        ("none", "shown", ""),
        ("index", "shown", "Tốt"),
        ("index", "exact", "Khá"),
        ("points", "shown", "Trung bình"),
        ("appraised_points", "shown", "Kém"),
    ],
)
def test_compute_classifies_by_the_value_the_framework_names(classified_by, rank_on, expected):
    bands = [
        Band("Tốt", Decimal(80)),
        Band("Khá", Decimal("79.9")),
        Band("Trung bình", Decimal(60)),
        Band("Kém", None),
    ]
    leaves = [Leaf("1", "appraised", Decimal(45)), Leaf("2", "survey", Decimal(45))]
    # 71.998 of 90 are 79.9977…, shown as 80.00.
    the_card = card({"1": "40", "2": "31.998"})
    result = result_of(the_card, leaves, bands, classified_by=classified_by, rank_on=rank_on)

    assert result.class_name == expected


@pytest.mark.parametrize(
    ("classified_by", "expected"),
    [("points", "Tốt"), ("index", "")],
)
def test_class_by_points_needs_no_maximum(classified_by, expected):
    leaves = [Leaf("1", "appraised", None)]
    result = result_of(card({"1": "55"}), leaves, LAO_CAI_AGENCIES, classified_by=classified_by)

    assert (result.class_name, result.reason) == (expected, "unknown_maximum")


def test_no_class_where_the_maximum_is_0():
    result = result_of(
        card(FULL, dict.fromkeys(("1.1", "1.2.1", "1.2.2", "2.1"), "0")),
        bands=TAY_NINH,
        classified_by="points",
    )

    assert (result.points, result.class_name, result.reason) == (Decimal("0.5"), "", "no_maximum")


@pytest.mark.parametrize(
    ("points", "maxima", "expected"),
    [
        (
            FULL,
            {},
            {"1": ("53.75", "60"), "1.2": ("26.25", "30"), "2": ("31", "40"), "9": ("0.5", "0")},
        ),
        (
            FULL | {"1.2.2": None, "9.1": None, "9.2": None},
            {},
            {"1": (None, "60"), "1.2": (None, "30"), "2": ("31", "40"), "9": ("0", "0")},
        ),
        (
            FULL | {"1.2.2": None},
            {"1.2.2": "0", "2.1": "0"},
            {"1": ("45.5", "50"), "1.2": ("18", "20"), "2": (None, "0"), "9": ("0.5", "0")},
        ),
    ],
    ids=["complete", "one empty leaf", "leaves that do not apply"],
)
def test_branch_totals(points, maxima, expected):
    totals_of_branches = branch_totals(TREE, card(points, maxima))

    assert list(totals_of_branches) == ["1", "1.2", "2", "9"]
    assert totals_of_branches == {
        number: tuple(None if text is None else Decimal(text) for text in pair)
        for number, pair in expected.items()
    }


def test_branch_totals_of_an_unknown_maximum():
    leaves = [Leaf("1.1", "appraised", None), Leaf("1.2", "appraised", Decimal(5))]

    assert branch_totals(leaves, card({"1.1": "3", "1.2": "4"})) == {"1": (Decimal(7), None)}


def test_branch_totals_of_a_single_leaf():
    assert branch_totals(TOTAL, card({"1": "90"})) == {}


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Decimal("83.585"), 2, "83.59"),
        (Decimal("83.575"), 2, "83.58"),
        (Decimal("83.5849"), 2, "83.58"),
        (Decimal("0.5"), 0, "1"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-0.005"), 2, "-0.01"),
        (Decimal("-0.004"), 2, "0.00"),
        (Decimal("94.4"), 2, "94.40"),
        (Decimal("86.4705"), 3, "86.471"),
        (Fraction(200, 3), 2, "66.67"),
        (Fraction(1, 8), 2, "0.13"),
        (0, 2, "0.00"),
        (100, 3, "100.000"),
    ],
)
def test_half_up(value, places, expected):
    assert str(half_up(value, places)) == expected


@pytest.mark.parametrize(
    ("points", "max_points", "expected"),
    [
        ("69.25", "71.5", Fraction(13850, 143)),
        ("1", "3", Fraction(100, 3)),
        ("0", "100", Fraction(0)),
        ("-2", "100", Fraction(-2)),
        ("5", "0", None),
        (None, "100", None),
        ("5", None, None),
    ],
    ids=[
        "a maximum of its own",
        "no end of decimals",
        "no points",
        "penalties greater than points",
        "maximum 0",
        "points unknown",
        "maximum unknown",
    ],
)
def test_index_of(points, max_points, expected):
    numbers = [None if text is None else Decimal(text) for text in (points, max_points)]

    assert index_of(*numbers) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], (None, None, None)),
        ([None], (None, None, None)),
        (["90"], ("90.00", "90.00", "0")),
        (["90", None, "80"], ("85.00", "85.00", "10")),
        (["0.01", "0.02"], ("0.02", "0.02", "0.01")),
        (["90.01", "80", "100"], ("90.00", "90.01", "20")),
        (["0", None], ("0.00", "0.00", "0")),
        (["1", "1", "2"], ("1.33", "1.00", "1")),
    ],
    ids=[
        "nobody",
        "nobody known",
        "one",
        "the unknown is not counted",
        "a half rounds up",
        "the median is the middle one",
        "zero is counted",
        "rounded once, at the end",
    ],
)
def test_mean_median_and_spread(values, expected):
    numbers = [None if text is None else Decimal(text) for text in values]
    found = mean(numbers, 2), median(numbers, 2), spread(numbers)

    assert tuple(None if number is None else str(number) for number in found) == expected


@pytest.mark.parametrize(
    ("total", "expected"),
    [("85.25", True), ("85.24", True), ("85.27", True), ("85.28", False), ("85.22", False)],
    ids=["to the cent", "0.01 less", "0.02 more", "0.03 more", "0.03 less"],
)
def test_adds_up(total, expected):
    assert adds_up([Decimal("46"), Decimal("39.25")], Decimal(total)) is expected


def test_adds_up_without_tolerance():
    assert not adds_up([Decimal("1.01")], Decimal("1.02"), tolerance=Decimal(0))


POINTS = st.decimals(0, 100, places=2)
RULES = st.builds(
    Rules,
    decimals=st.sampled_from([2, 3]),
    rank_on=st.sampled_from(["shown", "exact"]),
    cap_percent=st.sampled_from([None, Decimal(90), Decimal(100)]),
)
KINDS = ["appraised", "survey", "bonus", "penalty"]


@st.composite
def frameworks(draw, max_cards=5):
    """Leaves and cards of all sorts: empty scores, own maxima, leaves that do not apply."""
    leaves = [
        Leaf(f"{number}", draw(st.sampled_from(KINDS)), draw(st.decimals(1, 30, places=1)))
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]
    some = st.sampled_from([leaf.number for leaf in leaves])
    cards = draw(
        st.dictionaries(
            st.integers(),
            st.builds(
                Card,
                awarded=st.dictionaries(some, st.decimals(-5, 30, places=2) | st.none())
                | st.fixed_dictionaries({leaf.number: POINTS for leaf in leaves}),
                max_points=st.dictionaries(some, st.sampled_from([Decimal(0), Decimal("12.5")])),
                ranked=st.booleans(),
            ),
            max_size=max_cards,
        )
    )
    return leaves, cards


@given(st.decimals(-1000, 1000, places=5), st.integers(0, 4))
def test_half_up_agrees_with_decimal(value, places):
    # Adding 0 makes a zero of minus zero.
    expected = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0

    assert str(half_up(value, places)) == str(expected)
    assert str(half_up(Fraction(value), places)) == str(expected)


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_half_up_never_rounds_a_half_to_even(whole, places):
    half = (Decimal(whole) + Decimal("0.5")).scaleb(-places)

    assert half_up(half, places) == Decimal(whole + 1).scaleb(-places)


@given(st.dictionaries(st.integers(), st.decimals(0, 3, places=1)))
def test_a_rank_is_one_more_than_the_number_of_better_units(values):
    ranks = competition_ranks(values)

    assert ranks == {
        key: 1 + sum(other > value for other in values.values()) for key, value in values.items()
    }


@given(st.dictionaries(st.integers(), st.decimals(0, 3, places=1), min_size=1))
def test_equal_values_share_a_rank_and_the_next_one_skips(values):
    ranks = competition_ranks(values)

    assert {(values[a] == values[b]) == (ranks[a] == ranks[b]) for a in values for b in values} == {
        True
    }
    sizes = {rank: list(ranks.values()).count(rank) for rank in ranks.values()}
    assert sorted(sizes) == [
        1 + sum(size for better, size in sizes.items() if better < rank) for rank in sorted(sizes)
    ]


@given(frameworks(), RULES, st.randoms(use_true_random=False))
def test_order_of_units_and_leaves_changes_no_number(framework, rules, random):
    leaves, cards = framework
    other_leaves = random.sample(leaves, len(leaves))
    other_cards = dict(random.sample(list(cards.items()), len(cards)))
    results = compute(leaves, cards, rules=rules, bands=TAY_NINH)
    others = compute(other_leaves, other_cards, rules=rules, bands=TAY_NINH)

    assert {key: replace(result, missing=()) for key, result in results.items()} == {
        key: replace(result, missing=()) for key, result in others.items()
    }
    assert {key: set(result.missing) for key, result in results.items()} == {
        key: set(result.missing) for key, result in others.items()
    }


@given(frameworks(), RULES)
def test_equal_shown_indexes_share_rank_and_class(framework, rules):
    leaves, cards = framework
    shown = replace(rules, rank_on="shown")
    results = compute(leaves, cards, rules=shown, bands=TAY_NINH).values()
    ranked = [result for result in results if result.rank is not None]

    assert [
        (a, b)
        for a in ranked
        for b in ranked
        if (a.index_percent == b.index_percent) != (a.rank == b.rank)
        or (a.rank == b.rank and a.class_name != b.class_name)
    ] == []


@given(frameworks(), RULES)
def test_a_greater_index_never_ranks_or_classifies_worse(framework, rules):
    leaves, cards = framework
    results = compute(leaves, cards, rules=rules, bands=TAY_NINH).values()
    ranked = sorted((result for result in results if result.rank), key=lambda result: result.rank)
    order = [band.name for band in TAY_NINH]
    indexes = [result.index_percent for result in ranked]
    classes = [order.index(result.class_name) for result in ranked]

    assert indexes == sorted(indexes, reverse=True)
    assert classes == sorted(classes)


@given(
    st.sets(st.decimals(0, 100, places=1), max_size=5),
    st.lists(st.booleans(), min_size=5, max_size=5),
    POINTS,
    POINTS,
)
def test_class_is_monotone_in_the_value(floors, inclusive, a, b):
    bands = [
        Band(str(place), floor, inclusive[place])
        for place, floor in enumerate(sorted(floors, reverse=True))
    ] + [Band("9", None)]

    assert class_of(max(a, b), bands) <= class_of(min(a, b), bands)


@given(frameworks(), RULES)
def test_a_result_holds_together(framework, rules):
    leaves, cards = framework
    for key, result in compute(leaves, cards, rules=rules, bands=TAY_NINH).items():
        parts = [
            part
            for part in (result.appraised, result.survey, result.adjustment)
            if part is not None
        ]
        has_index = result.index_exact is not None

        assert has_index == (result.index_percent is not None) == (result.reason == "")
        assert bool(result.missing) == (result.reason == "incomplete")
        assert has_index == bool(result.class_name)
        assert (result.rank is not None) == (has_index and cards[key].ranked)
        if result.points is not None:
            assert sum(parts) == result.points
        if has_index:
            assert result.index_percent == half_up(result.index_exact, rules.decimals)
            assert rules.cap_percent is None or result.index_exact <= rules.cap_percent
        if result.missing:
            assert (result.points, result.index_exact, result.rank, result.class_name) == (
                None,
                None,
                None,
                "",
            )


@given(frameworks(), RULES, st.decimals("0.1", 20, places=1))
def test_scaling_points_and_maxima_leaves_the_index(framework, rules, factor):
    leaves, cards = framework

    def scaled(numbers):
        return {key: None if value is None else value * factor for key, value in numbers.items()}

    scaled_leaves = [replace(leaf, max_points=leaf.max_points * factor) for leaf in leaves]
    scaled_cards = {
        key: replace(card, awarded=scaled(card.awarded), max_points=scaled(card.max_points))
        for key, card in cards.items()
    }
    results = compute(leaves, cards, rules=rules, bands=TAY_NINH)
    others = compute(scaled_leaves, scaled_cards, rules=rules, bands=TAY_NINH)

    assert [(result.index_exact, result.rank) for result in results.values()] == [
        (result.index_exact, result.rank) for result in others.values()
    ]


@given(frameworks(), RULES, st.sampled_from(KINDS), st.none() | POINTS)
def test_a_leaf_that_does_not_apply_changes_nothing(framework, rules, kind, awarded):
    leaves, cards = framework
    wider = [*leaves, Leaf("99", kind, Decimal(7))]
    wider_cards = {
        key: replace(
            card,
            awarded={**card.awarded, "99": awarded},
            max_points={**card.max_points, "99": Decimal(0)},
        )
        for key, card in cards.items()
    }

    assert compute(wider, wider_cards, rules=rules, bands=TAY_NINH) == compute(
        leaves, cards, rules=rules, bands=TAY_NINH
    )


@given(frameworks(max_cards=3), RULES)
def test_an_unranked_unit_moves_nobody(framework, rules):
    leaves, cards = framework
    ranked = {key: card for key, card in cards.items() if card.ranked}
    results = compute(leaves, cards, rules=rules, bands=TAY_NINH)

    assert compute(leaves, ranked, rules=rules, bands=TAY_NINH) == {
        key: results[key] for key in ranked
    }


@given(POINTS, POINTS, st.decimals(1, 100, places=2))
def test_index_grows_with_the_points(a, b, max_points):
    assert (a < b) == (index_of(a, max_points) < index_of(b, max_points))


@given(st.lists(POINTS, min_size=1))
def test_mean_and_median_lie_between_last_and_first(values):
    assert min(values) <= mean(values, 2) <= max(values)
    assert min(values) <= median(values, 2) <= max(values)
    assert spread(values) == max(values) - min(values)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("90.5", "80", "10.5"), ("80", "90.5", "-10.5"), ("80", "80", "0"), (None, "80", None),
     ("80", None, None)],
    ids=["above", "below", "equal", "unknown", "nothing to compare with"],
)  # fmt: skip
def test_ahead(first, second, expected):
    given_numbers = decimals(first=first, second=second, expected=expected)

    assert ahead(given_numbers["first"], given_numbers["second"]) == given_numbers["expected"]


@pytest.mark.parametrize(
    ("points", "maximum", "expected"),
    [("1.25", "2", "0.75"), ("2", "2", "0"), ("0", "2", "2"), ("2.5", "2", "0"),
     (None, "2", None), ("1", None, None), ("0", "0", None)],
    ids=["some", "none", "all", "more than the maximum", "unknown points", "unknown maximum",
         "does not apply"],
)  # fmt: skip
def test_points_lost(points, maximum, expected):
    given_numbers = decimals(points=points, maximum=maximum, expected=expected)

    assert (
        points_lost(given_numbers["points"], given_numbers["maximum"])
        == (given_numbers["expected"])
    )
