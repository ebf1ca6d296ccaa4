import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards import calculation, progress
from scorecards.models import Framework
from tests.factories import (
    announce,
    give_maximum,
    give_points,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    open_correction,
    seal,
)
from tests.pages import Page
from units.models import Succession

NEW_YEAR = datetime.date(2023, 1, 1)
PAGE = "/en/song-hong/2023/so-nganh/tien-bo/"
FIELDS = [("1", "60"), ("2", "40")]
TWO = {"1": "30", "2": "20"}


def marks(leaves):
    """Return number → (points, maximum) of "30/60" and alike; "-" is unknown."""
    return {
        number: tuple(None if part == "-" else Decimal(part) for part in text.split("/"))
        for number, text in leaves.items()
    }


# The arithmetic


HALVES = ("50.00", "75.00", "25.00", "")
MISSING = (None, None, None, "incomplete")
TOO_LITTLE = (None, None, None, "too_little")


@pytest.mark.parametrize(
    ("then", "now", "common", "expected"),
    [
        ({"1": "30/60", "2": "20/40"}, {"1": "45/60", "2": "30/40"}, (2, "100"), HALVES),
        ({"1": "30/60", "2": "0/40"}, {"1": "45/60", "2": "39/39"}, (1, "60"), HALVES),
        ({"1": "30/60", "2": "0/0"}, {"1": "45/60", "2": "0/0"}, (1, "60"), HALVES),
        ({"1": "30/60"}, {"1": "45/60", "2": "40/40"}, (1, "60"), HALVES),
        ({"1": "0/60"}, {"1": "0/60"}, (1, "60"), ("0.00", "0.00", "0.00", "")),
        ({"1": "-/60"}, {"1": "45/60"}, (1, "60"), MISSING),
        ({"2": "20/40"}, {"2": "40/40"}, (1, "40"), TOO_LITTLE),
        ({"1": "9/60", "2": "-/40"}, {"1": "9/60", "2": "9/40"}, (2, "100"), MISSING),
        ({"1": "30/-"}, {"1": "45/-"}, (0, "0"), TOO_LITTLE),
        ({}, {}, (0, "0"), TOO_LITTLE),
    ],
    ids=[
        "all the same",
        "another maximum",
        "does not apply",
        "new",
        "zero is a number",
        "missing then",
        "two fifths in common",
        "one missing",
        "no maximum",
        "nothing",
    ],
)
def test_progress(then, now, common, expected):
    found = calculation.progress(marks(then), marks(now), whole=Decimal(100), decimals=2)

    assert (found.leaves, str(found.max_points)) == common
    shown = [
        None if value is None else str(value) for value in (found.then, found.now, found.change)
    ]
    assert (*shown, found.reason) == expected


def test_progress_counts_bonus_and_penalty_as_the_index_does():
    then = marks({"1": "50/100", "2": "-/5", "3": "-2/-5"})
    now = marks({"1": "50/100", "2": "3/5", "3": "-/-5"})
    found = calculation.progress(then, now, whole=Decimal(100), adjusting={"2", "3"}, decimals=2)
    assert (found.leaves, found.max_points) == (1, Decimal(100))
    assert (found.then, found.now, found.change) == (
        Decimal("48.00"),
        Decimal("53.00"),
        Decimal("5.00"),
    )


def test_progress_is_the_difference_of_what_is_shown():
    # 66.666… and 66.664 show as 66.67 and 66.66.
    found = calculation.progress(
        {"1": (Decimal(2), Decimal(3))},
        {"1": (Decimal("1.99992"), Decimal(3))},
        whole=Decimal(3),
        decimals=2,
    )
    assert (found.then, found.now, found.change) == (
        Decimal("66.67"),
        Decimal("66.66"),
        Decimal("-0.01"),
    )


def test_progress_says_that_a_maximum_is_unknown():
    found = calculation.progress(marks({"1": "3/5"}), marks({"1": "4/5"}), whole=None, decimals=2)
    assert (found.change, found.reason) == (None, "unknown_maximum")


