import re
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from scorecards.models import Score
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def framework():
    group = factories.new_group()
    framework = factories.new_framework(group, criteria=factories.TREE)
    units = [
        factories.new_unit(group.authority, f"Sở {letter}", position=position)
        for position, letter in enumerate("ABC")
    ]
    factories.open_cards(framework, units)
    factories.give_maximum(framework, units[1], "0", number="1.2")
    return framework


@pytest.fixture
def grid(page, live_server, framework):
    """Open the grid in the browser, signed in."""
    # A superuser needs no group: the tests before this one have emptied the table of groups.
    user = User.objects.create_superuser("an")
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": live_server.url,
            }
        ]
    )
    page.set_default_timeout(5_000)
    problems = []

    def said(line):
        # An answer of 422 is said there as well; it is what some of these tests ask for.
        if line.type == "error" and not line.text.startswith("Failed to load resource"):
            problems.append(line.text)

    page.on("console", said)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(live_server.url + reverse("admin:scorecards_framework_grid", args=[framework.pk]))
    yield page
    assert problems == []


def cell(page, row, column):
    return page.locator("tbody tr").nth(row).locator("td").nth(column).locator("input").first


def values(page):
    return [[cell(page, row, column).input_value() for column in range(3)] for row in range(3)]


def paste(page, text):
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(new ClipboardEvent("paste",
            { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_keyboard_moves_like_a_spreadsheet_and_saves(grid, framework):
    cell(grid, 0, 0).focus()
    grid.keyboard.type("12,5")
    grid.keyboard.press("Enter")
    expect(cell(grid, 1, 0)).to_be_focused()
    grid.keyboard.type("30.25")
    grid.keyboard.press("ArrowDown")
    grid.keyboard.type("7")
    grid.keyboard.press("ArrowRight")
    expect(cell(grid, 2, 1)).to_be_focused()
    # The cell above takes no points, so up leads past it.
    grid.keyboard.press("ArrowUp")
    expect(cell(grid, 0, 1)).to_be_focused()
    grid.keyboard.type("19")
    # Within a number the arrows belong to the number.
    grid.keyboard.press("ArrowLeft")
    expect(cell(grid, 0, 1)).to_be_focused()
    grid.keyboard.press("ArrowLeft")
    grid.keyboard.press("ArrowLeft")
    expect(cell(grid, 0, 0)).to_be_focused()
    grid.keyboard.press("Tab")
    grid.keyboard.press("Tab")
    expect(cell(grid, 0, 2)).to_be_focused()
    expect(cell(grid, 0, 0)).to_have_class("changed")
    expect(grid.locator(".grid-unsaved")).to_be_visible()
    grid.keyboard.press("Control+s")
    expect(grid.locator(".messagelist .success")).to_be_visible()
    none = cell(grid, 1, 1).input_value()
    assert values(grid) == [["12,50", "19,00", ""], ["30,25", none, ""], ["7,00", "", ""]]
    expect(grid.locator(".grid-unsaved")).to_be_hidden()
    points = Score.objects.filter(scorecard__framework=framework).values_list("awarded", flat=True)
    assert sorted(points) == [Decimal(text) for text in ("7", "12.5", "19", "30.25")]


def test_escape_takes_back_what_was_typed(grid):
    cell(grid, 0, 0).focus()
    grid.keyboard.type("12")
    grid.keyboard.press("Enter")
    grid.keyboard.press("ArrowUp")
    grid.keyboard.type("99")
    grid.keyboard.press("Escape")
    expect(cell(grid, 0, 0)).to_have_value("12")
    grid.keyboard.press("Escape")
    expect(cell(grid, 0, 0)).to_have_value("")
    expect(grid.locator(".grid-unsaved")).to_be_hidden()


def test_block_from_a_spreadsheet_fills_the_cells_it_covers(grid):
    none = cell(grid, 1, 1).input_value()
    cell(grid, 0, 1).focus()
    paste(grid, f"1,5\t2,5\r\n{none}\t3\r\n4\t5\t6\r\n")
    assert values(grid) == [["", "1,5", "2,5"], ["", none, "3"], ["", "4", "5"]]
    # The last value had no cell, which is said and not swallowed.
    expect(grid.locator(".grid-status")).to_have_text(re.compile(" 6$"))


def test_wrong_cell_is_led_to_from_the_summary(grid):
    cell(grid, 0, 0).focus()
    grid.keyboard.type("400")
    grid.keyboard.press("Control+s")
    summary = grid.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(cell(grid, 0, 0)).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("link").click()
    expect(cell(grid, 0, 0)).to_be_focused()
    grid.keyboard.type("40")
    grid.keyboard.press("Control+s")
    expect(grid.locator(".messagelist .success")).to_be_visible()
    expect(cell(grid, 0, 0)).to_have_value("40,00")


def test_leaving_with_unsaved_points_asks_first(grid):
    cell(grid, 0, 0).focus()
    grid.keyboard.type("12")
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    grid.on("dialog", stay)
    address = grid.url
    grid.locator(".breadcrumbs a").first.click(no_wait_after=True)
    expect(cell(grid, 0, 0)).to_have_value("12")
    assert (asked, grid.url) == (["beforeunload"], address)
