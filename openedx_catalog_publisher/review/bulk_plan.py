"""What deciding many reviews at once would do, read without writing anything."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models import CourseRun, Publication, Review, ReviewStep, Status, UnitKind
from openedx_catalog_publisher.publishing.problems import Remark
from openedx_catalog_publisher.review.cases import status_of
from openedx_catalog_publisher.review.decide import NAME_DIGEST, Target, review_over
from openedx_catalog_publisher.review.pending import Pending, obstacles, pending_of
from openedx_catalog_publisher.review.states import earlier


@dataclass(frozen=True)
class PlannedDecision:
    """
    What would become of one review.

    Attributes:
        review: the review.
        step: the step that would be decided; None where there is none.
        status: status of the draft afterwards; as it is where a problem prevents the decision.
        goes_live: whether it would go live with the decision.
        problems: what prevents the decision, each with its remedy.
    """

    review: Review
    step: ReviewStep | None
    status: Status
    goes_live: bool
    problems: tuple[Remark, ...]


def plan_decisions(user: Any, targets: Sequence[Target], *, approve: bool) -> tuple[PlannedDecision, ...]:
    """
    Return what deciding these reviews together would do, in their order. Writes nothing, locks nothing.

    All of them are decided or none, so with a problem of one of them nothing happens. What only shows when something
    goes live (another course took its address meanwhile) is not foreseen: it does not prevent the decision, and is
    noted on the review.

    Arguments:
        user: who would decide.
        targets: the reviews, each once, with the digests that were read.
        approve: whether they would be approved; else changes would be requested.

    Raises:
        InvalidInput: naming ``reviews``, when there is none, or one twice.
        UnitNotFound: when there is no such review.
    """
    if not targets or len({target.review for target in targets}) < len(targets):
        raise InvalidInput({"reviews": ["Name at least one review, and each once."]})
    rows = {row.uuid: row for row in Review.objects.filter(uuid__in=[target.review for target in targets])}
    for target in targets:
        if target.review not in rows:
            raise UnitNotFound(f"There is no review {target.review}.")
    waiting = pending_of(rows[target.review] for target in targets)
    refused = obstacles(user, waiting, approving=approve)
    undecided = _without_ofac(waiting) if approve else frozenset()
    problems = [
        tuple(_problems(entry, target, refused, undecided)) for entry, target in zip(waiting, targets, strict=True)
    ]
    decided = {
        review.uuid: review
        for entry, target, found in zip(waiting, targets, problems, strict=True)
        if not found
        for review in _decided(entry, target)
    }
    after = _after_approval(waiting, decided) if approve else _After(_after_return(waiting), frozenset())
    return tuple(
        PlannedDecision(
            review=entry.review,
            step=entry.step,
            status=entry.status if found else after.statuses[entry.review.unit_uuid],
            goes_live=not found and entry.review.unit_uuid in after.live,
            problems=found,
        )
        for entry, found in zip(waiting, problems, strict=True)
    )


@dataclass(frozen=True)
class _After:
    """Statuses of drafts by unit, and which units went live."""

    statuses: Mapping[uuid.UUID, Status]
    live: Collection[uuid.UUID]


def _decided(entry: Pending, target: Target) -> list[Review]:
    """Return what a decision decides that names these digests."""
    return [review for review in entry.deciding if review is entry.review or target.course_digest]


def _problems(
    entry: Pending, target: Target, refused: Mapping[uuid.UUID, str], undecided: Collection[uuid.UUID]
) -> Iterable[Remark]:
    review = entry.review
    if review.open_unit is None:
        yield Remark("review_over", review_over(review).message)
        return
    is_run = review.unit_kind == UnitKind.COURSE_RUN
    own = target.run_digest if is_run else target.course_digest
    if not own:
        yield Remark("digest_missing", f"{'run_digest' if is_run else 'course_digest'}: {NAME_DIGEST}")
    seen = [(review, own)]
    if entry.course_review is not None:
        seen.append((entry.course_review, target.course_digest))
    stale = [found.unit_key for found, digest in seen if digest and digest != found.review_digest]
    if stale:
        yield Remark("stale_digest", f"What you read of {', '.join(stale)} is not what is under review. Read it again.")
    if entry.step is None:
        yield Remark("already_approved", f"{review.unit_key} is approved already, and waits to go live.")
    elif target.step and target.step != entry.step:
        label = ReviewStep(str(entry.step)).label.lower()
        yield Remark("step_moved", f"Somebody else was quicker: {review.unit_key} waits for its {label} now.")
    elif own and not _decided(entry, target):
        yield Remark("digest_missing", f"course_digest: What is to be decided now is its course. {NAME_DIGEST}")
    elif review.uuid in refused:
        yield Remark("not_permitted", refused[review.uuid])
    if review.unit_uuid in undecided:
        yield Remark("ofac_missing", f"Decide {review.unit_key} by itself: its legal review needs an OFAC decision.")


def _without_ofac(waiting: Iterable[Pending]) -> frozenset[uuid.UUID]:
    runs = [
        entry.review.unit_uuid
        for entry in waiting
        if entry.step == ReviewStep.LEGAL and entry.review.unit_kind == UnitKind.COURSE_RUN
    ]
    if not runs:
        return frozenset()
    rows = CourseRun.drafts.filter(uuid__in=runs, has_ofac_restrictions__isnull=True)
    return frozenset(rows.values_list("uuid", flat=True))


def _after_approval(waiting: Sequence[Pending], decided: Mapping[uuid.UUID, Review]) -> _After:
    """Return where all open reviews of these courses are afterwards, since what is due goes live with the last step."""
    courses = {entry.review.course_uuid for entry in waiting}
    open_ones = list(Review.objects.filter(course_uuid__in=courses, open_unit__isnull=False))
    steps = {entry.review.uuid: entry.step for entry in waiting} | {
        entry.course_review.uuid: entry.step
        for entry in waiting
        if entry.course_review is not None and entry.course_review.uuid in decided
    }
    own = {
        review.unit_uuid: (
            status_of([step for step in review.missing_steps if step != steps.get(review.uuid)])
            if review.uuid in decided
            else Status(review.status)
        )
        for review in open_ones
    }
    statuses = {
        review.unit_uuid: earlier(own[review.unit_uuid], own.get(review.course_uuid, Status.REVIEWED))
        for review in open_ones
    }
    reviewed = [review for review in open_ones if statuses[review.unit_uuid] == Status.REVIEWED]
    live = _going_live(reviewed, timezone.now())
    return _After(
        # Reviews that were over from the beginning have a problem, and keep their status.
        statuses | dict.fromkeys(live, Status.PUBLISHED),
        live,
    )


def _going_live(reviewed: Sequence[Review], now: datetime) -> set[uuid.UUID]:
    courses = {review.unit_uuid: review for review in reviewed if review.unit_kind == UnitKind.COURSE}
    runs = {review.unit_uuid: review for review in reviewed if review.unit_kind == UnitKind.COURSE_RUN}
    due: set[uuid.UUID] = set()
    if runs:
        rows = CourseRun.drafts.filter(uuid__in=runs, go_live_date__lte=now)
        due |= set(rows.values_list("uuid", flat=True))
    alone = [unit for unit, review in courses.items() if review.origin == Review.Origin.OWN]
    # A course goes live with its run, or, where it is live and was submitted by itself, at once.
    return due | _live(alone) | {runs[unit].course_uuid for unit in due if runs[unit].course_uuid in courses}


def _after_return(waiting: Sequence[Pending]) -> Mapping[uuid.UUID, Status]:
    units = {entry.review.unit_uuid for entry in waiting}
    live = _live(units)
    return {unit: Status.PUBLISHED if unit in live else Status.UNPUBLISHED for unit in units}


def _live(units: Collection[uuid.UUID]) -> set[uuid.UUID]:
    if not units:
        return set()
    last = Publication.objects.filter(unit_uuid__in=units, followers__isnull=True, status=Status.PUBLISHED)
    return set(last.values_list("unit_uuid", flat=True))
