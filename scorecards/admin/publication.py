"""Publishing in the administration: rehearse, seal, show. `scorecards.publishing` does the work."""

import hashlib
from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scorecards import assessing, publishing
from scorecards.assessing import Refused
from scorecards.models import Decision, Edition
from scorecards.models.framework import Origin
from scorecards.rehearsing import causes_in_words, rehearse
from scorecards.tables.errata import in_words
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
    decided_by = forms.CharField(label=gettext_lazy("who decided the correction"), max_length=200)

    def __init__(self, *args, framework, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = framework.authority.decisions.all()
        if not framework.editions.exists():
            del self.fields["reason"], self.fields["decided_by"]


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
    if request.method == "POST" and "acknowledge" in request.POST:
        return _acknowledged(request, framework, completeness)
    if request.method == "POST" and "keep" in request.POST:
        publishing.keep(framework, completeness=completeness, by=request.user)
        messages.success(request, _("This rehearsal is kept: the next one is compared with it."))
        return HttpResponseRedirect(request.get_full_path())
    rehearsal = rehearse(framework, completeness=completeness)
    opened = framework.reopenings.exclude(decided_by="").first()
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        initial={
            "fingerprint": fingerprint(rehearsal),
            "reason": opened.reason if opened else "",
            "decided_by": opened.decided_by if opened else "",
        },
        framework=framework,
    )
    if request.method == "POST" and form.is_valid():
        edition = _sealed(request, framework, completeness, form)
        if edition:
            return HttpResponseRedirect(
                reverse("admin:scorecards_edition_change", args=[edition.pk])
            )
        return HttpResponseRedirect(request.get_full_path())
    return _publish_page(request, framework, rehearsal, form)


def _acknowledged(request, framework, completeness):
    """Acknowledge the findings that were ticked, each by name and time."""
    try:
        number = publishing.acknowledge(
            framework, request.POST.getlist("key"), completeness=completeness, by=request.user
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        sentence = ngettext(
            "%(count)d line was acknowledged.", "%(count)d lines were acknowledged.", number
        )
        messages.success(request, sentence % {"count": number})
    return HttpResponseRedirect(request.get_full_path())


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
                decision=given["decision"],
                note=given["note"],
                public_from=given["public_from"],
                reason=given.get("reason", ""),
                decided_by=given.get("decided_by", ""),
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
    kept = framework.rehearsals.select_related("by").first()
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
        blocking=[(finding, _about(framework, finding)) for finding in rehearsal.blocking],
        findings=[
            (finding, _about(framework, finding), rehearsal.acknowledged.get(finding.key))
            for finding in rehearsal.findings
            if not finding.blocking
        ],
        comparisons=_comparisons(rehearsal, framework, kept),
        kept=kept,
        corrections=_corrections(rehearsal, framework),
        form=form,
        choices=choices if len(choices) > 1 else [],
    )


def _comparisons(rehearsal, framework, kept):
    """Return what the result is compared with: an anchor, a title, the shifts, what none means."""
    nobody = _("No unit changes its rank or class.")
    alone = _("There is no complete result of the year before to compare with.")
    found = [
        (
            "nam-truoc",
            _("Since the year before"),
            _shifts(rehearsal.since_last_year, framework),
            nobody if rehearsal.year_before else alone,
        )
    ]
    if kept:
        shifts = _shifts(rehearsal.since_kept, framework)
        found.append(("lan-truoc", _("Since the last rehearsal kept"), shifts, nobody))
    return found


# What speaks of the whole result stands on the page itself or in a form of the framework.
ON_THE_PAGE = {
    "tie": "#ket-qua",
    "counts_differ": "#ket-qua",
    "ranks_change": "#nam-truoc",
}


def _about(framework, finding):
    """Return the address of what a finding speaks of."""
    if finding.card and finding.criterion:
        grid = reverse("admin:scorecards_framework_grid", args=[framework.pk])
        return f"{grid}?linh-vuc=tat-ca#v-{finding.card}-{finding.criterion}"
    if finding.card:
        return reverse("admin:scorecards_scorecard_change", args=[finding.card])
    if finding.criterion:
        return reverse("admin:scorecards_criterion_change", args=[finding.criterion])
    if finding.code in ON_THE_PAGE:
        return ON_THE_PAGE[finding.code]
    of_framework = f"?framework__id__exact={framework.pk}"
    if finding.code in ("evidence_not_held", "no_criteria"):
        required = "&evidence_required__exact=1" if finding.code == "evidence_not_held" else ""
        return reverse("admin:scorecards_criterion_changelist") + of_framework + required
    if finding.code == "no_units":
        return reverse("admin:scorecards_scorecard_changelist") + of_framework
    if finding.code == "nothing_corrected":
        return reverse("admin:scorecards_framework_grid", args=[framework.pk])
    return reverse("admin:scorecards_framework_change", args=[framework.pk])


def _shifts(shifts, framework):
    """Return whose rank or class changed, in words: unit, ranks, classes, causes."""
    return [
        (
            shift.unit_name,
            _step(shift.old_rank, shift.new_rank),
            _step(shift.old_class, shift.new_class),
            causes_in_words(shift, framework.decimals).strip(" ()"),
        )
        for shift in shifts
    ]


def _step(old, new):
    """Return a change as an arrow; what stays stands alone."""
    return f"{new or '—'}" if old == new else f"{old or '—'} → {new or '—'}"


def _corrections(rehearsal, framework):
    """Return every number that the correction would change: unit, number, old, new."""
    places = framework.decimals

    def shown(value):
        if value is None or value == "":
            return "—"
        return number_format(value, places) if isinstance(value, Decimal) else value

    rows = []
    for row in rehearsal.corrections:
        unit, criterion, number = in_words(row)
        rows.append((unit, f"{criterion or ''} {number}".strip(), shown(row.old), shown(row.new)))
    return rows


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
        "decided_by",
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


class CorrectionForm(forms.Form):
    """Why a published result is corrected, and who decided it; everybody reads both."""

    reason = forms.CharField(
        label=gettext_lazy("reason for the correction"), widget=forms.Textarea(attrs={"rows": 3})
    )
    decided_by = forms.CharField(
        label=gettext_lazy("who decided the correction"),
        max_length=200,
        help_text=gettext_lazy("Such as the Chairman of the People's Committee, by which paper."),
    )


def correction_view(request, framework):
    """Open a sealed framework so that a corrected edition can be published."""
    form = CorrectionForm(request.POST or None)
    if form.is_valid():
        try:
            assessing.open_correction(framework, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            _log(request, framework, _("Opened for a correction."))
            messages.success(
                request,
                _("Scores can be corrected now; what is published stays until you publish anew."),
            )
            return HttpResponseRedirect(
                reverse("admin:scorecards_framework_change", args=[framework.pk])
            )
    return _page(
        request,
        "admin/scorecards/framework/correction.html",
        title=_("Open a correction"),
        opts=framework._meta,
        framework=framework,
        form=form,
    )


def abandon_view(request, framework):
    """Close a framework that was opened for a correction, if nothing has changed."""
    try:
        publishing.abandon_correction(framework)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        _log(request, framework, _("The correction was abandoned."))
        messages.success(request, _("The correction is abandoned; the result is sealed as before."))
    return HttpResponseRedirect(reverse("admin:scorecards_framework_change", args=[framework.pk]))


def _log(request, framework, sentence):
    admin.site.get_model_admin(type(framework)).log_change(request, framework, sentence)
