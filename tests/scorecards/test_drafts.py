import io
import zipfile

import pytest
from django.urls import resolve
from python_calamine import load_workbook

from accounts.models import ADMINISTRATORS, OFFICIALS
from scorecards.urls import urlpatterns
from tests.factories import (
    give_points,
    new_authority,
    new_edition,
    new_framework,
    new_group,
    new_user,
    seal,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db

DRAFT = "/ban-nhap/song-hong/2023/so-nganh"
DRAFT_ADDRESSES = [
    f"{DRAFT}/",
    f"{DRAFT}.csv",
    f"{DRAFT}.xlsx",
    f"{DRAFT}.json",
    f"{DRAFT}/so-y-te/",
    f"{DRAFT}/so-y-te.csv",
    f"{DRAFT}/so-y-te.json",
    f"{DRAFT}/bieu-do/xep-hang.svg",
    f"{DRAFT}/bieu-do/xep-hang.json",
]
PUBLIC_ADDRESSES = [
    "/",
    "/dang-nhap/",
    "/tim-hieu/",
    "/tim-kiem/?q=so",
    "/tim-kiem.json?q=so",
    "/du-lieu/",
    *(f"/du-lieu.{suffix}" for suffix in ("csv", "xlsx", "json")),
    "/song-hong/",
    *(f"/song-hong.{suffix}" for suffix in ("csv", "xlsx", "json")),
    "/song-hong/bieu-do/so-nganh-xep-loai.svg",
    "/song-hong/don-vi/",
    "/song-hong/don-vi/?q=so",
    *(f"/song-hong/don-vi.{suffix}" for suffix in ("csv", "xlsx", "json")),
    "/song-hong/don-vi/so-y-te/",
    *(f"/song-hong/don-vi/so-y-te.{suffix}" for suffix in ("csv", "xlsx", "json")),
    *(f"/song-hong/don-vi/so-y-te/bieu-do/dien-bien.{suffix}" for suffix in ("svg", "json")),
    *(
        f"/song-hong/{year}{rest}"
        for year in (2022, 2023)
        for rest in [
            "/",
            ".csv",
            ".xlsx",
            ".json",
            "/so-nganh/",
            "/so-nganh/?sap-xep=-index_percent",
            "/so-nganh/?q=y+te",
            "/so-nganh.csv",
            "/so-nganh.xlsx",
            "/so-nganh.json",
            "/so-nganh/v1/",
            "/so-nganh/v1.csv",
            "/so-nganh/v1.json",
            "/so-nganh/bieu-do/xep-hang.svg",
            "/so-nganh/bieu-do/xep-hang.json",
            "/so-nganh/bieu-do/phan-bo.svg",
            "/so-nganh/bieu-do/xep-loai.json",
            "/so-nganh/v1/bieu-do/xep-hang.svg",
            "/so-nganh/v1/bieu-do/xep-hang.json",
            "/so-nganh/so-y-te/",
            "/so-nganh/so-y-te.csv",
            "/so-nganh/so-y-te.xlsx",
            "/so-nganh/so-y-te.json",
            "/so-nganh/v1/so-y-te/",
            "/so-nganh/v1/so-y-te.json",
            "/so-nganh/so-y-te/bieu-do/ho-so.svg",
            "/so-nganh/v1/so-y-te/bieu-do/ho-so.json",
            "/so-nganh/so-y-te/1/",
            "/so-nganh/so-y-te/1.json",
            "/so-nganh/v1/so-y-te/1/",
            "/so-nganh/v1/so-y-te/1.csv",
            "/so-nganh/tien-bo/",
            "/so-nganh/tien-bo.json",
            "/so-nganh/tien-bo/bieu-do/thu-hang.svg",
            "/so-nganh/linh-vuc/",
            "/so-nganh/linh-vuc.json",
            "/so-nganh/linh-vuc/bieu-do/linh-vuc.svg",
            "/so-nganh/v1/linh-vuc/",
            "/so-nganh/v1/linh-vuc.csv",
            "/so-nganh/v1/linh-vuc/bieu-do/linh-vuc.json",
            "/so-nganh/tieu-chi/1/",
            "/so-nganh/tieu-chi/1.json",
            "/so-nganh/tieu-chi/1/bieu-do/phan-bo.svg",
            "/so-nganh/v1/tieu-chi/1/",
            "/so-nganh/v1/tieu-chi/1.csv",
            "/so-nganh/v1/tieu-chi/1/bieu-do/phan-bo.json",
            "/so-nganh/v1/dinh-chinh/",
            "/so-nganh/v1/dinh-chinh.json",
            "/so-nganh/v1/nhung/bang/",
            "/so-nganh/v1/manifest.json",
            "/so-nganh/v1/canonical.json",
            "/so-nganh/v1/goi-du-lieu.zip",
            "/phuong-phap/",
            "/phuong-phap.json",
            "/ngoai-tuyen.zip",
            "/so-nganh.docx",
            "/so-nganh.pdf",
            "/so-nganh/v1.docx",
            "/phu-luc.docx",
            "/phu-luc.xlsx",
            "/phu-luc/so-nganh.xlsx",
            "/phu-luc/so-nganh/v1.xlsx",
            "/thong-cao/",
        ]
    ),
    "/song-hong/so-sanh/?don-vi=so-y-te&don-vi=so-noi-vu",
    "/song-hong/so-sanh.json?don-vi=so-y-te&don-vi=so-noi-vu&nam=2023",
    "/song-hong/so-sanh/bieu-do/so-sanh.svg?don-vi=so-y-te&don-vi=so-noi-vu",
    "/du-lieu/vi-du/",
    "/api/openapi.json",
    "/tin.atom",
    "/song-hong/tin.atom",
    "/song-hong/dinh-chinh/",
    "/song-hong/dinh-chinh.json",
    "/xac-minh/",
    "/xac-minh/xac_minh.py",
]
# 12,34 awarded is an index of 13,71 of the unit's 90 points; 9,87 is claimed.
SECRETS = ["12.34", "12,34", "13.71", "13,71", "9.87", "9,87"]


@pytest.fixture
def draft():
    group = new_group()
    new_edition(
        {"Sở Y tế": "88.5", "Sở Nội vụ": "70"}, group=group, year=2022, criteria=[("1", "90")]
    )
    framework = new_framework(group, criteria=[("1", "90")])
    unit = group.authority.units.get(slug="so-y-te")
    give_points(framework, {unit: "12.34", group.authority.units.get(slug="so-noi-vu"): "81"})
    give_points(framework, {unit: "9.87"}, field="claimed")
    return framework


@pytest.fixture
def people(draft):
    own, other = draft.authority, new_authority("cuu-long")
    return {
        "official": new_user("lan", authority=own, groups=[OFFICIALS]),
        "administrator": new_user("mai", authority=own, groups=[ADMINISTRATORS]),
        "superuser": new_user("root", is_superuser=True),
        "in no group": new_user("hoa", authority=own),
        "official elsewhere": new_user("nam", authority=other, groups=[OFFICIALS]),
        "administrator elsewhere": new_user("ha", authority=other, groups=[ADMINISTRATORS]),
        "staff": new_user("tu", authority=own, is_staff=True),
    }


def text_of(response):
    """Return what a reader can find in the answer, a workbook's cells included."""
    if "spreadsheet" in response.headers["Content-Type"]:
        sheet = load_workbook(io.BytesIO(response.content)).get_sheet_by_index(0)
        return repr(sheet.to_python())
    content = b"".join(response) if response.streaming else response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(
                archive.read(name).decode(errors="replace") for name in archive.namelist()
            )
    return content.decode(errors="replace")


def secrets_in(response):
    return [secret for secret in SECRETS if secret in text_of(response)]


def test_addresses_below_are_all_public_addresses_of_the_portal():
    public = {str(route.pattern) for route in urlpatterns} - {"dang-xuat/"}

    assert {resolve(address.partition("?")[0]).route for address in PUBLIC_ADDRESSES} == {
        route for route in public if not route.startswith("ban-nhap/")
    }


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["vi", "en"])
@pytest.mark.usefixtures("draft", "public_sql")
def test_no_public_address_tells_a_draft(client, prefix):
    told = {
        address: secrets_in(response)
        for address in PUBLIC_ADDRESSES
        if secrets_in(response := client.get(f"{prefix}{address}"))
    }

    assert told == {}


