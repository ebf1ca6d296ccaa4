"""The bytes a digest covers: an edition's results as canonical JSON, the same on every machine.

Sorted keys, UTF-8 in NFC, no spaces, numbers as strings with the edition's decimals, or with more
where the number has more: nothing is rounded away. The bytes of an edition are built by the rules
of its own format version, whatever the tables have become since. Format 1 rounded to the edition's
decimals (half to even) and named neither the cap, nor who decided a correction, nor where points
came from.
The decision's number and dates are not among them: they are known only after the digest has been
printed on the annex.
"""

import datetime
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

FORMAT_VERSION = 2
POINT_COLUMNS = (
    "claimed",
    "appraised",
    "survey",
    "adjustment",
    "points",
    "max_points",
    "index_percent",
)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of ``content`` in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def canonical_bytes(
    edition,
    *,
    results: Sequence,
    details: Mapping[int, Sequence],
    bands: Sequence,
    counts: Sequence,
) -> bytes:
    """Return the canonical bytes of ``edition``, of its rows in printed order.

    ``details``: the rows of points in the order of the tree, by unit id.
    """
    return encoded(
        document_of(edition, results=results, details=details, bands=bands, counts=counts)
    )


def encoded(document: Mapping) -> bytes:
    """Return ``document`` as canonical bytes."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return unicodedata.normalize("NFC", text).encode()


def document_of(
    edition,
    *,
    results: Sequence,
    details: Mapping[int, Sequence],
    bands: Sequence,
    counts: Sequence,
) -> dict:
    """Return what the canonical bytes of ``edition`` say, as `canonical_bytes` takes it."""
    number = _number_of(edition)
    rules = {
        "decimals": edition.decimals,
        "ranked": edition.ranked,
        "classified_by": edition.classified_by,
        "rank_on": edition.rank_on,
    }
    document = {
        "format_version": edition.format_version,
        "authority": edition.authority.slug,
        "authority_name": edition.authority.name,
        "group": edition.group.slug,
        "group_name": edition.group.name,
        "year": edition.year,
        "round": edition.framework.round,
        "version": edition.version,
        "corrects": edition.corrects.digest if edition.corrects else None,
        "reason": edition.reason,
        "previous_digest": edition.previous_digest,
        "title": edition.title,
        "origin": edition.origin,
        "completeness": edition.completeness,
        "illustrative": edition.illustrative,
        "note": edition.note,
        "derived": edition.derived,
        "rules": rules,
        "bands": [_band(band, number) for band in bands],
        "counts": {row.class_name: str(row.count) for row in counts},
        "results": [_result(row, details[row.unit_id], edition, number) for row in results],
    }
    if edition.format_version >= 2:
        rules["cap_percent"] = number(edition.cap_percent)
        document["decided_by"] = edition.decided_by
    return document


def _number_of(edition):
    """Return the function that writes a number by the rules of the edition's format."""
    places = edition.decimals

    # Points repeat: of 300.000 numbers in an edition of 3.300 units a few hundred differ.
    @cache
    def rounded(value):
        return None if value is None else f"{value:.{places}f}"

    @cache
    def exact(value):
        if value is None:
            return None
        # Adding 0 takes the sign from a zero: the database keeps none.
        value = value.normalize() + 0
        return f"{value:.{max(places, -value.as_tuple().exponent)}f}"

    return rounded if edition.format_version == 1 else exact


def _band(band, number):
    return {
        "name": band.name,
        "floor": number(band.floor),
        "inclusive": band.inclusive,
        "source": band.source,
        "inferred": band.inferred,
    }


def _result(row, details, edition, number):
    return {
        "unit": row.unit.slug,
        "unit_name": row.unit_name,
        "ranked": row.ranked,
        "rank": None if row.rank is None else str(row.rank),
        "class_name": row.class_name,
        "reason": row.reason,
        **{column: number(getattr(row, column)) for column in POINT_COLUMNS},
        "criteria": [_detail(detail, edition, number) for detail in details],
    }


def _detail(detail, edition, number):
    found = {
        "number": detail.criterion_number,
        "title": detail.title,
        "kind": detail.kind,
        "claimed": number(detail.claimed),
        "points": number(detail.points),
        "max_points": number(detail.max_points),
        "index_percent": number(detail.index_percent),
        "reason": detail.reason,
        "comparable": detail.comparable,
    }
    if edition.format_version >= 2:
        found |= {
            "appraised": number(detail.appraised),
            "note": detail.note,
            "entered_by": detail.entered_by,
            "entered_at": _moment(detail.entered_at),
            "imported_from": detail.imported_from,
            "imported_sha256": detail.imported_sha256,
        }
    return found


@lru_cache(maxsize=1000)
def _moment(value):
    return None if value is None else value.astimezone(datetime.UTC).isoformat()
