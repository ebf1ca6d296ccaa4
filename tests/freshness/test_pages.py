import datetime
import gzip

import brotli
import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import connection
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from freshness.models import Stamp
from freshness.pages import stamp_of
from scorecards.models import Decision, Framework
from tests.factories import (
    BANDS,
    LONG_AGO,
    check,
    measure,
    new_authority,
    new_commitment,
    new_edition,
    new_framework,
    new_group,
    new_indicator,
    new_target,
    new_unit,
    new_user,
    report_dossiers,
    tomorrow,
)
from units.models import Authority, Succession, Unit, UnitAlias

pytestmark = pytest.mark.django_db
LEAGUE = "/song-hong/2023/so-nganh/"
PAGES = [
    "/",
    "/en/",
    "/song-hong/",
    "/song-hong/2023/",
    LEAGUE,
    "/en" + LEAGUE,
    LEAGUE + "?sap-xep=unit_name",
    LEAGUE + "so-a/",
    LEAGUE + "v1/",
    "/song-hong/don-vi/",
    "/song-hong/don-vi/so-a/",
    "/song-hong/2023/phuong-phap/",
    "/song-hong/dinh-chinh/",
    "/song-hong/cam-ket/2024/",
    "/du-lieu/",
    "/tin.atom",
    "/song-hong/2023/so-nganh.json",
    LEAGUE + "bieu-do/xep-hang.svg",
]
# Their first word is no authority's, so the stamps of all are asked for next.
OF_ALL = {"/du-lieu/", "/tin.atom"}


@pytest.fixture
def group():
    return new_group()


@pytest.fixture
def published(group, stored_pages):
    edition = new_edition({"Sở A": "90", "Sở B": "80"}, group=group)
    new_commitment(edition.results.get(unit_name="Sở A").unit)
    return edition


def views(patterns=None):
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern), pattern.callback
        elif getattr(pattern, "namespace", None) != "admin":
            yield from views(pattern.url_patterns)


# Whose answer depends on who asks, or is made anew on purpose, or has its own digest as ETag.
NOT_STORED = {
    "login",
    "logout",
    "worklist",
    "commitment_document",
    "check_sheet",
    "drafts",
    "draft_league_table",
    "draft_league_table_file",
    "draft_unit_in_edition",
    "draft_unit_in_edition_file",
    "ban-nhap/<slug:authority>/<year:year>/<slug:group>/bieu-do/<slug:slug>.<chart:suffix>",
    "ban-nhap/<slug:authority>/<year:year>/<slug:group>/<slug:unit>/bieu-do/"
    "<slug:slug>.<chart:suffix>",
    "verification",
    "verifier",
    "manifest",
    "canonical",
    "data_package",
    "offline_edition",
    "year_document",
    "edition_workbook",
    "edition_workbook_version",
    "edition_document",
    "edition_document_version",
}


def test_every_view_is_stored_or_says_why_not():
    found = {name: hasattr(view, "is_published") for name, view in views()}

    assert {name for name, stored in found.items() if not stored} == NOT_STORED


@pytest.mark.parametrize("address", PAGES)
def test_a_stored_page_is_the_page_and_costs_one_query(
    client, published, address, django_assert_num_queries
):
    first = client.get(address)
    with django_assert_num_queries(2 if address in OF_ALL else 1):
        again = client.get(address)
    caches["pages"].clear()
    anew = client.get(address)

    assert (first.status_code, again.content) == (200, first.content)
    assert anew.content == first.content
    assert dict(again.headers) == dict(first.headers) == dict(anew.headers)
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Vary"] == "Accept-Encoding, Cookie"


@pytest.mark.parametrize("address", PAGES)
def test_whoever_has_the_page_is_told_so_by_one_query_on_the_stamps(
    client, published, address, django_assert_num_queries
):
    tag = client.get(address).headers["ETag"]
    caches["pages"].clear()  # another process, or this one started again

    with django_assert_num_queries(2 if address in OF_ALL else 1) as asked:
        answer = client.get(address, headers={"if-none-match": tag})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == tag
    assert all("FROM freshness_stamp" in query["sql"] for query in asked.captured_queries)


