"""A synthetic national data set: real communes, invented scores, sealed as every edition is.

It is there to measure the portal at full size. Names come from fixtures/toan-quoc; every authority
is marked illustrative. Results are those of `calculation`, editions are frozen by `publishing`;
only the way into the tables is another one, PostgreSQL's COPY. One edition is in memory at a time.
"""

import csv
import datetime
import io
import random
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from django.db.models import Count
from django.utils.text import slugify

from scorecards import calculation, publishing, rehearsing
from scorecards.models.framework import ClassBand, Criterion, Framework
from scorecards.models.publication import (
    Decision,
    Edition,
    PublishedBand,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
)
from units.models import Authority, Unit, UnitGroup
from units.vietnamese import fold

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "toan-quoc"
HANOI = datetime.timezone(datetime.timedelta(hours=7))
DECIMALS = 2
STEPS = 20  # a leaf is awarded in twentieths of its maximum
LONGEST_SLUG = 60  # leaves room for a code where two names fold to one word


@dataclass(frozen=True)
class Size:
    """How large the data set is; ``provinces`` and ``communes`` (of each) None: all of them."""

    years: int = 10
    last_year: int = 2025
    leaves: int = 95
    provinces: int | None = None
    communes: int | None = None
    seed: int = 1


class Made(NamedTuple):
    """One edition that was made: what it is, its rows in all tables, its rows of points."""

    edition: Edition
    results: int
    points: int


class Points(NamedTuple):
    """A row of `PublishedPoints` without the cost of a model; equal rows are one object."""

    position: int
    criterion_number: str
    parent_number: str
    level: int
    title: str
    kind: str
    claimed: Decimal | None
    appraised: Decimal | None
    points: Decimal | None
    max_points: Decimal | None
    index_percent: Decimal | None
    reason: str
    comparable: bool
    note: str
    entered_by: str
    entered_at: datetime.datetime | None
    imported_from: str
    imported_sha256: str


def slugs() -> list[str]:
    """Return the address words of the authorities that a full data set has."""
    description = _description()
    places = [_province(description, name)["slug"] for name, _rows in _provinces(description)]
    return [*places, description["nation"]["slug"]]


def make(size: Size) -> Iterator[Made]:
    """Make the data set in the transaction at hand; yield each edition once it is sealed.

    Every province ranks its agencies and its communes, "the whole country" all communes of them
    in one list, on the fields alone: ten years of 95 leaves more would say nothing new.
    """
    rows, analysed = 0, 0
    for made in _editions(size):
        rows += made.points
        if rows >= 2 * analysed:
            # Planned for the empty tables they were, triggers and foreign keys would read whole
            # tables for each row.
            analyse()
            analysed = rows
        yield made


def _editions(size):
    description = _description()
    provinces = _provinces(description)[: size.provinces]
    every_commune = []
    for full_name, rows in provinces:
        rows = rows[: size.communes]
        authority = _authority(description, **_province(description, full_name))
        every_commune += [(row, authority.place.partition(" (")[0]) for row in rows]
        groups = [
            _group(authority, description["agencies"], "agency", 1, _agencies(description)),
            _group(
                authority,
                description["communes_group"],
                "commune",
                2,
                [(row["ma_xa"], row["ten_xa"]) for row in rows],
            ),
        ]
        yield from _years(description, authority, groups, size, size.leaves)
    nation = description["nation"]
    authority = _authority(description, **{key: nation[key] for key in ("slug", "name", "place")})
    units = [
        (row["ma_xa"], nation["unit"].format(commune=row["ten_xa"], place=place))
        for row, place in every_commune
    ]
    group = _group(authority, description["communes_group"], "commune", 1, units)
    fields = len(description["fields"])
    yield from _years(description, authority, [group], size, fields)


def analyse() -> None:
    """Let the planner know how large the tables have become."""
    with connection.cursor() as cursor:
        for model in (Unit, Edition, PublishedResult, PublishedPoints, Criterion):
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


# Who is scored


def _description():
    return tomllib.loads((FOLDER / "toan-quoc.toml").read_text(encoding="utf-8"))


def _provinces(description):
    """Return (official name, its communes) of every province, in the order of the list."""
    with (FOLDER / description["communes"]).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(name, list(communes)) for name, communes in groupby(rows, itemgetter("ten_tinh"))]


def _province(description, name):
    words = description["province"]
    place = name.removeprefix(words["city"])
    full_name = name if place != name else f"{words['province']}{name}"
    return {
        "slug": words["slug"].format(word=slugify(fold(place))),
        "name": words["name"].format(full_name=full_name[:1].lower() + full_name[1:]),
        "place": words["place"].format(place=place),
    }


