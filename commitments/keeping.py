"""The only writer of commitments and checks: propose, sign, check, withdraw."""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commitments.models import Check, Commitment, Document
from scorecards.assessing import Refused
from scorecards.calculation import COUNTED
from scorecards.models.framework import Criterion
from scorecards.models.publication import Edition, PublishedPoints
from units.models import Unit

MOST_PROPOSED = 5
MAX_DOCUMENT_BYTES = 10_000_000
_SIGNATURES = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


def document_type(content: bytes) -> str | None:
    """Return what a file is by its first bytes, None if it is no PDF, JPEG or PNG."""
    return next((kind for kind, start in _SIGNATURES.items() if content.startswith(start)), None)


def keep_document(authority, content: bytes, filename: str, *, by=None) -> Document:
    """Store a scanned page or a report; raises `Refused` with the sentence that says why not."""
    if len(content) > MAX_DOCUMENT_BYTES:
        raise Refused(_("The file is larger than %(size)d MB.") % {"size": 10})
    kind = document_type(content)
    if kind is None:
        raise Refused(_("The file is no PDF, JPEG or PNG: scan the page into one of these."))
    return Document.objects.create(
        authority=authority,
        filename=PurePath(filename).name[-200:],
        content_type=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        by=by,
    )


@dataclass(frozen=True)
class Proposal:
    """A leaf on which a unit lost points in the last edition, as a commitment for the next year."""

    unit: Unit
    criterion: Criterion
    field: str
    points: Decimal
    max_points: Decimal

    @property
    def lost(self) -> Decimal:
        return self.max_points - self.points

    @property
    def text(self) -> str:
        return _("Raise the points of criterion %(number)s “%(title)s”") % {
            "number": self.criterion.number,
            "title": self.criterion.title,
        }


def proposals(units, year: int, *, most: int = MOST_PROPOSED) -> dict[int, list[Proposal]]:
    """Return the leaves on which units lost most points in the current editions of ``year`` - 1.

    By unit id, for each unit at most ``most``: most points first, then as the criteria stand.
    Leaves that already carry a commitment of the unit for ``year`` are left out, and so is what
    was not published or does not apply. The number of queries does not depend on the units.
    """
    units = {unit.pk: unit for unit in units}
    editions = Edition.objects.current().filter(
        framework__year=year - 1, framework__round=0, results__unit__in=units
    )
    published = PublishedPoints.objects.filter(
        result__edition__in=editions, result__unit__in=units
    ).order_by("result__unit", "position")
    rows = list(published.select_related("result__edition"))
    criteria = {
        (row.framework_id, row.number): row
        for row in Criterion.objects.filter(
            framework__in={row.result.edition.framework_id for row in rows}
        ).order_by("position")
    }
    taken = set(
        Commitment.objects.filter(unit__in=units, year=year, criterion__isnull=False).values_list(
            "unit", "criterion"
        )
    )
    branches = {(row.result_id, row.parent_number) for row in rows}
    found = {unit: [] for unit in units}
    for row in rows:
        criterion = criteria.get((row.result.edition.framework_id, row.criterion_number))
        if (
            criterion is None
            or (row.result_id, row.criterion_number) in branches
            or row.kind not in COUNTED
            or row.points is None
            or not row.max_points
            or row.points >= row.max_points
            or (row.result.unit_id, criterion.pk) in taken
        ):
            continue
        field = criteria.get((criterion.framework_id, criterion.number.split(".")[0]))
        found[row.result.unit_id].append(
            Proposal(
                units[row.result.unit_id],
                criterion,
                field.title[:200] if field else "",
                row.points,
                row.max_points,
            )
        )
    return {unit: sorted(lost, key=lambda one: -one.lost)[:most] for unit, lost in found.items()}


def baselines(authority, year: int) -> dict[tuple[int, str], tuple]:
    """Return what units had in the current public editions of ``year``.

    (points, maximum) by (unit id, criterion number), of every leaf and branch.
    """
    rows = PublishedPoints.objects.filter(
        result__edition__in=Edition.objects.current().filter(
            framework__group__authority=authority, framework__year=year, framework__round=0
        )
    ).values_list("result__unit", "criterion_number", "points", "max_points")
    return {(unit, number): (points, maximum) for unit, number, points, maximum in rows}


