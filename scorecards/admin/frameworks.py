"""Frameworks in the administration: criteria, classes, the units scored, and the way onwards.

Forms show as read-only what the framework's state locks; the triggers of migration 0002 hold the
lock, and what they refuse becomes a sentence in `OwnAuthorityAdmin`.
"""

import datetime

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.forms.models import BaseInlineFormSet
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from scorecards import assessing
from scorecards.admin.grid import grid_view
from scorecards.admin.import_scores import import_url
from scorecards.admin.publication import abandon_view, correction_view, publish_view
from scorecards.assessing import Refused
from scorecards.models import (
    AnnouncedCount,
    Applicability,
    ClassBand,
    Criterion,
    Framework,
    FrameworkReopening,
    Score,
    Scorecard,
)
from scorecards.models.framework import Origin
from units.admin import OwnAuthorityAdmin, OwnAuthorityInline
from units.models import Unit, search_key
from units.vietnamese import fold

# More criteria than this are edited on their own pages, not as rows of the framework's.
CRITERIA_IN_ROWS = 40

RULES = (
    "group",
    "year",
    "round",
    "origin",
    "decimals",
    "ranked",
    "classified_by",
    "rank_on",
    "cap_percent",
)


def is_open(framework):
    """Say whether tree, maxima, classes and rules may change."""
    return framework is None or framework.state == Framework.State.SETUP


def with_progress(frameworks):
    """Annotate ``units``, the number scored, and ``complete``, those without a missing score."""
    missing = Criterion.objects.leaves().filter(
        ~Exists(
            Score.objects.filter(
                scorecard=OuterRef(OuterRef("pk")),
                criterion=OuterRef("pk"),
                awarded__isnull=False,
            )
        ),
        ~Exists(
            Applicability.objects.filter(
                scorecard=OuterRef(OuterRef("pk")), criterion=OuterRef("pk"), max_points=0
            )
        ),
        framework=OuterRef("framework"),
        kind__in=[Criterion.Kind.APPRAISED, Criterion.Kind.SURVEY],
    )
    cards = Scorecard.objects.filter(framework=OuterRef("pk")).order_by().values("framework")

    def number(rows):
        return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)

    return frameworks.annotate(units=number(cards), complete=number(cards.filter(~Exists(missing))))


def arrange(framework):
    """Give every criterion the parent and the place in the tree that its number says."""
    nodes = sorted(
        framework.criteria.all(), key=lambda node: [int(part) for part in node.number.split(".")]
    )
    ids = {node.number: node.pk for node in nodes}
    moved = []
    for position, node in enumerate(nodes, start=1):
        parent_id = ids.get(node.number.rpartition(".")[0])
        if (node.parent_id, node.position) != (parent_id, position):
            node.parent_id, node.position = parent_id, position
            moved.append(node)
    Criterion.objects.bulk_update(moved, ["parent", "position"])


def objection_to_numbers(framework, numbers):
    """Return the sentence that says why ``numbers`` make no tree of this framework, or None."""
    parents = {number.rpartition(".")[0] for number in numbers} - {""}
    for parent in sorted(parents - set(numbers)):
        return _("Criterion %(number)s has parts but does not exist itself.") % {"number": parent}
    if framework.pk is None:
        return None
    scored = Score.objects.filter(criterion__framework=framework, criterion__number__in=parents)
    if score := scored.select_related("criterion").first():
        return _("Criterion %(number)s holds scores and cannot get parts.") % {
            "number": score.criterion.number
        }
    return None


class CriterionForm(forms.ModelForm):
    """A criterion without its parent: `arrange` finds it by the number."""

    def clean(self):
        cleaned = super().clean()
        self.instance.parent = None
        previous = cleaned.get("previous")
        framework = cleaned.get("framework")
        if previous and framework and previous.framework.group_id != framework.group_id:
            self.add_error("previous", _("This criterion belongs to another group of units."))
        return cleaned


