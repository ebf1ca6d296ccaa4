import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError, connection
from django.test import Client
from django.urls import path

from reform_portal.urls import handler400, handler404, handler500, urlpatterns  # noqa: F401
from tests.factories import new_authority, new_edition, new_group, new_unit, new_user
from tests.pages import Page


def fail(request):
    raise ZeroDivisionError


def refuse(request):
    raise BadRequest


def forbid(request):
    raise PermissionDenied


urlpatterns = [
    path("hong/", fail),
    path("sai/", refuse),
    path("cam/", forbid),
    *urlpatterns,
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def portal():
    """An authority with two groups in 2021 and 2023, and one that has published nothing."""
    group = new_group()
    for year in (2021, 2023):
        new_edition({"Sở Tài chính": "90", "Sở Y tế": "80"}, group=group, year=year)
    new_edition(
        {"Thị xã Hòa Thành": "90"},
        group=new_group(group.authority, "cap-huyen", name="Cấp huyện", kind="district"),
    )
    new_unit(group.authority, "Ban Dân tộc")
    new_authority("da-lat", name="Ủy ban nhân dân tỉnh Đà Lạt", place="Đà Lạt")


@pytest.fixture
def broken_database():
    def refuse(*arguments):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(refuse):
        yield


def nearest(response):
    """Return where the suggestions lead to, in their order."""
    assert response.status_code == 404
    return [url for __, url in response.context["nearest"]]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "/song-hong/2022/so-nganh/",
            ["/song-hong/2023/so-nganh/", "/song-hong/2023/", "/song-hong/"],
        ),
        (
            "/song-hong/2020/so-nganh/",
            ["/song-hong/2021/so-nganh/", "/song-hong/2021/", "/song-hong/"],
        ),
        ("/song-hong/2019/", ["/song-hong/2021/", "/song-hong/"]),
        (
            "/song-hong/2023/so-nganh/so-taichinh/",
            [
                "/song-hong/2023/so-nganh/so-tai-chinh/",
                "/song-hong/don-vi/so-tai-chinh/",
                "/song-hong/2023/so-nganh/",
                "/song-hong/2023/",
                "/song-hong/",
            ],
        ),
        (
            "/song-hong/2023/so-nganh/ban-dan-toc/",
            [
                "/song-hong/don-vi/ban-dan-toc/",
                "/song-hong/2023/so-nganh/",
                "/song-hong/2023/",
                "/song-hong/",
            ],
        ),
        (
            "/song-hong/don-vi/Sở-Y-Tế/",
            [
                "/song-hong/2023/so-nganh/so-y-te/",
                "/song-hong/don-vi/so-y-te/",
                "/song-hong/2023/",
                "/song-hong/",
            ],
        ),
        ("/songhong/", ["/song-hong/2023/", "/song-hong/"]),
        ("/song-hong/2023/capp-huyen.pdf", ["/song-hong/2023/cap-huyen/", "/song-hong/2023/"]),
        ("/da-lat/2023/", ["/da-lat/"]),
        ("/Đà Lạt", ["/da-lat/"]),
        ("/wp-login.php", []),
        ("/quan-tri/song-hong/", []),
        ("/tim-kiem/song-hong/", []),
    ],
)
def test_a_broken_address_leads_to_the_nearest_pages(client, portal, address, expected):
    client.force_login(new_user("admin", is_superuser=True, is_staff=True))
    found = nearest(client.get(address))

    assert found[: len(expected)] == expected
    assert bool(found) == bool(expected)
    for url in found:
        assert client.get(url).status_code == 200


def test_a_missing_year_is_answered_with_those_that_are_published(client, portal):
    assert (
        "Sông Hồng đã công bố kết quả các năm: 2021, 2023."
        in Page(client.get("/song-hong/2022/so-nganh/")).text
    )
    assert (
        "Sông Hồng has published results for: 2021, 2023."
        in Page(client.get("/en/song-hong/2022/")).text
    )
    assert "Đà Lạt chưa công bố kết quả nào." in Page(client.get("/da-lat/2022/")).text


def test_suggestions_speak_the_language_of_the_address(client, portal):
    response = client.get("/en/song-hong/2023/so-nganh/so-taichinh/")

    assert response.context["nearest"][:2] == [
        ("Sở Tài chính, 2023", "/en/song-hong/2023/so-nganh/so-tai-chinh/"),
        ("Sở Tài chính through the years", "/en/song-hong/don-vi/so-tai-chinh/"),
    ]


def test_the_search_of_a_missing_page_begins_with_its_last_word(client, portal):
    page = Page(client.get("/song-hong/2023/so-nganh/so-taichinh/"))

    assert [tag["value"] for __, tag in page.tags if tag.get("id") == "page-q"] == ["so taichinh"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_missing_page_costs_the_same_whatever_there_is(client, django_assert_num_queries, count):
    group = new_group()
    for year in range(2024 - count, 2024):
        new_edition({f"Sở {n}": "80" for n in range(count)}, group=group, year=year)

    # Two of the page that is missing; authorities, editions, units, whether it has a result.
    with django_assert_num_queries(6):
        client.get("/song-hong/2023/so-nganh/so-00/")


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_missing_page_needs_no_database(client, request, signed_in):
    if signed_in:
        client.force_login(new_user("admin", is_superuser=True))
    request.getfixturevalue("broken_database")
    response = client.get("/song-hong/2022/so-nganh/a/b/c/")
    page = Page(response)

    assert response.status_code == 404
    assert "Trang này không tồn tại" in page.text
    assert "Đăng nhập" in page.text


def on_its_own(response, status):
    """Check a page that may need no other file; return its text."""
    page = Page(response)
    assert response.status_code == status
    assert page.attributes("script", "src") == page.attributes("link", "href") == []
    assert "style-src 'unsafe-inline'" in response["Content-Security-Policy"]
    return page.text


def test_a_fault_is_told_in_both_languages_without_a_database(broken_database):
    text = on_its_own(Client(raise_request_exception=False).get("/hong/"), 500)

    assert "Cổng chưa hiển thị được trang này" in text
    assert "The portal could not show this page" in text


def test_a_page_without_a_database_is_a_fault_and_says_so(broken_database):
    text = on_its_own(Client(raise_request_exception=False).get("/"), 500)

    assert "Xin thử lại sau ít phút." in text


@pytest.mark.parametrize(
    ("address", "headers"), [("/sai/", {}), ("/", {"HTTP_HOST": "elsewhere.example"})]
)
def test_what_cannot_be_read_is_told_in_both_languages(client, address, headers):
    text = on_its_own(client.get(address, **headers), 400)

    assert "Cổng không đọc được yêu cầu" in text
    assert "The request could not be read" in text


def test_what_is_forbidden_is_told_in_the_portals_look(client):
    response = client.get("/cam/")

    assert response.status_code == 403
    assert "Ông/bà chưa có quyền xem trang này" in Page(response).text


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/dang-nhap/", "Biểu mẫu chưa được tiếp nhận"),
        ("/en/dang-nhap/", "The form was not accepted"),
    ],
)
def test_a_form_from_elsewhere_is_refused_in_the_portals_look(address, told):
    response = Client(enforce_csrf_checks=True).post(address, {"username": "a"})

    assert response.status_code == 403
    assert told in Page(response).text
