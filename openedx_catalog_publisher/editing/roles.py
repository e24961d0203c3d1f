"""Granting and revoking roles."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    CatalogRole,
    CatalogRoleAssignment,
    EventKind,
    OrganizationProfile,
    OutboxEvent,
    RoleName,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.outbox.record import object_event

ROLE_ASSIGNMENT = "role_assignment"


@command
def grant_role(
    operation: Operation,
    user: Any,
    role: RoleName,
    organization: str,
    *,
    reason: str,
    expires_at: datetime | None = None,
) -> CatalogRoleAssignment:
    """
    Grant a role to a user for one organization, or for all.

    Arguments:
        operation: given by the command.
        user: who gets it.
        role: which role.
        organization: the organization's key, or ``*`` for all.
        reason: why; required.
        expires_at: when it ends by itself; None for never.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: naming ``reason``, ``organization`` or ``user``.
    """
    require(operation.actor, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)
    if not reason.strip():
        raise InvalidInput({"reason": ["Say why: the reason stands beside the grant."]})
    everywhere = organization == ALL_ORGANIZATIONS
    context = ALL_ORGANIZATIONS if everywhere else normalize_key(organization)
    if not everywhere and not OrganizationProfile.objects.filter(key_normalized=context).exists():
        raise InvalidInput({"organization": [f"There is no organization {organization}."]})
    assignment: CatalogRoleAssignment = CatalogRoleAssignment.objects.create(
        user=user,
        role=CatalogRole.objects.get(name=role),
        context=context,
        applies_to_all_contexts=everywhere,
        reason=reason.strip(),
        granted_by=operation.actor.user,
        granted_at=operation.time,
        expires_at=expires_at,
    )
    _event(operation, EventKind.ROLE_GRANTED, user, str(role), context).save()
    return assignment


@command
def revoke_role(operation: Operation, assignment: int) -> None:
    """
    Revoke a grant.

    Arguments:
        operation: given by the command.
        assignment: primary key of the grant.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        UnitNotFound: when there is no such grant.
    """
    require(operation.actor, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)
    found = (
        CatalogRoleAssignment.objects.select_for_update().filter(pk=assignment).select_related("user", "role").first()
    )
    if found is None:
        raise UnitNotFound(f"There is no role assignment {assignment}.")
    event = _event(operation, EventKind.ROLE_REVOKED, found.user, found.role.name, found.context)
    found.delete()
    event.save()


def _event(operation: Operation, kind: EventKind, user: Any, role: str, context: str) -> OutboxEvent:
    pseudonym = Actor.of(user, operation.source).pseudonym()
    code = str(uuid.uuid5(pseudonym, f"{role}:{context}"))
    # The unique constraint on (user, role, context) is the lock that orders grants and revocations of one triple.
    earlier = OutboxEvent.objects.filter(object_type=ROLE_ASSIGNMENT, object_code=code).count()
    return object_event(
        operation,
        kind,
        object_type=ROLE_ASSIGNMENT,
        object_code=code,
        object_key=f"{role}:{context}",
        sequence=earlier + 1,
        payload={"user": str(pseudonym), "role": role, "context": context},
    )
