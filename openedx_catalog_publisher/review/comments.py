"""What people say about drafts."""

from __future__ import annotations

import uuid

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import Comment, EventKind, UnitKind
from openedx_catalog_publisher.outbox.record import unit_event
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.review.cases import new_comment

LONGEST = 10_000
"""Characters of a comment."""

TOO_LONG = f"At most {LONGEST} characters; this has {{}}."


@command
def add_comment(operation: Operation, kind: UnitKind, unit: uuid.UUID, text: str, *, field: str = "") -> Comment:
    """
    Say something about a course's or a run's draft, perhaps about one field of it. It changes nothing of the draft.

    Arguments:
        operation: given by the command; the system does not comment.
        kind: the kind of unit.
        unit: its uuid.
        text: what is said; plain text.
        field: name of the content that it is about; empty for the whole draft.

    Raises:
        NotPermitted: when the actor may not comment on the course.
        InvalidInput: naming ``comment`` or ``field``.
        UnitNotFound: when there is no such draft.
    """
    anchors = read_anchors(courses=[unit]) if kind == UnitKind.COURSE else read_anchors(runs=[unit])
    require_on_courses(operation.actor, Action.COMMENT, anchors)
    anchor = anchors.of(kind)[unit]
    errors = faults_of_comment(kind, text, field)
    if errors:
        raise InvalidInput(errors)
    course = anchor.uuid if kind == UnitKind.COURSE else anchors.course_of(anchor).uuid
    comment = new_comment(operation, anchor, course, text.strip(), field=field)
    comment.save(force_insert=True)
    payload = {"comment": str(comment.uuid), "field": field, "record": False}
    unit_event(operation, anchor, EventKind.COMMENT_ADDED, payload).save()
    anchors.save()
    return comment


def said_with_act(text: str, *, name: str = "comment", required: str = "") -> str:
    """
    Return what is said together with an act of a review, without the blanks around it.

    Arguments:
        text: what is said; empty for nothing.
        name: what the input calls it.
        required: what to answer when nothing is said; empty where that is allowed.

    Raises:
        InvalidInput: naming it, when it is missing or too long.
    """
    text = text.strip()
    if required and not text:
        raise InvalidInput({name: [required]})
    if len(text) > LONGEST:
        raise InvalidInput({name: [TOO_LONG.format(len(text))]})
    return text


def faults_of_comment(kind: UnitKind, text: str, field: str = "") -> dict[str, list[str]]:
    """Return what is wrong with a comment, by field; empty where nothing is."""
    errors: dict[str, list[str]] = {}
    if not text.strip():
        errors["comment"] = ["Say something."]
    elif len(text) > LONGEST:
        errors["comment"] = [TOO_LONG.format(len(text))]
    if field and field not in UNITS[kind].reviews:
        errors["field"] = [f"A {kind.label} has no field {field}."]
    return errors
