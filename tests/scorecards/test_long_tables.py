"""Tables of hundreds of rows: pages, order, search and filter over all of them, one's place."""

import csv
import io

import pytest
from django.db import transaction

from scorecards.management import national_data
from scorecards.models import Edition
from tests.pages import Page
from units.vietnamese import fold

LEAGUE = "/minh-hoa-toan-quoc/2025/cap-xa/"
REGISTRY = "/minh-hoa-toan-quoc/don-vi/"
UNITS = 126 + 56 + 124  # the communes of the first three provinces


@pytest.fixture(scope="module")
def _nation(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        for _made in national_data.make(national_data.Size(years=2, provinces=3, leaves=8)):
            pass
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _long(_nation, db, public_sql):
    """Give every test here three provinces and the nation they make."""


@pytest.fixture
def visit(client):
    def get(address, **query):
        response = client.get(address, query)
        assert response.status_code == 200, address
        return Page(response)

    return get


@pytest.fixture
def results():
    edition = Edition.objects.get(
        framework__group__authority__slug="minh-hoa-toan-quoc", framework__year=2025
    )
    return list(edition.results.select_related("unit").order_by("position"))


def names(page):
    return [row[1] for row in page.rows()]


def names_of(results):
    return [row.unit_name for row in results]


def test_a_page_holds_a_hundred_rows(visit, results):
    first, last = visit(LEAGUE), visit(LEAGUE, trang="4")

    assert names(first) == names_of(results[:100])
    assert names(last) == names_of(results[300:])
    assert first.attributes("b", "aria-current") == ["page"]
    assert first.attributes("a", "rel") == ["next"]
    assert last.attributes("a", "rel") == ["prev"]


@pytest.mark.parametrize(("asked", "start"), [("0", 300), ("99", 300), ("x", 0), ("2", 100)])
def test_a_page_that_is_not_there_is_one_that_is(visit, results, asked, start):
    assert names(visit(LEAGUE, trang=asked)) == names_of(results[start : start + 100])


@pytest.mark.parametrize(
    "sort", ["unit_name", "-unit_name", "index_percent", "-points", "class_name", "-claimed"]
)
def test_all_rows_are_sorted_and_not_the_page(visit, results, sort):
    key = {
        "unit_name": lambda row: row.unit.sort_key,
        "class_name": lambda row: ["Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"].index(
            row.class_name
        ),
    }.get(sort.lstrip("-"), lambda row: getattr(row, sort.lstrip("-")))
    expected = sorted(results, key=key, reverse=sort.startswith("-"))

    found = [
        name for page in "1234" for name in names(visit(LEAGUE, trang=page, **{"sap-xep": sort}))
    ]
    assert found == names_of(expected)


def test_all_rows_are_searched_and_the_number_found_is_said(visit, results):
    expected = [name for name in names_of(results) if "Bình" in name or "Bính" in name]
    found = visit(f"/en{LEAGUE}", q="binh", trang="1")

    assert 0 < len(expected) <= len(names(found))
    assert set(expected) <= set(names(found))
    assert f"{len(names(found))} of {UNITS} units found." in found.text
    assert found.attributes("nav", "class").count("inline pages") == 0


def test_all_rows_are_filtered_by_class(visit, results):
    (most, _count) = max(
        ((name, sum(row.class_name == name for row in results)) for name in ("Tốt", "Khá")),
        key=lambda pair: pair[1],
    )
    expected = [row.unit_name for row in results if row.class_name == most]
    pages = range(1, 2 + (len(expected) > 200) * (len(expected) - 1) // 100)
    found = [
        name for page in pages for name in names(visit(LEAGUE, trang=page, **{"xep-loai": most}))
    ]
    assert found == expected


def test_files_hold_every_row(client):
    lines = client.get(f"{LEAGUE.rstrip('/')}.csv").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(lines)))) == UNITS + 1
    assert len(client.get(f"{LEAGUE.rstrip('/')}.json").json()["results"]) == UNITS


def test_a_browser_does_not_search_a_page_of_a_table(visit):
    assert visit(LEAGUE).attributes("form", "data-filter") == ["server"]
    assert visit(LEAGUE, q="ba dinh").attributes("form", "data-filter") == [None]


