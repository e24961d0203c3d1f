"""
The audit of units after commands ran: everything that must hold whatever happened, recomputed from the stored rows.

It trusts no command's answer. The edit log is replayed; what it says must be what was overwritten, what is stored, and
what each publication published. Statements are per table and not per unit, so that many rounds are audited at once.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from openedx_catalog_publisher.api import read_changes, verify_log
from openedx_catalog_publisher.models import (
    ChainedRecord,
    Course,
    CourseRun,
    CourseUrlSlug,
    EditRecord,
    EventKind,
    OutboxEvent,
    Publication,
    Release,
    Review,
    ReviewRecord,
    Side,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.capture import CapturedUnit, capture
from openedx_catalog_publisher.publishing.draft_writes import SHOWN_IN_STUDIO
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.review.cases import EVENT_OF_ACT
from openedx_catalog_publisher.review.states import PROGRESS

OF_THE_DRAFT = ("submitted", "approved", "skipped", "followed")
"""Acts that are about the draft as it stands; an end of a review names what was under it."""

MODELS = {UnitKind.COURSE: Course, UnitKind.COURSE_RUN: CourseRun}


@dataclass
class Unit:
    """All that is stored of one unit."""

    uuid: uuid.UUID
    records: list[ChainedRecord] = field(default_factory=list)
    events: list[OutboxEvent] = field(default_factory=list)
    rows: dict[bool, dict[str, Any]] = field(default_factory=dict)
    captured: dict[Side, CapturedUnit] = field(default_factory=dict)
    slugs: list[CourseUrlSlug] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    @property
    def kind(self) -> UnitKind:
        """The kind of unit."""
        return UnitKind(self.records[0].unit_kind)

    @property
    def publications(self) -> list[Publication]:
        """The publications, the first first."""
        return [record for record in self.records if isinstance(record, Publication)]

    @property
    def edits(self) -> list[EditRecord]:
        """The edit log, the first first."""
        return [record for record in self.records if isinstance(record, EditRecord)]

    @property
    def acts(self) -> list[ReviewRecord]:
        """The acts of its reviews, the first first."""
        return [record for record in self.records if isinstance(record, ReviewRecord)]

    @property
    def open_review(self) -> Review | None:
        """The open review."""
        return next((review for review in self.reviews if not review.closing), None)

    @property
    def deleted(self) -> bool:
        """Whether the last record is the tombstone of a draft."""
        return bool(self.edits) and self.edits[-1].action == EditRecord.Action.DELETE


def read_units(uuids: Collection[uuid.UUID]) -> dict[uuid.UUID, Unit]:
    """Read all that is stored of units, in a number of statements that does not depend on how many they are."""
    units = {unit: Unit(unit) for unit in uuids}
    for log, related in (
        (EditRecord, ()),
        (Publication, ("snapshot", "previous__snapshot")),
        (ReviewRecord, ("snapshot",)),
    ):
        for record in log.objects.filter(unit_uuid__in=uuids).select_related(*related):
            units[record.unit_uuid].records.append(record)
    for review in Review.objects.filter(unit_uuid__in=uuids).select_related("snapshot").order_by("pk"):
        units[review.unit_uuid].reviews.append(review)
    for unit in units.values():
        unit.records.sort(key=lambda record: record.sequence)
    for event in OutboxEvent.objects.filter(object_code__in=map(str, uuids)).order_by("sequence"):
        units[uuid.UUID(event.object_code)].events.append(event)
    for kind, model in MODELS.items():
        anchors = []
        for row in model.everything.filter(uuid__in=uuids).values():
            unit = units[row["uuid"]]
            if row["draft"] in unit.rows:
                raise AssertionError(f"{row['key']} has two rows on one side.")
            unit.rows[row["draft"]] = row
            anchors += [row["id"]] if row["draft"] else []
        for side in Side:
            for found in capture(kind, side, anchors).units.values():
                units[found.uuid].captured[side] = found
    for slug in CourseUrlSlug.objects.filter(course__uuid__in=uuids).select_related("course"):
        units[slug.course.uuid].slugs.append(slug)
    return units


def audit(uuids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Return what is wrong, by unit; empty where everything holds."""
    problems: dict[uuid.UUID, list[str]] = defaultdict(list)
    units = read_units(uuids)
    for unit in units.values():
        problems[unit.uuid] += faults(unit, units)
    keys = {record.unit_key: unit.uuid for unit in units.values() for record in unit.records[:1]}
    for fault in verify_log(set(uuids)):
        problems[keys[fault.subject]].append(f"verify_log: {fault.code}: {fault.message}")
    return {unit: found for unit, found in problems.items() if found}


def empty_releases(after: int) -> list[str]:
    """Return the releases that published nothing, among those with a primary key above ``after``."""
    return [f"{row} has no publication" for row in Release.objects.filter(pk__gt=after, publications__isnull=True)]


