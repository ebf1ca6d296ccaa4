"""The bytes a digest covers: an edition's results as canonical JSON, the same on every machine.

Sorted keys, UTF-8 in NFC, no spaces, numbers as strings with the edition's decimals. The bytes of
an edition are built by the rules of its own format version, whatever the tables have become since.
The decision's number and dates are not among them: they are known only after the digest has been
printed on the annex.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence

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
    document = _document(edition, results, details, bands, counts)
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return unicodedata.normalize("NFC", text).encode()


def _document(edition, results, details, bands, counts):
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
        "bands": [_band(band, edition.decimals) for band in bands],
        "counts": {row.class_name: str(row.count) for row in counts},
        "results": [_result(row, details[row.unit_id], edition) for row in results],
    }
    if edition.format_version >= 2:
        rules["cap_percent"] = _number(edition.cap_percent, edition.decimals)
        document["decided_by"] = edition.decided_by
    return document


def _number(value, places):
    return None if value is None else f"{value:.{places}f}"


def _band(band, places):
    return {
        "name": band.name,
        "floor": _number(band.floor, places),
        "inclusive": band.inclusive,
        "source": band.source,
        "inferred": band.inferred,
    }


def _result(row, details, edition):
    return {
        "unit": row.unit.slug,
        "unit_name": row.unit_name,
        "ranked": row.ranked,
        "rank": None if row.rank is None else str(row.rank),
        "class_name": row.class_name,
        "reason": row.reason,
        **{column: _number(getattr(row, column), edition.decimals) for column in POINT_COLUMNS},
        "criteria": [_detail(detail, edition) for detail in details],
    }


def _detail(detail, edition):
    places = edition.decimals
    found = {
        "number": detail.criterion_number,
        "title": detail.title,
        "kind": detail.kind,
        "claimed": _number(detail.claimed, places),
        "points": _number(detail.points, places),
        "max_points": _number(detail.max_points, places),
        "index_percent": _number(detail.index_percent, places),
        "reason": detail.reason,
        "comparable": detail.comparable,
    }
    if edition.format_version >= 2:
        found |= {
            "appraised": _number(detail.appraised, places),
            "note": detail.note,
            "entered_by": detail.entered_by,
            "entered_at": detail.entered_at.isoformat() if detail.entered_at else None,
            "imported_from": detail.imported_from,
            "imported_sha256": detail.imported_sha256,
        }
    return found
