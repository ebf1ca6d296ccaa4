"""What a reader finds by typing a few words: authorities, units and criteria, without accents.

Reads units and the criteria of published editions; of every group the newest one alone, so that
ten years of the same criterion are one line.

The keys compared are stored columns. A trigram index (pg_trgm) was measured on 11.700 units and
94.000 criteria and left out: a search takes 10 to 20 ms with it and without it, words of two
letters cannot use it, and the extension is not on every server.
"""

import re
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Value, When, Window
from django.urls import reverse

from scorecards.models.framework import Criterion
from scorecards.models.publication import Edition, PublishedResult
from units.models import Unit, UnitAlias
from units.vietnamese import fold, match_key

FEWEST_LETTERS = 2
MOST_LETTERS = 100
MOST_WORDS = 8
SHOWN = 20
NUMBER = re.compile(r"[1-9]\d{0,2}(\.\d{1,3})*\.?")

# How near a name is to what was typed: the order in which the results come.
EXACT, PREFIX, WORD, PART, SCATTERED = range(5)


@dataclass(frozen=True)
class Hits:
    """The nearest results of one kind, and how many more there are."""

    rows: list = field(default_factory=list)
    more: int = 0

    @property
    def found(self):
        return len(self.rows) + self.more


@dataclass(frozen=True)
class UnitHit:
    """A unit and its newest public result, None where nothing was published of it."""

    unit: Unit
    result: PublishedResult | None


@dataclass(frozen=True)
class Found:
    """What the words lead to; ``typed`` is False where they are too short to search."""

    typed: bool
    authorities: Hits = Hits()
    units: Hits = Hits()
    criteria: Hits = Hits()

    @property
    def total(self):
        return self.authorities.found + self.units.found + self.criteria.found


def search(text, authorities, *, within=None, beside=None, shown=SHOWN) -> Found:
    """Return what ``text`` leads to, at most ``shown`` of a kind; three queries at most.

    ``authorities``: all of them, in their order; ``within``: the one to stay in, or None;
    ``beside``: the one whose page the reader is on, which comes first among equals. Names equal to
    the text come first, then those that begin with it, those with a word that does, those that
    hold it anywhere, and those that hold its words apart: "y te hue" finds Sở Y tế of Huế. Invented
    authorities come last among equals.
    """
    text = text[:MOST_LETTERS].strip()
    if len(fold(text)) < FEWEST_LETTERS:
        return Found(typed=False)
    return Found(
        typed=True,
        authorities=Hits() if within else _authorities(text, authorities, shown),
        units=_units(text, authorities, within, beside, shown),
        criteria=_criteria(text, authorities, within, beside, shown),
    )


def criterion_url(criterion) -> str:
    """Return the address of the page of a criterion across the units of its newest edition."""
    framework = criterion.framework
    group = framework.group
    address = [group.authority.slug, framework.year, group.slug, criterion.number]
    return reverse("criterion", args=address)


def _authorities(text, authorities, shown):
    phrase = fold(text)
    rows = []
    for authority in authorities:
        near = min(_nearness(key, phrase) for key in (fold(authority.place), fold(authority.name)))
        if near < SCATTERED:
            rows.append((near, authority))
    rows.sort(key=lambda row: row[0])
    return Hits([authority for __, authority in rows[:shown]], max(0, len(rows) - shown))


def _nearness(key, phrase):
    if key == phrase:
        return EXACT
    if key.startswith(phrase):
        return PREFIX
    if f" {phrase}" in key:
        return WORD
    return PART if phrase in key else SCATTERED


def _units(text, authorities, within, beside, shown):
    phrases = sorted({fold(text), match_key(text)})
    other_names = UnitAlias.objects.filter(_holding(phrases), unit=OuterRef("pk"))
    units = Unit.objects.filter(
        _holding(phrases)
        | _scattered(text, authorities, "authority")
        | Q(Exists(other_names))
        | Q(code__iexact=text)
    )
    if within:
        units = units.filter(authority=within)
    hits = _nearest(
        units.select_related("authority"),
        [When(code__iexact=text, then=EXACT), *_nearnesses(phrases)],
        [
            _elsewhere("authority", beside),
            "authority__illustrative",
            F("ends_on").desc(nulls_first=True),
            "sort_key",
            "authority__sort_key",
            "pk",
        ],
        shown,
    )
    newest = _newest_results(hits.rows)
    return Hits([UnitHit(unit, newest.get(unit.pk)) for unit in hits.rows], hits.more)


