"""Role assignments: who holds which role where. For those who manage roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.access.roles import valid_assignments
from openedx_catalog_publisher.api import Action, grant_role, revoke_role
from openedx_catalog_publisher.commands.actor import actor_names
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.roles import faults_of_grant
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    ActorPseudonym,
    CatalogRoleAssignment,
    OrganizationProfile,
    RoleName,
    RoleRecord,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.accounts import UserName, UserOutput, user_data, user_named
from openedx_catalog_publisher.rest.filters import BooleanFilter, narrowed, parameters_of
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.units import body_of
from openedx_catalog_publisher.rest.views import CatalogViewSet

ORGANIZATION_HELP = "Key of the organization, or * for all."

GRANT = OpenApiExample(
    "A legal reviewer of one organization, for a year",
    request_only=True,
    value={
        "user": "lena",
        "role": "legal_reviewer",
        "organization": "ExampleX",
        "reason": "Stands in for the legal department.",
        "expires_at": "2031-12-31T00:00:00Z",
    },
)
REVOKE = OpenApiExample("Somebody leaves", request_only=True, value={"reason": "Left the course team."})


class RoleAssignmentInput(serializers.Serializer[Any]):
    """A role to grant."""

    user = UserName()
    role = serializers.ChoiceField(choices=RoleName.choices)
    organization = serializers.CharField(help_text=ORGANIZATION_HELP)
    reason = serializers.CharField(help_text="Why; at most 255 characters.")
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When it ends by itself; null for never."
    )


class RoleAssignmentOutput(serializers.Serializer[Any]):
    """A role that somebody holds."""

    id = serializers.IntegerField()
    user = UserOutput()
    role = serializers.ChoiceField(choices=RoleName.choices)
    organization = serializers.CharField(help_text=ORGANIZATION_HELP)
    reason = serializers.CharField()
    granted_by = serializers.CharField(
        allow_null=True, help_text="Username; null for the system, and where it is gone."
    )
    granted_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    is_current = serializers.BooleanField(help_text="false: it has expired, or the account is not active.")


class RevocationInput(serializers.Serializer[Any]):
    """Why a role is revoked."""

    reason = serializers.CharField(help_text="Why; at most 255 characters.")


class RoleRecordOutput(serializers.Serializer[Any]):
    """Something that became of a grant."""

    action = serializers.ChoiceField(choices=RoleRecord.Action.choices)
    user = serializers.CharField(help_text="Username; the pseudonym where the account is gone.")
    role = serializers.CharField()
    organization = serializers.CharField(help_text=ORGANIZATION_HELP)
    reason = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    actor = serializers.CharField(help_text="Username, or the part of the system; the pseudonym where it is gone.")
    occurred_at = serializers.DateTimeField()


class GrantFilter(django_filters.FilterSet):
    """What grants and their history have in common."""

    user = django_filters.CharFilter(method="by_user", label="Username.")
    role = django_filters.ChoiceFilter(choices=RoleName.choices, method="by_role", label="Name of the role.")
    organization = django_filters.CharFilter(method="by_organization", label=ORGANIZATION_HELP)

    def by_organization(self, rows: QuerySet[Any], name: str, key: str) -> QuerySet[Any]:
        """Narrow to one organization, or to what is for all."""
        return rows.filter(context=normalize_key(key))


class RoleAssignmentFilter(GrantFilter):
    """Filters of grants."""

    current = BooleanFilter(
        method="by_current", label="What holds at this moment, or what has expired or belongs to inactive accounts."
    )

    def by_user(self, rows: QuerySet[Any], name: str, username: str) -> QuerySet[Any]:
        """Narrow to one user."""
        return rows.filter(**{f"user__{get_user_model().USERNAME_FIELD}": username})

    def by_role(self, rows: QuerySet[Any], name: str, role: str) -> QuerySet[Any]:
        """Narrow to one role."""
        return rows.filter(role__name=role)

    def by_current(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to what holds, or to what does not."""
        holds = Q(pk__in=valid_assignments().values("pk"))
        return rows.filter(holds if value else ~holds)


class RoleRecordFilter(GrantFilter):
    """Filters of the history."""

    def by_user(self, rows: QuerySet[Any], name: str, username: str) -> QuerySet[Any]:
        """Narrow to one holder, as long as they have an account."""
        of_user = ActorPseudonym.objects.filter(**{f"user__{get_user_model().USERNAME_FIELD}": username})
        return rows.filter(holder__in=of_user.values("uuid"))

    def by_role(self, rows: QuerySet[Any], name: str, role: str) -> QuerySet[Any]:
        """Narrow to one role."""
        return rows.filter(role=role)


