import re

import pytest

from tests.factories import (
    LONG_AGO,
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


def publish_with_maximum(group, points, max_points, *, year=2023):
    """Publish the first of two units with a maximum of its own."""
    framework = new_framework(group, year=year)
    office = new_unit(group.authority, "Văn phòng UBND tỉnh", code=f"VP{year}")
    other = new_unit(group.authority, "Sở Y tế", code=f"YT{year}")
    give_maximum(framework, office, max_points)
    give_points(framework, {office: points, other: "60"})
    return seal(framework, public_from=LONG_AGO)


def example_of(response):
    example = response.context["example"]
    return example and (example.edition.authority.slug, example.edition.year)


def test_the_example_is_worked_through_with_published_numbers(client):
    publish_with_maximum(new_group(), "69.25", "71.50")
    response = client.get("/tim-hieu/")
    text = Page(response).text

    assert "Một ví dụ: Văn phòng UBND tỉnh, Sông Hồng, năm 2023" in text
    assert "69,25 ÷ 71,50 = 96,85%" in text
    assert "1/2" in text
    assert "/song-hong/2023/so-nganh/van-phong-ubnd-tinh/" in response.content.decode()


def test_without_an_edition_there_is_no_example(client):
    page = Page(client.get("/tim-hieu/"))

    assert "Một ví dụ" not in page.text
    assert "Ai chấm điểm" in page.text


def test_a_real_example_goes_before_a_newer_invented_one(client):
    invented = new_authority("gia", illustrative=True)
    new_edition({"Sở Y tế": "90"}, group=new_group(invented), year=2024)
    assert example_of(client.get("/tim-hieu/")) == ("gia", 2024)
    assert "số liệu minh họa" in Page(client.get("/tim-hieu/")).text.lower()

    new_edition({"Sở Y tế": "90"}, group=new_group(), year=2022)
    assert example_of(client.get("/tim-hieu/")) == ("song-hong", 2022)
    assert "số liệu minh họa" not in Page(client.get("/tim-hieu/")).text.lower()


def test_a_maximum_that_is_not_100_explains_more(client):
    group = new_group()
    publish_with_maximum(group, "69.25", "71.50", year=2021)
    new_edition({"Sở Nội vụ": "90"}, group=group, year=2023)

    assert example_of(client.get("/tim-hieu/")) == ("song-hong", 2021)


@pytest.mark.parametrize(
    "values",
    [
        {"completeness": "partial", "origin": "announced"},
        {"ranked": False},
        {"classified_by": "points"},
        {"bands": []},
    ],
    ids=["partial", "not ranked", "classed by points", "no classes"],
)
def test_what_would_not_explain_itself_is_no_example(client, values):
    if values == {"bands": []}:
        values |= {"classified_by": "none"}
    new_edition({"Sở Y tế": "90"}, **values)

    assert example_of(client.get("/tim-hieu/")) is None


def test_a_printed_index_that_does_not_follow_is_no_example(client):
    group = new_group()
    framework = new_framework(group, origin="announced")
    unit = new_unit(group.authority, "Sở Y tế")
    give_points(framework, {unit: "90"})
    announce(framework, unit, index_percent="91", rank=1, class_name="Tốt")
    seal(framework)

    assert example_of(client.get("/tim-hieu/")) is None


@pytest.mark.parametrize("address", ["/tim-hieu/", "/en/tim-hieu/"])
def test_it_is_read_in_two_minutes(client, address):
    publish_with_maximum(new_group(), "69.25", "71.50")
    content = client.get(address).content.decode()
    text = re.sub(r"<[^>]+>", " ", content[content.index("<h1>") : content.index("</main>")])

    assert 200 <= len([word for word in text.split() if re.search(r"\w", word)]) <= 450


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_editions(client, django_assert_num_queries, count):
    group = new_group()
    for year in range(2024 - count, 2024):
        new_edition({f"Sở {n}": "90" for n in range(count)}, group=group, year=year)

    with django_assert_num_queries(3):  # the first places, the ranked units, the classes
        client.get("/tim-hieu/")


def test_every_page_leads_to_it(client):
    for address in ("/", "/en/", "/du-lieu/"):
        hrefs = Page(client.get(address)).attributes("a", "href")
        assert any(href.endswith("/tim-hieu/") for href in hrefs)
