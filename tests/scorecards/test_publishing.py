import hashlib
import json
from decimal import Decimal

import pytest
from django.utils import timezone

from scorecards import publishing
from scorecards.assessing import Refused
from scorecards.models import (
    AnnouncedCount,
    Decision,
    Edition,
    PublishedBand,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
    Score,
)
from scorecards.publishing import NotReady
from scorecards.rehearsing import rehearse
from tests.factories import (
    LONG_AGO,
    TREE,
    announce,
    give_maximum,
    give_points,
    new_authority,
    new_edition,
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


def findings(framework, **values):
    rehearsal = rehearse(framework, **values)
    return [(finding.code, finding.blocking) for finding in rehearsal.findings]


def rows(edition, *columns):
    return list(edition.results.values_list(*columns))


def digest_of(edition):
    return hashlib.sha256(bytes(edition.canonical)).hexdigest()


# What stands between a framework and its edition


def scored(points=None, **values):
    framework = new_framework(**values)
    units = [
        new_unit(framework.authority, name) for name in ("Sở Tài chính", "Sở Y tế", "Sở Nội vụ")
    ]
    given = points or ["90", "80", "70"]
    give_points(framework, dict(zip(units, given, strict=False)))
    return framework


def without_criteria():
    return new_framework(criteria=[]), {}


def without_units():
    return new_framework(), {}


def with_floors_that_rise():
    return scored(bands=[("Tốt", "60"), ("Khá", "80"), ("Kém", None)]), {}


def computed_in_part():
    return scored(), {"completeness": "partial"}


def without_bands():
    return scored(bands=[]), {}


def without_a_maximum():
    return scored(criteria=[("1", None)]), {}


def with_maxima_that_do_not_add_up():
    framework = new_framework(criteria=[("1", "60"), ("1.1", "40"), ("1.2", "10")])
    give_points(framework, {new_unit(framework.authority): {"1.1": "40", "1.2": "10"}})
    return framework, {}


def with_a_score_missing():
    framework = new_framework(criteria=TREE)
    full = {"1.1": "40", "1.2": "10", "2": "20"}
    give_points(
        framework,
        {
            new_unit(framework.authority): full,
            new_unit(framework.authority, "Sở Y tế"): {**full, "1.2": None},
        },
    )
    return framework, {}


def with_points_over_the_maximum():
    framework = scored()
    give_maximum(framework, framework.scorecards.first().unit, "1")
    return framework, {}


def with_counts_that_differ():
    framework = scored(origin="announced")
    for unit in framework.authority.units.all():
        announce(framework, unit, class_name="Tốt")
    AnnouncedCount.objects.create(framework=framework, position=1, class_name="Tốt", count=2)
    return framework, {}


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (without_criteria, "no_criteria"),
        (without_units, "no_units"),
        (with_floors_that_rise, "bands_out_of_order"),
        (computed_in_part, "computed_in_part"),
        (without_bands, "no_bands"),
        (without_a_maximum, "no_maximum"),
        (with_maxima_that_do_not_add_up, "maxima_do_not_add_up"),
        (with_a_score_missing, "scores_missing"),
        (with_points_over_the_maximum, "points_out_of_range"),
        (with_counts_that_differ, "counts_differ"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_seal_refuses_and_writes_nothing(build, code):
    framework, values = build()
    framework.refresh_from_db()
    state = framework.state
    with pytest.raises(NotReady) as caught:
        seal(framework, **values)

    assert code in [finding.code for finding in caught.value.findings]
    assert [finding.blocking for finding in caught.value.findings] == [True] * len(
        caught.value.findings
    )
    framework.refresh_from_db()
    assert framework.state == state
    for model in (Edition, PublishedResult, PublishedPoints, PublishedBand, PublishedCount):
        assert list(model.objects.all()) == []


def with_a_tie():
    return scored(["90", "90", "70"])


def with_nothing_to_score():
    framework = scored(["90", "80"])
    give_maximum(framework, framework.authority.units.get(slug="so-noi-vu"), "0")
    return framework


def with_points_where_nothing_applies():
    framework = new_framework(criteria=TREE)
    unit = new_unit(framework.authority)
    give_points(framework, {unit: {"1.1": "40", "1.2": "10", "2": "20"}})
    give_maximum(framework, unit, "0", number="2")
    return framework


def with_another_index_printed():
    framework = scored(["90", "80"], origin="announced", ranked=False)
    for unit, printed in zip(
        framework.authority.units.order_by("pk"), ("90.01", "80.00"), strict=False
    ):
        announce(framework, unit, index_percent=printed)
    return framework


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (with_a_tie, "tie"),
        (with_nothing_to_score, "nothing_applies"),
        (with_points_where_nothing_applies, "points_out_of_range"),
        (with_another_index_printed, "differs_from_printed"),
    ],
    ids=["tie", "nothing applies", "points where nothing applies", "differs from printed"],
)
def test_seal_waits_until_what_does_not_block_is_acknowledged(build, code):
    framework = build()
    assert (code, False) in findings(framework)
    assert not any(blocking for __, blocking in findings(framework))
    with pytest.raises(NotReady):
        seal(framework, acknowledged=False)
    assert list(Edition.objects.all()) == []

    assert seal(framework, acknowledged=True).version == 1


