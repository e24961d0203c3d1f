"""
What the public signals of ``events`` carry.

Frozen attrs classes of types that openedx-events writes in Avro from 10.5 on: no lists of classes, no enumerations.
Fields are added at the end, with ``None`` as their default, and never renamed or taken away; what needs more than that
is a signal of another version. Imports nothing of ours, since openedx-events asks for the signals before our app is
ready.
"""

from datetime import datetime
from uuid import UUID

import attr
from opaque_keys.edx.keys import CourseKey


@attr.s(frozen=True, kw_only=True)
class CatalogCoursePublishedData:
    """
    A course that was published.

    Attributes:
        event_uuid: names this event, however often it is sent; what comes twice has the same.
        sequence: number among the events of this course, from 1; not all of them are public.
        occurred_at: when it was published, in UTC.
        course_uuid: uuid of the course.
        catalog_course_key: its key, ``Org+Number``.
        publication: number among the publications of this course, from 1.
        release_uuid: the release that it was published in; the same for all units that were published together.
        content_digest: digest of what is official now, by which equal content is known.
        changed: names of the fields that changed; all of them at the first publication.
    """

    event_uuid = attr.ib(type=UUID)
    sequence = attr.ib(type=int)
    occurred_at = attr.ib(type=datetime)
    course_uuid = attr.ib(type=UUID)
    catalog_course_key = attr.ib(type=str)
    publication = attr.ib(type=int)
    release_uuid = attr.ib(type=UUID)
    content_digest = attr.ib(type=str)
    changed = attr.ib(type=list[str], factory=list)


@attr.s(frozen=True, kw_only=True)
class CatalogCourseWithdrawnData:
    """
    A course that was unpublished (its official rows can still be read) or removed (they are gone).

    Attributes:
        event_uuid: names this event, however often it is sent; what comes twice has the same.
        sequence: number among the events of this course, from 1; not all of them are public.
        occurred_at: when it was withdrawn, in UTC.
        course_uuid: uuid of the course.
        catalog_course_key: its key, ``Org+Number``.
        publication: number among the publications of this course, which count withdrawals too.
        release_uuid: the release that it was withdrawn in.
    """

    event_uuid = attr.ib(type=UUID)
    sequence = attr.ib(type=int)
    occurred_at = attr.ib(type=datetime)
    course_uuid = attr.ib(type=UUID)
    catalog_course_key = attr.ib(type=str)
    publication = attr.ib(type=int)
    release_uuid = attr.ib(type=UUID)


@attr.s(frozen=True, kw_only=True)
class CatalogRunPublishedData:
    """
    A course run that was published.

    Attributes:
        event_uuid: names this event, however often it is sent; what comes twice has the same.
        sequence: number among the events of this run, from 1; not all of them are public.
        occurred_at: when it was published, in UTC.
        run_uuid: uuid of the run.
        course_key: its key, ``course-v1:Org+Number+Run``.
        publication: number among the publications of this run, from 1.
        release_uuid: the release that it was published in; the same for all units that were published together.
        content_digest: digest of what is official now, by which equal content is known.
        changed: names of the fields that changed; all of them at the first publication.
        course_uuid: uuid of its course.
    """

    event_uuid = attr.ib(type=UUID)
    sequence = attr.ib(type=int)
    occurred_at = attr.ib(type=datetime)
    run_uuid = attr.ib(type=UUID)
    course_key = attr.ib(type=CourseKey)
    publication = attr.ib(type=int)
    release_uuid = attr.ib(type=UUID)
    content_digest = attr.ib(type=str)
    changed = attr.ib(type=list[str], factory=list)
    course_uuid = attr.ib(type=UUID, default=None)


@attr.s(frozen=True, kw_only=True)
class CatalogRunWithdrawnData:
    """
    A course run that was unpublished (its official rows can still be read) or removed (they are gone).

    Attributes:
        event_uuid: names this event, however often it is sent; what comes twice has the same.
        sequence: number among the events of this run, from 1; not all of them are public.
        occurred_at: when it was withdrawn, in UTC.
        run_uuid: uuid of the run.
        course_key: its key, ``course-v1:Org+Number+Run``.
        publication: number among the publications of this run, which count withdrawals too.
        release_uuid: the release that it was withdrawn in.
        course_uuid: uuid of its course.
    """

    event_uuid = attr.ib(type=UUID)
    sequence = attr.ib(type=int)
    occurred_at = attr.ib(type=datetime)
    run_uuid = attr.ib(type=UUID)
    course_key = attr.ib(type=CourseKey)
    publication = attr.ib(type=int)
    release_uuid = attr.ib(type=UUID)
    course_uuid = attr.ib(type=UUID, default=None)


@attr.s(frozen=True, kw_only=True)
class CatalogDraftRunData:
    """
    A course run that was begun, and that nobody published yet.

    Attributes:
        event_uuid: names this event, however often it is sent; what comes twice has the same.
        sequence: number among the events of this run, from 1; not all of them are public.
        occurred_at: when it was created, in UTC.
        run_uuid: uuid of the run.
        course_key: its key, ``course-v1:Org+Number+Run``.
        course_uuid: uuid of its course; None when the draft was deleted before the event was sent.
    """

    event_uuid = attr.ib(type=UUID)
    sequence = attr.ib(type=int)
    occurred_at = attr.ib(type=datetime)
    run_uuid = attr.ib(type=UUID)
    course_key = attr.ib(type=CourseKey)
    course_uuid = attr.ib(type=UUID, default=None)


@attr.s(frozen=True, kw_only=True)
class CatalogReviewStateData:
    """
    A course or a course run whose place in the review changed.

    Attributes:
        event_uuid: names this event, however often it is sent; what comes twice has the same.
        sequence: number among the events of this course or run, from 1; not all of them are public.
        occurred_at: when it changed, in UTC.
        review_uuid: the review.
        unit_kind: ``course`` or ``course_run``.
        unit_uuid: uuid of the course or run.
        unit_key: its key.
        change: ``opened``, ``decided`` or ``closed``.
        status: where its draft stands now: ``unpublished``, ``review_by_legal``, ``review_by_internal``, ``reviewed``
            or ``published``.
        previous_status: where it stood before.
        step: the step that was decided: ``legal`` or ``internal``.
        decision: how it was decided: ``approved``, ``skipped`` or ``followed``.
        reason: why it was closed, for example ``went_live`` or ``changes_requested``.
    """

    event_uuid = attr.ib(type=UUID)
    sequence = attr.ib(type=int)
    occurred_at = attr.ib(type=datetime)
    review_uuid = attr.ib(type=UUID)
    unit_kind = attr.ib(type=str)
    unit_uuid = attr.ib(type=UUID)
    unit_key = attr.ib(type=str)
    change = attr.ib(type=str)
    status = attr.ib(type=str)
    previous_status = attr.ib(type=str)
    step = attr.ib(type=str, default=None)
    decision = attr.ib(type=str, default=None)
    reason = attr.ib(type=str, default=None)
