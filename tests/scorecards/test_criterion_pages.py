"""One criterion, and all fields, across the units of an edition: counted, compared, left out."""

import datetime

import pytest
from django.utils import translation

from tests.factories import (
    TREE,
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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]

LEAGUE = "/song-hong/2023/so-nganh/"
FULL = {"1.1": "40", "1.2": "20", "2": "40"}
HALF = {"1.1": "20", "1.2": "10", "2": "20"}
NONE = {"1.1": "0", "1.2": "0", "2": "0"}


@pytest.fixture
def group():
    return new_group()


@pytest.fixture
def visit(client):
    def get(address, **query):
        response = client.get(address, query)
        assert response.status_code == 200, address
        return Page(response)

    return get


def publish(group, points, *, year=2023, criteria=TREE, **values):
    return new_edition(points, group=group, year=year, criteria=criteria, **values)


@pytest.fixture
def found(client):
    """Return what the page at an address says first, without markup, in English."""

    def get(address):
        from django.utils.html import strip_tags

        response = client.get(f"/en{address}")
        assert response.status_code == 200, address
        return strip_tags(response.context["finding"])

    return get


# The criterion page


@pytest.mark.parametrize("number", ["1", "1.1", "2"])
def test_full_and_zero_marks_are_counted_and_named(found, client, group, number):
    publish(group, {"Sở A": FULL, "Sở B": HALF, "Sở C": FULL, "Sở D": NONE})
    address = f"{LEAGUE}tieu-chi/{number}/"
    assert found(address) == (
        "2 of 4 units have full marks; without points: 1. The median is 75.00% of the maximum."
    )
    named = client.get(address).context["named"]
    assert [[mark.unit_name for mark in marks] for __, marks in named] == [
        ["Sở A", "Sở C"],
        ["Sở D"],
    ]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([FULL, FULL], "All 2 units have full marks. The median is 100.00% of the maximum."),
        (
            [HALF, HALF],
            "None of the 2 units has full marks, and none is without points. "
            "The median is 50.00% of the maximum.",
        ),
        ([FULL], "The one unit has full marks. The median is 100.00% of the maximum."),
    ],
    ids=["all", "none of either", "one"],
)
def test_the_finding_of_extremes(found, group, points, sentence):
    publish(group, {f"Sở {n}": given for n, given in enumerate(points)})
    assert found(f"{LEAGUE}tieu-chi/1/") == sentence


def test_what_is_shown_as_100_percent_is_not_full_marks(found, group):
    tree = [("1", "999"), ("2", "1")]
    publish(group, {"Sở A": {"1": "998.999", "2": "1"}}, criteria=tree, decimals=3)
    publish(group, {"Sở A": {"1": "998.99", "2": "1"}}, criteria=tree, year=2022)
    assert found("/song-hong/2022/so-nganh/tieu-chi/1/").startswith("The one unit has part of")


def test_units_stand_by_share_and_equals_as_printed(visit, group):
    publish(group, {"Sở A": HALF, "Sở C": FULL, "Sở B": {**HALF, "1.1": "40"}})
    page = visit(f"{LEAGUE}tieu-chi/1.1/")
    assert [row[:4] for row in page.rows("league criterion")] == [
        ["Sở C", "100,00", "40,00", "40,00"],
        ["Sở B", "100,00", "40,00", "40,00"],
        ["Sở A", "50,00", "20,00", "40,00"],
    ]
    assert f"{LEAGUE}so-c/1.1/" in page.attributes("a", "href")


