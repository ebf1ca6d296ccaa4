"""The one map of the portal: Vietnamese at the root, every page again behind ``/en/``."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from scorecards.views import discovery

urlpatterns = [
    # For machines: one of each, whatever the language.
    path("robots.txt", discovery.robots, name="robots"),
    path("sitemap.xml", discovery.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", discovery.sitemap_section, name="sitemap_section"),
    *i18n_patterns(
        path("quan-tri/", admin.site.urls),
        path("", include("commitments.urls")),
        path("", include("scorecards.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "scorecards.views.missing.bad_request"
handler404 = "scorecards.views.missing.not_found"
handler500 = "scorecards.views.missing.server_error"