@pytest.mark.parametrize(
    ("then", "now", "change", "reason"),
    [
        ("80.5", "81.25", "0.75", ""),
        ("80", None, None, "incomplete"),
        (None, "1", None, "incomplete"),
    ],
    ids=["both", "no longer", "not yet"],
)
def test_progress_of_totals(then, now, change, reason):
    found = calculation.progress_of_totals(then and Decimal(then), now and Decimal(now), 2)
    assert (found.change, found.reason) == (change and Decimal(change), reason)


@st.composite
def two_years(draw):
    numbers = draw(st.lists(st.sampled_from("123456"), unique=True, max_size=6))
    maximum = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2)])

    def year():
        found = {}
        for number in numbers:
            most = draw(maximum)
            share = draw(st.integers(0, 4))
            found[number] = (most * share / 4, most)
        return found

    return year(), year()


@given(two_years())
def test_progress_stays_within_a_hundred_points_and_turns_with_the_years(years):
    then, now = years
    whole = Decimal(1)
    forth = calculation.progress(then, now, whole=whole, decimals=2)
    back = calculation.progress(now, then, whole=whole, decimals=2)

    assert (forth.leaves, forth.max_points, forth.reason) == (
        back.leaves,
        back.max_points,
        back.reason,
    )
    if forth.change is not None:
        assert forth.change == -back.change
        assert forth.change == forth.now - forth.then
        assert 0 <= forth.then <= 100
        assert -100 <= forth.change <= 100


@given(two_years(), st.decimals(0, 5, places=2))
def test_leaves_that_are_not_common_change_nothing(years, points):
    then, now = years
    plain = calculation.progress(then, now, whole=Decimal(3), decimals=3)
    more = calculation.progress(
        {**then, "7": (points, Decimal(5))},
        {**now, "7": (points, Decimal(6)), "8": (points, Decimal(5))},
        whole=Decimal(3),
        decimals=3,
    )
    assert more == plain


@given(st.decimals(0, 100, places=2), st.decimals("0.01", 100, places=2))
def test_enough_in_common_is_half(common, whole):
    expected = common > 0 and Fraction(common) / Fraction(whole) >= Fraction(1, 2)
    assert calculation.enough_in_common(common, whole) == expected


@given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=20))
def test_mean_of_a_total_is_the_mean(values):
    assert calculation.mean_of_total(sum(values), len(values), 2) == calculation.mean(values, 2)


# The units of two years


@pytest.fixture
def group(db):
    return new_group()


def unit_named(group, name):
    return group.authority.units.get(name=name)


def succeed(group, earlier, later, *, kind="rename", share="whole", on=NEW_YEAR):
    Succession.objects.create(
        predecessor=unit_named(group, earlier),
        successor=later and unit_named(group, later),
        kind=kind,
        share=share,
        on=on,
    )


def in_short(comparison):
    return (
        [(unit.place, unit.row.unit_name, str(unit.change)) for unit in comparison.compared],
        [(unit.row.unit_name, unit.reason) for unit in comparison.left_out],
    )


def test_places_go_by_improvement_and_equals_share_them(group):
    new_edition({"A": "50", "B": "60", "C": "70", "D": "80"}, group=group, year=2022)
    edition = new_edition({"A": "55", "B": "65", "C": "90", "D": "70"}, group=group)

    assert in_short(progress.compare(edition)) == (
        [(1, "C", "20.00"), (2, "B", "5.00"), (2, "A", "5.00"), (4, "D", "-10.00")],
        [],
    )


def test_a_renamed_unit_is_the_same_unit(group):
    new_edition({"Huyện Cũ": "50", "B": "60"}, group=group, year=2022)
    new_unit(group.authority, "Huyện Mới")
    succeed(group, "Huyện Cũ", "Huyện Mới")
    edition = new_edition({"Huyện Mới": "55", "B": "60"}, group=group)

    assert in_short(progress.compare(edition)) == (
        [(1, "Huyện Mới", "5.00"), (2, "B", "0.00")],
        [],
    )


