"""Publishing in the administration: rehearse, seal, show. `scorecards.publishing` does the work."""

import hashlib

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards import assessing, publishing
from scorecards.assessing import Refused
from scorecards.models import Decision, Edition
from scorecards.models.framework import Origin
from scorecards.rehearsing import rehearse
from units.admin import OwnAuthorityAdmin


def moment_field(**kwargs):
    return forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        **kwargs,
    )


class PublishForm(forms.Form):
    """How a rehearsed result is sealed. ``fingerprint`` is that of the rehearsal on the page."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)
    decision = forms.ModelChoiceField(
        Decision.objects.none(),
        label=gettext_lazy("decision"),
        required=False,
        help_text=gettext_lazy("May be named later, when the result is shown."),
    )
    note = forms.CharField(
        label=gettext_lazy("note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands on the public page."),
    )
    public_from = moment_field(
        label=gettext_lazy("public from"),
        required=False,
        help_text=gettext_lazy("Empty: sealed, but not shown yet."),
    )
    reason = forms.CharField(
        label=gettext_lazy("reason for the correction"), widget=forms.Textarea(attrs={"rows": 3})
    )
    acknowledged = forms.BooleanField(
        label=gettext_lazy("I have read what is to be acknowledged, and the result stands."),
        error_messages={
            "required": gettext_lazy("Acknowledge what the rehearsal found, or put it right.")
        },
    )

    def __init__(self, *args, framework, rehearsal, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = framework.authority.decisions.all()
        if not framework.editions.exists():
            del self.fields["reason"]
        if not rehearsal.to_acknowledge:
            del self.fields["acknowledged"]


def fingerprint(rehearsal):
    """Return a digest of all that a rehearsal's page shows, to seal that and nothing else."""
    shown = [rehearsal.completeness, *(finding.sentence for finding in rehearsal.findings)]
    for row in rehearsal.results:
        shown.append(f"{row.unit_id} {row.rank} {row.points} {row.max_points}")
        shown.append(f"{row.index_percent} {row.class_name}")
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()


def publish_view(request, framework):
    """Rehearse ``framework`` on the page; a POST seals what was shown, or says why not."""
    if framework.is_sealed:
        messages.info(request, _("The result is sealed."))
        return HttpResponseRedirect(
            reverse("admin:scorecards_edition_changelist") + f"?framework__id__exact={framework.pk}"
        )
    completeness = request.GET.get("completeness")
    if completeness not in _choices(framework):
        completeness = Edition.Completeness.FULL
    rehearsal = rehearse(framework, completeness=completeness)
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        initial={"fingerprint": fingerprint(rehearsal)},
        framework=framework,
        rehearsal=rehearsal,
    )
    if request.method == "POST" and form.is_valid():
        edition = _sealed(request, framework, completeness, form)
        if edition:
            return HttpResponseRedirect(
                reverse("admin:scorecards_edition_change", args=[edition.pk])
            )
        return HttpResponseRedirect(request.get_full_path())
    return _publish_page(request, framework, rehearsal, form)


def _choices(framework):
    """What is computed is published whole; an announcement may be known in part."""
    if framework.origin == Origin.COMPUTED:
        return [Edition.Completeness.FULL.value]
    return Edition.Completeness.values


def _sealed(request, framework, completeness, form):
    """Seal what was shown and return the edition; else say why not and return None."""
    given = form.cleaned_data
    try:
        with transaction.atomic():
            framework = assessing.lock(framework)
            rehearsal = rehearse(framework, completeness=completeness)
            if fingerprint(rehearsal) != given["fingerprint"]:
                raise Refused(_("The scores have changed since you looked: look again."))
            edition = publishing.seal(
                framework,
                by=request.user,
                completeness=completeness,
                acknowledged=given.get("acknowledged", False),
                decision=given["decision"],
                note=given["note"],
                public_from=given["public_from"],
                reason=given.get("reason", ""),
            )
    except Refused as refused:
        messages.error(request, str(refused))
        return None
    messages.success(
        request,
        _("%(edition)s is sealed; its digest is %(digest)s.")
        % {"edition": edition, "digest": edition.digest},
    )
    return edition


