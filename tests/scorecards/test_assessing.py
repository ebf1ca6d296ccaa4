from decimal import Decimal

import pytest
from django.utils.translation import override

from scorecards import assessing
from scorecards.assessing import Entry, Overtaken, Refused, Sealed, Written
from scorecards.models import Applicability, FrameworkReopening, Score
from tests.factories import (
    TREE,
    announce,
    give_maximum,
    give_points,
    leaf,
    new_authority,
    new_framework,
    new_unit,
    new_user,
    open_cards,
    seal,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def framework():
    return new_framework()


@pytest.fixture
def card(framework):
    return open_cards(framework, [new_unit(framework.authority)])[0]


def entry(card, points, *, number="1", **values):
    points = {"awarded": Decimal(points) if isinstance(points, str) else points}
    return Entry(card.pk, leaf(card.framework, number).pk, points, **values)


def awarded():
    return {
        (score.scorecard.unit.name, score.criterion.number): score.awarded
        for score in Score.objects.select_related("scorecard__unit", "criterion")
    }


@pytest.mark.parametrize(
    ("points", "kind", "max_points", "decimals", "expected"),
    [
        ("0", "appraised", "2", 2, None),
        ("2", "appraised", "2", 2, None),
        ("2.01", "appraised", "2", 2, "points from 0.00 to 2.00 are wanted."),
        ("-0.01", "survey", "2", 2, "points from 0.00 to 2.00 are wanted."),
        ("1.25", "appraised", "2", 2, None),
        ("1.255", "appraised", "2", 2, "points have at most 2 decimals."),
        ("1.255", "appraised", "2", 3, None),
        ("1.2500", "appraised", "2", 2, None),
        (
            "0",
            "appraised",
            "0",
            2,
            "this criterion does not apply to the unit; leave the cell empty.",
        ),
        ("98.98", "appraised", None, 2, None),
        ("-1", "appraised", None, 2, "points from 0.00 up are wanted."),
        ("-5", "penalty", "-5", 2, None),
        ("0", "penalty", "-5", 2, None),
        ("-5.01", "penalty", "-5", 2, "points from -5.00 to 0.00 are wanted."),
        ("1", "penalty", "-5", 2, "points from -5.00 to 0.00 are wanted."),
        ("-40", "penalty", None, 2, None),
        ("0.5", "penalty", None, 2, "points up to 0.00 are wanted."),
        ("3", "bonus", "2", 2, "points from 0.00 to 2.00 are wanted."),
    ],
)
def test_objection_to_points(points, kind, max_points, decimals, expected):
    with override("en"):
        objection = assessing.objection_to_points(
            Decimal(points),
            kind=kind,
            max_points=None if max_points is None else Decimal(max_points),
            decimals=decimals,
        )
    assert objection == expected


def test_open_scorecards_keeps_those_that_stand(framework, card):
    other = new_unit(framework.authority, "Sở Y tế")
    cards = assessing.open_scorecards(framework, [card.unit, other])

    assert {unit: found.unit.name for unit, found in cards.items()} == {
        card.unit_id: "Sở Tài chính",
        other.pk: "Sở Y tế",
    }
    assert cards[card.unit_id] == card


@pytest.mark.parametrize("foreign", ["authority", "kind"])
def test_open_scorecards_refuses_a_unit_of_another_group(framework, foreign):
    authority = new_authority("khac") if foreign == "authority" else framework.authority
    kind = "district" if foreign == "kind" else "agency"
    own, unit = new_unit(framework.authority, "Sở Y tế"), new_unit(authority, "Bắc Sông", kind=kind)
    with pytest.raises(Refused):
        assessing.open_scorecards(framework, [own, unit])

    assert list(framework.scorecards.all()) == []


def test_first_score_locks_the_framework(framework, card):
    written = assessing.enter(framework, [entry(card, "88.5")])

    framework.refresh_from_db()
    assert (written, framework.state) == (Written(added=1, changed=0, unchanged=0), "scoring")


def test_empty_entries_lock_nothing(framework, card):
    written = assessing.enter(framework, [entry(card, None)])

    framework.refresh_from_db()
    assert (written, framework.state) == (Written(added=0, changed=0, unchanged=1), "setup")
    assert awarded() == {}


def test_enter_tells_new_changed_and_unchanged_apart():
    framework = new_framework(criteria=TREE)
    (card,) = open_cards(framework, [new_unit(framework.authority)])
    lan, mai = new_user("lan"), new_user("mai")
    assessing.enter(
        framework, [entry(card, "30", number="1.1"), entry(card, "15", number="1.2")], by=lan
    )
    written = assessing.enter(
        framework,
        [
            entry(card, "30", number="1.1"),
            entry(card, "16", number="1.2"),
            entry(card, "20", number="2"),
        ],
        by=mai,
    )

    assert written == Written(added=1, changed=1, unchanged=1)
    assert {
        score.criterion.number: (score.awarded, score.changed_by.username)
        for score in Score.objects.select_related("criterion", "changed_by")
    } == {"1.1": (30, "lan"), "1.2": (16, "mai"), "2": (20, "mai")}


def test_enter_can_empty_a_score(framework, card):
    assessing.enter(framework, [entry(card, "88.5")])
    assessing.enter(framework, [entry(card, None)])

    assert awarded() == {("Sở Tài chính", "1"): None}


def test_zero_is_a_score_and_not_an_empty_one(framework, card):
    assessing.enter(framework, [entry(card, "0")])

    assert awarded() == {("Sở Tài chính", "1"): Decimal(0)}


def test_enter_writes_all_or_nothing(framework, card):
    (other,) = open_cards(framework, [new_unit(framework.authority, "Sở Y tế")])
    with pytest.raises(Refused, match="1: "):
        assessing.enter(framework, [entry(card, "88.5"), entry(other, "100.5")])

    framework.refresh_from_db()
    assert (awarded(), framework.state) == ({}, "setup")


@pytest.mark.parametrize("where", ["branch", "criterion", "scorecard"])
def test_enter_refuses_what_is_not_of_the_framework(where):
    framework = new_framework(criteria=TREE)
    (card,) = open_cards(framework, [new_unit(framework.authority)])
    other = new_framework(framework.group, year=2024)
    (other_card,) = open_cards(other, [card.unit])
    wrong = {
        "branch": entry(card, "1", number="1"),
        "criterion": Entry(card.pk, leaf(other).pk, {"awarded": Decimal(1)}),
        "scorecard": Entry(other_card.pk, leaf(framework, "2").pk, {"awarded": Decimal(1)}),
    }[where]
    with pytest.raises(Refused):
        assessing.enter(framework, [entry(card, "20", number="2"), wrong])

    assert awarded() == {}


@pytest.mark.parametrize(
    ("seen", "wanted", "stands"),
    [
        (Decimal("50"), "70", None),
        (Decimal("60"), "70", "70"),
        (Decimal("50"), "60", "60"),
        (None, "70", None),
    ],
    ids=["changed since", "as it was read", "the same wish", "was empty then"],
)
def test_enter_is_refused_when_overtaken(framework, card, seen, wanted, stands):
    (other,) = open_cards(framework, [new_unit(framework.authority, "Sở Y tế")])
    assessing.enter(framework, [entry(card, "60")], by=new_user("lan"))
    entries = [entry(other, "40", seen=(None,)), entry(card, wanted, seen=(seen,))]

    if stands is None:
        with pytest.raises(Overtaken) as caught:
            assessing.enter(framework, entries)
        assert [
            (score.scorecard.unit.name, score.awarded, score.changed_by.username)
            for score in caught.value.scores
        ] == [("Sở Tài chính", Decimal(60), "lan")]
        assert awarded() == {("Sở Tài chính", "1"): Decimal(60)}
    else:
        assessing.enter(framework, entries)
        assert awarded() == {
            ("Sở Tài chính", "1"): Decimal(stands),
            ("Sở Y tế", "1"): Decimal(40),
        }


def test_enter_sees_that_a_score_was_emptied(framework, card):
    assessing.enter(framework, [entry(card, "60")])
    assessing.enter(framework, [entry(card, None)])
    with pytest.raises(Overtaken):
        assessing.enter(framework, [entry(card, "70", seen=(Decimal(60),))])

    assert awarded() == {("Sở Tài chính", "1"): None}


def test_enter_goes_by_the_unit_s_own_maximum(framework, card):
    (other,) = open_cards(framework, [new_unit(framework.authority, "Sở Y tế")])
    assessing.set_maxima(
        framework, {(card.pk, leaf(framework).pk): Decimal("71.5")}, reason="nguồn không nêu"
    )
    assessing.enter(framework, [entry(card, "71.5"), entry(other, "72")])
    with pytest.raises(Refused):
        assessing.enter(framework, [entry(card, "72")])

    assert awarded() == {("Sở Tài chính", "1"): Decimal("71.5"), ("Sở Y tế", "1"): Decimal(72)}


def test_enter_refuses_points_where_nothing_applies(framework, card):
    give_maximum(framework, card.unit, "0")
    with pytest.raises(Refused):
        assessing.enter(framework, [entry(card, "0")])


def test_set_maxima_tells_new_changed_and_unchanged_apart(framework, card):
    other, third = open_cards(
        framework, [new_unit(framework.authority, name) for name in ("Sở Y tế", "Sở Nội vụ")]
    )
    number = leaf(framework).pk
    old = {(card.pk, number): Decimal(90), (other.pk, number): Decimal(80)}
    assessing.set_maxima(framework, old, reason="lần đầu")
    written = assessing.set_maxima(
        framework,
        {**old, (other.pk, number): Decimal(0), (third.pk, number): Decimal(70)},
        reason="lần sau",
    )

    assert written == Written(added=1, changed=1, unchanged=1)
    assert {
        row.scorecard.unit.name: (row.max_points, row.reason)
        for row in Applicability.objects.select_related("scorecard__unit")
    } == {
        "Sở Tài chính": (90, "lần đầu"),
        "Sở Y tế": (0, "lần sau"),
        "Sở Nội vụ": (70, "lần sau"),
    }


@pytest.mark.parametrize("unit_count", [2, 30])
def test_enter_costs_the_same_whatever_the_number_of_units(
    django_assert_num_queries, framework, unit_count
):
    units = [new_unit(framework.authority, f"Sở {n}", slug=f"so-{n}") for n in range(unit_count)]
    cards = open_cards(framework, units)
    entries = [entry(card, "50") for card in cards]
    with django_assert_num_queries(9):
        assessing.enter(framework, entries)


def test_record_announced_stores_what_a_source_printed():
    framework = new_framework(origin="announced")
    announce(
        framework,
        new_unit(framework.authority),
        index_percent="96.85",
        rank=1,
        class_name="Tốt",
    )

    card = framework.scorecards.get()
    assert (card.announced_index_percent, card.announced_rank, card.announced_class_name) == (
        Decimal("96.85"),
        1,
        "Tốt",
    )


def test_record_announced_leaves_a_computed_framework_alone(framework, card):
    with pytest.raises(Refused):
        assessing.record_announced(framework, {card.pk: {"rank": 1}})

    assert framework.scorecards.get().announced_rank is None


def open_a_scorecard(framework):
    assessing.open_scorecards(framework, [new_unit(framework.authority, "Sở Y tế")])


def enter_points(framework):
    assessing.enter(framework, [entry(framework.scorecards.get(), "70")])


def set_a_maximum(framework):
    key = (framework.scorecards.get().pk, leaf(framework).pk)
    assessing.set_maxima(framework, {key: Decimal(90)}, reason="…")


def record_a_rank(framework):
    assessing.record_announced(framework, {framework.scorecards.get().pk: {"rank": 1}})


def reopen(framework):
    assessing.reopen(framework, reason="nhầm", by=new_user("lan"))


@pytest.mark.parametrize(
    "change", [open_a_scorecard, enter_points, set_a_maximum, record_a_rank, reopen]
)
def test_nothing_is_written_after_sealing(framework, change):
    give_points(framework, {new_unit(framework.authority): "88.5"})
    seal(framework)
    with pytest.raises(Sealed):
        change(framework)


def test_reopen_lets_the_structure_change_and_keeps_who_and_why(framework, card):
    assessing.enter(framework, [entry(card, "88.5")])
    lan = new_user("lan")
    assessing.reopen(framework, reason="  sai điểm tối đa ", by=lan)
    framework.criteria.update(max_points=95)

    framework.refresh_from_db()
    assert framework.state == "setup"
    assert list(FrameworkReopening.objects.values_list("reason", "by")) == [
        ("sai điểm tối đa", lan.pk)
    ]
    assert awarded() == {("Sở Tài chính", "1"): Decimal("88.5")}


def test_reopened_framework_locks_with_the_next_change(framework, card):
    assessing.enter(framework, [entry(card, "88.5")])
    assessing.reopen(framework, reason="sai điểm tối đa", by=new_user("lan"))
    assessing.enter(framework, [entry(card, "87.5")])

    framework.refresh_from_db()
    assert (framework.state, awarded()) == ("scoring", {("Sở Tài chính", "1"): Decimal("87.5")})


@pytest.mark.parametrize("reason", ["", "  "])
def test_reopen_wants_a_reason(framework, card, reason):
    assessing.enter(framework, [entry(card, "88.5")])
    with pytest.raises(Refused):
        assessing.reopen(framework, reason=reason, by=new_user("lan"))

    framework.refresh_from_db()
    assert framework.state == "scoring"


def test_copy_to_next_year_takes_rules_tree_and_bands_and_no_scores():
    framework = new_framework(
        criteria=[*TREE, ("3", "2", "bonus"), ("4", "-5", "penalty")],
        decimals=3,
        rank_on="exact",
        cap_percent=100,
    )
    give_points(framework, {new_unit(framework.authority): {"2": "9"}})
    copy = assessing.copy_to_next_year(framework)

    copy.refresh_from_db()
    assert (copy.group, copy.year, copy.title, copy.state) == (
        framework.group,
        2024,
        "Chỉ số năm 2024",
        "setup",
    )
    assert (copy.decimals, copy.rank_on, copy.cap_percent) == (3, "exact", 100)
    assert [
        (row.number, row.parent and row.parent.number, row.kind, row.max_points, row.previous)
        for row in copy.criteria.order_by("position")
    ] == [
        ("1", None, "appraised", 60, leaf(framework, "1")),
        ("1.1", "1", "appraised", 40, leaf(framework, "1.1")),
        ("1.2", "1", "appraised", 20, leaf(framework, "1.2")),
        ("2", None, "survey", 40, leaf(framework, "2")),
        ("3", None, "bonus", 2, leaf(framework, "3")),
        ("4", None, "penalty", -5, leaf(framework, "4")),
    ]
    assert list(copy.bands.values_list("position", "name", "floor")) == [
        (1, "Tốt", 80),
        (2, "Khá", 65),
        (3, "Trung bình", None),
    ]
    assert list(copy.scorecards.all()) == []
    assert framework.bands.count() == 3


def test_copy_to_next_year_is_made_once(framework):
    assessing.copy_to_next_year(framework)
    with pytest.raises(Refused):
        assessing.copy_to_next_year(framework)
