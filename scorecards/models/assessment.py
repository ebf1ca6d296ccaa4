"""Working scores of one framework, before publication. `scorecards.assessing` writes them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scorecards.models.framework import POINTS, Criterion, Framework
from scorecards.models.import_run import ImportRun
from units.models import Unit


class Scorecard(models.Model):
    """One unit in one framework: that it is scored there, and what a source printed for it.

    The ``announced_…`` fields hold what an announcement printed and are used only where the
    framework's result is re-entered from one.
    """

    framework = models.ForeignKey(
        Framework, verbose_name=_("framework"), on_delete=models.PROTECT, related_name="scorecards"
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="scorecards"
    )
    ranked = models.BooleanField(
        _("ranked"), default=True, help_text=_("Off: scored, but not ranked with the others.")
    )
    announced_index_percent = models.DecimalField(
        _("announced index (%)"), **POINTS, null=True, blank=True
    )
    announced_rank = models.PositiveSmallIntegerField(_("announced rank"), null=True, blank=True)
    announced_class_name = models.CharField(_("announced class"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["framework", "unit__position", "unit__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "unit"],
                name="scorecard_is_one_per_unit_and_framework",
                violation_error_message=_("This unit already has a scorecard in that framework."),
            ),
            models.CheckConstraint(
                name="scorecard_announced_rank_is_positive",
                condition=Q(announced_rank__isnull=True) | Q(announced_rank__gte=1),
                violation_error_message=_("A rank is 1 or more."),
            ),
        ]

    def __str__(self):
        return f"{self.unit} ({self.framework.year})"


class Applicability(models.Model):
    """That a leaf has another maximum for one unit; 0 means it does not apply at all."""

    scorecard = models.ForeignKey(
        Scorecard,
        verbose_name=_("scorecard"),
        on_delete=models.CASCADE,
        related_name="applicabilities",
    )
    criterion = models.ForeignKey(
        Criterion,
        verbose_name=_("criterion"),
        on_delete=models.PROTECT,
        related_name="applicabilities",
    )
    max_points = models.DecimalField(_("maximum for this unit"), **POINTS)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("applicability")
        verbose_name_plural = _("applicabilities")
        ordering = ["scorecard", "criterion__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "criterion"],
                name="applicability_is_said_once_per_criterion",
                violation_error_message=_("This criterion already has a maximum for that unit."),
            ),
            models.CheckConstraint(
                name="applicability_maximum_is_not_negative",
                condition=Q(max_points__gte=0),
                violation_error_message=_("A maximum is 0 or more."),
            ),
            models.CheckConstraint(
                name="applicability_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why this unit has another maximum."),
            ),
        ]

    def __str__(self):
        return f"{self.criterion.number}: {self.max_points}"


class Score(models.Model):
    """The points of one unit on one leaf, in the framework's own points.

    ``claimed`` by the unit, ``appraised`` by the appraisers, ``awarded`` in the end. An empty
    value is not yet known, never zero; a penalty is negative.
    """

    scorecard = models.ForeignKey(
        Scorecard, verbose_name=_("scorecard"), on_delete=models.CASCADE, related_name="scores"
    )
    criterion = models.ForeignKey(
        Criterion, verbose_name=_("criterion"), on_delete=models.PROTECT, related_name="scores"
    )
    claimed = models.DecimalField(_("claimed points"), **POINTS, null=True, blank=True)
    appraised = models.DecimalField(_("appraised points"), **POINTS, null=True, blank=True)
    awarded = models.DecimalField(_("awarded points"), **POINTS, null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    changed_at = models.DateTimeField(_("changed at"))
    import_run = models.ForeignKey(
        ImportRun,
        verbose_name=_("import"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="scores",
        help_text=_("The import that wrote the points last; empty: typed by hand."),
    )

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["scorecard", "criterion__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "criterion"],
                name="score_is_given_once_per_criterion",
                violation_error_message=_("This unit already has a score for that criterion."),
            ),
        ]

    def __str__(self):
        return f"{self.criterion.number}: {self.awarded}"
