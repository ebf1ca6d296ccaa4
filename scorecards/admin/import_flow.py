"""Importing a file in the administration: upload, look, confirm; whatever the file holds.

Between look and confirmation the file travels in the page itself and is read again from there:
nothing confidential waits on a disk, no cleaning up, any server process can answer. What is
confirmed is what was shown, by the preview's fingerprint, or the preview is shown anew.
"""

import base64
import binascii

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scorecards import assessing, importing
from scorecards.models import ImportRun

# In base64 it must fit into DATA_UPLOAD_MAX_MEMORY_SIZE; 168 communes × 95 criteria are 0.1 MB.
MAX_BYTES = 1_500_000
SHOWN_CHANGES = 200


class UploadForm(forms.Form):
    """Which file; a subclass asks where it goes."""

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

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 1.5 MB: remove pictures and sheets without scores.")
            )
        return file


class ConfirmForm(forms.Form):
    """What was looked at, sent back to be imported; a subclass carries where it goes."""

    filename = forms.CharField(widget=forms.HiddenInput)
    sheet = forms.CharField(required=False, widget=forms.HiddenInput)
    content = forms.CharField(widget=forms.HiddenInput, strip=False)
    fingerprint = forms.CharField(widget=forms.HiddenInput)

    def clean_content(self):
        try:
            return base64.b64decode(self.cleaned_data["content"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError(_("The file did not arrive whole.")) from error


class ImportFlow:
    """The pages of one kind of import; a subclass says where files go and what reads them.

    ``upload_form`` and ``confirm_form`` are made with ``user``; the target fields they share are
    named in ``target_fields``.
    """

    title = ""
    upload_template = ""
    upload_form = UploadForm
    confirm_form = ConfirmForm
    target_fields = ()

    def preview(self, target, content, filename, sheet):
        """Return the `importing.Preview` of the file for ``target``, a dict of target fields."""
        raise NotImplementedError

    def apply(self, target, content, filename, sheet, **given):
        """Import the file; ``given``: by, fingerprint and the visible fields of confirmation."""
        raise NotImplementedError

    def url(self, target):
        """Return the address at which the import begins anew."""
        raise NotImplementedError

    def target_in_words(self, target):
        """Return what the file goes into."""
        raise NotImplementedError

    def view(self, request):
        """Ask for a file, show what it would change, import what was shown."""
        if "content" in request.POST:
            return self._confirmed(request)
        if request.method != "POST":
            form = self.upload_form(user=request.user, initial=request.GET.dict())
            return self._upload_page(request, form)
        form = self.upload_form(request.POST, request.FILES, user=request.user)
        if not form.is_valid():
            return self._upload_page(request, form)
        target, file = self._target(form), form.cleaned_data["file"]
        content = file.read()
        try:
            preview = self.preview(target, content, file.name, form.cleaned_data["sheet"])
        except (importing.Unreadable, assessing.Refused) as refusal:
            form.add_error("file", str(refusal))
            return self._upload_page(request, form)
        return self._preview_page(request, target, content, preview)

    def _target(self, form):
        return {name: form.cleaned_data[name] for name in self.target_fields}

    def _confirmed(self, request):
        form = self.confirm_form(request.POST, user=request.user)
        if not form.is_valid():
            messages.error(request, _("Nothing was imported: send the file again."))
            return HttpResponseRedirect(request.get_full_path())
        given = dict(form.cleaned_data)
        target = {name: given.pop(name) for name in self.target_fields}
        content, filename, sheet = (given.pop(name) for name in ("content", "filename", "sheet"))
        try:
            run = self.apply(target, content, filename, sheet, by=request.user, **given)
        except importing.Outdated as outdated:
            messages.warning(
                request, _("Scores have changed since you looked: look again and confirm.")
            )
            return self._preview_page(request, target, content, outdated.preview)
        except importing.NotImportable:
            preview = self.preview(target, content, filename, sheet)
            return self._preview_page(request, target, content, preview)
        except (importing.Unreadable, assessing.Refused) as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(self.url(target))
        model_admin = admin.site.get_model_admin(ImportRun)
        model_admin.log_addition(request, run, [{"added": {}}])
        messages.success(
            request,
            _("Imported: %(added)d values added, %(changed)d changed, %(unchanged)d left alone.")
            % {"added": run.added, "changed": run.changed, "unchanged": run.unchanged},
        )
        return HttpResponseRedirect(reverse("admin:scorecards_importrun_change", args=[run.pk]))

    def _upload_page(self, request, form):
        return self._page(request, self.upload_template, title=self.title, form=form)

    def _preview_page(self, request, target, content, preview):
        confirm = self.confirm_form(
            user=request.user,
            initial={
                **{name: getattr(value, "pk", value) for name, value in target.items()},
                "filename": preview.filename,
                "sheet": preview.sheet,
                "content": base64.b64encode(content).decode(),
                "fingerprint": preview.fingerprint,
            },
        )
        self.fit(confirm, preview)
        return self._page(
            request,
            "admin/scorecards/import_preview.html",
            title=(
                _("The file must be put right")
                if preview.problems
                else _("What the import would change")
            ),
            target=self.target_in_words(target),
            preview=preview,
            confirm=confirm,
            changed=preview.changed[:SHOWN_CHANGES],
            added=preview.added[:SHOWN_CHANGES],
            more_changed=_more(len(preview.changed)),
            more_added=_more(len(preview.added)),
            upload_url=self.url(target),
        )

    def fit(self, confirm, preview):
        """Change the form of confirmation to what the preview found; by default, leave it."""

    def _page(self, request, template, **context):
        context = {
            **admin.site.each_context(request),
            "opts": ImportRun._meta,
            "media": admin.site.get_model_admin(ImportRun).media,
            **context,
        }
        request.current_app = admin.site.name
        return TemplateResponse(request, template, context)


def _more(count):
    """Say how many changes are not listed; nothing if all are."""
    more = count - SHOWN_CHANGES
    if more <= 0:
        return ""
    return ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
