"""Writing drafts: one primitive for edits, creations, discards and restores, with one edit record per unit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openedx_catalog_publisher.commands.anchors import Anchor, Anchors
from openedx_catalog_publisher.commands.bulk import insert_records
from openedx_catalog_publisher.commands.errors import Conflict
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.ledger.canonical_json import plain
from openedx_catalog_publisher.ledger.edit_log import edit_record
from openedx_catalog_publisher.models import CourseRun, EditRecord, EventKind, OutboxEvent, Side, UnitKind, WriteSource
from openedx_catalog_publisher.outbox.consumers import STUDIO, is_named
from openedx_catalog_publisher.outbox.record import unit_event
from openedx_catalog_publisher.publishing.capture import CapturedUnit
from openedx_catalog_publisher.publishing.gate import gate
from openedx_catalog_publisher.publishing.project import Target, apply, differences
from openedx_catalog_publisher.publishing.references import MissingReferences, ReferenceIndex
from openedx_catalog_publisher.publishing.slugs import reserve_draft_slugs
from openedx_catalog_publisher.publishing.snapshots import FieldChange, UnitSnapshot
from openedx_catalog_publisher.publishing.unit_tables import UNITS

SHOWN_IN_STUDIO = frozenset({"title_override", "start", "end", "enrollment_start", "enrollment_end", "pacing_type"})
"""Content of a run that Studio shows; a change of it is an event."""


@dataclass
class DraftWrite:
    """
    What shall be written to one unit's draft.

    Attributes:
        anchor: the unit's anchor, locked; for a creation one without a primary key.
        current: what the draft is; None for a creation.
        snapshot: what it shall be; complete in ``names``.
        changes: the fields that differ.
        action: what the edit log calls it.
        state: new values of state columns by attname, such as ``watchers``.
        carry: the unit's other side, whose measured values inserted rows start with.
    """

    anchor: Anchor
    current: CapturedUnit | None
    snapshot: UnitSnapshot
    changes: tuple[FieldChange, ...]
    action: EditRecord.Action
    state: Mapping[str, Any] = field(default_factory=dict)
    carry: CapturedUnit | None = None

    @property
    def created(self) -> bool:
        """Whether the draft is being created."""
        return self.current is None

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return self.created or bool(self.changes) or bool(self.moved_state)

    @property
    def moved_state(self) -> dict[str, Any]:
        """State columns that differ from the anchor's."""
        return {name: value for name, value in self.state.items() if self.anchor[name] != value}

    @property
    def logged(self) -> dict[str, dict[str, Any]]:
        """What the edit log says moved."""
        content = {change.name: {"old": change.old, "new": change.new} for change in self.changes}
        state = {
            name: {"old": plain(self.anchor[name]), "new": plain(value)} for name, value in self.moved_state.items()
        }
        return content | state


def write_drafts(
    operation: Operation,
    anchors: Anchors,
    writes: Sequence[DraftWrite],
    references: ReferenceIndex,
    *,
    course_pks: Mapping[uuid.UUID, int] | None = None,
    keep_reviews: bool = False,
) -> list[EditRecord]:
    """
    Write drafts: rows, revisions, edit log, slugs and events. Writes nothing for a unit of which nothing differs.

    The caller holds the locks and checked rights and rules.

    Arguments:
        operation: the command's operation.
        anchors: all locked anchors; saved here.
        writes: what shall be written, courses and runs in any order.
        references: what captures learned.
        course_pks: for runs that are created, draft roots of their courses by uuid, unless created here too.
        keep_reviews: refuse what would close a review.

    Raises:
        Conflict: when a snapshot names reference data that does not exist any more; with ``keep_reviews`` also when a
            review would have to be closed.
        InvalidInput: when a slug is another course's.
    """
    todo = [entry for entry in writes if entry]
    roots: dict[uuid.UUID, int] = dict(course_pks or {})
    records = []
    for kind in (UnitKind.COURSE, UnitKind.COURSE_RUN):
        of_kind = [entry for entry in todo if entry.anchor.kind == kind]
        if not of_kind:
            continue
        # The chains are extended first: rows that are inserted bear the head of their chain.
        records += [_record(operation, entry) for entry in of_kind]
        events = [event for entry in of_kind if (event := _event(operation, entry))]
        try:
            wanted = differences(map(_target, of_kind), references)
        except MissingReferences as error:
            raise Conflict(f"What this names does not exist any more: {error}.") from error
        for difference, entry in zip(wanted, of_kind, strict=True):
            if not entry.created:
                entry.anchor.set(**difference.root)
        roots |= apply(kind, Side.DRAFT, wanted, now=operation.time, course_pks=roots)
        insert_records(events)
        for entry in of_kind:
            entry.anchor.pk = roots[entry.anchor.uuid]
            if entry.created:
                # What was inserted is not written a second time.
                entry.anchor.values |= entry.anchor.changes
                entry.anchor.changes.clear()
        if kind == UnitKind.COURSE:
            reserve_draft_slugs(_moved_slugs(of_kind))
    insert_records(records)
    existing = [entry for entry in todo if not entry.created]
    if existing:
        gate().drafts_written(operation, anchors, existing, references, keep_reviews=keep_reviews)
    anchors.save()
    return records


def _record(operation: Operation, entry: DraftWrite) -> EditRecord:
    anchor = entry.anchor
    logged = entry.logged
    anchor.set(**entry.moved_state)
    anchor.move(operation.time, content=entry.created or bool(entry.changes))
    return edit_record(operation, anchor, entry.action, logged)


def _target(entry: DraftWrite) -> Target:
    created = entry.created
    return Target(
        snapshot=entry.snapshot,
        current=entry.current,
        carry=entry.carry,
        names=None if created else frozenset(change.name for change in entry.changes),
        root=dict(entry.anchor.changes) if created else {},
    )


def _event(operation: Operation, entry: DraftWrite) -> OutboxEvent | None:
    if entry.anchor.kind != UnitKind.COURSE_RUN:
        return None
    if entry.created:
        if operation.source != WriteSource.IMPORT and is_named(STUDIO):
            entry.anchor.set(studio_state=str(CourseRun.StudioState.PENDING))
        return unit_event(operation, entry.anchor, EventKind.DRAFT_RUN_CREATED, {})
    shown = sorted(SHOWN_IN_STUDIO & {change.name for change in entry.changes})
    if not shown:
        return None
    return unit_event(operation, entry.anchor, EventKind.DRAFT_RUN_CHANGED, {"changed": shown})


def _moved_slugs(writes: Sequence[DraftWrite]) -> dict[int, str | None]:
    return {
        entry.anchor.pk: entry.snapshot.content["url_slug"]
        for entry in writes
        if any(change.name == "url_slug" for change in entry.changes)
    }


def new_anchor(kind: UnitKind, unit: uuid.UUID, key: str, **values: Any) -> Anchor:
    """Return the anchor of a unit that is being created: revision 0, empty chain, no primary key yet."""
    status = UNITS[kind].root._meta.get_field("status").get_default()
    heads = {"revision": 0, "published_revision": None, "log_sequence": 0, "log_hash": "", "event_sequence": 0}
    return Anchor(kind=kind, pk=0, uuid=unit, key=key, values={"status": str(status), **heads, **values})