@pytest.mark.parametrize(
    ("kind", "now", "left_out"),
    [
        ("merge", "Mới", [("Mới", "merged"), ("Cũ", "merged_into")]),
        ("split", "Mới", [("Mới", "split"), ("Cũ", "split_up")]),
        ("take_over", "Mới", [("Mới", "took_over"), ("Cũ", "changed")]),
        (None, "Mới", [("Mới", "new"), ("Cũ", "gone")]),
        ("merge", "B", [("B", "merged"), ("Cũ", "merged_into")]),
    ],
    ids=["merged", "split", "taken over", "new", "took others in"],
)
def test_another_body_is_named_and_not_compared(group, kind, now, left_out):
    new_edition({"A": "40", "B": "60", "Cũ": "50"}, group=group, year=2022)
    if now == "Mới":
        new_unit(group.authority, "Mới")
    if kind:
        succeed(group, "Cũ", now, kind=kind)
    edition = new_edition({"A": "55", now: "50"}, group=group)
    ranked = progress.compare(edition).left_out

    expected = left_out if now == "B" else [*left_out[:1], ("B", "gone"), *left_out[1:]]
    assert [(unit.row.unit_name, unit.reason) for unit in ranked] == expected


def test_functions_that_came_over_leave_the_unit_what_it_was(group):
    new_edition({"A": "40", "B": "60"}, group=group, year=2022)
    succeed(group, "A", "B", kind="take_over", share="part")
    edition = new_edition({"A": "40", "B": "60"}, group=group)

    assert len(progress.compare(edition).compared) == 2


def test_a_unit_with_its_own_maximum_then_is_compared_on_what_stayed(group):
    framework = new_framework(group, year=2022, criteria=FIELDS)
    a, b = new_unit(group.authority, "A"), new_unit(group.authority, "B")
    give_maximum(framework, a, "0", number="2")
    give_points(framework, {a: {"1": "30"}, b: TWO})
    seal(framework)
    edition = new_edition({"A": {"1": "36", "2": "40"}, "B": TWO}, group=group, criteria=FIELDS)
    comparison = progress.compare(edition)

    found = {
        unit.row.unit_name: (unit.progress.leaves, unit.progress.max_points, unit.whole)
        for unit in comparison.compared
    }
    assert found == {"A": (1, Decimal(60), Decimal(100)), "B": (2, Decimal(100), Decimal(100))}
    assert in_short(comparison)[0] == [(1, "A", "10.00"), (2, "B", "0.00")]


def test_a_criterion_that_the_method_does_not_compare_is_left_out(group):
    new_edition({"A": {"1": "30", "2": "0"}}, group=group, year=2022, criteria=FIELDS)
    edition = new_edition_with_break(group, "2", {"A": {"1": "36", "2": "40"}})
    (unit,) = progress.compare(edition).compared

    assert (unit.progress.max_points, unit.change) == (Decimal(60), Decimal("10.00"))


def new_edition_with_break(group, number, points, *, criteria=FIELDS):
    framework = new_framework(group, criteria=criteria)
    framework.criteria.filter(number=number).update(comparable=False)
    give_points(framework, {unit_named(group, name): given for name, given in points.items()})
    return seal(framework)


@pytest.mark.parametrize(
    ("number", "reason"), [("1", "too_little"), ("2", "")], ids=["40 in 100", "60 in 100"]
)
def test_less_than_half_in_common_is_not_compared(group, number, reason):
    new_edition({"A": TWO}, group=group, year=2022, criteria=FIELDS)
    edition = new_edition_with_break(group, number, {"A": TWO})
    assert progress.compare(edition).reason == reason


