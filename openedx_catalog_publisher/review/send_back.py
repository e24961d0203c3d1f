"""Ending reviews without going live: the team withdraws, a reviewer requests changes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import read_anchors
from openedx_catalog_publisher.commands.errors import UnitNotFound
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import Review, UnitKind
from openedx_catalog_publisher.review.cases import Cases
from openedx_catalog_publisher.review.comments import said_with_act
from openedx_catalog_publisher.review.decide import Found, Target, find_targets, review_over


@command
def withdraw(operation: Operation, review: uuid.UUID, *, comment: str = "") -> None:
    """
    Take a draft back from its review, or from waiting to go live.

    A course's review that a run's submission opened ends with the last submitted run; that of a course submitted by
    itself ends the reviews of its runs, which cannot go live without it.

    Arguments:
        operation: given by the command.
        review: uuid of the open review.
        comment: what the team says.

    Raises:
        NotPermitted: when the actor may not edit the course.
        InvalidInput: naming ``comment``, when it is too long.
        Conflict: when the review is over.
        UnitNotFound: when there is no such review.
    """
    comment = said_with_act(comment)
    row = Review.objects.filter(uuid=review).first()
    if row is None:
        raise UnitNotFound(f"There is no review {review}.")
    is_course = row.unit_kind == UnitKind.COURSE
    anchors = read_anchors(courses=[row.unit_uuid] if is_course else (), runs=() if is_course else [row.unit_uuid])
    require_on_courses(operation.actor, Action.EDIT, anchors)
    cases = Cases(operation, anchors)
    found = cases.open.get(row.unit_uuid)
    if found is None or found.uuid != review:
        raise review_over(Review.objects.get(pk=row.pk))
    cases.close(found, Review.Closing.WITHDRAWN, text=comment)
    course = cases.of_course(found.course_uuid)
    if is_course:
        cases.close_runs(found.course_uuid, Review.Closing.WITHDRAWN)
    elif course is not None and course.origin == Review.Origin.RUN and not cases.runs_of(found.course_uuid):
        cases.close(course, Review.Closing.WITHDRAWN)
    cases.finish()
    anchors.save()


@command
def request_changes(
    operation: Operation,
    review: uuid.UUID,
    *,
    run_digest: str = "",
    course_digest: str = "",
    step: str = "",
    comment: str,
) -> None:
    """
    Send a draft back to its team, from the step that it waits for.

    With the digest of its course, a run's course is sent back, too, where it waits for the same step; the other
    submitted runs of that course go back with it.

    Arguments:
        operation: given by the command.
        review: uuid of the open review.
        run_digest: review digest of the run that was read.
        course_digest: review digest of the course that was read.
        step: the step that the caller saw; empty for whichever it waits for.
        comment: what is to be changed.

    Raises:
        NotPermitted: when the actor may not decide this step.
        InvalidInput: without a comment, or naming a digest that is missing.
        Conflict: when the content is not what was read, or the review is over or waits for no decision.
        UnitNotFound: when there is no such review.
    """
    _request(operation, [Target(review, run_digest, course_digest, step)], comment)


@command
def request_changes_many(operation: Operation, targets: Sequence[Target], *, comment: str) -> None:
    """
    Send many drafts back to their teams; all of them or none.

    Arguments:
        operation: given by the command.
        targets: the reviews, each once, with the digests that were read.
        comment: what is to be changed, said to each.

    Raises:
        NotPermitted: when the actor may not decide one of the steps.
        InvalidInput: without a comment, or naming ``reviews`` or a digest that is missing.
        Conflict: when some content is not what was read, or a review is over or waits for no decision.
        UnitNotFound: when there is no such review.
    """
    _request(operation, targets, comment)


def _request(operation: Operation, targets: Sequence[Target], comment: str) -> None:
    comment = said_with_act(comment, required="Say what is to be changed.")
    cases, found = find_targets(operation, targets)
    for entry in found:
        _send_back(cases, entry, comment)
    cases.finish()
    cases.anchors.save()


def _send_back(cases: Cases, found: Found, comment: str) -> None:
    closing = Review.Closing.CHANGES_REQUESTED
    if found.review.unit_uuid in cases.open:
        cases.close(found.review, closing, step=found.step, text=comment)
    for review in found.deciding:
        if review.unit_uuid in cases.open:
            cases.close(review, closing, step=found.step)
    if any(review.unit_kind == UnitKind.COURSE for review in (found.review, *found.deciding)):
        cases.close_runs(found.review.course_uuid, closing)
