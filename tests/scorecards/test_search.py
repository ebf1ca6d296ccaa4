import datetime

import pytest

from tests.factories import (
    LONG_AGO,
    TREE,
    give_points,
    new_authority,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    seal,
    tomorrow,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]


@pytest.fixture
def group():
    return new_group()


@pytest.fixture
def look_for(client):
    def get(q, **more):
        response = client.get("/tim-kiem.json", {"q": q, **more})
        assert response.status_code == 200
        return response.json()

    return get


def titles(answer):
    return [row["title"] for row in answer["results"]]


def publish_tree(group, year=2023, public_from=LONG_AGO, **titles):
    """Publish a tree of criteria whose numbers (``n1_2`` for 1.2) bear the given titles."""
    framework = new_framework(group, year=year, criteria=TREE)
    for number, title in titles.items():
        number = number.removeprefix("n").replace("_", ".")
        framework.criteria.filter(number=number).update(title=title)
    known = group.authority.units.first() or new_unit(group.authority, "Sở Y tế")
    give_points(framework, {known: {"1.1": "30", "1.2": "10", "2": "20"}})
    return seal(framework, public_from=public_from)


def test_names_are_found_without_accents_the_nearest_first(look_for, group):
    for name in ("Văn phòng Sở Y", "Sở Y tế Hạ", "Sở Y tế", "Kho sổ y bạ", "Trung tâm kho báu"):
        new_unit(group.authority, name)

    assert titles(look_for("so y")) == [
        "Sở Y tế",
        "Sở Y tế Hạ",
        "Kho sổ y bạ",
        "Văn phòng Sở Y",
    ]
    assert titles(look_for("SỞ Y TẾ")) == ["Sở Y tế", "Sở Y tế Hạ"]


def test_words_of_the_authority_narrow_the_units(look_for, group):
    other = new_authority("da-lat", name="Ủy ban nhân dân tỉnh Đà Lạt", place="Đà Lạt")
    for authority in (group.authority, other):
        new_unit(authority, "Sở Y tế")

    answer = look_for("y tế đà lạt")

    assert [row["url"] for row in answer["results"]] == ["/da-lat/don-vi/so-y-te/"]
    assert titles(look_for("đà lạt")) == ["Ủy ban nhân dân tỉnh Đà Lạt"]


def test_a_unit_is_found_by_its_code_its_other_name_and_its_committee(look_for, group):
    unit = new_unit(group.authority, "Thị xã Hòa Thành", kind="district", code="709")
    unit.aliases.create(name="Phú Khương")

    assert titles(look_for("709")) == ["Thị xã Hòa Thành"]
    assert titles(look_for("phu khuong")) == ["Thị xã Hòa Thành"]
    assert titles(look_for("UBND TX. Hoà Thành")) == ["Thị xã Hòa Thành"]


def test_a_unit_is_told_with_its_life_and_its_newest_published_result(look_for, group):
    new_edition({"Sở Y tế": "85"}, group=group, year=2022)
    new_edition({"Sở Y tế": "70.5"}, group=group, year=2023)
    new_framework(group, year=2024)
    group.authority.units.update(ends_on=datetime.date(2025, 6, 30))

    (found,) = look_for("y te")["results"]

    assert found == {
        "kind": "unit",
        "title": "Sở Y tế",
        "context": "Sông Hồng · sở, ngành · đến ngày 30/06/2025 · 2023: 70,50%, khá",
        "url": "/song-hong/don-vi/so-y-te/",
    }


def test_criteria_are_those_of_the_newest_edition_of_their_group(look_for, group):
    publish_tree(group, year=2022, n1="Thể chế", n1_1="Một cửa cũ")
    publish_tree(group, year=2023, n1="Thể chế", n1_1="Cơ chế một cửa")

    assert look_for("cua")["results"] == [
        {
            "kind": "criterion",
            "title": "1.1. Cơ chế một cửa",
            "context": "Sông Hồng · Cơ quan chuyên môn · 2023",
            "url": "/song-hong/2023/so-nganh/tieu-chi/1.1/",
        }
    ]
    assert titles(look_for("1.1")) == ["1.1. Cơ chế một cửa"]


