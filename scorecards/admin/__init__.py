"""Scoring and publishing in the administration, one module per piece of the work."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from scorecards.admin import frameworks, import_scores, publication

__all__ = ["frameworks", "import_scores", "publication"]

admin.site.site_header = _("Administration of the reform index")
admin.site.site_title = _("Reform index")
admin.site.index_title = _("What can be done here")
