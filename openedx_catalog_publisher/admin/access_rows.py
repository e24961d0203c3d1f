"""Roles, grants with their history, course editors and the inbox in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.admin.command_admin import CommandAdmin, CommandForm, actor_of
from openedx_catalog_publisher.admin.presentation import with_actor_names
from openedx_catalog_publisher.admin.rights import ReadOnlyAdmin, allowed, allowed_somewhere
from openedx_catalog_publisher.api import (
    Action,
    CatalogError,
    InvalidInput,
    add_editor,
    grant_role,
    remove_editor,
    revoke_role,
)
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    ActorPseudonym,
    CatalogRole,
    CatalogRoleAssignment,
    CourseEditor,
    InboxEntry,
    OrganizationProfile,
    RoleName,
    RoleRecord,
)

EVERYWHERE = _("all organizations")


class UsernameField(forms.CharField):
    """
    A user by name.

    Typed, because whoever grants roles need not be allowed to list the platform's accounts.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=255, widget=AdminTextInputWidget, label=_("Username"), **kwargs)

    def clean(self, value: Any) -> Any:
        """
        Return the user; None where a name may be left out and is.

        Raises:
            ValidationError: when nobody has that name.
        """
        name = super().clean(value)
        if not name:
            return None
        users = get_user_model()
        user = users.objects.filter(**{users.USERNAME_FIELD: name}).first()
        if user is None:
            raise ValidationError(_("There is no user %(name)s."), params={"name": name})
        return user


@admin.register(CatalogRole)
class CatalogRoleAdmin(ReadOnlyAdmin):
    """The roles that there are."""

    list_display = ("name", "description")


class GrantForm(CommandForm):
    """A grant: to whom, which role, where, why, until when."""

    username = UsernameField()
    role_name = forms.ChoiceField(label=_("Role"), choices=RoleName.choices)
    organization = forms.ModelChoiceField(
        OrganizationProfile.objects.none(),
        required=False,
        to_field_name="key",
        label=_("Organization"),
        empty_label=EVERYWHERE,
    )

    class Meta:
        model = CatalogRoleAssignment
        fields: ClassVar[list[str]] = ["reason", "expires_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields.get("organization")
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = OrganizationProfile.objects.all()

    def show_refusal(self, error: CatalogError) -> None:
        """Show what concerns the user or the context at the fields that ask for them."""
        names = {"user": "username", "context": "organization", "role": "role_name"}
        if isinstance(error, InvalidInput):
            error = InvalidInput({names.get(name, name): found for name, found in error.fields.items()})
        super().show_refusal(error)


@admin.register(CatalogRoleAssignment)
class CatalogRoleAssignmentAdmin(CommandAdmin):
    """Who holds which role where: granted and, with a reason, revoked; never changed."""

    form = GrantForm
    list_display = ("user", "role", "context", "reason", "granted_by", "granted_at", "expires_at")
    list_filter = ("role",)
    list_select_related = ("user", "role", "granted_by")
    search_fields = ("user__username", "context")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what a grant asks for, or all that is known of one."""
        if obj is None:
            return ["username", "role_name", "organization", "reason", "expires_at"]
        return ["user", "role", "context", "reason", "granted_by", "granted_at", "expires_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow it to whoever manages roles."""
        return allowed(request, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a grant: revoke it and grant another."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to whoever manages roles."""
        return allowed(request, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Grant the role by its command."""
        data = form.cleaned_data
        organization = data["organization"].key if data["organization"] else ALL_ORGANIZATIONS
        return grant_role(
            actor_of(request),
            data["username"],
            RoleName(data["role_name"]),
            organization,
            reason=data["reason"],
            expires_at=data["expires_at"],
        )

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Revoke the grant by its command."""
        revoke_role(actor_of(request), obj.pk, reason=request.POST.get("reason", ""))


@admin.register(RoleRecord)
class RoleRecordAdmin(ReadOnlyAdmin):
    """The history of roles, the last first."""

    list_display = ("occurred_at", "action", "holder_shown", "role", "context", "reason", "actor_shown", "source")
    list_filter = ("action", "role", "source")
    search_fields = ("holder", "context", "reason")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the records with the names behind the pseudonyms."""
        holders = ActorPseudonym.objects.filter(uuid=models.OuterRef("holder")).values("user__username")[:1]
        rows = with_actor_names(super().get_queryset(request))
        named: models.QuerySet[Any] = rows.annotate(holder_name=models.Subquery(holders))
        return named

    @admin.display(description=_("Holder"), ordering="holder_name")
    def holder_shown(self, obj: Any) -> str:
        """Return who held the role; the pseudonym where the account is gone."""
        return obj.holder_name or str(obj.holder)

    @admin.display(description=_("Actor"), ordering="actor_name")
    def actor_shown(self, obj: Any) -> str:
        """Return who granted or revoked it; the pseudonym where the account is gone."""
        return obj.actor_name or str(obj.actor)


@admin.register(InboxEntry)
class InboxEntryAdmin(ReadOnlyAdmin):
    """What the platform told, and what became of it."""

    list_display = ("pk", "kind", "received_at", "attempts", "due", "last_error", "done_at")
    list_filter = ("kind", ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("last_error",)
    ordering = ("-pk",)


class EditorForm(CommandForm):
    """An editorship: of which course, whose."""

    username = UsernameField()

    class Meta:
        model = CourseEditor
        fields: ClassVar[list[str]] = ["course"]

    def show_refusal(self, error: CatalogError) -> None:
        """Show what concerns the user at the field that asks for the name."""
        if isinstance(error, InvalidInput) and "user" in error.fields:
            error = InvalidInput({"username": error.fields["user"]})
        super().show_refusal(error)


@admin.register(CourseEditor)
class CourseEditorAdmin(CommandAdmin):
    """Who edits which course: added and removed, never changed."""

    form = EditorForm
    list_display = ("user", "course", "created")
    list_select_related = ("user", "course")
    search_fields = ("user__username", "course__key")
    autocomplete_fields = ("course",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what an editorship asks for, or all that is known of one."""
        return ["course", "username"] if obj is None else ["course", "user", "created"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Offer it to members of any organization; the command checks the course."""
        return allowed_somewhere(request, Action.MANAGE_EDITORS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes an editorship: remove it and add another."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to whoever manages the course's editors."""
        return obj is not None and allowed(request, Action.MANAGE_EDITORS, obj.course)

    def run_command(self, request: HttpRequest, form: Any, formsets: list[Any], *, change: bool) -> Any:
        """Add the editor by its command."""
        return add_editor(actor_of(request), form.cleaned_data["course"].uuid, form.cleaned_data["username"])

    def run_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove the editor by its command."""
        remove_editor(actor_of(request), obj.course.uuid, obj.user)
