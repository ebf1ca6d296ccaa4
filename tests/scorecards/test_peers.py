from decimal import Decimal

import pytest

from scorecards import peers
from scorecards.peers import Group
from scorecards.rehearsing import rehearse
from tests.factories import (
    TREE,
    announce,
    give_maximum,
    give_points,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    seal,
)

pytestmark = pytest.mark.django_db

# 1.1 of 40, 1.2 of 20, 2 of 40 points
FULL = {"1.1": "40", "1.2": "20", "2": "40"}
NUMBERS = ["1", "1.1", "2"]


def points(first, second, survey):
    return {"1.1": first, "1.2": second, "2": survey}


def tree_edition(cards, **values):
    return new_edition(cards, criteria=TREE, **values)


def profile_of(edition, name):
    result = edition.results.get(unit_name=name)
    return peers.profile(edition, list(result.details.all()))


@pytest.mark.parametrize(
    ("surveys", "median", "best", "median_lost"),
    [
        (["30"], "75.00", "75", "10.00"),
        (["30", "20", "40"], "75.00", "100", "10.00"),
        (["30", "20", "40", "10"], "62.50", "100", "15.00"),
        (["30", "30", "31", "0"], "75.00", "77.5", "10.00"),
    ],
    ids=["alone", "odd", "even", "equal in the middle"],
)
def test_groups_are_exact(surveys, median, best, median_lost):
    edition = tree_edition(
        {f"Sở {n}": points("40", "20", survey) for n, survey in enumerate(surveys)}
    )

    assert peers.groups(edition, ["2"]) == {
        "2": Group(Decimal(median), Decimal(best), Decimal(median_lost))
    }


def test_median_of_a_middle_that_is_no_number_of_the_column_is_rounded_half_up():
    edition = tree_edition({"Sở A": points("40", "20", "0.02"), "Sở B": points("40", "20", "0.05")})
    (group,) = peers.groups(edition, ["2"]).values()

    # between 0.05 and 0.13 percent as shown, between 39.98 and 39.95 points
    assert (group.median, group.median_lost) == (Decimal("0.09"), Decimal("39.97"))


def test_what_does_not_apply_counts_for_nobody():
    framework = new_framework(criteria=TREE)
    units = [new_unit(framework.authority, f"Sở {n}") for n in range(3)]
    give_points(
        framework,
        {
            units[0]: points("40", "20", "10"),
            units[1]: points("40", "20", "30"),
            units[2]: points("40", "20", None),
        },
    )
    give_maximum(framework, units[2], "0", number="2")
    edition = seal(framework)

    assert peers.groups(edition, ["2"]) == {
        "2": Group(Decimal("50.00"), Decimal("75"), Decimal("20.00"))
    }


def test_groups_of_a_part_are_unknown():
    framework = new_framework(criteria=TREE, origin="announced")
    unit = new_unit(framework.authority)
    give_points(framework, {unit: FULL})
    announce(framework, unit, index_percent="100")
    edition = seal(framework, completeness="partial")

    assert peers.groups(edition, NUMBERS) == {}
    assert peers.totals(edition).median is None
    assert peers.profile(edition, list(edition.results.get().details.all())) is None


def test_totals():
    edition = new_edition({"Sở A": "90", "Sở B": "80", "Sở C": "71", "Sở D": "70"})

    assert peers.totals(edition) == peers.Totals(units=4, ranked=4, median=Decimal("75.50"))


def test_profile_sets_every_field_against_the_group():
    edition = tree_edition(
        {
            "Sở A": points("40", "20", "20"),
            "Sở B": points("20", "10", "40"),
            "Sở C": points("34", "17", "30"),
        }
    )
    first, second = profile_of(edition, "Sở B").fields

    assert (first.number, first.index_percent, first.median, first.best, first.ahead) == (
        "1",
        Decimal("50"),
        Decimal("85"),
        Decimal("100"),
        Decimal("-35"),
    )
    assert (first.lost, first.max_points) == (30, 60)
    assert (second.number, second.ahead, second.lost) == ("2", Decimal("25"), 0)


def test_losses_are_leaves_the_heaviest_first_then_as_they_stand():
    edition = tree_edition(
        {"Sở A": points("38", "18", "30"), "Sở B": FULL, "Sở C": points("37", "20", "35")}
    )
    losses = profile_of(edition, "Sở A").losses

    assert [(row.number, row.lost, row.median_lost) for row in losses] == [
        ("2", 10, 5),
        ("1.1", 2, 2),
        ("1.2", 2, 0),
    ]
    assert [row.field_title for row in losses] == ["Tiêu chí 2", "Tiêu chí 1", "Tiêu chí 1"]
    assert profile_of(edition, "Sở B").losses == ()


def test_losses_are_few_and_leave_out_bonus_and_penalty():
    leaves = [(f"{n}", "10") for n in range(1, 8)]
    edition = new_edition(
        {"Sở A": {f"{n}": str(n) for n in range(1, 8)}},
        criteria=[*leaves, ("8", "5", "bonus"), ("9", "-5", "penalty")],
    )

    assert [row.number for row in profile_of(edition, "Sở A").losses] == ["1", "2", "3", "4", "5"]
    assert [row.number for row in profile_of(edition, "Sở A").fields] == list("1234567")


@pytest.mark.parametrize(
    ("criteria", "given"),
    [([("1", "100")], {"1": "90"}), ([("1", "100"), ("1.1", "100")], {"1.1": "90"})],
    ids=["a leaf", "a branch of one leaf"],
)
def test_edition_of_totals_has_no_profile(criteria, given):
    assert profile_of(new_edition({"Sở A": given}, criteria=criteria), "Sở A") is None


def test_unit_to_which_nothing_applies_has_no_profile():
    framework = new_framework(criteria=TREE)
    known, idle = (new_unit(framework.authority, name) for name in ("Sở A", "Sở B"))
    give_points(framework, {known: FULL})
    for number in FULL:
        give_maximum(framework, idle, "0", number=number)
    edition = seal(framework)

    assert profile_of(edition, "Sở B") is None
    assert profile_of(edition, "Sở A").fields[0].median == 100


def test_draft_has_the_profile_it_will_be_sealed_with():
    framework = new_framework(criteria=TREE)
    units = [new_unit(framework.authority, f"Sở {n}") for n in range(4)]
    give_points(
        framework,
        {unit: points(str(30 + n), str(15 - n), "25.5") for n, unit in enumerate(units)},
    )
    rehearsal = rehearse(framework)
    draft = peers.profile_of_draft(rehearsal.edition, rehearsal.details, units[1].pk)

    assert draft == profile_of(seal(framework), "Sở 1")


@pytest.mark.parametrize("count", [1, 3])
def test_profile_costs_one_query_whatever_the_units(django_assert_num_queries, count):
    edition = tree_edition({f"Sở {n}": points("30", "10", "20") for n in range(count)})
    details = list(edition.results.first().details.all())

    with django_assert_num_queries(1):
        assert len(peers.profile(edition, details).fields) == 2


def test_new_group_is_empty():
    assert peers.groups(new_edition({"Sở A": "90"}, group=new_group()), []) == {}
