"""Submitting drafts for review."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchor, Anchors, expect_tag, lock_runs, read_anchors
from openedx_catalog_publisher.commands.errors import Conflict
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import CourseRun, Release, Review, Status, UnitKind
from openedx_catalog_publisher.publishing.plan import publication_of
from openedx_catalog_publisher.publishing.problems import find_problems
from openedx_catalog_publisher.publishing.publish import refuse_problems
from openedx_catalog_publisher.publishing.selection import Parents, Selection, Standing, Standings, read_standings
from openedx_catalog_publisher.publishing.store import store_snapshots
from openedx_catalog_publisher.review.approvals import decisions_on, missing, steps_needed
from openedx_catalog_publisher.review.cases import Cases, status_of
from openedx_catalog_publisher.review.comments import said_with_act
from openedx_catalog_publisher.review.go_live import go_live_where_due
from openedx_catalog_publisher.review.required import check_required, offer_of, refuse_missing
from openedx_catalog_publisher.review.slug_at_submission import bring_slug_into_form
from openedx_catalog_publisher.settings import conf


@dataclass(frozen=True)
class Submitted:
    """
    What a submission did.

    Attributes:
        review: uuid of the unit's review.
        course_review: uuid of the course's open review, where it is reviewed with the run.
        status: status of the draft afterwards.
        release: what went live with it, where nothing was left to approve; None for nothing.
    """

    review: uuid.UUID
    course_review: uuid.UUID | None
    status: Status
    release: Release | None = None


@command
def submit_course(
    operation: Operation, course: uuid.UUID, *, revision: int | None = None, comment: str = ""
) -> Submitted:
    """
    Submit a course's draft for review, without a run.

    Once approved, a course that is official goes live with the last approval; one that never was waits for ``publish``
    or for one of its runs. Its slug is brought into the form that is set for such courses.

    Arguments:
        operation: given by the command.
        course: uuid of the course.
        revision: the revision that the caller saw; None submits whatever the draft is.
        comment: what the team says to the reviewers.

    Raises:
        NotPermitted: when the actor may not edit the course.
        StaleRevision: when the draft moved on.
        InvalidInput: naming every field that must be filled.
        Conflict: when the course is in review already, or nothing differs from what is official.
        UnitNotFound: when there is no such draft.
    """
    comment = said_with_act(comment)
    anchors = read_anchors(courses=[course])
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchors.courses[course].expect(revision)
    cases = Cases.of(operation, anchors)
    _refuse_open(cases, anchors.courses[course])
    bring_slug_into_form(operation, cases, anchors.courses[course])
    standings = read_standings(Selection.of(courses=[course]), lock=True, anchors=anchors)
    unit = standings.units[0]
    offer = offer_of(unit.draft.content["type"])
    refuse_missing(check_required(UnitKind.COURSE, offer, unit.draft.content, {}, official=_official(unit)))
    if not publication_of(unit):
        raise Conflict(f"{unit.anchor.key} has nothing to review: its draft is what is official.")
    reviews = _open(operation, cases, [unit], text=comment)
    return _finish(operation, cases, standings, reviews[course], None)


@command
def submit_run(
    operation: Operation,
    run: uuid.UUID,
    *,
    revision: int | None = None,
    tag: str | None = None,
    comment: str = "",
) -> Submitted:
    """
    Submit a run's draft for review, with its course's where that is not approved. An open review of the course is
    joined. Content that holds all approvals already is reviewed at once, and goes live where its date is over. The
    slug of a course of which nothing is in review is brought into the form that is set for such courses.

    Arguments:
        operation: given by the command.
        run: uuid of the run.
        revision: the revision that the caller saw; None submits whatever the draft is.
        tag: the version of the course and its runs that the caller saw; None for any.
        comment: what the team says to the reviewers.

    Raises:
        NotPermitted: when the actor may not edit the course.
        StaleRevision: when the draft moved on.
        InvalidInput: naming every field that must be filled, those of the course as ``course.title``.
        Conflict: when the run is in review already, or nothing differs from what is official; and for what prevents a
            publication, with the remedy.
        UnitNotFound: when there is no such draft.
    """
    comment = said_with_act(comment)
    anchors = read_anchors(runs=[run])
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchor = anchors.runs[run]
    course = anchors.course_of(anchor)
    anchor.expect(revision)
    if tag is not None:
        lock_runs(anchors, CourseRun.drafts.filter(course=course.pk).values_list("uuid", flat=True))
        expect_tag(anchors, course.uuid, tag)
    cases = Cases.of(operation, anchors)
    _refuse_open(cases, anchor)
    bring_slug_into_form(operation, cases, course)
    standings = read_standings(Selection.of(runs=[run], parents=Parents.ALWAYS), lock=True, anchors=anchors)
    by_uuid = {unit.anchor.uuid: unit for unit in standings.units}
    offer = offer_of(by_uuid[course.uuid].draft.content["type"])
    state = {"go_live_date": anchor["go_live_date"]}
    refuse_missing(
        check_required(UnitKind.COURSE_RUN, offer, by_uuid[run].draft.content, state, official=_official(by_uuid[run])),
        check_required(
            UnitKind.COURSE,
            offer,
            by_uuid[course.uuid].draft.content,
            {},
            prefix="course.",
            official=_official(by_uuid[course.uuid]),
        ),
    )
    wanted = [publication_of(unit) for unit in standings.units]
    if not any(wanted):
        raise Conflict(f"{anchor.key} has nothing to review: it and its course are what is official.")
    refuse_problems(find_problems(anchors, wanted))
    opening = [by_uuid[run]]
    joined = cases.of_course(course.uuid)
    if joined is None and publication_of(by_uuid[course.uuid]):
        opening.insert(0, by_uuid[course.uuid])
    reviews = _open(operation, cases, opening, text=comment, with_run=True)
    return _finish(operation, cases, standings, reviews[run], reviews.get(course.uuid, joined))


def _official(unit: Standing) -> Mapping[str, Any] | None:
    return None if unit.official.snapshot is None else unit.official.snapshot.content


def _refuse_open(cases: Cases, anchor: Anchor) -> None:
    review = cases.open.get(anchor.uuid)
    if review is not None:
        raise Conflict(
            f"{anchor.key} is in review already, or waits to go live. Withdraw it first, or change its draft.",
            [{"code": "in_review", "key": anchor.key, "review": str(review.uuid), "status": str(anchor.status)}],
        )


def _open(
    operation: Operation, cases: Cases, units: Sequence[Standing], *, text: str, with_run: bool = False
) -> dict[uuid.UUID, Review]:
    """Open a review of each unit, the last of which is the one that was submitted."""
    stored = store_snapshots([unit.draft for unit in units], operation.time)
    decisions = decisions_on((unit.anchor.uuid, unit.draft.review_digest) for unit in units)
    found = {}
    for unit in units:
        anchor, draft = unit.anchor, unit.draft
        steps = steps_needed(unit.official, draft)
        if conf.live_changes_skip_review() and unit.official.status == Status.PUBLISHED:
            steps = ()
        left = missing(steps, decisions.get((anchor.uuid, draft.review_digest), {}))
        is_course = anchor.kind == UnitKind.COURSE
        review = Review(
            unit_kind=str(anchor.kind),
            unit_uuid=anchor.uuid,
            unit_key=anchor.key,
            course_uuid=anchor.uuid if is_course else cases.anchors.course_of(anchor).uuid,
            open_unit=anchor.uuid,
            origin=Review.Origin.RUN if is_course and with_run else Review.Origin.OWN,
            status=str(status_of(left)),
            snapshot_id=stored[draft.content_digest],
            content_digest=draft.content_digest,
            review_digest=draft.review_digest,
            missing_steps=list(left),
            base_id=unit.official.publication.pk if unit.official.publication else None,
            opened_at=operation.time,
            opened_by=operation.pseudonym,
            step_since=operation.time,
        )
        cases.add(review, text=text if unit is units[-1] else "")
        found[anchor.uuid] = review
    return found


def _finish(
    operation: Operation, cases: Cases, standings: Standings, review: Review, course_review: Review | None
) -> Submitted:
    cases.finish()
    anchors: Anchors = standings.anchors
    anchors.save()
    release = None
    if cases.anchor_of(review.unit_uuid).status == Status.REVIEWED:
        release = go_live_where_due(operation, anchors)
    return Submitted(
        review=review.uuid,
        course_review=None if course_review is None else course_review.uuid,
        status=cases.anchor_of(review.unit_uuid).status,
        release=release,
    )
