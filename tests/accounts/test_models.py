import pytest

from accounts.models import ADMINISTRATORS, OFFICIALS
from tests.factories import new_authority, new_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "reads", "administers"),
    [
        ({"authority": "own", "groups": [OFFICIALS]}, True, False),
        ({"authority": "own", "groups": [ADMINISTRATORS]}, True, True),
        ({"authority": "own", "groups": []}, False, False),
        ({"authority": "other", "groups": [OFFICIALS]}, False, False),
        ({"authority": "other", "groups": [ADMINISTRATORS]}, False, False),
        ({"authority": None, "groups": [OFFICIALS, ADMINISTRATORS]}, False, False),
        ({"authority": None, "is_superuser": True}, True, True),
        ({"authority": "other", "is_superuser": True}, True, True),
        ({"authority": "own", "is_staff": True}, False, False),
        ({"authority": "own", "groups": [ADMINISTRATORS], "is_active": False}, False, False),
        ({"authority": "own", "groups": [OFFICIALS], "is_active": False}, False, False),
        ({"authority": None, "is_superuser": True, "is_active": False}, False, False),
    ],
    ids=[
        "official",
        "administrator",
        "in no group",
        "official elsewhere",
        "administrator elsewhere",
        "without an authority",
        "superuser",
        "superuser of another",
        "staff alone",
        "administrator who left",
        "official who left",
        "superuser who left",
    ],
)
def test_what_an_account_may_do(values, reads, administers):
    own, other = new_authority(), new_authority("song-cuu-long")
    authority = {"own": own, "other": other, None: None}[values["authority"]]
    user = new_user("lan", **{**values, "authority": authority})

    assert (user.can_read_drafts(own), user.can_administer(own)) == (reads, administers)
