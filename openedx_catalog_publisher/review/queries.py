"""Questions about reviews: who waits for whom, what differs, what was skipped. None of them writes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.policy import visible
from openedx_catalog_publisher.models import Course, Publication, Review, ReviewRecord, ReviewStep, Snapshot
from openedx_catalog_publisher.publishing.snapshots import FieldChange, UnitSnapshot, compare
from openedx_catalog_publisher.publishing.store import last_publications
from openedx_catalog_publisher.review.decide import RIGHT_OF_STEP
from openedx_catalog_publisher.review.states import PROGRESS, STATUS_OF_STEP


def open_review_of(unit: uuid.UUID) -> Review | None:
    """Return the open review of a course or a run; None where there is none. Checks no rights."""
    return Review.objects.filter(open_unit=unit).select_related("snapshot").first()


def visible_reviews(user: Any) -> QuerySet[Review]:
    """Return the reviews of courses, and of runs of courses, whose drafts a user may see, in one subquery."""
    return Review.objects.filter(_of_courses(user, Action.VIEW_DRAFT))


def reviews_waiting(user: Any, step: ReviewStep | None = None) -> QuerySet[Review]:
    """
    Return the open reviews that wait for a step which the user may decide; who waits longest comes first.

    A run waits for its own step, and not before its course came there: until then only the course can be decided.

    Arguments:
        user: a user of the platform.
        step: the step; every step that the user may decide unless given.
    """
    wanted = Q(pk__in=())
    for each in ReviewStep if step is None else [step]:
        status = STATUS_OF_STEP[each]
        behind = Review.objects.filter(open_unit=OuterRef("course_uuid"), status__in=PROGRESS[: PROGRESS.index(status)])
        wanted |= Q(_of_courses(user, RIGHT_OF_STEP[each]), ~Exists(behind), status=status)
    return Review.objects.filter(wanted, open_unit__isnull=False).order_by("step_since", "pk")


def _of_courses(user: Any, action: Action) -> Q:
    return Q(Exists(visible(user, action, Course.everything.filter(draft=True, uuid=OuterRef("course_uuid")))))


def official_of(review: Review) -> UnitSnapshot | None:
    """Return what is official of the unit of a review; None where nothing is."""
    record = last_publications([review.unit_uuid]).get(review.unit_uuid)
    return None if record is None or record.snapshot is None else UnitSnapshot.load(record.snapshot)


def difference_since_official(review: Review) -> tuple[FieldChange, ...]:
    """Return what is under review and differs from what is official, field by field."""
    return compare(official_of(review), UnitSnapshot.load(review.snapshot))


def difference_since_approval(review: Review, pseudonym: uuid.UUID) -> tuple[FieldChange, ...] | None:
    """
    Return what is under review and differs from what somebody approved last; None where they never approved the unit.

    Arguments:
        review: the review.
        pseudonym: the reviewer in the logs.
    """
    approved = ReviewRecord.objects.filter(
        unit_uuid=review.unit_uuid, actor=pseudonym, action=ReviewRecord.Action.APPROVED
    )
    last = approved.select_related("snapshot").order_by("-sequence").first()
    if last is None:
        return None
    return compare(UnitSnapshot.load(last.snapshot), UnitSnapshot.load(review.snapshot))


def snapshots_of(reviews: Iterable[Review]) -> dict[uuid.UUID, UnitSnapshot]:
    """Return what is under review, by uuid of the review, in one statement."""
    wanted = list(reviews)
    rows = Snapshot.objects.in_bulk({review.snapshot_id for review in wanted})
    return {review.uuid: UnitSnapshot.load(rows[review.snapshot_id]) for review in wanted}


def skipped_steps() -> QuerySet[ReviewRecord]:
    """Return the steps that administrators skipped in reviews, the last first; each has its reason as a comment."""
    skipped = ReviewRecord.objects.filter(action=ReviewRecord.Action.SKIPPED)
    return skipped.select_related("review").prefetch_related("comments").order_by("-pk")


def published_without_review() -> QuerySet[Publication]:
    """Return what went live by an administrator's word alone, the last first; each release names the reason."""
    skipped = Publication.objects.filter(approval=Publication.Approval.SKIPPED)
    return skipped.select_related("release").order_by("-pk")
