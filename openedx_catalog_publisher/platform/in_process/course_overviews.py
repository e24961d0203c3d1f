"""Course overviews in LMS or Studio, which share their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opaque_keys.edx.keys import CourseKey
from openedx.core.djangoapps.content.course_overviews.models import CourseOverview  # type: ignore[import-not-found]

from openedx_catalog_publisher.platform.course_overviews import FIELDS
from openedx_catalog_publisher.platform.errors import CourseMissing, Refused


class PlatformCourseOverviews:
    """The rows of ``CourseOverview``, of which only our columns are written, so that Studio's stay as they are."""

    def of_course(self, course: CourseKey) -> Mapping[str, Any] | None:
        """Return our fields of a course run."""
        found: Mapping[str, Any] | None = CourseOverview.objects.filter(pk=course).values(*FIELDS).first()
        return found

    def write(self, course: CourseKey, values: Mapping[str, Any]) -> None:
        """
        Write some of our fields.

        Raises:
            CourseMissing: when there is no overview of the course run.
            Refused: when a value is longer than its column.
        """
        overview = CourseOverview.objects.filter(pk=course).first()
        if overview is None:
            raise CourseMissing(course)
        for name, value in values.items():
            longest = CourseOverview._meta.get_field(name).max_length
            if longest and value and len(value) > longest:
                raise Refused(f"{name} of {course} has {len(value)} characters; the platform takes {longest}.")
            setattr(overview, name, value)
        overview.save(update_fields=list(values))
