"""Taking units back: unpublish (official rows stay readable), and remove (official rows go, a tombstone stays)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchor, Anchors, read_anchors
from openedx_catalog_publisher.commands.bulk import delete_rows
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.ledger.canonical_json import timestamp
from openedx_catalog_publisher.ledger.chain import append
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    CourseUrlSlug,
    EventKind,
    OutboxEvent,
    Publication,
    Release,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.outbox.record import unit_event
from openedx_catalog_publisher.publishing.gate import gate
from openedx_catalog_publisher.publishing.official import (
    OfficialState,
    Wanted,
    new_release,
    official_states,
    publication_record,
    settle_draft,
)
from openedx_catalog_publisher.publishing.publish import carry_out, withdrawal_of
from openedx_catalog_publisher.publishing.selection import Parents, Selection, Standing, Standings, read_standings
from openedx_catalog_publisher.publishing.unit_tables import UNITS

IDLE = frozenset({Status.UNPUBLISHED, Status.PUBLISHED})

REASON_MISSING = "Say why: the reason stands in the log."


@command
def unpublish(operation: Operation, selection: Selection, *, reason: str) -> Release:
    """
    Withdraw units: their official rows stay readable and are not marketable any more.

    Arguments:
        operation: given by the command.
        selection: which units; the courses of named runs are not withdrawn with them.
        reason: why; stands in the log.

    Raises:
        NotPermitted: when the actor may not unpublish one of the courses.
        InvalidInput: without a reason, or without a unit.
        Conflict: when one of the units is not published.
        UnitNotFound: when a unit has no draft.
    """
    _require_reason(reason)
    standings = _alone(selection)
    require_on_courses(operation.actor, Action.UNPUBLISH, standings.anchors)
    named = selection.courses | selection.runs
    live = [unit for unit in standings.units if unit.official.status == Status.PUBLISHED]
    idle = [unit.anchor.key for unit in standings.units if unit not in live and unit.anchor.uuid in named]
    if idle:
        raise Conflict(f"Not published: {', '.join(idle)}.")
    return _withdraw(operation, standings, live, reason)


@command
def archive(operation: Operation, run: uuid.UUID, *, reason: str) -> Release:
    """
    Unpublish a run that has ended.

    Arguments:
        operation: given by the command.
        run: its uuid.
        reason: why; stands in the log.

    Raises:
        NotPermitted: when the actor may not unpublish the course.
        InvalidInput: without a reason; naming ``end`` where what is official of the run has not ended.
        Conflict: when the run is not published.
        UnitNotFound: when the run has no draft.
    """
    _require_reason(reason)
    standings = read_standings(Selection.of(runs=[run], parents=Parents.NEVER), lock=True)
    require_on_courses(operation.actor, Action.UNPUBLISH, standings.anchors)
    live = [unit for unit in standings.units if unit.official.status == Status.PUBLISHED]
    if not live:
        raise Conflict(f"Not published: {standings.anchors.runs[run].key}.")
    content = live[0].official.snapshot.content if live[0].official.snapshot else {}
    end = content.get("end")
    if end is None or end > timestamp(operation.time):
        when = f"It ends on {end}" if end else "It has no end"
        raise InvalidInput({"end": [f"Only a run that has ended is archived. {when}; unpublish it instead."]})
    return _withdraw(operation, standings, live, reason)


@command
def reopen(operation: Operation, selection: Selection, *, reason: str) -> Release:
    """
    Publish again what was unpublished: exactly the content that is still official, which needs no review.

    Arguments:
        operation: given by the command.
        selection: which units; the courses of named runs are not published with them.
        reason: why; stands in the log.

    Raises:
        NotPermitted: when the actor may not publish one of the courses.
        InvalidInput: without a reason, or without a unit.
        Conflict: when one of the units is not unpublished, or its draft is in review and goes live by that.
        UnitNotFound: when a unit has no draft.
    """
    _require_reason(reason)
    standings = _alone(selection)
    require_on_courses(operation.actor, Action.PUBLISH, standings.anchors)
    idle = [unit for unit in standings.units if unit.official.status == Status.UNPUBLISHED]
    other = sorted(unit.anchor.key for unit in standings.units if unit not in idle)
    if other:
        raise Conflict(f"Not unpublished: {', '.join(other)}.")
    submitted = sorted(unit.anchor.key for unit in idle if unit.anchor.status not in IDLE)
    if submitted:
        raise Conflict(f"In review, and goes live by that: {', '.join(submitted)}. Withdraw the review first.")
    wanted = [
        Wanted(
            anchor=unit.anchor,
            before=unit.official,
            snapshot=unit.official.snapshot,
            status=Status.PUBLISHED,
            action=Release.Action.PUBLISH,
        )
        for unit in idle
        if unit.official.snapshot is not None
    ]
    release = new_release(operation, Release.Action.PUBLISH, message=reason)
    carry_out(operation, release, standings, wanted)
    standings.anchors.save()
    return release


@command
def remove(
    operation: Operation, *, courses: Sequence[uuid.UUID] = (), runs: Sequence[uuid.UUID] = (), reason: str
) -> Release:
    """
    Take official rows away: a course's with those of its runs. Drafts stay; the records of the removal are the
    tombstones.

    Arguments:
        operation: given by the command.
        courses: uuids of courses.
        runs: uuids of runs.
        reason: why; stands in the log.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: without a reason, or without a unit.
        Conflict: when one of the units has no official rows.
        UnitNotFound: when a unit has no draft.
    """
    _require_reason(reason)
    _require_units({*courses, *runs})
    anchors = read_anchors(courses=courses, runs=runs, all_runs=True)
    require_on_courses(operation.actor, Action.REMOVE, anchors)
    named = {*courses, *runs}
    going = [
        anchor
        for anchor in anchors
        if anchor.uuid in named or (anchor.kind == UnitKind.COURSE_RUN and anchors.course_of(anchor).uuid in courses)
    ]
    states = official_states(going)
    idle = [anchor.key for anchor in going if anchor.uuid in named and states[anchor.uuid].snapshot is None]
    if idle:
        raise Conflict(f"Nothing official to remove: {', '.join(idle)}.")
    going = [anchor for anchor in going if states[anchor.uuid].snapshot is not None]
    release = new_release(operation, Release.Action.REMOVE, message=reason)
    _delete_official_rows(anchors, going)
    Publication.objects.bulk_create(_tombstone(operation, release, anchor, states[anchor.uuid]) for anchor in going)
    OutboxEvent.objects.bulk_create(
        unit_event(
            operation,
            anchor,
            EventKind.REMOVED,
            {"release": str(release.uuid), "publication": states[anchor.uuid].number + 1},
        )
        for anchor in going
    )
    gate().official_moved(operation, anchors, {anchor.uuid: None for anchor in going})
    anchors.save()
    return release


def _alone(selection: Selection) -> Standings:
    _require_units(selection.courses | selection.runs)
    alone = Selection(
        courses=selection.courses, runs=selection.runs, all_runs=selection.all_runs, parents=Parents.NEVER
    )
    return read_standings(alone, lock=True)


def _withdraw(operation: Operation, standings: Standings, live: Sequence[Standing], reason: str) -> Release:
    release = new_release(operation, Release.Action.UNPUBLISH, message=reason)
    carry_out(operation, release, standings, [withdrawal_of(unit) for unit in live])
    standings.anchors.save()
    return release


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput({"reason": [REASON_MISSING]})


def _require_units(units: Collection[uuid.UUID]) -> None:
    if not units:
        raise InvalidInput({"units": ["Name at least one course or run."]})


def _tombstone(operation: Operation, release: Release, anchor: Anchor, before: OfficialState) -> Publication:
    anchor.move(operation.time, content=False)
    record = publication_record(operation, release, anchor, before, Release.Action.REMOVE)
    append(anchor, record)
    settle_draft(anchor, official=None, equal=False)
    return record


def _delete_official_rows(anchors: Anchors, going: Sequence[Anchor]) -> None:
    courses = [anchor.pk for anchor in going if anchor.kind == UnitKind.COURSE]
    runs = [anchor.pk for anchor in going if anchor.kind == UnitKind.COURSE_RUN]
    pks = {
        UnitKind.COURSE_RUN: list(CourseRun.objects.filter(draft_version__in=runs).values_list("pk", flat=True)),
        UnitKind.COURSE: list(Course.objects.filter(draft_version__in=courses).values_list("pk", flat=True)),
    }
    if pks[UnitKind.COURSE_RUN]:
        Course.objects.filter(canonical_course_run__in=pks[UnitKind.COURSE_RUN]).update(canonical_course_run=None)
    for kind, roots in pks.items():
        if roots:
            for part in UNITS[kind].parts:
                rows = part.model._base_manager.filter(**{f"{part.owner_attname}__in": roots})
                rows._raw_delete(rows.db)
            delete_rows(UNITS[kind].root, roots)
    if courses:
        CourseUrlSlug.objects.filter(course__in=courses, is_active=True).update(is_active=False)
