"""Where reviews stand for those who decide them: which step their drafts wait for, and who may decide it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from openedx_catalog_publisher.access.policy import may_by_account, visible
from openedx_catalog_publisher.models import ActorPseudonym, Course, Review, ReviewRecord, ReviewStep, Status, UnitKind
from openedx_catalog_publisher.review.contributions import contributed
from openedx_catalog_publisher.review.decide import RIGHT_OF_STEP
from openedx_catalog_publisher.review.states import STEP_OF_STATUS, earlier
from openedx_catalog_publisher.settings import conf


@dataclass(frozen=True)
class Pending:
    """
    A review with the one that its draft waits for, too.

    Attributes:
        review: the review.
        course_review: the open review of the run's course; None where there is none, and for the review of a course.
    """

    review: Review
    course_review: Review | None = None

    @property
    def status(self) -> Status:
        """The status of the draft while the review is open: the earlier of the two."""
        own = Status(self.review.status)
        if self.course_review is None or self.review.open_unit is None:
            return own
        return earlier(own, Status(self.course_review.status))

    @property
    def step(self) -> ReviewStep | None:
        """The step that the draft waits for; None where it waits for no decision."""
        return None if self.review.open_unit is None else STEP_OF_STATUS.get(self.status)

    @property
    def deciding(self) -> tuple[Review, ...]:
        """What a decision decides that names both digests."""
        if self.step is None:
            return ()
        both = (self.course_review, self.review)
        return tuple(review for review in both if review is not None and review.status == self.status)


def pending_of(reviews: Iterable[Review]) -> list[Pending]:
    """Return where reviews stand, in their order; at most one statement."""
    wanted = list(reviews)
    courses = {
        review.course_uuid
        for review in wanted
        if review.unit_kind == UnitKind.COURSE_RUN and review.open_unit is not None
    }
    found = Review.objects.filter(open_unit__in=courses) if courses else Review.objects.none()
    by_course = {review.unit_uuid: review for review in found}
    return [
        Pending(review, by_course.get(review.course_uuid) if review.unit_kind == UnitKind.COURSE_RUN else None)
        for review in wanted
    ]


def obstacles(user: Any, waiting: Iterable[Pending], *, approving: bool = True) -> dict[uuid.UUID, str]:
    """
    Return why a user may not decide, by uuid of the review; without those that they may decide.

    It costs the same number of statements however many there are.

    Arguments:
        user: a user of the platform.
        waiting: the reviews.
        approving: whether they would approve; changes are requested by anybody whose step it is.
    """
    found: dict[uuid.UUID, str] = {}
    open_ones = []
    for entry in waiting:
        if entry.step is None:
            found[entry.review.uuid] = "There is nothing to decide."
        else:
            open_ones.append(entry)
    allowed = _courses_allowed(user, open_ones)
    for entry in open_ones:
        if (entry.step, entry.review.course_uuid) not in allowed:
            found[entry.review.uuid] = f"{ReviewStep(str(entry.step)).label} of this course is not yours to decide."
    left = [entry for entry in open_ones if entry.review.uuid not in found]
    return found | (_own_hands(user, left) if approving and left else {})


def _courses_allowed(user: Any, waiting: Iterable[Pending]) -> set[tuple[ReviewStep | None, uuid.UUID]]:
    by_step: dict[ReviewStep, set[uuid.UUID]] = {}
    for entry in waiting:
        if entry.step is not None:
            by_step.setdefault(entry.step, set()).add(entry.review.course_uuid)
    allowed: set[tuple[ReviewStep | None, uuid.UUID]] = set()
    for step, courses in by_step.items():
        if may_by_account(user, RIGHT_OF_STEP[step]):
            allowed |= {(step, course) for course in courses}
            continue
        rows = visible(user, RIGHT_OF_STEP[step], Course.everything.filter(draft=True, uuid__in=courses))
        allowed |= {(step, course) for course in rows.values_list("uuid", flat=True)}
    return allowed


def _own_hands(user: Any, waiting: list[Pending]) -> dict[uuid.UUID, str]:
    """Return for whom four eyes, or two reviewers, are asked for that the user does not add."""
    pseudonym = ActorPseudonym.objects.filter(user=user).values_list("uuid", flat=True).first()
    if pseudonym is None:
        return {}
    units = {review.unit_uuid for entry in waiting for review in entry.deciding}
    touched = contributed(pseudonym, units) if conf.four_eyes() else set()
    approved = _approved_steps(pseudonym, waiting) if conf.two_reviewers() else {}
    found: dict[uuid.UUID, str] = {}
    for entry in waiting:
        for review in entry.deciding:
            if review.unit_uuid in touched:
                found[entry.review.uuid] = f"You changed {review.unit_key} yourself since it was last published."
            elif approved.get((review.unit_uuid, review.review_digest), set()) - {str(entry.step)}:
                found[entry.review.uuid] = f"You approved another step of {review.unit_key} yourself."
    return found


def _approved_steps(pseudonym: uuid.UUID, waiting: list[Pending]) -> Mapping[tuple[uuid.UUID, str], set[str]]:
    condition = Q(pk__in=())
    for entry in waiting:
        for review in entry.deciding:
            condition |= Q(unit_uuid=review.unit_uuid, review_digest=review.review_digest)
    rows = ReviewRecord.objects.filter(condition, action=ReviewRecord.Action.APPROVED, actor=pseudonym)
    steps: dict[tuple[uuid.UUID, str], set[str]] = {}
    for unit, digest, step in rows.values_list("unit_uuid", "review_digest", "step"):
        steps.setdefault((unit, digest), set()).add(step)
    return steps
