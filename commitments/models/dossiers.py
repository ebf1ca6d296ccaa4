"""Dossiers of administrative procedures, by unit and month, as the units report them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models.targets import DayOf, Recorded, correction_says_why
from scorecards.models.import_run import ImportRun
from units.models import Unit

COUNTS = ("received", "settled_on_time", "settled_late", "pending_in_time", "pending_overdue")


class DossierMonth(Recorded):
    """One unit's dossiers in one month; an empty count was not reported, and is not 0.

    ``received``: taken in during the month; ``settled_…``: closed during the month, before or
    after their deadline; ``pending_…``: open at the end of the month.
    """

    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="dossier_months"
    )
    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    received = models.PositiveIntegerField(_("received"), null=True, blank=True)
    settled_on_time = models.PositiveIntegerField(_("settled on time"), null=True, blank=True)
    settled_late = models.PositiveIntegerField(_("settled late"), null=True, blank=True)
    pending_in_time = models.PositiveIntegerField(_("pending in time"), null=True, blank=True)
    pending_overdue = models.PositiveIntegerField(_("pending overdue"), null=True, blank=True)
    import_run = models.ForeignKey(
        ImportRun,
        verbose_name=_("import"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dossier_months",
    )

    class Meta:
        verbose_name = _("dossiers of a month")
        verbose_name_plural = _("dossiers by month")
        ordering = ["month", "unit", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "month"],
                condition=Q(corrects__isnull=True),
                name="dossiers_are_given_once_per_month",
                violation_error_message=_(
                    "This unit already has its dossiers of that month: correct them."
                ),
            ),
            models.CheckConstraint(
                name="dossiers_month_is_its_first_day",
                condition=Q(month__day=1),
                violation_error_message=_("A month is given by its first day."),
            ),
            models.CheckConstraint(
                name="dossiers_are_not_of_the_future",
                condition=Q(month__lte=DayOf("recorded_at")),
                violation_error_message=_("The month lies in the future."),
            ),
            models.CheckConstraint(
                name="dossiers_state_something",
                condition=Q(withdrawn=True)
                | Q(received__isnull=False)
                | Q(settled_on_time__isnull=False)
                | Q(settled_late__isnull=False)
                | Q(pending_in_time__isnull=False)
                | Q(pending_overdue__isnull=False),
                violation_error_message=_("At least one number of dossiers is wanted."),
            ),
            correction_says_why("dossiers_correction_says_why"),
        ]

    def __str__(self):
        return f"{self.unit}, {self.month:%m/%Y}"
