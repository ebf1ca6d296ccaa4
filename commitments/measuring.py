"""The only writer of measurements and dossiers by month. Nothing is edited, only corrected."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from commitments.dossiers import last_day
from commitments.judging import share
from commitments.models import COUNTS, DossierMonth, Measurement
from commitments.models.targets import objection_to_value
from scorecards.assessing import Refused, Written
from units.models import Unit


class Overtaken(Exception):
    """Somebody else reported these ``months`` (standing rows) meanwhile; nothing was written."""

    def __init__(self, months):
        super().__init__(len(months))
        self.months = months


def objection_to_measurement(indicator, *, on, value, numerator, denominator, unit=None):
    """Return (field, sentence) for what is wrong with a measurement, or None.

    Of a share, either the value or both its parts are given.
    """
    if indicator.measured_by == "dossiers":
        return "indicator", _("This indicator is measured by the dossiers of each month.")
    if on > timezone.localdate():
        return "measured_on", _("A measurement cannot lie in the future.")
    if unit is not None and unit.authority_id != indicator.authority_id:
        return "unit", _("The unit belongs to another authority.")
    if (numerator is None) != (denominator is None):
        return "denominator", _("A numerator and a denominator go together.")
    if numerator is not None:
        if not indicator.is_share:
            return "numerator", _("This indicator is no share: it has a value only.")
        if denominator == 0:
            return "denominator", _("The denominator is above 0.")
        if numerator > denominator:
            return "numerator", _("The numerator is larger than the denominator.")
        if value is not None and value != share(numerator, denominator):
            return "value", _("The value is not numerator ÷ denominator: leave it empty.")
    elif value is None:
        return "value", _("A value is wanted.")
    if value is not None and (objection := objection_to_value(indicator, value)):
        return "value", str(objection)
    return None


@transaction.atomic
def measure(
    indicator,
    *,
    on: datetime.date,
    value: Decimal | None = None,
    numerator: int | None = None,
    denominator: int | None = None,
    unit: Unit | None = None,
    note: str = "",
    source: str = "",
    public: bool = False,
    by=None,
) -> Measurement:
    """Record what ``indicator`` was on a day; raises `ValidationError` with the field at fault.

    A second measurement of the same day is refused: the first is to be corrected.
    """
    objection = objection_to_measurement(
        indicator, on=on, value=value, numerator=numerator, denominator=denominator, unit=unit
    )
    if objection:
        raise ValidationError({objection[0]: objection[1]})
    if Measurement.objects.filter(
        indicator=indicator, unit=unit, measured_on=on, corrects=None
    ).exists():
        raise ValidationError(
            {
                "measured_on": _(
                    "This indicator was already measured on %(day)s: correct that measurement."
                )
                % {"day": date_format(on, "SHORT_DATE_FORMAT")}
            }
        )
    return Measurement.objects.create(
        indicator=indicator,
        unit=unit,
        measured_on=on,
        value=value if numerator is None else share(numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        note=note,
        source=source,
        public=public,
        recorded_by=by,
    )


@transaction.atomic
def correct(
    measurement,
    *,
    reason: str,
    value: Decimal | None = None,
    numerator: int | None = None,
    denominator: int | None = None,
    withdraw: bool = False,
    note: str = "",
    source: str = "",
    by=None,
) -> Measurement:
    """Put a new measurement in the place of one, or nothing (``withdraw``); say why.

    Raises `ValidationError` with the field at fault. The correction is public if the corrected
    row is.
    """
    measurement = (
        Measurement.objects.select_for_update(of=("self",))
        .select_related("indicator", "unit")
        .get(pk=measurement.pk)
    )
    if Measurement.objects.filter(corrects=measurement).exists():
        raise ValidationError(_("This measurement was corrected already: correct the newer one."))
    if not reason.strip():
        raise ValidationError({"reason": _("A correction says why.")})
    if withdraw:
        value, numerator, denominator = (
            measurement.value,
            measurement.numerator,
            measurement.denominator,
        )
    elif objection := objection_to_measurement(
        measurement.indicator,
        on=measurement.measured_on,
        value=value,
        numerator=numerator,
        denominator=denominator,
    ):
        raise ValidationError({objection[0]: objection[1]})
    return Measurement.objects.create(
        indicator=measurement.indicator,
        unit=measurement.unit,
        measured_on=measurement.measured_on,
        value=value if numerator is None else share(numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        note=note,
        source=source,
        public=measurement.public,
        corrects=measurement,
        reason=reason.strip(),
        withdrawn=withdraw,
        recorded_by=by,
    )


@dataclass(frozen=True)
class Report:
    """One unit's dossiers of one month, by the names of `COUNTS`; what is None was not reported.

    ``seen`` are the counts on which the report was based, if the caller wants it refused when
    somebody has reported meanwhile; all None where nothing stood there.
    """

    unit_id: int
    month: datetime.date
    counts: Mapping[str, int | None]
    seen: Mapping[str, int | None] | None = None


def counts_of(row) -> dict[str, int | None]:
    """Return the five counts of a row of dossiers; of None, five times None."""
    return {name: getattr(row, name, None) for name in COUNTS}


def objection_to_month(unit, month: datetime.date) -> str | None:
    """Return the sentence that says why ``unit`` cannot have dossiers in ``month``, or None."""
    if month > timezone.localdate():
        return _("The month lies in the future.")
    if unit.ends_on and unit.ends_on < month:
        return _("the unit ceased to exist on %(day)s.") % {
            "day": date_format(unit.ends_on, "SHORT_DATE_FORMAT")
        }
    if unit.starts_on and unit.starts_on > last_day(month):
        return _("the unit exists only since %(day)s.") % {
            "day": date_format(unit.starts_on, "SHORT_DATE_FORMAT")
        }
    return None


@transaction.atomic
def report(
    authority, reports: Iterable[Report], *, reason: str = "", by=None, import_run=None
) -> Written:
    """Write all reports or none; what differs from what stands becomes a correction.

    A report with no count at all withdraws what stands. Raises `Refused` with a sentence, if a
    correction has no ``reason`` among others, and `Overtaken`. The number of queries does not
    depend on the reports.
    """
    reports = list(reports)
    units = {
        unit.pk: unit
        for unit in Unit.objects.select_for_update(of=("self",)).filter(
            authority=authority, pk__in={one.unit_id for one in reports}
        )
    }
    standing = {
        (row.unit_id, row.month): row
        for row in DossierMonth.objects.standing().filter(
            unit__in=units, month__in={one.month for one in reports}
        )
    }
    # A withdrawn month is reported anew as a correction of the withdrawal.
    withdrawn = {
        (row.unit_id, row.month): row
        for row in DossierMonth.objects.filter(
            unit__in=units,
            month__in={one.month for one in reports},
            withdrawn=True,
            correction=None,
        )
    }
    _require_unchanged(reports, standing)
    fresh, unchanged = [], 0
    for one in reports:
        if one.unit_id not in units:
            raise Refused(_("A report names a unit of another authority."))
        if objection := objection_to_month(units[one.unit_id], one.month):
            raise Refused(f"{units[one.unit_id]}: {objection}")
        key = (one.unit_id, one.month)
        row = standing.get(key)
        counts = {name: one.counts.get(name) for name in COUNTS}
        nothing = all(value is None for value in counts.values())
        if counts == counts_of(row):
            unchanged += 1
            continue
        corrected = row or withdrawn.get(key)
        if corrected and not reason.strip():
            raise Refused(_("Say why what was reported before is corrected."))
        fresh.append(
            DossierMonth(
                unit_id=one.unit_id,
                month=one.month,
                corrects=corrected,
                reason=reason.strip() if corrected else "",
                withdrawn=nothing,
                public=corrected.public if corrected else False,
                recorded_by=by,
                import_run=import_run,
                **(counts_of(row) if nothing else counts),
            )
        )
    DossierMonth.objects.bulk_create(fresh, batch_size=5000)
    changed = sum(row.corrects is not None for row in fresh)
    return Written(len(fresh) - changed, changed, unchanged)


def _require_unchanged(reports, standing):
    overtaken = []
    for one in reports:
        row = standing.get((one.unit_id, one.month))
        if one.seen is None:
            continue
        found = counts_of(row)
        if found != {name: one.seen.get(name) for name in COUNTS} and found != {
            name: one.counts.get(name) for name in COUNTS
        }:
            overtaken.append(row or DossierMonth(unit_id=one.unit_id, month=one.month))
    if overtaken:
        raise Overtaken(tuple(overtaken))


def show(rows, *, public: bool) -> int:
    """Show rows to the public, or hide them; return how many changed."""
    return rows.exclude(public=public).update(public=public)
