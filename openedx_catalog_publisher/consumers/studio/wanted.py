"""What Studio is to show of a course run."""

from __future__ import annotations

import mimetypes
import uuid
from dataclasses import dataclass
from datetime import datetime

from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.access.policy import valid_editors
from openedx_catalog_publisher.consumers.units import platform_key
from openedx_catalog_publisher.models import Course, CourseRun
from openedx_catalog_publisher.models.derived.course_run import title
from openedx_catalog_publisher.platform.studio import INSTRUCTOR_PACED, Picture

UNDER_WAY = frozenset({CourseRun.StudioState.PENDING, CourseRun.StudioState.FAILED})

STUDIO_TAKES = frozenset({"image/jpeg", "image/png"})


@dataclass(frozen=True)
class WantedRun:
    """
    What Studio is to show of a course run.

    Until a run was published Studio shows the draft's values, so that its team can prepare it; afterwards the official
    ones, since learners see what Studio shows.

    Attributes:
        uuid: the run.
        key: its key in the platform.
        state: how it stands in Studio.
        in_studio: whether it is there, as far as is known; None where that is not known.
        course: the draft of its course.
        shown: the row whose values count.
    """

    uuid: uuid.UUID
    key: CourseKey
    state: str
    in_studio: bool | None
    course: Course
    shown: CourseRun

    @property
    def is_asked_for(self) -> bool:
        """Whether it is to be made where it is missing, as somebody asked for and it never was."""
        return (
            self.state in (CourseRun.StudioState.PENDING, CourseRun.StudioState.FAILED) and self.in_studio is not True
        )

    @property
    def is_interrupted(self) -> bool:
        """Whether an attempt ended halfway, or without a word: before the picture, for all that is known."""
        return self.state in UNDER_WAY and self.in_studio is not False

    @property
    def title(self) -> str:
        """The title."""
        return title(self.shown) or str(self.key.course)

    @property
    def schedule(self) -> tuple[datetime, datetime] | None:
        """Start and end; None where one of them is missing."""
        start, end = self.shown.start, self.shown.end
        return None if start is None or end is None else (start, end)

    @property
    def pacing(self) -> str:
        """How the pace is set."""
        return self.shown.pacing_type or INSTRUCTOR_PACED

    def team(self) -> tuple[str, ...]:
        """Return the usernames of the course's editors who still are members of its organizations."""
        editors = valid_editors().filter(course=self.course.pk).order_by("pk")
        return tuple(editors.values_list("user__username", flat=True))

    def picture(self) -> Picture | None:
        """Return the picture of the course; None where it has none that Studio takes."""
        image = self.shown.course.image
        name = str(image or "")
        media_type = mimetypes.guess_type(name)[0] or ""
        if media_type not in STUDIO_TAKES or not image.storage.exists(name):
            return None
        with image.storage.open(name) as file:
            return Picture(media_type, file.read())

    def source(self) -> CourseKey | None:
        """Return the run of the same course and organization that a new one is copied from: the canonical one."""
        canonical = self.course.canonical_course_run
        if canonical is None or canonical.uuid == self.uuid:
            return None
        key = platform_key(canonical)
        return key if key is not None and key.org == self.key.org else None


def wanted_runs(*, run: uuid.UUID | None = None, course: uuid.UUID | None = None) -> list[WantedRun]:
    """Return what Studio is to show of a run, or of all runs of a course; nothing of what is not in the platform."""
    drafts = CourseRun.drafts.select_related(
        "course__type", "course__canonical_course_run__course__type", "official_version__course__type"
    )
    chosen = drafts.filter(uuid=run) if run is not None else drafts.filter(course__uuid=course)
    found = []
    for draft in chosen.order_by("pk"):
        key = platform_key(draft)
        if key is not None:
            found.append(
                WantedRun(
                    uuid=draft.uuid,
                    key=key,
                    state=draft.studio_state,
                    in_studio=draft.in_studio,
                    course=draft.course,
                    shown=draft.official or draft,
                )
            )
    return found
