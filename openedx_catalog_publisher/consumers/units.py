"""The official units that events tell of, as consumers that bring their state across read them."""

from __future__ import annotations

import uuid

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.models import CourseRun, OutboxEvent, Status, UnitKind


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
