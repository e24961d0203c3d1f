"""
What becomes of a draft that its team is done with: published where it needs no approval any more, else submitted.

Parts of commands that hold the lock of the course.
"""

from __future__ import annotations

import uuid

from openedx_catalog_publisher.commands.errors import Conflict
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.models import Course, CourseRun, Review, Status
from openedx_catalog_publisher.publishing.publish import Published, publish
from openedx_catalog_publisher.publishing.selection import Parents, Selection
from openedx_catalog_publisher.review.submit import Submitted, submit_course, submit_run


def put_course_forward(operation: Operation, course: uuid.UUID) -> Published | Submitted | None:
    """
    Publish a course that has an official version, where it needs no approval any more; else submit it for review.

    Arguments:
        operation: the operation of the command, which holds the course's lock.
        course: uuid of the course.

    Returns:
        What was done; None where nothing is official, where nothing differs from that, or while the course is in
        review.

    Raises:
        CatalogError: as ``publish`` and ``submit_course`` do.
    """
    row = Course.drafts.filter(uuid=course, official_version__isnull=False)
    if not row.filter(Course.unpublished_changes()).exists() or _is_open(course):
        return None
    return _published(operation, Selection.of(courses=[course])) or submit_course.within(operation, course)


def put_run_forward(operation: Operation, run: uuid.UUID) -> Published | Submitted | None:
    """
    Publish a run that is live, where it needs no approval any more; submit any other for review.

    Arguments:
        operation: the operation of the command, which holds the lock of the run's course.
        run: uuid of the run.

    Returns:
        What was done; None while the run is in review or waits to go live, and where a live run differs in nothing.

    Raises:
        CatalogError: as ``publish`` and ``submit_run`` do.
    """
    if _is_open(run):
        return None
    live = CourseRun.objects.filter(uuid=run, status=Status.PUBLISHED).exists()
    if live and not CourseRun.drafts.get(uuid=run).has_unpublished_changes:
        return None
    published = _published(operation, Selection.of(runs=[run], parents=Parents.NEVER)) if live else None
    return published or submit_run.within(operation, run)


def _is_open(unit: uuid.UUID) -> bool:
    return Review.objects.filter(open_unit=unit).exists()


def _published(operation: Operation, selection: Selection) -> Published | None:
    try:
        return publish.within(operation, selection)
    except Conflict as error:
        # Refused before anything was written.
        if any(detail.get("code") == "review_missing" for detail in error.details):
            return None
        raise
