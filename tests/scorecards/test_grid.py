import re
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import ADMINISTRATORS, OFFICIALS
from scorecards import assessing
from scorecards.admin import grid
from scorecards.models import Framework, Score
from tests import factories

pytestmark = pytest.mark.django_db

HEALTH, FINANCE = "Sở Y tế", "Sở Tài chính"


@pytest.fixture
def group():
    return factories.new_group()


@pytest.fixture
def administrator(group):
    return factories.new_user(
        "an", authority=group.authority, groups=[ADMINISTRATORS], is_staff=True
    )


@pytest.fixture
def signed_in(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def framework(group):
    # Finance stands before Health; the leaves are 1.1 (40), 1.2 (20) and 2 (40).
    framework = factories.new_framework(group, criteria=factories.TREE)
    factories.open_cards(
        framework,
        [
            factories.new_unit(group.authority, HEALTH, position=2),
            factories.new_unit(group.authority, FINANCE, position=1),
        ],
    )
    return framework


def address(framework, **query):
    return reverse("admin:scorecards_framework_grid", args=[framework.pk], query=query or None)


def key(framework, unit, number):
    card = framework.scorecards.get(unit__name=unit)
    return f"{card.pk}-{factories.leaf(framework, number).pk}"


def typed(framework, cells):
    """Return the fields of ``cells``: (unit, leaf) → text, or (text, the value seen before)."""
    data = {}
    for (unit, number), value in cells.items():
        text, seen = value if isinstance(value, tuple) else (value, "")
        name = key(framework, unit, number)
        data |= {f"v-{name}": text, f"s-{name}": seen}
    return data


def awarded(framework):
    return {
        (score.scorecard.unit.name, score.criterion.number): score.awarded
        for score in Score.objects.filter(scorecard__framework=framework).select_related(
            "scorecard__unit", "criterion"
        )
    }


def cells_of(response):
    """Return the cells of the page by unit and leaf, as they were given to the template."""
    numbers = [column["leaf"].number for column in response.context["columns"]]
    return {
        (row["unit"].name, number): cell
        for row in response.context["rows"]
        for number, cell in zip(numbers, row["cells"], strict=True)
    }


def attributes(response, name):
    """Return the tag of the field ``name`` as the browser gets it."""
    (tag,) = re.findall(f'<input[^>]* name="{name}"[^>]*>', response.content.decode())
    return dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))


def test_grid_shows_units_in_official_order_and_leaves_in_the_order_of_the_tree(
    signed_in, framework
):
    response = signed_in.get(address(framework))
    assert [row["unit"].name for row in response.context["rows"]] == [FINANCE, HEALTH]
    assert [
        (column["leaf"].number, column["maximum"]) for column in response.context["columns"]
    ] == [("1.1", "40,00"), ("1.2", "20,00"), ("2", "40,00")]


def test_grid_without_units_leads_to_opening_their_scorecards(signed_in, group):
    framework = factories.new_framework(group)
    page = signed_in.get(address(framework)).content.decode()
    opening = reverse("admin:scorecards_framework_open_scorecards", args=[framework.pk])
    assert f'action="{opening}"' in page
    assert "<table" not in page


def test_grid_of_a_total_has_one_column(signed_in, group):
    framework = factories.new_framework(group)
    factories.open_cards(framework, [factories.new_unit(group.authority)])
    response = signed_in.get(address(framework))
    assert [column["leaf"].number for column in response.context["columns"]] == ["1"]
    assert response.context["fields"] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        (" 12,50 ", "12.5"),
        ("0", "0"),
        (",5", "0.5"),
        ("40", "40"),
    ],
    ids=["comma", "point", "spaces", "zero", "no zero before the comma", "the maximum itself"],
)
def test_saving_reads_the_number_as_typed(signed_in, administrator, framework, text, value):
    response = signed_in.post(address(framework), typed(framework, {(HEALTH, "1.1"): text}))
    assert response.status_code == 302
    assert response.url == address(framework)
    assert awarded(framework) == {(HEALTH, "1.1"): Decimal(value)}
    score = Score.objects.get()
    assert score.changed_by == administrator
    framework.refresh_from_db()
    assert framework.state == Framework.State.SCORING