def test_a_flawless_framework_has_no_finding_and_needs_no_acknowledgement():
    framework = scored(["90", "72"])

    assert findings(framework) == []
    assert seal(framework, acknowledged=False).version == 1


def test_rehearsal_saves_nothing():
    framework = scored()
    rehearsal = rehearse(framework)

    assert [(row.unit_name, row.rank) for row in rehearsal.results] == [
        ("Sở Tài chính", 1),
        ("Sở Y tế", 2),
        ("Sở Nội vụ", 3),
    ]
    assert (Edition.objects.count(), PublishedResult.objects.count()) == (0, 0)


# What is sealed


def test_seal_of_three_units_gives_these_rows():
    framework = new_framework(
        criteria=[*TREE, ("3", "2", "bonus"), ("4", "-5", "penalty")],
    )
    finance, health, interior = (
        new_unit(framework.authority, name) for name in ("Sở Tài chính", "Sở Y tế", "Sở Nội vụ")
    )
    give_points(
        framework,
        {
            finance: {"1.1": "36.25", "1.2": "18.5", "2": "30"},
            health: {"1.1": "20", "1.2": "10", "2": "25.55", "4": "-2"},
            interior: {"1.1": "40", "2": "38.33", "3": "1"},
        },
    )
    give_maximum(framework, interior, "0", number="1.2", reason="không có thủ tục hành chính")
    edition = seal(framework)

    assert rows(
        edition,
        "position",
        "unit_name",
        "rank",
        "appraised",
        "survey",
        "adjustment",
        "points",
        "max_points",
        "index_percent",
        "class_name",
        "reason",
    ) == [
        (1, "Sở Nội vụ", 1, 40, Decimal("38.33"), 1, Decimal("79.33"), 80,
         Decimal("99.16"), "Tốt", ""),
        (2, "Sở Tài chính", 2, Decimal("54.75"), 30, 0, Decimal("84.75"), 100,
         Decimal("84.75"), "Tốt", ""),
        (3, "Sở Y tế", 3, 30, Decimal("25.55"), -2, Decimal("53.55"), 100,
         Decimal("53.55"), "Trung bình", ""),
    ]  # fmt: skip
    assert list(
        PublishedPoints.objects.filter(result__unit=interior).values_list(
            "criterion_number",
            "parent_number",
            "level",
            "kind",
            "points",
            "max_points",
            "index_percent",
            "reason",
        )
    ) == [
        ("1", "", 1, "appraised", 40, 40, 100, ""),
        ("1.1", "1", 2, "appraised", 40, 40, 100, ""),
        ("1.2", "1", 2, "appraised", None, 0, None, "không có thủ tục hành chính"),
        ("2", "", 1, "survey", Decimal("38.33"), 40, Decimal("95.83"), ""),
        ("3", "", 1, "bonus", 1, 2, None, ""),
        ("4", "", 1, "penalty", None, -5, None, ""),
    ]
    assert list(edition.bands.values_list("position", "name", "floor", "inclusive")) == [
        (1, "Tốt", 80, True),
        (2, "Khá", 65, True),
        (3, "Trung bình", None, True),
    ]
    assert list(edition.counts.values_list("position", "class_name", "count")) == [
        (1, "Tốt", 2),
        (2, "Khá", 0),
        (3, "Trung bình", 1),
    ]
    framework.refresh_from_db()
    assert framework.state == "sealed"