@pytest.mark.usefixtures("draft", "public_sql")
def test_public_pages_show_officials_what_everybody_sees(client, people):
    client.force_login(people["official"])
    told = [address for address in PUBLIC_ADDRESSES if secrets_in(client.get(address))]

    assert told == []


@pytest.mark.usefixtures("draft")
def test_the_same_addresses_tell_the_numbers_once_they_are_published(client, draft):
    seal(draft)
    telling = [address for address in PUBLIC_ADDRESSES if secrets_in(client.get(address))]

    assert {
        "/song-hong/2023/so-nganh/",
        "/song-hong/2023/so-nganh.csv",
        "/song-hong/2023/so-nganh.xlsx",
        "/song-hong/2023/so-nganh.json",
        "/song-hong/2023/so-nganh/so-y-te/",
        "/song-hong/2023/so-nganh/so-y-te.json",
        "/song-hong/2023/so-nganh/bieu-do/xep-hang.svg",
        "/song-hong/don-vi/so-y-te/",
    } <= set(telling)


@pytest.mark.usefixtures("draft", "public_sql")
def test_the_guard_of_the_public_pages_catches_a_page_over_scores(client, people):
    client.force_login(people["official"])
    with pytest.raises(pytest.fail.Exception, match="working scores"):
        client.get(f"{DRAFT}/")


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["vi", "en"])
@pytest.mark.parametrize("address", ["/ban-nhap/", *DRAFT_ADDRESSES])
@pytest.mark.usefixtures("draft")
def test_drafts_ask_the_unknown_reader_to_sign_in(client, prefix, address):
    response = client.get(f"{prefix}{address}")

    assert (response.status_code, response.headers["Location"]) == (
        302,
        f"{prefix}/dang-nhap/?next={prefix}{address}",
    )