def test_a_unit_to_which_it_does_not_apply_stands_apart(found, visit, client, group):
    framework = new_framework(group, criteria=TREE)
    here, apart = (new_unit(group.authority, name) for name in ("Sở A", "Sở B"))
    give_maximum(framework, apart, "0", number="1.1", reason="Không có thủ tục")
    give_maximum(framework, apart, "0", number="1.2", reason="Không có thủ tục")
    give_points(framework, {here: FULL, apart: {"2": "40"}})
    seal(framework)
    for number in ("1.1", "1"):
        address = f"{LEAGUE}tieu-chi/{number}/"
        assert found(address) == (
            "The one unit has full marks. The median is 100.00% of the maximum. "
            "It does not apply to 1 unit, which is not counted."
        )
        page = visit(address)
        assert [row[0] for row in page.rows("league criterion")] == ["Sở A"]
        assert "Sở B : Không có thủ tục" in page.text
    rows = client.get(f"{LEAGUE}tieu-chi/1.json").json()["results"]
    assert [(row["unit"], row["applies"], row["share"], row["remark"]) for row in rows] == [
        ("so-a", True, "100.00", None),
        ("so-b", False, None, "Không có thủ tục"),
    ]


def test_bonus_and_penalty_have_points_but_no_share(found, visit, group):
    tree = [*TREE, ("3", None, "bonus"), ("3.1", "2", "bonus"), ("3.2", "-3", "penalty")]
    publish(
        group,
        {
            "Sở A": {**FULL, "3.1": "1"},
            "Sở B": {**FULL, "3.2": "-0.5"},
            "Sở C": {**FULL, "3.1": "1", "3.2": "-1"},
            "Sở D": FULL,
        },
        criteria=tree,
    )
    assert found(f"{LEAGUE}tieu-chi/3/") == "Of 4 units, 1 got and 1 lost points here."
    assert found(f"{LEAGUE}tieu-chi/3.1/") == (
        "Of 4 units, 2 got points here; they come on top of the others."
    )
    assert found(f"{LEAGUE}tieu-chi/3.2/") == "Of 4 units, 2 lost points here."
    page = visit(f"{LEAGUE}tieu-chi/3.2/")
    assert [row[:2] for row in page.rows("league criterion")] == [
        ["Sở B", "-0,50"],
        ["Sở C", "-1,00"],
        ["Sở A", "—"],
        ["Sở D", "—"],
    ]


def changes(visit, address, at=4):
    return {row[0]: row[at] for row in visit(address).rows("league criterion")}


def test_changes_are_told_where_criterion_unit_and_maximum_are_the_same(visit, client, group):
    publish(group, {"Sở A": HALF, "Sở B": FULL, "Sở C": HALF, "Sở cũ": HALF}, year=2022)
    earlier = group.authority.units.get(slug="so-cu")
    later = new_unit(group.authority, "Sở mới", code="so-moi-2")
    Succession.objects.create(
        predecessor=earlier, successor=later, kind="rename", on=datetime.date(2023, 1, 1)
    )
    framework = new_framework(group, criteria=TREE)
    units = {unit.name: unit for unit in group.authority.units.all()}
    units["Sở mới tinh"] = new_unit(group.authority, "Sở mới tinh")
    give_maximum(framework, units["Sở C"], "30", number="1.1")
    give_points(
        framework,
        {
            units["Sở A"]: {**HALF, "1.1": "20.5"},
            units["Sở B"]: HALF,
            units["Sở C"]: HALF,
            units["Sở mới"]: HALF,
            units["Sở mới tinh"]: HALF,
        },
    )
    seal(framework)
    with translation.override("en"):
        address = f"/en{LEAGUE}tieu-chi/1.1/"
        assert changes(visit, address) == {
            "Sở A": "+0.50",
            "Sở B": "−20.00",
            "Sở C": "another maximum last year",
            "Sở mới": "=",
            "Sở mới tinh": "not in last year's result as the same unit",
        }
        assert client.get(address).context["changes"] == (
            "Compared with 2022, 1 gained points, 1 lost points, 1 kept them. "
            "Gained most: Sở A (+0.50). Lost most: Sở B (−20.00). "
            "2 units cannot be compared; the table says why."
        )


