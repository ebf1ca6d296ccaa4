import json

import pytest

from tests.factories import (
    TREE,
    announce,
    give_maximum,
    give_points,
    new_authority,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    seal,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]

ADDRESS = "/en/song-hong/so-sanh/"


@pytest.fixture
def group():
    return new_group()


@pytest.fixture
def visit(client):
    def get(*units, address=ADDRESS, **query):
        response = client.get(address, {"don-vi": units, **query})
        assert response.status_code == 200, address
        return Page(response)

    return get


def points(first, second, survey):
    return {"1.1": first, "1.2": second, "2": survey}


THREE = {
    "Sở A": points("40", "15", "30"),
    "Sở B": points("30", "15", "36"),
    "Sở C": points("20", "10", "20"),
}


@pytest.fixture
def edition(group):
    return new_edition(THREE, group=group, criteria=TREE)


def chosen(page):
    return [
        attributes["value"]
        for tag, attributes in page.tags
        if tag == "input" and attributes.get("type") == "checkbox"
    ]


@pytest.mark.usefixtures("edition")
def test_two_units_stand_side_by_side(visit):
    page = visit("so-a", "so-b")

    assert page.rows() == [
        ["1", "Sở A", "85.00", "85.00 / 100.00", "Tốt"],
        ["2", "Sở B", "81.00", "81.00 / 100.00", "Tốt"],
    ]
    assert page.table()["tfoot"] == [["", "Median of the group", "81.00", "", ""]]
    fields, criteria = [table for table in page.tables if table["class"] == "tree compared"]
    assert [["".join(cell).strip() for cell in row] for row in fields["thead"]] == [
        ["No.", "Criterion", "● Sở A", "■ Sở B", "Group median"]
    ]
    assert [["".join(cell).strip() for cell in row] for row in fields["tbody"]] == [
        ["1", "Tiêu chí 1", "91.67", "75.00", "75.00"],
        ["2", "Tiêu chí 2", "75.00", "90.00", "75.00"],
    ]
    assert [["".join(cell).strip() for cell in row] for row in criteria["tbody"]] == [
        ["1", "Tiêu chí 1", "55.00 / 60.00", "45.00 / 60.00"],
        ["1.1", "Tiêu chí 1.1", "40.00 / 40.00", "30.00 / 40.00"],
        ["1.2", "Tiêu chí 1.2", "15.00 / 20.00", "15.00 / 20.00"],
        ["2", "Tiêu chí 2", "30.00 / 40.00", "36.00 / 40.00"],
    ]
    assert (
        "Sở A (85.00%) is 4.00 percentage points ahead of Sở B (81.00%). The widest gap is in "
        "field 1 (Tiêu chí 1): 16.67 percentage points, with Sở A ahead of Sở B."
    ) in page.text


@pytest.mark.usefixtures("edition")
def test_more_units_are_told_by_the_highest_and_the_lowest(visit):
    page = visit("so-c", "so-a", "so-b")

    assert (
        "Of the 3 units, Sở A has the highest index (85.00%) and Sở C the lowest (50.00%): 35.00 "
        "percentage points between them. The widest gap is in field 1 (Tiêu chí 1): 41.67 "
        "percentage points, with Sở A ahead of Sở C."
    ) in page.text
    assert [row[1] for row in page.rows()] == ["Sở C", "Sở A", "Sở B"]
    assert chosen(page) == ["so-c", "so-a", "so-b"]


@pytest.mark.parametrize("count", [2, 3])
def test_equal_units_are_said_to_be_equal(visit, group, count):
    new_edition({f"Sở {n}": THREE["Sở A"] for n in range(count)}, group=group, criteria=TREE)
    page = visit(*(f"so-{n}" for n in range(count)))

    said = {
        2: "Sở 0 and Sở 1 have the same index, 85.00%.",
        3: "All 3 units have the same index, 85.00%.",
    }
    assert f"{said[count]} Their indexes are the same in every field." in page.text


@pytest.mark.usefixtures("edition")
def test_without_units_there_is_the_form_in_printed_order(visit):
    page = visit()

    assert page.tables == []
    assert "Choose two to four units" in page.text
    options = page.attributes("option", "value")
    assert options == ["so-nganh", *["", "so-a", "so-b", "so-c"] * 2]


