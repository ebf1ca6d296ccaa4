"""The registry in the administration, and the rule all its pages share: one's own authority only.

Django's permissions of single tables are not used: an administrator (`User.administers`) does
everything within one authority, a superuser everything everywhere, anybody else nothing.
"""

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from units.models import (
    Agency,
    Authority,
    Commune,
    District,
    Succession,
    Unit,
    UnitAlias,
    UnitGroup,
    UnitKind,
)


def administers(user):
    """Say whether ``user``, perhaps nobody signed in, does any administration at all."""
    return user.is_authenticated and user.administers()


def authority_of(row, path):
    """Return the authority that ``row`` belongs to, following ``path`` ("group__authority")."""
    for step in path.split("__"):
        row = getattr(row, step)
    return row


def refusal(error):
    """Return the sentence for what the database refused: the constraint's own where it has one."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return constraint.violation_error_message
    return _(
        "Nothing was saved: the rows are locked by now, or other rows rest on them. "
        "Look at the page again."
    )


def own_choices(model_admin, db_field, request, kwargs):
    """Limit a foreign key to the rows its own admin page would list for this account.

    The form checks what is submitted against the same rows, so a forged key is a form error.
    """
    related = model_admin.admin_site.get_model_admin(db_field.remote_field.model)
    kwargs.setdefault("queryset", related.get_queryset(request))
    return kwargs


class OwnAuthorityAdmin(admin.ModelAdmin):
    """Pages of a table whose rows belong to authorities: everybody meets the own rows only.

    ``authority_path`` leads from a row to its authority; ``fixed_fields`` are chosen once, when
    the row is added.
    """

    authority_path = "authority"
    fixed_fields = ()
    show_full_result_count = False

    def has_module_permission(self, request):
        return administers(request.user)

    def _reaches(self, request, row):
        if row is None:
            return administers(request.user)
        return administers(request.user) and request.user.can_administer(
            authority_of(row, self.authority_path)
        )

    def has_view_permission(self, request, obj=None):
        return self._reaches(request, obj)

    def has_add_permission(self, request):
        return self._reaches(request, None)

    def has_change_permission(self, request, obj=None):
        return self._reaches(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._reaches(request, obj)

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        if not administers(request.user) or request.user.authority_id is None:
            return rows.none()
        return rows.filter(**{self.authority_path: request.user.authority_id})

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs = own_choices(self, db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request):
        return {
            "authority": request.user.authority_id,
            **super().get_changeform_initial_data(request),
        }

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        # Disabled, not read-only: constraints look at these fields too.
        for name in self.fixed_fields if change else ():
            if field := form.base_fields.get(name):
                field.disabled = True
                field.widget.can_add_related = field.widget.can_change_related = False
                field.widget.can_delete_related = False
        return form

    def save_model(self, request, obj, form, change):
        # The choices of every foreign key are limited already; this is the lock behind the door.
        if not request.user.can_administer(authority_of(obj, self.authority_path)):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    # What another person or a trigger did between the check and the write is a sentence too.

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            return self._refused(request, error)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError as error:
            return self._refused(request, error)

    def changelist_view(self, request, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except IntegrityError as error:
            return self._refused(request, error)

    def _refused(self, request, error):
        messages.error(request, refusal(error))
        return HttpResponseRedirect(request.get_full_path())


class OwnAuthorityInline(admin.TabularInline):
    """Rows edited on the page of a row that has been checked already."""

    extra = 0

    def has_view_permission(self, request, obj=None):
        return administers(request.user)

    def has_add_permission(self, request, obj=None):
        return administers(request.user)

    def has_change_permission(self, request, obj=None):
        return administers(request.user)

    def has_delete_permission(self, request, obj=None):
        return administers(request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs = own_choices(self, db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Authority)
class AuthorityAdmin(OwnAuthorityAdmin):
    authority_path = "pk"
    list_display = ["place", "name", "slug", "starts_on", "ends_on", "successor", "illustrative"]
    list_select_related = ["successor"]
    ordering = ["illustrative", "sort_key", "slug"]

    def _reaches(self, request, row):
        return request.user.is_authenticated and request.user.is_superuser

    def has_module_permission(self, request):
        return self._reaches(request, None)

    def save_model(self, request, obj, form, change):
        obj.save()


@admin.register(UnitGroup)
class UnitGroupAdmin(OwnAuthorityAdmin):
    list_display = ["name", "authority", "kind", "slug", "position"]
    list_filter = [("authority", admin.RelatedOnlyFieldListFilter), "kind"]
    list_select_related = ["authority"]
    ordering = ["authority__sort_key", "position", "slug"]
    fixed_fields = ["authority", "kind"]


class UnitAliasInline(OwnAuthorityInline):
    model = UnitAlias
    fields = ["name"]


class SuccessionInline(OwnAuthorityInline):
    model = Succession
    fk_name = "predecessor"
    autocomplete_fields = ["successor"]
    verbose_name_plural = gettext_lazy("who carries on after this unit")


class OriginInline(OwnAuthorityInline):
    model = Succession
    fk_name = "successor"
    autocomplete_fields = ["predecessor"]
    verbose_name_plural = gettext_lazy("whom this unit carries on")


class UnitForm(forms.ModelForm):
    def clean(self):
        cleaned = super().clean()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        # Said before the constraints are tried: PostgreSQL makes no range of such dates, and the
        # one on codes would end in an error of its own.
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("A unit cannot end before it starts."))
        return cleaned


@admin.register(Unit)
class UnitAdmin(OwnAuthorityAdmin):
    """All units, whatever their kind; the searches of other pages come here."""

    form = UnitForm
    list_display = ["name", "code", "authority", "kind", "starts_on", "ends_on", "verified"]
    list_filter = [("authority", admin.RelatedOnlyFieldListFilter), "kind", "verified"]
    list_select_related = ["authority"]
    ordering = ["authority__sort_key", "kind", "position", "sort_key", "pk"]
    search_fields = ["name", "code"]
    search_help_text = gettext_lazy("Name, other name or code; accents do not matter.")
    fixed_fields = ["authority", "kind"]
    inlines = [UnitAliasInline, SuccessionInline, OriginInline]

    def get_search_results(self, request, queryset, search_term):
        if search_term.strip():
            found = Unit.objects.matching(search_term.strip())
            queryset = queryset.filter(pk__in=found.values("pk"))
        return queryset, False


class KindAdmin(UnitAdmin):
    """The units of one kind, under their own name; ``kind`` is never asked."""

    kind = None
    exclude = ["kind"]
    list_display = ["name", "code", "authority", "starts_on", "ends_on", "verified"]
    list_filter = [("authority", admin.RelatedOnlyFieldListFilter), "verified"]
    ordering = ["authority__sort_key", "sort_key", "pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(kind=self.kind)

    def save_model(self, request, obj, form, change):
        obj.kind = self.kind
        super().save_model(request, obj, form, change)


@admin.register(Agency)
class AgencyAdmin(KindAdmin):
    kind = UnitKind.AGENCY


@admin.register(District)
class DistrictAdmin(KindAdmin):
    kind = UnitKind.DISTRICT


@admin.register(Commune)
class CommuneAdmin(KindAdmin):
    kind = UnitKind.COMMUNE


@admin.register(Succession)
class SuccessionAdmin(OwnAuthorityAdmin):
    authority_path = "predecessor__authority"
    list_display = ["predecessor", "kind", "successor", "share", "on", "legal_basis"]
    list_filter = [("predecessor__authority", admin.RelatedOnlyFieldListFilter), "kind"]
    list_select_related = ["predecessor", "successor"]
    ordering = ["-on", "predecessor__sort_key", "pk"]
    autocomplete_fields = ["predecessor", "successor"]
    search_fields = ["predecessor__name", "successor__name"]
    search_help_text = gettext_lazy("Name, other name or code; accents do not matter.")

    def get_search_results(self, request, queryset, search_term):
        if search_term.strip():
            found = Unit.objects.matching(search_term.strip()).values("pk")
            queryset = queryset.filter(predecessor__in=found) | queryset.filter(successor__in=found)
        return queryset, False
