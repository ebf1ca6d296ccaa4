"""A long table on a phone: the place of one unit, what is left out, and the way through pages."""

import pytest

from scorecards.management import national_data

pytestmark = pytest.mark.django_db(transaction=True)

LEAGUE = "/minh-hoa-toan-quoc/2025/cap-xa/"
UNIT = "phuong-ba-dinh-ha-noi"


def test_a_unit_is_seen_among_its_neighbours_on_a_phone(live_server, page):
    for _made in national_data.make(national_data.Size(years=1, provinces=3, leaves=8)):
        pass
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}{LEAGUE}?don-vi={UNIT}")

    marked = page.locator("tr[aria-current=true]")
    assert marked.count() == 1
    assert "Phường Ba Đình, Hà Nội" in marked.inner_text()
    assert "đơn vị đang xem" in marked.inner_text()
    gaps = page.locator("tr.gap")
    assert gaps.count() >= 1
    box, screen = gaps.first.locator("td").bounding_box(), 390
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= screen
    assert page.evaluate("document.documentElement.scrollWidth") == screen

    page.get_by_role("link", name="Xem cả bảng").click()
    page.locator("main input[name=q]").type("ba dinh")
    assert page.locator("table.league tbody tr:visible").count() == 100
    page.locator("main input[name=q]").press("Enter")
    page.wait_for_url("**q=ba**")
    assert page.locator("table.league tbody th").all_inner_texts() == ["Phường Ba Đình, Hà Nội"]
    assert (
        f"Tìm thấy 1 trong {126 + 56 + 124} đơn vị." in page.locator(".tools output").inner_text()
    )
