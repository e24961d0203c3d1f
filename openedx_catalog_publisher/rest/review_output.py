"""Answers about reviews: where they stand, what was done, what differs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.commands.actor import actor_names
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    Course,
    CourseOrganization,
    CourseRun,
    Review,
    ReviewRecord,
    ReviewStep,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.rest.plan_output import ChangeOutput, RemarkOutput, changes_data, labels_field, labels_of
from openedx_catalog_publisher.review.pending import Pending, obstacles, pending_of
from openedx_catalog_publisher.review.queries import difference_since_approval, difference_since_official

RUN_DIGEST_HELP = "Review digest of the run: what deciding takes. Empty for the review of a course."
COURSE_DIGEST_HELP = "Review digest of the course as it is reviewed; empty where the course is not in review."


class ReviewedCourseOutput(serializers.Serializer[Any]):
    """The course that is reviewed, or whose run is."""

    uuid = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    owners = serializers.ListField(child=serializers.CharField(), help_text="Keys of the organizations that own it.")


class ReviewActOutput(serializers.Serializer[Any]):
    """Something that was done in a review."""

    action = serializers.ChoiceField(choices=ReviewRecord.Action.choices)
    step = serializers.CharField(allow_blank=True, help_text="The step that was decided; empty for none.")
    status = serializers.CharField(help_text="Status of the draft afterwards.")
    reason = serializers.CharField(allow_blank=True, help_text="Why the review is over; empty while it is not.")
    actor = serializers.CharField(help_text="User name, or the part of the system that acted.")
    occurred_at = serializers.DateTimeField()
    review_digest = serializers.CharField()
    comment = serializers.CharField(allow_blank=True, help_text="What was said with it.")


class ReviewOutput(serializers.Serializer[Any]):
    """The review of one course or of one run, as it is listed."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    unit = serializers.UUIDField(help_text="UUID of the course or of the run.")
    key = serializers.CharField()
    course = ReviewedCourseOutput()
    is_open = serializers.BooleanField()
    origin = serializers.ChoiceField(
        choices=Review.Origin.choices, help_text="run: a review of a course that the submission of a run opened."
    )
    status = serializers.ChoiceField(choices=Status.choices, help_text="Where this review is; the last place if over.")
    draft_status = serializers.ChoiceField(
        choices=Status.choices, help_text="Where the draft is: a run waits for its course's review, too."
    )
    step = serializers.ChoiceField(
        choices=ReviewStep.choices, allow_null=True, help_text="The step that the draft waits for; null for none."
    )
    missing_steps = serializers.ListField(child=serializers.CharField(), help_text="Steps to come of this review.")
    run_digest = serializers.CharField(allow_blank=True, help_text=RUN_DIGEST_HELP)
    course_digest = serializers.CharField(allow_blank=True, help_text=COURSE_DIGEST_HELP)
    course_review = serializers.UUIDField(allow_null=True, help_text="The open review of the run's course.")
    submitted_at = serializers.DateTimeField()
    submitted_by = serializers.CharField(help_text="User name, or the part of the system that acted.")
    waiting_since = serializers.DateTimeField(help_text="Since when it waits for the step, or for its date.")
    due = serializers.DateTimeField(allow_null=True, help_text="When an approved run goes live.")
    attempts = serializers.IntegerField(help_text="How often going live failed.")
    last_error = serializers.CharField(allow_blank=True, help_text="Why it failed the last time.")
    closed_at = serializers.DateTimeField(allow_null=True)
    closing = serializers.CharField(allow_blank=True, help_text="Why it is over; empty while it is open.")
    closing_fields = serializers.ListField(child=serializers.CharField(), help_text="The fields whose change ended it.")
    lateness = serializers.IntegerField(allow_null=True, help_text="Seconds between the date and going live.")
    may_decide = serializers.BooleanField(help_text="Whether the user may approve the step.")
    obstacle = serializers.CharField(allow_blank=True, help_text="Why they may not.")


class ReviewWithActsOutput(ReviewOutput):
    """A review with all that was done in it."""

    acts = ReviewActOutput(many=True)


class ReviewDetailOutput(ReviewWithActsOutput):
    """A review with all that was done, and what is to be approved."""

    has_ofac_restrictions = serializers.BooleanField(allow_null=True, help_text="Decided on runs, in the legal review.")
    ofac_comment = serializers.CharField(allow_null=True)
    changes_since_official = ChangeOutput(many=True)
    changes_since_approval = ChangeOutput(
        many=True, allow_null=True, help_text="Since the user approved the unit last; null where they never did."
    )
    labels = labels_field()


class DecidedOutput(serializers.Serializer[Any]):
    """What a decision did."""

    status = serializers.ChoiceField(choices=Status.choices, help_text="Status of the draft afterwards.")
    decided = serializers.ListField(child=serializers.CharField(), help_text="Keys of the units whose step it decided.")
    release = serializers.UUIDField(allow_null=True, help_text="What went live with it; null for nothing.")
    review = ReviewWithActsOutput()