def test_a_merged_unit_is_not_compared(visit, group):
    publish(group, {"Sở A": HALF, "Sở B": FULL}, year=2022)
    one, other = group.authority.units.order_by("slug")
    merged = new_unit(group.authority, "Sở C")
    for earlier in (one, other):
        Succession.objects.create(
            predecessor=earlier, successor=merged, kind="merge", on=datetime.date(2023, 1, 1)
        )
    publish(group, {"Sở C": FULL})
    assert visit(f"/en{LEAGUE}tieu-chi/1.1/").text.count("not in last year's result") == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"comparable": False}, "The criterion or its maximum was changed"),
        ({"previous": None}, "This criterion is new: it was not in the criteria of 2022."),
        ({"max_points": "30"}, "The maximum was another one in 2022"),
    ],
    ids=["not comparable", "new", "another maximum"],
)
def test_a_criterion_that_cannot_be_compared_says_why(client, visit, group, change, sentence):
    before = publish(group, {"Sở A": HALF}, year=2022).framework
    framework = new_framework(group, criteria=TREE)
    for row in framework.criteria.all():
        row.previous = before.criteria.get(number=row.number)
        row.save()
    framework.criteria.filter(number="2").update(**change)
    give_points(framework, {group.authority.units.get(): HALF})
    seal(framework)
    response = client.get(f"/en{LEAGUE}tieu-chi/2/")
    assert response.context["changes"] == ""
    assert response.context["why_not_compared"].startswith(sentence)
    assert (
        "Since last year"
        not in visit(f"/en{LEAGUE}tieu-chi/2/").table("league criterion")["thead"][0]
    )


def test_the_criterion_it_was_is_found_under_its_old_number(client, group):
    before = publish(group, {"Sở A": {**HALF, "1.2": "15"}}, year=2022).framework
    framework = new_framework(group, criteria=[("1", "60"), ("1.1", "20"), ("1.2", "40"), TREE[3]])
    number_then = {"1": "1", "1.1": "1.2", "1.2": "1.1", "2": "2"}
    for row in framework.criteria.all():
        row.previous = before.criteria.get(number=number_then[row.number])
        row.save()
    give_points(framework, {group.authority.units.get(): {"1.1": "20", "1.2": "20", "2": "20"}})
    seal(framework)
    (row,) = client.get(f"{LEAGUE}tieu-chi/1.1.json").json()["results"]
    assert (row["points"], row["points_then"], row["change"]) == ("20.00", "15.00", "5.00")


def test_without_a_year_before_the_page_says_so(client, group):
    publish(group, {"Sở A": FULL})
    said = client.get(f"/en{LEAGUE}tieu-chi/1.1/").context["why_not_compared"]
    assert said == "There is no published result of 2022 to compare with."


def test_the_way_through_the_tree(visit, group):
    publish(group, {"Sở A": FULL})
    links = visit(f"{LEAGUE}tieu-chi/1.2/").attributes("a", "href")
    assert {f"{LEAGUE}tieu-chi/1/", f"{LEAGUE}tieu-chi/1.1/"} <= set(links)
    assert f"{LEAGUE}tieu-chi/2/" not in links
    links = visit(f"{LEAGUE}tieu-chi/1/").attributes("a", "href")
    assert {f"{LEAGUE}tieu-chi/{number}/" for number in ("1.1", "1.2", "2")} <= set(links)
    assert f"{LEAGUE}linh-vuc/" in links


def test_a_partial_edition_has_no_median(found, client, group):
    framework = new_framework(group, criteria=TREE, origin="announced")
    for name, given in (("Sở A", FULL), ("Sở B", {"1.1": "0"})):
        unit = new_unit(group.authority, name)
        give_points(framework, {unit: given})
        announce(framework, unit, index_percent="90")
    seal(framework, completeness="partial")
    assert found(f"{LEAGUE}tieu-chi/1.1/") == (
        "Of 2 units whose points are known, 1 have full marks; without points: 1."
    )
    assert found(f"{LEAGUE}tieu-chi/2/") == (
        "Of 1 unit whose points are known, 1 has full marks; without points: 0. "
        "There is no data for 1 unit."
    )
    response = client.get(f"{LEAGUE}linh-vuc/")
    assert (response.context["finding"], response.context["table"].summary_rows) == ("", ())
    assert "chưa có số liệu" in Page(response).text


