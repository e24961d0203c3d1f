"""Courses and runs as the review's pages name them, read for many at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from openedx_catalog_publisher.models import Course, CourseOrganization, CourseRun, Review, UnitKind, UnitRoot


@dataclass(frozen=True)
class ShownUnit:
    """
    A course or a run.

    Attributes:
        draft: its draft row.
        course: the draft row of the course that it is, or belongs to.
        title: its title; empty where it has none.
        organizations: keys of the owners.
        language: the code of the language that it is taught in; empty where it is not known.
    """

    draft: UnitRoot
    course: Course
    title: str
    organizations: tuple[str, ...]
    language: str

    @property
    def key(self) -> str:
        """Its key."""
        return self.draft.key

    @property
    def kind_name(self) -> str:
        """Course or course run, in words."""
        return str(self.draft.kind.label)


def shown_units(reviews: Iterable[Review]) -> dict[uuid.UUID, ShownUnit]:
    """Return the units that reviews are of, by their uuid; three statements. A unit that is gone is left out."""
    wanted = list(reviews)
    courses = _courses({review.course_uuid for review in wanted})
    runs = CourseRun.drafts.filter(
        uuid__in={review.unit_uuid for review in wanted if review.unit_kind == UnitKind.COURSE_RUN}
    )
    found = {course.uuid: _course(course) for course in courses.values()}
    by_pk = {course.pk: course for course in courses.values()}
    for run in runs:
        course = by_pk[run.course_id]
        found[run.uuid] = ShownUnit(
            draft=run,
            course=course,
            title=run.title_override or course.title or "",
            organizations=found[course.uuid].organizations,
            language=run.language_id or "",
        )
    return found


def shown_course(course: uuid.UUID) -> ShownUnit | None:
    """Return a course, with the language of one of its runs; None where there is no draft."""
    row = _courses({course}).get(course)
    if row is None:
        return None
    languages = CourseRun.drafts.filter(course=row.pk, language__isnull=False).order_by("-start", "-pk")
    return _course(row, languages.values_list("language_id", flat=True).first() or "")


def _courses(uuids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Course]:
    owners = CourseOrganization.objects.filter(kind=CourseOrganization.Kind.OWNER).select_related("organization")
    rows = Course.drafts.filter(uuid__in=set(uuids))
    return {course.uuid: course for course in rows.prefetch_related(Prefetch("organization_links", owners, "owners"))}


def _course(course: Course, language: str = "") -> ShownUnit:
    return ShownUnit(
        draft=course,
        course=course,
        title=course.title or "",
        organizations=tuple(link.organization.key for link in course.owners),  # type: ignore[attr-defined]
        language=language,
    )
