import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import ADMINISTRATORS, OFFICIALS, User
from tests.factories import group_of_accounts
from units.models import Agency, Authority, Succession, Unit, UnitAlias, UnitGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def authorities():
    return [
        Authority.objects.create(slug=slug, name=f"Ủy ban nhân dân tỉnh {place}", place=place)
        for slug, place in [("tinh-a", "Tỉnh A"), ("tinh-b", "Tỉnh B")]
    ]


@pytest.fixture
def units(authorities):
    return [
        Unit.objects.create(
            authority=authority, kind="agency", code="SXD", slug="so-xay-dung", name="Sở Xây dựng"
        )
        for authority in authorities
    ]


def account(name, authority, group):
    user = User.objects.create_user(name, password="x", is_staff=True, authority=authority)
    user.groups.add(group_of_accounts(group))
    return user


@pytest.fixture
def administrator(client, authorities):
    user = account("quan-tri-a", authorities[0], ADMINISTRATORS)
    client.force_login(user)
    return user


def unit_form(authority, **values):
    empty = {
        f"{prefix}-{name}": value
        for prefix in ("aliases", "successions", "origins")
        for name, value in [("TOTAL_FORMS", "0"), ("INITIAL_FORMS", "0")]
    }
    return {
        **empty,
        "authority": authority.pk,
        "code": "SNV",
        "slug": "so-noi-vu",
        "name": "Sở Nội vụ",
        "short_name": "",
        "position": "1",
        "starts_on": "",
        "ends_on": "",
        "verified": "on",
        "source": "",
        **values,
    }


def errors_of(response):
    return response.context["adminform"].form.errors


OWN_PAGES = [
    ("units_unit", "unit"),
    ("units_agency", "unit"),
    ("units_unitgroup", "group"),
    ("units_succession", "succession"),
]


@pytest.fixture
def foreign(authorities, units):
    later = Unit.objects.create(
        authority=authorities[1], kind="agency", code="X", slug="x", name="Sở Giao thông vận tải"
    )
    return {
        "unit": units[1],
        "group": UnitGroup.objects.create(
            authority=authorities[1], slug="so-nganh", name="Sở của B", kind="agency"
        ),
        "succession": Succession.objects.create(
            predecessor=later, successor=units[1], kind="merge", on=datetime.date(2025, 3, 1)
        ),
    }


@pytest.mark.parametrize(("page", "row"), OWN_PAGES, ids=[page for page, __ in OWN_PAGES])
@pytest.mark.parametrize("action", ["change", "delete", "history"])
def test_row_of_another_authority_cannot_be_reached(
    client, administrator, foreign, page, row, action
):
    response = client.post(
        reverse(f"admin:{page}_{action}", args=[foreign[row].pk]), {"post": "yes"}, follow=True
    )
    assert response.redirect_chain == [(reverse("admin:index"), 302)]
    foreign[row].refresh_from_db()


@pytest.mark.parametrize(("page", "row"), OWN_PAGES, ids=[page for page, __ in OWN_PAGES])
def test_list_and_its_actions_hold_own_rows_only(client, administrator, foreign, page, row):
    address = reverse(f"admin:{page}_changelist")
    assert foreign[row] not in client.get(address).context["cl"].queryset
    client.post(
        address,
        {"action": "delete_selected", "_selected_action": foreign[row].pk, "post": "yes"},
    )
    foreign[row].refresh_from_db()


def test_form_offers_own_authority_and_units_only(client, administrator, authorities, foreign):
    response = client.get(reverse("admin:units_agency_add"))
    field = response.context["adminform"].form.fields["authority"]
    assert list(field.queryset) == [authorities[0]]
    response = client.get(reverse("admin:units_succession_add"))
    field = response.context["adminform"].form.fields["successor"]
    assert [unit.authority for unit in field.queryset] == [authorities[0]]


def test_forged_authority_is_a_form_error(client, administrator, authorities):
    response = client.post(reverse("admin:units_agency_add"), unit_form(authorities[1]))
    assert list(errors_of(response)) == ["authority"]
    assert not Unit.objects.exists()


def test_forged_heir_of_another_authority_is_a_form_error(client, administrator, units):
    forged = {"kind": "merge", "share": "whole", "on": "2025-03-01", "legal_basis": ""}
    response = client.post(
        reverse("admin:units_succession_add"),
        {**forged, "predecessor": units[0].pk, "successor": units[1].pk},
    )
    assert list(errors_of(response)) == ["successor"]
    assert not Succession.objects.exists()


def test_forged_heir_in_the_inline_is_a_form_error(client, administrator, authorities, units):
    forged = {
        "successions-TOTAL_FORMS": "1",
        "successions-0-successor": units[1].pk,
        "successions-0-kind": "merge",
        "successions-0-share": "whole",
        "successions-0-on": "2025-03-01",
    }
    response = client.post(
        reverse("admin:units_agency_change", args=[units[0].pk]),
        unit_form(authorities[0], **forged),
    )
    assert response.status_code == 200
    assert not Succession.objects.exists()


