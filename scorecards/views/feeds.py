"""News of publication as an Atom feed: decisions and corrections, the newest first."""

from django.contrib.syndication.views import Feed
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import wording
from scorecards.models.publication import Edition
from scorecards.views.files import open_to_all
from units.models import Authority

NEWEST = 50


class News(Feed):
    """What was published and what was corrected, of one authority or of all."""

    feed_type = Atom1Feed

    def __call__(self, request, *args, **kwargs):
        """Return the feed; any site may read it."""
        return open_to_all(super().__call__(request, *args, **kwargs))

    def get_object(self, request, authority=None):
        return get_object_or_404(Authority, slug=authority) if authority else None

    def title(self, authority):
        name = authority.place if authority else _("Public administration reform index")
        return _("Decisions and corrections: %(name)s") % {"name": name}

    def link(self, authority):
        return reverse("authority", args=[authority.slug]) if authority else reverse("home")

    def feed_url(self, authority):
        return reverse("news_of", args=[authority.slug]) if authority else reverse("news")

    def items(self, authority):
        editions = Edition.objects.public().filter(framework__round=0).with_context()
        if authority:
            editions = editions.filter(framework__group__authority=authority)
        return editions.order_by("-public_from", "-pk")[:NEWEST]

    def item_title(self, edition):
        words = {
            "group": edition.group.name,
            "year": edition.year,
            "place": edition.authority.place,
            "version": edition.version,
        }
        if edition.corrects_id:
            return _("Correction: %(group)s, %(place)s, %(year)s, edition %(version)s") % words
        return _("Result: %(group)s, %(place)s, %(year)s") % words

    def item_description(self, edition):
        return edition.reason or wording.source_line(edition)

    def item_link(self, edition):
        words = [edition.authority.slug, edition.year, edition.group.slug, edition.version]
        return reverse("league_table_version", args=words)

    def item_pubdate(self, edition):
        return edition.public_from

    def item_updateddate(self, edition):
        return edition.public_from

    def item_author_name(self, edition):
        return edition.authority.name


news = published(News())
