import json
import xml.etree.ElementTree as ET

import pytest

from scorecards.templatetags.discovery import in_language
from scorecards.views import discovery
from tests.factories import (
    LONG_AGO,
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
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]

SITE = "http://testserver"
NAMES = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


@pytest.fixture
def group():
    return new_group()


def links(page, rel):
    return [tag for name, tag in page.tags if name == "link" and tag.get("rel") == rel]


def meta(page, name):
    return [
        tag["content"]
        for tag_name, tag in page.tags
        if tag_name == "meta" and name in (tag.get("name"), tag.get("property"))
    ]


def described_data(response, kind):
    """Return the data blocks of one schema.org type."""
    blocks = response.content.decode().split('<script type="application/ld+json">')[1:]
    found = [json.loads(block.partition("</script>")[0]) for block in blocks]
    return [block for block in found if block["@type"] == kind]


def locations(response, tag="url"):
    root = ET.fromstring(response.content)
    return [row.find("map:loc", NAMES).text for row in root.findall(f"map:{tag}", NAMES)]


# The head of a page


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("/", "/"),
        ("/en/song-hong/", "/en/song-hong/"),
        ("/song-hong/2023/so-nganh/?sap-xep=-points&q=so", "/song-hong/2023/so-nganh/"),
        ("/song-hong/2023/so-nganh/v1/?xep-loai=T%E1%BB%91t", "/song-hong/2023/so-nganh/"),
        ("/en/song-hong/2023/so-nganh/v1/so-y-te/", "/en/song-hong/2023/so-nganh/so-y-te/"),
        ("/song-hong/2023/so-nganh/v1/so-y-te/1/", "/song-hong/2023/so-nganh/so-y-te/1/"),
        ("/song-hong/don-vi/?q=y", "/song-hong/don-vi/"),
    ],
)
def test_a_page_names_its_own_address_and_languages(client, group, address, own):
    new_edition({"Sở Y tế": "85"}, group=group)
    page = Page(client.get(address))
    bare = own.removeprefix("/en")

    assert [tag["href"] for tag in links(page, "canonical")] == [SITE + own]
    assert meta(page, "og:url") == [SITE + own]
    assert [
        (tag["hreflang"], tag["href"]) for tag in links(page, "alternate") if "hreflang" in tag
    ] == [
        ("vi", SITE + bare),
        ("en", f"{SITE}/en{bare}"),
        ("x-default", SITE + bare),
    ]


def test_a_corrected_version_is_a_page_of_its_own(client, group):
    edition = new_edition({"Sở Y tế": "85"}, group=group)
    framework = edition.framework
    open_correction(framework)
    give_points(framework, {group.authority.units.get(): "86"})
    seal(framework)

    def canonical(version):
        return links(Page(client.get(f"/song-hong/2023/so-nganh/v{version}/")), "canonical")[0]

    assert canonical(1)["href"] == f"{SITE}/song-hong/2023/so-nganh/v1/"
    assert canonical(2)["href"] == f"{SITE}/song-hong/2023/so-nganh/"


def test_pages_are_described_by_their_own_data(client, group):
    new_edition({"Sở Y tế": "85", "Sở Nội vụ": "70"}, group=group)
    other = new_authority("da-lat", name="Ủy ban nhân dân tỉnh Đà Lạt", place="Đà Lạt")
    new_edition({"Sở Y tế": "90"}, group=new_group(other))
    addresses = [
        "/",
        "/tim-hieu/",
        "/du-lieu/",
        "/du-lieu/vi-du/",
        "/xac-minh/",
        "/dang-nhap/",
        *(
            f"/{slug}/{rest}"
            for slug in ("song-hong", "da-lat")
            for rest in (
                "",
                "2023/",
                "2023/so-nganh/",
                "2023/phuong-phap/",
                "2023/thong-cao/",
                "2023/so-nganh/so-y-te/",
                "2023/so-nganh/so-y-te/1/",
                "don-vi/",
                "don-vi/so-y-te/",
                "dinh-chinh/",
                "cam-ket/",
            )
        ),
    ]
    titles, descriptions = {}, {}
    for address in addresses:
        response = client.get(f"/en{address}")
        page = Page(response)
        (title,) = meta(page, "og:title")
        (description,) = meta(page, "description")
        assert meta(page, "og:description") == [description]
        assert 30 <= len(description) <= 300, address
        titles.setdefault(title, []).append(address)
        descriptions.setdefault(description, []).append(address)

    assert [same for same in titles.values() if len(same) > 1] == []
    assert [same for same in descriptions.values() if len(same) > 1] == []