def test_saved_points_are_shown_with_the_comma_of_the_language(signed_in, framework):
    signed_in.post(address(framework), typed(framework, {(HEALTH, "1.1"): "12.5"}))
    name = key(framework, HEALTH, "1.1")
    response = signed_in.get(address(framework))
    assert attributes(response, f"v-{name}")["value"] == "12,50"
    assert Decimal(attributes(response, f"s-{name}")["value"]) == Decimal("12.5")


def test_emptying_a_cell_takes_the_points_away(signed_in, framework):
    signed_in.post(address(framework), typed(framework, {(HEALTH, "1.1"): "12,5"}))
    signed_in.post(address(framework), typed(framework, {(HEALTH, "1.1"): ("", "12.500")}))
    assert awarded(framework) == {(HEALTH, "1.1"): None}


def test_unchanged_cells_are_not_written(signed_in, framework):
    signed_in.post(address(framework), typed(framework, {(HEALTH, "1.1"): "12,5"}))
    before = Score.objects.get().changed_at
    other = factories.new_user(
        "binh", authority=framework.authority, groups=[ADMINISTRATORS], is_staff=True
    )
    signed_in.force_login(other)
    response = signed_in.post(
        address(framework),
        typed(framework, {(HEALTH, "1.1"): ("12,50", "12.500"), (HEALTH, "1.2"): ""}),
    )
    assert response.status_code == 302
    score = Score.objects.get()
    assert (score.changed_by.username, score.changed_at) == ("an", before)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("abc", _("a number such as 88,35 is wanted.")),
        (
            "1,555",
            _(
                "it can be read as a thousand: type points without a thousand separator, "
                "with at most %(count)d decimals."
            )
            % {"count": 2},
        ),
        ("0,1234", _("points have at most %(count)d decimals.") % {"count": 2}),
        ("41", _("points from %(low)s to %(high)s are wanted.") % {"low": "0,00", "high": "40,00"}),
        ("-1", _("points from %(low)s to %(high)s are wanted.") % {"low": "0,00", "high": "40,00"}),
        ("12%", _("points are wanted, not a percentage.")),
    ],
    ids=["no number", "thousand", "decimals", "above the maximum", "negative", "percent"],
)
def test_wrong_cell_is_marked_with_what_is_wanted_and_keeps_what_was_typed(
    signed_in, framework, text, wanted
):
    wrong, right = key(framework, HEALTH, "1.1"), key(framework, FINANCE, "1.2")
    response = signed_in.post(
        address(framework),
        typed(framework, {(HEALTH, "1.1"): text, (FINANCE, "1.2"): "7,5"}),
    )
    assert response.status_code == 422
    assert awarded(framework) == {}
    field = attributes(response, f"v-{wrong}")
    assert (field["value"], field["aria-invalid"], field["aria-describedby"]) == (
        text,
        "true",
        f"m-{wrong}",
    )
    page = response.content.decode()
    (message,) = re.findall(f'<span class="grid-message" id="m-{wrong}">([^<]+)</span>', page)
    assert message == capfirst(wanted)
    assert f'href="#v-{wrong}"' in page
    # What was right is kept as well, unsaved.
    kept = attributes(response, f"v-{right}")
    assert (kept["value"], kept["data-was"]) == ("7,5", "")
    assert "aria-invalid" not in kept


def test_penalty_takes_points_away(signed_in, group):
    framework = factories.new_framework(group, criteria=[("1", "95"), ("2", "-5", "penalty")])
    factories.open_cards(framework, [factories.new_unit(group.authority, HEALTH)])
    response = signed_in.post(address(framework), typed(framework, {(HEALTH, "2"): "-1,5"}))
    assert response.status_code == 302
    assert awarded(framework) == {(HEALTH, "2"): Decimal("-1.5")}


