"""English pages hold no Vietnamese but names and data: here the data are English."""

import pytest

from tests.factories import (
    give_points,
    new_authority,
    new_commitment,
    new_framework,
    new_group,
    new_unit,
    seal,
)
from tests.pages import Page
from tests.repository.test_translations import VIETNAMESE

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/tim-hieu/",
    "/tim-kiem/",
    "/tim-kiem/?q=office",
    "/tim-kiem/?q=nothing",
    "/tim-kiem/?q=x",
    "/tim-kiem.json?q=office",
    "/du-lieu/",
    "/du-lieu/vi-du/",
    "/xac-minh/",
    "/xac-minh/?co-quan=alpha",
    "/dang-nhap/",
    "/alpha/",
    "/alpha/2023/",
    "/alpha/2023/phuong-phap/",
    "/alpha/2023/thong-cao/",
    "/alpha/2023/agencies/",
    "/alpha/2023/agencies/v1/",
    "/alpha/2023/agencies/office-a/",
    "/alpha/2023/agencies/office-a/1/",
    "/alpha/don-vi/",
    "/alpha/don-vi/office-a/",
    "/alpha/dinh-chinh/",
    "/alpha/cam-ket/2024/",
    "/alpha/cam-ket/2024/office-a/",
    "/beta/",
    "/beta/cam-ket/",
    "/alpha/2020/agencies/",
]


@pytest.fixture
def english_data():
    authority = new_authority("alpha", name="People's Committee of Alpha", place="Alpha")
    new_authority("beta", name="People's Committee of Beta", place="Beta", illustrative=True)
    group = new_group(authority, "agencies", name="Agencies")
    units = [new_unit(authority, f"Office {letter}") for letter in "ABC"]
    for year in (2022, 2023):
        framework = new_framework(
            group, year=year, title=f"Index {year}", bands=[("Good", "80"), ("Poor", None)]
        )
        framework.criteria.update(title="Criterion")
        give_points(framework, {unit: str(90 - 7 * n) for n, unit in enumerate(units)})
        seal(framework)
    commitment = new_commitment(units[0], "Settle every dossier on time", signed=False)
    commitment.refresh_from_db()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.usefixtures("english_data")
def test_an_english_page_is_english(client, address):
    response = client.get(f"/en{address}")
    lines = response.content.decode().replace("Tiếng Việt", "").splitlines()

    assert [line.strip() for line in lines if VIETNAMESE.search(line)] == []
    if "json" not in address:
        assert Page(response).attributes("html", "lang") == ["en"]
