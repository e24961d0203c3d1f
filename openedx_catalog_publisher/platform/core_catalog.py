"""The core catalog (``openedx_catalog`` of openedx-core): which courses and course runs there are, and their titles."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from opaque_keys.edx.keys import CourseKey


class CourseCode(NamedTuple):
    """
    What the core catalog knows a course by.

    Attributes:
        org: short name of the organization.
        code: the course number.
    """

    org: str
    code: str

    @classmethod
    def of(cls, course: CourseKey) -> CourseCode:
        """Return the course of a course run."""
        return cls(str(course.org), str(course.course))


class CoreCatalog(Protocol):
    """The core catalog. Rows are found by their keys; no row of ours points at them, nor they at ours."""

    def run_title(self, course: CourseKey) -> str | None:
        """Return the title of a course run; None where there is no such run."""

    def course_title(self, course: CourseCode) -> str | None:
        """Return the title of a course; None where there is no such course."""

    def add_run(self, course: CourseKey, title: str, language: str | None) -> None:
        """
        Add a course run, and its course where that is missing too, with the same title.

        Arguments:
            course: key of the run.
            title: its title.
            language: language of a course that is added, as an IETF tag in lower case; None or one that the platform
                does not offer leaves the platform's own.

        Raises:
            Refused: when the core catalog does not accept the run; says why.
        """

    def set_run_title(self, course: CourseKey, title: str) -> None:
        """Give a course run that is there another title."""

    def set_course_title(self, course: CourseCode, title: str) -> None:
        """Give a course that is there another title."""
