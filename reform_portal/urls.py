"""The one map of the portal: Vietnamese at the root, every page again behind ``/en/``."""

from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns = i18n_patterns(
    path("quan-tri/", admin.site.urls),
    *([path("", include("scorecards.urls"))] if find_spec("scorecards.urls") else []),
    prefix_default_language=False,
)
