from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from accounts.models import ADMINISTRATORS, OFFICIALS
from scorecards.models import Decision, Edition
from tests.factories import (
    give_points,
    new_authority,
    new_framework,
    new_unit,
    new_user,
    open_correction,
    seal,
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
    return framework


def publish(*options, year="2023"):
    """Run the command; return the lines it printed and its refusal."""
    out, refusal = StringIO(), ""
    where = ["--authority", "song-hong", "--group", "so-nganh", "--year", year]
    try:
        call_command("publish", *where, *options, stdout=out)
    except CommandError as error:
        refusal = str(error)
    return out.getvalue().splitlines(), refusal


def test_result_is_sealed_and_its_digest_printed(scored):
    lines, refusal = publish()
    edition = Edition.objects.get()
    assert refusal == ""
    assert lines == [f"Sông Hồng, Cơ quan chuyên môn, 2023 v1: SHA-256 {edition.digest}"]
    assert (edition.public_from, edition.sealed_by, edition.decision) == (None, None, None)


def test_options_reach_the_edition(scored):
    user = new_user("quan-tri", authority=scored.authority, groups=[ADMINISTRATORS])
    decision = Decision.objects.create(authority=scored.authority, number="1/QĐ", title="x")
    publish("--decision", "1/QĐ", "--note", "Ghi chú", "--user", "quan-tri")
    edition = Edition.objects.get()
    assert (edition.decision, edition.note, edition.sealed_by) == (decision, "Ghi chú", user)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-31", "2024-03-31T00:00:00+07:00"),
        ("2024-03-31 08:30", "2024-03-31T08:30:00+07:00"),
    ],
)
def test_public_from_is_read_in_local_time(scored, text, moment):
    publish("--public-from", text)
    assert timezone.localtime(Edition.objects.get().public_from).isoformat() == moment


def test_rehearsing_writes_nothing(scored):
    out = StringIO()
    where = ["--authority", "song-hong", "--group", "so-nganh", "--year", "2023"]
    call_command("rehearse", *where, stdout=out)
    assert out.getvalue() == "Rehearsed: 2 units; nothing was published.\n"
    assert not Edition.objects.exists()
    assert not scored.rehearsals.exists()
    call_command("rehearse", *where, "--keep", stdout=out)
    assert scored.rehearsals.count() == 1


def test_rehearsing_ends_with_1_if_something_blocks(framework, units):
    give_points(framework, {units[0]: "90", units[1]: None})
    where = ["--authority", "song-hong", "--group", "so-nganh", "--year", "2023"]
    with pytest.raises(CommandError, match="Something stands in the way"):
        call_command("rehearse", *where, stdout=StringIO())


def test_missing_score_blocks(framework, units):
    give_points(framework, {units[0]: "90", units[1]: None})
    lines, refusal = publish("--acknowledge")
    assert lines == ["Blocks: Sở Y tế: 1 score is missing (1)."]
    assert refusal.startswith("Not sealed:")
    assert not Edition.objects.exists()


def test_tie_must_be_acknowledged(framework, units):
    give_points(framework, dict.fromkeys(units, "90"))
    tie = "To acknowledge: Sở Tài chính, Sở Y tế share rank 1."
    lines, refusal = publish()
    assert (lines, refusal[:11]) == ([tie], "Not sealed:")
    assert not Edition.objects.exists()
    lines, refusal = publish("--acknowledge")
    assert (lines[0], refusal) == (tie, "")
    assert Edition.objects.count() == 1


def test_announcement_is_sealed_in_part(framework, units):
    announced = new_framework(framework.group, year=2022, origin="announced")
    give_points(announced, {units[0]: "90", units[1]: None})
    publish("--completeness", "partial", "--acknowledge", year="2022")
    assert Edition.objects.get().completeness == "partial"


def test_sealed_result_is_refused(scored):
    seal(scored)
    __, refusal = publish()
    assert refusal == "The result of Sông Hồng, Cơ quan chuyên môn, 2023 is sealed."


def test_correction_takes_a_reason(scored):
    seal(scored)
    open_correction(scored)
    __, refusal = publish("--acknowledge", "--reason", " ")
    assert refusal == "Say why the published result is corrected."
    publish("--reason", "Cộng sai", "--acknowledge")
    edition = Edition.objects.get(version=2)
    assert (edition.reason, edition.decided_by) == ("Cộng sai", "Chủ tịch UBND tỉnh")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--decision", "9/QĐ"], "The authority has no decision of number 9/QĐ."),
        (["--public-from", "mai"], "“mai” is no day:"),
        (["--public-from", "2024-13-01"], "“2024-13-01” is no day:"),
        (["--user", "nguoi-la"], "nguoi-la may not"),
        (["--user", "can-bo"], "can-bo may not"),
        (["--user", "tinh-khac"], "tinh-khac may not"),
        (["--round", "1"], "There is no such framework; song-hong has: so-nganh 2023."),
    ],
    ids=["decision", "day", "no day", "stranger", "official", "other authority", "round"],
)
def test_wrong_option_is_named_and_nothing_sealed(scored, options, sentence):
    other = new_authority("tinh-khac", name="Ủy ban nhân dân tỉnh Khác", place="Khác")
    new_user("can-bo", authority=scored.authority, groups=[OFFICIALS])
    new_user("tinh-khac", authority=other, groups=[ADMINISTRATORS])
    Decision.objects.create(authority=other, number="9/QĐ", title="Của tỉnh khác")
    __, refusal = publish(*options)
    assert refusal.startswith(sentence)
    assert not Edition.objects.exists()
