from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from units.lineage import Life, Link, chain, living_heirs, predecessors, successors

MARCH = date(2025, 3, 1)
JULY = date(2025, 7, 1)


def rename(earlier, later, on=JULY):
    return Link(earlier, later, "rename", "whole", on)


def merge(earlier, later, on=JULY, share="whole"):
    return Link(earlier, later, "merge", share, on)


def split(earlier, later, on=JULY):
    return Link(earlier, later, "split", "part", on)


def take_over(earlier, later, on=JULY, share="part"):
    return Link(earlier, later, "take_over", share, on)


def dissolve(unit, on=JULY):
    return Link(unit, None, "dissolve", "whole", on)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([], {1}),
        ([rename(8, 9)], {1}),
        ([rename(1, 2)], {2}),
        ([rename(1, 2, MARCH), merge(2, 3)], {3}),
        ([split(1, 2), split(1, 3)], {2, 3}),
        ([split(1, 2, MARCH), split(1, 3, MARCH), merge(2, 4), merge(3, 4)], {4}),
        ([split(1, 2, MARCH), split(1, 3, MARCH), dissolve(3)], {2}),
        ([dissolve(1)], set()),
        ([take_over(1, 2)], {1, 2}),
        ([take_over(1, 2, MARCH), rename(1, 3)], {2, 3}),
        ([take_over(1, 2, share="whole")], {2}),
        ([merge(2, 1)], {1}),
    ],
    ids=[
        "no link at all",
        "links of others",
        "renamed",
        "renamed, then merged",
        "split in two",
        "split, then merged again",
        "split, one half dissolved",
        "dissolved",
        "gave some functions away and lives on",
        "gave some functions away, then renamed",
        "gave all functions away",
        "took another in",
    ],
)
def test_living_heirs(links, expected):
    assert living_heirs(links, 1) == expected


@pytest.mark.parametrize(
    ("links", "before", "after"),
    [
        ([], (), ()),
        ([rename(8, 5, MARCH), rename(5, 9)], (8,), (9,)),
        ([merge(3, 5), merge(1, 5), merge(2, 5, MARCH)], (2, 1, 3), ()),
        ([split(5, 7), split(5, 6)], (), (6, 7)),
        ([dissolve(5)], (), ()),
    ],
    ids=["none", "one each", "the earliest first", "split in two", "dissolved"],
)
def test_predecessors_and_successors(links, before, after):
    assert predecessors(links, 5) == before
    assert successors(links, 5) == after


def test_commune_renamed_is_one_chain():
    dak_o, dak_o_with_breve = 1, 2
    links = [rename(dak_o, dak_o_with_breve)]

    line = (Life(dak_o), Life(dak_o_with_breve, since=JULY))

    assert chain(links, dak_o) == line
    assert chain(links, dak_o_with_breve) == line


def test_agency_that_merged_and_kept_its_name_is_a_chain_with_a_break():
    construction_2020, transport_2020, construction_2025 = 1, 2, 3
    links = [
        merge(transport_2020, construction_2025, MARCH),
        merge(construction_2020, construction_2025, MARCH),
    ]
    names = {1: "Sở Xây dựng", 2: "Sở Giao thông vận tải", 3: "Sở Xây dựng"}

    line = (Life(construction_2020), Life(construction_2025, since=MARCH, break_before=True))

    assert chain(links, construction_2025, names) == line
    assert chain(links, construction_2020, names) == line
    assert chain(links, transport_2020, names) == (Life(transport_2020),)
    assert predecessors(links, construction_2025) == (construction_2020, transport_2020)


def test_commune_split_in_two_ends_its_chain_and_shows_two_successors():
    links = [split(1, 2), split(1, 3)]

    assert chain(links, 1) == (Life(1),)
    assert successors(links, 1) == (2, 3)
    assert living_heirs(links, 1) == {2, 3}


def test_commune_split_in_two_goes_on_broken_under_its_name():
    links = [split(1, 2), split(1, 3)]
    names = {1: "Xã Tân Lập", 2: "Xã Tân Lập", 3: "Xã Tân Hòa"}

    assert chain(links, 1, names) == (
        Life(1),
        Life(2, since=JULY, break_before=True),
    )


def test_merger_of_three_begins_a_chain_and_shows_three_predecessors():
    links = [merge(1, 4), merge(2, 4), merge(3, 4)]
    names = {1: "Xã A", 2: "Xã B", 3: "Xã C", 4: "Xã D"}

    assert [life.unit_id for life in chain(links, 4, names)] == [4]
    assert [chain(links, unit, names) for unit in (1, 2, 3)] == [
        (Life(1),),
        (Life(2),),
        (Life(3),),
    ]
    assert predecessors(links, 4) == (1, 2, 3)
    assert [living_heirs(links, unit) for unit in (1, 2, 3)] == [{4}, {4}, {4}]


