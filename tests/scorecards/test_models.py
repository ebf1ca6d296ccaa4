import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from scorecards.models import (
    AnnouncedCount,
    Applicability,
    ClassBand,
    Criterion,
    Decision,
    Edition,
    Framework,
    FrameworkReopening,
    ImportRun,
    PublishedBand,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
    Score,
    Scorecard,
)
from tests.factories import (
    LONG_AGO,
    TREE,
    give_maximum,
    give_points,
    leaf,
    new_authority,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    new_user,
    open_cards,
    seal,
    tomorrow,
)

pytestmark = pytest.mark.django_db


def refused(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.fixture
def framework():
    return new_framework()


@pytest.fixture
def scoring(framework):
    give_points(framework, {new_unit(framework.authority): "88.5"})
    framework.refresh_from_db()
    return framework


@pytest.fixture
def sealed(scoring):
    seal(scoring, public_from=None)
    scoring.refresh_from_db()
    return scoring


# Frameworks


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "framework_is_one_per_group_year_and_round"),
        ({"year": 1999}, "framework_year_is_plausible"),
        ({"year": 2101}, "framework_year_is_plausible"),
        ({"year": 2024, "decimals": 4}, "framework_choices_are_known"),
        ({"year": 2024, "origin": "guessed"}, "framework_choices_are_known"),
        ({"year": 2024, "classified_by": "mood"}, "framework_choices_are_known"),
        ({"year": 2024, "rank_on": "name"}, "framework_choices_are_known"),
        ({"year": 2024, "state": "lost"}, "framework_choices_are_known"),
        ({"year": 2024, "cap_percent": 0}, "framework_cap_is_positive"),
    ],
)
def test_framework_rules(framework, values, name):
    with refused(name):
        Framework.objects.create(group=framework.group, **{"year": 2023, "title": "…", **values})


def test_a_year_has_rounds_beside_the_whole(framework):
    Framework.objects.create(group=framework.group, year=2023, round=1, title="Đợt 1")

    assert list(Framework.objects.order_by("round").values_list("round", flat=True)) == [0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"year": 2022},
        {"round": 1},
        {"origin": "announced"},
        {"decimals": 3},
        {"ranked": False},
        {"classified_by": "points"},
        {"rank_on": "exact"},
        {"cap_percent": 100},
    ],
    ids=lambda change: next(iter(change)),
)
def test_framework_rules_are_locked_by_the_first_score(scoring, change):
    with refused("framework_rules_are_locked"):
        Framework.objects.filter(pk=scoring.pk).update(**change)


def test_framework_keeps_its_rules_open_until_the_first_score(framework):
    open_cards(framework, [new_unit(framework.authority)])
    Framework.objects.filter(pk=framework.pk).update(decimals=3, ranked=False)

    framework.refresh_from_db()
    assert (framework.decimals, framework.ranked, framework.state) == (3, False, "setup")


def test_framework_title_may_be_put_right_later(scoring):
    Framework.objects.filter(pk=scoring.pk).update(title="Chỉ số 2023")

    assert Framework.objects.get().title == "Chỉ số 2023"


def test_sealed_framework_cannot_be_set_up_again(sealed):
    with refused("framework_rules_are_locked"):
        Framework.objects.filter(pk=sealed.pk).update(state="setup")


def test_reopening_has_a_reason(framework):
    with refused("framework_reopening_has_a_reason"):
        FrameworkReopening.objects.create(framework=framework, reason="", by=new_user("lan"))


# Criteria and bands


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"number": "1"}, "criterion_number_is_unique_within_framework"),
        ({"kind": "gift"}, "criterion_kind_is_known"),
        ({"max_points": 0}, "criterion_maximum_has_the_sign_of_its_kind"),
        ({"max_points": -1}, "criterion_maximum_has_the_sign_of_its_kind"),
        ({"kind": "bonus", "max_points": -1}, "criterion_maximum_has_the_sign_of_its_kind"),
        ({"kind": "penalty", "max_points": 1}, "criterion_maximum_has_the_sign_of_its_kind"),
    ],
)
def test_criterion_rules(framework, values, name):
    with refused(name):
        Criterion.objects.create(framework=framework, **{"number": "2", "title": "…", **values})


