"""What a page tells machines that look for it: title, description, address, languages, place.

Search engines, catalogues and the previews of messengers read this; readers never see it.
"""

import html

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from scorecards.templatetags.portal import json_ld
from units.models import UnitKind

register = template.Library()

LONGEST_DESCRIPTION = 300
LOCALES = {"vi": "vi_VN", "en": "en_GB"}
NOT_INDEXED = mark_safe('<meta name="robots" content="noindex">')


def in_language(address, language):
    """Return an address of the portal in another language: the same behind its prefix."""
    bare = address
    for code, __ in settings.LANGUAGES:
        if address == f"/{code}" or address.startswith(f"/{code}/"):
            bare = address.removeprefix(f"/{code}") or "/"
    return bare if language == settings.LANGUAGE_CODE else f"/{language}{bare}"


@register.simple_tag
def translate_url_of(request, language):
    """Return the address of the page at hand in ``language``, its query kept."""
    return in_language(request.get_full_path(), language)


@register.tag
def described(parser, token):
    """``{% described %}<title>title</title>{% as %}description{% enddescribed %}``.

    The texts become the title of the page, its description, and what messengers show of it.
    """
    title = parser.parse(["as"])
    parser.delete_first_token()
    description = parser.parse(["enddescribed"])
    parser.delete_first_token()
    return Described(title, description)


class Described(template.Node):
    child_nodelists = ("title", "description")

    def __init__(self, title, description):
        self.title, self.description = title, description

    def render(self, context):
        title = _plain(self.title.render(context))
        site = _("Public administration reform index")
        description = _plain(self.description.render(context))
        return format_html(
            '<title>{0} – {1}</title>\n  <meta name="description" content="{2}">\n'
            '  <meta property="og:title" content="{0}">\n'
            '  <meta property="og:description" content="{2}">\n'
            '  <meta property="og:site_name" content="{1}">\n'
            '  <meta property="og:type" content="website">\n'
            '  <meta property="og:locale" content="{3}">\n'
            '  <meta name="twitter:card" content="summary">',
            title,
            site,
            Truncator(description).chars(LONGEST_DESCRIPTION),
            LOCALES[get_language()],
        )


def _plain(markup):
    """Return what a piece of a page says, on one line and without its tags."""
    return " ".join(html.unescape(strip_tags(markup)).split())


@register.simple_tag(takes_context=True)
def page_links(context):
    """Return the page's own address, its other language, and the way to it as breadcrumbs.

    ``canonical`` in the context names the page that a variant repeats; the query never counts, so
    that sorted and filtered tables are the page itself. Drafts are not to be found.
    """
    if context.get("draft"):
        return NOT_INDEXED
    request = context["request"]
    address = context.get("canonical") or request.path

    def absolute(language):
        return request.build_absolute_uri(in_language(address, language))

    own = absolute(get_language())
    languages = [(code, absolute(code)) for code, __ in settings.LANGUAGES]
    links = format_html_join(
        "\n  ",
        '<link rel="alternate" hreflang="{}" href="{}">',
        [*languages, ("x-default", absolute(settings.LANGUAGE_CODE))],
    )
    return format_html(
        '<link rel="canonical" href="{0}">\n  <meta property="og:url" content="{0}">\n  {1}\n  {2}',
        own,
        links,
        _breadcrumbs(request, context.get("crumbs") or []),
    )


def _breadcrumbs(request, crumbs):
    if not crumbs:
        return ""
    places = []
    for position, (label, address) in enumerate(crumbs, start=1):
        place = {"@type": "ListItem", "position": position, "name": str(label)}
        if address:  # the last one is the page itself
            place["item"] = request.build_absolute_uri(address)
        places.append(place)
    return json_ld(
        {
            "@context": "https://schema.org/",
            "@type": "BreadcrumbList",
            "itemListElement": places,
        }
    )


@register.simple_tag(takes_context=True)
def website(context):
    """Describe the portal itself and how it is searched."""
    absolute = context["request"].build_absolute_uri
    return json_ld(
        {
            "@context": "https://schema.org/",
            "@type": "WebSite",
            "name": _("Public administration reform index"),
            "url": absolute(reverse("home")),
            "inLanguage": get_language(),
            "potentialAction": {
                "@type": "SearchAction",
                "target": {
                    "@type": "EntryPoint",
                    "urlTemplate": f"{absolute(reverse('search'))}?q={{words}}",
                },
                "query-input": "required name=words",
            },
        }
    )


@register.simple_tag(takes_context=True)
def organization(context, authority, unit=None):
    """Describe an authority, or a unit of it that is an agency; "" of what is invented.

    Districts and communes are left out: their names are those of places.
    """
    if authority.illustrative or (unit and unit.kind != UnitKind.AGENCY):
        return ""
    absolute = context["request"].build_absolute_uri
    body = {
        "@type": "GovernmentOrganization",
        "name": authority.name,
        "url": absolute(reverse("authority", args=[authority.slug])),
        "areaServed": authority.place,
        **_life(authority),
    }
    if unit:
        body = {
            "@type": "GovernmentOrganization",
            "name": unit.name,
            "url": absolute(reverse("unit", args=[authority.slug, unit.slug])),
            "areaServed": authority.place,
            "parentOrganization": body,
            **_life(unit),
        }
    return json_ld({"@context": "https://schema.org/", **body})


def _life(body):
    dates = {"foundingDate": body.starts_on, "dissolutionDate": body.ends_on}
    return {name: day.isoformat() for name, day in dates.items() if day}