def test_the_total_of_a_source_is_the_whole_result(visit, group):
    new_edition({"Sở A": "90", "Sở B": "80"}, group=group)
    page = visit(f"{LEAGUE}tieu-chi/1/")
    assert [row[0] for row in page.rows("league criterion")] == ["Sở A", "Sở B"]
    assert f"{LEAGUE}linh-vuc/" not in page.attributes("a", "href")
    assert f"{LEAGUE}linh-vuc/" not in visit(LEAGUE).attributes("a", "href")


@pytest.mark.parametrize("address", ["tieu-chi/9/", "tieu-chi/1.1.1/", "tieu-chi/1/bieu-do/x.svg"])
def test_what_is_not_in_the_edition_is_not_found(client, group, address):
    publish(group, {"Sở A": FULL})
    assert client.get(f"{LEAGUE}{address}").status_code == 404


# The fields


def test_every_unit_in_every_field(visit, client, group):
    publish(group, {"Sở A": FULL, "Sở B": HALF, "Sở C": {**FULL, "2": "36"}})
    page = visit(f"{LEAGUE}linh-vuc/")
    table = page.table("heat")
    assert table["tbody"] == [
        ["1", "Sở A", "100,00", "1100,00", "2100,00"],
        ["2", "Sở C", "96,00", "1100,00", "290,00"],
        ["3", "Sở B", "50,00", "150,00", "250,00"],
    ]
    assert table["tfoot"] == [["", "Trung vị của nhóm", "", "100,00", "90,00"]]
    assert page.rows("tree") == [
        ["1", "Tiêu chí 1", "100,00", "50,00", "100,00", "3"],
        ["2", "Tiêu chí 2", "90,00", "50,00", "100,00", "3"],
    ]
    assert client.get(f"/en{LEAGUE}linh-vuc/").context["finding"] == (
        "Strongest by its median: 1. Tiêu chí 1 (100.00%). Weakest: 2. Tiêu chí 2 (90.00%)."
    )


def test_fields_alike_are_said_to_be(client, group):
    publish(group, {"Sở A": FULL})
    said = client.get(f"/en{LEAGUE}linh-vuc/").context["finding"]
    assert said == "All fields have the same median, 100.00%."


def test_a_field_that_does_not_apply_is_no_zero(client, visit, group):
    framework = new_framework(group, criteria=TREE)
    unit = new_unit(group.authority, "Sở A")
    give_maximum(framework, unit, "0", number="2", reason="Không điều tra")
    give_points(framework, {unit: {"1.1": "40", "1.2": "20"}})
    seal(framework)
    assert visit(f"{LEAGUE}linh-vuc/").rows("heat")[0][-1] == "2không áp dụng"
    (row,) = client.get(f"{LEAGUE}linh-vuc.json").json()["results"]
    assert (row["field_1"], row["field_2"]) == ("100.00", "không áp dụng")
    assert "không áp dụng" in client.get(f"{LEAGUE}linh-vuc/bieu-do/linh-vuc.svg").content.decode()


def test_rows_can_be_sorted_and_searched(visit, group):
    publish(group, {"Sở Y tế": FULL, "Sở Nội vụ": HALF})
    table = visit(f"{LEAGUE}linh-vuc/", **{"sap-xep": "field_1"}).rows("heat")
    assert [row[1] for row in table] == ["Sở Nội vụ", "Sở Y tế"]
    assert [row[1] for row in visit(f"{LEAGUE}linh-vuc/", q="so y te").rows("heat")] == ["Sở Y tế"]
    rows = visit(f"{LEAGUE}tieu-chi/1/", q="noi vu").rows("league criterion")
    assert [row[0] for row in rows] == ["Sở Nội vụ"]


