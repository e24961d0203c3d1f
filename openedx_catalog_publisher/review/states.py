"""
The states of a draft in review, and every way from one to another, as one table.

The documentation's diagram is drawn from it, and nothing else moves a draft's status: a move that does not stand here
is a fault (design, section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openedx_catalog_publisher.models import ReviewStep, Status

STATUS_OF_STEP: Mapping[str, Status] = {
    ReviewStep.LEGAL: Status.REVIEW_BY_LEGAL,
    ReviewStep.INTERNAL: Status.REVIEW_BY_INTERNAL,
}
STEP_OF_STATUS: Mapping[Status, ReviewStep] = {status: ReviewStep(step) for step, status in STATUS_OF_STEP.items()}

PROGRESS: tuple[Status, ...] = (Status.REVIEW_BY_LEGAL, Status.REVIEW_BY_INTERNAL, Status.REVIEWED)
"""The statuses of what is submitted, the earliest first."""

SUBMITTED = frozenset(PROGRESS)
IN_REVIEW = frozenset(STEP_OF_STATUS)
IDLE = frozenset({Status.UNPUBLISHED, Status.PUBLISHED})


@dataclass(frozen=True)
class Transition:
    """
    One way from a state to another.

    Attributes:
        source: the status before.
        target: the status afterwards.
        act: what leads there.
        who: who does it.
    """

    source: Status
    target: Status
    act: str
    who: str


EDITORS, LEGAL, COORDINATORS = "editors", "legal reviewers", "project coordinators"
ADMINISTRATORS, SCHEDULER = "catalog administrators", "the scheduler"


def _transitions() -> tuple[Transition, ...]:
    legal, internal, reviewed = PROGRESS
    idle = (Status.UNPUBLISHED, Status.PUBLISHED)
    found = [Transition(source, target, "submit", EDITORS) for source in idle for target in PROGRESS]
    # Content that holds some approvals already, and fields that need one step only, are asked for what is missing.
    found += [Transition(legal, target, "approve", LEGAL) for target in (internal, reviewed)]
    found += [Transition(internal, reviewed, "approve", COORDINATORS)]
    found += [Transition(legal, target, "skip", ADMINISTRATORS) for target in (internal, reviewed)]
    found += [Transition(internal, reviewed, "skip", ADMINISTRATORS)]
    for source, reviewer in ((legal, LEGAL), (internal, COORDINATORS)):
        found += [Transition(source, target, "request changes", reviewer) for target in idle]
    for source in PROGRESS:
        found += [Transition(source, target, "withdraw, edit, discard or restore", EDITORS) for target in idle]
    # Only where the course lost its approval without being edited, by undoing a release.
    found += [Transition(source, legal, "submit the course", EDITORS) for source in (internal, reviewed)]
    found += [Transition(reviewed, internal, "submit the course", EDITORS)]
    found += [Transition(reviewed, Status.PUBLISHED, "go live", f"{SCHEDULER}, the last approval, or {EDITORS}")]
    found += [Transition(source, Status.PUBLISHED, "publish without review", ADMINISTRATORS) for source in PROGRESS]
    found += [
        Transition(source, Status.UNPUBLISHED, "unpublish or remove", f"{EDITORS} and {ADMINISTRATORS}")
        for source in (*PROGRESS, Status.PUBLISHED)
    ]
    found += [Transition(Status.UNPUBLISHED, Status.PUBLISHED, "publish what needs no review", EDITORS)]
    return tuple(found)


TRANSITIONS: tuple[Transition, ...] = _transitions()

MOVES = frozenset((transition.source, transition.target) for transition in TRANSITIONS)


def check_move(source: Status, target: Status) -> None:
    """
    Check that a draft may go from one status to another.

    Raises:
        RuntimeError: when no transition leads there, which is a fault of ours.
    """
    if source != target and (source, target) not in MOVES:
        raise RuntimeError(f"No transition leads from {source} to {target}.")


def earlier(one: Status, other: Status) -> Status:
    """Return the earlier of two statuses of what is submitted."""
    return min(one, other, key=PROGRESS.index)
