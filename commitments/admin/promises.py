"""Commitments in the administration: proposed, entered, signed, checked, withdrawn."""

import datetime

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from commitments import following, importing, keeping, wording
from commitments.admin.pages import (
    OwnConfirmForm,
    OwnUploadForm,
    ShownAdmin,
    add_errors,
    form_page,
    own_group_or_404,
    own_groups,
    page,
)
from commitments.admin.targets import DAY
from commitments.judging import contradicts
from commitments.models import Check, Commitment, Indicator
from scorecards.admin.import_flow import ImportFlow
from scorecards.assessing import Refused
from scorecards.models.publication import Edition
from units.models import Unit


def next_year(authority) -> int:
    """Return the year after the newest public edition: the one commitments are made for."""
    newest = (
        Edition.objects.current()
        .filter(framework__group__authority=authority)
        .order_by("-framework__year")
        .values_list("framework__year", flat=True)
        .first()
    )
    return newest + 1 if newest else timezone.localdate().year


def inspectors(authority):
    """Return the accounts that may follow up the authority's commitments."""
    return User.objects.filter(authority=authority, is_active=True).order_by(
        "last_name", "first_name", "username"
    )


class CommitmentUploadForm(OwnUploadForm):
    field_order = ["authority", "year", "file", "sheet"]
    year = forms.IntegerField(
        label=gettext_lazy("year"),
        min_value=2000,
        max_value=2100,
        help_text=gettext_lazy("The year in which the commitments are to be kept."),
    )


class CommitmentConfirmForm(OwnConfirmForm):
    year = forms.IntegerField(min_value=2000, max_value=2100, widget=forms.HiddenInput)


class CommitmentFlow(ImportFlow):
    """Commitments of one year."""

    title = gettext_lazy("Import commitments")
    upload_template = "admin/commitments/import_commitments.html"
    upload_form = CommitmentUploadForm
    confirm_form = CommitmentConfirmForm
    target_fields = ("authority", "year")

    def preview(self, target, content, filename, sheet):
        return importing.preview_commitments(
            target["authority"], target["year"], content, filename, sheet=sheet
        )

    def apply(self, target, content, filename, sheet, **given):
        return importing.apply_commitments(
            target["authority"], target["year"], content, filename, sheet=sheet, **given
        )

    def url(self, target):
        return reverse("admin:commitments_import_commitments")

    def target_in_words(self, target):
        return f"{target['authority'].place}, {target['year']}"


class SignForm(forms.Form):
    """Who signed, when, and the page that shows it."""

    signed_by = forms.CharField(
        label=gettext_lazy("signed by"),
        max_length=100,
        help_text=gettext_lazy("One name for all that are listed; sign units apart otherwise."),
    )
    signed_on = forms.DateField(label=gettext_lazy("signed on"), widget=DAY)
    scan = forms.FileField(
        label=gettext_lazy("scanned page"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG or PNG, 10 MB at most; officials alone can open it."),
    )
    public = forms.BooleanField(label=gettext_lazy("public"), required=False, initial=True)


class WithdrawForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("withdrawn on"), widget=DAY)
    reason = forms.CharField(
        label=gettext_lazy("why it was withdrawn"),
        max_length=300,
        help_text=gettext_lazy("Everybody reads it."),
    )


