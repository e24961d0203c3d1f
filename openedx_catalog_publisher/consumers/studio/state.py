"""What is known of a course run in Studio: measured, written to both of its sides, no revision and no review."""

from __future__ import annotations

import enum
import uuid
from typing import Any, Literal

from openedx_catalog_publisher.models import CourseRun

State = CourseRun.StudioState

LONGEST_REASON = 2_000


class Unchanged(enum.Enum):
    """Stands for what is not to be changed."""

    KEPT = enum.auto()


def note(
    run: uuid.UUID,
    state: CourseRun.StudioState,
    error: str = "",
    *,
    in_studio: bool | Literal[Unchanged.KEPT] | None = Unchanged.KEPT,
) -> bool:
    """
    Note what is known of a run in Studio.

    Arguments:
        run: the run.
        state: how it stands.
        error: why Studio did not do what it was asked to, for the course team to read.
        in_studio: whether it is there; None where that is not known, which it is not while it is being made.

    Returns:
        Whether the run is there; its draft may be deleted while nothing of it is in Studio.
    """
    columns: dict[str, Any] = {"studio_state": str(state), "studio_error": error[:LONGEST_REASON]}
    if in_studio is not Unchanged.KEPT:
        columns["in_studio"] = in_studio
    return bool(CourseRun.everything.filter(uuid=run).update(**columns))
