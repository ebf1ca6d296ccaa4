"""What waits for officials, the sheet they check with, and the pages units signed."""

import datetime

import pytest
from django.utils import timezone

from accounts.models import ADMINISTRATORS, OFFICIALS
from commitments import keeping
from tests import factories
from tests.pages import Page

pytestmark = pytest.mark.django_db

DESK = "/viec-can-lam/"


@pytest.fixture
def unit():
    return factories.new_unit(factories.new_authority(), "Sở Y tế")


@pytest.fixture
def official(client, unit):
    user = factories.new_user("lan", authority=unit.authority, groups=[OFFICIALS])
    client.force_login(user)
    return user


def lists(response):
    return {one["name"]: [row.record["text"] for row in one["table"].rows]
            for one in response.context["lists"]}  # fmt: skip


def test_what_waits_is_listed(client, official, unit):
    today = timezone.localdate()
    year = today.year + 1
    ahead = {"year": year, "due_on": today + datetime.timedelta(days=400), "signed": False}

    def signed(text, days_ago, **values):
        row = factories.new_commitment(unit, text, **{**ahead, **values})
        day = today - datetime.timedelta(days=days_ago)
        keeping.sign([row], signed_by="Giám đốc", signed_on=day)
        row.refresh_from_db()
        return row

    signed("mới ký", 10)
    signed("lâu chưa kiểm tra", 61)
    signed("quá hạn", 30, due_on=today - datetime.timedelta(days=1))
    indicator = factories.new_indicator(unit.authority)
    factories.measure(indicator, today, "90", unit=unit)
    odd = signed("trái số đo", 30, indicator=indicator, promised_value=98)
    factories.check(odd, today, "done", "Xong.")
    done = signed("đã xong", 100, due_on=today - datetime.timedelta(days=3))
    factories.check(done, today, "done", "Xong.")
    gone = signed("đã rút", 100)
    keeping.withdraw(gone, on=today, reason="Sáp nhập.")
    factories.new_commitment(unit, "chưa ký", **ahead)

    assert lists(client.get(DESK)) == {
        "overdue": ["quá hạn"],
        "unchecked": ["lâu chưa kiểm tra"],
        "contradictory": ["trái số đo"],
    }


def test_an_empty_desk_says_so(client, official):
    text = Page(client.get(DESK)).text
    assert "0 cam kết đã ký; không có việc nào đang chờ." in text


def test_lists_are_filtered(client, official, unit):
    inspector = factories.new_user("mai", authority=unit.authority)
    other = factories.new_unit(unit.authority, "Sở Tài chính")
    factories.new_commitment(unit, "một", field="Lĩnh vực A", inspector=inspector)
    factories.new_commitment(other, "hai", year=2023)
    for query, found in {
        "": ["hai", "một"],
        "don-vi=y te": ["một"],
        "linh-vuc=Lĩnh vực A": ["một"],
        f"nguoi-theo-doi={inspector.pk}": ["một"],
        "nguoi-theo-doi=-": ["hai"],
        "nam=2023": ["hai"],
        "nam=x": [],
    }.items():
        assert lists(client.get(f"{DESK}?{query}"))["overdue"] == found, query


def test_targets_without_an_end_are_listed(client, official, unit):
    factories.new_target(factories.new_indicator(unit.authority), public=False)
    assert "Hồ sơ giải quyết đúng hạn: Đã qua thời hạn 19/05/2025" in Page(client.get(DESK)).text


@pytest.mark.parametrize("address", [DESK, "{sheet}", "{document}"])
def test_strangers_find_nothing(client, unit, address):
    row = factories.new_commitment(unit)
    scan = keeping.keep_document(unit.authority, b"%PDF-1.7", "a.pdf")
    address = address.format(
        sheet=f"{DESK}phieu-kiem-tra/song-hong/2024/{row.unit.slug}/",
        document=f"{DESK}tep/{scan.pk}/",
    )
    assert client.get(address).status_code == 302
    other = factories.new_authority("cuu-long")
    people = [
        factories.new_user("hoa", authority=unit.authority),
        factories.new_user("nam", authority=other, groups=[ADMINISTRATORS]),
    ]
    for user in people:
        client.force_login(user)
        asked = f"{address}?co-quan=song-hong" if address == DESK else address
        assert client.get(asked).status_code == 404


def test_officials_read_the_signed_page_as_a_file(client, official, unit):
    scan = keeping.keep_document(unit.authority, b"%PDF-1.7", "trang ký.pdf")
    response = client.get(f"{DESK}tep/{scan.pk}/")
    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "no-store" in response.headers["Cache-Control"]


def test_the_check_sheet_holds_every_commitment(client, official, unit):
    factories.new_commitment(unit, "Cam kết nội bộ", public=False)
    text = Page(client.get(f"{DESK}phieu-kiem-tra/song-hong/2024/so-y-te/")).text
    for words in ("1. Cam kết nội bộ", "☐ Cơ bản hoàn thành", "Đại diện đơn vị"):
        assert words in text
    assert client.get(f"{DESK}phieu-kiem-tra/song-hong/2019/so-y-te/").status_code == 404


def test_an_administrator_is_led_to_the_check(client, unit):
    factories.new_commitment(unit)
    client.force_login(
        factories.new_user("mai", authority=unit.authority, groups=[ADMINISTRATORS], is_staff=True)
    )
    assert "Ghi kết quả kiểm tra" in Page(client.get(DESK)).text


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_costs_the_same(client, official, django_assert_num_queries, unit, count):
    indicator = factories.new_indicator(unit.authority)
    for number in range(count):
        one = factories.new_unit(unit.authority, f"Sở {number}")
        row = factories.new_commitment(one, indicator=indicator, promised_value=98)
        factories.check(row, datetime.date(2024, 3, 1))
        factories.new_target(
            factories.new_indicator(unit.authority, f"chi-so-{number}"), public=False
        )
    with django_assert_num_queries(10):
        client.get(DESK)
