"""Indicators, targets and measurements: what is aimed at and how far it has come."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments import measuring, wording
from commitments.admin.pages import RecordedAdmin, ShownAdmin, add_errors, form_page
from commitments.models import Indicator, Measurement, Target
from units.admin import OwnAuthorityAdmin
from units.models import Unit

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


@admin.register(Indicator)
class IndicatorAdmin(OwnAuthorityAdmin):
    list_display = ["name", "measure_unit", "direction", "measured_by", "authority"]
    list_filter = [("authority", admin.RelatedOnlyFieldListFilter), "measured_by"]
    list_select_related = ["authority"]
    ordering = ["authority__sort_key", "position", "slug"]
    fixed_fields = ["authority"]
    search_fields = ["name"]

    def get_readonly_fields(self, request, obj=None):
        """What was measured must keep its meaning: the database holds these fields then."""
        if obj and (obj.measurements.exists() or obj.targets.exists() or obj.commitments.exists()):
            return ["is_share", "measured_by", "direction"]
        return []


@admin.register(Target)
class TargetAdmin(ShownAdmin):
    list_display = ["indicator", "unit", "value_shown", "due_on", "public"]
    list_filter = ["due_on", "public", ("authority", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["indicator", "unit", "authority"]
    ordering = ["-due_on", "indicator__position", "pk"]
    autocomplete_fields = ["unit"]
    fixed_fields = ["authority"]

    @admin.display(description=gettext_lazy("value to reach"), ordering="value")
    def value_shown(self, target):
        return wording.quantity(target.value, target.indicator)


class ValueForm(forms.Form):
    """A value, or of a share its two parts."""

    value = forms.DecimalField(
        label=gettext_lazy("value"), required=False, max_digits=14, decimal_places=3, localize=True
    )
    numerator = forms.IntegerField(
        label=gettext_lazy("numerator"),
        required=False,
        min_value=0,
        help_text=gettext_lazy("Of a share: such as the dossiers settled late."),
    )
    denominator = forms.IntegerField(
        label=gettext_lazy("denominator"),
        required=False,
        min_value=0,
        help_text=gettext_lazy("All of them; the value is then computed."),
    )
    note = forms.CharField(
        label=gettext_lazy("note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    source = forms.CharField(
        label=gettext_lazy("source"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class MeasureForm(ValueForm):
    """A new measurement."""

    field_order = ["indicator", "unit", "on", "value", "numerator", "denominator"]
    indicator = forms.ModelChoiceField(Indicator.objects.none(), label=gettext_lazy("indicator"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("unit"),
        required=False,
        help_text=gettext_lazy("Empty: the whole authority."),
    )
    on = forms.DateField(label=gettext_lazy("measured on"), widget=DAY)
    public = forms.BooleanField(label=gettext_lazy("public"), required=False)

    def __init__(self, *args, indicators, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = indicators
        self.fields["unit"].queryset = units


class CorrectForm(ValueForm):
    """What takes the place of a measurement, and why."""

    field_order = ["reason", "withdraw"]
    reason = forms.CharField(label=gettext_lazy("reason for the correction"), max_length=300)
    withdraw = forms.BooleanField(
        label=gettext_lazy("Withdraw it: there was no such measurement."), required=False
    )


@admin.register(Measurement)
class MeasurementAdmin(RecordedAdmin):
    """Measurements are added and corrected, never edited; each correction says why."""

    authority_path = "indicator__authority"
    list_display = ["indicator", "unit", "measured_on", "value_shown", "parts", "state", "public"]
    list_filter = ["public", "measured_on", ("indicator", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["indicator__authority", "unit", "correction"]
    ordering = ["-measured_on", "indicator__position", "-pk"]
    change_form_template = "admin/commitments/recorded.html"
    fields = [
        "indicator",
        "unit",
        "measured_on",
        "value_shown",
        "parts",
        "note",
        "source",
        "public",
        "state",
        "corrects",
        "reason",
        "recorded_by",
        "recorded_at",
    ]
    readonly_fields = fields

    def mark(self, rows, *, public):
        return measuring.show(rows, public=public)

    @admin.display(description=gettext_lazy("value"), ordering="value")
    def value_shown(self, row):
        return wording.quantity(row.value, row.indicator)

    @admin.display(description=gettext_lazy("numerator / denominator"))
    def parts(self, row):
        if row.numerator is None:
            return "—"
        pair = (
            number_format(value, 0, force_grouping=True)
            for value in (row.numerator, row.denominator)
        )
        return " / ".join(pair)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row):
        if row.withdrawn:
            return _("withdrawn")
        correction = getattr(row, "correction", None)
        if correction is None:
            return _("in force")
        address = reverse("admin:commitments_measurement_change", args=[correction.pk])
        return format_html('<a href="{}">{}</a>', address, _("corrected"))

    def get_urls(self):
        correct = self.admin_site.admin_view(self.correct_view)
        return [
            path("<int:pk>/dinh-chinh/", correct, name="commitments_measurement_correct"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, *args, **kwargs):
        row = kwargs["obj"]
        context["correct_url"] = ""
        if row and not row.withdrawn and not hasattr(row, "correction"):
            context["correct_url"] = reverse("admin:commitments_measurement_correct", args=[row.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def _own(self, request, model, path):
        rows = model.objects.all()
        if not request.user.is_superuser:
            rows = rows.filter(**{path: request.user.authority_id})
        return rows

    def add_view(self, request, form_url="", extra_context=None):
        """Record a measurement."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = MeasureForm(
            request.POST or None,
            initial={"on": timezone.localdate(), **request.GET.dict()},
            indicators=self._own(request, Indicator, "authority").filter(
                measured_by="measurements"
            ),
            units=self._own(request, Unit, "authority"),
        )
        if form.is_valid():
            given = form.cleaned_data
            indicator = given.pop("indicator")
            try:
                row = measuring.measure(indicator, by=request.user, **given)
            except ValidationError as error:
                add_errors(form, error)
            else:
                self.log_addition(request, row, [{"added": {}}])
                messages.success(request, _("The measurement is recorded."))
                return HttpResponseRedirect(reverse("admin:commitments_measurement_changelist"))
        return form_page(
            request, form, opts=self.opts, title=_("Record a measurement"), button=_("Record")
        )

    def correct_view(self, request, pk):
        """Correct or withdraw one measurement."""
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self._reaches(request, row):
            raise PermissionDenied
        initial = {"note": row.note, "source": row.source}
        form = CorrectForm(request.POST or None, initial=initial)
        if form.is_valid():
            try:
                correction = measuring.correct(row, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                self.log_addition(request, correction, [{"added": {}}])
                messages.success(request, _("The measurement is corrected."))
                return HttpResponseRedirect(
                    reverse("admin:commitments_measurement_change", args=[correction.pk])
                )
        lines = [str(row), _("Until now: %(value)s") % {"value": self.value_shown(row)}]
        return form_page(
            request,
            form,
            opts=self.opts,
            title=_("Correct a measurement"),
            button=_("Correct"),
            lines=lines,
        )
