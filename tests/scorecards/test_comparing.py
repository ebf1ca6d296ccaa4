import pytest

from scorecards import comparing
from scorecards.comparing import Appearance, LeftOut, Listed

AGENCIES_2023 = Listed(1, 2023, "so-nganh", "Sở, ngành", 1)
DISTRICTS_2023 = Listed(2, 2023, "cap-huyen", "Cấp huyện", 2)
AGENCIES_2022 = Listed(3, 2022, "so-nganh", "Sở, ngành", 1)
EDITIONS = [AGENCIES_2023, DISTRICTS_2023, AGENCIES_2022]
HELD = {1: "abcde", 2: "xy", 3: "abf"}
NAMES = {letter: letter.upper() for letter in "abcdefxyz"}


def choose(asked, **changes):
    return comparing.choose(
        list(asked),
        **{
            "names": NAMES,
            "appearances": [Appearance(unit, pk) for pk, units in HELD.items() for unit in units],
            "editions": EDITIONS,
            **changes,
        },
    )


@pytest.mark.parametrize(
    ("asked", "narrowed", "edition", "units"),
    [
        ("", {}, AGENCIES_2023, ""),
        ("", {"group": "cap-huyen"}, DISTRICTS_2023, ""),
        ("", {"year": 2022}, AGENCIES_2022, ""),
        ("ba", {}, AGENCIES_2023, "ba"),
        ("ba", {"year": 2022}, AGENCIES_2022, "ba"),
        ("af", {}, AGENCIES_2022, "af"),
        ("x", {}, DISTRICTS_2023, "x"),
        ("ax", {}, AGENCIES_2023, "a"),
        ("xa", {}, DISTRICTS_2023, "x"),
        ("axy", {}, DISTRICTS_2023, "xy"),
        ("ab", {"group": "cap-huyen"}, DISTRICTS_2023, ""),
    ],
    ids=[
        "nobody: the newest, first group",
        "nobody in a group",
        "nobody in a year",
        "the newest that holds all",
        "a year",
        "an older one that holds all",
        "one",
        "two groups: that of the first",
        "two groups the other way",
        "two groups: that of most",
        "a group without them",
    ],
)
def test_edition_is_the_newest_that_holds_most(asked, narrowed, edition, units):
    choice = choose(asked, **narrowed)

    assert (choice.edition, choice.units, choice.nothing_there) == (edition, tuple(units), False)


@pytest.mark.parametrize(
    ("asked", "narrowed", "left_out"),
    [
        ("ab", {}, []),
        (["a", "không có"], {}, [LeftOut("không có", "unknown")]),
        ("abcde", {}, [LeftOut("E", "beyond_four")]),
        (["?", *"abcde"], {}, [LeftOut("?", "unknown"), LeftOut("E", "beyond_four")]),
        ("az", {}, [LeftOut("Z", "unpublished")]),
        ("abx", {}, [LeftOut("X", "other_group", ("Cấp huyện",))]),
        ("cf", {}, [LeftOut("F", "other_year", (2022,))]),
        ("ac", {"year": 2022}, [LeftOut("C", "other_year", (2023,))]),
    ],
    ids=[
        "nobody",
        "unknown",
        "a fifth",
        "the unknown take no place",
        "never published",
        "another group",
        "another year",
        "another year than asked",
    ],
)
def test_whoever_is_left_out_is_told_why(asked, narrowed, left_out):
    assert list(choose(asked, **narrowed).left_out) == left_out


def test_unit_named_twice_is_compared_once():
    choice = choose("aba")

    assert (choice.units, choice.repeated) == (("a", "b"), ("A",))


@pytest.mark.parametrize(
    ("narrowed", "edition"),
    [
        ({"year": 2019}, AGENCIES_2023),
        ({"year": 2022, "group": "cap-huyen"}, DISTRICTS_2023),
        ({"group": "cap-xa"}, AGENCIES_2023),
    ],
)
def test_another_edition_stands_in_where_there_is_none(narrowed, edition):
    choice = choose("", **narrowed)

    assert (choice.edition, choice.nothing_there) == (edition, True)


def test_nothing_published_has_no_edition():
    choice = choose("ab", editions=[], appearances=[])

    assert (choice.edition, choice.units) == (None, ())
    assert [row.why for row in choice.left_out] == ["unpublished", "unpublished"]
