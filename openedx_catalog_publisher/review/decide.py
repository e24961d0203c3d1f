"""Deciding the steps of reviews: approve, or skip as an administrator; one review or many at once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchor, Anchors, lock_runs, read_anchors
from openedx_catalog_publisher.commands.bulk import insert_records
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.ledger.edit_log import edit_record
from openedx_catalog_publisher.models import (
    CourseRun,
    EditRecord,
    Release,
    Review,
    ReviewRecord,
    ReviewStep,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.publishing.official import OfficialState, official_states
from openedx_catalog_publisher.review.cases import Cases
from openedx_catalog_publisher.review.comments import said_with_act
from openedx_catalog_publisher.review.contributions import check_four_eyes
from openedx_catalog_publisher.review.go_live import go_live_where_due
from openedx_catalog_publisher.review.states import STEP_OF_STATUS

RIGHT_OF_STEP: Mapping[str, Action] = {
    ReviewStep.LEGAL: Action.REVIEW_LEGAL,
    ReviewStep.INTERNAL: Action.REVIEW_INTERNAL,
}

NAME_DIGEST = "Give the review digest of what you saw."


@dataclass(frozen=True)
class Target:
    """
    A review, and the content that the caller saw.

    Attributes:
        review: uuid of the review.
        run_digest: review digest of the run; required for the review of a run.
        course_digest: review digest of its course; with it the course's open review is decided, too, where it is at the
            same step. Required for the review of a course.
        step: the step that the caller saw; empty for whichever it waits for. With it, of two who decide one step at one
            moment, one wins, and the other does not decide the next.
    """

    review: uuid.UUID
    run_digest: str = ""
    course_digest: str = ""
    step: str = ""


@dataclass(frozen=True)
class Ofac:
    """
    What legal staff decide of a run beside its content.

    Attributes:
        has_restrictions: whether learners are restricted by OFAC.
        comment: what they say to it; None leaves it.
        run: with the review of a course that was submitted by itself: uuid of the run of it that this is about.
    """

    has_restrictions: bool | None = None
    comment: str | None = None
    run: uuid.UUID | None = None


@dataclass(frozen=True)
class Decided:
    """
    What a decision did.

    Attributes:
        status: status of the named unit's draft afterwards.
        decided: keys of the units whose step was decided.
        release: what went live with it; None for nothing.
    """

    status: Status
    decided: tuple[str, ...]
    release: Release | None = None


@dataclass(frozen=True)
class Found:
    """A target under its locks: its open review, the step that its draft waits for, and the reviews to be decided."""

    target: Target
    review: Review
    step: str
    deciding: tuple[Review, ...]


@command
def decide(  # noqa: PLR0913 - what was read and what is said, each by its name
    operation: Operation,
    review: uuid.UUID,
    *,
    run_digest: str = "",
    course_digest: str = "",
    step: str = "",
    comment: str = "",
    ofac: Ofac | None = None,
    confirmation: ReviewRecord.Confirmation = ReviewRecord.Confirmation.NAMED,
) -> Decided:
    """
    Approve the step that a draft waits for, of exactly the content that is named.

    A decision on a run decides its course's open review as well, where that is at the same step and its digest is
    named. With the last step, a run whose date is over and a change of a live course go live within this command.

    Arguments:
        operation: given by the command.
        review: uuid of the open review of a run or of a course.
        run_digest: review digest of the run that was read.
        course_digest: review digest of the course that was read.
        step: the step that the caller saw; empty for whichever it waits for.
        comment: what the reviewer says.
        ofac: the OFAC decision on a run; only in the legal step, which needs one.
        confirmation: how the content was named.

    Raises:
        NotPermitted: when the actor may not decide this step, or changed the content themselves.
        InvalidInput: naming a digest that is missing, or ``has_ofac_restrictions``.
        Conflict: when the content is not what was read (naming what is), or the review is over or needs no decision.
        UnitNotFound: when there is no such review.
    """
    comment = said_with_act(comment)
    target = Target(review, run_digest, course_digest, step)
    cases, (found,) = find_targets(operation, [target])
    check_four_eyes(operation, found.deciding, found.step)
    _decide_ofac(operation, cases, found, ofac)
    return _approve(operation, cases, [found], ReviewRecord.Action.APPROVED, comment, confirmation)


@command
def skip_step(
    operation: Operation,
    review: uuid.UUID,
    *,
    run_digest: str = "",
    course_digest: str = "",
    step: str = "",
    reason: str,
) -> Decided:
    """
    Skip the step that a draft waits for, as an act of a catalog administrator; the report of skipped steps lists it.

    Arguments:
        operation: given by the command.
        review: uuid of the open review.
        run_digest: review digest of the run that was read.
        course_digest: review digest of the course that was read.
        step: the step that the caller saw; empty for whichever it waits for.
        reason: why.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: without a reason, or naming a digest that is missing.
        Conflict: when the content is not what was read, or the review is over or needs no decision.
        UnitNotFound: when there is no such review.
    """
    reason = said_with_act(reason, name="reason", required="Say why the step is skipped.")
    skipping = dict.fromkeys(RIGHT_OF_STEP, Action.SKIP_REVIEW)
    cases, (found,) = find_targets(operation, [Target(review, run_digest, course_digest, step)], skipping)
    return _approve(operation, cases, [found], ReviewRecord.Action.SKIPPED, reason, ReviewRecord.Confirmation.NAMED)


@command
def decide_many(operation: Operation, targets: Sequence[Target], *, comment: str = "") -> tuple[Decided, ...]:
    """
    Approve the steps that many drafts wait for; all of them or none.

    Runs whose legal step needs an OFAC decision that was not made are decided one by one.

    Arguments:
        operation: given by the command.
        targets: the reviews, each once, with the digests that were read.
        comment: what the reviewer says to each.

    Returns:
        What was decided, in the order of the targets. What went live is one release.

    Raises:
        NotPermitted: when the actor may not decide one of the steps, or changed some of the content themselves.
        InvalidInput: naming ``reviews``, a digest that is missing, or ``has_ofac_restrictions``.
        Conflict: when some content is not what was read, or a review is over or needs no decision.
        UnitNotFound: when there is no such review.
    """
    comment = said_with_act(comment)
    cases, found = find_targets(operation, targets)
    for step in sorted({entry.step for entry in found}):
        deciding = [review for entry in found if entry.step == step for review in entry.deciding]
        check_four_eyes(operation, deciding, step)
    for entry in found:
        _decide_ofac(operation, cases, entry, None)
    named = ReviewRecord.Confirmation.NAMED
    last = _approve(operation, cases, found, ReviewRecord.Action.APPROVED, comment, named)
    return tuple(
        replace(
            last,
            status=cases.anchor_of(entry.review.unit_uuid).status,
            decided=tuple(review.unit_key for review in entry.deciding),
        )
        for entry in found
    )


def find_targets(
    operation: Operation, targets: Sequence[Target], rights: Mapping[str, Action] = RIGHT_OF_STEP
) -> tuple[Cases, list[Found]]:
    """
    Lock what targets name, and check that the actor may decide it and that it is what was read.

    Rights come first: who may not decide learns neither what is under review nor how a review ended.

    Arguments:
        operation: the command's operation.
        targets: the reviews, each once.
        rights: the right that each step needs.

    Raises:
        NotPermitted: when the actor may not decide one of the steps.
        InvalidInput: naming ``reviews``, or a digest that is missing.
        Conflict: when some content is not what was read, or a review is over, or needs no decision.
        UnitNotFound: when there is no such review.
    """
    if not targets or len({target.review for target in targets}) < len(targets):
        raise InvalidInput({"reviews": ["Name at least one review, and each once."]})
    rows = {row.uuid: row for row in Review.objects.filter(uuid__in=[target.review for target in targets])}
    for target in targets:
        if target.review not in rows:
            raise UnitNotFound(f"There is no review {target.review}.")
    by_kind: dict[str, list[uuid.UUID]] = {str(kind): [] for kind in UnitKind}
    for row in rows.values():
        by_kind[row.unit_kind].append(row.unit_uuid)
    anchors = read_anchors(courses=by_kind[UnitKind.COURSE], runs=by_kind[UnitKind.COURSE_RUN])
    cases = Cases.of(operation, anchors)
    steps = {row.uuid: _step(cases, row) for row in rows.values()}
    named = {target.review: target.step or steps[target.review] for target in targets}
    _check_rights(operation, cases, [(row, rights.get(named[row.uuid], Action.VIEW_DRAFT)) for row in rows.values()])
    return cases, [_find(cases, rows[target.review], target, steps[target.review]) for target in targets]


def _step(cases: Cases, row: Review) -> str:
    """Return the step that the draft of a review waits for; empty where the review is over or waits for none."""
    review = cases.open.get(row.unit_uuid)
    if review is None or review.uuid != row.uuid:
        return ""
    return str(STEP_OF_STATUS.get(cases.anchor_of(review.unit_uuid).status, ""))


def _check_rights(operation: Operation, cases: Cases, asked: Sequence[tuple[Review, Action]]) -> None:
    for right in sorted({right for _, right in asked}, key=str):
        courses = {row.course_uuid: cases.anchors.courses[row.course_uuid] for row, needed in asked if needed is right}
        require_on_courses(operation.actor, right, Anchors(courses=courses, runs={}))


def review_over(review: Review) -> Conflict:
    closing = Review.Closing(review.closing)
    fields = f" ({', '.join(review.closing_fields)})" if review.closing_fields else ""
    return Conflict(
        f"The review of {review.unit_key} is over: {closing.label}{fields}. Reload the page.",
        [{"code": "review_over", "key": review.unit_key, "reason": str(closing), "fields": review.closing_fields}],
    )


def _find(cases: Cases, row: Review, target: Target, step: str) -> Found:
    review = cases.open.get(row.unit_uuid)
    if review is None or review.uuid != row.uuid:
        # It may have been closed between the first look and the lock.
        raise review_over(Review.objects.get(pk=row.pk))
    _check_digests(cases, review, target)
    if not step:
        raise Conflict(f"{review.unit_key} is approved already, and waits to go live.")
    if target.step and target.step != step:
        label = ReviewStep(step).label
        raise Conflict(
            f"Somebody else was quicker: {review.unit_key} waits for its {label.lower()} now. Reload the page.",
            [{"code": "step_moved", "key": review.unit_key, "step": step}],
        )
    status = cases.anchor_of(review.unit_uuid).status
    course = cases.of_course(review.course_uuid) if target.course_digest else None
    deciding = {entry.uuid: entry for entry in (course, review) if entry is not None and entry.status == status}
    if not deciding:
        raise InvalidInput({"course_digest": [f"What is to be decided now is its course. {NAME_DIGEST}"]})
    return Found(target=target, review=review, step=step, deciding=tuple(deciding.values()))


def _check_digests(cases: Cases, review: Review, target: Target) -> None:
    is_run = review.unit_kind == UnitKind.COURSE_RUN
    name, given = ("run_digest", target.run_digest) if is_run else ("course_digest", target.course_digest)
    if not given:
        raise InvalidInput({name: [NAME_DIGEST]})
    course = cases.of_course(review.course_uuid) if is_run and target.course_digest else None
    stale = [
        entry
        for entry, seen in ((review, given), (course, target.course_digest))
        if entry is not None and entry.review_digest != seen
    ]
    if stale:
        keys = ", ".join(entry.unit_key for entry in stale)
        raise Conflict(
            f"What you read of {keys} is not what is under review. Reload the page.",
            [_stale(entry, cases) for entry in stale],
        )


def _stale(review: Review, cases: Cases) -> dict[str, Any]:
    return {
        "code": "stale_digest",
        "key": review.unit_key,
        "review": str(review.uuid),
        "review_digest": review.review_digest,
        "status": str(cases.anchor_of(review.unit_uuid).status),
    }


def _decide_ofac(operation: Operation, cases: Cases, found: Found, ofac: Ofac | None) -> None:
    anchor = cases.anchor_of(found.review.unit_uuid)
    given = ofac is not None and (ofac.has_restrictions is not None or ofac.comment is not None)
    of_course = anchor.kind == UnitKind.COURSE
    if of_course and given and ofac is not None and ofac.run is not None and found.step == ReviewStep.LEGAL:
        anchor, of_course = _run_of(cases, anchor, ofac.run), False
    if found.step != ReviewStep.LEGAL or of_course:
        if given:
            raise InvalidInput(
                {"has_ofac_restrictions": ["This is decided on a run, in its legal review, and only there."]}
            )
        return
    restricted = anchor["has_ofac_restrictions"]
    if ofac is not None and ofac.has_restrictions is not None:
        restricted = ofac.has_restrictions
    if restricted is None:
        raise InvalidInput({"has_ofac_restrictions": ["Decide whether OFAC restricts who may enroll: true or false."]})
    wanted: dict[str, Any] = {"has_ofac_restrictions": restricted}
    if ofac is not None and ofac.comment is not None:
        wanted["ofac_comment"] = ofac.comment.strip() or None
    moved = {name: {"old": anchor[name], "new": value} for name, value in wanted.items() if anchor[name] != value}
    if moved:
        anchor.set(**{name: change["new"] for name, change in moved.items()})
        anchor.move(operation.time, content=False)
        insert_records([edit_record(operation, anchor, EditRecord.Action.UPDATE, moved)])


def _run_of(cases: Cases, course: Anchor, run: uuid.UUID) -> Anchor:
    if not CourseRun.drafts.filter(uuid=run, course=course.pk).exists():
        raise UnitNotFound(f"{course.key} has no run {run}.")
    lock_runs(cases.anchors, [run])
    return cases.anchors.runs[run]


def _approve(
    operation: Operation,
    cases: Cases,
    found: Sequence[Found],
    action: ReviewRecord.Action,
    text: str,
    confirmation: ReviewRecord.Confirmation,
) -> Decided:
    decided: set[uuid.UUID] = set()
    for entry in found:
        for review in entry.deciding:
            if review.uuid not in decided:
                # A reason is said of everything that was skipped; what a reviewer says is said once.
                once = action == ReviewRecord.Action.APPROVED and entry.review in entry.deciding
                said = "" if once and review is not entry.review else text
                cases.decide(review, entry.step, action, confirmation=confirmation, text=said)
                decided.add(review.uuid)
    states = _remember_base(cases, decided)
    # What goes live with it writes the same rows, and is written with it.
    cases.finish(hold=True)
    release = go_live_where_due(operation, cases.anchors, states)
    first = found[0]
    return Decided(
        status=cases.anchor_of(first.review.unit_uuid).status,
        decided=tuple(review.unit_key for review in first.deciding),
        release=release,
    )


def _remember_base(cases: Cases, decided: set[uuid.UUID]) -> dict[uuid.UUID, OfficialState]:
    """Note what is official on the reviews that are approved now, and return what was read of it."""
    approved = [review for review in cases.open.values() if review.uuid in decided and not review.missing_steps]
    if not approved:
        return {}
    states = official_states(list(cases.anchors))
    for review in approved:
        record = states[review.unit_uuid].publication
        review.base_id = None if record is None else record.pk
    return states