class CriterionPageForm(CriterionForm):
    """The same on a page of its own, where the other criteria are not at hand."""

    def clean(self):
        cleaned = super().clean()
        framework, number = cleaned.get("framework"), cleaned.get("number")
        if framework and number:
            others = framework.criteria.exclude(pk=self.instance.pk)
            numbers = [*others.values_list("number", flat=True), number]
            if objection := objection_to_numbers(framework, numbers):
                self.add_error("number", objection)
        return cleaned


class CriterionRows(BaseInlineFormSet):
    def clean(self):
        super().clean()
        numbers = [
            form.cleaned_data["number"]
            for form in self.forms
            if form.cleaned_data.get("number") and not form.cleaned_data.get("DELETE")
        ]
        if objection := objection_to_numbers(self.instance, numbers):
            raise forms.ValidationError(objection)


class StructureInline(OwnAuthorityInline):
    """Rows that change only while their framework is being set up."""

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and is_open(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and is_open(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and is_open(obj)


class CriterionInline(StructureInline):
    model = Criterion
    form = CriterionForm
    formset = CriterionRows
    fields = ["number", "title", "kind", "max_points", "evidence_required", "comparable"]


class BandInline(StructureInline):
    model = ClassBand
    fields = ["position", "name", "floor", "inclusive", "source", "inferred"]


class CountInline(OwnAuthorityInline):
    model = AnnouncedCount
    fields = ["position", "class_name", "count"]

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and not obj.is_sealed

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not obj.is_sealed

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not obj.is_sealed


class ReopeningInline(OwnAuthorityInline):
    model = FrameworkReopening
    fields = readonly_fields = ["at", "by", "reason"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Framework)
class FrameworkAdmin(OwnAuthorityAdmin):
    """One page per framework; its tools lead to the grid, to imports and to publication."""

    authority_path = "group__authority"
    list_display = ["year", "round", "group_name", "place", "state", "progress"]
    list_display_links = ["year", "group_name"]
    list_filter = [
        ("group__authority", admin.RelatedOnlyFieldListFilter),
        "year",
        "state",
        "origin",
    ]
    fixed_fields = ["group"]
    fieldsets = [
        (None, {"fields": ["group", "year", "round", "title", "decision", "origin", "state"]}),
        (
            gettext_lazy("rules of the calculation"),
            {"fields": ["decimals", "ranked", "classified_by", "rank_on", "cap_percent"]},
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("group__authority").in_order()

    def get_changelist(self, request, **kwargs):
        list_of = super().get_changelist(request, **kwargs)

        class WithProgress(list_of):
            def get_queryset(self, request, **kwargs):
                return with_progress(super().get_queryset(request, **kwargs))

        return WithProgress

    @admin.display(description=gettext_lazy("authority"))
    def place(self, framework):
        return framework.authority.place

    @admin.display(description=gettext_lazy("unit group"))
    def group_name(self, framework):
        return framework.group.name

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, framework):
        return ngettext(
            "%(complete)d of %(count)d unit complete",
            "%(complete)d of %(count)d units complete",
            framework.units,
        ) % {"complete": framework.complete, "count": framework.units}

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.is_sealed)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and is_open(obj)

    def get_readonly_fields(self, request, obj=None):
        if is_open(obj):
            return ["state"]
        return ["state", *RULES]

    def get_inlines(self, request, obj):
        inlines = [BandInline]
        if obj and obj.origin == Origin.ANNOUNCED:
            inlines.append(CountInline)
        if obj is None or obj.criteria.count() <= CRITERIA_IN_ROWS:
            inlines.append(CriterionInline)
        if obj and obj.reopenings.exists():
            inlines.append(ReopeningInline)
        return inlines

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if is_open(form.instance):
            arrange(form.instance)

    def render_change_form(self, request, context, *args, **kwargs):
        framework = kwargs.get("obj")
        context.update(
            tools=_tools(framework),
            why_locked=_why_locked(framework),
            corrects=bool(framework and not framework.is_sealed and framework.editions.exists()),
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self):
        pages = [
            ("nhap-diem", grid_view, "grid"),
            ("cong-bo", publish_view, "publish"),
            ("mo-phieu", require_POST(self.open_scorecards_view), "open_scorecards"),
            ("sao-chep", require_POST(self.copy_view), "copy"),
            ("mo-lai", require_POST(self.reopen_view), "reopen"),
            ("dinh-chinh", correction_view, "correction"),
            ("huy-dinh-chinh", require_POST(abandon_view), "abandon_correction"),
        ]
        return [
            *(
                path(
                    f"<int:pk>/{word}/",
                    self._of_framework(view),
                    name=f"scorecards_framework_{name}",
                )
                for word, view, name in pages
            ),
            *super().get_urls(),
        ]

    def _of_framework(self, view):
        """Wrap ``view(request, framework)``: signed-in administrators, own frameworks only."""

        def own(request, pk):
            framework = get_object_or_404(self.get_queryset(request), pk=pk)
            if not self.has_view_permission(request, framework):
                raise PermissionDenied
            return view(request, framework)

        return self.admin_site.admin_view(own)

    def open_scorecards_view(self, request, framework):
        """Give every unit of the group that exists at the end of the year its scorecard."""
        group = framework.group
        units = Unit.objects.filter(authority=group.authority, kind=group.kind)
        before = framework.scorecards.count()
        try:
            cards = assessing.open_scorecards(
                framework, units.in_force_on(datetime.date(framework.year, 12, 31))
            )
        except Refused as refused:
            return self._back(request, framework, refused=refused)
        added = len(cards) - before
        done = ngettext("%(count)d unit added.", "%(count)d units added.", added) % {"count": added}
        return self._back(request, framework, done=done)

    def copy_view(self, request, framework):
        """Make next year's framework and go to it."""
        try:
            copy = assessing.copy_to_next_year(framework)
        except Refused as refused:
            return self._back(request, framework, refused=refused)
        self.log_addition(request, copy, _("Copied from %(year)d.") % {"year": framework.year})
        return self._back(
            request,
            copy,
            done=_("This framework is a copy of %(year)d.") % {"year": framework.year},
        )

    def reopen_view(self, request, framework):
        """Open tree, maxima and classes again, for the reason given."""
        try:
            assessing.reopen(framework, reason=request.POST.get("reason", ""), by=request.user)
        except Refused as refused:
            return self._back(request, framework, refused=refused)
        return self._back(
            request, framework, done=_("Criteria, classes and rules can be changed again.")
        )

    def _back(self, request, framework, *, done="", refused=""):
        if refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, done)
        return HttpResponseRedirect(
            reverse("admin:scorecards_framework_change", args=[framework.pk])
        )


def _tools(framework):
    """Return the links of a framework's page, as (address, words)."""
    if framework is None:
        return []
    filtered = f"?framework__id__exact={framework.pk}"
    tools = [
        (reverse("admin:scorecards_criterion_changelist") + filtered, _("Criteria")),
        (reverse("admin:scorecards_scorecard_changelist") + filtered, _("Units scored")),
    ]
    if not framework.is_sealed:
        tools += [
            (
                reverse("admin:scorecards_framework_grid", args=[framework.pk]),
                _("Enter scores"),
            ),
            (import_url(framework), _("Import a file")),
            (
                reverse("admin:scorecards_framework_publish", args=[framework.pk]),
                _("Rehearse and publish"),
            ),
        ]
    else:
        tools += [
            (reverse("admin:scorecards_edition_changelist") + filtered, _("Published editions")),
            (
                reverse("admin:scorecards_framework_correction", args=[framework.pk]),
                _("Open a correction"),
            ),
        ]
    return tools


def _why_locked(framework):
    if is_open(framework):
        return ""
    if framework.is_sealed:
        return _("The result is sealed: nothing here can change any more.")
    return _(
        "Scoring has begun: criteria, classes and rules are locked. They can be opened again "
        "below, for a stated reason; the scores stay."
    )


@admin.register(Criterion)
class CriterionAdmin(OwnAuthorityAdmin):
    """Criteria of large trees, one page each; the number says where a criterion stands."""

    authority_path = "framework__group__authority"
    form = CriterionPageForm
    list_display = ["number", "title", "kind", "max_points", "framework"]
    list_display_links = ["number", "title"]
    list_filter = [("framework", admin.RelatedOnlyFieldListFilter), "kind", "evidence_required"]
    list_per_page = 200
    ordering = ["-framework__year", "framework__group", "framework__round", "position"]
    fields = [
        "framework",
        "number",
        "title",
        "kind",
        "max_points",
        "evidence_required",
        "guidance",
        "previous",
        "comparable",
    ]
    fixed_fields = ["framework"]
    autocomplete_fields = ["previous"]
    search_fields = ["number", "title"]
    search_help_text = gettext_lazy("Number or title; accents do not matter.")

    def get_list_display(self, request):
        of_one = "framework__id__exact" in request.GET
        return self.list_display[:-1] if of_one else self.list_display

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("framework__group__authority")

    def get_search_results(self, request, queryset, search_term):
        if words := search_term.strip():
            queryset = queryset.alias(folded=search_key("title")).filter(
                Q(folded__contains=fold(words)) | Q(number__startswith=words)
            )
        return queryset, False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "framework":
            field.queryset = field.queryset.filter(state=Framework.State.SETUP)
        return field

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or is_open(obj.framework)
        )

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (
            obj is None or is_open(obj.framework)
        )

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        arrange(obj.framework)


