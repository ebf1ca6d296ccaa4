"""From a rehearsal to a sealed edition: acknowledge, keep, seal, show, abandon a correction.

The only writer of what is published.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards.assessing import Refused
from scorecards.canonical import FORMAT_VERSION, canonical_bytes, digest_of
from scorecards.differences import as_json
from scorecards.models.framework import Framework
from scorecards.models.publication import (
    Edition,
    PublishedBand,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
)
from scorecards.models.rehearsal import Acknowledgement, KeptRehearsal
from scorecards.rehearsing import rehearse
from units.models import Authority


class NotReady(Refused):
    """The edition cannot be sealed yet; ``findings`` say why."""

    def __init__(self, findings):
        super().__init__("\n".join(finding.sentence for finding in findings))
        self.findings = findings


@transaction.atomic
def keep(framework, *, completeness=Edition.Completeness.FULL, by=None) -> KeptRehearsal:
    """Keep what a rehearsal gives now, for the next one to be compared with."""
    rehearsal = rehearse(framework, completeness=completeness)
    return KeptRehearsal.objects.create(
        framework=framework,
        by=by,
        completeness=completeness,
        results=as_json(rehearsal.snapshot),
    )


@transaction.atomic
def acknowledge(framework, keys, *, completeness=Edition.Completeness.FULL, by=None) -> int:
    """Acknowledge findings of the rehearsal as it is now, by their keys; return how many.

    Raises `Refused` if a key is not among them: what was read has changed meanwhile.
    """
    rehearsal = rehearse(framework, completeness=completeness)
    open_findings = {finding.key: finding for finding in rehearsal.to_acknowledge}
    keys = [key for key in dict.fromkeys(keys) if key not in rehearsal.acknowledged]
    if any(key not in open_findings for key in keys):
        raise Refused(_("The scores have changed since you looked: look again."))
    _record(rehearsal, [open_findings[key] for key in keys], by)
    return len(keys)


def _record(rehearsal, findings, by):
    Acknowledgement.objects.bulk_create(
        Acknowledgement(
            framework=rehearsal.framework,
            version=rehearsal.version,
            key=finding.key,
            sentence=finding.sentence,
            by=by,
        )
        for finding in findings
    )


@transaction.atomic
def abandon_correction(framework) -> None:
    """Close a framework that was opened for a correction and in which nothing has changed.

    Raises `Refused` if it was never published or if a number differs from what is published.
    """
    framework = (
        Framework.objects.select_for_update(of=("self",))
        .select_related("group__authority")
        .get(pk=framework.pk)
    )
    published = framework.editions.order_by("-version").first()
    if framework.is_sealed or published is None:
        raise Refused(_("No correction is in work."))
    rehearsal = rehearse(framework, completeness=published.completeness)
    if rehearsal.corrections:
        raise Refused(
            ngettext(
                "%(count)d number differs from what is published: put it back, or publish the "
                "correction.",
                "%(count)d numbers differ from what is published: put them back, or publish the "
                "correction.",
                len(rehearsal.corrections),
            )
            % {"count": len(rehearsal.corrections)}
        )
    Framework.objects.filter(pk=framework.pk).update(state=Framework.State.SEALED)


@transaction.atomic
def seal(
    framework,
    *,
    by=None,
    completeness=Edition.Completeness.FULL,
    acknowledged=False,
    decision=None,
    note="",
    public_from=None,
    reason="",
    decided_by="",
) -> Edition:
    """Freeze the framework's result as its next edition and return it.

    Raises `NotReady` and writes nothing while the rehearsal blocks, or while it finds anything
    that nobody has acknowledged; with ``acknowledged``, ``by`` acknowledges all of it here.
    ``public_from`` None: sealed, but not shown yet. A second edition corrects the one before it and
    needs a ``reason`` and who decided it, by default those given when it was opened. The number of
    queries does not depend on the number of units.
    """
    # One publisher of an authority at a time: editions form one chain of digests.
    authority = Authority.objects.select_for_update(of=("self",)).get(
        pk=framework.group.authority_id
    )
    framework = (
        Framework.objects.select_for_update(of=("self",))
        .select_related("group__authority")
        .get(pk=framework.pk)
    )
    if framework.is_sealed:
        raise Refused(_("The result of %(framework)s is sealed.") % {"framework": framework})
    _require_own_decision(authority, decision)
    rehearsal = rehearse(framework, completeness=completeness)
    if rehearsal.blocking:
        raise NotReady(rehearsal.blocking)
    if rehearsal.to_acknowledge and not acknowledged:
        raise NotReady(rehearsal.to_acknowledge)
    _record(rehearsal, rehearsal.to_acknowledge, by)
    return freeze(
        rehearsal,
        by=by,
        decision=decision,
        note=note,
        public_from=public_from,
        reason=reason,
        decided_by=decided_by,
    )


def write_rows(edition, rehearsal):
    """Write the published rows of ``edition``, which is not sealed yet."""
    PublishedBand.objects.bulk_create(rehearsal.bands)
    PublishedCount.objects.bulk_create(rehearsal.counts)
    PublishedResult.objects.bulk_create(rehearsal.results)
    details = []
    for result in rehearsal.results:
        for row in rehearsal.details[result.unit_id]:
            row.result = result
            details.append(row)
    PublishedPoints.objects.bulk_create(details, batch_size=5000)


def freeze(
    rehearsal,
    *,
    by=None,
    decision=None,
    note="",
    public_from=None,
    reason="",
    decided_by="",
    write=write_rows,
) -> Edition:
    """Write what ``rehearsal`` holds as the next edition of its authority, seal it, return it.

    It looks at nothing that speaks against it: that is `seal`'s. Its caller holds the lock of the
    authority and has opened a transaction. ``write`` may bring in the rows another way.
    """
    edition = _create_edition(
        rehearsal, by=by, decision=decision, note=note, reason=reason, decided_by=decided_by
    )
    for rows in (rehearsal.bands, rehearsal.counts, rehearsal.results):
        for row in rows:
            row.edition = edition
    write(edition, rehearsal)
    _close(edition, rehearsal, public_from)
    Framework.objects.filter(pk=rehearsal.framework.pk).update(state=Framework.State.SEALED)
    return edition


def _require_own_decision(authority, decision):
    if decision is not None and decision.authority_id != authority.pk:
        raise Refused(_("The decision belongs to another authority."))


def _create_edition(rehearsal, *, by, decision, note, reason, decided_by):
    framework = rehearsal.framework
    corrected = framework.editions.order_by("-version").first()
    if corrected:
        reopening = framework.reopenings.exclude(decided_by="").order_by("-at").first()
        reason = reason or (reopening.reason if reopening else "")
        decided_by = decided_by or (reopening.decided_by if reopening else "")
    if corrected and not reason.strip():
        raise Refused(_("Say why the published result is corrected."))
    newest = (
        Edition.objects.filter(
            framework__group__authority=framework.group.authority_id, sealed_at__isnull=False
        )
        .order_by("-pk")
        .only("digest")
        .first()
    )
    edition = rehearsal.edition
    edition.corrects = corrected
    edition.reason = reason.strip() if corrected else ""
    edition.decided_by = decided_by.strip() if corrected else ""
    edition.decision = decision
    edition.note = note
    edition.sealed_by = by
    edition.format_version = FORMAT_VERSION
    edition.previous_digest = newest.digest if newest else ""
    edition.save()
    return edition


def _close(edition, rehearsal, public_from):
    edition.canonical = canonical_bytes(
        edition,
        results=rehearsal.results,
        details=rehearsal.details,
        bands=rehearsal.bands,
        counts=rehearsal.counts,
    )
    edition.digest = digest_of(edition.canonical)
    edition.sealed_at = timezone.now()
    edition.public_from = public_from
    edition.save(update_fields=["canonical", "digest", "sealed_at", "public_from"])


@transaction.atomic
def show(edition, *, public_from, decision=None) -> Edition:
    """Set the moment from which the public sees a sealed edition; return it.

    An edition that is public stays so: the moment can be moved only while it lies ahead. A
    decision is named once.
    """
    edition = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if edition.sealed_at is None:
        raise Refused(_("Only a sealed edition can be shown."))
    if edition.public_from is not None and edition.public_from <= timezone.now():
        raise Refused(_("This edition is public; a correction is a new edition."))
    if decision is not None:
        _require_own_decision(edition.authority, decision)
        if edition.decision_id not in (None, decision.pk):
            raise Refused(_("This edition already names its decision."))
        edition.decision = decision
    edition.public_from = public_from
    edition.save(update_fields=["public_from", "decision"])
    return edition