def _newest_results(units):
    if not units:
        return {}
    results = (
        PublishedResult.objects.filter(
            unit__in=units, edition__in=Edition.objects.current(), edition__framework__round=0
        )
        .select_related("edition__framework__group")
        .defer("edition__canonical")
        .order_by("unit_id", "-edition__framework__year")
        .distinct("unit_id")
    )
    return {result.unit_id: result for result in results}


def _criteria(text, authorities, within, beside, shown):
    phrases = [fold(text)]
    newest = Edition.objects.newest_of_each_group()
    if within:
        newest = newest.filter(framework__group__authority=within)
    # A framework of nothing but its total has no criteria to speak of.
    others = Criterion.objects.filter(framework=OuterRef("framework")).exclude(pk=OuterRef("pk"))
    conditions = _holding(phrases) | _scattered(text, authorities, "framework__group__authority")
    nearnesses = _nearnesses(phrases)
    if NUMBER.fullmatch(text):
        number = text.rstrip(".")
        numbered = Q(number=number) | Q(number__startswith=f"{number}.")
        # "3.2" is a number and nothing else, "100" may stand in a title.
        conditions = numbered if "." in text else conditions | numbered
        nearnesses.insert(0, When(number=number, then=EXACT))
    criteria = Criterion.objects.filter(
        conditions, Exists(others), framework__in=newest.values("framework")
    )
    return _nearest(
        criteria.select_related("framework__group__authority"),
        nearnesses,
        [
            _elsewhere("framework__group__authority", beside),
            "framework__group__authority__illustrative",
            "framework__group__authority__sort_key",
            "framework__group__position",
            "position",
            "pk",
        ],
        shown,
    )


def _holding(phrases):
    """Return the condition that the search key holds one of the phrases."""
    condition = Q()
    for phrase in phrases:
        condition |= Q(search_key__contains=phrase)
    return condition


def _scattered(text, authorities, authority_column):
    """Return the condition that each word begins one of the name or of its authority's name.

    At least one word is of the name itself; a single word is none of these.
    """
    words = fold(text).split()[:MOST_WORDS]
    if len(words) < 2:
        return Q(pk__in=[])
    own, all_of_them = Q(), Q()
    for word in words:
        begins = Q(search_key__startswith=word) | Q(search_key__contains=f" {word}")
        named = [row.pk for row in authorities if f" {word}" in f" {fold(row.name)}"]
        own |= begins
        all_of_them &= begins | Q(**{f"{authority_column}__in": named})
    return own & all_of_them


def _nearnesses(phrases):
    """Return the cases that say how near the search key is to the nearest of the phrases."""
    cases = [When(search_key__in=phrases, then=EXACT)]
    for near, form in ((PREFIX, "{}"), (WORD, " {}"), (PART, "{}")):
        lookup = "startswith" if near == PREFIX else "contains"
        cases += [
            When(**{f"search_key__{lookup}": form.format(phrase)}, then=near) for phrase in phrases
        ]
    return cases


def _elsewhere(authority_column, beside):
    """Return what sorts the rows of one authority before those of the others."""
    if beside is None:
        return Value(0, output_field=IntegerField())
    here = When(**{authority_column: beside}, then=Value(0))
    return Case(here, default=Value(1), output_field=IntegerField())


def _nearest(rows, nearnesses, order, shown):
    """Return the nearest rows, equals in ``order``, and how many more the same query found."""
    rows = list(
        rows.annotate(
            near=Case(*nearnesses, default=Value(SCATTERED), output_field=IntegerField()),
            found=Window(Count("*")),
        ).order_by("near", *order)[:shown]
    )
    return Hits(rows, rows[0].found - len(rows) if rows else 0)
