"""What units promised when the results were announced, and what was found when it was checked."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from commitments.models.document import Document
from commitments.models.targets import VALUE, DayOf, Indicator, objection_to_value
from scorecards.models.framework import POINTS, Criterion
from units.models import Unit


class Commitment(models.Model):
    """One promise of one unit for one year, perhaps to move a criterion, an indicator or both.

    ``year`` is the year in which it is to be kept and whose index shows it. ``criterion`` is the
    one in which points were lost, of that year's framework or of the year before;
    ``baseline_points`` and ``baseline_max`` are what the unit had there. Once it is signed, a
    trigger freezes everything but who inspects it, its scanned page, whether it is public and its
    withdrawal.
    """

    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="commitments"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    text = models.TextField(_("commitment"))
    field = models.CharField(
        _("field"), max_length=200, blank=True, help_text=_("Field of the reform, such as NQ 76's.")
    )
    criterion = models.ForeignKey(
        Criterion,
        verbose_name=_("criterion"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
    )
    baseline_points = models.DecimalField(_("points at the start"), **POINTS, null=True, blank=True)
    baseline_max = models.DecimalField(_("maximum at the start"), **POINTS, null=True, blank=True)
    promised_points = models.DecimalField(_("promised points"), **POINTS, null=True, blank=True)
    indicator = models.ForeignKey(
        Indicator,
        verbose_name=_("indicator"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
    )
    promised_value = models.DecimalField(_("promised value"), **VALUE, null=True, blank=True)
    due_on = models.DateField(_("due on"))
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("inspector"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inspected_commitments",
    )
    source = models.TextField(_("source"), blank=True)
    signed_by = models.CharField(_("signed by"), max_length=100, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    scan = models.ForeignKey(
        Document,
        verbose_name=_("scanned page"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    public = models.BooleanField(_("public"), default=False)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["year", "unit", "due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "text"],
                name="commitment_is_made_once_a_year",
                violation_error_message=_("This unit already makes this commitment for the year."),
            ),
            models.CheckConstraint(
                name="commitment_says_something",
                condition=~Q(text=""),
                violation_error_message=_("Say what the unit commits itself to."),
            ),
            models.CheckConstraint(
                name="commitment_year_is_plausible",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message=_("The year lies between 2000 and 2100."),
            ),
            models.CheckConstraint(
                name="commitment_promises_points_of_a_criterion",
                condition=Q(
                    criterion__isnull=True,
                    promised_points__isnull=True,
                    baseline_points__isnull=True,
                    baseline_max__isnull=True,
                )
                | Q(criterion__isnull=False, promised_points__isnull=False),
                violation_error_message=_("A criterion and the points promised go together."),
            ),
            models.CheckConstraint(
                name="commitment_points_are_within_the_maximum",
                condition=Q(promised_points__isnull=True)
                | (
                    Q(promised_points__gte=0)
                    & (Q(baseline_max__isnull=True) | Q(promised_points__lte=F("baseline_max")))
                ),
                violation_error_message=_(
                    "The points promised lie between 0 and the unit's maximum."
                ),
            ),
            models.CheckConstraint(
                name="commitment_promises_a_value_of_an_indicator",
                condition=Q(indicator__isnull=True, promised_value__isnull=True)
                | Q(indicator__isnull=False, promised_value__isnull=False, promised_value__gte=0),
                violation_error_message=_("An indicator and the value promised go together."),
            ),
            models.CheckConstraint(
                name="commitment_is_signed_by_somebody_on_a_day",
                condition=Q(signed_by="", signed_on__isnull=True)
                | (~Q(signed_by="") & Q(signed_on__isnull=False)),
                violation_error_message=_("A signature has a name and a day."),
            ),
            models.CheckConstraint(
                name="commitment_is_due_after_it_is_signed",
                condition=Q(signed_on__isnull=True) | Q(due_on__gte=F("signed_on")),
                violation_error_message=_("A commitment is due after it was signed."),
            ),
            models.CheckConstraint(
                name="commitment_is_public_once_signed",
                condition=Q(public=False) | Q(signed_on__isnull=False),
                violation_error_message=_("Only a signed commitment is public."),
            ),
            models.CheckConstraint(
                name="commitment_is_withdrawn_for_a_reason",
                condition=Q(withdrawn_on__isnull=True, withdrawn_reason="")
                | (
                    Q(
                        withdrawn_on__isnull=False,
                        signed_on__isnull=False,
                        withdrawn_on__gte=F("signed_on"),
                    )
                    & ~Q(withdrawn_reason="")
                ),
                violation_error_message=_(
                    "A signed commitment is withdrawn on a day and for a reason."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.unit}, {self.year}: {self.text}"

    @property
    def authority(self):
        return self.unit.authority

    def clean(self):
        """Say first what the triggers of migration 0002 would refuse."""
        if not self.unit_id:
            return
        if self.due_on and self.unit.ends_on and self.unit.ends_on < self.due_on:
            raise ValidationError(
                {
                    "unit": _(
                        "%(unit)s ceased to exist on %(day)s: the unit that carries it on makes "
                        "the commitment."
                    )
                    % {
                        "unit": self.unit,
                        "day": date_format(self.unit.ends_on, "SHORT_DATE_FORMAT"),
                    }
                }
            )
        if self.signed_on and self.unit.starts_on and self.signed_on < self.unit.starts_on:
            raise ValidationError({"signed_on": _("The unit did not exist on that day.")})
        if self.criterion_id:
            framework = self.criterion.framework
            if framework.group.authority_id != self.unit.authority_id:
                raise ValidationError(
                    {"criterion": _("The criterion belongs to another authority.")}
                )
            if self.year and framework.year not in (self.year, self.year - 1):
                raise ValidationError(
                    {
                        "criterion": _(
                            "The criterion is of the commitment's year or the year before."
                        )
                    }
                )
        if self.indicator_id:
            if self.indicator.authority_id != self.unit.authority_id:
                raise ValidationError(
                    {"indicator": _("The indicator belongs to another authority.")}
                )
            if self.promised_value is not None and (
                objection := objection_to_value(self.indicator, self.promised_value)
            ):
                raise ValidationError({"promised_value": objection})


class Check(models.Model):
    """What was found on a day about one commitment. A trigger keeps it as it was written."""

    class Step(models.TextChoices):
        NOT_STARTED = "not_started", _("not started")
        IN_PROGRESS = "in_progress", _("in progress")
        NEARLY_DONE = "nearly_done", _("essentially completed")
        DONE = "done", _("completed")
        NOT_DONE = "not_done", _("not completed")

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="checks"
    )
    checked_on = models.DateField(_("checked on"))
    step = models.CharField(_("step"), max_length=12, choices=Step)
    finding = models.TextField(_("finding"))
    measured_value = models.DecimalField(_("measured value"), **VALUE, null=True, blank=True)
    document = models.CharField(
        _("document"), max_length=300, blank=True, help_text=_("Number and date of the report.")
    )
    file = models.ForeignKey(
        Document,
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    public = models.BooleanField(_("public"), default=False)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["commitment", "checked_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="check_is_not_in_the_future",
                condition=Q(checked_on__lte=DayOf("recorded_at")),
                violation_error_message=_("A check cannot lie in the future."),
            ),
            models.CheckConstraint(
                name="check_says_what_was_found",
                condition=~Q(finding=""),
                violation_error_message=_("Say in a sentence what was found."),
            ),
            models.CheckConstraint(
                name="check_step_is_known",
                condition=Q(
                    step__in=["not_started", "in_progress", "nearly_done", "done", "not_done"]
                ),
                violation_error_message=_("This choice does not exist."),
            ),
            models.CheckConstraint(
                name="check_value_is_not_negative",
                condition=Q(measured_value__isnull=True) | Q(measured_value__gte=0),
                violation_error_message=_("A value is 0 or more."),
            ),
        ]

    def __str__(self):
        return f"{self.checked_on:%d/%m/%Y}: {self.get_step_display()}"

    def clean(self):
        """Say first what the trigger of migration 0002 would refuse."""
        if not self.commitment_id:
            return
        commitment = self.commitment
        if self.checked_on and self.checked_on > timezone.localdate():
            raise ValidationError({"checked_on": _("A check cannot lie in the future.")})
        if commitment.signed_on is None:
            raise ValidationError(_("The commitment is not signed yet: it cannot be checked."))
        if self.checked_on and self.checked_on < commitment.signed_on:
            raise ValidationError(
                {
                    "checked_on": _("The commitment was signed on %(day)s: a check comes after.")
                    % {"day": date_format(commitment.signed_on, "SHORT_DATE_FORMAT")}
                }
            )
        if self.measured_value is not None:
            if commitment.indicator is None:
                raise ValidationError(
                    {"measured_value": _("The commitment has no indicator to measure.")}
                )
            if objection := objection_to_value(commitment.indicator, self.measured_value):
                raise ValidationError({"measured_value": objection})