class RoleAssignmentViewSet(CatalogViewSet):
    """Roles that users hold: granted and revoked, each time with a reason, never changed."""

    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"

    @operation(
        page_of(RoleAssignmentOutput, "RoleAssignment"),
        errors=(400, 403, 404),
        parameters=(*parameters_of(RoleAssignmentFilter), *PAGES),
    )
    def list(self, request: Request) -> Response:
        """List who holds which role where, the last granted first."""
        self._require()
        pages = NumberedPages()
        rows = narrowed(RoleAssignmentFilter, request, _rows()).order_by("-pk")
        response: Response = pages.get_paginated_response(_data(pages.paginate_queryset(rows, request) or []))
        return response

    @operation(RoleAssignmentOutput, errors=(403, 404))
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Show one grant."""
        self._require()
        return Response(_data([_found(id)])[0])

    @operation(
        RoleAssignmentOutput,
        status=201,
        request=RoleAssignmentInput,
        parameters=(IDEMPOTENCY_KEY,),
        examples=(GRANT,),
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Grant a role to a user, for one organization or for all."""
        self._require()
        user, given = _given(body_of(request.data))
        granted = grant_role(self.actor, user, **given)
        response = Response(_data([_found(str(granted.pk))])[0], status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{granted.pk}/")
        return response

    @operation(
        None,
        status=204,
        request=RevocationInput,
        errors=(404,),
        parameters=(IDEMPOTENCY_KEY,),
        examples=(REVOKE,),
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def revoke(self, request: Request, id: str) -> Response:  # noqa: A002
        """Revoke a grant. Whoever leaves a course team by it is no editor of its courses more."""
        self._require()
        found = _found(id)
        body = body_of(request.data)
        errors = _unknown(body, {"reason"})
        reason = _text(body, "reason", errors)
        if errors:
            raise InvalidInput(errors)
        revoke_role(self.actor, found.pk, reason=reason)
        return Response(status=204)

    @operation(
        page_of(RoleRecordOutput, "RoleRecord"),
        errors=(400, 403, 404),
        parameters=(*parameters_of(RoleRecordFilter), *PAGES),
    )
    @action(detail=False, methods=["get"])
    def history(self, request: Request) -> Response:
        """List what was granted and revoked, the last first."""
        self._require()
        pages = NumberedPages()
        rows = narrowed(RoleRecordFilter, request, RoleRecord.objects.all()).order_by("-pk")
        page = pages.paginate_queryset(rows, request) or []
        response: Response = pages.get_paginated_response(_records(page))
        return response

    def _require(self) -> None:
        require(self.actor, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)


def _rows() -> QuerySet[CatalogRoleAssignment]:
    rows: QuerySet[CatalogRoleAssignment] = CatalogRoleAssignment.objects.select_related("user", "role", "granted_by")
    return rows


def _found(name: str) -> CatalogRoleAssignment:
    known = name.isascii() and name.isdigit() and len(name) < 19
    found = _rows().filter(pk=int(name)).first() if known else None
    if found is None:
        raise UnitNotFound(f"There is no role assignment {name}.")
    return found


def _given(body: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """
    Return the user and what the command takes beside them.

    Raises:
        InvalidInput: naming every faulty field.
    """
    errors = _unknown(body, RoleAssignmentInput._declared_fields)
    user = None
    try:
        user = user_named(body.get("user"))
    except FieldError as error:
        errors["user"] = error.messages
    role = body.get("role")
    if role not in RoleName.values:
        errors["role"] = [f"Give one of {', '.join(RoleName.values)}."]
    organization = _text(body, "organization", errors)
    reason = _text(body, "reason", errors)
    expires_at = _moment(body.get("expires_at"), errors)
    for name, messages in faults_of_grant(organization, reason, expires_at).items():
        errors.setdefault(name, messages)
    if errors:
        raise InvalidInput(errors)
    return user, {
        "role": RoleName(str(role)),
        "organization": organization,
        "reason": reason,
        "expires_at": expires_at,
    }


def _unknown(body: dict[str, Any], known: Collection[str]) -> dict[str, list[str]]:
    return {name: ["There is no such field."] for name in body.keys() - set(known)}


def _text(body: dict[str, Any], name: str, errors: dict[str, list[str]]) -> str:
    value = body.get(name)
    if isinstance(value, str) and value.strip():
        return value
    errors[name] = ["Give text."] if name in body else ["Required."]
    return ""


def _moment(value: Any, errors: dict[str, list[str]]) -> datetime | None:
    if value is None:
        return None
    moment = None
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        # It looks like a time, and is none: the 31st of February.
        moment = None
    if moment is None:
        errors["expires_at"] = ["Give a time with its time zone, such as 2031-12-31T00:00:00Z, or null."]
    return moment


def _data(rows: Iterable[CatalogRoleAssignment]) -> list[dict[str, Any]]:
    rows = list(rows)
    keys = _keys(row.context for row in rows)
    now = timezone.now()
    return [
        {
            "id": row.pk,
            "user": user_data(row.user),
            "role": row.role.name,
            "organization": keys[row.context],
            "reason": row.reason,
            "granted_by": None if row.granted_by is None else row.granted_by.get_username(),
            "granted_at": row.granted_at,
            "expires_at": row.expires_at,
            "is_current": row.user.is_active and (row.expires_at is None or row.expires_at > now),
        }
        for row in rows
    ]


def _records(rows: Iterable[RoleRecord]) -> list[dict[str, Any]]:
    rows = list(rows)
    keys = _keys(row.context for row in rows)
    names = actor_names({row.holder for row in rows} | {row.actor for row in rows})
    return [
        {
            "action": row.action,
            "user": names[row.holder],
            "role": row.role,
            "organization": keys[row.context],
            "reason": row.reason,
            "expires_at": row.expires_at,
            "actor": names[row.actor],
            "occurred_at": row.occurred_at,
        }
        for row in rows
    ]


def _keys(contexts: Iterable[str]) -> dict[str, str]:
    """Return the key of each organization as it is written, by the normalised key; what is gone keeps that."""
    wanted = set(contexts)
    known = OrganizationProfile.objects.filter(key_normalized__in=wanted).values_list("key_normalized", "key")
    return {context: context for context in wanted} | dict(known)