def faults(unit: Unit, units: dict[uuid.UUID, Unit]) -> Iterator[str]:
    """Yield what is wrong with one unit."""
    if not unit.records:
        if unit.rows:
            yield "rows without a log"
        return
    if unit.deleted != (True not in unit.rows):
        yield f"deleted by the log: {unit.deleted}; draft rows: {True in unit.rows}"
    yield from _counts(unit)
    yield from _events(unit)
    yield from _replay(unit)
    if True in unit.rows:
        yield from _heads(unit)
        yield from _official(unit)
        yield from _approvals(unit)
        yield from _open_review(unit, units)
        yield from _slugs(unit)
        yield from _pointers(unit, units)
    elif unit.rows:
        yield "an official row without a draft"


def _counts(unit: Unit) -> Iterator[str]:
    steps: list[tuple[int, uuid.UUID]] = []
    for record in unit.records:
        # What a command does to a unit and to its review may be one revision.
        if (record.revision, record.operation) not in steps[-1:]:
            steps.append((record.revision, record.operation))
    for what, found in (
        ("revisions", [revision for revision, _ in steps]),
        ("sequences", [record.sequence for record in unit.records]),
        ("publications", [record.number for record in unit.publications]),
    ):
        # Sequences and revisions are one per write, publications one per act on the official side.
        if found != list(range(1, len(found) + 1)):
            yield f"{what} are {found}"
    previous = None
    for record in unit.publications:
        if record.previous_id != previous:
            yield f"publication {record.number} does not follow the one before it"
        previous = record.pk


def _events(unit: Unit) -> Iterator[str]:
    # What people say has events of its own, and no record.
    events = [event for event in unit.events if event.kind != EventKind.COMMENT_ADDED]
    found = [(event.kind, event.operation) for event in events]
    expected = [(str(kind), record.operation) for record in unit.records for kind in _events_of(record)]
    # The creator's editorship is told with the creation and has no record of its own.
    first = unit.records[0]
    added = (str(EventKind.EDITOR_ADDED), first.operation)
    if unit.kind == UnitKind.COURSE and found[:1] == [added]:
        expected.insert(0, added)
    if found != expected:
        yield f"events are {found}, not {expected}"
    sequences = [event.sequence for event in unit.events]
    if sequences != list(range(1, len(sequences) + 1)):
        yield f"events are numbered {sequences}"


def _events_of(record: ChainedRecord) -> Iterator[EventKind]:
    if isinstance(record, Publication):
        if record.snapshot_id is None:
            yield EventKind.REMOVED
        else:
            yield EventKind.PUBLISHED if record.status == "published" else EventKind.UNPUBLISHED
    elif isinstance(record, ReviewRecord):
        if (kind := EVENT_OF_ACT.get(ReviewRecord.Action(record.action))) is not None:
            yield kind
    elif isinstance(record, EditRecord):
        changes = read_changes(record)
        if record.action == EditRecord.Action.EDITORS:
            yield EventKind.EDITOR_ADDED if changes["editors"]["new"] else EventKind.EDITOR_REMOVED
        elif record.unit_kind == UnitKind.COURSE_RUN and record.action == EditRecord.Action.CREATE:
            yield EventKind.DRAFT_RUN_CREATED
        elif (
            record.unit_kind == UnitKind.COURSE_RUN
            and record.action != EditRecord.Action.DELETE
            and SHOWN_IN_STUDIO & changes.keys()
        ):
            yield EventKind.DRAFT_RUN_CHANGED


def _replay(unit: Unit) -> Iterator[str]:
    names = UNITS[unit.kind].reviews
    content: dict[str, Any] = dict.fromkeys(names)
    for record in unit.records:
        if isinstance(record, EditRecord):
            for name, change in read_changes(record).items():
                if name not in names:
                    continue
                if _filled(change["old"]) != content[name]:
                    yield f"entry {record.sequence} overwrote {name} {content[name]!r} and says {change['old']!r}"
                content[name] = _filled(change["new"])
        elif isinstance(record, ReviewRecord):
            waiting = UnitSnapshot.load(record.snapshot).content
            wrong = [name for name in names if _filled(waiting[name]) != content[name]]
            if wrong and record.action in OF_THE_DRAFT:
                yield f"act {record.sequence} is not about the draft of its moment: {wrong}"
        elif record.action == Release.Action.PUBLISH:
            published = UnitSnapshot.load(record.snapshot).content
            wrong = [name for name in names if _filled(published[name]) != content[name]]
            if wrong:
                yield f"publication {record.number} is not the draft of its moment: {wrong}"
    draft = unit.captured.get(Side.DRAFT)
    if draft is not None:
        wrong = [name for name in names if _filled(draft.snapshot.content[name]) != content[name]]
        if wrong:
            yield f"the draft is not what the log says: {wrong}"


def _filled(value: Any) -> Any:
    return None if value in ([], {}) else value


