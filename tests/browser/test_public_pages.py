import io

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [
    "/",
    "/tay-ninh/",
    "/tay-ninh/2023/",
    "/tay-ninh/2023/so-nganh/",
    "/tay-ninh/2023/cap-huyen/",
    "/tay-ninh/2023/so-nganh/so-y-te/",
    "/tay-ninh/don-vi/",
    "/tay-ninh/don-vi/so-y-te/",
    "/du-lieu/",
    "/dang-nhap/",
]


@pytest.fixture
def portal(live_server, page):
    call_command("load_authority", "fixtures/tay-ninh", stdout=io.StringIO())
    complaints = []
    page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints
    page.site = live_server.url
    return page


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_page_is_wider_than_its_screen_or_breaks_the_policy(portal, width):
    portal.set_viewport_size({"width": width, "height": 800})
    found = {}
    for address in PAGES:
        portal.goto(portal.site + address)
        found[address] = portal.evaluate("document.documentElement.scrollWidth")
    assert {address: wide for address, wide in found.items() if wide > width} == {}
    assert portal.complaints == []


def test_typing_without_accents_narrows_the_table(portal):
    portal.goto(f"{portal.site}/tay-ninh/2023/so-nganh/")
    portal.locator("main input[name=q]").type("so tai")
    shown = portal.locator("table.league tbody tr:visible th").all_inner_texts()
    assert shown == ["Sở Tài chính", "Sở Tài nguyên và Môi trường"]


def test_the_interactive_chart_loads_on_request_only(portal):
    asked = []
    portal.on("request", lambda request: asked.append(request.url))
    portal.goto(f"{portal.site}/tay-ninh/2023/so-nganh/")
    assert not any("plotly" in address for address in asked if address.endswith("plotly.min.js"))
    figure = portal.locator("figure.chart").last
    figure.get_by_role("button").first.click()
    figure.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=20_000)
    assert figure.locator(".drawing").is_hidden()
    assert portal.complaints == []


def test_a_page_is_complete_without_javascript(live_server, browser):
    call_command("load_authority", "fixtures/tay-ninh", stdout=io.StringIO())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/tay-ninh/2023/so-nganh/?q=so%20tai&sap-xep=index_percent")
    assert page.locator("table.league tbody th").all_inner_texts() == [
        "Sở Tài nguyên và Môi trường",
        "Sở Tài chính",
    ]
    assert page.locator("figure.chart svg[role=img]").count() == 3
    context.close()
