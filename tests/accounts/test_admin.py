import pytest
from django.urls import reverse

from accounts.models import ADMINISTRATORS, User
from tests.factories import group_of_accounts
from units.models import Authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    return Authority.objects.create(slug="tinh-a", name="Ủy ban nhân dân tỉnh A", place="Tỉnh A")


@pytest.fixture
def administrator(authority):
    user = User.objects.create_user("quan-tri", password="x", is_staff=True, authority=authority)
    user.groups.add(group_of_accounts(ADMINISTRATORS))
    return user


def test_superuser_makes_an_administrator_of_an_authority(client, authority):
    client.force_login(User.objects.create_superuser("goc"))
    group = group_of_accounts(ADMINISTRATORS)
    response = client.post(
        reverse("admin:accounts_user_add"),
        {
            "username": "moi",
            "usable_password": "true",
            "password1": "mot-mat-khau-dai-2024",
            "password2": "mot-mat-khau-dai-2024",
            "authority": authority.pk,
            "groups": [group.pk],
            "is_staff": "on",
            "is_active": "on",
        },
    )
    assert response.status_code == 302
    user = User.objects.get(username="moi")
    assert user.can_administer(authority)
    page = client.get(reverse("admin:accounts_user_change", args=[user.pk]))
    assert page.context["adminform"].form.initial["authority"] == authority.pk
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200


@pytest.mark.parametrize("action", ["changelist", "add"])
def test_accounts_are_closed_to_administrators(client, administrator, action):
    client.force_login(administrator)
    assert client.get(reverse(f"admin:accounts_user_{action}")).status_code == 403


def test_administrator_cannot_raise_the_own_rights(client, administrator):
    client.force_login(administrator)
    address = reverse("admin:accounts_user_change", args=[administrator.pk])
    assert client.post(address, {"is_superuser": "on"}).status_code == 403
    administrator.refresh_from_db()
    assert not administrator.is_superuser