def _publish_page(request, framework, rehearsal, form):
    choices = [
        (value, label)
        for value, label in Edition.Completeness.choices
        if value in _choices(framework)
    ]
    return _page(
        request,
        "admin/scorecards/framework/publish.html",
        title=_("Rehearse and publish"),
        opts=framework._meta,
        framework=framework,
        rehearsal=rehearsal,
        form=form,
        choices=choices if len(choices) > 1 else [],
    )


def _page(request, template, **context):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})


@admin.register(Decision)
class DecisionAdmin(OwnAuthorityAdmin):
    list_display = ["__str__", "title", "signed_on", "announced_on", "authority"]
    list_filter = [("authority", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["authority"]
    fixed_fields = ["authority"]


class ShowForm(forms.Form):
    """When the public sees an edition, and by which decision."""

    public_from = moment_field(label=gettext_lazy("public from"))
    decision = forms.ModelChoiceField(
        Decision.objects.none(), label=gettext_lazy("decision"), required=False
    )

    def __init__(self, *args, edition, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = edition.authority.decisions.all()
        if edition.decision_id:
            del self.fields["decision"]


@admin.register(Edition)
class EditionAdmin(OwnAuthorityAdmin):
    """What was sealed, to be read; showing it to the public is the one thing left to do."""

    authority_path = "framework__group__authority"
    list_display = ["framework", "version", "sealed_at", "digest_short", "public_from", "page"]
    list_filter = [("framework", admin.RelatedOnlyFieldListFilter), "framework__year", "origin"]
    fields = [
        "framework",
        "version",
        "page",
        "decision",
        "public_from",
        "corrects",
        "reason",
        "origin",
        "completeness",
        "note",
        "title",
        "sealed_at",
        "sealed_by",
        "digest",
        "previous_digest",
    ]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("framework__group__authority", "decision", "corrects__framework")
            .defer("canonical")
        )

    @admin.display(description=gettext_lazy("digest"))
    def digest_short(self, edition):
        return edition.digest[:12]

    @admin.display(description=gettext_lazy("public page"))
    def page(self, edition):
        if not _is_public(edition):
            return _("not shown yet")
        address = reverse(
            "league_table_version",
            args=[edition.authority.slug, edition.year, edition.group.slug, edition.version],
        )
        return format_html('<a href="{}">{}</a>', address, address)

    def render_change_form(self, request, context, *args, **kwargs):
        edition = kwargs["obj"]
        context["show_url"] = ""
        if edition.sealed_at and not _is_public(edition):
            context["show_url"] = reverse("admin:scorecards_edition_show", args=[edition.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self):
        show = self.admin_site.admin_view(self.show_view)
        return [
            path("<int:pk>/hien-thi/", show, name="scorecards_edition_show"),
            *super().get_urls(),
        ]

    def show_view(self, request, pk):
        """Ask from when the public sees the edition, and set it."""
        edition = get_object_or_404(self.get_queryset(request), pk=pk)
        if not request.user.can_administer(edition.authority):
            raise PermissionDenied
        initial = {"public_from": edition.public_from or timezone.now()}
        form = ShowForm(request.POST or None, initial=initial, edition=edition)
        if form.is_valid():
            try:
                publishing.show(edition, **form.cleaned_data)
            except Refused as refused:
                messages.error(request, str(refused))
            else:
                self.log_change(request, edition, _("Shown to the public."))
                messages.success(request, _("The moment of showing is set."))
            return HttpResponseRedirect(
                reverse("admin:scorecards_edition_change", args=[edition.pk])
            )
        return _page(
            request,
            "admin/scorecards/edition/show.html",
            title=_("Show to the public"),
            opts=self.opts,
            edition=edition,
            form=form,
        )


def _is_public(edition):
    return edition.public_from is not None and edition.public_from <= timezone.now()
