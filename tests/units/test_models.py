import datetime
import re

import pytest
from django.db import IntegrityError

from scorecards.urls import urlpatterns
from tests.factories import new_authority, new_group, new_unit
from units.models import RESERVED_SLUGS, Authority, Succession, Unit, UnitAlias, UnitGroup

pytestmark = pytest.mark.django_db

MARCH = datetime.date(2025, 3, 1)
JUNE = datetime.date(2025, 6, 30)
JULY = datetime.date(2025, 7, 1)


@pytest.mark.parametrize("slug", RESERVED_SLUGS)
def test_authority_slug_is_not_a_word_of_the_portal(slug):
    with pytest.raises(IntegrityError, match="authority_slug_is_not_a_word_of_the_portal"):
        new_authority(slug)


def test_reserved_slugs_cover_every_first_word_of_the_portal():
    first_words = {re.split(r"[/.]", str(route.pattern))[0] for route in urlpatterns}
    own = {word for word in first_words if word and "<" not in word}

    assert own == {
        "api",
        "ban-nhap",
        "dang-nhap",
        "dang-xuat",
        "du-lieu",
        "tim-hieu",
        "tim-kiem",
        "tin",
        "xac-minh",
    }
    assert own | {"en", "quan-tri", "static"} <= set(RESERVED_SLUGS)


def test_authority_starts_before_it_ends():
    with pytest.raises(IntegrityError, match="authority_starts_before_it_ends"):
        new_authority(starts_on=JULY, ends_on=JUNE)


def test_authority_may_live_for_one_day():
    assert new_authority(starts_on=JULY, ends_on=JULY).pk


def test_authority_does_not_succeed_itself():
    authority = new_authority()
    with pytest.raises(IntegrityError, match="authority_does_not_succeed_itself"):
        Authority.objects.update(successor=authority)


def test_authorities_stand_by_the_vietnamese_alphabet_and_the_invented_last():
    for slug, place in [("dong-nai", "Đồng Nai"), ("gia-lai", "Gia Lai"), ("da-lat", "Dà Lạt")]:
        new_authority(slug, place=place)
    new_authority("an-minh-hoa", place="An Minh Họa", illustrative=True)

    assert list(Authority.objects.values_list("place", flat=True)) == [
        "Dà Lạt",
        "Đồng Nai",
        "Gia Lai",
        "An Minh Họa",
    ]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"slug": "so-nganh"}, "unit_group_slug_is_unique_within_authority"),
        ({"slug": "bieu-do"}, "unit_group_slug_is_not_a_word_of_the_portal"),
        ({"slug": "phuong-phap"}, "unit_group_slug_is_not_a_word_of_the_portal"),
        ({"slug": "thong-cao"}, "unit_group_slug_is_not_a_word_of_the_portal"),
        ({"slug": "khac", "kind": "ministry"}, "unit_group_kind_is_known"),
    ],
)
def test_group_rules(values, name):
    group = new_group()
    with pytest.raises(IntegrityError, match=name):
        new_group(group.authority, **values)


def test_two_authorities_have_groups_of_one_slug():
    first, second = new_group(), new_group(new_authority("song-cuu-long"))

    assert list(UnitGroup.objects.filter(slug="so-nganh").order_by("pk")) == [first, second]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"slug": "so-tai-chinh"}, "unit_slug_is_unique_within_authority"),
        ({"kind": "ministry"}, "unit_kind_is_known"),
        ({"starts_on": JULY, "ends_on": JUNE}, "unit_starts_before_it_ends"),
    ],
)
def test_unit_rules(values, name):
    authority = new_authority()
    new_unit(authority, "Sở Tài chính")
    with pytest.raises(IntegrityError, match=name):
        new_unit(authority, "Sở Y tế", **values)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((None, None), (None, None)),
        ((None, JUNE), (JUNE, None)),
        ((None, None), (JULY, None)),
        ((MARCH, JULY), (None, MARCH)),
    ],
    ids=["both without dates", "on the day of change", "the first never ended", "at the start"],
)
def test_unit_code_has_one_holder_at_a_time(first, second):
    authority = new_authority()
    new_unit(authority, "Sở Tài chính", code="STC", starts_on=first[0], ends_on=first[1])
    with pytest.raises(IntegrityError, match="unit_code_has_one_holder_at_a_time"):
        new_unit(authority, "Sở Tiền tệ", code="STC", starts_on=second[0], ends_on=second[1])


