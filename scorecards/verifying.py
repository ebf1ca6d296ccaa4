"""Whether what was published is still what was sealed: bytes, digests, chain, and arithmetic.

Reads published rows alone. Everything found is a sentence that names the row and both values, so
that a reader can look it up. What it cannot see: the newest editions of an authority taken away
with all their rows. Against that stand the check codes printed on signed documents.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.db.models import F
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from scorecards import calculation
from scorecards.canonical import FORMAT_VERSION, POINT_COLUMNS, digest_of, document_of, encoded
from scorecards.models.framework import Origin
from scorecards.models.publication import Edition, PublishedPoints, PublishedResult

# Names that live on after the sealing: a renamed authority does not make its results false.
LIVING = ("authority", "authority_name", "group", "group_name")
NUMBERS = {*POINT_COLUMNS, "floor", "cap_percent"}
SUMS = ("points", "max_points", "appraised", "survey", "adjustment")
MADE_BY_THE_PORTAL = ("index_percent", "rank", "class_name", "reason")


@dataclass
class Verdict:
    """What the check of one edition found; ``remarks`` are worth knowing and no fault.

    ``rows``: how many units and criteria were compared. ``complete`` is False where only bytes and
    chain were looked at.
    """

    edition: Edition
    findings: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rows: int = 0
    seconds: float = 0.0
    complete: bool = True

    @property
    def sound(self) -> bool:
        return not self.findings


def verify(editions: Iterable[Edition], *, rows: bool = True) -> Iterator[Verdict]:
    """Check each of the sealed ``editions`` (see `to_verify`); yield its verdict, in their order.

    One query for the chains, four for each edition, however many its units. ``rows=False``
    checks bytes and chain only, which costs no query for an edition and little time.
    """
    editions = list(editions)
    chains = _chains(editions)
    for edition in editions:
        began = time.perf_counter()
        verdict = Verdict(edition, complete=rows)
        _check_digest(verdict)
        _check_chain(verdict, chains[edition.framework.group.authority_id])
        if rows:
            _check_rows(verdict)
        verdict.seconds = time.perf_counter() - began
        yield verdict


def to_verify(editions):
    """Return a QuerySet of editions with what `verify` needs of each, the sealed bytes too."""
    return editions.with_context().defer(None).defer("corrects__canonical")


def label_of(edition) -> str:
    """Return an edition's name in words: "Cơ quan chuyên môn 2023, ấn bản 1"."""
    return _("%(group)s %(year)s, edition %(version)s") % {
        "group": edition.group.name,
        "year": edition.year,
        "version": edition.version,
    }


def short(digest) -> str:
    """Return a digest as pages abbreviate it."""
    return f"{digest[:8]}…{digest[-4:]}"


# Bytes and chain


def _check_digest(verdict):
    edition = verdict.edition
    found = digest_of(bytes(edition.canonical))
    if found != edition.digest:
        verdict.findings.append(
            _("The sealed copy has the code %(found)s, the edition carries %(digest)s.")
            % {"found": short(found), "digest": short(edition.digest)}
        )


def _chains(editions):
    """Return every sealed edition of the authorities at hand, in the order of sealing."""
    authorities = {edition.framework.group.authority_id for edition in editions}
    chains = defaultdict(list)
    links = (
        Edition.objects.filter(framework__group__authority__in=authorities, sealed_at__isnull=False)
        .annotate(authority_id=F("framework__group__authority"))
        .select_related("framework__group")
        .defer("canonical", "note")
        # Keys are given out under the lock of the authority: their order is that of sealing,
        # whatever the clock said.
        .order_by("pk")
    )
    for link in links:
        chains[link.authority_id].append(link)
    return chains


def _check_chain(verdict, chain):
    edition = verdict.edition
    place = next((place for place, link in enumerate(chain) if link.pk == edition.pk), None)
    if place is None:
        return
    before = chain[place - 1] if place else None
    after = chain[place + 1] if place + 1 < len(chain) else None
    if edition.previous_digest != (before.digest if before else ""):
        verdict.findings.append(_broken_before(edition, before))
    elif before and not _is_public(before):
        verdict.remarks.append(
            _(
                "The edition sealed before this one is not public yet. Its code %(digest)s is "
                "part of this edition, so it can no longer be changed unnoticed; its content can "
                "be checked from the day it is published."
            )
            % {"digest": before.digest}
        )
    if after and after.previous_digest != edition.digest:
        verdict.findings.append(
            _(
                "%(after)s was sealed after this one and names the code %(named)s for the edition "
                "before it, not %(digest)s: one of the two has been changed."
            )
            % {
                "after": _name_in_chain(after),
                "named": short(after.previous_digest) if after.previous_digest else _("(none)"),
                "digest": short(edition.digest),
            }
        )