def test_criterion_is_not_part_of_itself(framework):
    criterion = leaf(framework)
    with refused("criterion_is_not_part_of_itself"):
        Criterion.objects.filter(pk=criterion.pk).update(parent=criterion)


def add_criterion(framework):
    Criterion.objects.create(framework=framework, number="3", title="…", max_points=5)


def change_criterion(framework):
    framework.criteria.update(max_points=90)


def remove_criterion(framework):
    unused = framework.criteria.exclude(number="1")
    unused._raw_delete(unused.db)


@pytest.mark.parametrize("change", [add_criterion, change_criterion, remove_criterion])
def test_criteria_are_locked(change):
    framework = new_framework(criteria=[("1", "90"), ("2", "10")])
    give_points(framework, {new_unit(framework.authority): {"1": "9"}})
    with refused("criteria_are_locked"):
        change(framework)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"name": "Tốt"}, "class_band_name_is_unique_within_framework"),
        ({"position": 1}, "class_band_position_is_unique_within_framework"),
    ],
)
def test_class_band_rules(framework, values, name):
    with refused(name), transaction.atomic():
        ClassBand.objects.create(framework=framework, **{"position": 9, "name": "Kém", **values})
        connection.check_constraints()


def add_band(framework):
    ClassBand.objects.create(framework=framework, position=9, name="Kém")


def change_band(framework):
    framework.bands.filter(position=1).update(floor=79)


def remove_band(framework):
    framework.bands.all()._raw_delete(framework.bands.db)


@pytest.mark.parametrize("change", [add_band, change_band, remove_band])
def test_class_bands_are_locked(scoring, change):
    with refused("class_bands_are_locked"):
        change(scoring)


def test_announced_count_is_given_once_per_class(framework):
    AnnouncedCount.objects.create(framework=framework, position=1, class_name="Tốt", count=13)
    with refused("announced_count_is_given_once_per_class"):
        AnnouncedCount.objects.create(framework=framework, position=2, class_name="Tốt", count=5)


def test_announced_counts_are_sealed(sealed):
    with refused("announced_counts_are_sealed"):
        AnnouncedCount.objects.create(framework=sealed, position=1, class_name="Tốt", count=1)


# Scorecards, applicability, scores


def test_scorecard_is_one_per_unit_and_framework(framework):
    (card,) = open_cards(framework, [new_unit(framework.authority)])
    with refused("scorecard_is_one_per_unit_and_framework"):
        Scorecard.objects.create(framework=framework, unit=card.unit)


def test_scorecard_announced_rank_is_positive(framework):
    with refused("scorecard_announced_rank_is_positive"):
        Scorecard.objects.create(
            framework=framework, unit=new_unit(framework.authority), announced_rank=0
        )


def add_scorecard(framework):
    Scorecard.objects.create(framework=framework, unit=new_unit(framework.authority, "Sở Y tế"))


def change_scorecard(framework):
    framework.scorecards.update(ranked=False)


@pytest.mark.parametrize("change", [add_scorecard, change_scorecard])
def test_scorecards_are_sealed(sealed, change):
    with refused("scorecards_are_sealed"):
        change(sealed)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"max_points": -1}, "applicability_maximum_is_not_negative"),
        ({"reason": ""}, "applicability_has_a_reason"),
    ],
)
def test_applicability_rules(framework, values, name):
    (card,) = open_cards(framework, [new_unit(framework.authority)])
    with refused(name):
        Applicability.objects.create(
            **{
                "scorecard": card,
                "criterion": leaf(framework),
                "max_points": 0,
                "reason": "không có thủ tục hành chính",
                **values,
            }
        )


def test_applicability_is_said_once_per_criterion(framework):
    unit = new_unit(framework.authority)
    give_maximum(framework, unit, "90")
    with refused("applicability_is_said_once_per_criterion"):
        Applicability.objects.create(
            scorecard=framework.scorecards.get(),
            criterion=leaf(framework),
            max_points=80,
            reason="…",
        )