def test_unit_code_passes_to_the_next_holder_and_is_free_elsewhere():
    authority, other = new_authority(), new_authority("song-cuu-long")
    closed = new_unit(authority, "Sở Xây dựng", code="SXD", ends_on=JUNE)
    following = new_unit(
        authority, "Sở Xây dựng", code="SXD", slug="so-xay-dung-2025", starts_on=JULY
    )
    elsewhere = new_unit(other, "Sở Xây dựng", code="SXD")

    assert list(Unit.objects.filter(code="SXD").order_by("pk")) == [closed, following, elsewhere]
    assert list(authority.units.in_force_on(JUNE)) == [closed]
    assert list(authority.units.in_force_on(JULY)) == [following]


def test_units_stand_by_position_then_by_the_vietnamese_alphabet():
    authority = new_authority()
    for name in ["Sở Ytế", "Ban Đặc khu", "Sở Ấm", "Ban Dân tộc", "Sở Ăn"]:
        new_unit(authority, name)
    new_unit(authority, "Văn phòng", position=1)

    assert [unit.name for unit in authority.units.all()] == [
        "Ban Dân tộc",
        "Ban Đặc khu",
        "Sở Ăn",
        "Sở Ấm",
        "Sở Ytế",
        "Văn phòng",
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("so dien luc", ["Sở Điện lực"]),
        ("ĐIỆN", ["Sở Điện lực"]),
        ("dL01", ["Sở Điện lực"]),
        ("cong ty dien", ["Sở Điện lực"]),
        ("sở", ["Sở Điện lực", "Sở Tài chính"]),
        ("thuế", []),
    ],
    ids=["without accents", "capitals", "by code", "by other name", "several", "none"],
)
def test_units_matching(words, found):
    authority = new_authority()
    unit = new_unit(authority, "Sở Điện lực", code="DL01")
    UnitAlias.objects.create(unit=unit, name="Công ty Điện")
    UnitAlias.objects.create(unit=unit, name="Công ty điện lực")
    new_unit(authority, "Sở Tài chính")

    assert [unit.name for unit in authority.units.matching(words)] == found


def test_unit_alias_is_given_once():
    unit = new_unit(new_authority())
    UnitAlias.objects.create(unit=unit, name="Sở TC")
    with pytest.raises(IntegrityError, match="unit_alias_is_given_once"):
        UnitAlias.objects.create(unit=unit, name="Sở TC")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"successor": "itself"}, "succession_links_two_units"),
        ({"successor": None}, "succession_names_an_heir_unless_dissolved"),
        ({"kind": "dissolve"}, "succession_names_an_heir_unless_dissolved"),
        ({"kind": "sell"}, "succession_kind_and_share_are_known"),
        ({"share": "half"}, "succession_kind_and_share_are_known"),
    ],
    ids=["itself", "an heir wanted", "an heir of the dissolved", "unknown kind", "unknown share"],
)
def test_succession_rules(values, name):
    authority = new_authority()
    old, new = new_unit(authority, "Sở Du lịch"), new_unit(authority, "Sở Văn hóa")
    if values.get("successor") == "itself":
        values = {"successor": old}
    with pytest.raises(IntegrityError, match=name):
        Succession.objects.create(
            **{"predecessor": old, "successor": new, "kind": "merge", "on": JULY, **values}
        )


@pytest.mark.parametrize("kind", ["merge", "dissolve"])
def test_succession_is_recorded_once(kind):
    authority = new_authority()
    old, new = new_unit(authority, "Sở Du lịch"), new_unit(authority, "Sở Văn hóa")
    line = {
        "predecessor": old,
        "successor": new if kind == "merge" else None,
        "kind": kind,
        "on": JULY,
    }
    Succession.objects.create(**line)
    with pytest.raises(IntegrityError, match="succession_is_recorded_once"):
        Succession.objects.create(**line)