def _authority(description, **names):
    return Authority.objects.create(**names, illustrative=True, source=description["source"])


def _agencies(description):
    names = description["agencies"]["names"]
    return [(f"CQ{place:02}", name) for place, name in enumerate(names, start=1)]


def _group(authority, words, kind, position, named):
    """Make a group of units, which are given as (code, name); return it with them."""
    group = UnitGroup.objects.create(
        authority=authority, slug=words["slug"], name=words["name"], kind=kind, position=position
    )
    taken = set()
    copy_rows(
        Unit,
        [
            Unit(
                authority=authority,
                kind=kind,
                code=code,
                slug=_slug(name, code, taken),
                name=name,
                position=place,
                verified=True,
                source=authority.source,
            )
            for place, (code, name) in enumerate(named, start=1)
        ],
    )
    units = authority.units.filter(kind=kind).order_by("sort_key", "pk")
    return group, list(units)


def _slug(name, code, taken):
    slug = slugify(fold(name))[:LONGEST_SLUG]
    if slug in taken:
        slug = f"{slug}-{code}"
    taken.add(slug)
    return slug


# By what they are scored


@dataclass(frozen=True)
class Tree:
    """The criteria of one framework: fields with leaves below, or fields that are leaves."""

    criteria: list[Criterion]
    leaves: list[Criterion]

    @property
    def for_calculation(self):
        return [calculation.Leaf(row.number, row.kind, row.max_points) for row in self.leaves]


def _tree(description, framework, wanted, previous):
    """Return the unsaved criteria with ``wanted`` leaves, no fewer than there are fields."""
    fields = description["fields"]
    criteria, leaves = [], []
    for place, (field, count) in enumerate(zip(fields, _shares(fields, wanted), strict=True), 1):
        node = partial(Criterion, framework=framework, kind=field["kind"])
        branch = node(
            number=str(place), title=field["title"], max_points=Decimal(field["max_points"])
        )
        criteria.append(branch)
        if wanted <= len(fields):
            leaves.append(branch)
            continue
        for part, hundredths in enumerate(_parts(field["max_points"] * 100, count), start=1):
            number = f"{place}.{part}"
            leaf = node(
                number=number,
                title=description["texts"]["leaf"].format(number=number),
                max_points=Decimal(hundredths) / 100,
            )
            criteria.append(leaf)
            leaves.append(leaf)
    for position, criterion in enumerate(criteria, start=1):
        criterion.position = position
        criterion.previous_id = previous.get(criterion.number)
    return Tree(criteria, leaves)


def _shares(fields, wanted):
    """Share ``wanted`` leaves out by the fields' points, one each at least."""
    counts = [1] * len(fields)
    for _leaf in range(wanted - len(fields)):
        poorest = max(
            range(len(fields)), key=lambda place: fields[place]["max_points"] / counts[place]
        )
        counts[poorest] += 1
    return counts


def _parts(hundredths, count):
    """Split a maximum into ``count`` parts that differ by a hundredth at most."""
    part, rest = divmod(hundredths, count)
    return [part + (place < rest) for place in range(count)]


def _years(description, authority, groups, size, leaves):
    previous = {group.pk: {} for group, _units in groups}
    for year in range(size.last_year - size.years + 1, size.last_year + 1):
        decision = _decision(description, authority, year)
        for group, units in groups:
            framework, tree = _framework(
                description, group, year, leaves=leaves, previous=previous[group.pk]
            )
            previous[group.pk] = {row.number: row.pk for row in tree.criteria}
            draw = random.Random(f"{size.seed} {authority.slug} {group.slug} {year}")
            yield _edition(description, framework, tree, units, decision, draw)


def _decision(description, authority, year):
    day = datetime.date(year + 1, 1, 15)
    return Decision.objects.create(
        authority=authority,
        number=description["texts"]["number"].format(year=year),
        signed_on=day,
        announced_on=day,
        title=description["texts"]["decision"].format(year=year, place=_bare(authority.place)),
        source=description["source"],
    )


def _bare(place):
    """Return a place without the words in brackets, which the title around it says itself."""
    return place.partition(" (")[0]


