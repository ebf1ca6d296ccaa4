"""What was rehearsed and acknowledged before sealing. `scorecards.publishing` writes it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scorecards.models.framework import Framework


class KeptRehearsal(models.Model):
    """A rehearsal that was kept, so that the next one can say what has moved since."""

    framework = models.ForeignKey(
        Framework, verbose_name=_("framework"), on_delete=models.CASCADE, related_name="rehearsals"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: from the command line."),
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    completeness = models.CharField(_("completeness"), max_length=10)
    results = models.JSONField(_("results"))

    class Meta:
        verbose_name = _("kept rehearsal")
        verbose_name_plural = _("kept rehearsals")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.framework}, {self.at:%d/%m/%Y %H:%M}"


class Acknowledgement(models.Model):
    """That somebody has read one finding of a rehearsal and lets the result stand.

    It speaks of the edition of that ``version``, and of the finding as it was: a finding whose
    numbers change has another ``key`` and is to be acknowledged anew.
    """

    framework = models.ForeignKey(
        Framework,
        verbose_name=_("framework"),
        on_delete=models.CASCADE,
        related_name="acknowledgements",
    )
    version = models.PositiveSmallIntegerField(_("version"))
    key = models.CharField(_("key"), max_length=64)
    sentence = models.TextField(_("finding"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: from the command line."),
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["framework", "version", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "version", "key"],
                name="acknowledgement_is_given_once",
                violation_error_message=_("This finding was acknowledged already."),
            ),
        ]

    def __str__(self):
        return self.sentence