@pytest.mark.parametrize(
    ("links", "names", "expected"),
    [
        (
            [Link(1, 2, "move", "whole", JULY)],
            {},
            (Life(1), Life(2, since=JULY)),
        ),
        (
            [rename(1, 2, MARCH), rename(2, 3)],
            {},
            (Life(1), Life(2, since=MARCH), Life(3, since=JULY)),
        ),
        (
            [rename(1, 2), merge(9, 2)],
            {},
            (Life(1), Life(2, since=JULY, break_before=True)),
        ),
        (
            [rename(1, 2), take_over(1, 9)],
            {},
            (Life(1), Life(2, since=JULY, break_before=True)),
        ),
        (
            [take_over(9, 1, MARCH), rename(1, 2)],
            {},
            (Life(1, changed_on=(MARCH,)), Life(2, since=JULY)),
        ),
        (
            [rename(1, 2, MARCH), take_over(9, 2)],
            {},
            (Life(1), Life(2, since=MARCH, changed_on=(JULY,))),
        ),
        (
            [rename(1, 2), split(1, 9, MARCH)],
            {},
            (Life(1, changed_on=(MARCH,)), Life(2, since=JULY)),
        ),
        ([Link(1, 2, "rename", "part", JULY)], {}, (Life(1),)),
        ([merge(1, 2)], {}, (Life(1),)),
        ([merge(1, 2)], {1: "Sở A", 2: "Sở B"}, (Life(1),)),
        ([merge(1, 2)], {1: "Sở A", 2: "Sở A"}, (Life(1), Life(2, since=JULY, break_before=True))),
        ([merge(1, 3), merge(2, 3)], {1: "Xã A", 2: "Xã A", 3: "Xã A"}, (Life(1),)),
        (
            [rename(1, 3), merge(2, 3)],
            {1: "Xã A", 2: "Xã B", 3: "Xã B"},
            (Life(1), Life(3, since=JULY, break_before=True)),
        ),
        (
            [rename(1, 2), split(1, 3)],
            {1: "Xã A", 2: "Xã B", 3: "Xã A"},
            (Life(1), Life(2, since=JULY, break_before=True)),
        ),
        ([dissolve(1)], {1: "Sở A"}, (Life(1),)),
    ],
    ids=[
        "moved to another authority",
        "renamed twice",
        "renamed while another came in",
        "renamed while a part went out",
        "took functions over before it was renamed",
        "took functions over after it was renamed",
        "gave a part away before it was renamed",
        "a part under another name",
        "merged, names not given",
        "merged into a unit of another name",
        "merged into a unit of the same name",
        "two of the same name merged into a third",
        "a rename weighs more than the name of what came in",
        "a rename weighs more than the name of what went out",
        "dissolved",
    ],
)
def test_chain(links, names, expected):
    assert chain(links, 1, names) == expected


def test_links_given_twice_count_once():
    assert chain([rename(1, 2), rename(1, 2)], 1) == (Life(1), Life(2, since=JULY))
    assert predecessors([rename(1, 2), rename(1, 2)], 2) == (1,)


@pytest.mark.parametrize(
    "links",
    [
        [rename(1, 1)],
        [rename(1, 2), rename(2, 1)],
        [rename(1, 2), rename(2, 3), rename(3, 1)],
    ],
    ids=["itself", "two", "three"],
)
@pytest.mark.parametrize("follow", [living_heirs, chain])
def test_cycle_is_refused(follow, links):
    with pytest.raises(ValueError, match="unit 1 succeeds itself: 1 → "):
        follow(links, 1)


def test_cycle_beyond_the_unit_is_refused():
    with pytest.raises(ValueError, match="unit 2 succeeds itself: 1 → 2 → 3 → 2"):
        living_heirs([merge(1, 2), merge(2, 3), merge(3, 2)], 1)


def test_cycle_among_others_is_their_own_affair():
    links = [rename(1, 2), rename(8, 9), rename(9, 8)]

    assert living_heirs(links, 1) == {2}
    assert chain(links, 1) == (Life(1), Life(2, since=JULY))


@st.composite
def histories(draw):
    """Links from lower to higher ids only, as time gives them."""
    kinds = st.sampled_from(["merge", "split", "rename", "move", "take_over"])
    pairs = draw(
        st.sets(st.tuples(st.integers(1, 8), st.integers(1, 8)).filter(lambda p: p[0] < p[1]))
    )
    return [
        Link(
            earlier,
            later,
            draw(kinds),
            draw(st.sampled_from(["whole", "part"])),
            date(2000 + later, 1, 1),
        )
        for earlier, later in sorted(pairs)
    ]


NAMES = st.dictionaries(st.integers(1, 8), st.sampled_from("AB"))


@given(histories(), NAMES, st.integers(1, 8))
def test_every_life_of_a_chain_returns_the_same_chain(links, names, unit):
    line = chain(links, unit, names)

    assert unit in [life.unit_id for life in line]
    assert [chain(links, life.unit_id, names) for life in line] == [line] * len(line)


@given(histories(), NAMES, st.integers(1, 8), st.randoms(use_true_random=False))
def test_order_of_links_does_not_matter(links, names, unit, random):
    shuffled = random.sample(links, len(links))

    assert chain(shuffled, unit, names) == chain(links, unit, names)
    assert living_heirs(shuffled, unit) == living_heirs(links, unit)
    assert predecessors(shuffled, unit) == predecessors(links, unit)
    assert successors(shuffled, unit) == successors(links, unit)


@given(histories(), st.integers(1, 8))
def test_heirs_are_alive(links, unit):
    heirs = living_heirs(links, unit)

    assert heirs
    assert [heir for heir in heirs if heir not in living_heirs(links, heir)] == []
