"""The public pages of commitments: what they show, and what they keep to themselves."""

import csv
import datetime
import io

import pytest

from commitments import keeping, measuring
from commitments.models import Commitment, DossierMonth, Measurement, Target
from tests import factories
from tests.pages import Page

pytestmark = pytest.mark.django_db

YEAR = "/song-hong/cam-ket/2024"
SECRET = "điều không công khai"


@pytest.fixture
def authority():
    return factories.new_authority()


@pytest.fixture
def group(authority):
    return factories.new_group(authority)


@pytest.fixture
def unit(group):
    return factories.new_unit(group.authority, "Sở Y tế")


@pytest.fixture
def promised(unit):
    """A unit with a target of its authority, a signed commitment, a check and two months."""
    on_time = factories.new_indicator(unit.authority, measured_by="dossiers", decimals=1)
    online = factories.new_indicator(
        unit.authority, "truc-tuyen", name="Hồ sơ trực tuyến", decimals=1
    )
    factories.new_target(online, "70", due_on=datetime.date(2024, 12, 15))
    factories.measure(online, datetime.date(2024, 6, 30), None, numerator=3, denominator=8)
    commitment = factories.new_commitment(unit, indicator=on_time, promised_value=98)
    factories.check(commitment, datetime.date(2024, 7, 1), "in_progress", "Đang làm tốt.")
    factories.report_dossiers(unit, datetime.date(2024, 1, 1), 100, 95, 5, 3, 1)
    factories.report_dossiers(unit, datetime.date(2024, 2, 1), 90, 88, 1, 3, 1)
    return commitment


def test_the_year_shows_targets_board_and_list(client, promised):
    page = Page(client.get(f"{YEAR}/"))
    assert "1 đơn vị có 1 cam kết: 1 đang thực hiện. 1 cam kết quá hạn." in page.text
    assert "Không đạt trong thời hạn 15/12/2024: 37,5% (3/8), 30/06/2024." in page.text
    (board,) = page.rows("league board")
    assert board[1:4] == ["1. đang thực hiện", "0/1", "1"]
    (row,) = page.rows("league")
    assert row[0] == "Sở Y tế"
    assert "Hồ sơ giải quyết đúng hạn: 98,0%" in row[2]
    assert "96,83% (183/189), 29/02/2024" in row[4]


def test_a_target_without_a_measurement_claims_nothing(client, authority):
    indicator = factories.new_indicator(authority)
    factories.new_target(indicator, due_on=datetime.date(2021, 5, 19))
    page = Page(client.get("/song-hong/cam-ket/2021/"))
    assert "chưa có số liệu nên không biết đã đạt hay chưa" in page.text
    assert "figure" not in [tag for tag, __ in page.tags]


def test_a_target_ahead_says_the_days_left(client, authority):
    indicator = factories.new_indicator(authority)
    day = datetime.date.today() + datetime.timedelta(days=400)
    factories.new_target(indicator, due_on=day)
    page = Page(client.get(f"/song-hong/cam-ket/{day.year}/"))
    assert "còn 400 ngày; chưa có số đo" in page.text or "còn 399 ngày" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=y te", 1),
        ("q=ho so dung han", 1),
        ("q=tai chinh", 0),
        ("buoc=in_progress", 1),
        ("buoc=done", 0),
        ("buoc=-", 0),
        ("ket-qua=kept", 0),
        ("linh-vuc=Không có", 0),
        ("trang=99&sap-xep=due_on", 1),
        ("trang=x&sap-xep=nothing&q=%00", 1),
    ],
)
def test_the_list_is_filtered(client, promised, query, found):
    rows = Page(client.get(f"{YEAR}/?{query}")).rows("league")
    assert len([row for row in rows if len(row) > 1]) == found


def test_the_unit_tells_every_check(client, promised):
    text = Page(client.get(f"{YEAR}/so-y-te/")).text
    for words in ("Đang làm tốt.", "01/07/2024", "Giám đốc ký ngày 15/02/2024", "quá hạn"):
        assert words in text


