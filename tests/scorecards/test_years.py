import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from scorecards import history, years
from scorecards.charts.group_years import class_years_chart, mean_years_chart
from scorecards.models import AnnouncedCount, Edition
from tests.factories import give_points, new_edition, new_framework, new_group, new_unit, seal
from tests.pages import Page
from units.models import Succession

ABOUT = {"group_name": "Sở", "source": "Decision 1"}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def group(db):
    return new_group()


def by_group():
    editions = Edition.objects.current().with_context().order_by("framework__year")
    return years.by_group(history.overviews(editions))


def changes(group_years):
    return [
        (year.year, year.units_before, year.reshaped, year.bands_changed, year.criteria_changed)
        for year in group_years
    ]


# What is not as it was


def test_years_that_are_alike_are_not_marked(group):
    for year in (2021, 2022, 2023):
        new_edition({"A": "50", "B": "60"}, group=group, year=year)
    (found,) = by_group()

    assert changes(found) == [
        (2021, None, False, False, False),
        (2022, None, False, False, False),
        (2023, None, False, False, False),
    ]


def test_another_number_of_units_is_marked(group):
    new_edition({"A": "50", "B": "60"}, group=group, year=2022)
    new_edition({"A": "50"}, group=group)
    assert changes(by_group()[0])[1] == (2023, 2, False, False, False)


@pytest.mark.parametrize(
    ("kind", "reshaped"), [("merge", True), ("rename", False)], ids=["merged", "renamed"]
)
def test_a_merger_between_the_years_is_marked_and_a_new_name_is_not(group, kind, reshaped):
    new_edition({"A": "50", "B": "60"}, group=group, year=2021)
    new_edition({"A": "50", "C": "60"}, group=group, year=2023)
    units = {unit.name: unit for unit in group.authority.units.all()}
    Succession.objects.create(
        predecessor=units["B"], successor=units["C"], kind=kind, on=datetime.date(2022, 7, 1)
    )
    assert changes(by_group()[0])[1] == (2023, None, reshaped, False, False)


def test_other_limits_of_the_classes_are_marked(group):
    new_edition({"A": "50"}, group=group, year=2022)
    new_edition({"A": "50"}, group=group, bands=[("Tốt", "85"), ("Khá", None)])
    assert changes(by_group()[0])[1] == (2023, None, False, True, False)


@pytest.mark.parametrize(
    ("number", "same_points", "parted"),
    [("1", "40", True), ("2", "60", False), (None, "100", False)],
    ids=["less than half stayed", "more than half stayed", "all stayed"],
)
def test_other_criteria_are_marked_and_part_the_line_if_less_than_half_stayed(
    group, number, same_points, parted
):
    criteria = [("1", "60"), ("2", "40")]
    new_edition({"A": {"1": "30", "2": "20"}}, group=group, year=2022, criteria=criteria)
    framework = new_framework(group, criteria=criteria)
    framework.criteria.filter(number=number).update(comparable=False)
    give_points(framework, {group.authority.units.get(): {"1": "30", "2": "20"}})
    seal(framework)
    year = by_group()[0][1]

    assert (year.criteria_changed, year.same_points, year.whole, year.parted) == (
        number is not None,
        Decimal(same_points),
        Decimal(100),
        parted,
    )


def test_groups_come_in_their_own_order_each_with_its_years(group):
    second = new_group(group.authority, "cap-huyen", name="Huyện", kind="district", position=2)
    new_edition({"Huyện A": "50"}, group=second)
    new_edition({"A": "50"}, group=group)
    new_edition({"A": "50"}, group=group, year=2022)

    assert [[year.year for year in found] for found in by_group()] == [[2022, 2023], [2023]]


def test_nothing_has_no_groups(db):
    assert years.by_group([]) == []


# The charts


def counted(year, counts, *, units=None, changes=()):
    return {
        "year": year,
        "counts": counts,
        "units": sum(counts.values()) if units is None else units,
        "changes": list(changes),
    }


def measured(year, mean, median=None, *, changes=(), parted=False):
    return {
        "year": year,
        "mean": mean and Decimal(mean),
        "median": mean and Decimal(median or mean),
        "decimals": 2,
        "changes": list(changes),
        "parted": parted,
    }