@pytest.mark.parametrize("address", ["tieu-chi/1/", "linh-vuc/"])
def test_many_units_come_in_pages(client, group, address):
    publish(group, {f"Xã {n:03}": HALF for n in range(201)})
    response = client.get(f"{LEAGUE}{address}", {"trang": "3"})
    assert len(response.context["table"].page.object_list) == 1
    assert len(client.get(f"{LEAGUE}{address[:-1]}.json").json()["results"]) == 201
    beyond = client.get(f"{LEAGUE}{address}", {"trang": "99"})
    assert beyond.context["table"].page.number == 3


def test_the_picture_of_many_units_shows_the_first(client, group):
    publish(group, {f"Xã {n:03}": HALF for n in range(201)})
    figure = client.get(f"/en{LEAGUE}linh-vuc/bieu-do/linh-vuc.json").json()
    assert len(figure["data"][0]["z"]) == 30
    assert "the first 30 of 201 units" in figure["layout"]["title"]["text"]


def test_a_version_keeps_its_own_addresses(client, visit, group):
    edition = publish(group, {"Sở A": HALF})
    framework = edition.framework
    framework.refresh_from_db()
    open_correction(framework)
    give_points(framework, {group.authority.units.get(): FULL})
    seal(framework)
    for address in ("tieu-chi/1/", "linh-vuc/"):
        old, new = (visit(f"{LEAGUE}{version}{address}") for version in ("v1/", ""))
        assert (old.text.count("đã được đính chính"), new.text.count("đã được đính chính")) == (
            1,
            0,
        )
        links = [link for link in old.attributes("a", "href") if link.startswith(LEAGUE)]
        assert {f"{LEAGUE}v1/", f"{LEAGUE}v1/tieu-chi/2/"} <= set(links)
    (row,) = client.get(f"{LEAGUE}v1/tieu-chi/1.json").json()["results"]
    assert row["share"] == "50.00"


def test_the_pages_are_linked_from_where_the_numbers_stand(visit, group):
    publish(group, {"Sở A": FULL})
    wanted = {
        LEAGUE: {f"{LEAGUE}linh-vuc/", f"{LEAGUE}tieu-chi/1/", f"{LEAGUE}tieu-chi/2/"},
        f"{LEAGUE}so-a/": {f"{LEAGUE}linh-vuc/#so-a"},
        f"{LEAGUE}so-a/1.1/": {f"{LEAGUE}tieu-chi/1.1/"},
        "/song-hong/2023/phuong-phap/": {f"{LEAGUE}tieu-chi/1.1/"},
    }
    for address, links in wanted.items():
        assert links <= set(visit(address).attributes("a", "href")), address


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("tieu-chi/1/", 7),
        ("tieu-chi/1.1/", 7),
        ("v1/tieu-chi/1.1/", 8),
        ("tieu-chi/1.1.csv", 9),
        ("tieu-chi/1.1.json", 9),
        ("tieu-chi/1.1.xlsx", 9),
        ("tieu-chi/1/bieu-do/phan-bo.svg", 7),
        ("linh-vuc/", 4),
        ("v1/linh-vuc/", 5),
        ("linh-vuc.csv", 6),
        ("linh-vuc/bieu-do/linh-vuc.json", 4),
    ],
)
def test_queries_do_not_grow_with_the_units(
    client, group, django_assert_num_queries, address, queries, count
):
    for year in (2022, 2023):
        publish(group, {f"Sở {n}": HALF for n in range(count)}, year=year)
    with django_assert_num_queries(queries):
        response = client.get(f"{LEAGUE}{address}")
    assert response.status_code == 200