def test_applicability_stays_open_while_scoring(scoring):
    give_maximum(scoring, scoring.scorecards.get().unit, "90")

    assert list(Applicability.objects.values_list("max_points", flat=True)) == [Decimal(90)]


def test_applicability_is_sealed(sealed):
    with refused("applicability_is_sealed"):
        Applicability.objects.create(
            scorecard=sealed.scorecards.get(),
            criterion=leaf(sealed),
            max_points=80,
            reason="…",
        )


def a_score(card, criterion, **values):
    return Score(
        scorecard=card, criterion=criterion, awarded=1, changed_at=timezone.now(), **values
    )


def test_score_is_given_once_per_criterion(scoring):
    with refused("score_is_given_once_per_criterion"):
        a_score(scoring.scorecards.get(), leaf(scoring)).save()


@pytest.mark.parametrize("number", ["1", "elsewhere"], ids=["a branch", "another framework"])
def test_score_stands_on_a_leaf_of_its_framework(number):
    framework = new_framework(criteria=TREE)
    unit = new_unit(framework.authority)
    give_points(framework, {unit: {"2": "9"}})
    elsewhere = new_framework(framework.group, year=2024)
    criterion = leaf(elsewhere) if number == "elsewhere" else leaf(framework, number)
    with refused("score_stands_on_a_leaf_of_its_framework"):
        a_score(framework.scorecards.get(), criterion).save()


def test_score_does_not_move_to_a_branch():
    framework = new_framework(criteria=TREE)
    give_points(framework, {new_unit(framework.authority): {"2": "9"}})
    with refused("score_stands_on_a_leaf_of_its_framework"):
        Score.objects.update(criterion=leaf(framework, "1"))


def test_scores_wait_for_the_lock_of_their_framework(framework):
    (card,) = open_cards(framework, [new_unit(framework.authority)])
    with refused("scores_are_entered_while_scoring"):
        a_score(card, leaf(framework)).save()


def change_score(framework):
    Score.objects.update(awarded=90)


def remove_score(framework):
    Score.objects.all().delete()


@pytest.mark.parametrize("change", [change_score, remove_score])
def test_scores_are_entered_while_scoring(sealed, change):
    with refused("scores_are_entered_while_scoring"):
        change(sealed)


# Decisions


def test_decision_number_is_unique_within_authority():
    authority = new_authority()
    Decision.objects.create(authority=authority, number="12/QĐ-UBND", title="…")
    Decision.objects.create(authority=new_authority("khac"), number="12/QĐ-UBND", title="…")
    with refused("decision_number_is_unique_within_authority"):
        Decision.objects.create(authority=authority, number="12/QĐ-UBND", title="Khác")


def test_decisions_without_a_number_may_be_several():
    authority = new_authority()
    for title in ("Nhóm sở", "Nhóm huyện"):
        Decision.objects.create(authority=authority, title=title)

    assert sorted(authority.decisions.values_list("title", flat=True)) == ["Nhóm huyện", "Nhóm sở"]


def test_decision_is_signed_before_it_is_announced():
    with refused("decision_is_signed_before_it_is_announced"):
        Decision.objects.create(
            authority=new_authority(),
            title="…",
            signed_on=datetime.date(2024, 1, 2),
            announced_on=datetime.date(2024, 1, 1),
        )


# Editions


def an_edition(framework, **values):
    return Edition(
        framework=framework,
        **{
            "version": 1,
            "origin": "computed",
            "title": "…",
            "decimals": 2,
            "ranked": True,
            "classified_by": "index",
            "rank_on": "shown",
            "illustrative": False,
            **values,
        },
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"version": 2}, "edition_correction_says_what_and_why"),
        ({"version": 2, "reason": "nhầm"}, "edition_correction_says_what_and_why"),
        ({"sealed_at": LONG_AGO}, "edition_is_sealed_with_its_digest"),
        (
            {"sealed_at": LONG_AGO, "digest": "abc", "canonical": b"{}"},
            "edition_is_sealed_with_its_digest",
        ),
        ({"digest": "0" * 64}, "edition_is_sealed_with_its_digest"),
        ({"public_from": LONG_AGO}, "edition_is_sealed_before_it_is_shown"),
        ({"origin": "guessed"}, "edition_choices_are_known"),
        ({"completeness": "half"}, "edition_choices_are_known"),
        ({"decimals": 1}, "edition_choices_are_known"),
    ],
)
def test_edition_rules(framework, values, name):
    with refused(name):
        an_edition(framework, **values).save()


