"""The way from the first page to the one at hand, as (label, address) pairs; the last has none."""

from django.urls import reverse
from django.utils.translation import gettext as _


def to(*steps):
    """Return the trail of a page: the results' first page, the steps, the page itself."""
    return [(_("Results"), reverse("home")), *steps[:-1], (steps[-1][0], "")]


def authority(authority):
    return authority.place, reverse("authority", args=[authority.slug])


def year(authority, year):
    return str(year), reverse("decision", args=[authority.slug, year])


def league(edition, address):
    return edition.group.name, address


def registry(authority):
    return _("Units"), reverse("registry", args=[authority.slug])


def drafts():
    return _("Drafts"), reverse("drafts")


def page(label):
    """Return the last step: the page itself."""
    return label, ""
