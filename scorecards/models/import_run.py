"""What was imported, from which file, by whom. A trigger keeps the record as it was written."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scorecards.models.framework import Framework
from units.models import Authority


class ImportRun(models.Model):
    """One imported file and what it did. The bytes are kept, so that the digest can be checked."""

    class Subject(models.TextChoices):
        SCORES = "scores", _("scores")
        DOSSIERS = "dossiers", _("dossiers by month")
        COMMITMENTS = "commitments", _("commitments")

    authority = models.ForeignKey(
        Authority, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="imports"
    )
    subject = models.CharField(
        _("what was imported"), max_length=12, choices=Subject, default=Subject.SCORES
    )
    framework = models.ForeignKey(
        Framework,
        verbose_name=_("framework"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        help_text=_("Of scores only."),
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
    filename = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField(_("content"))
    added = models.PositiveIntegerField(_("added"))
    changed = models.PositiveIntegerField(_("changed"))
    unchanged = models.PositiveIntegerField(_("left alone"))
    differences = models.JSONField(
        _("differences"),
        default=list,
        blank=True,
        help_text=_("Printed values that differ from the computed ones, one sentence each."),
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_run_digest_is_sha256",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("The digest has 64 hexadecimal digits."),
            ),
            models.CheckConstraint(
                name="import_run_of_scores_names_its_framework",
                condition=Q(subject="scores", framework__isnull=False)
                | Q(subject__in=["dossiers", "commitments"], framework__isnull=True),
                violation_error_message=_("Scores are imported into a framework."),
            ),
        ]

    def __str__(self):
        return self.filename
