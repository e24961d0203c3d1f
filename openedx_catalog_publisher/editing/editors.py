"""Course editors: who writes a course (Discovery's decision "Publisher roles and permissions")."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.roles import assigned_for, valid_assignments
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.anchors import Anchor, Anchors, read_anchors
from openedx_catalog_publisher.commands.bulk import insert_records
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.ledger.edit_log import edit_record
from openedx_catalog_publisher.models import (
    CatalogRoleAssignment,
    Course,
    CourseEditor,
    CourseOrganization,
    EditRecord,
    EventKind,
    OutboxEvent,
    RoleName,
)
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
    _hold_memberships(user.pk)
    owners = CourseOrganization.objects.filter(course=anchor.pk, kind=CourseOrganization.Kind.OWNER)
    # By primary key, since only assignments count here: what the user's own token claims, others do not see.
    member = assigned_for(RoleName.ORG_MEMBER, user=user.pk, organization_key="organization__key_normalized")
    if not user.is_active or not owners.filter(member).exists():
        raise InvalidInput({"user": ["Only members of an organization that owns the course can edit it."]})
    editor, made = CourseEditor.objects.get_or_create(course_id=anchor.pk, user=user)
    if made:
        pseudonym = Actor.of(user, operation.source).pseudonym()
        _log(operation, anchors, EventKind.EDITOR_ADDED, pseudonym)
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
    _log(operation, anchors, EventKind.EDITOR_REMOVED, Actor.of(user, operation.source).pseudonym())


def end_editorships(operation: Operation, user: int, pseudonym: uuid.UUID, courses: Collection[uuid.UUID]) -> None:
    """
    End somebody's editorships, as part of a command; statements per table, not per course. Checks no rights.

    Arguments:
        operation: the command's operation.
        user: primary key of the account, which may be gone.
        pseudonym: under which they stand in the logs.
        courses: uuids of the courses; those whose drafts are gone are left out.
    """
    there = Course.drafts.filter(uuid__in=courses).values_list("uuid", flat=True)
    anchors = read_anchors(courses=list(there))
    CourseEditor.objects.filter(user=user, course__in=[anchor.pk for anchor in anchors]).delete()
    _log(operation, anchors, EventKind.EDITOR_REMOVED, pseudonym)


def editorships_without_membership(user: int) -> list[uuid.UUID]:
    """Return the courses that a user is an editor of and whose organizations they do not belong to."""
    owners = CourseOrganization.objects.filter(kind=CourseOrganization.Kind.OWNER)
    member = assigned_for(RoleName.ORG_MEMBER, user=user, organization_key="organization__key_normalized")
    editorships = CourseEditor.objects.filter(user=user)
    kept = editorships.filter(course__in=owners.filter(member).values("course"))
    return list(editorships.exclude(pk__in=kept.values("pk")).values_list("course__uuid", flat=True))


def _hold_memberships(user: int) -> None:
    """Lock the memberships of a user until the editorship that rests on them is written, so that none ends before."""
    held = valid_assignments().filter(user=user, role__name=RoleName.ORG_MEMBER).values_list("pk", flat=True)
    list(CatalogRoleAssignment.objects.select_for_update().filter(pk__in=list(held)).order_by("pk"))


def _managed(operation: Operation, course: uuid.UUID) -> tuple[Anchors, Anchor]:
    anchors = read_anchors(courses=[course])
    require_on_courses(operation.actor, Action.MANAGE_EDITORS, anchors)
    return anchors, anchors.courses[course]


def _log(operation: Operation, anchors: Anchors, kind: EventKind, pseudonym: uuid.UUID) -> None:
    editor = str(pseudonym)
    added = kind == EventKind.EDITOR_ADDED
    records: list[EditRecord] = []
    events: list[OutboxEvent] = []
    for anchor in anchors.courses.values():
        anchor.move(operation.time, content=False)
        change = {"old": None if added else editor, "new": editor if added else None}
        records.append(edit_record(operation, anchor, EditRecord.Action.EDITORS, {"editors": change}))
        events.append(unit_event(operation, anchor, kind, {"editor": editor}))
    insert_records(records)
    insert_records(events)
    anchors.save()