def test_edition_carries_what_a_page_needs_from_the_framework():
    framework = scored(year=2022, decimals=3, classified_by="points", rank_on="exact")
    lan = new_user("lan")
    decision = Decision.objects.create(authority=framework.authority, title="…", number="1/QĐ")
    edition = seal(framework, by=lan, decision=decision, note="ghi chú", public_from=None)
    edition.refresh_from_db()

    assert {
        name: getattr(edition, name)
        for name in (
            "version", "corrects", "reason", "origin", "completeness", "derived", "title",
            "decimals", "ranked", "classified_by", "rank_on", "illustrative", "note", "sealed_by",
            "decision", "public_from",
        )
    } == {
        "version": 1,
        "corrects": None,
        "reason": "",
        "origin": "computed",
        "completeness": "full",
        "derived": [],
        "title": "Chỉ số năm 2022",
        "decimals": 3,
        "ranked": True,
        "classified_by": "points",
        "rank_on": "exact",
        "illustrative": False,
        "note": "ghi chú",
        "sealed_by": lan,
        "decision": decision,
        "public_from": None,
    }  # fmt: skip


def test_ties_share_the_better_rank_and_stand_by_the_alphabet():
    edition = new_edition(
        {"Sở Y tế": "80", "Ban Đặc khu": "80", "Sở Tài chính": "90", "Ban Dân tộc": "70"}
    )

    assert rows(edition, "position", "rank", "unit_name") == [
        (1, 1, "Sở Tài chính"),
        (2, 2, "Ban Đặc khu"),
        (3, 2, "Sở Y tế"),
        (4, 4, "Ban Dân tộc"),
    ]


def test_unit_with_a_maximum_of_0_gets_no_number_and_a_reason():
    framework = with_nothing_to_score()
    edition = seal(framework)

    assert rows(
        edition,
        "unit_name",
        "points",
        "max_points",
        "index_percent",
        "rank",
        "class_name",
        "reason",
    ) == [
        ("Sở Tài chính", 90, 100, 90, 1, "Tốt", ""),
        ("Sở Y tế", 80, 100, 80, 2, "Tốt", ""),
        ("Sở Nội vụ", None, 0, None, None, "", "no_maximum"),
    ]


def test_unit_out_of_the_ranking_keeps_index_and_class():
    framework = scored()
    framework.scorecards.filter(unit__slug="so-tai-chinh").update(ranked=False)
    edition = seal(framework)

    assert rows(edition, "unit_name", "ranked", "rank", "index_percent", "class_name") == [
        ("Sở Y tế", True, 1, 80, "Tốt"),
        ("Sở Nội vụ", True, 2, 70, "Khá"),
        ("Sở Tài chính", False, None, 90, "Tốt"),
    ]


def test_claimed_points_are_published_beside_the_awarded():
    framework = new_framework()
    unit = new_unit(framework.authority)
    give_points(framework, {unit: "88.5"})
    give_points(framework, {unit: "93"}, field="claimed")

    assert rows(seal(framework), "claimed", "points") == [(93, Decimal("88.5"))]


