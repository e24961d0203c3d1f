"""Who holds which role: the list, granting, revoking with a reason, and the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from openedx_catalog_publisher.admin.command_admin import actor_of
from openedx_catalog_publisher.admin.presentation import with_actor_names
from openedx_catalog_publisher.admin.review_site.forms import MomentField, PageForm, UsernameField, show_refusal
from openedx_catalog_publisher.admin.review_site.page import address, may_manage_roles, page
from openedx_catalog_publisher.api import CatalogError, grant_role, revoke_role
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    ActorPseudonym,
    CatalogRoleAssignment,
    OrganizationProfile,
    RoleName,
    RoleRecord,
)

PAGE_SIZE = 50

LONGEST_REASON = 255


class GrantForm(PageForm):
    """A grant: to whom, which role, where, why, until when."""

    username = UsernameField(
        max_length=255, label=gettext_lazy("Username"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(choices=RoleName.choices, label=gettext_lazy("Role"))
    organization = forms.ModelChoiceField(
        OrganizationProfile.objects.none(),
        required=False,
        to_field_name="key",
        label=gettext_lazy("Organization"),
        empty_label=gettext_lazy("all organizations"),
    )
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Stands in the history of roles, for whoever asks later."),
    )
    expires_at = MomentField(
        required=False, label=gettext_lazy("Ends at (UTC)"), help_text=gettext_lazy("Empty: it does not end by itself.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["organization"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = OrganizationProfile.objects.order_by("key_normalized")


class RevokeForm(PageForm):
    """Why a grant ends."""

    reason = forms.CharField(max_length=LONGEST_REASON, label=gettext_lazy("Reason"))


class FilterForm(PageForm):
    """Which grants are listed."""

    q = forms.CharField(required=False, max_length=255, label=gettext_lazy("Username or organization"))
    role = forms.ChoiceField(
        required=False, choices=[("", gettext_lazy("all roles")), *RoleName.choices], label=gettext_lazy("Role")
    )


@dataclass(frozen=True)
class ShownGrant:
    """A grant or a record of one, with its role and its organization in words."""

    row: Any
    role: str
    organization: str


def _shown(rows: Sequence[Any], role_of: Callable[[Any], str]) -> list[ShownGrant]:
    profiles = OrganizationProfile.objects.filter(key_normalized__in={row.context for row in rows})
    keys = dict(profiles.values_list("key_normalized", "key")) | {ALL_ORGANIZATIONS: _("all organizations")}
    labels = dict(RoleName.choices)
    return [
        ShownGrant(row, str(labels.get(role_of(row), role_of(row))), keys.get(row.context, row.context)) for row in rows
    ]


def _refuse_others(request: HttpRequest) -> None:
    if not may_manage_roles(request):
        raise PermissionDenied(_("Only catalog administrators see and change who holds which role."))


@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """
    List the grants, and grant a role.

    Raises:
        PermissionDenied: for all but catalog administrators.
    """
    _refuse_others(request)
    form = GrantForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _granted(request, form):
        return HttpResponseRedirect(address("roles"))
    wanted = FilterForm(request.GET)
    listed = Paginator(_found(wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    return page(
        request,
        "roles.html",
        _("Roles"),
        place="roles",
        status=400 if form.is_bound else 200,
        listed=listed,
        grants=_shown(list(listed), lambda grant: grant.role.name),
        form=form,
        filters=wanted,
        now=timezone.now(),
    )


def _granted(request: HttpRequest, form: GrantForm) -> bool:
    data = form.cleaned_data
    organization = data["organization"].key if data["organization"] else ALL_ORGANIZATIONS
    role = RoleName(data["role"])
    try:
        grant_role(
            actor_of(request),
            data["username"],
            role,
            organization,
            reason=data["reason"],
            expires_at=data["expires_at"],
        )
    except CatalogError as error:
        show_refusal(form, error, user="username", context="organization")
        return False
    words = {"user": data["username"].get_username(), "role": role.label}
    messages.success(request, _("%(user)s holds the role “%(role)s” now.") % words)
    return True


def _found(wanted: FilterForm) -> QuerySet[Any]:
    rows: QuerySet[Any] = CatalogRoleAssignment.objects.select_related("user", "role", "granted_by")
    grants = rows.order_by("-granted_at", "-pk")
    if not wanted.is_valid():
        return grants
    text, role = wanted.cleaned_data["q"], wanted.cleaned_data["role"]
    if text:
        grants = grants.filter(Q(user__username__icontains=text) | Q(context__icontains=text.lower()))
    return grants.filter(role__name=role) if role else grants


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, assignment: int) -> HttpResponse:
    """
    Ask for the reason, and revoke a grant.

    Raises:
        PermissionDenied: for all but catalog administrators.
        Http404: when there is no such grant.
    """
    _refuse_others(request)
    grants = CatalogRoleAssignment.objects.select_related("user", "role", "granted_by")
    grant = get_object_or_404(grants, pk=assignment)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            revoke_role(actor_of(request), assignment, reason=form.cleaned_data["reason"])
        except CatalogError as error:
            show_refusal(form, error)
        else:
            words = {"user": grant.user.get_username(), "role": RoleName(grant.role.name).label}
            messages.success(request, _("%(user)s does not hold the role “%(role)s” any more.") % words)
            return HttpResponseRedirect(address("roles"))
    return page(
        request,
        "revoke.html",
        _("Revoke a role"),
        place="roles",
        status=400 if form.is_bound else 200,
        grant=_shown([grant], lambda row: row.role.name)[0],
        form=form,
    )


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """
    Show what became of grants, the last first.

    Raises:
        PermissionDenied: for all but catalog administrators.
    """
    _refuse_others(request)
    holders = ActorPseudonym.objects.filter(uuid=OuterRef("holder")).values("user__username")[:1]
    records = with_actor_names(RoleRecord.objects.order_by("-pk")).annotate(holder_name=Subquery(holders))
    listed = Paginator(records, PAGE_SIZE).get_page(request.GET.get("page"))
    return page(
        request,
        "role_history.html",
        _("History of roles"),
        place="roles",
        listed=listed,
        records=_shown(list(listed), lambda record: record.role),
    )