def test_cell_changed_by_somebody_else_shows_theirs_and_overwrites_nothing(signed_in, framework):
    binh = factories.new_user("binh", first_name="Bình", last_name="Trần Thị")
    card = framework.scorecards.get(unit__name=HEALTH)
    assessing.enter(
        framework,
        [assessing.Entry(card.pk, factories.leaf(framework, "1.1").pk, {"awarded": Decimal(30)})],
        by=binh,
    )
    mine = {(HEALTH, "1.1"): "25", (FINANCE, "1.1"): "10"}
    response = signed_in.post(address(framework), typed(framework, mine))
    assert response.status_code == 409
    assert awarded(framework) == {(HEALTH, "1.1"): Decimal(30)}
    cell = cells_of(response)[HEALTH, "1.1"]
    assert (cell["text"], Decimal(cell["seen"]), cell["was"]) == ("25", Decimal(30), "30,00")
    at = date_format(localtime(Score.objects.get().changed_at), "SHORT_DATETIME_FORMAT")
    assert cell["overtaken"] == _(
        "You typed %(yours)s. Meanwhile %(who)s wrote %(theirs)s (%(when)s). "
        "Save again to put yours in its place, or type theirs to keep it."
    ) % {"yours": "25", "who": binh.get_full_name(), "theirs": "30,00", "when": at}
    assert cells_of(response)[FINANCE, "1.1"]["text"] == "10"

    # Saving what came back, having seen it, is meant.
    again = {
        f"{kind}-{cell['name']}": cell[value]
        for cell in cells_of(response).values()
        for kind, value in [("v", "text"), ("s", "seen")]
    }
    assert signed_in.post(address(framework), again).status_code == 302
    assert awarded(framework) == {(HEALTH, "1.1"): Decimal(25), (FINANCE, "1.1"): Decimal(10)}


def test_both_typing_the_same_is_no_conflict(signed_in, framework):
    cells = typed(framework, {(HEALTH, "1.1"): "25"})
    assert signed_in.post(address(framework), cells).status_code == 302
    assert signed_in.post(address(framework), cells).status_code == 302


def test_cell_that_does_not_apply_is_disabled(signed_in, framework):
    unit = framework.scorecards.get(unit__name=HEALTH).unit
    factories.give_maximum(framework, unit, "0", number="1.2", reason="không có bộ phận một cửa")
    response = signed_in.get(address(framework))
    assert not cells_of(response)[HEALTH, "1.2"]["applies"]
    page = response.content.decode()
    (tag,) = re.findall("<input disabled[^>]*>", page)
    assert f'value="{_("n/a")}"' in tag
    assert 'title="không có bộ phận một cửa"' in tag
    assert f'name="v-{key(framework, HEALTH, "1.2")}"' not in page
    response = signed_in.post(address(framework), typed(framework, {(HEALTH, "1.2"): "1"}))
    assert response.status_code == 422
    assert awarded(framework) == {}


def test_own_maximum_is_shown_and_held(signed_in, framework):
    unit = framework.scorecards.get(unit__name=HEALTH).unit
    factories.give_maximum(framework, unit, "15", number="1.2")
    name = key(framework, HEALTH, "1.2")
    response = signed_in.get(address(framework))
    assert cells_of(response)[HEALTH, "1.2"]["own_maximum"] == "15,00"
    assert attributes(response, f"v-{name}")["aria-describedby"] == f"x-{name}"
    response = signed_in.post(
        address(framework), typed(framework, {(HEALTH, "1.2"): "16", (FINANCE, "1.2"): "16"})
    )
    wrong = [cell["name"] for cell in cells_of(response).values() if cell["objection"]]
    assert wrong == [name]


def test_totals_count_what_is_entered_and_what_applies(signed_in, framework):
    unit = framework.scorecards.get(unit__name=HEALTH).unit
    factories.give_maximum(framework, unit, "0", number="1.2")
    factories.give_points(framework, {unit: {"1.1": "30.5", "2": "20.25"}})
    totals = {
        row["unit"].name: (row["total"], row["grand_total"])
        for row in signed_in.get(address(framework, **{"linh-vuc": "1"})).context["rows"]
    }
    assert totals == {
        FINANCE: (
            {"points": "—", "maximum": "60,00", "missing": 2},
            {"points": "—", "maximum": "100,00", "missing": 3},
        ),
        HEALTH: (
            {"points": "30,50", "maximum": "40,00", "missing": 0},
            {"points": "50,75", "maximum": "80,00", "missing": 0},
        ),
    }


def test_field_shows_its_leaves_alone(signed_in, framework):
    response = signed_in.get(address(framework, **{"linh-vuc": "1"}))
    assert [column["leaf"].number for column in response.context["columns"]] == ["1.1", "1.2"]
    assert signed_in.get(address(framework, **{"linh-vuc": "9"})).status_code == 404


