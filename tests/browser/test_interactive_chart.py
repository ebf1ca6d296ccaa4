from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import translation
from playwright.sync_api import expect

from scorecards.charts.ranking import ranking_chart

PAGE = """<!doctype html><html lang="vi"><title>Chart</title>
<link rel="icon" href="/static/img/favicon.svg">
<link rel="stylesheet" href="/static/css/portal.css">
{component}<script src="/static/js/chart.js" defer></script></html>"""


def chart():
    names = ["unit_name", "index_percent", "rank", "class_name"]
    results = [
        dict(zip(names, values, strict=True))
        for values in [
            ("Sở Xây dựng", Decimal("98.98"), 1, "Tốt"),
            ("Sở Y tế", Decimal("49.07"), 2, "Kém"),
        ]
    ]
    return ranking_chart(results, group_name="Sở", year=2020, decimals=2, source="Quyết định")


@translation.override("vi")
def show(request, folder):
    context = {"chart": chart(), "chart_url": f"/{folder}/"}
    return HttpResponse(PAGE.format(component=render_to_string("components/chart.html", context)))


@translation.override("vi")
def figure(request):
    return HttpResponse(chart().figure_json(), content_type="application/json")


urlpatterns = [path("figures/xep-hang.json", figure), path("page/<slug:folder>", show)]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def complaints(page):
    heard = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def button(page):
    return page.locator(".chart-foot button")


def test_interactive_chart_comes_on_request_and_goes_again(live_server, page, complaints):
    requests = []
    page.on("request", lambda request: requests.append(request.url.removeprefix(live_server.url)))
    page.goto(f"{live_server.url}/page/figures")
    page.wait_for_selector(".chart-foot button")
    assert [address for address in requests if "plotly" in address or "json" in address] == []

    button(page).click()
    page.hover(".plotly .barlayer .point >> nth=0", force=True)
    with translation.override("vi"):
        index = translation.gettext("Index: %(value)s") % {"value": "98,98%"}
    hovered = page.wait_for_selector(".hoverlayer .hovertext").text_content()
    assert hovered == f"1. Sở Xây dựng{index}Tốt"
    assert page.locator(".drawing").is_hidden()

    button(page).click()
    assert page.locator(".drawing").is_visible()
    assert page.locator(".interactive").is_hidden()
    assert complaints == []


def test_interactive_chart_takes_the_dark_colours_of_the_page(live_server, page, complaints):
    page.goto(f"{live_server.url}/page/figures")
    button(page).click()
    bar = page.locator(".plotly .barlayer .point path").first
    bar.wait_for()
    light = bar.evaluate("bar => getComputedStyle(bar).fill")

    page.emulate_media(color_scheme="dark")
    page.wait_for_selector(".plotly .bg[style*='17, 22, 28'], .main-svg[style*='17, 22, 28']")
    dark = bar.evaluate("bar => getComputedStyle(bar).fill")
    assert (light, dark) == ("rgb(35, 127, 87)", "rgb(138, 220, 181)")
    assert complaints == []


def test_keyboard_opens_reads_and_closes_the_interactive_chart(live_server, page, complaints):
    page.goto(f"{live_server.url}/page/figures")
    button(page).focus()
    page.keyboard.press("Enter")
    place = page.locator(".interactive:focus")
    place.wait_for()
    assert place.get_attribute("role") == "application"
    assert place.get_attribute("aria-label").startswith(chart().title)

    readout = page.locator(".readout[aria-live=polite]")
    said = []
    for key in ["ArrowRight", "ArrowDown", "ArrowDown", "Home"]:
        page.keyboard.press(key)
        said.append(readout.text_content())
    with translation.override("vi"):
        index = translation.gettext("Index: %(value)s")
    first = f"1. Sở Xây dựng, {index % {'value': '98,98%'}}, Tốt"
    second = f"2. Sở Y tế, {index % {'value': '49,07%'}}, Kém"
    assert said == [first, second, second, first]
    expect(page.locator(".hoverlayer .hovertext")).to_contain_text("98,98%")

    page.keyboard.press("Escape")
    assert page.locator(".drawing").is_visible()
    assert button(page).evaluate("one => one === document.activeElement")
    assert complaints == []


def test_tab_leaves_the_interactive_chart(live_server, page):
    page.goto(f"{live_server.url}/page/figures")
    button(page).click()
    page.locator(".interactive:focus").wait_for()
    on_the_way = []
    while not button(page).evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
        on_the_way.append(page.evaluate("document.activeElement.className"))
        assert len(on_the_way) < 10, on_the_way


@pytest.mark.parametrize("missing", ["**/nowhere/*.json", "**/plotly.min.js", "**/plotly-vi.js"])
def test_drawn_chart_stays_if_anything_fails(live_server, page, missing):
    page.route(missing, lambda route: route.abort())
    folder = "nowhere" if "nowhere" in missing else "figures"
    page.goto(f"{live_server.url}/page/{folder}")
    button(page).click()

    page.wait_for_selector(".chart-foot [role=status]:not(:empty)")
    page.wait_for_selector(".chart-foot button:not([disabled])")
    said = page.locator("figure.chart").get_attribute("data-failed")
    assert page.locator(".chart-foot [role=status]").text_content() == said
    assert page.locator(".drawing").is_visible()
    assert page.locator(".interactive").is_hidden()
