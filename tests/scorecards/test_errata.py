"""Corrections: listed, told number by number, and marked where they apply."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scorecards import assessing
from tests.factories import give_points, new_edition, new_group, new_user, seal
from tests.pages import Page

pytestmark = pytest.mark.django_db


def corrected(group, points, **changed):
    """Publish ``points`` and correct some of them; return both editions."""
    first = new_edition(points, group=group)
    framework = first.framework
    framework.refresh_from_db()
    by = new_user(f"quan-tri-{framework.pk}", authority=group.authority)
    assessing.open_correction(
        framework, reason="Cộng sai điểm.", decided_by="Chủ tịch UBND tỉnh", by=by
    )
    framework.refresh_from_db()
    units = {unit.name: unit for unit in group.authority.units.all()}
    give_points(framework, {units[name]: value for name, value in changed["to"].items()})
    return first, seal(framework)


@pytest.fixture
def group():
    return new_group()


@pytest.fixture
def editions(group):
    return corrected(
        group, {"Sở Tài chính": "88.5", "Sở Y tế": "80", "Sở Nội vụ": "70"}, to={"Sở Y tế": "90"}
    )


def test_a_correction_takes_over_who_decided_it_and_why(editions):
    second = editions[1]
    assert (second.version, second.reason, second.decided_by) == (
        2,
        "Cộng sai điểm.",
        "Chủ tịch UBND tỉnh",
    )


def test_every_correction_is_listed(client, public_sql, editions):
    (row,) = Page(client.get("/song-hong/dinh-chinh/")).rows("lines")
    assert row[1:] == [
        "2023",
        "Cơ quan chuyên môn",
        "2",
        "Cộng sai điểm.",
        "Chủ tịch UBND tỉnh",
        "6",
    ]


def test_an_authority_without_corrections_says_so(client, group):
    new_edition({"Sở Tài chính": "88.5"}, group=group)
    page = Page(client.get("/song-hong/dinh-chinh/"))
    assert len(page.rows("lines")) == 1


def test_every_changed_number_is_told(client, public_sql, editions):
    rows = Page(client.get("/song-hong/2023/so-nganh/v2/dinh-chinh/")).rows("lines")
    assert [(row[0], row[1], *row[3:]) for row in rows] == [
        ("Sở Y tế", "—", "80,00", "90,00"),
        ("Sở Y tế", "—", "80,00", "90,00"),
        ("Sở Y tế", "—", "80,00", "90,00"),
        ("Sở Y tế", "—", "2", "1"),
        ("Sở Y tế", "1", "80,00", "90,00"),
        ("Sở Tài chính", "—", "1", "2"),
    ]


def test_files_of_a_correction_hold_the_same_rows(client, editions):
    found = client.get("/song-hong/2023/so-nganh/v2/dinh-chinh.json").json()
    assert len(found["results"]) == 6
    assert found["corrects"] == editions[0].digest
    assert found["results"][0]["unit"] == "so-y-te"


def test_the_first_edition_corrects_nothing(client, editions):
    assert client.get("/song-hong/2023/so-nganh/v1/dinh-chinh/").status_code == 404


@pytest.mark.parametrize("address", ["/song-hong/2023/so-nganh/", "/song-hong/2023/so-nganh/v2/"])
def test_the_current_league_table_says_what_it_corrects(client, public_sql, editions, address):
    page = Page(client.get(address))
    assert "Cộng sai điểm." in page.text
    assert "/song-hong/2023/so-nganh/v2/dinh-chinh/" in page.attributes("a", "href")


@pytest.mark.parametrize("size", [1, 3])
def test_listing_costs_the_same_whatever_the_number_of_units(client, group, size):
    names = [f"Sở {number}" for number in range(size)]
    corrected(group, dict.fromkeys(names, "80"), to={names[0]: "90"})
    with CaptureQueriesContext(connection) as queries:
        client.get("/song-hong/dinh-chinh/")
    assert len(queries) == 5
    with CaptureQueriesContext(connection) as queries:
        client.get("/song-hong/2023/so-nganh/v2/dinh-chinh/")
    assert len(queries) == 5