def _framework(description, group, year, *, leaves, previous):
    texts = description["texts"]
    framework = Framework.objects.create(
        group=group,
        year=year,
        title=texts["title"].format(
            year=year, group=group.name, place=_bare(group.authority.place)
        ),
        decision=texts["criteria"].format(year=year),
        decimals=DECIMALS,
        cap_percent=Decimal(100),
    )
    tree = _tree(description, framework, leaves, previous)
    branches = [row for row in tree.criteria if "." not in row.number]
    copy_rows(Criterion, branches, with_keys=True)
    of_number = {row.number: row for row in branches}
    parts = [row for row in tree.criteria if "." in row.number]
    for row in parts:
        row.parent = of_number[row.number.partition(".")[0]]
    copy_rows(Criterion, parts, with_keys=True)
    copy_rows(
        ClassBand,
        [
            ClassBand(
                framework=framework,
                position=position,
                name=band["name"],
                floor=Decimal(band["floor"]) if "floor" in band else None,
                source=texts["band"],
            )
            for position, band in enumerate(description["bands"], start=1)
        ],
    )
    return framework, tree


# What they get


def _edition(description, framework, tree, units, decision, draw):
    exempt = description["agencies"]["exempt"]
    drawing = _Drawing(description, framework, tree, draw)
    cards = {unit.pk: drawing.card(exempt.get(unit.name)) for unit in units}
    bands = list(framework.bands.order_by("position"))
    computed = calculation.compute(
        tree.for_calculation,
        {pk: card.input for pk, card in cards.items()},
        rules=framework.rules,
        bands=[calculation.Band(band.name, band.floor, band.inclusive) for band in bands],
    )
    rehearsal = rehearsing.Rehearsal(
        framework, Edition.Completeness.FULL, rehearsing.draft_edition(framework)
    )
    rehearsal.edition.version = 1
    rehearsal.bands = [
        PublishedBand(
            position=band.position,
            name=band.name,
            floor=band.floor,
            inclusive=band.inclusive,
            source=band.source,
            inferred=band.inferred,
        )
        for band in bands
    ]
    rehearsal.results = rehearsing.in_printed_order(
        [_result(unit, cards[unit.pk], computed[unit.pk]) for unit in units]
    )
    rehearsal.details = {pk: drawing.details(card) for pk, card in cards.items()}
    rehearsal.counts = rehearsing.counts_of(rehearsal.results, bands)
    edition = publishing.freeze(
        rehearsal,
        decision=decision,
        public_from=datetime.datetime(framework.year + 1, 1, 15, tzinfo=HANOI),
        write=partial(_write, drawing),
    )
    # The keys are looked at now and not all at once in the end: their list lies in memory.
    connection.check_constraints()
    points = len(rehearsal.results) * len(tree.criteria)
    edition.canonical = None
    return Made(edition, len(rehearsal.results), points)


def _result(unit, card, computed):
    return PublishedResult(
        unit=unit,
        unit_name=unit.name,
        claimed=card.claimed,
        appraised=computed.appraised,
        survey=computed.survey,
        points=computed.points,
        max_points=computed.max_points,
        index_percent=computed.index_percent,
        rank=computed.rank,
        class_name=computed.class_name,
        reason=computed.reason,
    )


@dataclass(frozen=True)
class Card:
    """The draw of one unit: what `calculation` takes, and the row of each leaf in their order."""

    input: calculation.Card
    leaves: tuple[Points, ...]
    claimed: Decimal