def test_a_total_the_method_does_not_compare_is_not_compared(group):
    new_edition({"A": "50"}, group=group, year=2022)
    edition = new_edition_with_break(group, "1", {"A": "60"}, criteria=[("1", "100")])
    assert progress.compare(edition).reason == "no_criterion"


def test_announced_totals_without_a_maximum_are_compared_by_their_index(group):
    unit = new_unit(group.authority, "A")
    for year, index in ((2022, "80"), (2023, "81.5")):
        framework = new_framework(group, year=year, origin="announced", criteria=[("1", None)])
        give_points(framework, {unit: "70"})
        announce(framework, unit, index_percent=index, rank=1)
        edition = seal(framework)
    comparison = progress.compare(edition)

    assert comparison.totals
    assert in_short(comparison) == ([(1, "A", "1.50")], [])


def test_a_part_of_a_group_gets_no_places(group):
    new_edition({"A": "50", "B": "60"}, group=group, year=2022)
    framework = new_framework(group, origin="announced")
    give_points(framework, {unit_named(group, "A"): "60"})
    announce(framework, unit_named(group, "A"), index_percent="60")
    comparison = progress.compare(seal(framework, completeness="partial"))

    assert in_short(comparison) == ([(None, "A", "10.00")], [("B", "gone")])


def test_nothing_before_is_nothing_to_compare(group):
    comparison = progress.compare(new_edition({"A": "50"}, group=group))
    assert (comparison.previous, comparison.reason) == (None, "no_previous")


def test_counts_alone_are_nothing_to_compare(group):
    new_edition({"A": "50"}, group=group, year=2022)
    framework = new_framework(group, origin="announced", classified_by="none", bands=[])
    comparison = progress.compare(seal(framework, completeness="counts"))
    assert comparison.reason == "no_rows"


def test_a_correction_is_compared_in_place_of_what_it_corrects(group):
    new_edition({"A": "50"}, group=group, year=2022)
    edition = new_edition({"A": "60"}, group=group)
    framework = Framework.objects.get(year=2022)
    open_correction(framework)
    give_points(framework, {unit_named(group, "A"): "55"})
    seal(framework)

    assert in_short(progress.compare(edition))[0] == [(1, "A", "5.00")]


# The page


def visit(client, address=PAGE):
    response = client.get(address)
    assert response.status_code == 200
    return Page(response)


@pytest.mark.usefixtures("public_sql")
def test_page_shows_whole_rows_and_says_it_in_words(client, group):
    new_edition({"Sở A": "50", "Sở B": "70", "Sở C": "90"}, group=group, year=2022)
    edition = new_edition({"Sở A": "75", "Sở B": "65", "Sở D": "90"}, group=group)
    page = visit(client)

    assert edition.year == 2023
    assert page.table("league progress")["tbody"] == [
        ["1", "Sở A", "▲ 25.00", "50.00", "75.00", "100.00 of 100.00", "3 → 2", "Trung bình → Khá"],
        ["2", "Sở B", "▼ 5.00", "70.00", "65.00", "100.00 of 100.00", "2 → 3", "Khá"],
    ]  # fmt: skip
    for sentence in (
        "Compared with 2022, 1 improved, 1 fell and 0 stayed the same.",
        "Most improved: Sở A , from 50.00% to 75.00%, up 25.00 percentage points.",
        "Largest fall: Sở B , from 70.00% to 65.00%, down 5.00 percentage points.",
        "The source gives the total of each unit alone; the method declares the totals",
        "Sở D : not in the results of 2022.",
        "Sở C : not in the results of 2023.",
        "A unit is compared if these criteria hold at least 50% of its maximum points",
        "Since 2022, 1 went up, 1 went down and 0 kept their rank.",
    ):
        assert sentence in page.text


def test_everybody_who_improved_most_is_named(client, group):
    new_edition({"Sở A": "50", "Sở B": "70"}, group=group, year=2022)
    new_edition({"Sở A": "55", "Sở B": "75"}, group=group)

    assert "Most improved: Sở B and Sở A , each up 5.00 percentage points." in visit(client).text