def _broken_before(edition, before):
    if not edition.previous_digest:
        return _(
            "This edition names no edition before it, although %(before)s was sealed first."
        ) % {"before": _name_in_chain(before)}
    if before is None:
        return _(
            "This edition says that one with the code %(named)s was sealed before it; "
            "there is none."
        ) % {"named": short(edition.previous_digest)}
    return _(
        "This edition says that one with the code %(named)s was sealed before it; before it stands "
        "%(before)s with the code %(digest)s: one of the two has been changed, or one between them "
        "is missing."
    ) % {
        "named": short(edition.previous_digest),
        "before": _name_in_chain(before),
        "digest": short(before.digest),
    }


def _name_in_chain(link):
    return label_of(link) if _is_public(link) else _("an edition that is not public yet")


def _is_public(edition):
    return edition.public_from is not None and edition.public_from <= timezone.now()


# Rows against the sealed copy


def _check_rows(verdict):
    edition = verdict.edition
    results = list(edition.results.select_related("unit").order_by("position", "pk"))
    details = defaultdict(list)
    unit_of = {row.pk: row.unit_id for row in results}
    for detail in PublishedPoints.objects.filter(result__edition=edition).order_by(
        "position", "pk"
    ):
        details[unit_of[detail.result_id]].append(detail)
    bands = list(edition.bands.order_by("position", "pk"))
    counts = list(edition.counts.order_by("position", "pk"))
    verdict.rows = len(results) + sum(map(len, details.values()))
    document = document_of(edition, results=results, details=details, bands=bands, counts=counts)
    verdict.findings += _Comparison(edition, document, verdict.remarks).findings()
    verdict.findings += _shape(results, details, counts)
    verdict.findings += _recomputed(edition, results, details, bands, counts)