def test_head_is_answered_like_get(client, published):
    page = client.get(LEAGUE)

    assert client.head(LEAGUE).headers["ETag"] == page.headers["ETag"]


@pytest.mark.parametrize(
    ("accepted", "encoding", "decoded"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip;q=1.0, deflate", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_a_page_is_compressed_as_the_browser_takes_it(
    client, published, accepted, encoding, decoded
):
    plain = client.get(LEAGUE)
    packed = client.get(LEAGUE, headers={"accept-encoding": accepted})
    again = client.get(LEAGUE, headers={"accept-encoding": accepted})
    known = client.get(
        LEAGUE,
        headers={"accept-encoding": accepted, "if-none-match": "W/" + packed.headers["ETag"]},
    )

    assert packed.headers.get("Content-Encoding") == encoding
    assert decoded(packed.content) == plain.content
    assert packed.headers["Content-Length"] == str(len(packed.content))
    assert (packed.headers["ETag"] == plain.headers["ETag"]) == (encoding is None)
    assert (again.content, dict(again.headers)) == (packed.content, dict(packed.headers))
    assert known.status_code == 304


def test_languages_hosts_and_questions_have_pages_of_their_own(client, published):
    tags = [
        client.get(address, headers={"host": host}).headers["ETag"]
        for host in ("localhost", "127.0.0.1")
        for address in (LEAGUE, "/en" + LEAGUE, LEAGUE + "?q=a", LEAGUE + "?q=b")
    ]

    assert len(set(tags)) == len(tags)


def test_a_signed_in_reader_gets_a_page_of_their_own_that_nobody_else_gets(client, published):
    stored = client.get(LEAGUE)
    client.force_login(new_user("can-bo", authority=published.authority, groups=["Cán bộ"]))
    own = client.get(LEAGUE, headers={"if-none-match": stored.headers["ETag"]})
    client.logout()

    assert own.status_code == 200
    assert "can-bo" in own.content.decode()
    assert client.get(LEAGUE).content == stored.content


def test_what_is_not_found_or_too_long_a_question_is_not_stored(client, published):
    missing, long = "/song-hong/2019/so-nganh/", LEAGUE + "?q=" + "a" * 300

    assert "Cache-Control" not in client.get(missing).headers
    client.get(long)
    assert caches["pages"].get(client.get(long).headers["ETag"].strip('"') + ".") is None


def test_a_page_that_counts_days_is_another_one_tomorrow(client, published, monkeypatch):
    days = {address: client.get(address).headers["ETag"] for address in PAGES}
    tomorrow_is = timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: tomorrow_is)

    changed = {
        address for address, tag in days.items() if client.get(address).headers["ETag"] != tag
    }

    assert changed == {"/song-hong/don-vi/so-a/", "/song-hong/cam-ket/2024/"}


def an_unpublished_draft(edition):
    new_framework(edition.group, year=2025, bands=BANDS)


def a_finding(edition):
    promise = new_commitment(edition.results.first().unit, "Số hóa hồ sơ", public=False)
    return lambda: check(promise, datetime.date(2024, 6, 1))


