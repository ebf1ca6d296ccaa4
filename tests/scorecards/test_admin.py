from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import ADMINISTRATORS, OFFICIALS, User
from scorecards.models import (
    Applicability,
    ClassBand,
    Criterion,
    Decision,
    Edition,
    Framework,
    Scorecard,
)
from tests.factories import (
    LONG_AGO,
    TREE,
    give_points,
    leaf,
    new_authority,
    new_framework,
    new_group,
    new_unit,
    new_user,
    open_cards,
    open_correction,
    seal,
    tomorrow,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def framework():
    return new_framework()


@pytest.fixture
def units(framework):
    return [new_unit(framework.authority, name) for name in ("Sở Tài chính", "Sở Y tế")]


@pytest.fixture
def scored(framework, units):
    give_points(framework, dict(zip(units, ["90", "70"], strict=True)))
    framework.refresh_from_db()
    return framework


@pytest.fixture
def administrator(client, framework):
    user = new_user(
        "quan-tri", authority=framework.authority, groups=[ADMINISTRATORS], is_staff=True
    )
    client.force_login(user)
    return user


@pytest.fixture
def foreign(administrator):
    """A framework of another authority, with a scored unit and a decision."""
    authority = new_authority("tinh-khac", name="Ủy ban nhân dân tỉnh Khác", place="Khác")
    framework = new_framework(new_group(authority))
    give_points(framework, {new_unit(authority, "Sở Nội vụ"): "80"})
    Decision.objects.create(authority=authority, title="Quyết định của tỉnh Khác")
    framework.refresh_from_db()
    return framework


def page(name, *args):
    return reverse(f"admin:scorecards_{name}", args=args)


def framework_form(framework, **values):
    """The framework's own form as its page would send it back, with changed ``values``."""
    form = {
        "group": framework.group_id,
        "year": framework.year,
        "round": framework.round,
        "title": framework.title,
        "decision": framework.decision,
        "origin": framework.origin,
        "decimals": framework.decimals,
        "ranked": "on",
        "classified_by": framework.classified_by,
        "rank_on": framework.rank_on,
        "cap_percent": "",
    }
    rows = {
        "bands": (framework.bands.all(), ["position", "name", "floor", "source"]),
        "criteria": (framework.criteria.all(), ["number", "title", "kind", "max_points"]),
        "announced_counts": (framework.announced_counts.all(), ["position", "class_name", "count"]),
    }
    for prefix, (found, columns) in rows.items():
        form[f"{prefix}-TOTAL_FORMS"] = form[f"{prefix}-INITIAL_FORMS"] = len(found)
        for place, row in enumerate(found):
            form[f"{prefix}-{place}-id"] = row.pk
            for column in columns:
                value = getattr(row, column)
                form[f"{prefix}-{place}-{column}"] = "" if value is None else value
            form[f"{prefix}-{place}-inclusive"] = form[f"{prefix}-{place}-comparable"] = "on"
    return {**form, **values}


def add_criterion(framework, number, max_points, place, **values):
    row = {"number": number, "title": f"Tiêu chí {number}", "kind": "appraised", "id": ""}
    row = {**row, "max_points": max_points, "comparable": "on", **values}
    return {
        "criteria-TOTAL_FORMS": place + 1,
        **{f"criteria-{place}-{name}": value for name, value in row.items()},
    }


def sentences(response):
    return [str(message) for message in response.context["messages"]]


# Whose rows

ROWS = {
    "framework": lambda framework: framework,
    "criterion": lambda framework: framework.criteria.get(),
    "scorecard": lambda framework: framework.scorecards.get(),
    "decision": lambda framework: framework.authority.decisions.get(),
    "edition": lambda framework: seal(framework),
}


@pytest.mark.parametrize("name", ROWS)
def test_list_and_pages_hold_own_rows_only(client, foreign, name):
    row = ROWS[name](foreign)
    assert row not in client.get(page(f"{name}_changelist")).context["cl"].queryset
    for action in ("change", "delete", "history"):
        address = page(f"{name}_{action}", row.pk)
        response = client.post(address, {"post": "yes"})
        assert (response.status_code, response.get("Location")) in [
            (302, reverse("admin:index")),
            (403, None),
        ]
    response = client.get(page(f"{name}_change", row.pk))
    assert (response.status_code, response["Location"]) == (302, reverse("admin:index"))
    client.post(
        page(f"{name}_changelist"),
        {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
    )
    row.refresh_from_db()


@pytest.mark.parametrize("tool", ["grid", "publish", "open_scorecards", "copy", "reopen"])
def test_tools_of_another_authoritys_framework_are_not_found(client, foreign, tool):
    assert client.post(page(f"framework_{tool}", foreign.pk), {"reason": "x"}).status_code == 404
    foreign.refresh_from_db()
    assert (foreign.state, Framework.objects.count()) == ("scoring", 2)


def test_showing_another_authoritys_edition_is_not_found(client, foreign):
    edition = seal(foreign, public_from=None)
    response = client.post(page("edition_show", edition.pk), {"public_from": "2024-01-01T08:00"})
    assert response.status_code == 404
    edition.refresh_from_db()
    assert edition.public_from is None


@pytest.mark.parametrize("action", ["changelist", "add"])
@pytest.mark.parametrize("name", ["framework", "criterion", "scorecard", "decision"])
def test_officials_write_nothing(client, framework, name, action):
    client.force_login(
        new_user("can-bo", authority=framework.authority, groups=[OFFICIALS], is_staff=True)
    )
    assert client.get(page(f"{name}_{action}")).status_code == 403
    assert client.post(page(f"{name}_{action}"), {}).status_code == 403


@pytest.mark.parametrize("tool", ["grid", "publish", "open_scorecards", "copy", "reopen"])
def test_officials_have_no_tools(client, framework, tool):
    client.force_login(
        new_user("can-bo", authority=framework.authority, groups=[OFFICIALS], is_staff=True)
    )
    response = client.post(page(f"framework_{tool}", framework.pk), {"reason": "x"})
    assert response.status_code in (403, 404)
    assert Framework.objects.count() == 1


FORGED = {
    "framework": lambda own, foreign: ("framework_add", {"group": foreign.group_id}, "group"),
    "criterion": lambda own, foreign: ("criterion_add", {"framework": foreign.pk}, "framework"),
    "scorecard": lambda own, foreign: ("scorecard_add", {"framework": foreign.pk}, "framework"),
    "unit": lambda own, foreign: (
        "scorecard_add",
        {"framework": own.pk, "unit": foreign.scorecards.get().unit_id},
        "unit",
    ),
    "decision": lambda own, foreign: (
        "decision_add",
        {"authority": foreign.authority.pk, "title": "x"},
        "authority",
    ),
    "previous": lambda own, foreign: (
        "criterion_add",
        {"framework": own.pk, "previous": foreign.criteria.get().pk},
        "previous",
    ),
}


@pytest.mark.parametrize("case", FORGED)
def test_forged_foreign_key_is_a_form_error(client, framework, foreign, case):
    name, values, field = FORGED[case](framework, foreign)
    counts = {
        f"{prefix}-{form}_FORMS": "0"
        for prefix in ("bands", "criteria")
        for form in ("TOTAL", "INITIAL")
    }
    response = client.post(page(name), {**counts, **values})
    assert response.context["adminform"].form.errors[field] == [
        "Select a valid choice. That choice is not one of the available choices."
    ]


def test_forged_criterion_of_an_applicability_is_refused(client, foreign, scored):
    card = scored.scorecards.first()
    client.post(
        page("scorecard_change", card.pk),
        {
            "ranked": "on",
            "applicabilities-TOTAL_FORMS": "1",
            "applicabilities-INITIAL_FORMS": "0",
            "applicabilities-0-criterion": foreign.criteria.get().pk,
            "applicabilities-0-max_points": "0",
            "applicabilities-0-reason": "x",
        },
    )
    assert not Applicability.objects.exists()


def test_decision_of_another_authority_cannot_be_sealed_in(client, foreign, scored):
    address = page("framework_publish", scored.pk)
    shown = client.get(address).context["form"].initial["fingerprint"]
    response = client.post(
        address, {"fingerprint": shown, "decision": foreign.authority.decisions.get().pk}
    )
    assert list(response.context["form"].errors) == ["decision"]
    assert not Edition.objects.exists()


# Frameworks


def test_list_counts_complete_units_in_a_constant_number_of_queries(
    client, administrator, framework, units, django_assert_num_queries
):
    give_points(framework, {units[0]: "90", units[1]: None})
    response = client.get(page("framework_changelist"))
    assert "1 of 2 units complete" in response.content.decode()
    for year in (2021, 2022):
        give_points(new_framework(framework.group, year=year), {units[0]: "50"})
    with django_assert_num_queries(7):
        response = client.get(page("framework_changelist"))
    rows = [(row.year, row.complete, row.units) for row in response.context["cl"].result_list]
    assert rows == [(2023, 1, 2), (2022, 1, 1), (2021, 1, 1)]


def test_leaf_that_does_not_apply_is_not_missing(client, administrator, framework, units):
    open_cards(framework, units)
    card = framework.scorecards.get(unit=units[0])
    Applicability.objects.create(
        scorecard=card, criterion=leaf(framework), max_points=0, reason="không áp dụng"
    )
    rows = client.get(page("framework_changelist")).context["cl"].result_list
    assert [(row.complete, row.units) for row in rows] == [(1, 2)]


def test_criteria_get_their_parents_and_places_from_their_numbers(client, administrator, framework):
    rows = add_criterion(framework, "10", "5", 1) | add_criterion(framework, "2.1", "5", 2)
    rows |= add_criterion(framework, "2", "5", 3) | {"criteria-0-kind": "appraised"}
    response = client.post(
        page("framework_change", framework.pk), framework_form(framework, **rows)
    )
    assert response.status_code == 302
    assert list(framework.criteria.values_list("number", "parent__number", "position")) == [
        ("1", None, 1),
        ("2", None, 2),
        ("2.1", "2", 3),
        ("10", None, 4),
    ]


def test_part_of_nothing_is_refused(client, administrator, framework):
    rows = add_criterion(framework, "3.1", "5", 1)
    response = client.post(
        page("framework_change", framework.pk), framework_form(framework, **rows)
    )
    assert "Criterion 3 has parts but does not exist itself." in response.content.decode()
    assert framework.criteria.count() == 1


def test_new_framework_is_added_with_its_classes_and_criteria(client, administrator, framework):
    form = framework_form(framework, year=2024)
    form |= {f"{prefix}-INITIAL_FORMS": 0 for prefix in ("bands", "criteria")}
    form = {name: value for name, value in form.items() if not name.endswith("-id")}
    assert client.post(page("framework_add"), form).status_code == 302
    added = Framework.objects.get(year=2024)
    assert list(added.bands.values_list("name", flat=True)) == ["Tốt", "Khá", "Trung bình"]
    assert list(added.criteria.values_list("number", "max_points")) == [("1", Decimal(100))]


def test_second_framework_of_a_year_is_a_form_error(client, administrator, framework):
    form = framework_form(framework)
    form |= {f"{prefix}-INITIAL_FORMS": 0 for prefix in ("bands", "criteria")}
    response = client.post(page("framework_add"), form)
    assert response.context["adminform"].form.non_field_errors() == [
        "This group already has a framework for that year."
    ]


def test_structure_is_locked_once_scoring_has_begun(client, administrator, scored):
    address = page("framework_change", scored.pk)
    response = client.get(address)
    assert "Scoring has begun" in response.content.decode()
    assert not {"year", "decimals", "cap_percent"} & set(response.context["adminform"].form.fields)
    rows = add_criterion(scored, "2", "5", 1) | {"criteria-0-max_points": "50", "decimals": "3"}
    rows |= {"bands-0-floor": "99", "bands-1-DELETE": "on", "title": "Tên mới"}
    assert client.post(address, framework_form(scored, **rows)).status_code == 302
    scored.refresh_from_db()
    assert (scored.title, scored.decimals) == ("Tên mới", 2)
    assert list(scored.criteria.values_list("number", "max_points")) == [("1", Decimal(100))]
    assert list(scored.bands.values_list("floor", flat=True)) == [Decimal(80), Decimal(65), None]


@pytest.mark.parametrize("action", ["change", "delete"])
def test_locked_criterion_is_forbidden_to_write(client, administrator, scored, action):
    criterion = leaf(scored)
    address = page(f"criterion_{action}", criterion.pk)
    assert client.post(address, {"title": "Khác", "post": "yes"}).status_code == 403
    assert client.get(page("criterion_change", criterion.pk)).status_code == 200
    criterion.refresh_from_db()
    assert criterion.title == "Tiêu chí 1"


def test_criterion_added_on_its_own_page_finds_its_place(client, administrator):
    framework = new_framework(
        Framework.objects.get().group, year=2024, criteria=[*TREE, ("3", "10")]
    )
    form = {"framework": framework.pk, "number": "1.3", "title": "Thêm", "kind": "appraised"}
    response = client.post(page("criterion_add"), {**form, "max_points": "5"})
    assert response.status_code == 302
    assert list(framework.criteria.values_list("number", "parent__number")) == [
        ("1", None),
        ("1.1", "1"),
        ("1.2", "1"),
        ("1.3", "1"),
        ("2", None),
        ("3", None),
    ]


def test_criterion_is_found_without_accents(client, administrator, framework):
    Criterion.objects.create(framework=framework, number="2", title="Đạo đức công vụ", max_points=1)
    response = client.get(page("criterion_changelist"), {"q": "dao duc"})
    assert [row.number for row in response.context["cl"].queryset] == ["2"]


def test_two_classes_at_one_position_are_a_form_error(client, administrator, framework):
    response = client.post(
        page("framework_change", framework.pk),
        framework_form(framework, **{"bands-0-position": "2", "bands-1-position": "2"}),
    )
    assert response.status_code == 200
    assert list(ClassBand.objects.values_list("position", flat=True)) == [1, 2, 3]


# Tools


def test_open_scorecards_takes_the_units_in_force_that_year(client, administrator, framework):
    authority = framework.authority
    here = new_unit(authority, "Sở Tài chính")
    new_unit(authority, "Sở Cũ", ends_on="2022-12-31")
    new_unit(authority, "Huyện Một", kind="district")
    response = client.post(page("framework_open_scorecards", framework.pk), follow=True)
    assert sentences(response) == ["1 unit added."]
    assert [card.unit for card in framework.scorecards.all()] == [here]


def test_copy_to_next_year_and_its_refusal(client, administrator, scored):
    response = client.post(page("framework_copy", scored.pk), follow=True)
    copy = Framework.objects.get(year=2024)
    assert response.redirect_chain == [(page("framework_change", copy.pk), 302)]
    assert (copy.state, copy.criteria.count(), copy.bands.count()) == ("setup", 1, 3)
    response = client.post(page("framework_copy", scored.pk), follow=True)
    assert sentences(response) == ["Cơ quan chuyên môn already has a framework for 2024."]
    assert Framework.objects.count() == 2


def test_reopening_needs_a_reason(client, administrator, scored):
    address = page("framework_reopen", scored.pk)
    response = client.post(address, {"reason": " "}, follow=True)
    assert sentences(response) == ["Say why the framework is opened again."]
    response = client.post(address, {"reason": "Sai điểm tối đa"}, follow=True)
    assert "Sai điểm tối đa" in response.content.decode()
    scored.refresh_from_db()
    assert scored.state == "setup"
    assert list(scored.reopenings.values_list("reason", "by")) == [
        ("Sai điểm tối đa", administrator.pk)
    ]


@pytest.mark.parametrize("tool", ["open_scorecards", "reopen"])
def test_sealed_framework_refuses_its_tools(client, administrator, scored, tool):
    seal(scored)
    response = client.post(page(f"framework_{tool}", scored.pk), {"reason": "x"}, follow=True)
    assert [sentence[-10:] for sentence in sentences(response)] == ["is sealed."]


def test_sealed_framework_is_forbidden_to_write_but_copied(client, administrator, scored):
    seal(scored)
    address = page("framework_change", scored.pk)
    assert "The result is sealed" in client.get(address).content.decode()
    assert client.post(address, framework_form(scored, title="Khác")).status_code == 403
    client.post(page("framework_copy", scored.pk))
    titles = Framework.objects.order_by("year").values_list("year", "title")
    assert list(titles) == [(2023, "Chỉ số năm 2023"), (2024, "Chỉ số năm 2024")]


@pytest.mark.parametrize("tool", ["open_scorecards", "copy", "reopen"])
def test_tools_that_write_take_a_post(client, administrator, framework, tool):
    assert client.get(page(f"framework_{tool}", framework.pk)).status_code == 405


@pytest.mark.parametrize("state", ["setup", "scoring", "sealed"])
def test_pages_of_a_framework_open_in_every_state(client, administrator, framework, units, state):
    if state != "setup":
        give_points(framework, dict(zip(units, ["90", "70"], strict=True)))
    if state == "sealed":
        seal(framework)
    card, *_ = open_cards(framework, units) if state == "setup" else framework.scorecards.all()
    for address in (
        page("framework_change", framework.pk),
        page("framework_delete", framework.pk),
        page("framework_history", framework.pk),
        page("criterion_changelist"),
        page("scorecard_changelist") + "?q=tai",
        page("scorecard_change", card.pk),
        page("decision_changelist"),
        page("edition_changelist"),
        reverse("admin:index"),
    ):
        status = client.get(address).status_code
        assert status == 200 or (status == 403 and "delete" in address and state != "setup")


# Scorecards


def test_applicability_is_set_with_a_reason(client, administrator, scored):
    card = scored.scorecards.first()
    row = {"criterion": leaf(scored).pk, "max_points": "90"}
    form = {"applicabilities-TOTAL_FORMS": "1", "applicabilities-INITIAL_FORMS": "0"}
    form |= {f"applicabilities-0-{name}": value for name, value in row.items()}
    address = page("scorecard_change", card.pk)
    assert client.post(address, form).status_code == 200
    form["applicabilities-0-reason"] = "Không có thủ tục hành chính"
    assert client.post(address, form).status_code == 302
    card.refresh_from_db()
    assert (card.ranked, card.applicabilities.get().max_points) == (False, Decimal(90))


def test_unit_of_another_group_gets_no_scorecard(client, administrator, framework):
    district = new_unit(framework.authority, "Huyện Một", kind="district")
    response = client.post(
        page("scorecard_add"), {"framework": framework.pk, "unit": district.pk, "ranked": "on"}
    )
    assert response.context["adminform"].form.errors["unit"] == [
        "Huyện Một does not belong to the group “Cơ quan chuyên môn”."
    ]
    assert not Scorecard.objects.exists()


@pytest.mark.parametrize("action", ["change", "delete"])
def test_sealed_scorecard_is_forbidden_to_write(client, administrator, scored, action):
    card = scored.scorecards.first()
    seal(scored)
    assert client.post(page(f"scorecard_{action}", card.pk), {"post": "yes"}).status_code == 403
    assert Scorecard.objects.filter(pk=card.pk, ranked=True).exists()


def test_scored_unit_of_a_reopened_framework_is_not_deleted(client, administrator, scored):
    card = scored.scorecards.first()
    client.post(page("framework_reopen", scored.pk), {"reason": "x"})
    response = client.post(page("scorecard_delete", card.pk), {"post": "yes"}, follow=True)
    assert any(sentence.startswith("Nothing was saved: ") for sentence in sentences(response))
    assert card.scores.count() == 1


# Publishing


def rehearsed(client, framework, **values):
    """Open the publishing page as it is and send its form with ``values``."""
    address = page("framework_publish", framework.pk)
    shown = client.get(address).context["form"].initial["fingerprint"]
    return client.post(address, {"fingerprint": shown, **values}, follow=True)


def acknowledge(client, framework, query=""):
    """Tick every line of the rehearsal and send them."""
    address = page("framework_publish", framework.pk) + query
    found = client.get(address).context["rehearsal"].to_acknowledge
    client.post(address, {"acknowledge": "1", "key": [finding.key for finding in found]})


def test_rehearsal_shows_results_and_writes_nothing(client, administrator, scored):
    content = client.get(page("framework_publish", scored.pk)).content.decode()
    assert "Sở Tài chính" in content
    assert "90.00" in content
    assert not Edition.objects.exists()


def test_publishing_seals_and_shows(client, administrator, scored):
    decision = Decision.objects.create(authority=scored.authority, number="1/QĐ", title="Công bố")
    response = rehearsed(
        client, scored, decision=decision.pk, note="Ghi chú", public_from="2024-03-31T08:00"
    )
    edition = Edition.objects.get()
    assert response.redirect_chain == [(page("edition_change", edition.pk), 302)]
    assert edition.digest in sentences(response)[0]
    assert (edition.decision, edition.note, edition.sealed_by) == (
        decision,
        "Ghi chú",
        administrator,
    )
    assert timezone.localtime(edition.public_from).isoformat() == "2024-03-31T08:00:00+07:00"
    scored.refresh_from_db()
    assert scored.state == "sealed"


def test_blocked_result_is_not_sealed(client, administrator, framework, units):
    give_points(framework, {units[0]: "90", units[1]: None})
    response = rehearsed(client, framework)
    assert sentences(response) == ["Sở Y tế: 1 score is missing (1)."]
    assert not Edition.objects.exists()


def test_tie_is_sealed_only_when_acknowledged(client, administrator, framework, units):
    give_points(framework, dict.fromkeys(units, "90"))
    response = rehearsed(client, framework)
    assert sentences(response) == ["Sở Tài chính, Sở Y tế share rank 1."]
    assert not Edition.objects.exists()
    acknowledge(client, framework)
    (done,) = framework.acknowledgements.all()
    assert (done.by, done.sentence) == (administrator, "Sở Tài chính, Sở Y tế share rank 1.")
    assert (
        administrator.username
        in client.get(page("framework_publish", framework.pk)).content.decode()
    )
    rehearsed(client, framework)
    assert Edition.objects.count() == 1


def test_a_finding_whose_numbers_change_is_acknowledged_anew(
    client, administrator, framework, units
):
    give_points(framework, dict.fromkeys(units, "90"))
    acknowledge(client, framework)
    give_points(framework, dict.fromkeys(units, "79.8"))
    response = client.get(page("framework_publish", framework.pk))
    assert len(response.context["rehearsal"].to_acknowledge) == 2


def test_an_acknowledgement_of_nothing_is_refused(client, administrator, framework, units):
    give_points(framework, dict.fromkeys(units, "90"))
    address = page("framework_publish", framework.pk)
    response = client.post(address, {"acknowledge": "1", "key": ["0" * 64]}, follow=True)
    assert sentences(response) == ["The scores have changed since you looked: look again."]
    assert not framework.acknowledgements.exists()


def test_every_finding_leads_to_what_it_speaks_of(client, administrator, framework, units):
    give_points(framework, {units[0]: "79.8", units[1]: None})
    response = client.get(page("framework_publish", framework.pk))
    card = framework.scorecards.get(unit=units[1])
    near = framework.scorecards.get(unit=units[0])
    assert [link for __, link in response.context["blocking"]] == [
        page("scorecard_change", card.pk)
    ]
    assert [link for __, link, __ in response.context["findings"]] == [
        page("scorecard_change", near.pk)
    ]


def test_what_moved_since_the_last_rehearsal_is_told(client, administrator, scored, units):
    address = page("framework_publish", scored.pk)
    client.post(address, {"keep": "1"})
    give_points(scored, {units[1]: "95"})
    content = client.get(address).content.decode()
    for words in ("Since the last rehearsal kept", "2 → 1", "1: +25.00", administrator.username):
        assert words in content


def test_a_correction_is_opened_shown_and_published(client, administrator, scored, units):
    seal(scored)
    address = page("framework_correction", scored.pk)
    assert address in client.get(page("framework_change", scored.pk)).content.decode()
    assert list(client.post(address, {"reason": "x"}).context["form"].errors) == ["decided_by"]
    client.post(address, {"reason": "Cộng sai.", "decided_by": "Chủ tịch UBND tỉnh"})
    scored.refresh_from_db()
    assert scored.state == "scoring"
    give_points(scored, {units[1]: "72"})
    response = client.get(page("framework_publish", scored.pk))
    assert ("Sở Y tế", "Index (%)", "70.00", "72.00") in response.context["corrections"]
    rehearsed(client, scored, reason="Cộng sai.", decided_by="Chủ tịch UBND tỉnh")
    edition = Edition.objects.get(version=2)
    assert (edition.reason, edition.decided_by) == ("Cộng sai.", "Chủ tịch UBND tỉnh")


def test_a_correction_without_a_change_is_abandoned(client, administrator, scored, units):
    seal(scored)
    open_correction(scored)
    give_points(scored, {units[1]: "72"})
    abandon = page("framework_abandon_correction", scored.pk)
    response = client.post(abandon, follow=True)
    assert "differ" in sentences(response)[0]
    give_points(scored, {units[1]: "70"})
    client.post(abandon)
    scored.refresh_from_db()
    assert scored.is_sealed
    assert Edition.objects.count() == 1
    assert client.get(abandon).status_code == 405


@pytest.mark.parametrize("tool", ["correction", "abandon_correction"])
def test_corrections_of_another_authority_are_out_of_reach(client, administrator, foreign, tool):
    assert client.post(page(f"framework_{tool}", foreign.pk)).status_code in (302, 403, 404)
    foreign.refresh_from_db()
    assert not foreign.reopenings.exists()


def test_scores_changed_since_the_rehearsal_are_not_sealed(client, administrator, scored, units):
    address = page("framework_publish", scored.pk)
    shown = client.get(address).context["form"].initial["fingerprint"]
    scored.scorecards.get(unit=units[0]).scores.update(awarded=Decimal("95"))
    response = client.post(address, {"fingerprint": shown}, follow=True)
    assert sentences(response) == ["The scores have changed since you looked: look again."]
    assert not Edition.objects.exists()


def test_computed_result_is_published_whole_only(client, administrator, scored):
    response = client.get(page("framework_publish", scored.pk), {"completeness": "partial"})
    assert (response.context["rehearsal"].completeness, response.context["choices"]) == ("full", [])


def test_announced_result_may_be_known_in_part(client, administrator, framework, units):
    framework = new_framework(framework.group, year=2022, origin="announced")
    give_points(framework, {units[0]: "90", units[1]: None})
    address = page("framework_publish", framework.pk) + "?completeness=partial"
    shown = client.get(address).context["form"].initial["fingerprint"]
    acknowledge(client, framework, "?completeness=partial")
    client.post(address, {"fingerprint": shown})
    assert Edition.objects.get().completeness == "partial"


def test_correction_needs_a_reason(client, administrator, scored, units):
    seal(scored)
    open_correction(scored)
    give_points(scored, {units[1]: "72"})
    response = rehearsed(client, scored)
    assert list(response.context["form"].errors) == ["reason", "decided_by"]
    rehearsed(client, scored, reason="Cộng sai", decided_by="Chủ tịch")
    assert list(Edition.objects.order_by("version").values_list("version", "reason")) == [
        (1, ""),
        (2, "Cộng sai"),
    ]


def test_sealed_framework_leads_to_its_editions(client, administrator, scored):
    seal(scored)
    response = client.get(page("framework_publish", scored.pk), follow=True)
    assert response.redirect_chain == [
        (f"{page('edition_changelist')}?framework__id__exact={scored.pk}", 302)
    ]
    assert [row.version for row in response.context["cl"].result_list] == [1]


# Editions


@pytest.mark.parametrize("action", ["change", "delete"])
def test_edition_is_forbidden_to_write(client, administrator, scored, action):
    edition = seal(scored)
    assert client.get(page("edition_change", edition.pk)).status_code == 200
    response = client.post(page(f"edition_{action}", edition.pk), {"note": "x", "post": "yes"})
    assert response.status_code == 403
    edition.refresh_from_db()
    assert edition.note == ""


def test_edition_is_shown_from_a_moment_on_by_a_decision(client, administrator, scored):
    edition = seal(scored, public_from=None)
    decision = Decision.objects.create(authority=scored.authority, number="1/QĐ", title="Công bố")
    address = page("edition_show", edition.pk)
    assert address in client.get(page("edition_change", edition.pk)).content.decode()
    assert client.get(address).status_code == 200
    client.post(address, {"public_from": "2024-03-31T08:00", "decision": decision.pk})
    edition.refresh_from_db()
    assert edition.decision == decision
    assert timezone.localtime(edition.public_from).isoformat() == "2024-03-31T08:00:00+07:00"
    assert address not in client.get(page("edition_change", edition.pk)).content.decode()


@pytest.mark.parametrize(
    ("public_from", "moves"), [(LONG_AGO, False), (tomorrow, True)], ids=["public", "ahead"]
)
def test_moment_of_showing_moves_while_it_lies_ahead(
    client, administrator, scored, public_from, moves
):
    edition = seal(scored, public_from=public_from() if moves else public_from)
    client.post(page("edition_show", edition.pk), {"public_from": "2030-01-01T08:00"})
    edition.refresh_from_db()
    assert (edition.public_from.year == 2030) == moves


def test_page_of_an_edition_links_only_what_is_public(client, administrator, scored):
    edition = seal(scored, public_from=tomorrow())
    content = client.get(page("edition_changelist")).content.decode()
    assert "not shown yet" in content
    assert f"/v{edition.version}/" not in content


# Strangers and superusers


def test_superuser_reaches_every_authority(client, foreign, scored):
    client.force_login(User.objects.create_superuser("goc"))
    rows = client.get(page("framework_changelist")).context["cl"].queryset
    assert {row.pk for row in rows} == {foreign.pk, scored.pk}
    assert client.get(page("framework_publish", foreign.pk)).status_code == 200


@pytest.mark.parametrize("tool", ["grid", "publish", "copy"])
def test_stranger_is_sent_to_sign_in(client, framework, tool):
    response = client.post(page(f"framework_{tool}", framework.pk))
    assert (response.status_code, "/login/" in response["Location"]) == (302, True)
