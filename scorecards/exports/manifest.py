"""What an edition is and which files it comes in, each with its digest: ``manifest.json``."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from scorecards.canonical import digest_of

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
VERIFIER = "xac_minh.py"


@dataclass(frozen=True)
class File:
    """A file of an edition; ``address`` is where the portal serves it, "" if it does not."""

    name: str
    media_type: str
    content: bytes
    address: str = ""


def write(edition, files: Iterable[File]) -> bytes:
    """Return the manifest of ``edition`` and of ``files``: JSON, the same bytes every time.

    The edition comes with its context. Only the decision's number and dates, known later than the
    digest, may still change.
    """
    document = {**about(edition), "files": [_line(file) for file in files]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def about(edition) -> dict:
    """Return what identifies an edition; decision None means it is not entered yet."""
    decision = edition.decision
    return {
        "authority": edition.authority.slug,
        "authority_name": edition.authority.name,
        "group": edition.group.slug,
        "group_name": edition.group.name,
        "year": edition.year,
        "round": edition.framework.round,
        "title": edition.title,
        "version": edition.version,
        "digest": edition.digest,
        "previous_digest": edition.previous_digest or None,
        "corrects": edition.corrects.digest if edition.corrects else None,
        "reason": edition.reason or None,
        "format_version": edition.format_version,
        "sealed_at": edition.sealed_at.isoformat(),
        "public_from": edition.public_from.isoformat() if edition.public_from else None,
        "decision": decision
        and {
            "number": decision.number or None,
            "title": decision.title,
            "signed_on": decision.signed_on and decision.signed_on.isoformat(),
            "announced_on": decision.announced_on and decision.announced_on.isoformat(),
            "source": decision.source or None,
        },
        "origin": edition.origin,
        "completeness": edition.completeness,
        "illustrative": edition.illustrative,
        "licence": LICENCE,
    }


def _line(file):
    return {
        "name": file.name,
        **({"address": file.address} if file.address else {}),
        "media_type": file.media_type,
        "bytes": len(file.content),
        "sha256": digest_of(file.content),
    }


def canonical_file(edition, address="") -> File:
    """Return the sealed copy itself, byte for byte."""
    return File("canonical.json", "application/json", bytes(edition.canonical), address)


def verifier_file(address="") -> File:
    """Return the stand-alone program that checks an edition without the portal."""
    path = Path(settings.BASE_DIR) / "static" / "verify" / VERIFIER
    return File(VERIFIER, "text/x-python", path.read_bytes(), address)
