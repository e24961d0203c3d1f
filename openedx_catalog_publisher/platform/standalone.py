"""
Backends for a project without edx-platform: they keep in memory what they are told, for as long as the process lives.

They hold to the same contract as the platform's, so that what is written against one runs against the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.platform.core_catalog import CourseCode
from openedx_catalog_publisher.platform.course_modes import NO_DEADLINE, ModeRow
from openedx_catalog_publisher.platform.errors import CourseMissing, Refused
from openedx_catalog_publisher.platform.studio import NewRun, Picture, RunChanges, RunInStudio


class MemoryCourseModes:
    """Course modes in memory. Every course run is known, since nobody is there who would not know it."""

    def __init__(self) -> None:
        self.rows: dict[CourseKey, dict[tuple[str, str], ModeRow]] = {}

    def of_course(self, course: CourseKey) -> tuple[ModeRow, ...]:
        """Return the modes of a course run."""
        return tuple(self.rows.get(course, {}).values())

    def write(self, course: CourseKey, rows: Sequence[ModeRow]) -> None:
        """
        Insert or update modes.

        Raises:
            Refused: when a mode that cannot have a deadline is given one.
        """
        held = dict(self.rows.get(course, {}))
        for row in rows:
            if row.slug in NO_DEADLINE and row.upgrade_deadline is not None:
                raise Refused(f"The mode {row.slug} of {course} cannot have a deadline.")
            known = held.get((row.slug, row.currency), row)
            held[row.slug, row.currency] = replace(
                row,
                display_name=known.display_name,
                sku=row.sku or known.sku,
                bulk_sku=row.bulk_sku or known.bulk_sku,
            )
        self.rows[course] = held


class MemoryCourseOverviews:
    """Course overviews in memory. Every course run is known."""

    def __init__(self) -> None:
        self.rows: dict[CourseKey, dict[str, Any]] = {}

    def of_course(self, course: CourseKey) -> Mapping[str, Any] | None:
        """Return our fields of a course run."""
        return {"marketing_url": None, "external_id": None, "eligible_for_financial_aid": True} | self.rows.get(
            course, {}
        )

    def write(self, course: CourseKey, values: Mapping[str, Any]) -> None:
        """Write some of our fields."""
        self.rows[course] = self.rows.get(course, {}) | dict(values)


class MemoryCoreCatalog:
    """A core catalog in memory."""

    def __init__(self) -> None:
        self.runs: dict[CourseKey, str] = {}
        self.courses: dict[CourseCode, str] = {}

    def run_title(self, course: CourseKey) -> str | None:
        """Return the title of a course run."""
        return self.runs.get(course)

    def course_title(self, course: CourseCode) -> str | None:
        """Return the title of a course."""
        return self.courses.get(course)

    def add_run(self, course: CourseKey, title: str, language: str | None) -> None:
        """
        Add a course run, and its course where that is missing too. Languages are not kept.

        Raises:
            Refused: when there is a run whose key differs by its case alone.
        """
        if str(course).casefold() in {str(key).casefold() for key in self.runs}:
            raise Refused(f"The core catalog does not take {course}: there is a run with such a key.")
        self.courses.setdefault(CourseCode.of(course), title)
        self.runs[course] = title

    def set_run_title(self, course: CourseKey, title: str) -> None:
        """Give a course run another title."""
        self.runs[course] = title

    def set_course_title(self, course: CourseCode, title: str) -> None:
        """Give a course another title."""
        self.courses[course] = title


class MemoryStudio:
    """Studio in memory."""

    def __init__(self) -> None:
        self.runs: dict[CourseKey, RunInStudio] = {}
        self.pictures: dict[CourseKey, Picture] = {}

    def read(self, run: CourseKey) -> RunInStudio | None:
        """Return what Studio shows of a course run."""
        return self.runs.get(run)

    def create(self, run: NewRun) -> None:
        """
        Make an empty course run.

        Raises:
            Refused: when there is one whose key differs by its case alone.
        """
        if run.key in self.runs:
            return
        if str(run.key).casefold() in {str(key).casefold() for key in self.runs}:
            raise Refused(f"Studio has a course run whose key differs from {run.key} by its case alone. Use that key.")
        self.runs[run.key] = RunInStudio(run.title, run.start, run.end, run.pacing, frozenset(run.team))

    def rerun(self, source: CourseKey, run: NewRun) -> None:
        """
        Make a course run as a copy of another; here there is nothing in it but the picture.

        Raises:
            Refused: when there is no such other, or one whose key differs by its case alone.
        """
        if source not in self.runs:
            raise Refused(f"Studio has no course run {source} that could be copied.")
        self.create(run)
        if source in self.pictures:
            self.pictures.setdefault(run.key, self.pictures[source])

    def update(self, run: CourseKey, changes: RunChanges) -> None:
        """
        Change a course run.

        Raises:
            CourseMissing: when there is none.
        """
        held = self.runs.get(run)
        if held is None:
            raise CourseMissing(run)
        start, end = changes.schedule or (held.start, held.end)
        self.runs[run] = RunInStudio(
            title=held.title if changes.title is None else changes.title,
            start=start,
            end=end,
            pacing=changes.pacing or held.pacing,
            team=held.team | set(changes.team),
        )
        if changes.picture is not None:
            self.pictures[run] = changes.picture


COURSE_MODES = MemoryCourseModes()
COURSE_OVERVIEWS = MemoryCourseOverviews()
CORE_CATALOG = MemoryCoreCatalog()
STUDIO = MemoryStudio()
