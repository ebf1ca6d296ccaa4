"""Accounts in the administration: a superuser's business alone."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# The two groups are fixed (accounts/models.py): a renamed one would lock its people out.
admin.site.unregister(Group)


class NewAccountForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["username"]


class AccountForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Who signs in, for which authority, in which group."""

    form = AccountForm
    add_form = NewAccountForm
    list_display = ["username", "last_name", "first_name", "authority", "is_staff", "is_active"]
    list_filter = ["authority", "groups", "is_staff", "is_superuser", "is_active"]
    list_select_related = ["authority"]
    filter_horizontal = []
    rights = ["authority", "groups", "is_staff", "is_active", "is_superuser"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("person"), {"fields": ["last_name", "first_name", "email"]}),
        (
            _("rights"),
            {
                "fields": rights,
                "description": _(
                    "Group “Quản trị” with staff status enters scores and publishes for the "
                    "authority; group “Cán bộ” reads its drafts."
                ),
            },
        ),
        (_("dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"]}),
        (_("rights"), {"fields": rights}),
    ]

    def _manages(self, request):
        return request.user.is_active and request.user.is_superuser

    def has_module_permission(self, request):
        return self._manages(request)

    def has_view_permission(self, request, obj=None):
        return self._manages(request)

    def has_add_permission(self, request):
        return self._manages(request)

    def has_change_permission(self, request, obj=None):
        return self._manages(request)

    def has_delete_permission(self, request, obj=None):
        return self._manages(request)
