"""How many rows there are, to see that a refused command wrote nothing."""

from __future__ import annotations

from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    EditRecord,
    OutboxEvent,
    Publication,
    Release,
    Snapshot,
)

WRITTEN = (Course, CourseRun, EditRecord, Publication, Release, Snapshot, OutboxEvent)


def row_counts() -> tuple[int, ...]:
    """Return the number of rows of each table that publishing adds to."""
    return tuple(model._base_manager.count() for model in WRITTEN)