@pytest.mark.parametrize(
    ("year", "criteria", "sentence"),
    [
        (2021, FIELDS, "Nothing of this group has been published for 2022."),
        (2022, [("1", "60"), ("3", "40")], ""),
        (
            2022,
            [("1", "40"), ("3", "60")],
            "The criteria changed: less than 50% of the maximum",
        ),
        (2022, [("3", "40")], "No criterion of 2023 is declared comparable with 2022."),
    ],
    ids=["a gap", "enough", "another maximum", "other criteria"],
)
def test_page_says_why_years_cannot_be_compared(client, group, year, criteria, sentence):
    points = {number: "10" for number, _maximum in criteria}
    new_edition({"Sở A": points}, group=group, year=year, criteria=criteria)
    new_edition({"Sở A": TWO}, group=group, criteria=FIELDS)
    page = visit(client)

    assert ("The two years cannot be compared." in page.text) == bool(sentence)
    assert sentence in page.text
    if not sentence:
        assert "Compared on 60.00 of 100.00 points: 1 of 2 criteria." in page.text


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/song-hong/2023/so-nganh/tien-bo/", 7),
        ("/song-hong/2023/so-nganh/tien-bo.csv", 9),
        ("/song-hong/2023/so-nganh/tien-bo.json", 9),
        ("/song-hong/2023/so-nganh/tien-bo/bieu-do/thu-hang.svg", 7),
    ],
)
@pytest.mark.usefixtures("public_sql")
def test_queries_do_not_grow_with_the_units(
    client, group, django_assert_num_queries, address, queries, count
):
    for year in (2022, 2023):
        points = {f"Sở {n}": str(90 - n) for n in range(count)}
        new_edition(points, group=group, year=year)

    with django_assert_num_queries(queries):
        response = client.get(address)
    assert response.status_code == 200


def test_file_holds_the_units_that_are_not_compared_with_the_reason(client, group):
    new_edition({"Sở A": "50"}, group=group, year=2022)
    new_edition({"Sở A": "75", "Sở D": "90"}, group=group)
    found = client.get("/en/song-hong/2023/so-nganh/tien-bo.json").json()

    assert (found["comparable"], found["compared_with"]) == (True, 2022)
    short = [(row["unit"], row["place"], row["change"], row["reason"]) for row in found["results"]]
    assert short == [
        ("so-a", 1, "25.00", None),
        ("so-d", None, None, "not in the results of 2022"),
    ]


@pytest.mark.parametrize(
    "address",
    ["/song-hong/2022/so-nganh/tien-bo/", "/song-hong/2023/so-nganh/tien-bo/bieu-do/x.svg",
     "/song-hong/2023/so-nganh/tien-bo/bieu-do/thu-hang.svg"],
    ids=["no edition", "no such chart", "nobody ranked twice"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client, group, address):
    new_edition({"Sở A": "50"}, group=group)
    assert client.get(address).status_code == 404


def test_league_table_leads_to_it(client, group):
    new_edition({"Sở A": "50", "Sở B": "70"}, group=group, year=2022)
    new_edition({"Sở A": "90", "Sở B": "75"}, group=group)
    page = visit(client, "/en/song-hong/2023/so-nganh/")

    assert "Compared with 2022, 1 went up, 1 went down, 0 kept their rank." in page.text
    assert "/en/song-hong/2023/so-nganh/tien-bo/" in page.attributes("a", "href")
    version = visit(client, "/en/song-hong/2023/so-nganh/v1/")
    assert "/en/song-hong/2023/so-nganh/tien-bo/" not in version.attributes("a", "href")


def test_illustrative_data_say_so(client, group):
    group.authority.illustrative = True
    group.authority.save()
    for year in (2022, 2023):
        new_edition({"Sở A": "50"}, group=group, year=year)
    assert "Illustrative data." in visit(client).text
