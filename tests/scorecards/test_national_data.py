"""The synthetic national data set at a tiny size: sealed, chained, and as `calculation` says."""

import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from scorecards import calculation, verifying
from scorecards.management import national_data
from scorecards.models import Criterion, Edition
from scorecards.models.publication import PublishedPoints, PublishedResult
from tests.factories import new_authority
from units.models import Authority, Unit

TINY = ["--years=2", "--provinces=2", "--communes=4", "--leaves=10"]


@pytest.fixture(scope="module")
def _made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("make_national_data", *TINY, stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def tiny(_made, db):
    """The data set as `TINY` makes it, the same for every test that asks for it."""


@pytest.fixture
def empty(db):
    """A database without it; put first, it is made before the module's."""


def told(*arguments):
    output = io.StringIO()
    call_command("make_national_data", *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.usefixtures("empty")
def test_real_results_are_not_mixed_with_it():
    new_authority(place="Sông Hồng")
    with pytest.raises(CommandError, match="Sông Hồng"):
        told(*TINY)
    assert Authority.objects.count() == 1


@pytest.mark.usefixtures("empty")
def test_real_results_stay_beside_it_when_that_is_wanted():
    new_authority()
    told("--years=1", "--provinces=1", "--communes=1", "--leaves=8", "--beside-real-data")
    assert Authority.objects.filter(illustrative=True).count() == 2


@pytest.mark.usefixtures("empty")
def test_there_may_be_nothing_to_remove():
    assert told("--remove") != ""


@pytest.mark.parametrize("wrong", ["--years=0", "--leaves=7", "--provinces=0", "--communes=0"])
@pytest.mark.usefixtures("empty")
def test_sizes_of_nothing_are_refused(wrong):
    with pytest.raises(CommandError):
        told(wrong)


@pytest.mark.usefixtures("tiny")
def test_every_edition_is_sealed_chained_and_recomputed():
    verdicts = list(verifying.verify(verifying.to_verify(Edition.objects.order_by("pk"))))
    assert [(verdict.findings, verdict.remarks) for verdict in verdicts] == [([], [])] * 10


@pytest.mark.usefixtures("tiny")
def test_sizes_are_those_asked_for():
    assert Unit.objects.count() == 2 * (15 + 4) + 8
    assert PublishedResult.objects.count() == 2 * Unit.objects.count()
    assert PublishedPoints.objects.count() == 2 * (2 * 19 * 18 + 8 * 8)
    of_agencies = Criterion.objects.filter(framework__group__slug="so-nganh")
    assert of_agencies.filter(framework__year=2025).leaves().count() == 2 * 10
    assert of_agencies.filter(framework__year=2025, previous=None).count() == 0


@pytest.mark.usefixtures("tiny")
def test_results_are_those_of_the_calculation():
    for edition in Edition.objects.select_related("framework"):
        tree = list(edition.framework.criteria.all())
        branches = {row.number.rpartition(".")[0] for row in tree}
        leaves = [row for row in tree if row.number not in branches]
        cards, found = {}, {}
        for row in edition.results.prefetch_related("details"):
            details = {detail.criterion_number: detail for detail in row.details.all()}
            cards[row.pk] = calculation.Card(
                {leaf.number: details[leaf.number].points for leaf in leaves},
                {leaf.number: details[leaf.number].max_points for leaf in leaves},
            )
            found[row.pk] = (row.points, row.index_percent, row.rank, row.class_name)
        computed = calculation.compute(
            [calculation.Leaf(leaf.number, leaf.kind, leaf.max_points) for leaf in leaves],
            cards,
            rules=edition.framework.rules,
            bands=[
                calculation.Band(band.name, band.floor, band.inclusive)
                for band in edition.bands.order_by("position")
            ],
        )
        assert found == {
            key: (one.points, one.index_percent, one.rank, one.class_name)
            for key, one in computed.items()
        }


@pytest.mark.usefixtures("tiny")
def test_a_body_without_procedures_has_a_smaller_maximum():
    rows = PublishedResult.objects.filter(unit__name="Thanh tra")
    assert {row.max_points for row in rows} == {Decimal(85)}


@pytest.mark.usefixtures("tiny")
def test_everything_says_that_it_is_invented():
    assert Authority.objects.filter(illustrative=False).count() == 0
    texts = [*Authority.objects.values_list("name", flat=True)]
    texts += Authority.objects.values_list("source", flat=True)
    texts += Edition.objects.values_list("title", flat=True)
    texts += Edition.objects.values_list("decision__title", flat=True)
    assert [text for text in texts if "minh họa" not in text] == []
    assert {edition.illustrative for edition in Edition.objects.all()} == {True}


@pytest.mark.usefixtures("tiny")
def test_the_same_seed_makes_the_same_editions():
    size = national_data.Size(years=1, provinces=1, communes=3, leaves=8, last_year=2020)
    digests = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            # Beside the one at hand, under other address words.
            Authority.objects.filter(slug__startswith="minh-hoa").update(slug=_other("slug"))
            made = list(national_data.make(national_data.Size(**{**vars(size), "seed": seed})))
            digests.append([one.edition.digest for one in made])
            transaction.set_rollback(True)
    assert digests[0] == digests[1]
    assert set(digests[0]).isdisjoint(digests[2])


def _other(column):
    from django.db.models import F, Value
    from django.db.models.functions import Concat

    return Concat(Value("o-"), F(column))


@pytest.mark.usefixtures("tiny")
def test_it_is_made_once():
    with pytest.raises(CommandError, match="đã có"):
        told(*TINY)


@pytest.mark.usefixtures("tiny")
def test_what_is_sealed_is_not_removed():
    with pytest.raises(CommandError, match=r"10 .*test_reform_portal"):
        told("--remove")
    assert Edition.objects.count() == 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\\N"),
        (True, "t"),
        (False, "f"),
        ("một\thai\nba\\", "một\\thai\\nba\\\\"),
        (Decimal("1.50"), "1.50"),
        (7, "7"),
    ],
    ids=repr,
)
def test_values_are_written_as_copy_reads_them(value, text):
    assert national_data.as_copied(value) == text


@pytest.mark.parametrize("size", [1, 4, 7, 100, -1])
def test_lines_are_read_in_pieces_of_any_size(size):
    reader = national_data._Reader(["ab\n", "cdefg\n", "h\n"])
    pieces = list(iter(lambda: reader.read(size), ""))
    assert "".join(pieces) == "ab\ncdefg\nh\n"
    assert [piece for piece in pieces if 0 < size < len(piece)] == []