def test_a_description_is_plain_text_and_escaped(client):
    group = new_group(new_authority(place='A & "B"', name="<b>Tỉnh</b> A"))
    new_edition({"Sở <i>Y</i>": "85"}, group=group)
    response = client.get("/song-hong/2023/so-nganh/")

    (description,) = meta(Page(response), "description")
    assert "<b>" not in description
    assert 'A & "B", 2023.' in description


def test_breadcrumbs_are_told_to_machines(client, group):
    new_edition({"Sở Y tế": "85"}, group=group)
    (trail,) = described_data(client.get("/en/song-hong/2023/"), "BreadcrumbList")

    assert trail["itemListElement"] == [
        {"@type": "ListItem", "position": 1, "name": "Results", "item": f"{SITE}/en/"},
        {"@type": "ListItem", "position": 2, "name": "Sông Hồng", "item": f"{SITE}/en/song-hong/"},
        {"@type": "ListItem", "position": 3, "name": "2023"},
    ]


def test_the_portal_says_how_it_is_searched(client):
    (site,) = described_data(client.get("/"), "WebSite")

    assert site["potentialAction"]["target"]["urlTemplate"] == f"{SITE}/tim-kiem/?q={{words}}"


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/song-hong/", ["Ủy ban nhân dân tỉnh Sông Hồng"]),
        ("/song-hong/don-vi/so-y-te/", ["Sở Y tế"]),
        ("/song-hong/don-vi/xa-a/", []),
        ("/gia/", []),
        ("/gia/don-vi/so-y-te/", []),
    ],
)
def test_only_real_bodies_are_called_organizations(client, group, address, names):
    invented = new_authority("gia", illustrative=True)
    new_unit(group.authority, "Sở Y tế")
    new_unit(invented, "Sở Y tế")
    new_unit(group.authority, "Xã A", kind="commune")
    found = described_data(client.get(address), "GovernmentOrganization")

    assert [row["name"] for row in found] == names


@pytest.mark.parametrize("address", ["/tim-kiem/", "/tim-kiem/?q=so", "/khong-co/"])
def test_pages_that_are_not_to_be_found_say_so(client, address):
    page = Page(client.get(address))

    assert meta(page, "robots") == ["noindex"]
    assert links(page, "canonical") == []


# robots.txt and the sitemap


def test_robots_keep_out_of_drafts_administration_and_search(client):
    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /quan-tri",
        "Disallow: /ban-nhap",
        "Disallow: /viec-can-lam",
        "Disallow: /tim-kiem",
        "Disallow: /en/quan-tri",
        "Disallow: /en/ban-nhap",
        "Disallow: /en/viec-can-lam",
        "Disallow: /en/tim-kiem",
        "",
        "Sitemap: http://testserver/sitemap.xml",
    ]


def test_sitemap_holds_every_public_page_in_both_languages(client, group):
    new_edition({"Sở Y tế": "85"}, group=group)
    new_edition({"Sở Y tế": "85"}, group=group, year=2024, public_from=tomorrow())
    new_framework(group, year=2025)
    response = client.get("/sitemap.xml")
    pages = [
        "/",
        "/tim-hieu/",
        "/du-lieu/",
        "/du-lieu/vi-du/",
        "/xac-minh/",
        "/song-hong/",
        "/song-hong/don-vi/",
        "/song-hong/2023/",
        "/song-hong/2023/phuong-phap/",
        "/song-hong/2023/so-nganh/",
        "/song-hong/don-vi/so-y-te/",
    ]

    assert response["Content-Type"] == "application/xml"
    assert sorted(locations(response)) == sorted(
        SITE + prefix + page for page in pages for prefix in ("", "/en")
    )
    for page in pages:
        for prefix in ("", "/en"):
            assert client.get(prefix + page).status_code == 200, page


