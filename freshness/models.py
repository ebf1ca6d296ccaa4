"""When the public pages of an authority last changed: a stamp that the database keeps by itself.

Triggers on every table that a public page shows write the stamps (migration 0001 names the
tables); nothing in Python does.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Stamp(models.Model):
    """The state of one authority's public pages.

    ``token`` is another one after every change, never one that was there before: a database that
    is restored from a copy does not repeat itself. ``opens`` are the moments still to come, as
    seen from the last change, at which a sealed edition is shown.
    """

    authority_slug = models.CharField(max_length=60, primary_key=True)
    token = models.UUIDField()
    opens = ArrayField(models.DateTimeField(), default=list)

    class Meta:
        verbose_name = "stamp"
        verbose_name_plural = "stamps"
        ordering = ["authority_slug"]

    def __str__(self):
        return self.authority_slug
