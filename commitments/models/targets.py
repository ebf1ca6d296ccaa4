"""What the province aims at and how far it has come: indicators, targets, dated measurements."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import DecimalField, Exists, F, Func, OuterRef, Q
from django.db.models.functions import Cast, Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units.models import Authority, Unit

# Counts of a whole country's services and shares with three decimals both fit.
VALUE = {"max_digits": 14, "decimal_places": 3}


class DayOf(Func):
    """The day on which a moment fell, by the clock of Vietnam."""

    template = "((%(expressions)s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)"
    output_field = models.DateField()


class Indicator(models.Model):
    """Something that is measured: how, in which unit, and which way is better."""

    class Direction(models.TextChoices):
        MORE = "more", _("more is better")
        LESS = "less", _("less is better")

    class MeasuredBy(models.TextChoices):
        MEASUREMENTS = "measurements", _("measurements entered by hand")
        DOSSIERS = "dossiers", _("monthly dossiers: settled on time ÷ settled")

    authority = models.ForeignKey(
        Authority, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="indicators"
    )
    slug = models.SlugField(
        _("address word"), max_length=60, help_text=_("Such as ho-so-dung-han.")
    )
    name = models.CharField(_("name"), max_length=200)
    measure_unit = models.CharField(
        _("unit of measure"), max_length=40, help_text=_("Such as services, or the sign %.")
    )
    is_share = models.BooleanField(
        _("share"),
        default=False,
        help_text=_("A part of a whole in percent, never above 100."),
    )
    direction = models.CharField(
        _("direction"), max_length=4, choices=Direction, default=Direction.MORE
    )
    measured_by = models.CharField(
        _("measured by"), max_length=12, choices=MeasuredBy, default=MeasuredBy.MEASUREMENTS
    )
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=0)
    definition = models.TextField(_("definition"), blank=True)
    source = models.TextField(_("source"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["authority", "position", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "slug"],
                name="indicator_slug_is_unique_within_authority",
                violation_error_message=_("This authority already has an indicator of that name."),
            ),
            models.CheckConstraint(
                name="indicator_share_is_in_percent",
                condition=Q(is_share=False) | Q(measure_unit="%"),
                violation_error_message=_("A share is measured in %."),
            ),
            models.CheckConstraint(
                name="indicator_of_dossiers_is_a_share",
                condition=~Q(measured_by="dossiers") | Q(is_share=True, direction="more"),
                violation_error_message=_(
                    "What monthly dossiers measure is a share, and more of it is better."
                ),
            ),
            models.CheckConstraint(
                name="indicator_choices_are_known",
                condition=Q(
                    direction__in=["more", "less"],
                    measured_by__in=["measurements", "dossiers"],
                    decimals__lte=3,
                ),
                violation_error_message=_("This choice does not exist."),
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.measure_unit})"


def objection_to_value(indicator, value):
    """Return the sentence that says why ``value`` cannot be one of ``indicator``, or None."""
    if value < 0:
        return _("A value is 0 or more.")
    if indicator.is_share and value > 100:
        return _("A share is at most 100%.")
    return None


class Target(models.Model):
    """A value the authority, or one unit of it, is to reach by a day."""

    authority = models.ForeignKey(
        Authority, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="targets"
    )
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("unit"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        help_text=_("Empty: the whole authority."),
    )
    indicator = models.ForeignKey(
        Indicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="targets"
    )
    value = models.DecimalField(_("value to reach"), **VALUE)
    due_on = models.DateField(_("by"))
    baseline = models.DecimalField(_("value at the start"), **VALUE, null=True, blank=True)
    baseline_on = models.DateField(_("start measured on"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    source = models.TextField(_("source"), blank=True)
    public = models.BooleanField(_("public"), default=False)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["authority", "due_on", "indicator__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "due_on"],
                name="target_is_set_once_per_day",
                nulls_distinct=False,
                violation_error_message=_("This indicator already has a target for that day."),
            ),
            models.CheckConstraint(
                name="target_is_not_negative",
                condition=Q(value__gte=0) & (Q(baseline__isnull=True) | Q(baseline__gte=0)),
                violation_error_message=_("A value is 0 or more."),
            ),
            models.CheckConstraint(
                name="target_start_has_its_day",
                condition=Q(baseline__isnull=True, baseline_on__isnull=True)
                | Q(
                    baseline__isnull=False,
                    baseline_on__isnull=False,
                    baseline_on__lte=F("due_on"),
                ),
                violation_error_message=_(
                    "A value at the start has its day, and that day comes before the target's."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.indicator.name}: {self.value.normalize():f} {self.indicator.measure_unit}"

    def clean(self):
        # Other tables' rows are out of a CHECK's reach: triggers hold these rules, the sentences
        # only come first.
        if not self.indicator_id or not self.authority_id:
            return
        if self.indicator.authority_id != self.authority_id:
            raise ValidationError({"indicator": _("The indicator belongs to another authority.")})
        if self.unit_id and self.unit.authority_id != self.authority_id:
            raise ValidationError({"unit": _("The unit belongs to another authority.")})
        for name in ("value", "baseline"):
            value = getattr(self, name)
            if value is not None and (objection := objection_to_value(self.indicator, value)):
                raise ValidationError({name: objection})


class RecordedQuerySet(models.QuerySet):
    """Rows that are never edited: a later row corrects an earlier one and says why."""

    def standing(self):
        """Keep the rows that nothing corrects and that state something."""
        correction = self.model.objects.filter(corrects=OuterRef("pk"))
        return self.exclude(Exists(correction)).exclude(withdrawn=True)


class Recorded(models.Model):
    """When and by whom a row was recorded, and which earlier one it corrects.

    ``withdrawn`` says that the corrected row should never have been there, and puts nothing in
    its place. After it is written a row changes in ``public`` alone: a trigger holds it.
    """

    corrects = models.OneToOneField(
        "self",
        verbose_name=_("corrects"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="correction",
    )
    reason = models.CharField(_("reason for the correction"), max_length=300, blank=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
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

    objects = RecordedQuerySet.as_manager()

    class Meta:
        abstract = True


def correction_says_why(name):
    return models.CheckConstraint(
        name=name,
        condition=Q(corrects__isnull=True, reason="", withdrawn=False)
        | (Q(corrects__isnull=False) & ~Q(reason="")),
        violation_error_message=_("A correction says why."),
    )


class Measurement(Recorded):
    """What an indicator was on a day, for the authority (no ``unit``) or one unit.

    Of a share, ``numerator`` and ``denominator`` are given where they are known; ``value`` is then
    100 × numerator ÷ denominator, rounded half up to three decimals.
    """

    indicator = models.ForeignKey(
        Indicator,
        verbose_name=_("indicator"),
        on_delete=models.PROTECT,
        related_name="measurements",
    )
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("unit"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="measurements",
        help_text=_("Empty: the whole authority."),
    )
    measured_on = models.DateField(_("measured on"))
    value = models.DecimalField(_("value"), **VALUE)
    numerator = models.PositiveBigIntegerField(_("numerator"), null=True, blank=True)
    denominator = models.PositiveBigIntegerField(_("denominator"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    source = models.TextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        ordering = ["indicator", "measured_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "measured_on"],
                condition=Q(corrects__isnull=True),
                name="measurement_is_one_a_day",
                nulls_distinct=False,
                violation_error_message=_(
                    "This indicator was already measured on that day: correct that measurement."
                ),
            ),
            models.CheckConstraint(
                name="measurement_is_not_in_the_future",
                condition=Q(measured_on__lte=DayOf("recorded_at")),
                violation_error_message=_("A measurement cannot lie in the future."),
            ),
            models.CheckConstraint(
                name="measurement_is_not_negative",
                condition=Q(value__gte=0),
                violation_error_message=_("A value is 0 or more."),
            ),
            models.CheckConstraint(
                name="measurement_part_is_within_its_whole",
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(
                    numerator__isnull=False,
                    denominator__isnull=False,  # a comparison with NULL refuses nothing
                    denominator__gt=0,
                    numerator__lte=F("denominator"),
                ),
                violation_error_message=_(
                    "A part is given with its whole, and is not larger than it."
                ),
            ),
            models.CheckConstraint(
                name="measurement_value_is_part_of_whole",
                condition=Q(numerator__isnull=True)
                | Q(
                    value=Round(
                        Cast("numerator", DecimalField(max_digits=30, decimal_places=10))
                        * 100
                        / Cast("denominator", DecimalField(max_digits=30, decimal_places=10)),
                        3,
                    )
                ),
                violation_error_message=_("The value is 100 × numerator ÷ denominator."),
            ),
            correction_says_why("measurement_correction_says_why"),
        ]

    def __str__(self):
        return f"{self.indicator.name}, {self.measured_on:%d/%m/%Y}"