def test_sitemap_says_when_a_page_changed_and_which_is_its_other_language(client, group):
    new_edition({"Sở Y tế": "85"}, group=group)
    root = ET.fromstring(client.get("/sitemap.xml").content)
    (league,) = [
        row
        for row in root.findall("map:url", NAMES)
        if row.find("map:loc", NAMES).text == f"{SITE}/song-hong/2023/so-nganh/"
    ]

    assert league.find("map:lastmod", NAMES).text == LONG_AGO.date().isoformat()
    assert {
        link.get("hreflang"): link.get("href") for link in league.findall("xhtml:link", NAMES)
    } == {
        "vi": f"{SITE}/song-hong/2023/so-nganh/",
        "en": f"{SITE}/en/song-hong/2023/so-nganh/",
        "x-default": f"{SITE}/song-hong/2023/so-nganh/",
    }


def test_sitemap_of_very_many_pages_is_an_index(client, group, monkeypatch):
    monkeypatch.setattr(discovery, "LONGEST", 10)
    new_edition({f"Sở {n}": "85" for n in range(7)}, group=group)
    sitemaps = locations(client.get("/sitemap.xml"), "sitemap")
    pages = [page for one in sitemaps for page in locations(client.get(one.removeprefix(SITE)))]

    assert sitemaps == [
        f"{SITE}/sitemap-ket-qua.xml",
        f"{SITE}/sitemap-ket-qua.xml?p=2",
        f"{SITE}/sitemap-don-vi.xml",
        f"{SITE}/sitemap-don-vi.xml?p=2",
    ]
    assert len(pages) == len(set(pages)) == 2 * (10 + 7)


@pytest.mark.parametrize("count", [1, 3])
def test_sitemap_costs_the_same_whatever_its_length(
    client, group, django_assert_num_queries, count
):
    for year in range(2024 - count, 2024):
        new_edition({f"Sở {n}": "85" for n in range(count)}, group=group, year=year)

    with django_assert_num_queries(4):  # authorities, editions, results by unit, units
        client.get("/sitemap.xml")


# Two languages


@pytest.mark.parametrize(
    ("address", "english", "vietnamese"),
    [
        ("/", "/en/", "/"),
        ("/en/", "/en/", "/"),
        ("/en", "/en/", "/"),
        ("/enough/?q=a&b=%C4%91", "/en/enough/?q=a&b=%C4%91", "/enough/?q=a&b=%C4%91"),
        ("/en/tay-ninh/?q=en", "/en/tay-ninh/?q=en", "/tay-ninh/?q=en"),
        ("/vi/", "/en/", "/"),
    ],
)
def test_the_other_language_is_the_same_address_behind_its_prefix(address, english, vietnamese):
    assert in_language(address, "en") == english
    assert in_language(address, "vi") == vietnamese


@pytest.mark.parametrize("address", ["/song-hong/don-vi/?q=so&sap-xep=code", "/khong-co/?q=1"])
def test_the_switch_of_language_keeps_page_and_query(client, group, address):
    switch = [
        tag["href"] for name, tag in Page(client.get(address)).tags if tag.get("hreflang") == "en"
    ]
    back = [
        tag["href"]
        for name, tag in Page(client.get(f"/en{address}")).tags
        if name == "a" and tag.get("hreflang") == "vi"
    ]

    assert switch[-1] == f"/en{address}"
    assert back == [address]


def test_officials_sign_in_in_their_language(client):
    response = client.get("/en/ban-nhap/")
    assert response["Location"] == "/en/dang-nhap/?next=/en/ban-nhap/"
    page = Page(client.get(response["Location"]))

    assert page.attributes("html", "lang") == ["en"]
    assert "Username" in page.text
    assert "Password" in page.text
    assert client.get("/ban-nhap/")["Location"] == "/dang-nhap/?next=/ban-nhap/"
