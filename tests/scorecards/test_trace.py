"""From every published number down to its source, out of the frozen edition alone."""

from decimal import Decimal

import pytest

from accounts.models import ADMINISTRATORS
from scorecards import assessing
from scorecards.models import Score
from tests.factories import (
    TREE,
    give_maximum,
    give_points,
    leaf,
    new_framework,
    new_group,
    new_unit,
    new_user,
    open_cards,
    seal,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db

UNIT = "/song-hong/2023/so-nganh/so-y-te/"


@pytest.fixture
def framework():
    return new_framework(new_group(), criteria=TREE)


@pytest.fixture
def unit(framework):
    return new_unit(framework.authority, "Sở Y tế")


@pytest.fixture
def sealed(framework, unit):
    """A sealed edition with every stage of a number, one leaf that does not apply, a note."""
    give_maximum(framework, unit, "0", number="2", reason="Không điều tra đơn vị này")
    give_points(framework, {unit: {"1.1": "30", "1.2": "20"}})
    (card,) = open_cards(framework, [unit])
    by = new_user(
        "tham-dinh",
        authority=framework.authority,
        groups=[ADMINISTRATORS],
        last_name="Nguyễn",
        first_name="Văn An",
    )
    stages = {"claimed": Decimal(40), "appraised": Decimal(30)}
    assessing.enter(framework, [assessing.Entry(card.pk, leaf(framework, "1.1").pk, stages)], by=by)
    Score.objects.filter(criterion__number="1.1").update(note="Thiếu kế hoạch quý IV.")
    return seal(framework)


def test_every_number_of_the_unit_leads_to_its_reasons(client, public_sql, sealed):
    page = Page(client.get(UNIT))
    wanted = {f"{UNIT}{number}/" for number in ("1", "1.1", "1.2", "2")}
    assert wanted <= set(page.attributes("a", "href"))
    assert "2. Tiêu chí 2 không áp dụng: Không điều tra đơn vị này." in page.text


def test_a_leaf_tells_its_stages_note_and_source(client, public_sql, sealed):
    text = Page(client.get(f"{UNIT}1.1/")).text
    for sentence in (
        "Đơn vị tự đánh giá 40,00 điểm.",
        "Thẩm định 30,00 điểm, thấp hơn 10,00 điểm.",
        "Ý kiến thẩm định: Thiếu kế hoạch quý IV.",
        "Được 30,00 điểm, tối đa 40,00 điểm.",
        "Văn An",
    ):
        assert sentence in text


def test_a_leaf_that_does_not_apply_says_why(client, sealed):
    text = Page(client.get(f"{UNIT}2/")).text
    assert "Không điều tra đơn vị này" in text
    assert "không được cộng, không bị trừ" in text


def test_a_branch_leads_to_its_parts(client, public_sql, sealed):
    page = Page(client.get(f"{UNIT}1/"))
    assert [row[0] for row in page.rows("tree")] == ["1.1", "1.2"]
    assert f"{UNIT}1.1/" in page.attributes("a", "href")


def test_later_work_on_the_scores_does_not_show(client, sealed, framework):
    framework.refresh_from_db()
    by = new_user("quan-tri", authority=framework.authority)
    assessing.open_correction(framework, reason="x", decided_by="y", by=by)
    Score.objects.update(note="đang sửa", claimed=None)
    text = Page(client.get(f"{UNIT}1.1/")).text
    assert "đang sửa" not in text
    assert "Đơn vị tự đánh giá 40,00 điểm." in text


@pytest.mark.parametrize("number", ["9", "1.9", "1.1.1"])
def test_an_unknown_criterion_is_not_found(client, sealed, number):
    assert client.get(f"{UNIT}{number}/").status_code == 404


def test_a_version_keeps_its_own_address(client, sealed):
    page = Page(client.get("/song-hong/2023/so-nganh/v1/so-y-te/1.1/"))
    assert "/song-hong/2023/so-nganh/v1/so-y-te/" in page.attributes("a", "href")


def test_files_carry_the_source_too(client, sealed):
    (row,) = client.get(f"{UNIT}1.1.json").json()["results"]
    assert (row["claimed"], row["appraised"], row["points"], row["note"]) == (
        "40.00",
        "30.00",
        "30.00",
        "Thiếu kế hoạch quý IV.",
    )


@pytest.mark.parametrize("number", ["1", "1.1"])
def test_a_trace_costs_the_same_everywhere(client, django_assert_num_queries, sealed, number):
    with django_assert_num_queries(3):
        client.get(f"{UNIT}{number}/")