class BulkEntryOutput(serializers.Serializer[Any]):
    """What became, or would become, of one review."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    key = serializers.CharField()
    step = serializers.ChoiceField(choices=ReviewStep.choices, allow_null=True, help_text="The step that is decided.")
    status = serializers.ChoiceField(choices=Status.choices, help_text="Status of the draft afterwards.")
    goes_live = serializers.BooleanField()
    problems = RemarkOutput(many=True)


class BulkOutput(serializers.Serializer[Any]):
    """What became, or would become, of many reviews: all of them or none."""

    dry_run = serializers.BooleanField()
    reviews = BulkEntryOutput(many=True)
    release = serializers.UUIDField(allow_null=True, help_text="What went live with it; null for nothing.")


def reviews_data(user: Any, reviews: Iterable[Review], *, acts: bool = False) -> list[dict[str, Any]]:
    """
    Return reviews as they are answered to a user, in the same number of statements however many they are.

    Arguments:
        user: who asks.
        reviews: the reviews, in order.
        acts: whether what was done in them is answered, too.
    """
    waiting = pending_of(reviews)
    courses = _courses(entry.review.course_uuid for entry in waiting)
    hindered = obstacles(user, waiting)
    done = _records(entry.review for entry in waiting) if acts else {}
    records = [record for found in done.values() for record in found]
    names = actor_names({entry.review.opened_by for entry in waiting} | {record.actor for record in records})
    answers = []
    for entry in waiting:
        review = entry.review
        answer = _data(entry, courses[review.course_uuid], names, hindered.get(review.uuid, ""))
        if acts:
            answer["acts"] = [_act(record, names) for record in done.get(review.uuid, ())]
        answers.append(answer)
    return answers


def review_detail(user: Any, review: Review) -> dict[str, Any]:
    """Return one review with what is to be approved, as it is answered to a user."""
    kind = UnitKind(review.unit_kind)
    pseudonym = ActorPseudonym.objects.filter(user=user).values_list("uuid", flat=True).first()
    official = difference_since_official(review)
    approved = None if pseudonym is None else difference_since_approval(review, pseudonym)
    return reviews_data(user, [review], acts=True)[0] | {
        **_ofac(review),
        "changes_since_official": changes_data(official),
        "changes_since_approval": None if approved is None else changes_data(approved),
        "labels": labels_of((kind, change) for change in (*official, *(approved or ()))),
    }


def _data(entry: Pending, course: dict[str, Any], names: Mapping[Any, str], obstacle: str) -> dict[str, Any]:
    review = entry.review
    is_run = review.unit_kind == UnitKind.COURSE_RUN
    of_course = "" if entry.course_review is None else entry.course_review.review_digest
    return {
        "id": review.uuid,
        "kind": review.unit_kind,
        "unit": review.unit_uuid,
        "key": review.unit_key,
        "course": course,
        "is_open": review.open_unit is not None,
        "origin": review.origin,
        "status": review.status,
        "draft_status": str(entry.status),
        "step": None if entry.step is None else str(entry.step),
        "missing_steps": review.missing_steps,
        "run_digest": review.review_digest if is_run else "",
        "course_digest": of_course if is_run else review.review_digest,
        "course_review": None if entry.course_review is None else entry.course_review.uuid,
        "submitted_at": review.opened_at,
        "submitted_by": names[review.opened_by],
        "waiting_since": review.step_since,
        "due": review.due,
        "attempts": review.attempts,
        "last_error": review.last_error,
        "closed_at": review.closed_at,
        "closing": review.closing,
        "closing_fields": review.closing_fields,
        "lateness": review.lateness,
        "may_decide": not obstacle,
        "obstacle": obstacle,
    }


def _act(record: ReviewRecord, names: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "action": record.action,
        "step": record.step,
        "status": record.status,
        "reason": record.reason,
        "actor": names[record.actor],
        "occurred_at": record.occurred_at,
        "review_digest": record.review_digest,
        "comment": "\n".join(comment.text for comment in record.comments.all()),
    }


def _records(reviews: Iterable[Review]) -> dict[uuid.UUID, list[ReviewRecord]]:
    wanted = [review.uuid for review in reviews]
    rows = ReviewRecord.objects.filter(review__uuid__in=wanted) if wanted else ReviewRecord.objects.none()
    found: dict[uuid.UUID, list[ReviewRecord]] = {}
    for record in rows.prefetch_related("comments").order_by("pk"):
        found.setdefault(record.review_id, []).append(record)
    return found


def _courses(uuids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    wanted = set(uuids)
    if not wanted:
        return {}
    rows: Sequence[Any] = list(Course.drafts.filter(uuid__in=wanted).values("pk", "uuid", "key", "title"))
    links = CourseOrganization.objects.filter(
        course__in=[row["pk"] for row in rows], kind=CourseOrganization.Kind.OWNER
    ).order_by("course", "position")
    owners: dict[int, list[str]] = {}
    for course, key in links.values_list("course", "organization__key"):
        owners.setdefault(course, []).append(key)
    return {
        row["uuid"]: {
            "uuid": row["uuid"],
            "key": row["key"],
            "title": row["title"] or "",
            "owners": owners.get(row["pk"], []),
        }
        for row in rows
    }


def _ofac(review: Review) -> dict[str, Any]:
    columns = ("has_ofac_restrictions", "ofac_comment")
    found = None
    if review.unit_kind == UnitKind.COURSE_RUN:
        found = CourseRun.drafts.filter(uuid=review.unit_uuid).values(*columns).first()
    return dict.fromkeys(columns) if found is None else dict(found)
