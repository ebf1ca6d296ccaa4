import io

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(live_server, page):
    call_command("load_authority", "fixtures/tay-ninh", stdout=io.StringIO())
    page.site = live_server.url
    page.complaints = []
    page.on("console", lambda line: line.type == "error" and page.complaints.append(line.text))
    page.goto(f"{live_server.url}/tay-ninh/")
    page.field = page.get_by_role("combobox")
    page.choices = page.locator("header [role=option]")
    return page


def look_for(portal, words):
    portal.field.type(words)
    portal.choices.first.wait_for()


def chosen(portal):
    """Return the text of the option that the field names as active, None without one."""
    active = portal.field.get_attribute("aria-activedescendant")
    return active and portal.locator(f"#{active} b").inner_text()


def test_suggestions_are_reached_by_keyboard(portal):
    look_for(portal, "so tai")
    assert portal.field.get_attribute("aria-expanded") == "true"
    assert portal.locator("header [role=status]").inner_text() == "3 kết quả cho “so tai”."
    assert chosen(portal) is None

    portal.keyboard.press("ArrowDown")
    assert chosen(portal) == "Sở Tài chính"
    portal.keyboard.press("ArrowDown")
    assert chosen(portal) == "Sở Tài nguyên và Môi trường"
    assert portal.locator("[aria-selected=true]").count() == 1
    portal.keyboard.press("ArrowDown")
    portal.keyboard.press("ArrowDown")
    assert chosen(portal) is None
    portal.keyboard.press("ArrowUp")
    assert chosen(portal) == "Sở Giao thông vận tải"
    portal.keyboard.press("ArrowUp")

    portal.keyboard.press("Enter")
    portal.wait_for_url("**/tay-ninh/don-vi/so-tai-nguyen-va-moi-truong/")
    assert portal.complaints == []


def test_escape_closes_the_suggestions_and_keeps_the_words(portal):
    look_for(portal, "so tai")
    portal.keyboard.press("ArrowDown")
    portal.keyboard.press("Escape")

    assert portal.choices.first.is_hidden()
    assert portal.field.get_attribute("aria-expanded") == "false"
    assert portal.field.input_value() == "so tai"
    portal.keyboard.press("ArrowDown")
    assert portal.choices.first.is_visible()


def test_enter_without_a_choice_leads_to_the_page_of_results(portal):
    look_for(portal, "so tai")
    portal.keyboard.press("Enter")
    portal.wait_for_url("**/tim-kiem/?q=so+tai")

    assert portal.locator("main .list a").first.inner_text() == "Sở Tài chính"


def test_a_suggestion_is_taken_by_a_click(portal):
    look_for(portal, "y te")
    portal.choices.first.click()
    portal.wait_for_url("**/tay-ninh/don-vi/so-y-te/")


def test_leaving_the_field_closes_the_suggestions(portal):
    look_for(portal, "y te")
    portal.keyboard.press("Tab")

    assert portal.choices.first.is_hidden()


def test_nothing_moves_when_suggestions_open(portal):
    heading = portal.locator("h1")
    before = heading.bounding_box()
    look_for(portal, "so")

    assert heading.bounding_box() == before


def test_without_an_answer_the_form_still_works(portal):
    portal.route("**/tim-kiem.json*", lambda route: route.abort())
    portal.field.type("so tai")
    portal.wait_for_timeout(400)
    assert portal.choices.count() == 0
    portal.keyboard.press("Enter")
    portal.wait_for_url("**/tim-kiem/?q=so+tai")

    assert portal.locator("main .list a").count() == 3


def test_one_letter_asks_nothing_and_quick_typing_asks_once(portal):
    asked = []
    portal.on("request", lambda request: "tim-kiem.json" in request.url and asked.append(request))
    portal.field.type("s")
    portal.wait_for_timeout(400)
    assert asked == []
    look_for(portal, "o tai chinh")

    assert len(asked) == 1


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_suggestions_stay_on_the_screen(portal, width):
    portal.set_viewport_size({"width": width, "height": 700})
    look_for(portal, "so")
    box = portal.locator("header .suggestions").bounding_box()

    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert portal.evaluate("document.documentElement.scrollWidth") <= width


def test_search_needs_no_javascript(live_server, browser):
    call_command("load_authority", "fixtures/tay-ninh", stdout=io.StringIO())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/tay-ninh/")
    page.locator("header input[name=q]").fill("sở tài")
    page.locator("header form.search button").click()

    assert page.locator("main .list a").all_inner_texts() == [
        "Sở Tài chính",
        "Sở Tài nguyên và Môi trường",
        "Sở Giao thông vận tải",
    ]
    context.close()
