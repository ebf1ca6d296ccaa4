"""Importing in the administration: upload, look, confirm; and the records of what was imported.

Between look and confirmation the file travels in the page itself and is read again from there:
nothing confidential waits on a disk, no cleaning up, any server process can answer. What is
confirmed is what was shown, by the preview's fingerprint, or the preview is shown anew.
"""

import base64
import binascii
import io
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scorecards import assessing, importing
from scorecards.models import Framework, ImportRun
from units.admin import OwnAuthorityAdmin

# In base64 it must fit into DATA_UPLOAD_MAX_MEMORY_SIZE; 168 communes × 95 criteria are 0.1 MB.
MAX_BYTES = 1_500_000
SHOWN_CHANGES = 200


def import_url(framework):
    """Return the address at which scores are imported into ``framework``."""
    return f"{reverse('admin:scorecards_importrun_add')}?{urlencode({'framework': framework.pk})}"


class UploadForm(forms.Form):
    """Which file goes into which framework."""

    framework = forms.ModelChoiceField(Framework.objects.none(), label=gettext_lazy("framework"))
    file = forms.FileField(
        label=gettext_lazy("file"),
        help_text=gettext_lazy("An .xlsx or .csv file, such as the annex of the decision."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    sheet = forms.CharField(
        label=gettext_lazy("sheet"),
        required=False,
        max_length=31,
        help_text=gettext_lazy("Needed only if several sheets hold a table."),
    )

    def __init__(self, *args, frameworks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["framework"].queryset = frameworks

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 1.5 MB: remove pictures and sheets without scores.")
            )
        return file


class ConfirmForm(forms.Form):
    """What was looked at, sent back to be imported."""

    framework = forms.ModelChoiceField(Framework.objects.none(), widget=forms.HiddenInput)
    filename = forms.CharField(widget=forms.HiddenInput)
    sheet = forms.CharField(required=False, widget=forms.HiddenInput)
    content = forms.CharField(widget=forms.HiddenInput, strip=False)
    fingerprint = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, frameworks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["framework"].queryset = frameworks

    def clean_content(self):
        try:
            return base64.b64decode(self.cleaned_data["content"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError(_("The file did not arrive whole.")) from error


@admin.register(ImportRun)
class ImportRunAdmin(OwnAuthorityAdmin):
    """Records of imports, which nobody edits. Adding one is importing a file."""

    authority_path = "framework__group__authority"
    list_display = ["at", "framework", "filename", "by", "added", "changed", "unchanged"]
    list_filter = ["framework__year"]
    list_select_related = ["framework__group__authority", "by"]
    date_hierarchy = "at"
    fields = [
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
        """Import a file: ask for it, show what it would change, import what was shown."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "content" in request.POST:
            return self._confirmed(request)
        frameworks = _open_frameworks(request.user)
        if request.method != "POST":
            form = UploadForm(frameworks=frameworks, initial=request.GET.dict())
            return self._upload_page(request, form)
        form = UploadForm(request.POST, request.FILES, frameworks=frameworks)
        if not form.is_valid():
            return self._upload_page(request, form)
        framework, file = form.cleaned_data["framework"], form.cleaned_data["file"]
        content = file.read()
        try:
            preview = importing.preview(
                framework, content, file.name, sheet=form.cleaned_data["sheet"]
            )
        except (importing.Unreadable, assessing.Refused) as refusal:
            form.add_error("file", str(refusal))
            return self._upload_page(request, form)
        return self._preview_page(request, framework, content, preview)

    def _confirmed(self, request):
        form = ConfirmForm(request.POST, frameworks=_open_frameworks(request.user))
        if not form.is_valid():
            messages.error(request, _("Nothing was imported: send the file again."))
            return HttpResponseRedirect(request.get_full_path())
        framework, content = form.cleaned_data["framework"], form.cleaned_data["content"]
        filename, sheet = form.cleaned_data["filename"], form.cleaned_data["sheet"]
        try:
            run = importing.apply(
                framework,
                content,
                filename,
                by=request.user,
                sheet=sheet,
                fingerprint=form.cleaned_data["fingerprint"],
            )
        except importing.Outdated as outdated:
            messages.warning(
                request, _("Scores have changed since you looked: look again and confirm.")
            )
            return self._preview_page(request, framework, content, outdated.preview)
        except importing.NotImportable:
            preview = importing.preview(framework, content, filename, sheet=sheet)
            return self._preview_page(request, framework, content, preview)
        except (importing.Unreadable, assessing.Refused) as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(import_url(framework))
        self.log_addition(request, run, [{"added": {}}])
        messages.success(
            request,
            _("Imported: %(added)d values added, %(changed)d changed, %(unchanged)d left alone.")
            % {"added": run.added, "changed": run.changed, "unchanged": run.unchanged},
        )
        return HttpResponseRedirect(reverse("admin:scorecards_importrun_change", args=[run.pk]))

    def _upload_page(self, request, form):
        return self._page(
            request,
            "admin/scorecards/import_upload.html",
            title=_("Import scores"),
            form=form,
        )

    def _preview_page(self, request, framework, content, preview):
        confirm = ConfirmForm(
            frameworks=_open_frameworks(request.user),
            initial={
                "framework": framework.pk,
                "filename": preview.filename,
                "sheet": preview.sheet,
                "content": base64.b64encode(content).decode(),
                "fingerprint": preview.fingerprint,
            },
        )
        return self._page(
            request,
            "admin/scorecards/import_preview.html",
            title=(
                _("The file must be put right")
                if preview.problems
                else _("What the import would change")
            ),
            framework=framework,
            preview=preview,
            confirm=confirm,
            changed=preview.changed[:SHOWN_CHANGES],
            added=preview.added[:SHOWN_CHANGES],
            more_changed=_more(len(preview.changed)),
            more_added=_more(len(preview.added)),
            upload_url=import_url(framework),
        )

    def _page(self, request, template, **context):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context)


def _open_frameworks(user):
    """The frameworks into which ``user`` may import."""
    frameworks = Framework.objects.exclude(state=Framework.State.SEALED).in_order()
    if not user.is_superuser:
        frameworks = frameworks.filter(group__authority=user.authority_id)
    return frameworks.select_related("group__authority")


def _more(count):
    """Say how many changes are not listed; nothing if all are."""
    more = count - SHOWN_CHANGES
    if more <= 0:
        return ""
    return ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