def class_years(*rows):
    return class_years_chart(rows, slug="so-nganh-xep-loai", **ABOUT)


def mean_years(*rows):
    return mean_years_chart(rows, slug="so-nganh-trung-binh", **ABOUT)


def test_columns_of_classes_stand_on_the_best_and_leave_a_gap_for_a_year_without():
    chart = class_years(
        counted(2020, {"Khá": 5, "Tốt": 3}), counted(2022, {"Xuất sắc": 1, "Tốt": 7})
    )
    columns = [(trace["name"], trace["x"], trace["y"]) for trace in chart.spec["data"]]

    assert columns == [
        ("Xuất sắc", [2020, 2022], [0, 1]),
        ("Tốt", [2020, 2022], [3, 7]),
        ("Khá", [2020, 2022], [5, 0]),
    ]
    assert chart.spec["layout"]["xaxis"]["ticktext"] == ["2020", "2021", "2022"]
    assert chart.summary == "2020: 3 tốt, 5 khá. 2022: 1 xuất sắc, 7 tốt."
    assert chart.spec["layout"]["yaxis"]["range"][0] == 0


def test_units_without_a_class_are_hatched_and_counted():
    chart = class_years(counted(2022, {"Tốt": 3}, units=5), counted(2023, {"Tốt": 4}))

    assert chart.spec["data"][-1]["name"] == "no data yet"
    assert chart.spec["data"][-1]["y"] == [2, 0]
    assert "pattern" in chart.spec["data"][-1]["marker"]
    rows = [list(row.cells) for row in chart.table.rows]
    assert rows == [["2022", "3", "2", "5", "—"], ["2023", "4", "0", "4", "—"]]


def test_changed_years_are_marked_and_said():
    chart = class_years(
        counted(2021, {"Tốt": 3}),
        counted(2022, {"Tốt": 3}, changes=["2022: the class limits are others."]),
        counted(2023, {"Tốt": 2}, changes=["2023: 2 units, 3 before."]),
    )
    lines = [(shape["x0"], shape["name"]) for shape in chart.spec["layout"]["shapes"]]

    assert lines == [(2021.5, "changed in 2022, 2023"), (2022.5, "")]
    assert chart.summary.endswith("2022: the class limits are others. 2023: 2 units, 3 before.")


def test_many_changed_years_are_named_alone():
    rows = [counted(year, {"Tốt": 1}, changes=[f"{year}: x."]) for year in range(2019, 2024)]
    assert class_years(*rows).summary.endswith(
        "The group or its class limits changed in 2020, 2021, 2022, 2023."
    )


def line_of(chart, name):
    (trace,) = [
        trace for trace in chart.spec["data"] if trace["name"] == name and "lines" in trace["mode"]
    ]
    return list(zip(trace["x"], trace["y"], strict=True))


def test_means_leave_gaps_and_part_where_the_criteria_are_others():
    chart = mean_years(
        measured(2019, "70", "71"),
        measured(2021, "80", "79", parted=True, changes=["2021: others."]),
        measured(2022, None),
        measured(2023, "85.5"),
    )
    assert line_of(chart, "Mean of the group") == [
        (2019, 70.0),
        (2020, None),
        (2020.5, None),
        (2021, 80.0),
        (2022, None),
        (2023, 85.5),
    ]
    assert line_of(chart, "Median of the group")[0] == (2019, 71.0)
    assert "the axis starts at 50" in chart.spec["layout"]["yaxis"]["title"]["text"]
    assert [list(row.cells) for row in chart.table.rows] == [
        ["2019", "70.00", "71.00", "—"],
        ["2021", "80.00", "79.00", "2021: others."],
        ["2022", "—", "—", "—"],
        ["2023", "85.50", "85.50", "—"],
    ]


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        (
            [measured(2022, "70"), measured(2023, "85.5")],
            "The mean of the group was 70.00% in 2022 and 85.50% in 2023.",
        ),
        (
            [measured(2022, "70"), measured(2023, "85.5", changes=["2023: others."])],
            "The mean of the group was 70.00% in 2022 and 85.50% in 2023. 2023: others.",
        ),
        (
            [measured(2022, None), measured(2023, "85.5")],
            "The mean of the group in 2023 is 85.50%.",
        ),
        ([measured(2023, None)], "No mean is known: no year has a complete result."),
    ],
    ids=["two years", "a break", "one year", "nothing"],
)
def test_means_say_what_they_show(rows, summary):
    assert mean_years(*rows).summary == summary