def test_edition_correction_names_why(sealed):
    with refused("edition_correction_says_what_and_why"):
        an_edition(sealed, version=2, corrects=Edition.objects.get()).save()


def test_edition_version_is_unique_within_framework(sealed):
    with refused("edition_version_is_unique_within_framework"):
        an_edition(sealed).save()


def test_edition_is_corrected_once(sealed):
    first = Edition.objects.get()
    an_edition(sealed, version=2, corrects=first, reason="nhầm").save()
    with refused("corrects_id"):
        an_edition(sealed, version=3, corrects=first, reason="nhầm").save()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Khác"},
        {"note": "thêm"},
        {"version": 7},
        {"origin": "announced"},
        {"completeness": "partial"},
        {"derived": ["rank"]},
        {"decimals": 3},
        {"ranked": False},
        {"illustrative": True},
        {"sealed_at": LONG_AGO},
        {"format_version": 9},
        {"canonical": b"{}"},
        {"digest": "0" * 64},
        {"previous_digest": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_edition_is_sealed(sealed, change):
    with refused("edition_is_sealed"):
        Edition.objects.update(**change)


def test_sealed_edition_is_not_deleted(sealed):
    with refused("edition_is_sealed"):
        Edition.objects.all()._raw_delete("default")


def test_moment_of_showing_moves_while_it_lies_ahead(sealed):
    for moment in (tomorrow(), None, LONG_AGO):
        Edition.objects.update(public_from=moment)

    assert Edition.objects.get().public_from == LONG_AGO


@pytest.mark.parametrize("moment", [None, "tomorrow"])
def test_public_edition_stays_public(moment):
    new_edition({"Sở Tài chính": "88.5"})
    with refused("edition_is_sealed: it is public and stays so"):
        Edition.objects.update(public_from=tomorrow() if moment else None)


@pytest.mark.parametrize("other", [True, False], ids=["another decision", "none"])
def test_decision_is_named_once(sealed, other):
    first, second = (
        Decision.objects.create(authority=sealed.authority, number=f"{n}/QĐ", title="…")
        for n in (1, 2)
    )
    Edition.objects.update(decision=first)
    with refused("edition_is_sealed: its decision is named once"):
        Edition.objects.update(decision=second if other else None)


# Published rows


def copy_of(row, **changed):
    row.pk = None
    for field, value in changed.items():
        setattr(row, field, value)
    row.save(force_insert=True)


def add_result():
    row = PublishedResult.objects.get()
    copy_of(row, unit=new_unit(row.edition.authority, "Sở Y tế"))


def add_points():
    copy_of(PublishedPoints.objects.get(), criterion_number="2")


def add_published_band():
    copy_of(PublishedBand.objects.first(), position=9)


def add_published_count():
    copy_of(PublishedCount.objects.first(), class_name="Kém")


def changing(model, **values):
    return lambda: model.objects.update(**values)


def removing(model):
    return lambda: model.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    "change",
    [
        add_result,
        add_points,
        add_published_band,
        add_published_count,
        changing(PublishedResult, points=99),
        changing(PublishedResult, unit_name="Sở Khác"),
        changing(PublishedPoints, points=99),
        changing(PublishedBand, floor=1),
        changing(PublishedCount, count=9),
        removing(PublishedResult),
        removing(PublishedPoints),
        removing(PublishedBand),
        removing(PublishedCount),
    ],
    ids=[
        "insert result",
        "insert points",
        "insert band",
        "insert count",
        "update result",
        "update name",
        "update points",
        "update band",
        "update count",
        "delete result",
        "delete points",
        "delete band",
        "delete count",
    ],
)
def test_published_rows_are_sealed(sealed, change):
    with refused("published_rows_are_sealed"):
        change()


