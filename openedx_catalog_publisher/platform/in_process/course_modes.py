"""Course modes in the LMS."""

from __future__ import annotations

from collections.abc import Sequence

from common.djangoapps.course_modes.models import CourseMode  # type: ignore[import-not-found]
from django.core.exceptions import ValidationError
from django.db import transaction
from opaque_keys.edx.keys import CourseKey
from openedx.core.djangoapps.content.course_overviews.models import CourseOverview  # type: ignore[import-not-found]

from openedx_catalog_publisher.platform.course_modes import ModeRow
from openedx_catalog_publisher.platform.errors import CourseMissing, Refused


class LmsCourseModes:
    """The rows of ``CourseMode``. They are saved one by one, so that the platform keeps its history of them."""

    def of_course(self, course: CourseKey) -> tuple[ModeRow, ...]:
        """Return the modes of a course run."""
        return tuple(
            ModeRow(
                slug=mode.mode_slug,
                currency=mode.currency,
                display_name=mode.mode_display_name,
                min_price=mode.min_price,
                upgrade_deadline=mode.expiration_datetime,
                sku=mode.sku,
                bulk_sku=mode.bulk_sku,
            )
            for mode in CourseMode.objects.filter(course_id=course).order_by("pk")
        )

    def write(self, course: CourseKey, rows: Sequence[ModeRow]) -> None:
        """
        Insert or update modes.

        Raises:
            CourseMissing: when there is no overview of the course run.
            Refused: when a mode is not valid; says why.
        """
        if not CourseOverview.objects.filter(pk=course).exists():
            raise CourseMissing(course)
        with transaction.atomic():
            for row in rows:
                self._write(course, row)

    def _write(self, course: CourseKey, row: ModeRow) -> None:
        mode = CourseMode.objects.filter(course_id=course, mode_slug=row.slug, currency=row.currency).first()
        if mode is None:
            mode = CourseMode(
                course_id=course, mode_slug=row.slug, currency=row.currency, mode_display_name=row.display_name
            )
        mode.min_price = row.min_price
        mode.expiration_datetime = row.upgrade_deadline
        mode.sku = row.sku or mode.sku
        mode.bulk_sku = row.bulk_sku or mode.bulk_sku
        try:
            mode.save()
        except ValidationError as error:
            raise Refused(f"The LMS refuses the mode {row.slug} of {course}: {'; '.join(error.messages)}") from error