@pytest.mark.usefixtures("edition")
def test_one_unit_is_shown_and_the_others_can_be_added(visit):
    page = visit("so-b")

    assert [row[1] for row in page.rows()] == ["Sở B"]
    assert "Add at least one more unit to compare." in page.text
    assert page.attributes("option", "value") == ["so-nganh", "", "so-a", "so-c"]


def test_a_fifth_unit_is_left_out_and_nothing_can_be_added(visit, group):
    names = ["Sở A", "Sở B", "Sở C", "Sở D", "Sở E"]
    new_edition(dict.fromkeys(names, "90"), group=group)
    page = visit("so-a", "so-b", "so-c", "so-d", "so-e")

    assert "At most four units stand side by side; left out: Sở E." in page.text
    assert chosen(page) == ["so-a", "so-b", "so-c", "so-d"]
    assert "Four units at most: untick one to add another." in page.text
    assert page.attributes("option", "value") == ["so-nganh"]


@pytest.mark.usefixtures("edition")
def test_unknown_and_repeated_units_are_named(visit):
    page = visit("so-a", "so-b", "so-a", "so-<b>")

    assert "Sở A was named twice and is shown once." in page.text
    assert "There is no unit “so-<b>” here." in page.text
    assert chosen(page) == ["so-a", "so-b"]


def test_units_of_two_groups_are_told_their_groups(visit, group, edition):
    districts = new_group(
        group.authority, "cap-huyen", name="Cấp huyện", kind="district", position=2
    )
    new_edition({"Huyện Bắc": "90"}, group=districts)
    page = visit("so-a", "huyen-bac")

    assert (
        "Units are compared within a group only: Huyện Bắc belongs to Cấp huyện, the others to "
        "Cơ quan chuyên môn."
    ) in page.text
    assert chosen(page) == ["so-a"]


def test_merged_unit_is_told_the_years_it_was_there(visit, group, edition):
    for year in (2021, 2022):
        new_edition({"Sở A": "90", "Sở Cũ": "80"}, group=group, year=year)

    assert chosen(visit("so-a", "so-cu")) == ["so-a", "so-cu"]
    page = visit("so-a", "so-cu", nam="2023")
    assert (
        "Sở Cũ is not in the result of 2023; its results in Cơ quan chuyên môn are of 2021, 2022."
    ) in page.text
    assert chosen(page) == ["so-a"]


@pytest.mark.usefixtures("edition")
def test_year_without_a_result_gives_way_to_one_that_has_it(visit):
    page = visit("so-a", "so-b", nam="2019")

    assert (
        "Nothing was published for what you asked; shown is Cơ quan chuyên môn, 2023." in page.text
    )
    assert chosen(page) == ["so-a", "so-b"]


def test_nothing_published(visit, group):
    new_unit(group.authority, "Sở A")
    page = visit("so-a")

    assert "Nothing has been published yet." in page.text
    assert "No result of Sở A has been published." in page.text


def test_unit_without_data_is_a_dash_and_never_ahead(visit, group):
    framework = new_framework(group, criteria=TREE, origin="announced")
    units = [new_unit(group.authority, name) for name in ("Sở A", "Sở B")]
    give_points(framework, {units[0]: THREE["Sở A"], units[1]: {}})
    announce(framework, units[0], index_percent="85")
    seal(framework, completeness="partial")
    page = visit("so-a", "so-b")

    assert "Fewer than two of these units have an index" in page.text
    (fields, __) = [table for table in page.tables if table["class"] == "tree compared"]
    assert [["".join(cell).strip() for cell in row] for row in fields["tbody"]] == [
        ["1", "Tiêu chí 1", "91.67", "—"],
        ["2", "Tiêu chí 2", "75.00", "—"],
    ]
    assert page.table()["tfoot"] == []


def test_what_does_not_apply_is_said(visit, group):
    framework = new_framework(group, criteria=TREE)
    units = [new_unit(group.authority, name) for name in ("Sở A", "Sở B")]
    give_points(framework, {units[0]: THREE["Sở A"], units[1]: points("30", "15", None)})
    give_maximum(framework, units[1], "0", number="2")
    seal(framework)
    page = visit("so-a", "so-b")

    assert (
        "The maxima of these units differ, from 60.00 to 100.00 points: compare their indexes, "
        "not their points."
    ) in page.text
    (fields, __) = [table for table in page.tables if table["class"] == "tree compared"]
    assert ["".join(cell).strip() for cell in fields["tbody"][1]] == [
        "2",
        "Tiêu chí 2",
        "75.00",
        "does not apply",
        "75.00",
    ]