def test_published_row_does_not_move_into_a_sealed_edition(sealed):
    first = Edition.objects.get()
    second = an_edition(sealed, version=2, corrects=first, reason="nhầm")
    second.save()
    row = PublishedCount.objects.create(edition=second, position=9, class_name="Kém", count=1)
    with refused("published_rows_are_sealed"):
        PublishedCount.objects.filter(pk=row.pk).update(edition=first)


def test_score_does_not_move_out_of_a_sealed_framework(sealed):
    later = new_framework(sealed.group, year=2024)
    other = new_unit(sealed.authority, "Sở Y tế")
    give_points(later, {other: "70"})
    (card,) = open_cards(later, [sealed.scorecards.get().unit])
    with refused("scores_are_entered_while_scoring"):
        Score.objects.filter(scorecard__framework=sealed).update(
            scorecard=card, criterion=leaf(later)
        )


def test_criterion_does_not_move_out_of_a_locked_framework():
    framework = new_framework(criteria=[("1", "90"), ("2", "10")])
    give_points(framework, {new_unit(framework.authority): {"1": "9"}})
    later = new_framework(framework.group, year=2024)
    with refused("criteria_are_locked"):
        framework.criteria.filter(number="2").update(framework=later)


def test_band_does_not_move_out_of_a_locked_framework(scoring):
    later = new_framework(scoring.group, year=2024, bands=[])
    with refused("class_bands_are_locked"):
        scoring.bands.update(framework=later)


def test_published_result_rules(framework):
    edition = an_edition(framework)
    edition.save()
    unit = new_unit(framework.authority)
    with refused("published_rank_is_positive"), transaction.atomic():
        PublishedResult.objects.create(edition=edition, unit=unit, position=1, rank=0)
    PublishedResult.objects.create(edition=edition, unit=unit, position=1)
    with refused("published_result_is_one_per_unit"):
        PublishedResult.objects.create(edition=edition, unit=unit, position=2)


@pytest.mark.parametrize(
    ("moment", "public"), [(None, False), ("tomorrow", False), ("long ago", True)]
)
def test_public_editions_are_sealed_and_their_day_has_come(scoring, moment, public):
    moments = {None: None, "tomorrow": tomorrow(), "long ago": LONG_AGO}
    edition = seal(scoring, public_from=moments[moment])

    assert list(Edition.objects.public()) == ([edition] if public else [])


def test_editions_of_newest_year_are_each_authority_s_own():
    first, second = new_group(), new_group(new_authority("song-cuu-long"))
    new_edition({"Sở Tài chính": "80"}, group=first, year=2022)
    newest = new_edition({"Sở Tài chính": "81"}, group=first, year=2023)
    only = new_edition({"Sở Tài chính": "82"}, group=second, year=2021)
    hidden = new_edition({"Sở Tài chính": "83"}, group=second, year=2022, public_from=tomorrow())

    assert set(Edition.objects.of_newest_year()) == {newest, only}
    assert hidden.sealed_at is not None


# Imports


@pytest.fixture
def import_run(framework):
    return ImportRun.objects.create(
        authority=framework.authority,
        framework=framework,
        filename="diem.csv",
        sha256="0" * 64,
        content=b"",
        added=1,
        changed=0,
        unchanged=0,
    )


def test_import_run_digest_is_sha256(framework):
    with refused("import_run_digest_is_sha256"):
        ImportRun.objects.create(
            authority=framework.authority,
            framework=framework,
            filename="diem.csv",
            sha256="0" * 63,
            content=b"",
            added=0,
            changed=0,
            unchanged=0,
        )


@pytest.mark.parametrize("change", ["update", "delete"])
def test_import_run_is_kept(import_run, change):
    with refused("import_run_is_kept"):
        if change == "update":
            ImportRun.objects.update(added=2)
        else:
            import_run.delete()