class _Comparison:
    """The published rows beside the sealed copy, value by value."""

    def __init__(self, edition, document, remarks):
        self.edition = edition
        self.document = document
        self.remarks = remarks
        self.found = []

    def findings(self):
        stored = bytes(self.edition.canonical)
        rebuilt = encoded(self.document)
        if rebuilt == stored:
            return []
        try:
            sealed = json.loads(stored)
            living = {key: sealed[key] for key in LIVING}
        except (ValueError, KeyError, TypeError):
            return [_("The sealed copy cannot be read.")]
        self._remember_names(living)
        if encoded({**self.document, **living}) == stored:
            return []
        if sealed.get("format_version") not in range(1, FORMAT_VERSION + 1):
            self.found.append(_("The format of the sealed copy is not known here."))
        try:
            self._compare(json.loads(rebuilt), sealed)
        except (AttributeError, KeyError, TypeError):
            return [*self.found, _("The sealed copy cannot be read.")]
        return self.found or [
            _("The sealed copy says the same in other bytes: it was written anew.")
        ]

    def _remember_names(self, living):
        for key in LIVING:
            if living[key] != self.document[key]:
                self.remarks.append(
                    _("When this edition was sealed, %(what)s was “%(then)s”; it is now “%(now)s”.")
                    % {"what": _label(key), "then": living[key], "now": self.document[key]}
                )

    def _compare(self, rows, sealed):
        parts = ("rules", "bands", "counts", "results")
        self._values("", rows, sealed, skip=(*LIVING, *parts))
        self._values("", rows["rules"], sealed["rules"])
        self._listed(
            rows["bands"],
            sealed["bands"],
            "name",
            lambda name: _("class %(name)s") % {"name": name},
        )
        self._values_by_name(rows["counts"], sealed["counts"])
        self._listed(
            rows["results"],
            sealed["results"],
            "unit",
            lambda slug: self._name_of(slug, rows, sealed),
            inside=self._criteria,
        )

    def _name_of(self, slug, *documents):
        for document in documents:
            for row in document["results"]:
                if row["unit"] == slug:
                    return row["unit_name"]
        return slug

    def _criteria(self, unit_name, rows, sealed):
        self._listed(
            rows["criteria"],
            sealed["criteria"],
            "number",
            lambda number: (
                _("%(unit)s, criterion %(number)s") % {"unit": unit_name, "number": number}
            ),
        )

    def _values_by_name(self, rows, sealed):
        for name in dict.fromkeys([*rows, *sealed]):
            if rows.get(name) != sealed.get(name):
                place = _("number of units in class %(name)s") % {"name": name}
                self.found.append(
                    _differs(place, _shown("count", rows.get(name)), _shown("", sealed.get(name)))
                )

    def _listed(self, rows, sealed, key, name_of, *, inside=None):
        """Compare two lists of rows that carry their name under ``key``, and their order."""
        row_of = {row[key]: row for row in rows}
        sealed_of = {row[key]: row for row in sealed}
        for name in dict.fromkeys([*sealed_of, *row_of]):
            place = name_of(name)
            if name not in row_of:
                self.found.append(
                    _("%(place)s: the sealed copy has this row, the published rows do not.")
                    % {"place": place}
                )
            elif name not in sealed_of:
                self.found.append(
                    _("%(place)s: the published rows have this row, the sealed copy does not.")
                    % {"place": place}
                )
            elif row_of[name] != sealed_of[name]:
                self._values(place, row_of[name], sealed_of[name], skip=("criteria",))
                if inside:
                    inside(place, row_of[name], sealed_of[name])
        common = [row[key] for row in rows if row[key] in sealed_of]
        if common != [row[key] for row in sealed if row[key] in row_of]:
            moved = next(
                name
                for name, other in zip(
                    common, (row[key] for row in sealed if row[key] in row_of), strict=False
                )
                if name != other
            )
            self.found.append(
                _("%(place)s: the row stands at another place than in the sealed copy.")
                % {"place": name_of(moved)}
            )

    def _values(self, place, rows, sealed, skip=()):
        for key in dict.fromkeys([*rows, *sealed]):
            if key in skip or rows.get(key) == sealed.get(key):
                continue
            where = place or _label(key)
            if place and key != "points":
                where = f"{place}, {_label(key)}"
            self.found.append(
                _differs(where, _shown(key, rows.get(key)), _shown(key, sealed.get(key)))
            )


def _differs(place, found, sealed):
    return _("%(place)s: the published row says %(found)s, the sealed copy %(sealed)s.") % {
        "place": place,
        "found": found,
        "sealed": sealed,
    }


def _label(key):
    """Return the name of a value in words, as the tables of the portal call it."""
    own = {
        "authority": _("the authority's address word"),
        "authority_name": _("the authority's name"),
        "group": _("the group's address word"),
        "group_name": _("the group's name"),
        "corrects": _("code of the corrected edition"),
        "year": _("year"),
        "round": _("round"),
        "decimals": _("decimals"),
        "number": _("number"),
        "name": _("class"),
        "unit": _("unit (address word)"),
    }
    if key in own:
        return own[key]
    for model in (PublishedResult, PublishedPoints, Edition):
        names = {column.name: column for column in model._meta.get_fields() if column.concrete}
        if key in names:
            return str(names[key].verbose_name)
    return {"floor": _("floor"), "inclusive": _("floor included"), "inferred": _("inferred")}.get(
        key, key
    )


def _shown(key, value):
    """Return a value for a sentence; ``value`` is as the canonical copy holds it."""
    if value is None or value == "" or value == []:
        return _("(empty)")
    if value is True:
        return _("yes")
    if value is False:
        return _("no")
    if key in NUMBERS:
        try:
            number = Decimal(value)
            return number_format(number, -number.as_tuple().exponent)
        except (InvalidOperation, TypeError, ValueError):
            return f"“{value}”"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    if len(text) == 64 and " " not in text:
        return short(text)
    return text if text.isdigit() else f"“{Truncator(text).chars(120)}”"


# What the sealed copy does not hold


def _shape(results, details, counts):
    """Find what is published and not part of the canonical bytes: the place in the tree."""
    found = []
    repeated = [name for name, n in Counter(row.class_name for row in counts).items() if n > 1]
    found += [_("The class %(name)s is counted twice.") % {"name": name} for name in repeated]
    for row in results:
        numbers = {detail.criterion_number for detail in details[row.unit_id]}
        for detail in details[row.unit_id]:
            number = detail.criterion_number
            above = number.rpartition(".")[0]
            while above and above not in numbers:
                above = above.rpartition(".")[0]
            if detail.parent_number != above or detail.level != number.count(".") + 1:
                found.append(
                    _("%(unit)s, criterion %(number)s: the row hangs at a wrong place of the tree.")
                    % {"unit": row.unit_name, "number": number}
                )
    return found


