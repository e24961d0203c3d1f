"""What the end of an account means for the catalog: no rights, no editorships, and logs that name nobody any more."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.errors import NotPermitted
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.editors import end_editorships
from openedx_catalog_publisher.editing.roles import Grant, record_revocations
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    CatalogRole,
    CatalogRoleAssignment,
    Comment,
    CourseEditor,
    InboxEntry,
)

REASONS = {
    InboxEntry.Kind.USER_RETIRED: "The account was retired.",
    InboxEntry.Kind.USER_DELETED: "The account was deleted.",
}


@command
def end_account(operation: Operation, entry: int) -> bool:
    """
    End what an account holds, as an entry of the inbox tells, and mark the entry as done in the same transaction.

    Grants and editorships end with records and events like those of any revocation. The account's pseudonym stays in
    the logs and is nobody's any more.

    Arguments:
        operation: given by the command; only the system may.
        entry: primary key of the entry.

    Returns:
        Whether this call did it; not when another did, or does at this moment.

    Raises:
        NotPermitted: for everybody but the system.
    """
    if not operation.actor.is_system:
        raise NotPermitted("Only the system ends accounts: the platform says when.")
    found = InboxEntry.objects.select_for_update(skip_locked=True).filter(pk=entry, done_at__isnull=True).first()
    if found is None:
        return False
    reason = REASONS[InboxEntry.Kind(found.kind)]
    if found.kind == InboxEntry.Kind.USER_DELETED:
        _end_deleted(operation, found.payload, reason)
    else:
        _end_retired(operation, found.payload, reason)
    found.done_at = operation.time
    found.save(update_fields=["done_at"])
    return True


def _end_deleted(operation: Operation, payload: dict[str, Any], reason: str) -> None:
    holder = uuid.UUID(payload["holder"])
    grants = [
        Grant(role, context, expires and datetime.fromisoformat(expires))
        for role, context, expires in payload["grants"]
    ]
    record_revocations(operation, holder, grants, reason)
    end_editorships(operation, payload["user"], holder, [uuid.UUID(course) for course in payload["courses"]])


def _end_retired(operation: Operation, payload: dict[str, Any], reason: str) -> None:
    user = get_user_model()._default_manager.filter(pk=payload["user"]).first()
    if user is None:
        # Deleted since, of which another entry tells.
        return
    holder = Actor.of(user, operation.source).pseudonym()
    held = list(CatalogRoleAssignment.objects.select_for_update().filter(user=user).order_by("pk"))
    CatalogRoleAssignment.objects.filter(pk__in=[grant.pk for grant in held]).delete()
    roles = dict(CatalogRole.objects.values_list("pk", "name"))
    grants = [Grant(roles[grant.role_id], grant.context, grant.expires_at) for grant in held]
    record_revocations(operation, holder, grants, reason)
    courses = CourseEditor.objects.filter(user=user).values_list("course__uuid", flat=True)
    end_editorships(operation, user.pk, holder, list(courses))
    # Who granted what would tell whose pseudonym stands in the history.
    CatalogRoleAssignment.objects.filter(granted_by=user).update(granted_by=None)
    Comment.objects.filter(author=user).update(author=None)
    ActorPseudonym.objects.filter(user=user).update(user=None)