def test_a_finding_against_the_dossiers_is_marked(client, promised):
    factories.check(promised, datetime.date(2024, 12, 20), "done", "Đã đạt.")
    assert "kết quả kiểm tra trái với số đo" in Page(client.get(f"{YEAR}/so-y-te/")).text
    assert "kết quả kiểm tra trái với số đo" in Page(client.get(f"{YEAR}/")).text


def test_dossiers_rank_the_units_of_a_group(client, group, promised):
    for name, on_time in (("Sở Tài chính", 99), ("Sở Nội vụ", 99)):
        one = factories.new_unit(group.authority, name)
        factories.report_dossiers(one, datetime.date(2024, 1, 1), 100, on_time, 1, 0, 0)
    silent = factories.new_unit(group.authority, "Văn phòng UBND tỉnh")
    factories.report_dossiers(silent, datetime.date(2024, 1, 1), 7)
    page = Page(client.get(f"{YEAR}/ho-so/"))
    assert [row[:3] for row in page.rows("league")] == [
        ["1", "Sở Nội vụ", "99,00"],
        ["1", "Sở Tài chính", "99,00"],
        ["3", "Sở Y tế", "96,83"],
        ["—", "Văn phòng UBND tỉnh", "—"],
    ]
    assert "Trung vị của nhóm: 99,00% đúng hạn." in page.text
    assert page.rows("plain")[0] == ["01/2024", "307", "293", "7", "3", "1", "97,67"]


def test_promised_and_achieved_points_meet(client, group, unit):
    before = factories.new_edition({"Sở Y tế": "70"}, group=group, year=2023)
    criterion = factories.leaf(before.framework)
    factories.new_commitment(
        unit, criterion=criterion, baseline_points=70, baseline_max=100, promised_points=80
    )
    assert "chưa công bố kết quả của năm" in Page(client.get(f"{YEAR}/")).text
    after = factories.new_framework(group, year=2024)
    after.criteria.update(previous=criterion)
    factories.give_points(after, {unit: "85"})
    factories.seal(after)
    page = Page(client.get(f"{YEAR}/"))
    assert "thực hiện được: 85,00 điểm" in page.rows("league")[0][5]
    assert "Về điểm cam kết: 1 thực hiện được." in page.text
    decision = Page(client.get("/song-hong/2024/"))
    assert "1 cam kết năm 2024" in decision.text
    assert "1 thực hiện được" in decision.text
    earlier = Page(client.get("/song-hong/2023/"))
    assert "Cam kết và chỉ tiêu năm 2024" in earlier.text
    assert "Cam kết năm 2024" in Page(client.get("/song-hong/don-vi/so-y-te/")).text


FILES = [
    f"{YEAR}.csv",
    f"{YEAR}.json",
    f"{YEAR}.xlsx",
    f"{YEAR}/chi-tieu.csv",
    f"{YEAR}/chi-tieu.json",
    f"{YEAR}/ho-so.csv",
    f"{YEAR}/ho-so.json",
    f"{YEAR}/dung-han.csv",
    f"{YEAR}/dung-han.xlsx",
    f"{YEAR}/so-y-te.json",
    f"{YEAR}/bieu-do/dung-han.svg",
    f"{YEAR}/bieu-do/dung-han.json",
]


@pytest.mark.parametrize("address", FILES)
def test_every_table_and_chart_is_a_file(client, promised, address):
    assert client.get(address).status_code == 200