def test_authority_of_a_unit_is_chosen_once(client, django_user_model, authorities, units):
    client.force_login(django_user_model.objects.create_superuser("goc"))
    client.post(
        reverse("admin:units_agency_change", args=[units[0].pk]),
        unit_form(authorities[1], name="Sở Xây dựng mới"),
    )
    units[0].refresh_from_db()
    assert (units[0].authority, units[0].name) == (authorities[0], "Sở Xây dựng mới")


def test_autocomplete_holds_own_units_and_ignores_accents(client, administrator, units):
    answer = client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "units",
            "model_name": "succession",
            "field_name": "successor",
            "term": "so xay dung",
        },
    ).json()
    assert answer["results"] == [{"id": str(units[0].pk), "text": "Sở Xây dựng"}]


@pytest.mark.parametrize("words", ["so xay dung", "SỞ XÂY", "sxd", "kien truc"])
def test_search_takes_names_codes_and_other_names_without_accents(
    client, administrator, units, words
):
    UnitAlias.objects.create(unit=units[0], name="Sở Kiến trúc")
    response = client.get(reverse("admin:units_agency_changelist"), {"q": words})
    assert [unit.pk for unit in response.context["cl"].queryset] == [units[0].pk]


def test_found_units_can_be_deleted_by_action(client, administrator, units):
    client.post(
        reverse("admin:units_agency_changelist") + "?q=xay",
        {"action": "delete_selected", "_selected_action": units[0].pk, "post": "yes"},
    )
    assert list(Unit.objects.all()) == [units[1]]


def test_list_is_in_the_order_of_the_vietnamese_alphabet(client, administrator, authorities):
    for code, name in enumerate(["Sở Y tế", "Sở Đất", "Sở Du lịch", "Sở Ấn", "Sở An"]):
        Unit.objects.create(
            authority=authorities[0], kind="agency", code=code, slug=f"s{code}", name=name
        )
    response = client.get(reverse("admin:units_agency_changelist"))
    names = [unit.name for unit in response.context["cl"].result_list]
    assert names == ["Sở An", "Sở Ấn", "Sở Du lịch", "Sở Đất", "Sở Y tế"]


@pytest.mark.parametrize("kind", ["agency", "district", "commune"])
def test_saving_sets_the_kind(client, administrator, authorities, kind):
    response = client.post(reverse(f"admin:units_{kind}_add"), unit_form(authorities[0]))
    assert response.status_code == 302
    assert list(Unit.objects.values_list("kind", "name")) == [(kind, "Sở Nội vụ")]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"code": "SXD"}, "Another unit holds this code in the same period."),
        ({"slug": "so-xay-dung"}, "Another unit of this authority has this address word."),
        (
            {"starts_on": "2025-01-01", "ends_on": "2024-01-01"},
            "A unit cannot end before it starts.",
        ),
    ],
    ids=["code", "slug", "dates"],
)
def test_broken_constraint_is_a_form_error(
    client, administrator, authorities, units, values, sentence
):
    with translation.override("en"):
        address = reverse("admin:units_agency_add")
        response = client.post(address, unit_form(authorities[0], **values))
    assert [error for errors in errors_of(response).values() for error in errors] == [sentence]


def test_code_in_use_is_a_form_error_on_a_changed_unit_too(
    client, administrator, authorities, units
):
    other = Unit.objects.create(
        authority=authorities[0], kind="agency", code="SNV", slug="so-noi-vu", name="Sở Nội vụ"
    )
    response = client.post(
        reverse("admin:units_agency_change", args=[other.pk]),
        unit_form(authorities[0], code="SXD"),
    )
    assert len(errors_of(response)) == 1


@pytest.mark.parametrize("action", ["changelist", "add"])
def test_authorities_are_a_superusers_business(
    client, administrator, django_user_model, authorities, action
):
    address = reverse(f"admin:units_authority_{action}")
    assert client.get(address).status_code == 403
    client.force_login(django_user_model.objects.create_superuser("goc"))
    assert client.get(address).status_code == 200


def test_administrator_cannot_change_the_own_authority(client, administrator, authorities):
    address = reverse("admin:units_authority_change", args=[authorities[0].pk])
    assert client.post(address, {"name": "Khác"}).status_code == 403


def test_superuser_reaches_every_authority(client, django_user_model, units):
    client.force_login(django_user_model.objects.create_superuser("goc"))
    response = client.get(reverse("admin:units_agency_changelist"))
    assert {unit.pk for unit in response.context["cl"].queryset} == {unit.pk for unit in units}


@pytest.mark.parametrize("model", [Agency, Unit, UnitGroup, Succession])
@pytest.mark.parametrize("action", ["changelist", "add"])
def test_officials_write_nothing(client, authorities, model, action):
    client.force_login(account("can-bo-a", authorities[0], OFFICIALS))
    address = reverse(f"admin:units_{model._meta.model_name}_{action}")
    assert client.get(address).status_code == 403
    assert client.post(address, unit_form(authorities[0])).status_code == 403


def test_administrator_without_an_authority_reaches_nothing(client, units):
    client.force_login(account("khong-noi-nao", None, ADMINISTRATORS))
    response = client.get(reverse("admin:units_agency_changelist"))
    assert list(response.context["cl"].queryset) == []


def test_sign_in_page_opens_for_a_stranger(client):
    assert client.get(reverse("admin:login")).status_code == 200