NASTY = "<i>"
CHARTS = {
    "classes": lambda: class_years(
        counted(2020, {NASTY: 3}, units=4), counted(2022, {"Khá": 5}, changes=[NASTY])
    ),
    "means": lambda: mean_years(
        measured(2020, "70"), measured(2022, None, changes=[NASTY]), measured(2023, "9")
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_drawn_and_are_figures(name):
    chart = CHARTS[name]()
    assert 'role="img"' in chart.svg()
    assert chart.figure_json()
    assert NASTY not in chart.svg() + chart.svg_file()


# The page


def visit(client, address="/en/song-hong/"):
    response = client.get(address)
    assert response.status_code == 200
    return Page(response)


def new_counts(group, year, **counts):
    framework = new_framework(group, year=year, origin="announced", classified_by="none", bands=[])
    AnnouncedCount.objects.bulk_create(
        AnnouncedCount(framework=framework, position=position, class_name=name, count=count)
        for position, (name, count) in enumerate(counts.items(), start=1)
    )
    return seal(framework, completeness="counts")


@pytest.mark.usefixtures("public_sql")
def test_page_shows_the_newest_year_then_the_years_then_the_older_ones(client, group):
    for year in (2021, 2022, 2023):
        new_edition({"A": "90", "B": "70"}, group=group, year=year)
    text = visit(client).text

    order = ["Year 2023", "Over the years", "Units by class", "Mean and", "Year 2022", "Year 2021"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.usefixtures("public_sql")
def test_years_known_as_counts_have_classes_and_no_means(client, group):
    new_counts(group, 2022, Tốt=3, Khá=2)
    new_counts(group, 2023, Tốt=4, Khá=1)
    text = visit(client).text

    assert "2022: 3 tốt, 2 khá. 2023: 4 tốt, 1 khá." in text
    assert "Mean and median" not in text


def test_a_single_year_has_nothing_over_the_years(client, group):
    new_edition({"A": "90"}, group=group)
    assert "Over the years" not in visit(client).text


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [("/song-hong/", 7), ("/song-hong/bieu-do/so-nganh-xep-loai.svg", 7)],
)
@pytest.mark.usefixtures("public_sql")
def test_queries_do_not_grow_with_units_years_and_groups(
    client, group, django_assert_num_queries, address, queries, count
):
    others = [
        new_group(group.authority, f"nhom-{n}", name=f"Nhóm {n}", position=n + 2)
        for n in range(count)
    ]
    for of_one in (group, *others):
        for year in range(2023 - count, 2024):
            points = {f"{of_one.slug} {n}": "90" for n in range(count)}
            new_edition(points, group=of_one, year=year)

    with django_assert_num_queries(queries):
        response = client.get(address)
    assert response.status_code == 200


@pytest.mark.parametrize("slug", ["so-nganh-xep-loai", "so-nganh-trung-binh"])
def test_charts_have_addresses(client, group, slug):
    for year in (2022, 2023):
        new_edition({"A": "90"}, group=group, year=year)
    drawn = client.get(f"/en/song-hong/bieu-do/{slug}.svg")
    figure = client.get(f"/en/song-hong/bieu-do/{slug}.json")

    assert (drawn.headers["Content-Type"], figure.headers["Content-Type"]) == (
        "image/svg+xml",
        "application/json; charset=utf-8",
    )
    assert "published results of 2022 to 2023" in drawn.content.decode()


@pytest.mark.parametrize("slug", ["khong-co", "so-nganh-xep-loai"], ids=["no chart", "one year"])
def test_what_is_not_there_is_not_found(client, group, slug):
    new_edition({"A": "90"}, group=group)
    assert client.get(f"/song-hong/bieu-do/{slug}.svg").status_code == 404


@pytest.mark.django_db
def test_unknown_authority_has_no_charts(client):
    new_unit(new_group().authority)
    assert client.get("/khong-co/bieu-do/so-nganh-xep-loai.svg").status_code == 404
