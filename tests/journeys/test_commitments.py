"""From lost points to a promise, to months of dossiers, to a finding, to the next year's points."""

import pytest
from django.urls import reverse

from accounts.models import ADMINISTRATORS
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PASSWORD = "một mật khẩu đủ dài 2024"


@pytest.fixture
def group():
    group = factories.new_group()
    factories.new_edition({"Sở Y tế": "70", "Sở Tài chính": "90"}, group=group, year=2023)
    factories.new_indicator(group.authority, measured_by="dossiers")
    factories.new_user(
        "quan-tri",
        authority=group.authority,
        groups=[ADMINISTRATORS],
        password=PASSWORD,
        is_staff=True,
    )
    return group


def submit(page):
    page.locator(".submit-row input[type=submit], .grid-bar input[type=submit]").first.click()
    page.wait_for_load_state()


def test_a_promise_is_made_checked_and_closed(page, live_server, group):
    site = live_server.url
    address = lambda name, *args: site + reverse(f"admin:commitments_{name}", args=args)  # noqa: E731

    # Sign in, on the way to the proposals from the points lost in 2023.
    page.goto(address("proposals", group.pk))
    page.fill("input[name=username]", "quan-tri")
    page.fill("input[name=password]", PASSWORD)
    page.locator("input[type=submit], button[type=submit]").last.click()
    row = page.locator("tbody tr", has_text="Sở Y tế")
    row.locator("input[type=checkbox]").check()
    row.locator("textarea").fill("Nâng điểm cải cách hành chính")
    row.locator("input[size='6']").fill("80")
    submit(page)

    # A second commitment of the same unit: dossiers on time.
    page.goto(address("several", group.pk))
    page.fill("input[name=text]", "Giải quyết 100% hồ sơ đúng hạn")
    page.select_option("select[name=indicator]", label="Hồ sơ giải quyết đúng hạn (%)")
    page.fill("input[name=promised_value]", "100")
    page.get_by_label("Sở Y tế").check()
    submit(page)

    # Sign both; from now on their text is frozen.
    page.goto(address("commitment_changelist"))
    page.check("#action-toggle")
    page.select_option("select[name=action]", "sign_action")
    page.locator("button[name=index]").click()
    page.fill("input[name=signed_by]", "Giám đốc Sở Y tế")
    page.fill("input[name=signed_on]", "2024-02-15")
    submit(page)

    # Two months of dossiers in the grid, and shown to the public.
    for month, counts in (("2024-01", "200\t190\t10\t5\t1"), ("2024-02", "180\t178\t2\t5\t0")):
        page.goto(address("dossier_grid", group.pk) + f"?thang={month}")
        cells = page.locator("tbody tr", has_text="Sở Y tế").locator("td input[id]")
        for place, number in enumerate(counts.split("\t")):
            cells.nth(place).fill(number)
        page.keyboard.press("Control+s")
        page.locator(".messagelist .success").wait_for()
    page.goto(address("dossiermonth_changelist"))
    page.check("#action-toggle")
    page.select_option("select[name=action]", "show")
    page.locator("button[name=index]").click()
    page.locator(".messagelist .success").wait_for()

    # A check that says more than the dossiers do is pointed out.
    page.goto(address("commitment_changelist"))
    page.locator("th a, td a", has_text="Giải quyết 100% hồ sơ").first.click()
    page.get_by_role("link", name="Ghi kết quả kiểm tra").click()
    page.fill("input[name=checked_on]", "2024-03-05")
    page.select_option("select[name=step]", "done")
    page.fill("textarea[name=finding]", "Đã đạt 100%.")
    submit(page)
    assert "trái với số đo gần nhất" in page.locator(".messagelist").inner_text()

    # The official's first page tells it too.
    page.goto(f"{site}/viec-can-lam/")
    assert "1 kết quả kiểm tra trái với số đo" in page.locator("main .finding").inner_text()

    # Anybody reads the board.
    page.context.clear_cookies()
    page.goto(f"{site}/song-hong/cam-ket/2024/")
    board = page.locator("table.board tbody tr").all_inner_texts()
    assert len(board) == 1
    assert "hoàn thành" in board[0]
    listed = page.locator("table.league:not(.board) tbody tr").all_inner_texts()
    assert any("96,84% (368/380), 29/02/2024" in text for text in listed)
    assert any("chưa công bố kết quả của năm" in text for text in listed)

    # The next year is published: promised and achieved points stand side by side.
    after = factories.new_framework(group, year=2024)
    earlier = group.frameworks.get(year=2023).criteria.get()
    after.criteria.update(previous=earlier)
    units = {unit.name: unit for unit in group.authority.units.all()}
    factories.give_points(after, {units["Sở Y tế"]: "76", units["Sở Tài chính"]: "91"})
    factories.seal(after)
    page.reload()
    listed = page.locator("table.league:not(.board) tbody tr").all_inner_texts()
    assert any("thực hiện một phần: 76,00 điểm" in text for text in listed)
    page.goto(f"{site}/song-hong/2024/")
    assert "1 thực hiện một phần" in page.locator("main").inner_text()
    page.goto(f"{site}/song-hong/don-vi/so-y-te/")
    page.get_by_role("link", name="Nội dung cam kết và kết quả kiểm tra").click()
    assert page.locator("section.card").count() == 2