@transaction.atomic
def promise(commitments: Iterable[Commitment], *, by=None) -> list[Commitment]:
    """Store new or changed unsigned commitments, all or none; return them.

    Raises `ValidationError` of the first that cannot stand, its unit named.
    """
    stored = []
    for row in commitments:
        row.changed_by, row.changed_at = by, timezone.now()
        if row.criterion_id and not row.field:
            row.field = _field_in_database(row.criterion)
        try:
            row.full_clean()
        except ValidationError as error:
            raise Refused(f"{row.unit}: {_sentences(row, error)}") from error
        row.save()
        stored.append(row)
    return stored


def _sentences(row, error):
    """Return what is wrong with a row in one line, each sentence behind the name of its field."""
    found = []
    for name, sentences in error.message_dict.items():
        known = name != NON_FIELD_ERRORS
        label = f"{row._meta.get_field(name).verbose_name}: " if known else ""
        found += [f"{label}{sentence}" for sentence in sentences]
    return " ".join(found)


def _field_in_database(criterion):
    top = criterion.framework.criteria.filter(number=criterion.number.split(".")[0]).first()
    return top.title[:200] if top else ""


def _sign_objection(row, signed_on):
    if row.signed_on is not None:
        return _("it is signed already.")
    if signed_on > timezone.localdate():
        return _("the day of signing lies in the future.")
    if signed_on > row.due_on:
        return _("it is due before the day of signing.")
    if row.unit.starts_on and signed_on < row.unit.starts_on:
        return _("the unit did not exist on that day.")
    if row.unit.ends_on and row.unit.ends_on < signed_on:
        return _("the unit did not exist on that day.")
    return None


@transaction.atomic
def sign(
    commitments: Iterable[Commitment],
    *,
    signed_by: str,
    signed_on: datetime.date,
    scan: Document | None = None,
    public: bool = False,
    by=None,
) -> int:
    """Sign the commitments, all or none: from now on their text is frozen. Return how many.

    Raises `Refused` with the sentence of the first that cannot be signed.
    """
    if not signed_by.strip():
        raise Refused(_("Say who signed."))
    rows = list(
        Commitment.objects.select_for_update(of=("self",))
        .filter(pk__in=[row.pk for row in commitments])
        .select_related("unit")
        .order_by("pk")
    )
    for row in rows:
        if objection := _sign_objection(row, signed_on):
            raise Refused(f"{row.unit}, “{row.text}”: {objection}")
        row.signed_by, row.signed_on, row.scan = signed_by.strip(), signed_on, scan
        row.public = public
        row.changed_by, row.changed_at = by, timezone.now()
    Commitment.objects.bulk_update(
        rows, ["signed_by", "signed_on", "scan", "public", "changed_by", "changed_at"]
    )
    return len(rows)


@transaction.atomic
def withdraw(commitment, *, on: datetime.date, reason: str, by=None) -> None:
    """Withdraw a signed commitment from a day on, for a reason that everybody reads."""
    row = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    if row.signed_on is None:
        raise Refused(_("A commitment that is not signed is simply deleted."))
    if row.withdrawn_on is not None:
        raise Refused(_("The commitment was withdrawn already."))
    if not reason.strip():
        raise Refused(_("Say why the commitment is withdrawn."))
    if not row.signed_on <= on <= timezone.localdate():
        raise Refused(_("The day of withdrawal lies between the signing and today."))
    row.withdrawn_on, row.withdrawn_reason = on, reason.strip()
    row.changed_by, row.changed_at = by, timezone.now()
    row.save(update_fields=["withdrawn_on", "withdrawn_reason", "changed_by", "changed_at"])


def check(
    commitment,
    *,
    on: datetime.date,
    step: str,
    finding: str,
    measured_value: Decimal | None = None,
    document: str = "",
    file: Document | None = None,
    public: bool = False,
    by=None,
) -> Check:
    """Record what was found on a day; raises `ValidationError` with the field at fault."""
    row = Check(
        commitment=commitment,
        checked_on=on,
        step=step,
        finding=finding.strip(),
        measured_value=measured_value,
        document=document,
        file=file,
        public=public,
        recorded_by=by,
    )
    row.full_clean()
    row.save()
    return row


def show(commitments, *, public: bool) -> int:
    """Show signed commitments to the public, or hide them; return how many changed."""
    return commitments.filter(signed_on__isnull=False).exclude(public=public).update(public=public)
