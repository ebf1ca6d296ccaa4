"""For search engines: every public page with its languages and day of change, and what to leave."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import Max
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language

from freshness.pages import published
from scorecards.models.publication import Edition, PublishedResult
from scorecards.templatetags.discovery import in_language
from units.models import Authority, Unit

# More pages than this become an index of sitemaps, each of at most so many.
LONGEST = 10_000
# Drafts and the desk are for officials; results of a search repeat the pages they lead to.
NOT_TO_BE_READ = ("admin:index", "drafts", "worklist", "search")


@dataclass(frozen=True)
class Entry:
    """A page's address in the portal's first language, and when what it shows last changed."""

    address: str
    changed: datetime | None


class Pages(Sitemap):
    """Some pages of the portal in each of its languages, each naming the others."""

    i18n = alternates = x_default = True

    @property
    def limit(self):
        return LONGEST

    def items(self):
        return self.entries  # asked for several times in one answer

    def location(self, entry):
        return in_language(entry.address, get_language())

    def lastmod(self, entry):
        return entry.changed


class Results(Pages):
    """The portal's own pages, authorities, their years, league tables and methods."""

    @cached_property
    def entries(self):
        changed = {
            address: None
            for name in ("home", "explained", "data", "examples", "verification")
            for address in [reverse(name)]
        }
        for slug in Authority.objects.order_by("pk").values_list("slug", flat=True):
            for name in ("authority", "registry"):
                changed[reverse(name, args=[slug])] = None
        editions = Edition.objects.current().filter(framework__round=0).order_by("pk")
        for slug, year, group, day in editions.values_list(
            "framework__group__authority__slug",
            "framework__year",
            "framework__group__slug",
            "public_from",
        ):
            for address in (
                reverse("home"),
                reverse("data"),
                reverse("authority", args=[slug]),
                reverse("decision", args=[slug, year]),
                reverse("method", args=[slug, year]),
                reverse("league_table", args=[slug, year, group]),
            ):
                changed[address] = max(day, changed.get(address) or day)
        return [Entry(address, day) for address, day in changed.items()]


class Units(Pages):
    """The page of every unit through the years."""

    @cached_property
    def entries(self):
        newest = dict(
            PublishedResult.objects.filter(
                edition__in=Edition.objects.current(), edition__framework__round=0
            )
            .order_by("unit_id")
            .values_list("unit_id")
            .annotate(Max("edition__public_from"))
        )
        units = Unit.objects.order_by("pk").values_list("pk", "authority__slug", "slug")
        return [
            Entry(reverse("unit", args=[authority, slug]), newest.get(pk))
            for pk, authority, slug in units
        ]


@published
def sitemap(request):
    """Return every public page, or the list of the sitemaps that hold them if they are many."""
    sections = _sections()
    if sum(pages.paginator.count for pages in sections.values()) > LONGEST:
        return views.index(request, sections, sitemap_url_name="sitemap_section")
    return views.sitemap(request, sections)


@published
def sitemap_section(request, section):
    return views.sitemap(request, _sections(), section)


def _sections():
    return {"ket-qua": Results(), "don-vi": Units()}


@published
def robots(request):
    """Say what search engines leave alone, and where the list of pages is."""
    addresses = [reverse(name).rstrip("/") for name in NOT_TO_BE_READ]
    lines = [
        "User-agent: *",
        *(
            f"Disallow: {in_language(address, code)}"
            for code, __ in settings.LANGUAGES
            for address in addresses
        ),
        "",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
