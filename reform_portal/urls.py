"""The one map of the portal: Vietnamese at the root, every page again behind ``/en/``."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns = i18n_patterns(
    path("quan-tri/", admin.site.urls),
    path("", include("commitments.urls")),
    path("", include("scorecards.urls")),
    prefix_default_language=False,
)
