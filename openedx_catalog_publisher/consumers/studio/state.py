"""What is known of a course run in Studio: measured, written to both of its sides, no revision and no review."""

from __future__ import annotations

import uuid

from openedx_catalog_publisher.models import CourseRun

State = CourseRun.StudioState

LONGEST_REASON = 2_000


def note(run: uuid.UUID, state: CourseRun.StudioState, error: str = "") -> bool:
    """
    Note what is known of a run in Studio.

    Arguments:
        run: the run.
        state: how it stands.
        error: why Studio did not do what it was asked to, for the course team to read.

    Returns:
        Whether the run is there; its draft may be deleted while nothing of it is in Studio.
    """
    rows = CourseRun.everything.filter(uuid=run)
    return bool(rows.update(studio_state=str(state), studio_error=error[:LONGEST_REASON]))