class _Drawing:
    """Draws the scores of one edition. Leaves have few possible rows: each is made once."""

    def __init__(self, description, framework, tree, draw):
        self.tree = tree
        self.draw = draw
        self.reason = description["agencies"]["exempt_reason"]
        self.entered_at = datetime.datetime(framework.year + 1, 1, 5, 9, tzinfo=HANOI)
        self.parent_of = {row.number: row.number.rpartition(".")[0] for row in tree.criteria}
        self.leaves = tree.for_calculation
        self.rows: dict[tuple, Points] = {}
        self.lines: dict[int, str] = {}
        # The whole group is better in some years than in others.
        self.level = 0.72 + 0.14 * draw.random()

    def card(self, exempt_field):
        ability = self.level + self.draw.gauss(0, 0.06)
        rows, awarded, maxima = [], {}, {}
        for leaf in self.tree.leaves:
            if exempt_field and leaf.number.partition(".")[0] == exempt_field:
                maxima[leaf.number] = Decimal(0)
                awarded[leaf.number] = None
                rows.append(self._exempt(leaf))
                continue
            share = min(1.0, max(0.0, ability + 0.5 * (self.draw.random() - 0.5)))
            steps = round(share * STEPS)
            hoped = min(STEPS, steps + (self.draw.random() < 0.3))
            row = self._leaf(leaf, steps, hoped)
            awarded[leaf.number] = row.points
            rows.append(row)
        claimed = sum((row.claimed for row in rows if row.claimed is not None), Decimal(0))
        return Card(calculation.Card(awarded, maxima), tuple(rows), claimed)

    def details(self, card):
        """Return the rows of one unit in the order of the tree, the branches with their sums."""
        branches = calculation.branch_totals(self.leaves, card.input)
        leaf_rows = iter(card.leaves)
        return [
            self._branch(criterion, *branches[criterion.number])
            if criterion.number in branches
            else next(leaf_rows)
            for criterion in self.tree.criteria
        ]

    def line(self, row):
        """Return a row as COPY takes it, after the key of its result."""
        found = self.lines.get(id(row))
        if found is None:
            found = self.lines[id(row)] = "\t".join(map(as_copied, row)) + "\n"
        return found

    def _leaf(self, leaf, steps, hoped):
        key = (leaf.number, steps, hoped)
        if key not in self.rows:
            points = _awarded(leaf.max_points, steps)
            self.rows[key] = self._row(
                leaf,
                points=points,
                max_points=leaf.max_points,
                claimed=_awarded(leaf.max_points, hoped),
                appraised=points if leaf.kind == Criterion.Kind.APPRAISED else None,
                entered_at=self.entered_at,
            )
        return self.rows[key]

    def _exempt(self, leaf):
        if leaf.number not in self.rows:
            self.rows[leaf.number] = self._row(
                leaf, points=None, max_points=Decimal(0), reason=self.reason
            )
        return self.rows[leaf.number]

    def _branch(self, branch, points, max_points):
        key = (branch.number, points, max_points)
        if key not in self.rows:
            self.rows[key] = self._row(branch, points=points, max_points=max_points)
        return self.rows[key]

    def _row(self, criterion, *, points, max_points, **values):
        return Points(
            **{
                "position": criterion.position,
                "criterion_number": criterion.number,
                "parent_number": self.parent_of[criterion.number],
                "level": criterion.number.count(".") + 1,
                "title": criterion.title,
                "kind": criterion.kind,
                "claimed": None,
                "appraised": None,
                "points": points,
                "max_points": max_points,
                "index_percent": _index_percent(points, max_points),
                "reason": "",
                "comparable": criterion.comparable,
                "note": "",
                "entered_by": "",
                "entered_at": None,
                "imported_from": "",
                "imported_sha256": "",
                **values,
            }
        )


@cache
def _awarded(max_points, steps):
    return calculation.half_up(max_points * steps / STEPS, DECIMALS)


@cache
def _index_percent(points, max_points):
    exact = calculation.index_of(points, max_points)
    return None if exact is None else calculation.half_up(exact, DECIMALS)


# Into the tables


def _write(drawing, edition, rehearsal):
    copy_rows(PublishedBand, rehearsal.bands)
    copy_rows(PublishedCount, rehearsal.counts)
    copy_rows(PublishedResult, rehearsal.results, with_keys=True)
    lines = (
        f"{result.pk}\t{drawing.line(row)}"
        for result in rehearsal.results
        for row in rehearsal.details[result.unit_id]
    )
    copy_lines(PublishedPoints, ["result_id", *Points._fields], lines)


def copy_rows(model, rows: list, *, with_keys: bool = False) -> None:
    """COPY unsaved ``rows`` into the table of ``model``; ``with_keys``: they know their keys then.

    Their statement triggers and constraints hold as for any other row.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    if with_keys:
        for row, key in zip(rows, _new_keys(model, len(rows)), strict=True):
            row.pk = key
    else:
        fields.remove(model._meta.pk)
    names = [field.attname for field in fields]
    lines = ("\t".join(as_copied(getattr(row, name)) for name in names) + "\n" for row in rows)
    copy_lines(model, [field.column for field in fields], lines)


def _new_keys(model, count):
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def copy_lines(model, columns: list[str], lines: Iterable[str]) -> None:
    """COPY ``lines`` in PostgreSQL's text format, read as the server takes them."""
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', _Reader(lines)
        )


class _Reader(io.TextIOBase):
    """An iterator of lines as the file that psycopg2 reads from."""

    def __init__(self, lines: Iterable[str]):
        self.lines = iter(lines)
        self.rest = ""

    def read(self, size=-1):
        parts, length = [self.rest], len(self.rest)
        for line in self.lines:
            parts.append(line)
            length += len(line)
            if 0 <= size <= length:
                break
        text = "".join(parts)
        if size < 0:
            self.rest = ""
            return text
        self.rest = text[size:]
        return text[:size]


ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def as_copied(value) -> str:
    """Return a value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value).translate(ESCAPES)


def sealed_editions() -> int:
    """Return how many editions of this data set are sealed, which no table gives back."""
    return Edition.objects.filter(
        framework__group__authority__slug__in=slugs(), sealed_at__isnull=False
    ).aggregate(number=Count("pk"))["number"]
