import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from scorecards import history, progress_in_words
from scorecards.models import AnnouncedCount, Edition
from tests.factories import (
    announce,
    give_points,
    new_authority,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    open_correction,
    seal,
    tomorrow,
)
from units.models import Succession

pytestmark = pytest.mark.django_db

NEW_YEAR = datetime.date(2023, 1, 1)


@pytest.fixture
def group():
    return new_group()


def succeed(group, earlier, later, *, kind="rename", share="whole"):
    units = {unit.name: unit for unit in group.authority.units.all()}
    Succession.objects.create(
        predecessor=units[earlier], successor=units[later], kind=kind, share=share, on=NEW_YEAR
    )


def partial_edition(group, names, **values):
    """Publish the units with points 90, 80 … of which nothing else was announced."""
    framework = new_framework(group, origin="announced", **values)
    for step, name in enumerate(names):
        unit = new_unit(group.authority, name)
        give_points(framework, {unit: str(90 - 10 * step)})
        announce(framework, unit, index_percent=str(90 - 10 * step))
    return seal(framework, completeness="partial")


# Overviews


def in_short(overview):
    return (
        overview.units,
        [(row.class_name, row.count) for row in overview.counts],
        [row.unit_name for row in overview.leaders],
        overview.mean,
        overview.median,
    )


def test_overview_of_a_complete_edition_counts_a_zero_as_a_number(group):
    edition = new_edition({"Sở A": "90", "Sở B": "70.01", "Sở C": "0"}, group=group)
    (overview,) = history.overviews([edition])

    assert in_short(overview) == (
        3,
        [("Tốt", 1), ("Khá", 1), ("Trung bình", 1)],
        ["Sở A"],
        Decimal("53.34"),
        Decimal("70.01"),
    )


def test_overview_names_everybody_who_came_first(group):
    edition = new_edition({"Sở B": "90", "Sở A": "90", "Sở C": "80"}, group=group)
    (overview,) = history.overviews([edition])

    assert [row.unit_name for row in overview.leaders] == ["Sở A", "Sở B"]


def test_overview_of_a_part_has_no_mean_and_no_median(group):
    (overview,) = history.overviews([partial_edition(group, ["Sở A", "Sở B"])])

    assert in_short(overview) == (
        2,
        [("Tốt", 0), ("Khá", 0), ("Trung bình", 0)],
        [],
        None,
        None,
    )


def test_overview_of_counts_counts_the_units(group):
    framework = new_framework(group, origin="announced", classified_by="none", bands=[])
    for position, (name, count) in enumerate([("Tốt", 13), ("Khá", 5)], start=1):
        AnnouncedCount.objects.create(
            framework=framework, position=position, class_name=name, count=count
        )
    (overview,) = history.overviews([seal(framework, completeness="counts")])

    assert in_short(overview) == (18, [("Tốt", 13), ("Khá", 5)], [], None, None)


@pytest.mark.parametrize("edition_count", [1, 3])
def test_overviews_cost_the_same_whatever_their_number(
    django_assert_num_queries, group, edition_count
):
    for year in range(2020, 2020 + edition_count):
        new_edition({"Sở A": "90"}, group=group, year=year)
    editions = list(Edition.objects.with_context().order_by("framework__year"))
    with django_assert_num_queries(2):
        found = history.overviews(editions)

    assert [overview.edition for overview in found] == editions


# Moves


def moves(edition):
    found = history.moves(edition, list(edition.results.select_related("unit")))
    names = dict(edition.results.values_list("unit", "unit_name"))
    return {names[pk]: (move.previous_rank, move.gained) for pk, move in found.items()}


def test_moves_count_the_places_gained(group):
    new_edition({"Sở A": "90", "Sở B": "80", "Sở C": "70"}, group=group, year=2022)
    edition = new_edition({"Sở A": "70", "Sở B": "80", "Sở C": "90"}, group=group)

    assert moves(edition) == {"Sở A": (1, -2), "Sở B": (2, 0), "Sở C": (3, 2)}


def test_moves_leave_out_who_is_new_and_who_was_not_ranked(group):
    new_edition({"Sở A": "90", "Sở B": "80"}, group=group, year=2022)
    framework = new_framework(group)
    units = {unit.name: unit for unit in group.authority.units.all()}
    give_points(
        framework,
        {units["Sở A"]: "90", units["Sở B"]: "80", new_unit(group.authority, "Sở C"): "70"},
    )
    framework.scorecards.filter(unit=units["Sở B"]).update(ranked=False)

    assert moves(seal(framework)) == {"Sở A": (1, 0)}


