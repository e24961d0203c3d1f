"""The official units that events tell of, as consumers that bring their state across read them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.models import CourseRun, OutboxEvent, Publication, Status, UnitKind
from openedx_catalog_publisher.outbox.consumers import Holding, NoEffect


def official_run(run: uuid.UUID | str) -> CourseRun | None:
    """Return the official row of a run with its course, their types and its seats; None where there is none."""
    rows = CourseRun.objects.select_related("type", "course__type", "course__draft_version", "language")
    found: CourseRun | None = rows.prefetch_related("seats__type").filter(uuid=run).first()
    return found


def run_of(event: OutboxEvent) -> uuid.UUID | None:
    """Return the run that an event tells of; None where it tells of something else."""
    return uuid.UUID(event.object_code) if event.object_type == UnitKind.COURSE_RUN else None


def is_live(run: CourseRun | None) -> bool:
    """Tell whether a run is official and published."""
    return run is not None and run.status == Status.PUBLISHED


def platform_key(run: CourseRun) -> CourseKey | None:
    """
    Return the key under which the platform has a run.

    None for runs that it does not have: those of courses that run elsewhere (executive education, bootcamps), and those
    with keys of the old form, which it cannot open any more.
    """
    if "/" in run.key or (run.course.type is not None and run.course.type.is_external):
        return None
    try:
        return CourseKey.from_string(run.key)
    except InvalidKeyError:
        return None


def elsewhere(events: Sequence[OutboxEvent]) -> Mapping[uuid.UUID, NoEffect]:
    """Return which events are of runs that the platform does not have, or of no run; one statement."""
    found: dict[uuid.UUID, NoEffect] = {}
    runs = CourseRun.everything.select_related("course__type").filter(
        uuid__in=[run for event in events if (run := run_of(event)) is not None], draft=True
    )
    keys = {run.uuid: platform_key(run) for run in runs}
    for event in events:
        run = run_of(event)
        if run is None:
            found[event.uuid] = NoEffect("only_runs", "Only course runs are here, not courses.")
        elif keys.get(run) is None:
            found[event.uuid] = NoEffect("elsewhere", "The platform does not have this run: it runs elsewhere.")
    return found


def holdings(records: Sequence[Publication], ask: Callable[[uuid.UUID], Holding | None]) -> Mapping[uuid.UUID, Holding]:
    """
    Return what is held of units, asked one by one.

    Arguments:
        records: the last publication record of each unit.
        ask: says what is held of one unit; None where it is no matter of the consumer.
    """
    found = {record.unit_uuid: ask(record.unit_uuid) for record in records}
    return {unit: holding for unit, holding in found.items() if holding is not None}


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: times as text in UTC, so that equal ones are equal, and tuples as lists."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return [plain(each) for each in value] if isinstance(value, tuple) else value