# Arithmetic


def _recomputed(edition, results, details, bands, counts):
    """Compute anew what the portal computed for this edition, and compare."""
    leaves = _leaves(results, details)
    cards = {row.unit_id: _card(row, details[row.unit_id], leaves) for row in results}
    computed = calculation.compute(
        leaves,
        cards,
        rules=calculation.Rules(
            decimals=edition.decimals,
            ranked=edition.ranked,
            classified_by=edition.classified_by,
            rank_on=edition.rank_on,
            cap_percent=edition.cap_percent,
        ),
        bands=[calculation.Band(band.name, band.floor, band.inclusive) for band in bands],
    )
    columns = (*SUMS, *_made_by_the_portal(edition))
    found = []
    for row in results:
        found += _against(row.unit_name, row, computed[row.unit_id], columns)
        found += _branches(edition, row, details[row.unit_id], leaves, cards[row.unit_id])
    if edition.origin == Origin.COMPUTED:
        found += _counts(results, counts)
    return found


def _leaves(results, details):
    """Return the leaves of all units together; each unit brings its own maxima."""
    leaves = {}
    for row in results:
        branches = {detail.parent_number for detail in details[row.unit_id]}
        for detail in details[row.unit_id]:
            if detail.criterion_number not in branches:
                leaves[detail.criterion_number] = calculation.Leaf(
                    detail.criterion_number, detail.kind, None
                )
    return list(leaves.values())


def _card(row, details, leaves):
    known = {leaf.number for leaf in leaves}
    own = [detail for detail in details if detail.criterion_number in known]
    return calculation.Card(
        awarded={detail.criterion_number: detail.points for detail in own},
        max_points={
            detail.criterion_number: detail.max_points
            for detail in own
            if detail.max_points is not None
        },
        ranked=row.ranked,
    )


def _made_by_the_portal(edition):
    """Name the columns that the portal computed: all of its own result, of another's a few."""
    return MADE_BY_THE_PORTAL if edition.origin == Origin.COMPUTED else tuple(edition.derived)


def _against(place, row, computed, columns):
    return [
        _computed_otherwise(place if key == "points" else f"{place}, {_label(key)}", key, old, new)
        for key in columns
        if (old := getattr(row, key)) != (new := getattr(computed, key))
    ]


def _branches(edition, row, details, leaves, card):
    totals = calculation.branch_totals(leaves, card)
    found = []
    for detail in details:
        number = detail.criterion_number
        place = _("%(unit)s, criterion %(number)s") % {"unit": row.unit_name, "number": number}
        points, max_points = totals.get(number, (detail.points, detail.max_points))
        index = None
        if detail.kind in calculation.COUNTED:
            exact = calculation.index_of(points, max_points)
            index = None if exact is None else calculation.half_up(exact, edition.decimals)
        expected = {"points": points, "max_points": max_points, "index_percent": index}
        for key, new in expected.items():
            if getattr(detail, key) != new:
                what = place if key == "points" else f"{place}, {_label(key)}"
                found.append(_computed_otherwise(what, key, getattr(detail, key), new))
    return found


def _counts(results, counts):
    expected = Counter(row.class_name for row in results if row.class_name)
    published = {row.class_name: row.count for row in counts}
    return [
        _computed_otherwise(
            _("number of units in class %(name)s") % {"name": name},
            "count",
            published.get(name),
            expected[name],
        )
        for name in dict.fromkeys([*published, *expected])
        if published.get(name, 0) != expected[name]
    ]


def _computed_otherwise(place, key, old, new):
    return _("%(place)s: published is %(old)s, computed anew from the points it is %(new)s.") % {
        "place": place,
        "old": _plain(key, old),
        "new": _plain(key, new),
    }


def _plain(key, value):
    """Return a value of a row for a sentence; numbers without the zeros their column adds."""
    if not isinstance(value, Decimal):
        return _shown(key, value)
    places = max(2, -value.normalize().as_tuple().exponent)
    return number_format(value, places)