# The place of one unit


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (0, [(0, 10), 296]),
        (9, [(0, 15), 291]),
        (15, [(0, 21), 285]),
        (16, [(0, 10), 1, (11, 22), 284]),
        (200, [(0, 10), 185, (195, 206), 100]),
        (300, [(0, 10), 285, (295, 306)]),
        (305, [(0, 10), 290, (300, 306)]),
    ],
)
def test_a_unit_stands_between_its_neighbours(visit, results, place, shown):
    page = visit(f"/en{LEAGUE}", **{"don-vi": results[place].unit.slug})

    expected = []
    for part in shown:
        if isinstance(part, int):
            gap = f"… {part} unit{'s are' if part > 1 else ' is'} left out here …"
            expected.append([gap])
        else:
            for row in results[slice(*part)]:
                mark = " the unit asked for" if row is results[place] else ""
                expected.append([str(row.rank), row.unit_name + mark])
    assert [row[:2] for row in page.rows()] == expected
    assert page.attributes("tr", "aria-current") == ["true"]


def test_a_unit_is_found_by_its_name(visit, results):
    row = next(row for row in results if row.unit_name == "Phường Ba Đình, Hà Nội")
    page = visit(f"/en{LEAGUE}", **{"don-vi": "phuong ba dinh ha noi"})

    assert page.attributes("tr", "aria-current") == ["true"]
    assert f"holds rank {row.rank}." in page.text


@pytest.mark.parametrize(("words", "most"), [("hoang", 12), ("phuong hoang", 12)])
def test_a_name_of_several_units_is_asked_about(visit, results, words, most):
    named = [row.unit.slug for row in results if words in fold(row.unit_name)]
    page = visit(f"/en{LEAGUE}", **{"don-vi": words})

    which = f"The first {most} of them:" if len(named) > most else "Which one do you mean?"
    assert f"{len(named)} units have names like that. {which}" in page.text
    address = f"/en{LEAGUE}?don-vi="
    links = [link for link in page.attributes("a", "href") if link.startswith(address)]
    assert links == [f"{address}{slug}" for slug in named[:most]]
    assert len(page.rows()) == 100


def test_a_name_of_no_unit_is_said_to_be_none(visit):
    page = visit(f"/en{LEAGUE}", **{"don-vi": "<atlantis>"})

    assert "No unit of this list has that name." in page.text
    assert len(page.rows()) == 100


def test_a_short_table_marks_the_unit_among_all(visit):
    page = visit("/minh-hoa-ha-noi/2025/so-nganh/", **{"don-vi": "so-tu-phap"})

    assert len(page.rows()) == 15
    assert page.attributes("tr", "aria-current") == ["true"]


def test_a_unit_leads_to_its_place(visit):
    page = visit("/minh-hoa-toan-quoc/2025/cap-xa/phuong-ba-dinh-ha-noi/")
    assert f"{LEAGUE}?don-vi=phuong-ba-dinh-ha-noi" in page.attributes("a", "href")


# What it costs


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        (LEAGUE, 6),
        (f"{LEAGUE}?trang=3", 6),
        (f"{LEAGUE}?sap-xep=-points&trang=2", 6),
        (f"{LEAGUE}?q=binh", 6),
        (f"{LEAGUE}?don-vi=phuong-ba-dinh-ha-noi", 6),
        ("/minh-hoa-ha-noi/2025/so-nganh/", 6),
        (REGISTRY, 4),
        (f"{REGISTRY}?trang=3&sap-xep=-unit_name", 4),
        ("/minh-hoa-ha-noi/don-vi/", 4),
    ],
)
def test_long_and_short_tables_cost_the_same_queries(
    client, django_assert_num_queries, address, queries
):
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


# The registry


def test_the_registry_has_pages_and_its_files_all(visit, client):
    assert len(visit(REGISTRY).rows()) == 100
    assert len(visit(REGISTRY, trang="4").rows()) == UNITS - 300
    lines = client.get(f"{REGISTRY.rstrip('/')}.csv").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(lines)))) == UNITS + 1


def test_the_registry_is_sorted_and_searched_as_a_whole(visit):
    ascending = [
        row[0]
        for page in "1234"
        for row in visit(REGISTRY, trang=page, **{"sap-xep": "code"}).rows()
    ]
    assert ascending == sorted(ascending)
    found = visit(f"/en{REGISTRY}", q="ba dinh")
    assert [row[1] for row in found.rows()] == ["Phường Ba Đình, Hà Nội"]
    assert f"1 of {UNITS} units found." in found.text