@pytest.mark.parametrize("address", DRAFT_ADDRESSES)
@pytest.mark.parametrize(
    "who", ["official elsewhere", "administrator elsewhere", "in no group", "staff"]
)
def test_drafts_do_not_exist_for_others(client, people, who, address):
    client.force_login(people[who])
    response = client.get(address)

    assert (response.status_code, secrets_in(response)) == (404, [])


@pytest.mark.parametrize("address", DRAFT_ADDRESSES)
@pytest.mark.parametrize("who", ["official", "administrator", "superuser"])
def test_drafts_are_shown_to_their_officials_and_never_kept(client, people, who, address):
    client.force_login(people[who])
    response = client.get(address)

    assert (response.status_code, secrets_in(response) != []) == (200, True)
    assert {"no-store", "no-cache", "private"} <= {
        word.strip() for word in response.headers["Cache-Control"].split(",")
    }


@pytest.mark.parametrize("address", ["/ban-nhap/", f"{DRAFT}/", f"{DRAFT}/so-y-te/"])
def test_draft_pages_say_that_they_are_drafts(client, people, address):
    client.force_login(people["official"])
    shown = Page(client.get(f"/en{address}")).text

    assert "DRAFT – not published. These numbers may still change; do not pass them on." in shown
    assert "Sealed result." not in shown


def test_draft_file_says_that_it_is_a_draft(client, people):
    client.force_login(people["official"])

    assert client.get(f"{DRAFT}.json").json()["draft"] is True
    assert "ban-nhap" in client.get(f"{DRAFT}.csv").headers["Content-Disposition"]


def test_draft_league_table_shows_the_ranking_as_it_would_be_published(client, people):
    client.force_login(people["official"])

    assert [row[:3] for row in Page(client.get(f"{DRAFT}/")).rows()] == [
        ["1", "Sở Nội vụ", "90,00"],
        ["2", "Sở Y tế", "13,71"],
    ]


def test_draft_links_stay_among_the_drafts(client, people):
    client.force_login(people["official"])
    links = Page(client.get(f"{DRAFT}/")).attributes("a", "href")

    assert [link for link in links if "so-y-te" in link or link.endswith(".csv")] == [
        f"{DRAFT}.csv",
        f"{DRAFT}/so-y-te/",
    ]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("official", ["/ban-nhap/song-hong/2023/so-nganh/"]),
        ("administrator", ["/ban-nhap/song-hong/2023/so-nganh/"]),
        ("official elsewhere", ["/ban-nhap/cuu-long/2023/so-nganh/"]),
        ("in no group", []),
        ("staff", []),
        (
            "superuser",
            ["/ban-nhap/cuu-long/2023/so-nganh/", "/ban-nhap/song-hong/2023/so-nganh/"],
        ),
    ],
)
def test_list_of_drafts_holds_the_reader_s_own(client, people, who, expected):
    new_framework(new_group(people["official elsewhere"].authority))
    client.force_login(people[who])
    links = Page(client.get("/ban-nhap/")).attributes("a", "href")

    assert sorted(link for link in links if link.startswith("/ban-nhap/") and "2023" in link) == (
        expected
    )


@pytest.mark.parametrize(
    "address",
    [
        "/ban-nhap/song-hong/2022/so-nganh/",
        "/ban-nhap/song-hong/2024/so-nganh/",
        "/ban-nhap/khong-co/2023/so-nganh/",
        f"{DRAFT}/so-khong-co/",
        f"{DRAFT}/bieu-do/khong-co.svg",
    ],
    ids=["sealed", "no such year", "no such authority", "no such unit", "no such chart"],
)
def test_what_is_no_draft_is_404(client, people, address):
    client.force_login(people["superuser"])

    assert client.get(address).status_code == 404


def test_draft_of_an_empty_framework_is_a_page(client, people, draft):
    new_framework(draft.group, year=2024, criteria=[])
    client.force_login(people["official"])
    response = client.get("/ban-nhap/song-hong/2024/so-nganh/")

    assert response.status_code == 200
    assert response.context["table"].rows.data.data == []


@pytest.mark.parametrize("unit_count", [1, 3])
def test_draft_costs_the_same_whatever_the_number_of_units(
    client, people, draft, django_assert_num_queries, unit_count
):
    names = {f"Sở {n}": str(50 + n) for n in range(unit_count)}
    group = new_group(draft.authority, "nhom-khac")
    edition = new_edition(names, group=group, year=2022)
    framework = new_framework(group)
    give_points(framework, {row.unit: "60" for row in edition.results.select_related("unit")})
    client.force_login(people["official"])
    with django_assert_num_queries(20):
        response = client.get("/ban-nhap/song-hong/2023/nhom-khac/")

    assert len(Page(response).rows()) == unit_count


def test_signing_out_ends_the_view_of_drafts(client, people):
    client.force_login(people["official"])
    client.post("/dang-xuat/")

    assert client.get(f"{DRAFT}/").status_code == 302


def test_an_account_that_was_closed_sees_no_draft(client, people):
    client.force_login(people["official"])
    people["official"].is_active = False
    people["official"].save()

    assert client.get(f"{DRAFT}/").status_code == 302