class ApplicabilityInline(OwnAuthorityInline):
    model = Applicability
    fields = ["criterion", "max_points", "reason"]

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        if obj and "criterion" in formset.form.base_fields:
            field = formset.form.base_fields["criterion"]
            field.queryset = obj.framework.criteria.leaves()
            # Read once for all rows, not once for each.
            field.choices = [("", "—"), *((leaf.pk, str(leaf)) for leaf in field.queryset)]
            field.widget.can_add_related = field.widget.can_change_related = False
            field.widget.can_delete_related = field.widget.can_view_related = False
        return formset

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and not (obj and obj.framework.is_sealed)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.framework.is_sealed)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.framework.is_sealed)


class ScorecardForm(forms.ModelForm):
    def clean(self):
        cleaned = super().clean()
        framework, unit = cleaned.get("framework"), cleaned.get("unit")
        if framework and unit:
            group = framework.group
            if (unit.authority_id, unit.kind) != (group.authority_id, group.kind):
                self.add_error(
                    "unit",
                    _("%(unit)s does not belong to the group “%(group)s”.")
                    % {"unit": unit.name, "group": group.name},
                )
        return cleaned


@admin.register(Scorecard)
class ScorecardAdmin(OwnAuthorityAdmin):
    """Which units are scored, whether they are ranked, and what does not apply to whom."""

    authority_path = "framework__group__authority"
    form = ScorecardForm
    list_display = ["unit", "framework", "ranked"]
    list_filter = [("framework", admin.RelatedOnlyFieldListFilter), "ranked"]
    list_per_page = 200
    ordering = ["-framework__year", "framework__group", "unit__position", "unit__sort_key", "pk"]
    fixed_fields = ["framework", "unit"]
    autocomplete_fields = ["unit"]
    search_fields = ["unit__name"]
    search_help_text = gettext_lazy("Name, other name or code; accents do not matter.")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("unit", "framework__group__authority")

    def get_search_results(self, request, queryset, search_term):
        if words := search_term.strip():
            queryset = queryset.filter(unit__in=Unit.objects.matching(words).values("pk"))
        return queryset, False

    def get_fields(self, request, obj=None):
        fields = ["framework", "unit", "ranked"]
        if obj and obj.framework.origin == Origin.ANNOUNCED:
            fields += ["announced_index_percent", "announced_rank", "announced_class_name"]
        return fields

    def get_inlines(self, request, obj):
        return [ApplicabilityInline] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "framework":
            field.queryset = field.queryset.exclude(state=Framework.State.SEALED)
        return field

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.framework.is_sealed)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.framework.is_sealed)
