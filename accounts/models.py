"""Who signs in: one account a person, tied to the one authority whose rows it may touch."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from units.models import Authority

# The two groups of accounts, created by this app's first migration.
OFFICIALS = "Cán bộ"
ADMINISTRATORS = "Quản trị"


class User(AbstractUser):
    """An account of one person. Without an authority it reaches nothing, unless a superuser."""

    authority = models.ForeignKey(
        Authority,
        verbose_name=_("authority"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        help_text=_("The account sees and edits the rows of this authority only."),
    )

    objects = UserManager()

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    @cached_property
    def group_names(self):
        return frozenset(self.groups.values_list("name", flat=True))

    def belongs_to(self, authority):
        return self.is_superuser or (
            self.authority_id is not None and self.authority_id == authority.pk
        )

    def administers(self):
        """Say whether this account enters scores and publishes, wherever it belongs."""
        return self.is_active and (self.is_superuser or ADMINISTRATORS in self.group_names)

    def can_administer(self, authority):
        return self.administers() and self.belongs_to(authority)

    def can_read_drafts(self, authority):
        reads = self.administers() or OFFICIALS in self.group_names
        return self.is_active and reads and self.belongs_to(authority)