CHANGES = {
    "the authority's name": lambda edition: Authority.objects.filter(slug="song-hong").update(
        name="Ủy ban nhân dân tỉnh Hồng"
    ),
    "a group's name": lambda edition: edition.authority.groups.update(name="Sở, ban, ngành"),
    "a unit's name": lambda edition: Unit.objects.filter(slug="so-a").update(name="Sở Á"),
    "a new unit": lambda edition: new_unit(edition.authority, "Sở C"),
    "another spelling": lambda edition: UnitAlias.objects.create(
        unit=Unit.objects.get(slug="so-a"), name="S.A"
    ),
    "a decision's number": lambda edition: Decision.objects.create(
        authority=edition.authority, number="1/QĐ-UBND", title="Công bố"
    ),
    "the title of the sealed framework": lambda edition: Framework.objects.update(title="Chỉ số"),
    "an edition of another year": lambda edition: new_edition(
        {"Sở A": "70"}, group=edition.group, year=2022
    ),
    "a commitment": lambda edition: new_commitment(Unit.objects.get(slug="so-b")),
    "a target": lambda edition: new_target(new_indicator(edition.authority)),
    "a measurement": lambda edition: measure(
        new_indicator(edition.authority), datetime.date(2024, 6, 30), "90"
    ),
    "a month of dossiers": lambda edition: report_dossiers(
        Unit.objects.get(slug="so-a"), datetime.date(2024, 6, 1), 10, 9, 1, 0, 0
    ),
    "a finding": lambda edition: check(
        edition.results.get(unit_name="Sở A").unit.commitments.get(), datetime.date(2024, 6, 1)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_what_is_shown_makes_a_new_page(client, published, change):
    tags = [client.get(address).headers["ETag"] for address in (LEAGUE, "/")]

    change(published)

    assert [
        client.get(address, headers={"if-none-match": tag}).status_code
        for address, tag in zip((LEAGUE, "/"), tags, strict=True)
    ] == [200, 200]


def test_what_another_authority_does_changes_its_own_pages_and_those_of_all(client, published):
    league, home = (client.get(address).headers["ETag"] for address in (LEAGUE, "/"))

    other = new_authority("song-da", name="Ủy ban nhân dân tỉnh Sông Đà", place="Sông Đà")
    league_then = client.get(LEAGUE).headers["ETag"]
    new_edition({"Sở A": "70"}, group=new_group(other))

    assert league_then != league  # an authority's name may stand anywhere
    assert client.get(LEAGUE).headers["ETag"] == league_then
    assert client.get("/").headers["ETag"] != home


def test_a_linked_units_name_changes_the_pages_of_both_authorities(client, published):
    other = new_authority("song-da", name="Ủy ban nhân dân tỉnh Sông Đà", place="Sông Đà")
    heir = new_unit(other, "Sở Á Mới")
    before = stamp_of(LEAGUE)
    Succession.objects.create(
        predecessor=Unit.objects.get(slug="so-a"),
        successor=heir,
        kind="move",
        on=datetime.date(2025, 7, 1),
    )
    linked = stamp_of(LEAGUE)
    Unit.objects.filter(pk=heir.pk).update(name="Sở Á")

    assert len({before, linked, stamp_of(LEAGUE)}) == 3


def test_a_draft_in_the_making_changes_no_public_page(client, published):
    tag = client.get(LEAGUE).headers["ETag"]

    an_unpublished_draft(published)

    assert client.get(LEAGUE, headers={"if-none-match": tag}).status_code == 304


def test_an_edition_that_waits_for_its_day_makes_a_new_page_when_it_comes(group, stored_pages):
    day = tomorrow()
    new_edition({"Sở A": "90"}, group=group, public_from=day)
    waiting = stamp_of(LEAGUE)
    opens = Stamp.objects.get(authority_slug="song-hong").opens

    Stamp.objects.update(opens=[LONG_AGO])

    assert opens == [day]
    assert stamp_of(LEAGUE) != waiting


def test_many_rows_at_once_renew_the_stamp(group):
    before = stamp_of(LEAGUE)

    Unit.objects.bulk_create(
        Unit(authority=group.authority, kind="agency", code=f"u{i}", slug=f"u{i}", name=f"Sở {i}")
        for i in range(3)
    )

    assert stamp_of(LEAGUE) != before


NOT_SHOWN = {
    # Working scores and the way to them.
    "scorecards_acknowledgement",
    "scorecards_announcedcount",
    "scorecards_applicability",
    "scorecards_classband",
    "scorecards_frameworkreopening",
    "scorecards_importrun",
    "scorecards_keptrehearsal",
    "scorecards_score",
    "scorecards_scorecard",
    "commitments_document",
    # Frozen with the edition they belong to, or locked with the framework.
    "scorecards_criterion",
    "scorecards_publishedband",
    "scorecards_publishedcount",
    "scorecards_publishedpoints",
    "scorecards_publishedresult",
}


def test_every_table_renews_the_stamps_or_says_why_not():
    tables = {
        model._meta.db_table
        for name in ("units", "scorecards", "commitments")
        for model in apps.get_app_config(name).get_models(include_auto_created=True)
        if not model._meta.proxy
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger "
            "WHERE tgname LIKE '%renews_stamps%'"
        )
        renewing = {row[0] for row in cursor.fetchall()}

    assert renewing | NOT_SHOWN == tables
    assert renewing & NOT_SHOWN == set()