def test_edition_of_totals_has_no_fields_and_no_chart(visit, client, group):
    new_edition({"Sở A": "90", "Sở B": "80"}, group=group)
    page = visit("so-a", "so-b")

    assert "This result holds the totals alone, not the points by criterion." in page.text
    assert [table["class"] for table in page.tables] == ["league"]
    chart = "/song-hong/so-sanh/bieu-do/so-sanh.svg?don-vi=so-a&don-vi=so-b"
    assert client.get(chart).status_code == 404


def test_files_hold_the_whole_and_every_criterion(client, edition):
    query = {"don-vi": ["so-a", "so-b"]}
    answer = json.loads(client.get("/en/song-hong/so-sanh.json", query).content)

    assert (answer["year"], answer["group"], answer["ranked_units"]) == (2023, "so-nganh", 3)
    assert [(row["unit"], row["rank"]) for row in answer["units"]] == [("so-a", 1), ("so-b", 2)]
    assert answer["results"][:2] == [
        {
            "criterion_number": None,
            "criterion_title": "Whole index",
            "so-a": "85.00",
            "so-a_points": "85.00",
            "so-a_max_points": "100.00",
            "so-b": "81.00",
            "so-b_points": "81.00",
            "so-b_max_points": "100.00",
            "criterion_kind": None,
            "data_kind": "computed by the portal",
            "group_median": "81.00",
        },
        {
            "criterion_number": "1",
            "criterion_title": "Tiêu chí 1",
            "so-a": "91.67",
            "so-a_points": "55.00",
            "so-a_max_points": "60.00",
            "so-b": "75.00",
            "so-b_points": "45.00",
            "so-b_max_points": "60.00",
            "criterion_kind": "appraised",
            "data_kind": "computed by the portal",
            "group_median": "75.00",
        },
    ]
    assert len(answer["results"]) == 5
    lines = client.get("/en/song-hong/so-sanh.csv", query).content.decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "No.,Criterion,Kind,Kind of data,● Sở A,Sở A: points,Sở A: maximum points,"
        "■ Sở B,Sở B: points,Sở B: maximum points,Group median"
    )
    assert len(lines) == 6


@pytest.mark.parametrize("suffix", [".csv", ".json", ".xlsx"])
@pytest.mark.usefixtures("edition")
def test_file_of_nobody_is_not_there(client, suffix):
    assert client.get(f"/song-hong/so-sanh{suffix}").status_code == 404


@pytest.mark.usefixtures("edition")
def test_chart_has_its_address_with_the_units_in_it(visit, client):
    page = visit("so-a", "so-c")
    (address,) = page.attributes("figure", "data-figure")
    assert address == (
        "/en/song-hong/so-sanh/bieu-do/so-sanh.json?don-vi=so-a&don-vi=so-c&khoi=so-nganh&nam=2023"
    )

    figure = client.get(address).json()
    names = [trace["name"] for trace in figure["data"] if trace["mode"] == "markers"]
    assert names == ["Sở A", "Sở C", "Median of the group"]
    assert b"<svg" in client.get(address.replace(".json", ".svg")).content


def test_large_group_is_searched(visit, group, monkeypatch):
    monkeypatch.setattr("scorecards.views.comparison.MOST_OPTIONS", 2)
    new_edition({"Xã Đông": "90", "Xã Tây": "80", "Xã Nam": "70"}, group=group)

    page = visit("xa-nam", q="dong")
    assert page.attributes("option", "value") == ["so-nganh"]
    (link,) = [link for link in page.attributes("a", "href") if "xa-dong" in link]
    assert link == "?don-vi=xa-nam&don-vi=xa-dong&khoi=so-nganh&nam=2023"
    assert "Add Xã Đông" in page.text
    assert "No unit matches." in visit("xa-nam", q="bac").text


@pytest.mark.usefixtures("edition")
@pytest.mark.parametrize(
    "query",
    [
        {"don-vi": ["\0", " ", "so-a"]},
        {"nam": "hai nghìn", "don-vi": "so-a"},
        {"nam": "99999", "khoi": "\0", "don-vi": "so-a"},
        {"don-vi": ["so-a"] * 500},
        {"q": "\0%_"},
    ],
    ids=["empty", "no year", "another year", "many", "search"],
)
def test_nonsense_in_the_address_is_no_error(client, query):
    assert client.get(ADDRESS, query).status_code == 200


