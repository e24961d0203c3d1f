"""Studio's modulestore in memory, and the functions with which its API makes course runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.core.exceptions import PermissionDenied
from opaque_keys.edx.keys import CourseKey

from tests.fake_platform.models import CourseAccessRole


class DuplicateCourseError(Exception):
    """A course run with such a key is there, whatever its case."""

    def __init__(self, course_id: Any = None, existing_entry: Any = None) -> None:
        super().__init__(f"Cannot create course {course_id}, which duplicates {existing_entry}")


class CourseBlock:
    """The root block of a course run."""

    def __init__(self, key: CourseKey, fields: Mapping[str, Any]) -> None:
        self.id = key
        self.display_name = "Empty"
        self.start: Any = None
        self.end: Any = None
        self.self_paced = False
        self.course_image = "images_course_image.jpg"
        self.__dict__.update(fields)


class ModuleStore:
    """
    Course runs, with the rounds of publishing that Studio went through for each.

    What is changed of a block that was read counts only when the block is written, as in Studio.
    """

    def __init__(self) -> None:
        self.courses: dict[CourseKey, CourseBlock] = {}
        self.assets: dict[tuple[CourseKey, str], bytes] = {}
        self.rounds: list[CourseKey] = []
        self._bulk: CourseKey | None = None
        self._moved = False

    def get_course(self, key: CourseKey) -> CourseBlock | None:
        """Return a block of one's own of a course run."""
        course = self.courses.get(key)
        return None if course is None else copy(course)

    def has_course(self, key: CourseKey, ignore_case: bool = False) -> bool:
        """Tell whether there is such a course run."""
        if not ignore_case:
            return key in self.courses
        return str(key).lower() in {str(each).lower() for each in self.courses}

    def update_item(self, block: CourseBlock, user_id: int) -> None:
        """Write a block; outside of a bulk operation that is a round of publishing of its own."""
        assert user_id
        self.courses[block.id] = copy(block)
        self._moved = True
        if self._bulk is None:
            self.rounds.append(block.id)

    @contextmanager
    def bulk_operations(self, key: CourseKey) -> Iterator[None]:
        """Let all that is written be one round of publishing."""
        self._bulk, self._moved = key, False
        try:
            yield
        finally:
            self._bulk = None
            if self._moved:
                self.rounds.append(key)


class FakeStudio:
    """Studio in this process. ``may`` are the usernames of those who may make course runs."""

    def __init__(self, may: set[str]) -> None:
        self.store = ModuleStore()
        self.may = may
        self.reruns: list[tuple[str, str]] = []

    def modules(self) -> dict[str, dict[str, Any]]:
        """Return what stands in which module of the platform."""
        return {
            "cms.djangoapps.contentstore.views.assets": {"update_course_run_asset": self.update_course_run_asset},
            "cms.djangoapps.contentstore.views.course": {
                "create_new_course": self.create_new_course,
                "rerun_course": self.rerun_course,
            },
            "common.djangoapps.student.models": {"CourseAccessRole": CourseAccessRole},
            "xmodule.modulestore.django": {"modulestore": lambda: self.store},
            "xmodule.modulestore.exceptions": {"DuplicateCourseError": DuplicateCourseError},
        }

    def create_new_course(self, user: Any, org: str, number: str, run: str, fields: Mapping[str, Any]) -> CourseBlock:
        """Make a course run, and give who makes it both roles."""
        return self._make(user, org, number, run, fields)

    def rerun_course(  # noqa: PLR0917 - as the platform has it
        self,
        user: Any,
        source_course_key: CourseKey,
        org: str,
        number: str,
        run: str,
        fields: Mapping[str, Any] | None = None,
        background: bool = True,
    ) -> CourseKey:
        """Copy a course run."""
        assert not background
        if user.username not in self.may:
            raise PermissionDenied()
        source = self.store.courses[source_course_key]
        made = self._make(user, org, number, run, {**vars(source), **(fields or {})})
        self.reruns.append((str(source_course_key), str(made.id)))
        return made.id

    def update_course_run_asset(self, course_key: CourseKey, upload: Any) -> None:
        """Keep an asset."""
        self.store.assets[course_key, upload.name] = upload.read()

    def _make(self, user: Any, org: str, number: str, run: str, fields: Mapping[str, Any]) -> CourseBlock:
        if user.username not in self.may:
            raise PermissionDenied()
        key = CourseKey.from_string(f"course-v1:{org}+{number}+{run}")
        if self.store.has_course(key, ignore_case=True):
            raise DuplicateCourseError(key, "another")
        self.store.courses[key] = CourseBlock(key, {name: value for name, value in fields.items() if name != "id"})
        self.store.rounds.append(key)
        for role in ("instructor", "staff"):
            CourseAccessRole.objects.get_or_create(course_id=key, org=org, user=user, role=role)
        return self.store.courses[key]
