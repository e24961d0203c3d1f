"""
What reviewers were shown: a decision through this door names no content, so the door remembers what it would name.

Digests are read before what is answered or written, so that what moves in between makes a decision fail, and never
hold for something that nobody saw.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from openedx_catalog_publisher.commands.anchors import course_tag
from openedx_catalog_publisher.models import Course, CourseRun, Review, ShownDigests
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.selections import named
from openedx_catalog_publisher.review.states import IN_REVIEW


@dataclass(frozen=True)
class OpenReviews:
    """
    The open reviews of a course and its runs.

    Attributes:
        course: uuid of the course.
        by_unit: review by uuid of the course or run.
    """

    course: uuid.UUID
    by_unit: Mapping[uuid.UUID, Review] = field(default_factory=dict)

    @property
    def of_course(self) -> Review | None:
        """The review of the course itself."""
        return self.by_unit.get(self.course)

    @property
    def is_deciding(self) -> bool:
        """Whether one of them waits for a decision."""
        return any(review.status in IN_REVIEW for review in self.by_unit.values())

    def run_digests(self, runs: Iterable[uuid.UUID]) -> dict[str, str]:
        """Return the digests of runs that are under review, by uuid as text."""
        return {str(run): self.by_unit[run].review_digest for run in runs if run in self.by_unit}


def open_reviews(course: uuid.UUID) -> OpenReviews:
    """Return the open reviews of a course and its runs, in one statement."""
    rows = Review.objects.filter(course_uuid=course, open_unit__isnull=False)
    return OpenReviews(course=course, by_unit={row.unit_uuid: row for row in rows})


def open_reviews_of(name: str) -> OpenReviews:
    """Return the open reviews of the course that a key or a UUID names, and of its runs, in one statement."""
    course = uuid_or_none(name)
    wanted: Any = named(Course.drafts.all(), name).values("uuid") if course is None else [course]
    rows = list(Review.objects.filter(course_uuid__in=wanted, open_unit__isnull=False))
    found = rows[0].course_uuid if rows else course or uuid.UUID(int=0)
    return OpenReviews(course=found, by_unit={row.unit_uuid: row for row in rows})


def shown_to(user: Any, course: uuid.UUID) -> ShownDigests:
    """Return what a user was shown of a course; an empty row, not stored, where nothing was."""
    found = ShownDigests.objects.filter(user=user, course_uuid=course).first()
    return found or ShownDigests(user=user, course_uuid=course)


@dataclass(frozen=True)
class ReviewPage:
    """
    The page of a course in review that a user loaded last.

    Attributes:
        run_digests: what it showed of runs under review, by uuid as text.
        tag: the version of the course's draft and its runs, read before what is compared with the page.
    """

    run_digests: Mapping[str, str]
    tag: str

    def shows(self, reviews: OpenReviews) -> bool:
        """Tell whether all that it showed under review still is."""
        return reviews.run_digests(map(uuid.UUID, self.run_digests)) == self.run_digests


def review_page_of(user: Any, course: uuid.UUID) -> ReviewPage | None:
    """Return the page of a course in review that a user loaded last; None where no run was in review on it."""
    seen = shown_to(user, course)
    if not seen.run_digests:
        return None
    revision = Course.drafts.values_list("revision", flat=True).get(uuid=course)
    runs = CourseRun.drafts.filter(course__uuid=course, course__draft=True).values_list("uuid", "revision")
    return ReviewPage(run_digests=seen.run_digests, tag=course_tag(revision, runs))


def forget_page(user: Any, course: uuid.UUID) -> None:
    """Note that a user was shown the whole page of a course with nothing under review."""
    shown = ShownDigests.objects.filter(user=user, course_uuid=course)
    if shown.exists():
        shown.delete()


def note_page(user: Any, reviews: OpenReviews, runs: Iterable[uuid.UUID]) -> None:
    """Note that a user was shown the whole page of a course, with these runs."""
    digests = reviews.run_digests(runs)

    def replace(row: ShownDigests) -> None:
        row.run_digests = digests

    _note(user, reviews.course, replace)


def note_run(user: Any, reviews: OpenReviews, run: uuid.UUID) -> None:
    """Note that a user was shown a run, as it is after the user's own change of it."""
    digests = reviews.run_digests([run])

    def add(row: ShownDigests) -> None:
        row.run_digests = {**row.run_digests, **digests}

    if digests:
        _note(user, reviews.course, add)


def note_course(user: Any, reviews: OpenReviews) -> None:
    """Note that a user sent a whole course back, and it is what is under review."""
    review = reviews.of_course

    def confirm(row: ShownDigests) -> None:
        row.course_digest = review.review_digest if review is not None else ""

    if review is not None:
        _note(user, reviews.course, confirm)


def _note(user: Any, course: uuid.UUID, change: Callable[[ShownDigests], None]) -> None:
    # Answers to requests that were sent at once add to one row.
    with transaction.atomic():
        ShownDigests.objects.get_or_create(user=user, course_uuid=course)
        row = ShownDigests.objects.select_for_update().get(user=user, course_uuid=course)
        before = (row.course_digest, dict(row.run_digests))
        change(row)
        if before != (row.course_digest, row.run_digests):
            row.save()
