"""Scanned pages and reports, kept as they were received. A trigger refuses every change."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from units.models import Authority


class Document(models.Model):
    """One uploaded file: the signed page of a commitment, the report behind a finding.

    The bytes lie here and nowhere else, so that a backup of the database holds them and no
    address serves them but the authorised view.
    """

    authority = models.ForeignKey(
        Authority, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="+"
    )
    filename = models.CharField(_("file"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=40)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField(_("content"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="document_is_a_pdf_or_a_picture",
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
                violation_error_message=_("A scanned page is a PDF, JPEG or PNG file."),
            ),
            models.CheckConstraint(
                name="document_digest_is_sha256",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("The digest has 64 hexadecimal digits."),
            ),
        ]

    def __str__(self):
        return self.filename
