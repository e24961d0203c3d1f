"""Granting and revoking roles, with their history."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.editors import editorships_without_membership, end_editorships
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.text import canonical_text
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    CatalogRole,
    CatalogRoleAssignment,
    EventKind,
    OrganizationProfile,
    OutboxEvent,
    RoleName,
    RoleRecord,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.outbox.record import object_event

ROLE_ASSIGNMENT = "role_assignment"

LONGEST_REASON = 255

EXPIRED = "It had expired, and is granted again."


@dataclass(frozen=True)
class Grant:
    """A role that somebody holds, or held, as logs and events name it."""

    role: str
    context: str
    expires_at: datetime | None


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
    Grant a role to a user for one organization, or for all. A grant that has expired makes place for another.

    Arguments:
        operation: given by the command.
        user: who gets it.
        role: which role.
        organization: the organization's key, or ``*`` for all.
        reason: why; required.
        expires_at: when it ends by itself, with its time zone; None for never.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: naming ``reason``, ``organization``, ``expires_at`` or ``user``.
    """
    require(operation.actor, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)
    everywhere = organization == ALL_ORGANIZATIONS
    context = ALL_ORGANIZATIONS if everywhere else normalize_key(organization)
    errors = faults_of_grant(organization, reason, expires_at)
    if errors:
        raise InvalidInput(errors)
    why = canonical_text(reason)
    _end_expired(operation, user, role, context)
    assignment: CatalogRoleAssignment = CatalogRoleAssignment.objects.create(
        user=user,
        role=CatalogRole.objects.get(name=role),
        context=context,
        applies_to_all_contexts=everywhere,
        reason=why,
        granted_by=operation.actor.user,
        granted_at=operation.time,
        expires_at=expires_at,
    )
    holder = Actor.of(user, operation.source).pseudonym()
    _record(operation, RoleRecord.Action.GRANTED, holder, Grant(str(role), context, expires_at), why)
    return assignment


@command
def revoke_role(operation: Operation, assignment: int, *, reason: str) -> None:
    """
    Revoke a grant. Whoever leaves an organization's course team by it is no editor of the organization's courses more.

    Arguments:
        operation: given by the command.
        assignment: primary key of the grant.
        reason: why; required.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: naming ``reason``.
        UnitNotFound: when there is no such grant.
    """
    require(operation.actor, Action.MANAGE_ROLES, ALL_ORGANIZATIONS)
    faults = _faults_of_reason(reason)
    if faults:
        raise InvalidInput({"reason": faults})
    found = CatalogRoleAssignment.objects.select_for_update().filter(pk=assignment).first()
    if found is None:
        raise UnitNotFound(f"There is no role assignment {assignment}.")
    _end(operation, found, canonical_text(reason))


def record_revocations(operation: Operation, holder: uuid.UUID, grants: Iterable[Grant], reason: str) -> None:
    """
    Record that grants are over, as part of a command that saw to it. Checks no rights.

    Arguments:
        operation: the command's operation.
        holder: the pseudonym of who held them.
        grants: what they held.
        reason: why.
    """
    for grant in grants:
        _record(operation, RoleRecord.Action.REVOKED, holder, grant, reason)


def _end_expired(operation: Operation, user: Any, role: RoleName, context: str) -> None:
    found = CatalogRoleAssignment.objects.filter(user=user, role__name=role, context=context).values_list("pk").first()
    if found is None:
        return
    locked = CatalogRoleAssignment.objects.select_for_update().filter(pk=found[0]).first()
    if locked is not None and locked.expires_at is not None and locked.expires_at <= timezone.now():
        _end(operation, locked, EXPIRED)


def _end(operation: Operation, assignment: CatalogRoleAssignment, reason: str) -> None:
    holder = Actor.of(assignment.user, operation.source).pseudonym()
    grant = Grant(assignment.role.name, assignment.context, assignment.expires_at)
    user = assignment.user.pk
    assignment.delete()
    _record(operation, RoleRecord.Action.REVOKED, holder, grant, reason)
    if grant.role == RoleName.ORG_MEMBER:
        # Courses are locked after the grant here, and before it where editors are added: a deadlock runs one again.
        end_editorships(operation, user, holder, editorships_without_membership(user))


def _record(operation: Operation, action: RoleRecord.Action, holder: uuid.UUID, grant: Grant, reason: str) -> None:
    RoleRecord.objects.create(
        action=action,
        holder=holder,
        role=grant.role,
        context=grant.context,
        reason=reason,
        expires_at=grant.expires_at,
        actor=operation.pseudonym,
        occurred_at=operation.time,
        operation=operation.uuid,
        source=operation.source,
    )
    kind = EventKind.ROLE_GRANTED if action == RoleRecord.Action.GRANTED else EventKind.ROLE_REVOKED
    code = str(uuid.uuid5(holder, f"{grant.role}:{grant.context}"))
    # The unique constraint on (user, role, context) is the lock that orders grants and revocations of one triple.
    earlier = OutboxEvent.objects.filter(object_type=ROLE_ASSIGNMENT, object_code=code).count()
    object_event(
        operation,
        kind,
        object_type=ROLE_ASSIGNMENT,
        object_code=code,
        object_key=f"{grant.role}:{grant.context}",
        sequence=earlier + 1,
        payload={"user": str(holder), "role": grant.role, "context": grant.context},
    ).save()


def faults_of_grant(organization: str, reason: str, expires_at: datetime | None) -> dict[str, list[str]]:
    """Return what is wrong with what a grant says, by field; empty where nothing is."""
    faults: dict[str, list[str]] = {}
    if organization != ALL_ORGANIZATIONS and not _is_organization(organization):
        faults["organization"] = [f"There is no organization {organization}."]
    wrong = _faults_of_reason(reason)
    if wrong:
        faults["reason"] = wrong
    if expires_at is not None and timezone.is_naive(expires_at):
        faults["expires_at"] = ["Give a time with its time zone."]
    elif expires_at is not None and not _is_storable(expires_at):
        faults["expires_at"] = ["This time is beyond the year 9999. Give an earlier one, or none."]
    elif expires_at is not None and expires_at <= timezone.now():
        faults["expires_at"] = ["This time is over. Give a later one, or none for a role that does not end by itself."]
    return faults


def _is_storable(moment: datetime) -> bool:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True


def _faults_of_reason(text: str) -> list[str]:
    try:
        why = canonical_text(text)
    except FieldError as error:
        return error.messages
    if not why:
        return ["Say why: the reason stands beside the grant."]
    if len(why) > LONGEST_REASON:
        return [f"At most {LONGEST_REASON} characters; this has {len(why)}."]
    return []


def _is_organization(key: str) -> bool:
    try:
        known = normalize_key(canonical_text(key))
    except FieldError:
        return False
    return OrganizationProfile.objects.filter(key_normalized=known).exists()
