"""What the platform keeps beside each course run for its own pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from opaque_keys.edx.keys import CourseKey

FIELDS = ("marketing_url", "external_id", "eligible_for_financial_aid")
"""The fields that nothing else writes: all others come from Studio, each time that a course run is published there."""


class CourseOverviews(Protocol):
    """The overviews of all course runs, as far as they are ours to write."""

    def of_course(self, course: CourseKey) -> Mapping[str, Any] | None:
        """Return ``FIELDS`` of a course run; None where the platform does not know it."""

    def write(self, course: CourseKey, values: Mapping[str, Any]) -> None:
        """
        Write some of ``FIELDS``; other columns are not touched.

        Raises:
            CourseMissing: when the platform does not know the course run.
            Refused: when a value does not fit its column.
        """
