"""Discard a draft's changes, and restore an earlier publication onto the draft."""

from __future__ import annotations

import uuid

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchor, Anchors, read_anchors
from openedx_catalog_publisher.commands.errors import Conflict, UnitNotFound
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import EditRecord, Publication, Side, Status, UnitKind
from openedx_catalog_publisher.publishing.capture import CapturedUnit, capture
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite, write_drafts
from openedx_catalog_publisher.publishing.snapshots import FieldChange, UnitSnapshot, compare


@command
def discard(
    operation: Operation, kind: UnitKind, unit: uuid.UUID, *, revision: int | None = None
) -> tuple[FieldChange, ...]:
    """
    Bring a unit's draft back to what is official.

    Arguments:
        operation: given by the command.
        kind: the kind of unit.
        unit: its uuid.
        revision: the revision that the caller saw; None discards whatever the draft is.

    Returns:
        What moved on the draft; empty where the draft was equal already.

    Raises:
        NotPermitted: when the actor may not edit the course.
        StaleRevision: when the draft moved on.
        Conflict: when the unit was never published, or its official rows were removed.
        UnitNotFound: when there is no such draft.
    """
    anchors = _lock(kind, unit)
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchor = anchors.of(kind)[unit]
    anchor.expect(revision)
    official = capture(kind, Side.OFFICIAL, [anchor.pk])
    if unit not in official.units:
        raise Conflict(f"{anchor.key} has nothing official to go back to. Delete the draft, or edit it.")
    live = official.units[unit]
    known = capture(kind, Side.DRAFT, [anchor.pk], into=official)
    write = _replacement(anchor, known.units[unit], live.snapshot, EditRecord.Action.DISCARD, live)
    status = Status.PUBLISHED if live.values["status"] == Status.PUBLISHED else Status.UNPUBLISHED
    write.state = {"status": str(status)}
    write_drafts(operation, anchors, [write], known.references)
    anchor.set(published_revision=anchor.revision)
    anchors.save()
    return write.changes


@command
def restore(
    operation: Operation, kind: UnitKind, unit: uuid.UUID, number: int, *, revision: int | None = None
) -> tuple[FieldChange, ...]:
    """
    Bring an earlier publication's content onto the draft; it goes live by being published as ever.

    Arguments:
        operation: given by the command.
        kind: the kind of unit.
        unit: its uuid.
        number: the publication's number.
        revision: the revision that the caller saw; None restores over whatever the draft is.

    Returns:
        What moved on the draft; empty where the draft was equal already.

    Raises:
        NotPermitted: when the actor may not edit the course.
        StaleRevision: when the draft moved on.
        Conflict: when that publication holds no content (a removal), or names what does not exist any more.
        UnitNotFound: when there is no such draft or publication.
    """
    anchors = _lock(kind, unit)
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchor = anchors.of(kind)[unit]
    anchor.expect(revision)
    publication = Publication.objects.filter(unit_uuid=unit, number=number).select_related("snapshot").first()
    if publication is None:
        raise UnitNotFound(f"{anchor.key} has no publication {number}.")
    if publication.snapshot is None:
        raise Conflict(f"Publication {number} of {anchor.key} is a removal: it holds no content to restore.")
    known = capture(kind, Side.DRAFT, [anchor.pk])
    snapshot = UnitSnapshot.load(publication.snapshot)
    write = _replacement(anchor, known.units[unit], snapshot, EditRecord.Action.RESTORE, None)
    write_drafts(operation, anchors, [write], known.references)
    return write.changes


def _lock(kind: UnitKind, unit: uuid.UUID) -> Anchors:
    return read_anchors(courses=[unit]) if kind == UnitKind.COURSE else read_anchors(runs=[unit])


def _replacement(
    anchor: Anchor,
    draft: CapturedUnit,
    snapshot: UnitSnapshot,
    action: EditRecord.Action,
    carry: CapturedUnit | None,
) -> DraftWrite:
    return DraftWrite(
        anchor=anchor,
        current=draft,
        snapshot=snapshot,
        changes=compare(draft.snapshot, snapshot),
        action=action,
        carry=carry,
    )
