"""
Writing the official side: every publication record is made here.

Publish, unpublish, undo and rebuild all say the same: *these units shall officially be this snapshot under this
status*. One primitive does it, with its records, events, slugs and pointers.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openedx_catalog_publisher.commands.anchors import Anchor, Anchors
from openedx_catalog_publisher.commands.bulk import insert_records, update_rows
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.ledger.chain import append
from openedx_catalog_publisher.models import (
    Course,
    EventKind,
    OutboxEvent,
    Publication,
    Release,
    Side,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.outbox.record import unit_event
from openedx_catalog_publisher.publishing.capture import Capture, CapturedUnit, capture
from openedx_catalog_publisher.publishing.project import Difference, Target, apply, differences
from openedx_catalog_publisher.publishing.slugs import activate_official_slugs
from openedx_catalog_publisher.publishing.snapshots import FieldChange, UnitSnapshot, compare
from openedx_catalog_publisher.publishing.store import last_publications, store_snapshots


@dataclass
class OfficialState:
    """
    What is official of one unit by its last publication record.

    Attributes:
        publication: the last record; None before the first.
        snapshot: the content that is official; None where there are no official rows.
        status: the official status; None where there are no official rows.
    """

    publication: Publication | None = None
    snapshot: UnitSnapshot | None = None
    status: Status | None = None

    @property
    def number(self) -> int:
        """Number of the last publication; 0 before the first."""
        return self.publication.number if self.publication else 0


def official_states(anchors: Sequence[Anchor]) -> dict[uuid.UUID, OfficialState]:
    """Return what is official of each unit, from the publication log, in one statement."""
    records = last_publications(anchor.uuid for anchor in anchors)
    states = {}
    for anchor in anchors:
        record = records.get(anchor.uuid)
        if record is None or record.snapshot is None:
            states[anchor.uuid] = OfficialState(publication=record)
        else:
            states[anchor.uuid] = OfficialState(
                publication=record, snapshot=UnitSnapshot.load(record.snapshot), status=Status(record.status)
            )
    return states


@dataclass
class Wanted:
    """
    What shall be official of one unit.

    Attributes:
        anchor: the unit's anchor, locked.
        before: what is official.
        snapshot: what shall be.
        status: under which status.
        action: what the record calls it.
        approval: on what ground the content goes live.
        steps: the steps of review that it needed.
        draft: the captured draft, whose measured values official rows start with.
        stored: primary key of the stored snapshot, where something that is locked refers to it.
    """

    anchor: Anchor
    before: OfficialState
    snapshot: UnitSnapshot
    status: Status
    action: Release.Action
    approval: Publication.Approval = Publication.Approval.NOT_REQUIRED
    steps: tuple[str, ...] = ()
    draft: CapturedUnit | None = None
    force: bool = False
    stored: int | None = None
    changes: tuple[FieldChange, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.changes = compare(self.before.snapshot, self.snapshot)

    def __bool__(self) -> bool:
        """Whether anything differs from what is official."""
        return self.force or self.before.snapshot is None or bool(self.changes) or self.before.status != self.status

    @property
    def names(self) -> frozenset[str]:
        """Content names that differ."""
        return frozenset(change.name for change in self.changes)


def official_differences(
    kind: UnitKind, wanted: Sequence[Wanted], known: Capture, *, whole: bool = False
) -> list[Difference]:
    """
    Return what has to happen to official rows: only the tables of what differs from the last snapshot are read.

    Arguments:
        kind: the kind of units.
        wanted: what shall be official.
        known: what captures of the drafts learned of reference data.
        whole: read and compare all tables, whatever the last snapshot says (repair of drift).
    """
    existing = [entry for entry in wanted if entry.before.snapshot is not None]
    names = None if whole else frozenset().union(*(entry.names for entry in existing))
    current = Capture(references=known.references)
    capture(kind, Side.OFFICIAL, [entry.anchor.pk for entry in existing], names=names, into=current)
    return differences(
        (
            Target(
                snapshot=entry.snapshot,
                current=current.units.get(entry.anchor.uuid),
                anchor_pk=entry.anchor.pk,
                carry=entry.draft,
                names=None if whole or entry.anchor.uuid not in current.units else entry.names,
                root=_official_root(entry),
            )
            for entry in wanted
        ),
        known.references,
    )


def _official_root(entry: Wanted) -> dict[str, Any]:
    root: dict[str, Any] = {"status": str(entry.status)}
    if entry.anchor.kind == UnitKind.COURSE_RUN:
        root |= {"announcement": entry.anchor["announcement"], "go_live_date": entry.anchor["go_live_date"]}
    return root


def make_official(
    operation: Operation,
    release: Release,
    anchors: Anchors,
    wanted: Sequence[Wanted],
    known: Capture,
    *,
    whole: bool = False,
) -> list[Publication]:
    """
    Bring the official side of units to what is wanted, with a record and an event each.

    The caller holds the locks, checked rights, saved the release, and saves the anchors afterwards.

    Arguments:
        operation: the command's operation.
        release: the saved release that the records belong to.
        anchors: all locked anchors.
        wanted: only units of which something differs.
        known: what captures learned of reference data.
        whole: compare all tables and not only what differs from the last snapshot.

    Returns:
        The records, in the order of ``wanted``.
    """
    if not wanted:
        return []
    stored = {entry.snapshot.content_digest: entry.stored for entry in wanted if entry.stored is not None}
    absent = [entry.snapshot for entry in wanted if entry.stored is None]
    if absent:
        stored |= store_snapshots(absent, operation.time)
    course_pks: dict[uuid.UUID, int] = {}
    for kind in (UnitKind.COURSE, UnitKind.COURSE_RUN):
        of_kind = [entry for entry in wanted if entry.anchor.kind == kind]
        if not of_kind:
            continue
        if kind == UnitKind.COURSE_RUN and (whole or any(entry.before.snapshot is None for entry in of_kind)):
            course_pks = _official_course_pks(anchors, of_kind, course_pks)
        entries = official_differences(kind, of_kind, known, whole=whole)
        pks = apply(kind, Side.OFFICIAL, entries, now=operation.time, course_pks=course_pks)
        if kind == UnitKind.COURSE:
            course_pks = pks
    records = [_record(operation, release, entry, stored) for entry in wanted]
    insert_records(records)
    insert_records([_event(operation, release, entry) for entry in wanted])
    activate_official_slugs(
        {
            entry.anchor.pk: entry.snapshot.content["url_slug"]
            for entry in wanted
            if entry.anchor.kind == UnitKind.COURSE and "url_slug" in entry.names
        }
    )
    if whole or any(entry.before.snapshot is None for entry in wanted):
        point_at_canonical_runs([course.pk for course in anchors.courses.values()])
    return records


def _official_course_pks(
    anchors: Anchors, runs: Sequence[Wanted], known: Mapping[uuid.UUID, int]
) -> dict[uuid.UUID, int]:
    needed = {anchors.course_of(entry.anchor).uuid for entry in runs} - known.keys()
    found = dict(Course.objects.filter(uuid__in=needed).values_list("uuid", "pk")) if needed else {}
    return {**known, **found}


def _record(operation: Operation, release: Release, entry: Wanted, stored: Mapping[str, int]) -> Publication:
    record = publication_record(operation, release, entry.anchor, entry.before, entry.action)
    record.snapshot_id = stored[entry.snapshot.content_digest]
    record.content_digest = entry.snapshot.content_digest
    record.status = str(entry.status)
    record.approval = str(entry.approval)
    record.steps = list(entry.steps)
    if entry.anchor.kind == UnitKind.COURSE_RUN:
        record.announcement = entry.anchor["announcement"]
        record.go_live_date = entry.anchor["go_live_date"]
    append(entry.anchor, record)
    return record


def publication_record(
    operation: Operation, release: Release, anchor: Anchor, before: OfficialState, action: Release.Action
) -> Publication:
    """Return the next record of a unit without what it says; the caller fills it in and appends it to the chain."""
    return Publication(
        unit_kind=str(anchor.kind),
        unit_uuid=anchor.uuid,
        unit_key=anchor.key,
        actor=operation.pseudonym,
        occurred_at=operation.time,
        operation=operation.uuid,
        source=str(operation.source),
        revision=anchor.revision,
        release=release,
        number=before.number + 1,
        action=str(action),
        previous=before.publication,
    )


def _event(operation: Operation, release: Release, entry: Wanted) -> OutboxEvent:
    published = entry.status == Status.PUBLISHED
    return unit_event(
        operation,
        entry.anchor,
        EventKind.PUBLISHED if published else EventKind.UNPUBLISHED,
        {
            "release": str(release.uuid),
            "publication": entry.before.number + 1,
            "content_digest": entry.snapshot.content_digest,
            "status": str(entry.status),
            "changed": sorted(entry.names),
        },
    )


def new_release(
    operation: Operation,
    action: Release.Action,
    *,
    message: str = "",
    plan_digest: str = "",
    undoes: Release | None = None,
) -> Release:
    """Save and return the release that an operation's records belong to."""
    return Release.objects.create(
        action=str(action),
        actor=operation.pseudonym,
        occurred_at=operation.time,
        source=str(operation.source),
        plan_digest=plan_digest,
        message=message,
        undoes=undoes,
    )


def point_at_canonical_runs(course_anchor_pks: Sequence[int]) -> None:
    """
    Point official courses at the official row of their draft's canonical run; without one they keep what they have.

    Only a first publication, of the course or of that run, can make a difference, and a repair of rows that were gone.
    """
    rows = Course.objects.filter(
        draft_version__in=course_anchor_pks, draft_version__canonical_course_run__official_version__isnull=False
    ).values_list("pk", "canonical_course_run_id", "draft_version__canonical_course_run__official_version")
    update_rows(Course, {pk: {"canonical_course_run_id": new} for pk, old, new in rows if old != new})


def settle_draft(anchor: Anchor, *, official: Status | None, equal: bool) -> None:
    """
    Bring the draft's status and pointers in step after its official side moved.

    Arguments:
        anchor: the unit's anchor; the caller saves it.
        official: the official status afterwards; None where the official rows are gone.
        equal: whether draft and official content are equal afterwards.
    """
    revision = anchor.revision
    anchor.set(
        status=str(Status.PUBLISHED if official == Status.PUBLISHED else Status.UNPUBLISHED),
        published_revision=revision if equal else None,
    )