def _heads(unit: Unit) -> Iterator[str]:
    anchor = unit.rows[True]
    last = unit.records[-1]
    stored = (anchor["revision"], anchor["log_sequence"], anchor["log_hash"], anchor["event_sequence"])
    expected = (last.revision, last.sequence, last.record_hash, len(unit.events))
    if stored != expected:
        yield f"the anchor's heads are {stored}, not {expected}"
    if anchor["published_revision"] == anchor["revision"]:
        digests = {unit.captured[side].snapshot.content_digest for side in Side if side in unit.captured}
        if len(digests) != 1 or len(unit.captured) != 2:
            yield "draft and official differ, and the anchor says that they are equal"


def _official(unit: Unit) -> Iterator[str]:
    official = unit.captured.get(Side.OFFICIAL)
    last = unit.publications[-1] if unit.publications else None
    if last is None or last.snapshot_id is None:
        if official is not None or False in unit.rows:
            yield "official rows without a publication"
        return
    if official is None:
        yield "no official rows for the last publication"
        return
    if official.snapshot.content_digest != last.content_digest or last.snapshot.content_digest != last.content_digest:
        yield "the official rows are not what was published last"
    if official.values["status"] != last.status:
        yield f"the official status is {official.values['status']}, not {last.status}"


def _approvals(unit: Unit) -> Iterator[str]:
    """Recompute what was approved, from the acts before each publication."""
    official: str | None = None
    decided: set[tuple[str, str]] = set()
    seen: set[str | None] = set()
    for record in unit.records:
        if isinstance(record, ReviewRecord) and record.action in ("approved", "skipped"):
            decided.add((record.review_digest, record.step))
        elif isinstance(record, Publication):
            digest = record.snapshot.review_digest if record.snapshot else None
            by_word = record.approval == Publication.Approval.SKIPPED and not record.steps
            whole = all((digest, step) in decided for step in ("legal", "internal"))
            if digest not in (None, official) and not (by_word or whole or digest in seen):
                yield f"publication {record.number} is live and was not approved"
            official = digest
            seen.add(digest)


def _open_review(unit: Unit, units: dict[uuid.UUID, Unit]) -> Iterator[str]:
    if sum(not review.closing for review in unit.reviews) > 1:
        yield "more than one review is open"
    status, review = unit.rows[True]["status"], unit.open_review
    if review is None:
        last = unit.publications[-1] if unit.publications else None
        live = last is not None and last.status == Status.PUBLISHED
        expected = Status.PUBLISHED if live else Status.UNPUBLISHED
        if status != expected:
            yield f"the draft's status is {status}, and no review is open"
        return
    course = units.get(review.course_uuid)
    above = course.open_review if course is not None else None
    expected = min((Status(entry.status) for entry in (review, above) if entry), key=PROGRESS.index)
    if status != expected:
        yield f"the draft's status is {status}, not {expected}"
    draft = unit.captured[Side.DRAFT].snapshot
    if {review.content_digest, review.snapshot.content_digest} != {draft.content_digest}:
        yield "what waits is not the draft"
    if review.review_digest != draft.review_digest:
        yield "what is under review is not the draft"
    date = unit.rows[True].get("go_live_date")
    if unit.kind == UnitKind.COURSE_RUN and review.due != (date if status == Status.REVIEWED else None):
        yield f"the review is due at {review.due}, the run at {date}"


def _slugs(unit: Unit) -> Iterator[str]:
    if unit.kind != UnitKind.COURSE:
        return
    for side, column in ((Side.DRAFT, "is_active_on_draft"), (Side.OFFICIAL, "is_active")):
        captured = unit.captured.get(side)
        slug = captured.snapshot.content["url_slug"] if captured else None
        expected = [normalize_key(slug)] if slug else []
        found = [row.url_slug_normalized for row in unit.slugs if getattr(row, column)]
        if found != expected:
            yield f"slugs with {column} are {found}, not {expected}"


def _pointers(unit: Unit, units: dict[uuid.UUID, Unit]) -> Iterator[str]:
    if unit.kind == UnitKind.COURSE:
        runs = [other for other in units.values() if other.rows and other.kind == UnitKind.COURSE_RUN]
        for draft, row in unit.rows.items():
            pointer = row["canonical_course_run_id"]
            own = {
                other.rows[draft]["id"] for other in runs if draft in other.rows and _course(other, draft) == row["id"]
            }
            if pointer is not None and pointer not in own:
                yield f"the canonical run of the {'draft' if draft else 'official'} side is no run of that side"
    else:
        for draft in unit.rows:
            if not any(
                _course(unit, draft) == other.rows[draft]["id"] for other in units.values() if _is(other, draft)
            ):
                yield f"the course of the {'draft' if draft else 'official'} run is not of that side"


def _is(unit: Unit, draft: bool) -> bool:
    return draft in unit.rows and unit.kind == UnitKind.COURSE


def _course(run: Unit, draft: bool) -> int:
    course: int = run.rows[draft]["course_id"]
    return course