def test_files_hold_exact_values(client, promised):
    (row,) = client.get(f"{YEAR}.json").json()["results"]
    assert (row["promised_value"], row["due_on"], row["step"]) == (
        "98.000",
        "2024-12-31",
        "đang thực hiện",
    )
    document = client.get(f"{YEAR}/chi-tieu.json").json()
    assert document["measurements"][0]["value"] == "37.500"
    text = client.get(f"{YEAR}/ho-so.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1][:5] == ["so-y-te", "Sở Y tế", "2024-01", "100", "95"]


@pytest.fixture
def hidden(unit, promised):
    """Everything that can be kept from the public is kept from it."""
    factories.new_commitment(unit, SECRET, public=False)
    factories.new_commitment(unit, f"chưa ký {SECRET}", signed=False)
    factories.check(promised, datetime.date(2024, 8, 1), "done", SECRET, public=False)
    indicator = factories.new_indicator(unit.authority, "kin", name=SECRET)
    factories.new_target(indicator, due_on=datetime.date(2024, 9, 9), public=False)
    factories.measure(indicator, datetime.date(2024, 5, 5), "50", public=False)
    factories.report_dossiers(unit, datetime.date(2024, 3, 1), 987_654, 1, 1, 1, 1, public=False)


PAGES = ["/song-hong/cam-ket/", f"{YEAR}/", f"{YEAR}/ho-so/", f"{YEAR}/so-y-te/",
         "/song-hong/don-vi/so-y-te/"]  # fmt: skip


@pytest.mark.parametrize("address", [*PAGES, *(one for one in FILES if "xlsx" not in one)])
def test_what_is_not_public_shows_nowhere(client, hidden, address):
    response = client.get(address, follow=True)
    text = response.content.decode()
    assert response.status_code == 200
    for words in (SECRET, "987654", "987.654"):
        assert words not in text


def test_hiding_takes_the_year_away(client, promised):
    keeping.show(Commitment.objects.all(), public=False)
    Target.objects.update(public=False)
    measuring.show(DossierMonth.objects.all(), public=False)
    measuring.show(Measurement.objects.all(), public=False)
    for address in (f"{YEAR}/", f"{YEAR}/ho-so/", f"{YEAR}/so-y-te/"):
        assert client.get(address).status_code == 404
    assert "Chưa công bố cam kết, chỉ tiêu nào." in Page(client.get("/song-hong/cam-ket/")).text


@pytest.mark.parametrize(
    "address", ["/khong-co/cam-ket/", "/khong-co/cam-ket/2024/", "/song-hong/cam-ket/2019/",
                f"{YEAR}/khong-co/", f"{YEAR}/bieu-do/khong-co.svg", "/song-hong/cam-ket/1999/"]
)  # fmt: skip
def test_what_is_not_there_is_not_found(client, promised, address):
    assert client.get(address).status_code == 404


def test_the_newest_year_is_led_to(client, promised):
    assert client.get("/song-hong/cam-ket/").headers["Location"] == f"{YEAR}/"


def test_english_pages_stand_behind_their_prefix(client, promised):
    text = Page(client.get(f"/en{YEAR}/")).text
    assert "1 unit made 1 commitment: 1 in progress. 1 is overdue." in text


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        (f"{YEAR}/", 16),
        (f"{YEAR}.csv", 9),
        (f"{YEAR}/chi-tieu.csv", 3),
        (f"{YEAR}/ho-so/", 4),
        (f"{YEAR}/ho-so.csv", 3),
        (f"{YEAR}/so-0/", 10),
    ],
)
def test_pages_cost_the_same_whatever_the_units(
    client, group, django_assert_num_queries, address, queries, count
):
    names = [f"Sở {number}" for number in range(count)]
    edition = factories.new_edition(dict.fromkeys(names, "70"), group=group, year=2023)
    factories.new_edition(dict.fromkeys(names, "80"), group=group, year=2024)
    on_time = factories.new_indicator(group.authority, measured_by="dossiers")
    for number, unit in enumerate(group.authority.units.order_by("slug")):
        by_hand = factories.new_indicator(group.authority, f"chi-so-{number}")
        factories.new_target(by_hand, due_on=datetime.date(2024, 12, 31))
        factories.measure(by_hand, datetime.date(2024, 3, 1), "50")
        factories.new_commitment(unit, "a", indicator=on_time, promised_value=98)
        factories.new_commitment(unit, "b", indicator=by_hand, promised_value=98)
        commitment = factories.new_commitment(
            unit, "c", criterion=factories.leaf(edition.framework), promised_points=80
        )
        factories.check(commitment, datetime.date(2024, 3, 1))
        factories.report_dossiers(unit, datetime.date(2024, 1, 1), 10, 9, 1, 0, 0)
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200