class CheckForm(forms.Form):
    """What was found on a day."""

    checked_on = forms.DateField(label=gettext_lazy("checked on"), widget=DAY)
    step = forms.ChoiceField(label=gettext_lazy("step"), choices=Check.Step.choices)
    finding = forms.CharField(
        label=gettext_lazy("finding"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("In a sentence."),
    )
    measured_value = forms.DecimalField(
        label=gettext_lazy("measured value"),
        required=False,
        max_digits=14,
        decimal_places=3,
        localize=True,
    )
    document = forms.CharField(
        label=gettext_lazy("document"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Number and date of the report."),
    )
    file = forms.FileField(
        label=gettext_lazy("file"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG or PNG, 10 MB at most; officials alone can open it."),
    )
    public = forms.BooleanField(label=gettext_lazy("public"), required=False, initial=True)

    def __init__(self, *args, indicator, **kwargs):
        super().__init__(*args, **kwargs)
        if indicator is None:
            del self.fields["measured_value"]


class SeveralForm(forms.Form):
    """One commitment for several units of a group."""

    year = forms.IntegerField(label=gettext_lazy("year"), min_value=2000, max_value=2100)
    text = forms.CharField(
        label=gettext_lazy("commitment"),
        widget=forms.TextInput(attrs={"list": "texts", "size": 90}),
    )
    field = forms.CharField(label=gettext_lazy("field"), required=False, max_length=200)
    indicator = forms.ModelChoiceField(
        Indicator.objects.none(), label=gettext_lazy("indicator"), required=False
    )
    promised_value = forms.DecimalField(
        label=gettext_lazy("promised value"),
        required=False,
        max_digits=14,
        decimal_places=3,
        localize=True,
    )
    due_on = forms.DateField(label=gettext_lazy("due on"), widget=DAY)
    inspector = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("inspector"), required=False
    )
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=gettext_lazy("units"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, group, **kwargs):
        super().__init__(*args, **kwargs)
        authority = group.authority
        self.fields["indicator"].queryset = authority.indicators.order_by("position", "slug")
        self.fields["inspector"].queryset = inspectors(authority)
        self.fields["units"].queryset = units_of(group)


def units_of(group):
    """Return the group's units that exist today (or did in the authority's last days), in order."""
    day = group.authority.ends_on or timezone.localdate()
    units = Unit.objects.filter(authority=group.authority_id, kind=group.kind).in_force_on(day)
    return units.order_by("position", "sort_key", "pk")


class SignedFilter(admin.SimpleListFilter):
    title = gettext_lazy("signed")
    parameter_name = "da-ky"

    def lookups(self, request, model_admin):
        return [("1", _("signed")), ("0", _("not signed yet")), ("rut", _("withdrawn"))]

    def queryset(self, request, queryset):
        if self.value() == "rut":
            return queryset.filter(withdrawn_on__isnull=False)
        if self.value() in ("0", "1"):
            return queryset.filter(signed_on__isnull=self.value() == "0")
        return queryset


@admin.register(Commitment)
class CommitmentAdmin(ShownAdmin):
    """What units promised: open until it is signed, then frozen, checked and perhaps withdrawn."""

    authority_path = "unit__authority"
    list_display = ["unit", "year", "short_text", "due_on", "state", "public"]
    list_display_links = ["unit", "short_text"]
    list_filter = [
        "year",
        SignedFilter,
        "public",
        "unit__kind",
        ("inspector", admin.RelatedOnlyFieldListFilter),
        ("unit__authority", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["unit__authority", "inspector"]
    ordering = ["-year", "unit__position", "unit__sort_key", "due_on", "pk"]
    search_fields = ["text"]
    search_help_text = gettext_lazy("Name of the unit or words of the commitment.")
    autocomplete_fields = ["unit"]
    actions = ["sign_action", "show", "hide"]
    change_list_template = "admin/commitments/commitment_list.html"
    change_form_template = "admin/commitments/commitment.html"
    promise_fields = [
        "unit",
        "year",
        "text",
        "field",
        "criterion",
        "promised_points",
        "indicator",
        "promised_value",
        "due_on",
        "source",
    ]
    kept_fields = ["signed_by", "signed_on", "scan_link", "withdrawn_on", "withdrawn_reason"]

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related("unit__authority", "criterion__framework", "indicator", "scan")

    def get_search_results(self, request, queryset, search_term):
        if words := search_term.strip():
            found = Unit.objects.matching(words).values("pk")
            queryset = queryset.filter(unit__in=found) | queryset.filter(text__icontains=words)
        return queryset, False

    @admin.display(description=gettext_lazy("commitment"), ordering="text")
    def short_text(self, row):
        return Truncator(row.text).chars(90)

    @admin.display(description=gettext_lazy("state"), ordering="signed_on")
    def state(self, row):
        if row.withdrawn_on:
            return _("withdrawn")
        if row.signed_on:
            day = date_format(row.signed_on, "SHORT_DATE_FORMAT")
            return _("signed on %(day)s") % {"day": day}
        return _("not signed yet")

    @admin.display(description=gettext_lazy("scanned page"))
    def scan_link(self, row):
        return row.scan or "—"

    def get_fields(self, request, obj=None):
        if obj and obj.signed_on:
            return [*self.promise_fields, "inspector", "public", *self.kept_fields]
        fields = [*self.promise_fields, "inspector"]
        if obj and obj.criterion_id:
            return fields
        # Of hundreds of criteria nobody chooses well here: the proposals and the file name them.
        return [name for name in fields if name not in ("criterion", "promised_points")]

    def get_readonly_fields(self, request, obj=None):
        if obj and obj.signed_on:
            return [*self.promise_fields, *self.kept_fields]
        return ["criterion"] if obj and obj.criterion_id else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "inspector":
            accounts = User.objects.filter(is_active=True)
            if not request.user.is_superuser:
                accounts = accounts.filter(authority=request.user.authority_id)
            kwargs["queryset"] = accounts.order_by("username")
            return db_field.formfield(**kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.signed_on is None
        )

    def get_actions(self, request):
        actions = super().get_actions(request)
        # Signed commitments cannot be deleted, and a list holds both.
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request, obj, form, change):
        obj.changed_by, obj.changed_at = request.user, timezone.now()
        super().save_model(request, obj, form, change)

    @admin.action(description=gettext_lazy("Sign"))
    def sign_action(self, request, queryset):
        keys = ",".join(str(key) for key in queryset.order_by("pk").values_list("pk", flat=True))
        return HttpResponseRedirect(f"{reverse('admin:commitments_sign')}?so={keys}")

    def mark(self, rows, *, public):
        return keeping.show(rows, public=public)

    def get_urls(self):
        views = [
            ("nhap/", self.import_view, "commitments_import_commitments"),
            ("ky/", self.sign_view, "commitments_sign"),
            ("de-xuat/<int:pk>/", self.proposals_view, "commitments_proposals"),
            ("nhieu-don-vi/<int:pk>/", self.several_view, "commitments_several"),
            ("<int:pk>/rut/", self.withdraw_view, "commitments_withdraw"),
            ("<int:pk>/kiem-tra/", self.check_view, "commitments_check"),
        ]
        return [
            *(path(at, self.admin_site.admin_view(view), name=name) for at, view, name in views),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        groups = own_groups(request.user)
        return super().changelist_view(request, {"groups": groups, **(extra_context or {})})

    def render_change_form(self, request, context, *args, **kwargs):
        row = kwargs["obj"]
        checks = (
            row.checks.select_related("recorded_by").order_by("-checked_on", "-pk") if row else []
        )
        context |= {"checks": checks, "tools": _tools(row) if row else []}
        return super().render_change_form(request, context, *args, **kwargs)

    def _own_or_404(self, request, pk):
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self._reaches(request, row):
            raise Http404
        return row

    def import_view(self, request):
        """Import a workbook of commitments."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return CommitmentFlow().view(request)

    def sign_view(self, request):
        """Sign the commitments named in ?so=1,2,3."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        keys = [int(key) for key in request.GET.get("so", "").split(",") if key.isdecimal()]
        rows = list(self.get_queryset(request).filter(pk__in=keys).order_by("pk"))
        if not rows:
            raise Http404
        form = SignForm(
            request.POST or None,
            request.FILES or None,
            initial={"signed_on": timezone.localdate()},
        )
        if form.is_valid():
            given = form.cleaned_data
            try:
                scan = _document(rows[0].authority, given.pop("scan"), request.user)
                number = keeping.sign(rows, scan=scan, by=request.user, **given)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(
                    request,
                    ngettext(
                        "%(count)d commitment was signed.",
                        "%(count)d commitments were signed.",
                        number,
                    )
                    % {"count": number},
                )
                return HttpResponseRedirect(reverse("admin:commitments_commitment_changelist"))
        lines = [f"{row.unit}: {row.text}" for row in rows]
        return form_page(
            request,
            form,
            opts=self.opts,
            title=_("Sign commitments"),
            button=_("Sign"),
            lines=[*lines, _("Once signed, the text is frozen.")],
        )

    def withdraw_view(self, request, pk):
        """Withdraw one signed commitment."""
        row = self._own_or_404(request, pk)
        form = WithdrawForm(request.POST or None, initial={"on": timezone.localdate()})
        if form.is_valid():
            try:
                keeping.withdraw(row, by=request.user, **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("The commitment is withdrawn."))
                return self._to(row)
        return form_page(
            request,
            form,
            opts=self.opts,
            title=_("Withdraw a commitment"),
            button=_("Withdraw"),
            lines=[f"{row.unit}: {row.text}"],
        )

    def check_view(self, request, pk):
        """Record what was found about one commitment."""
        row = self._own_or_404(request, pk)
        (standing,) = following.standings([row], today=timezone.localdate(), public=False)
        form = CheckForm(
            request.POST or None,
            request.FILES or None,
            initial={"checked_on": timezone.localdate()},
            indicator=row.indicator,
        )
        if form.is_valid() and self._checked(request, row, standing, form):
            return self._to(row)
        lines = [f"{row.unit}: {row.text}"]
        if promised := wording.promised(row):
            lines.append(_("Promised: %(what)s") % {"what": promised})
        if standing.latest:
            value = wording.measured(standing.latest, row.indicator)
            lines.append(_("Last measured: %(value)s") % {"value": value})
        if standing.last:
            lines.append(_("Last finding: %(check)s") % {"check": standing.last})
        return form_page(
            request,
            form,
            opts=self.opts,
            title=_("Record a check"),
            button=_("Record"),
            lines=lines,
        )

    def _checked(self, request, row, standing, form):
        given = dict(form.cleaned_data)
        try:
            file = _document(row.authority, given.pop("file"), request.user)
            found = keeping.check(
                row, on=given.pop("checked_on"), file=file, by=request.user, **given
            )
        except ValidationError as error:
            add_errors(form, error)
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, _("The check is recorded."))
            latest = standing.latest
            if latest and contradicts(
                found.step, latest.value, row.promised_value, row.indicator.direction
            ):
                messages.warning(
                    request,
                    _("The finding contradicts the last measurement, %(value)s.")
                    % {"value": wording.measured(latest, row.indicator)},
                )
            return True
        return False

    def _to(self, row):
        return HttpResponseRedirect(reverse("admin:commitments_commitment_change", args=[row.pk]))

    def proposals_view(self, request, pk):
        """Propose commitments of a group's units from the leaves on which they lost most points."""
        group = own_group_or_404(request.user, pk)
        year = _asked_year(request, group)
        units = list(units_of(group))
        unit = next((one for one in units if one.slug == request.GET.get("don-vi")), None)
        proposed = keeping.proposals([unit] if unit else units, year, most=5 if unit else 2)
        rows = [one for lost in proposed.values() for one in lost]
        typed = request.POST if request.method == "POST" else {}
        sentences = []
        if request.method == "POST":
            try:
                made = keeping.promise(self._chosen(request, rows, year), by=request.user)
            except (Refused, ValidationError) as refused:
                sentences = getattr(refused, "messages", None) or [str(refused)]
            else:
                messages.success(request, _made(len(made)))
                return HttpResponseRedirect(
                    reverse("admin:commitments_commitment_changelist") + f"?year={year}&da-ky=0"
                )
        return page(
            request,
            "admin/commitments/proposals.html",
            opts=self.opts,
            title=_("Commitments from lost points: %(group)s, %(year)s")
            % {"group": group.name, "year": year},
            group=group,
            year=year,
            units=units,
            unit=unit,
            due_on=typed.get("due_on") or f"{year}-12-31",
            sentences=sentences,
            rows=[
                {
                    "key": f"{one.unit.pk}-{one.criterion.pk}",
                    "unit": one.unit,
                    "number": one.criterion.number,
                    "field": one.field,
                    "had": f"{wording.points(one.points)} / {wording.points(one.max_points)}",
                    "lost": wording.points(one.lost),
                    "chosen": f"c-{one.unit.pk}-{one.criterion.pk}" in typed,
                    "text": typed.get(f"t-{one.unit.pk}-{one.criterion.pk}", one.text),
                    "points": typed.get(
                        f"p-{one.unit.pk}-{one.criterion.pk}", wording.points(one.max_points)
                    ),
                }
                for one in rows
            ],
        )

    def _chosen(self, request, rows, year):
        """Return the commitments ticked on the page; raise `ValidationError` with a sentence."""
        due_on = forms.DateField().clean(request.POST.get("due_on", ""))
        chosen = []
        for one in rows:
            key = f"{one.unit.pk}-{one.criterion.pk}"
            if f"c-{key}" not in request.POST:
                continue
            number = forms.DecimalField(max_digits=8, decimal_places=3, localize=True)
            try:
                points = number.clean(request.POST.get(f"p-{key}", ""))
            except ValidationError as error:
                wrong = f"{one.unit}, {one.criterion.number}: {' '.join(error.messages)}"
                raise ValidationError(wrong) from error
            chosen.append(
                Commitment(
                    unit=one.unit,
                    year=year,
                    text=request.POST.get(f"t-{key}", "").strip(),
                    field=one.field,
                    criterion=one.criterion,
                    baseline_points=one.points,
                    baseline_max=one.max_points,
                    promised_points=points,
                    due_on=due_on,
                )
            )
        if not chosen:
            raise ValidationError(_("Choose at least one commitment."))
        return chosen

    def several_view(self, request, pk):
        """Make one commitment for several units of a group."""
        group = own_group_or_404(request.user, pk)
        year = _asked_year(request, group)
        initial = {"year": year, "due_on": datetime.date(year, 12, 31)}
        form = SeveralForm(request.POST or None, initial=initial, group=group)
        if form.is_valid():
            given = dict(form.cleaned_data)
            units = given.pop("units")
            there = set(
                Commitment.objects.filter(
                    unit__in=units, year=given["year"], text=given["text"]
                ).values_list("unit", flat=True)
            )
            fresh = [Commitment(unit=unit, **given) for unit in units if unit.pk not in there]
            try:
                made = keeping.promise(fresh, by=request.user)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _made(len(made)))
                if there:
                    messages.info(request, _already(len(there)))
                return HttpResponseRedirect(
                    reverse("admin:commitments_commitment_changelist")
                    + f"?year={given['year']}&da-ky=0"
                )
        texts = Commitment.objects.filter(unit__authority=group.authority).values_list("text")
        return form_page(
            request,
            form,
            opts=self.opts,
            title=_("One commitment for several units: %(group)s") % {"group": group.name},
            button=_("Make the commitments"),
            texts=[text for (text,) in texts.distinct().order_by("text")[:100]],
        )


def _asked_year(request, group):
    text = request.GET.get("nam", "")
    if text.isdecimal() and 2000 <= int(text) <= 2100:
        return int(text)
    return next_year(group.authority)


def _made(number):
    return ngettext(
        "%(count)d commitment was made; it can be changed until it is signed.",
        "%(count)d commitments were made; they can be changed until they are signed.",
        number,
    ) % {"count": number}


def _already(number):
    return ngettext(
        "%(count)d unit has made this commitment already.",
        "%(count)d units have made this commitment already.",
        number,
    ) % {"count": number}


def _document(authority, file, user):
    """Keep an uploaded file; None if there is none."""
    return keeping.keep_document(authority, file.read(), file.name, by=user) if file else None


def _tools(row):
    """Return the (address, words) of what can be done with a commitment."""
    tools = []
    if row.signed_on is None:
        tools.append((f"{reverse('admin:commitments_sign')}?so={row.pk}", _("Sign")))
    elif row.withdrawn_on is None:
        tools.append((reverse("admin:commitments_check", args=[row.pk]), _("Record a check")))
        tools.append((reverse("admin:commitments_withdraw", args=[row.pk]), _("Withdraw")))
    if row.scan_id:
        tools.append((reverse("commitment_document", args=[row.scan_id]), _("Scanned page")))
    if row.signed_on:
        sheet = [row.authority.slug, row.year, row.unit.slug]
        tools.append((reverse("check_sheet", args=sheet), _("Check sheet")))
    return tools