def test_nothing_unpublished_is_found(look_for, group):
    framework = new_framework(group, criteria=TREE)
    framework.criteria.filter(number="1.1").update(title="Bí mật")
    publish_tree(new_group(group.authority, "cap-xa"), public_from=tomorrow(), n1_1="Bí mật")

    assert look_for("bi mat") == {
        "query": "bi mat",
        "found": 0,
        "said": "Không tìm thấy kết quả nào cho “bi mat”.",
        "results": [],
    }


def test_an_edition_of_totals_alone_has_no_criteria_to_find(look_for, group):
    new_edition({"Sở Y tế": "85"}, group=group)

    assert look_for("tiêu chí")["found"] == 0


@pytest.mark.parametrize("typed", ["", "s", "  ", ".", "%", "__", "\0\0"])
def test_fewer_than_two_letters_search_nothing(client, group, typed, django_assert_num_queries):
    new_unit(group.authority)

    with django_assert_num_queries(1):  # the authorities, to choose one from
        response = client.get("/tim-kiem/", {"q": typed})

    assert response.context["found"].total == 0
    assert Page(response).text.count("Sở Tài chính") == 0


def test_what_was_typed_is_text_and_nothing_else(client):
    response = client.get("/tim-kiem/", {"q": '"><script>alert(1)</script>' + "x" * 500})

    assert b"<script>alert" not in response.content
    assert len(response.context["words"]) == 100


def test_one_authority_may_be_searched_alone(client, look_for, group):
    other = new_authority("da-lat", place="Đà Lạt")
    for authority in (group.authority, other):
        new_unit(authority, "Sở Y tế")
    page = Page(client.get("/tim-kiem/", {"q": "y te", "co-quan": "da-lat"}))

    assert "1 kết quả cho “y te”." in page.text
    assert "Chỉ tìm trong Đà Lạt." in page.text
    assert look_for("y te", **{"co-quan": "da-lat"})["found"] == 1
    assert look_for("y te", **{"co-quan": "nowhere"})["found"] == 2


def test_what_is_of_the_authority_at_hand_is_suggested_first(look_for, group):
    other = new_authority("da-lat", place="Đà Lạt")
    for authority in (group.authority, other):
        new_unit(authority, "Sở Y tế")
        publish_tree(new_group(authority, "cap-xa"), n1_1="Y tế")

    def of_whom(answer):
        return [row["url"].split("/")[1] for row in answer["results"]]

    assert of_whom(look_for("y te")) == ["da-lat", "song-hong"] * 2
    assert of_whom(look_for("y te", gan="song-hong")) == ["song-hong", "da-lat"] * 2


def test_more_than_twenty_are_counted_and_not_listed(client, group):
    for n in range(23):
        new_unit(group.authority, f"Xã {n}", kind="commune")
    page = Page(client.get("/tim-kiem/", {"q": "xa"}))

    assert "23 kết quả cho “xa”." in page.text
    assert "Còn 3 kết quả nữa" in page.text
    assert len([one for one in page.attributes("a", "href") if "/don-vi/xa-" in one]) == 20


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("address", ["/tim-kiem/", "/tim-kiem.json", "/en/tim-kiem/"])
def test_queries_do_not_grow_with_what_is_found(
    client, group, django_assert_num_queries, address, count
):
    for n in range(count):
        new_unit(group.authority, f"Sở Chung {n}")
    for year in range(2024 - count, 2024):
        publish_tree(group, year=year, n1_1="Việc chung", n1_2="Chung sức")

    with django_assert_num_queries(4):  # authorities, units, their results, criteria
        client.get(address, {"q": "chung"})


def test_results_are_not_for_search_engines(client):
    robots = [
        tag["content"]
        for name, tag in Page(client.get("/tim-kiem/")).tags
        if name == "meta" and tag.get("name") == "robots"
    ]

    assert robots == ["noindex"]