def test_moves_follow_a_rename(group):
    new_edition({"Huyện Bắc": "80", "Huyện Nam": "90"}, group=group, year=2022)
    edition = new_edition({"Thị xã Bắc": "95", "Huyện Nam": "90"}, group=group)
    succeed(group, "Huyện Bắc", "Thị xã Bắc")

    assert moves(edition) == {"Thị xã Bắc": (2, 1), "Huyện Nam": (1, -1)}


def test_moves_do_not_cross_a_merger(group):
    new_edition({"Sở Văn hóa": "80", "Sở Du lịch": "90"}, group=group, year=2022)
    edition = new_edition({"Sở Văn hóa và Du lịch": "95"}, group=group)
    succeed(group, "Sở Văn hóa", "Sở Văn hóa và Du lịch", kind="merge")
    succeed(group, "Sở Du lịch", "Sở Văn hóa và Du lịch", kind="merge")

    assert moves(edition) == {}


def test_moves_start_from_the_corrected_result(group):
    first = new_edition({"Sở A": "90", "Sở B": "80"}, group=group, year=2022)
    open_correction(first.framework)
    give_points(first.framework, {group.authority.units.get(name="Sở B"): "95"})
    seal(first.framework, reason="cộng thiếu điểm")
    edition = new_edition({"Sở A": "90", "Sở B": "80"}, group=group)

    assert moves(edition) == {"Sở A": (2, 1), "Sở B": (1, -1)}


@pytest.mark.parametrize("what", ["nothing", "hidden", "a gap", "another group", "a round"])
def test_moves_need_a_public_result_of_the_year_before(group, what):
    other = new_group(group.authority, "nhom-khac")
    points = {"Sở A": "80", "Sở B": "90"}
    match what:
        case "hidden":
            new_edition(points, group=group, year=2022, public_from=tomorrow())
        case "a gap":
            new_edition(points, group=group, year=2021)
        case "another group":
            new_edition(points, group=other, year=2022)
        case "a round":
            new_edition(points, group=group, year=2022, round=1)
    edition = new_edition({"Sở A": "90", "Sở B": "80"}, group=group)

    assert moves(edition) == {}


# One unit through the years

COLUMNS = ["year", "unit_name", "index_percent", "group_median", "rank", "ranked_units"]


def past_of(group, name, columns=COLUMNS):
    past = history.unit_history(group.authority.units.get(name=name))
    return [tuple(row[column] for column in columns) for row in past.to_dict("records")]


def test_unit_history_has_a_row_a_year_oldest_first(group):
    new_edition({"Sở A": "90", "Sở B": "80", "Sở C": "75"}, group=group, year=2023)
    new_edition({"Sở A": "70", "Sở B": "60.01"}, group=group, year=2021, decimals=3)

    assert past_of(group, "Sở A") == [
        (2021, "Sở A", 70, Decimal("65.005"), 1, 2),
        (2023, "Sở A", 90, 80, 1, 3),
    ]


def test_unit_history_of_nobody_has_its_columns(group):
    past = history.unit_history(new_unit(group.authority))

    assert (len(past), list(past.columns)) == (0, history.HISTORY_COLUMNS)


def test_unit_history_shows_the_correction_and_nothing_hidden(group):
    first = new_edition({"Sở A": "90"}, group=group, year=2021)
    open_correction(first.framework)
    give_points(first.framework, {group.authority.units.get(): "91"})
    seal(first.framework, reason="cộng thiếu điểm")
    new_edition({"Sở A": "12.34"}, group=group, year=2022, public_from=tomorrow())
    give_points(new_framework(group), {group.authority.units.get(): "43.21"})

    assert past_of(group, "Sở A") == [(2021, "Sở A", 91, 91, 1, 1)]


def test_unit_history_follows_a_rename_without_a_break(group):
    new_edition({"Huyện Bắc": "80"}, group=group, year=2022)
    new_edition({"Thị xã Bắc": "90"}, group=group, year=2023)
    succeed(group, "Huyện Bắc", "Thị xã Bắc")
    expected = [(2022, "Huyện Bắc", False), (2023, "Thị xã Bắc", False)]

    columns = ["year", "unit_name", "break_before"]
    assert past_of(group, "Thị xã Bắc", columns) == expected
    assert past_of(group, "Huyện Bắc", columns) == expected