@pytest.mark.parametrize("unit_count", [2, 6])
def test_sealing_costs_the_same_whatever_the_number_of_units(django_assert_num_queries, unit_count):
    framework = new_framework(criteria=TREE)
    units = [new_unit(framework.authority, f"Sở {n}", slug=f"so-{n}") for n in range(unit_count)]
    give_points(
        framework,
        {unit: {"1.1": n, "1.2": 10, "2": 20} for n, unit in enumerate(units)},
    )
    with django_assert_num_queries(23):
        edition = seal(framework)

    assert edition.results.count() == unit_count


# Announced editions


def announced(printed, *, max_points="100", completeness="full", **values):
    """Seal an announced framework; ``printed``: unit → (points, what the source printed)."""
    framework = new_framework(criteria=[("1", max_points)], origin="announced", **values)
    units = {name: new_unit(framework.authority, name) for name in printed}
    give_points(framework, {units[name]: points for name, (points, __) in printed.items()})
    for name, (__, row) in printed.items():
        announce(framework, units[name], **row)
    return seal(framework, completeness=completeness)


def test_announced_full_edition_derives_the_rank_nobody_printed():
    edition = announced(
        {
            "Sở Tài chính": ("80", {"index_percent": "80.00", "class_name": "Khá"}),
            "Sở Y tế": ("90", {"index_percent": "90.00", "class_name": "Tốt"}),
        }
    )

    assert edition.derived == ["rank"]
    assert rows(edition, "unit_name", "rank", "index_percent", "class_name") == [
        ("Sở Y tế", 1, 90, "Tốt"),
        ("Sở Tài chính", 2, 80, "Khá"),
    ]


def test_announced_full_edition_derives_the_index_nobody_printed():
    edition = announced(
        {
            "Sở Tài chính": ("80", {"rank": 2, "class_name": "Khá"}),
            "Sở Y tế": ("90", {"rank": 1, "class_name": "Tốt"}),
        }
    )

    assert edition.derived == ["index_percent"]
    assert rows(edition, "unit_name", "rank", "index_percent") == [
        ("Sở Y tế", 1, 90),
        ("Sở Tài chính", 2, 80),
    ]


def test_announced_values_stand_as_printed_even_where_they_differ():
    edition = announced(
        {"Sở Tài chính": ("80", {"index_percent": "81.00", "rank": 3, "class_name": "Xuất sắc"})}
    )

    assert edition.derived == []
    assert rows(edition, "points", "index_percent", "rank", "class_name") == [
        (80, 81, 3, "Xuất sắc")
    ]


def test_announced_class_is_never_made_up():
    edition = announced({"Sở Tài chính": ("95", {"index_percent": "95.00"})})

    assert rows(edition, "class_name") == [("",)]


def test_announced_partial_edition_derives_nothing():
    edition = announced(
        {
            "Sở Y tế": ("98.98", {"rank": 1, "class_name": "Tốt"}),
            "Sở Tài chính": ("70", {}),
            "Sở Nội vụ": (None, {}),
        },
        completeness="partial",
    )

    assert edition.derived == []
    assert rows(
        edition, "unit_name", "rank", "points", "index_percent", "class_name", "reason"
    ) == [
        ("Sở Y tế", 1, Decimal("98.98"), None, "Tốt", ""),
        ("Sở Nội vụ", None, None, None, "", "not_published"),
        ("Sở Tài chính", None, 70, None, "", ""),
    ]


def test_announced_counts_stand_where_no_row_is_known():
    framework = new_framework(origin="announced", classified_by="none", bands=[])
    for position, (name, count) in enumerate([("Tốt", 13), ("Khá", 5)], start=1):
        AnnouncedCount.objects.create(
            framework=framework, position=position, class_name=name, count=count
        )
    edition = seal(framework, completeness="counts")

    assert rows(edition, "unit_name") == []
    assert list(edition.counts.values_list("class_name", "count")) == [("Tốt", 13), ("Khá", 5)]


