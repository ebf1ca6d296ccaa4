import io
import json

import pytest
import xlsxwriter
from django.urls import reverse

from accounts.models import ADMINISTRATORS
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PASSWORD = "một mật khẩu đủ dài 2024"


@pytest.fixture
def framework():
    group = factories.new_group()
    for position, name in enumerate(["Sở Tài chính", "Sở Y tế", "Văn phòng UBND tỉnh"]):
        factories.new_unit(group.authority, name, position=position)
    factories.new_user(
        "quan-tri",
        authority=group.authority,
        groups=[ADMINISTRATORS],
        password=PASSWORD,
        is_staff=True,
    )
    return factories.new_framework(group, year=2024)


@pytest.fixture
def workbook(tmp_path):
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output)
    sheet = book.add_worksheet("Kết quả")
    sheet.merge_range("A1:E1", "KẾT QUẢ CHỈ SỐ CẢI CÁCH HÀNH CHÍNH NĂM 2024")
    sheet.write_row("A3", ["STT", "TÊN CƠ QUAN", "Điểm tối đa", "Điểm thẩm định", "Xếp loại"])
    sheet.write_row("A4", [1, "Văn phòng UBND tỉnh", "71,5", "69,25", "Tốt"])
    sheet.write_row("A5", [2, "so tai chinh", 100, 82.5, "Tốt"])
    sheet.write_row("A6", [3, "Sở Y tế", 100, "49,07", "Khá"])
    book.close()
    path = tmp_path / "ket-qua-2024.xlsx"
    path.write_bytes(output.getvalue())
    return path


def test_a_workbook_becomes_a_published_league_table(page, live_server, framework, workbook):
    league = f"{live_server.url}/song-hong/2024/so-nganh"

    # Sign in to the administration and find the framework's page.
    page.goto(live_server.url + reverse("admin:scorecards_framework_change", args=[framework.pk]))
    page.fill("input[name=username]", "quan-tri")
    page.fill("input[name=password]", PASSWORD)
    page.locator("input[type=submit], button[type=submit]").last.click()
    page.wait_for_url("**/change/")

    # Send the file, look at what it would change, confirm.
    page.locator("a[href*=importrun][href*=framework]").first.click()
    page.set_input_files("input[name=file]", workbook)
    page.locator(".submit-row input[type=submit]").click()
    assert "Sở Y tế" in page.locator("#content").inner_text()
    page.locator(".submit-row input[type=submit]").click()
    page.wait_for_load_state()

    # Nothing is public before it is sealed.
    assert page.request.get(f"{league}/").status == 404

    # The rehearsal lists what would be published; seal it, public at once.
    page.goto(live_server.url + reverse("admin:scorecards_framework_publish", args=[framework.pk]))
    page.fill("input[name=public_from]", "2025-01-01T08:00")
    if page.locator("input[name=acknowledged]").count():
        page.check("input[name=acknowledged]")
    page.locator(".submit-row input[type=submit]").click()
    page.wait_for_load_state()

    # Anybody reads it.
    page.context.clear_cookies()
    page.goto(f"{league}/")
    rows = [
        row.locator(".rank, .unit, .index b, .badge").all_inner_texts()
        for row in page.locator("table.league tbody tr").all()
    ]
    assert rows == [
        ["1", "Văn phòng UBND tỉnh", "96,85", "Tốt"],
        ["2", "Sở Tài chính", "82,50", "Tốt"],
        ["3", "Sở Y tế", "49,07", "Trung bình"],
    ]
    published = json.loads(page.request.get(f"{league}.json").body())
    assert [(row["unit"], row["points"], row["max_points"]) for row in published["results"]] == [
        ("van-phong-ubnd-tinh", "69.25", "71.50"),
        ("so-tai-chinh", "82.50", "100.00"),
        ("so-y-te", "49.07", "100.00"),
    ]
