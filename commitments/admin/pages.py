"""What the pages of this administration share: own rows, what the public sees, forms on a page."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy, ngettext

from scorecards.admin.import_flow import ConfirmForm, UploadForm
from units.admin import OwnAuthorityAdmin
from units.models import Authority, UnitGroup


class ShownAdmin(OwnAuthorityAdmin):
    """Rows that the public sees once they are marked so."""

    actions = ("show", "hide")

    def mark(self, rows, *, public) -> int:
        """Mark ``rows`` as public or not; return how many changed."""
        return rows.exclude(public=public).update(public=public)

    @admin.action(description=gettext_lazy("Show to the public"))
    def show(self, request, queryset):
        self._say(request, self.mark(queryset, public=True))

    @admin.action(description=gettext_lazy("Hide from the public"))
    def hide(self, request, queryset):
        self._say(request, self.mark(queryset, public=False))

    def _say(self, request, changed):
        sentence = ngettext("%(count)d row was changed.", "%(count)d rows were changed.", changed)
        messages.success(request, sentence % {"count": changed})


class RecordedAdmin(ShownAdmin):
    """Rows that are recorded and corrected, never edited; whether they are public may change."""

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_actions(self, request):
        actions = super().get_actions(request)
        # Django takes actions away with the right to change; showing is no change of the number.
        if self.has_view_permission(request):
            for name in self.actions:
                actions[name] = self.get_action(name)
        return actions


class OwnUploadForm(UploadForm):
    """A file for one of the account's own authorities."""

    authority = forms.ModelChoiceField(Authority.objects.none(), label=gettext_lazy("authority"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = own_authorities(user)
        self.fields["authority"].initial = user.authority_id


class OwnConfirmForm(ConfirmForm):
    authority = forms.ModelChoiceField(Authority.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = own_authorities(user)


def own_authorities(user):
    """Return the authorities for which ``user`` may import."""
    rows = Authority.objects.all()
    return rows if user.is_superuser else rows.filter(pk=user.authority_id)


def own_groups(user):
    """Return the groups of units of the authorities that ``user`` administers."""
    groups = UnitGroup.objects.select_related("authority").order_by(
        "authority__sort_key", "position"
    )
    return groups if user.is_superuser else groups.filter(authority=user.authority_id)


def own_group_or_404(user, pk):
    """Return one group that ``user`` administers."""
    group = UnitGroup.objects.select_related("authority").filter(pk=pk).first()
    if group is None or not user.can_administer(group.authority):
        raise Http404
    return group


def page(request, template, *, opts, **context):
    """Return a page of the administration."""
    request.current_app = admin.site.name
    return TemplateResponse(
        request, template, {**admin.site.each_context(request), "opts": opts, **context}
    )


def form_page(request, form, *, opts, title, button, lines=(), texts=()):
    """Return a page with one form under a few lines of explanation."""
    return page(
        request,
        "admin/commitments/form_page.html",
        opts=opts,
        title=title,
        form=form,
        button=button,
        lines=lines,
        texts=texts,
    )


def add_errors(form, error: ValidationError):
    """Put what a writer refused beside its fields; what has no field stands above all."""
    if hasattr(error, "error_dict"):
        for name, messages in error.message_dict.items():
            form.add_error(name if name in form.fields else None, messages)
    else:
        form.add_error(None, error.messages)
