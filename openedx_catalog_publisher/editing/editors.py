"""Course editors: who writes a course (Discovery's decision "Publisher roles and permissions")."""

from __future__ import annotations

import uuid
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.roles import assigned_for
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.anchors import Anchor, Anchors, read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.ledger.edit_log import edit_record
from openedx_catalog_publisher.models import CourseEditor, CourseOrganization, EditRecord, EventKind, RoleName
from openedx_catalog_publisher.outbox.record import unit_event


@command
def add_editor(operation: Operation, course: uuid.UUID, user: Any) -> CourseEditor:
    """
    Make a member of one of the course's organizations an editor of it. Who is one already stays one.

    Raises:
        NotPermitted: when the actor may not manage the course's editors.
        InvalidInput: naming ``user``, when the user has no active account or belongs to none of the organizations.
        UnitNotFound: when there is no such course.
    """
    anchors, anchor = _managed(operation, course)
    owners = CourseOrganization.objects.filter(course=anchor.pk, kind=CourseOrganization.Kind.OWNER)
    member = assigned_for(RoleName.ORG_MEMBER, user=user, organization_key="organization__key_normalized")
    if not user.is_active or not owners.filter(member).exists():
        raise InvalidInput({"user": ["Only members of an organization that owns the course can edit it."]})
    editor, made = CourseEditor.objects.get_or_create(course_id=anchor.pk, user=user)
    if made:
        _log(operation, anchors, anchor, EventKind.EDITOR_ADDED, user)
    return editor


@command
def remove_editor(operation: Operation, course: uuid.UUID, user: Any) -> None:
    """
    End a user's editorship of a course. A course without editors is open to its organizations.

    Raises:
        NotPermitted: when the actor may not manage the course's editors.
        UnitNotFound: when there is no such course, or the user is no editor of it.
    """
    anchors, anchor = _managed(operation, course)
    removed, _ = CourseEditor.objects.filter(course=anchor.pk, user=user).delete()
    if not removed:
        raise UnitNotFound(f"{user} is no editor of {anchor.key}.")
    _log(operation, anchors, anchor, EventKind.EDITOR_REMOVED, user)


def _managed(operation: Operation, course: uuid.UUID) -> tuple[Anchors, Anchor]:
    anchors = read_anchors(courses=[course])
    require_on_courses(operation.actor, Action.MANAGE_EDITORS, anchors)
    return anchors, anchors.courses[course]


def _log(operation: Operation, anchors: Anchors, anchor: Anchor, kind: EventKind, user: Any) -> None:
    pseudonym = str(Actor.of(user, operation.source).pseudonym())
    added = kind == EventKind.EDITOR_ADDED
    anchor.move(operation.time, content=False)
    edit_record(
        operation,
        anchor,
        EditRecord.Action.EDITORS,
        {"editors": {"old": None if added else pseudonym, "new": pseudonym if added else None}},
    ).save()
    unit_event(operation, anchor, kind, {"editor": pseudonym}).save()
    anchors.save()