# Digests


def test_canonical_bytes_of_a_tiny_edition():
    framework = new_framework(
        new_group(new_authority("a", name="Tỉnh A")),
        bands=[("Tốt", "80"), ("Khá", None)],
    )
    give_points(framework, {new_unit(framework.authority): "88.5"})
    Score.objects.update(changed_at=LONG_AGO, note="đủ minh chứng")
    # "chú" typed with a combining accent: the sealed text is composed.
    edition = seal(framework, note="ghi chu\u0301")

    assert bytes(edition.canonical).decode() == (
        '{"authority":"a","authority_name":"Tỉnh A",'
        '"bands":[{"floor":"80.00","inclusive":true,"inferred":false,"name":"Tốt","source":""},'
        '{"floor":null,"inclusive":true,"inferred":false,"name":"Khá","source":""}],'
        '"completeness":"full","corrects":null,"counts":{"Khá":"0","Tốt":"1"},"decided_by":"",'
        '"derived":[],"format_version":2,"group":"so-nganh","group_name":"Cơ quan chuyên môn",'
        '"illustrative":false,"note":"ghi chú","origin":"computed","previous_digest":"",'
        '"reason":"","results":[{"adjustment":null,"appraised":"88.50","claimed":null,'
        '"class_name":"Tốt","criteria":[{"appraised":null,"claimed":null,"comparable":true,'
        '"entered_at":"2024-01-01T00:00:00+00:00","entered_by":"","imported_from":"",'
        '"imported_sha256":"","index_percent":"88.50","kind":"appraised","max_points":"100.00",'
        '"note":"đủ minh chứng","number":"1","points":"88.50","reason":"",'
        '"title":"Tiêu chí 1"}],"index_percent":"88.50",'
        '"max_points":"100.00","points":"88.50","rank":"1","ranked":true,"reason":"",'
        '"survey":null,"unit":"so-tai-chinh","unit_name":"Sở Tài chính"}],"round":0,'
        '"rules":{"cap_percent":null,"classified_by":"index","decimals":2,"rank_on":"shown",'
        '"ranked":true},'
        '"title":"Chỉ số năm 2023","version":1,"year":2023}'
    )


def test_digest_is_the_sha256_of_the_canonical_bytes():
    edition = new_edition({"Sở Tài chính": "88.5"})
    edition.refresh_from_db()

    assert edition.digest == digest_of(edition)


def test_digests_chain_within_their_authority():
    own, other = new_group(), new_group(new_authority("song-cuu-long"))
    first = new_edition({"Sở Tài chính": "80"}, group=own, year=2022)
    elsewhere = new_edition({"Sở Tài chính": "80"}, group=other, year=2022)
    second = new_edition({"Sở Tài chính": "81"}, group=own, year=2023)
    third = new_edition(
        {"Huyện Bắc Sông": "82"},
        group=new_group(own.authority, "cap-huyen", kind="district"),
        year=2021,
    )

    assert [edition.previous_digest for edition in (first, elsewhere, second, third)] == [
        "",
        "",
        first.digest,
        second.digest,
    ]
    assert json.loads(bytes(third.canonical))["previous_digest"] == second.digest


@pytest.mark.parametrize(
    ("decimals", "shown"), [(2, ["84.75", "100.00"]), (3, ["84.750", "100.000"])]
)
def test_canonical_numbers_have_the_edition_s_decimals(decimals, shown):
    edition = new_edition({"Sở Tài chính": "84.75"}, decimals=decimals)

    (row,) = json.loads(bytes(edition.canonical))["results"]
    assert [row["points"], row["max_points"]] == shown


# Corrections, showing


