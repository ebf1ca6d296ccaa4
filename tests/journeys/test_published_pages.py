import csv
import hashlib
import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ADMINISTRATORS, OFFICIALS
from scorecards import publishing
from scorecards.models import Decision, Edition, ImportRun
from tests.factories import (
    LONG_AGO,
    new_authority,
    new_framework,
    new_group,
    new_unit,
    new_user,
    open_correction,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db

FRAMEWORK = {"authority": "song-hong", "group": "so-nganh", "year": 2023}
LEAGUE = "/song-hong/2023/so-nganh"
FIRST = """STT;Tên cơ quan;Điểm tối đa;Điểm thẩm định
1;Sở Tài chính;100;88,5
2;Sở Y tế;71,5;69,25
3;Sở Nội vụ;100;79,995
"""
SECOND = FIRST.replace("79,995", "79,99")
CORRECTED = SECOND.replace("79,99", "97,79")


@pytest.fixture
def portal():
    group = new_group()
    for name in ("Sở Tài chính", "Sở Y tế", "Sở Nội vụ"):
        new_unit(group.authority, name)
    Decision.objects.create(authority=group.authority, number="27/QĐ-UBND", title="…")
    new_user("lan", authority=group.authority, groups=[OFFICIALS])
    new_user("mai", authority=group.authority, groups=[ADMINISTRATORS])
    new_user("nam", authority=new_authority("cuu-long"), groups=[ADMINISTRATORS])
    return new_framework(group)


@pytest.fixture
def import_scores(tmp_path):
    def run(text, **options):
        file = tmp_path / "diem.csv"
        file.write_text(text, encoding="utf-8")
        return command("import_scores", file, **options)

    return run


def command(name, *args, **options):
    output = io.StringIO()
    call_command(name, *args, stdout=output, **FRAMEWORK, **options)
    return output.getvalue()


def league(client, address=LEAGUE):
    return [row[:5] for row in Page(client.get(f"{address}/")).rows()]


def test_a_year_from_the_file_to_the_public_and_its_correction(client, portal, import_scores):
    # A file with too many decimals changes nothing.
    with pytest.raises(CommandError, match="D4"):
        import_scores(FIRST, user="mai")
    assert ImportRun.objects.count() == 0

    import_scores(SECOND, user="mai")
    run = ImportRun.objects.get()
    assert (run.by.username, run.sha256) == ("mai", hashlib.sha256(SECOND.encode()).hexdigest())

    # Officials see the draft, the public does not.
    assert client.get(f"{LEAGUE}/").status_code == 404
    client.force_login(portal.authority.accounts.get(username="lan"))
    draft = [
        ["1", "Sở Y tế", "96,85", "69,25 / 71,50", "Tốt"],
        ["2", "Sở Tài chính", "88,50", "88,50 / 100,00", "Tốt"],
        ["3", "Sở Nội vụ", "79,99", "79,99 / 100,00", "Khá"],
    ]
    assert league(client, f"/ban-nhap{LEAGUE}") == draft
    client.logout()

    # One unit is close to the floor of a class: somebody lets that stand, by name.
    with pytest.raises(CommandError):
        command("publish", decision="27/QĐ-UBND", user="mai")

    # Sealed is not yet shown.
    command("publish", decision="27/QĐ-UBND", user="mai", acknowledge=True)
    assert [row.by.username for row in portal.acknowledgements.all()] == ["mai"]
    edition = Edition.objects.get()
    assert (edition.sealed_by.username, edition.public_from) == ("mai", None)
    assert client.get(f"{LEAGUE}/").status_code == 404

    publishing.show(edition, public_from=LONG_AGO)
    assert league(client) == draft
    lines = csv.DictReader(
        io.StringIO(client.get(f"/en{LEAGUE}.csv").content.decode("utf-8-sig"), newline="")
    )
    assert [(row["Rank"], row["Unit"], row["Index (%)"]) for row in lines] == [
        ("1", "Sở Y tế", "96.85"),
        ("2", "Sở Tài chính", "88.50"),
        ("3", "Sở Nội vụ", "79.99"),
    ]
    assert edition.digest in Page(client.get(f"{LEAGUE}/")).text

    # A correction is a new edition; the first stays where it was.
    open_correction(portal)
    import_scores(CORRECTED, user="mai")
    command("publish", user="mai", public_from="2024-01-02", reason="gõ nhầm hai chữ số")

    assert [row[:3] for row in league(client)] == [
        ["1", "Sở Nội vụ", "97,79"],
        ["2", "Sở Y tế", "96,85"],
        ["3", "Sở Tài chính", "88,50"],
    ]
    assert league(client, f"{LEAGUE}/v1") == draft
    first, second = Edition.objects.order_by("version")
    assert (second.corrects, second.previous_digest) == (first, first.digest)


def test_rehearsal_on_the_command_line_writes_nothing(portal, import_scores):
    import_scores(SECOND.replace("2;Sở Y tế;71,5;69,25\n", ""))
    command("rehearse", keep=True)

    assert portal.rehearsals.count() == 1
    assert Edition.objects.count() == 0


@pytest.mark.parametrize("who", ["lan", "nam", "nobody"])
def test_who_does_not_administer_the_authority_neither_imports_nor_seals(
    portal, import_scores, who
):
    with pytest.raises(CommandError):
        import_scores(SECOND, user=who)
    assert ImportRun.objects.count() == 0

    import_scores(SECOND)
    with pytest.raises(CommandError):
        command("publish", user=who)
    assert Edition.objects.count() == 0
