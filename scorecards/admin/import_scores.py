"""Importing scores in the administration, and the records of whatever was imported."""

import io
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards import importing
from scorecards.admin.import_flow import ConfirmForm, ImportFlow, UploadForm
from scorecards.models import Framework, ImportRun
from units.admin import OwnAuthorityAdmin


def import_url(framework):
    """Return the address at which scores are imported into ``framework``."""
    return f"{reverse('admin:scorecards_importrun_add')}?{urlencode({'framework': framework.pk})}"


class ScoresUploadForm(UploadForm):
    """Which file goes into which framework."""

    field_order = ["framework", "file", "sheet"]
    framework = forms.ModelChoiceField(Framework.objects.none(), label=gettext_lazy("framework"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["framework"].queryset = _open_frameworks(user)


class ScoresConfirmForm(ConfirmForm):
    framework = forms.ModelChoiceField(Framework.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["framework"].queryset = _open_frameworks(user)


class ScoresFlow(ImportFlow):
    """Scores into one framework."""

    title = gettext_lazy("Import scores")
    upload_template = "admin/scorecards/import_upload.html"
    upload_form = ScoresUploadForm
    confirm_form = ScoresConfirmForm
    target_fields = ("framework",)

    def preview(self, target, content, filename, sheet):
        return importing.preview(target["framework"], content, filename, sheet=sheet)

    def apply(self, target, content, filename, sheet, **given):
        return importing.apply(target["framework"], content, filename, sheet=sheet, **given)

    def url(self, target):
        return import_url(target["framework"])

    def target_in_words(self, target):
        return str(target["framework"])


@admin.register(ImportRun)
class ImportRunAdmin(OwnAuthorityAdmin):
    """Records of imports, which nobody edits. Adding one is importing a file of scores."""

    list_display = ["at", "subject", "framework", "filename", "by", "added", "changed", "unchanged"]
    list_filter = ["subject", "framework__year"]
    list_select_related = ["authority", "framework__group__authority", "by"]
    date_hierarchy = "at"
    fields = [
        "authority",
        "subject",
        "framework",
        "file",
        "sha256",
        "by",
        "at",
        "added",
        "changed",
        "unchanged",
        "differences_listed",
    ]
    readonly_fields = fields

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")

    def get_urls(self):
        download = self.admin_site.admin_view(self.download_view)
        name = "scorecards_importrun_file"
        return [path("<int:pk>/tep/", download, name=name), *super().get_urls()]

    @admin.display(description=gettext_lazy("file"))
    def file(self, run):
        address = reverse("admin:scorecards_importrun_file", args=[run.pk])
        return format_html('<a href="{}">{}</a>', address, run.filename)

    @admin.display(description=gettext_lazy("differences"))
    def differences_listed(self, run):
        if not run.differences:
            return _("none")
        lines = format_html_join("", "<li>{}</li>", ([line] for line in run.differences))
        return format_html("<ul>{}</ul>", lines)

    def download_view(self, request, pk):
        """Send the imported file exactly as it was received."""
        run = self.get_queryset(request).filter(pk=pk).first()
        if run is None or not self.has_view_permission(request, run):
            raise Http404
        return FileResponse(
            io.BytesIO(run.content),
            as_attachment=True,
            filename=run.filename,
            content_type="application/octet-stream",
        )

    def add_view(self, request, form_url="", extra_context=None):
        """Import a file of scores."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return ScoresFlow().view(request)


def _open_frameworks(user):
    """The frameworks into which ``user`` may import."""
    frameworks = Framework.objects.exclude(state=Framework.State.SEALED).in_order()
    if not user.is_superuser:
        frameworks = frameworks.filter(group__authority=user.authority_id)
    return frameworks.select_related("group__authority")