def test_correction_wants_a_reason():
    framework = new_edition({"Sở Tài chính": "88.5"}).framework
    open_correction(framework)
    with pytest.raises(Refused):
        seal(framework, reason="  ")

    assert list(Edition.objects.values_list("version", flat=True)) == [1]


def test_correction_is_the_next_version_and_leaves_the_first_as_it_was():
    first = new_edition({"Sở Tài chính": "88.5", "Sở Y tế": "80"})
    framework = first.framework
    open_correction(framework)
    give_points(framework, {framework.authority.units.get(slug="so-y-te"): "90"})
    second = seal(framework, reason=" cộng thiếu điểm ")

    assert (second.version, second.corrects, second.reason, second.previous_digest) == (
        2,
        first,
        "cộng thiếu điểm",
        first.digest,
    )
    assert json.loads(bytes(second.canonical))["corrects"] == first.digest
    assert rows(first, "unit_name", "points") == [
        ("Sở Tài chính", Decimal("88.5")),
        ("Sở Y tế", 80),
    ]
    assert rows(second, "unit_name", "points") == [
        ("Sở Y tế", 90),
        ("Sở Tài chính", Decimal("88.5")),
    ]
    assert list(Edition.objects.current()) == [second]
    first.refresh_from_db()
    assert first.digest == digest_of(first)


def test_correction_that_is_not_public_yet_replaces_nothing():
    first = new_edition({"Sở Tài chính": "88.5"})
    open_correction(first.framework)
    seal(first.framework, reason="nhầm", public_from=tomorrow())

    assert list(Edition.objects.current()) == [first]


def test_sealed_framework_is_not_sealed_again():
    framework = new_edition({"Sở Tài chính": "88.5"}).framework
    with pytest.raises(Refused):
        seal(framework, reason="nhầm")

    assert Edition.objects.count() == 1


def test_decision_of_another_authority_is_refused():
    framework = scored()
    decision = Decision.objects.create(authority=new_authority("khac"), title="…")
    with pytest.raises(Refused):
        seal(framework, decision=decision)

    assert list(Edition.objects.all()) == []


def test_show_names_the_decision_and_the_moment():
    edition = seal(scored(), public_from=None)
    decision = Decision.objects.create(authority=edition.authority, title="…", number="1/QĐ")
    publishing.show(edition, public_from=tomorrow())
    publishing.show(edition, public_from=LONG_AGO, decision=decision)

    edition.refresh_from_db()
    assert (edition.public_from, edition.decision) == (LONG_AGO, decision)
    assert edition.digest == digest_of(edition)


def public_already():
    return seal(scored()), {}


def another_decision():
    edition = seal(scored(), public_from=None)
    first, second = (
        Decision.objects.create(authority=edition.authority, title="…", number=f"{n}/QĐ")
        for n in (1, 2)
    )
    publishing.show(edition, public_from=None, decision=first)
    return edition, {"decision": second}


def decision_of_another():
    edition = seal(scored(), public_from=None)
    return edition, {
        "decision": Decision.objects.create(authority=new_authority("khac"), title="…")
    }


@pytest.mark.parametrize("build", [public_already, another_decision, decision_of_another])
def test_show_refuses(build):
    edition, values = build()
    edition.refresh_from_db()
    before = (edition.public_from, edition.decision_id)
    with pytest.raises(Refused):
        publishing.show(edition, public_from=timezone.now(), **values)

    edition.refresh_from_db()
    assert (edition.public_from, edition.decision_id) == before


def test_published_rows_survive_a_renamed_unit():
    edition = new_edition({"Sở Tài chính": "88.5"})
    edition.authority.units.update(name="Sở Tiền tệ")

    assert rows(edition, "unit_name") == [("Sở Tài chính",)]


def test_open_scorecard_without_scores_blocks():
    framework = scored()
    open_cards(framework, [new_unit(framework.authority, "Sở Mới")])

    assert ("scores_missing", True) in findings(framework)
