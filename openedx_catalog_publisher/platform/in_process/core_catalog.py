"""The core catalog, by its own functions."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from opaque_keys.edx.keys import CourseKey
from openedx_catalog import api
from openedx_catalog.models_api import CatalogCourse, CourseRun

from openedx_catalog_publisher.platform.core_catalog import CourseCode
from openedx_catalog_publisher.platform.errors import Refused

CHINESE: Mapping[str, str] = {
    "zh-cn": "zh_HANS",
    "zh-hans": "zh_HANS",
    "zh-sg": "zh_HANS",
    "zh-hant": "zh_HANT",
    "zh-hk": "zh_HANT",
    "zh-tw": "zh_HANT",
}
"""Tags that the platform does not cut down to their first part."""


class InstalledCoreCatalog:
    """The app ``openedx_catalog`` where it is installed. Written by its functions alone, which keep its own rules."""

    def run_title(self, course: CourseKey) -> str | None:
        """Return the title of a course run."""
        try:
            return str(api.get_course_run(course).title)
        except CourseRun.DoesNotExist:
            return None

    def course_title(self, course: CourseCode) -> str | None:
        """Return the title of a course."""
        try:
            return str(self._course(course).title)
        except CatalogCourse.DoesNotExist:
            return None

    def add_run(self, course: CourseKey, title: str, language: str | None) -> None:
        """
        Add a course run, and its course where that is missing too.

        Raises:
            Refused: when a key differs from another one by its case alone, or something else of the app's rules.
        """
        try:
            with transaction.atomic():
                api.create_course_run_for_modulestore_course_with(
                    course, title=title, language_short=platform_language(language)
                )
        except (ValidationError, ValueError, DatabaseError) as error:
            raise Refused(f"The core catalog does not take {course}: {error}") from error

    def set_run_title(self, course: CourseKey, title: str) -> None:
        """Give a course run another title."""
        api.sync_course_run_details(course, title=title)

    def set_course_title(self, course: CourseCode, title: str) -> None:
        """Give a course another title."""
        api.update_catalog_course(self._course(course), title=title)

    def _course(self, course: CourseCode) -> CatalogCourse:
        return api.get_catalog_course(org_code=course.org, course_code=course.code)


def platform_language(tag: str | None) -> str | None:
    """Return the code that the platform has for a language; None where it does not offer that."""
    if not tag:
        return None
    code = CHINESE.get(tag.lower(), tag.lower().partition("-")[0])
    offered = getattr(settings, "ALL_LANGUAGES", None)
    return code if offered is None or code in dict(offered) else None