def test_large_grid_opens_at_its_first_field_and_in_pages(signed_in, group):
    criteria = [("1", "11"), *[(f"1.{one}", "1") for one in range(1, 12)]]
    criteria += [("2", "11"), *[(f"2.{one}", "1") for one in range(1, 12)]]
    framework = factories.new_framework(group, criteria=criteria)
    factories.open_cards(
        framework,
        [
            factories.new_unit(group.authority, f"Sở {one:03}", position=one)
            for one in range(1, 1 + grid.UNITS_A_PAGE + 2)
        ],
    )
    response = signed_in.get(address(framework))
    assert (len(response.context["rows"]), len(response.context["columns"])) == (50, 11)
    response = signed_in.get(address(framework, **{"linh-vuc": "tat-ca", "trang": "2"}))
    assert [row["unit"].name for row in response.context["rows"]] == ["Sở 051", "Sở 052"]
    assert len(response.context["columns"]) == 22
    assert [link["title"] for link in response.context["pages"]] == ["1–50", "51–52"]


def test_a_page_of_the_grid_fits_the_number_of_fields_of_a_form():
    assert grid.UNITS_A_PAGE * 95 <= grid.CELLS_A_PAGE
    assert 2 * grid.CELLS_A_PAGE + 100 < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


def test_sealed_framework_is_read_only(signed_in, framework):
    Framework.objects.filter(pk=framework.pk).update(state="sealed")
    page = signed_in.get(address(framework)).content.decode()
    assert 'name="v-' not in page
    assert "grid-note" in page
    response = signed_in.post(
        address(framework), typed(framework, {(HEALTH, "1.1"): "25"}), follow=True
    )
    framework.refresh_from_db()
    sealed = _("The result of %(framework)s is sealed.") % {"framework": framework}
    assert [str(message) for message in response.context["messages"]] == [
        f"{_('Nothing was saved.')} {sealed}"
    ]
    assert awarded(framework) == {}


def test_cell_of_another_framework_is_refused(signed_in, group, framework):
    other = factories.new_framework(group, year=2022)
    factories.open_cards(other, [framework.scorecards.get(unit__name=HEALTH).unit])
    response = signed_in.post(address(framework), typed(other, {(HEALTH, "1"): "25"}))
    assert response.status_code == 409
    assert (
        _("A score names a criterion or a unit that is not in this framework.")
        in (response.context["refusal"])
    )
    assert awarded(other) == {}


def test_tampered_field_is_a_bad_request(signed_in, framework):
    data = typed(framework, {(HEALTH, "1.1"): ("25", "x")})
    assert signed_in.post(address(framework), data).status_code == 400


def test_text_of_people_is_escaped(signed_in, framework):
    framework.criteria.filter(number="1.1").update(title="<b>Một</b>")
    response = signed_in.post(
        address(framework), typed(framework, {(HEALTH, "1.1"): '"><script>alert(1)</script>'})
    )
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "<b>Một" not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_grid_of_another_authority_does_not_exist(client, framework, method):
    elsewhere = factories.new_authority("tinh-khac")
    client.force_login(
        factories.new_user("c", authority=elsewhere, groups=[ADMINISTRATORS], is_staff=True)
    )
    data = typed(framework, {(HEALTH, "1.1"): "25"}) if method == "post" else {}
    assert getattr(client, method)(address(framework), data).status_code == 404
    assert awarded(framework) == {}


def test_official_who_only_reads_has_no_grid(client, framework):
    client.force_login(
        factories.new_user("d", authority=framework.authority, groups=[OFFICIALS], is_staff=True)
    )
    assert client.get(address(framework)).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_is_sent_to_the_sign_in(client, framework, method):
    data = typed(framework, {(HEALTH, "1.1"): "25"}) if method == "post" else {}
    response = getattr(client, method)(address(framework), data)
    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))
    assert awarded(framework) == {}


@pytest.mark.parametrize("units", [1, 3])
def test_page_takes_as_many_queries_for_one_unit_as_for_three(
    signed_in, group, django_assert_num_queries, units
):
    framework = factories.new_framework(group, criteria=factories.TREE)
    members = [factories.new_unit(group.authority, f"Sở {one}") for one in range(units)]
    factories.give_points(framework, {unit: {"1.1": "30", "2": "20"} for unit in members})
    # Session, account and its groups; the framework; criteria, units, own maxima, points.
    with django_assert_num_queries(8):
        assert signed_in.get(address(framework)).status_code == 200