def test_unit_history_breaks_where_a_namesake_took_in_another_unit(group):
    new_edition({"Sở Tài chính": "80", "Sở Kế hoạch": "90"}, group=group, year=2022)
    earlier = {unit.name: unit for unit in group.authority.units.all()}
    later = new_unit(group.authority, "Sở Tài chính", slug="so-tai-chinh-2023", code="STC-2023")
    for unit in earlier.values():
        Succession.objects.create(predecessor=unit, successor=later, kind="merge", on=NEW_YEAR)
    for year, points in [(2023, "95"), (2024, "96")]:
        framework = new_framework(group, year=year)
        give_points(framework, {later: points})
        seal(framework)

    past = history.unit_history(later)
    assert [tuple(row) for row in past[["year", "unit_slug", "break_before"]].to_numpy()] == [
        (2022, "so-tai-chinh", False),
        (2023, "so-tai-chinh-2023", True),
        (2024, "so-tai-chinh-2023", False),
    ]
    assert past_of(group, "Sở Kế hoạch", ["year", "index_percent"]) == [(2022, 90)]


def test_unit_history_of_a_part_has_no_median(group):
    partial_edition(group, ["Sở A", "Sở B"])

    assert past_of(group, "Sở A") == [(2023, "Sở A", 90, None, None, None)]


def test_unit_history_counts_the_units_that_were_ranked(group):
    framework = new_framework(group)
    units = [new_unit(group.authority, name) for name in ("Sở A", "Sở B", "Sở C")]
    give_points(framework, dict(zip(units, ("90", "80", "70"), strict=True)))
    framework.scorecards.filter(unit=units[2]).update(ranked=False)
    seal(framework)

    assert past_of(group, "Sở A", ["rank", "ranked_units"]) == [(1, 2)]


def test_unit_history_stays_within_the_lives_of_the_unit(group):
    elsewhere = new_group(new_authority("song-cuu-long"))
    new_edition({"Sở A": "90"}, group=group, year=2022)
    new_edition({"Sở A": "70"}, group=elsewhere, year=2023)

    assert past_of(group, "Sở A", ["year", "index_percent"]) == [(2022, 90)]


# What parts two years


def broken(group, name):
    return progress_in_words.breaks(history.unit_history(group.authority.units.get(name=name)))


def test_changed_criteria_part_two_years(group):
    tree = [("1", "60"), ("1.1", "40"), ("1.2", "20"), ("2", "40")]
    card = {"Sở A": {"1.1": "30", "1.2": "10", "2": "20"}}
    new_edition(card, group=group, year=2022, criteria=tree)
    framework = new_framework(group, criteria=tree)
    # A branch that is marked along with its leaf is not a criterion more.
    framework.criteria.filter(number__in=["1", "1.1"]).update(comparable=False)
    give_points(framework, {group.authority.units.get(): card["Sở A"]})
    seal(framework)

    columns = ["year", "criteria", "changed_criteria", "break_before"]
    assert past_of(group, "Sở A", columns) == [(2022, 3, 0, False), (2023, 3, 1, False)]
    with translation.override("en"):
        assert broken(group, "Sở A") == ["", "1 of 3 criteria changed"]


def test_first_year_of_a_unit_is_not_parted_from_what_is_unknown(group):
    framework = new_framework(group)
    framework.criteria.update(comparable=False)
    give_points(framework, {new_unit(group.authority, "Sở A"): "90"})
    seal(framework)

    assert broken(group, "Sở A") == [""]


def test_unit_that_took_in_another_and_lived_on_is_another_body(group):
    for year in (2021, 2022, 2023):
        new_edition({"Sở A": "80", "Sở B": "90"}, group=group, year=year)
    units = {unit.name: unit for unit in group.authority.units.all()}
    Succession.objects.create(
        predecessor=units["Sở B"],
        successor=units["Sở A"],
        kind="take_over",
        share="part",
        on=datetime.date(2022, 7, 1),
    )

    assert past_of(group, "Sở A", ["year", "break_before", "body_changed_on"]) == [
        (2021, False, None),
        (2022, True, datetime.date(2022, 7, 1)),
        (2023, False, None),
    ]
    with translation.override("vi"):
        assert "01/07/2022" in broken(group, "Sở A")[1]


def test_unit_in_another_group_is_parted_from_its_years_there(group):
    other = new_group(group.authority, "khac", name="Cơ quan khác", position=2)
    new_edition({"Sở A": "80"}, group=other, year=2022)
    new_edition({"Sở A": "90"}, group=group, year=2023)

    with translation.override("en"):
        assert broken(group, "Sở A") == ["", "ranked in another group: Cơ quan chuyên môn"]


@pytest.mark.parametrize("count", [1, 3])
def test_unit_history_costs_the_same_whatever_the_years(django_assert_num_queries, group, count):
    for year in range(2024 - count, 2024):
        new_edition({"Sở A": "80"}, group=group, year=year)
    unit = group.authority.units.select_related("authority").get()

    with django_assert_num_queries(4):
        assert len(history.unit_history(unit)) == count