def test_authority_that_is_not_there_is_404(client):
    assert client.get("/song-hong/so-sanh/").status_code == 404


def test_units_of_another_authority_are_unknown(visit, edition):
    elsewhere = new_group(new_authority("cuu-long"))
    new_edition({"Sở Khác": "90"}, group=elsewhere)

    assert "There is no unit “so-khac” here." in visit("so-a", "so-khac").text


def test_pages_lead_to_the_comparison(client, edition):
    league = Page(client.get("/song-hong/2023/so-nganh/"))
    unit = Page(client.get("/song-hong/2023/so-nganh/so-a/"))

    assert "/song-hong/so-sanh/?khoi=so-nganh&nam=2023" in league.attributes("a", "href")
    assert "/song-hong/so-sanh/?don-vi=so-a&khoi=so-nganh&nam=2023" in unit.attributes("a", "href")


@pytest.mark.parametrize(("units", "years"), [(2, 1), (4, 3)])
@pytest.mark.parametrize(
    ("address", "queries"),
    [("/song-hong/so-sanh/", 11), ("/song-hong/so-sanh.csv", 11)],
)
def test_queries_do_not_grow_with_units_or_years(
    client, group, django_assert_num_queries, address, queries, units, years
):
    for year in range(2024 - years, 2024):
        cards = {f"Sở {n}": THREE["Sở A"] for n in range(units)}
        new_edition(cards, group=group, criteria=TREE, year=year)

    with django_assert_num_queries(queries):
        response = client.get(address, {"don-vi": [f"so-{n}" for n in range(units)]})
    assert response.status_code == 200


# A unit against its group, on its page in an edition


def test_unit_is_set_against_its_group(client, edition):
    page = Page(client.get("/en/song-hong/2023/so-nganh/so-b/"))

    assert (
        "Strongest against the group: field 2 (Tiêu chí 2), 15.00 percentage points above the "
        "median. No field is below the median of the group."
    ) in page.text
    assert page.rows("tree losses") == [
        ["1.1", "Tiêu chí 1.1", "30.00 / 40.00", "10.00", "10.00"],
        ["1.2", "Tiêu chí 1.2", "15.00 / 20.00", "5.00", "5.00"],
        ["2", "Tiêu chí 2", "36.00 / 40.00", "4.00", "10.00"],
    ]
    assert "/en/song-hong/2023/so-nganh/so-b/1.1/" in page.attributes("a", "href")
    (address,) = page.attributes("figure", "data-figure")
    assert address == "/en/song-hong/2023/so-nganh/so-b/bieu-do/ho-so.json"
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "so-c",
            "No field is above the median of the group. Weakest: field 1 (Tiêu chí 1), 25.00 "
            "percentage points below the median; 30.00 of 60.00 points were lost there.",
        ),
        (
            "so-a",
            "Strongest against the group: field 1 (Tiêu chí 1), 16.67 percentage points above "
            "the median. No field is below the median of the group.",
        ),
    ],
)
def test_finding_names_the_strongest_and_the_weakest_field(client, edition, name, said):
    assert said in Page(client.get(f"/en/song-hong/2023/so-nganh/{name}/")).text


def test_unit_like_all_others_stands_at_the_median(client, group):
    new_edition({"Sở A": THREE["Sở A"]}, group=group, criteria=TREE)

    text = Page(client.get("/en/song-hong/2023/so-nganh/so-a/")).text
    assert "In every field the unit stands at the median of its group." in text


def test_totals_alone_are_set_against_nobody(client, group):
    new_edition({"Sở A": "90", "Sở B": "80"}, group=group)
    page = Page(client.get("/song-hong/2023/so-nganh/so-a/"))

    assert page.attributes("figure", "data-figure") == []
    chart = "/song-hong/2023/so-nganh/so-a/bieu-do/ho-so.svg"
    assert client.get(chart).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_unit_page_with_its_profile_costs_the_same_whatever_the_units(
    client, group, django_assert_num_queries, count
):
    new_edition({f"Sở {n}": THREE["Sở A"] for n in range(count)}, group=group, criteria=TREE)

    with django_assert_num_queries(6):
        response = client.get("/song-hong/2023/so-nganh/so-0/")
    assert response.status_code == 200
