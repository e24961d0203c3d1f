"""
Scheduled go-live: approved runs go live when their date is over, and courses that could not with their approval, later.

What is due is claimed with a lease, each in a transaction of its own and published in another, so that any number of
workers may run at once, one that dies loses nothing, and one that fails stops no other.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.anchors import read_anchors
from openedx_catalog_publisher.commands.errors import CatalogError
from openedx_catalog_publisher.commands.transaction import Operation, command, in_one_transaction
from openedx_catalog_publisher.models import Review, UnitKind
from openedx_catalog_publisher.review.cases import Cases
from openedx_catalog_publisher.review.go_live import go_live

logger = logging.getLogger(__name__)

SCHEDULER = "scheduler"
LEASE = timedelta(minutes=5)
"""After so long, a run that somebody claimed and neither published nor gave back is anybody's again."""

UNEXPECTED = "An error that the log of the service describes:"

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True)
class Failure:
    """A unit that was due and could not go live."""

    key: str
    message: str
    again: datetime


@dataclass
class DueRun:
    """
    What one round of the scheduler did.

    Attributes:
        published: (key, seconds late) of each unit that went live.
        failed: what could not, why, and when it is tried again.
    """

    published: list[tuple[str, int]] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


def due_reviews(now: datetime) -> QuerySet[Review]:
    """Return the reviews whose date is over and that nobody has claimed, the first due first."""
    free = Q(not_before__isnull=True) | Q(not_before__lte=now)
    return Review.objects.filter(free, open_unit__isnull=False, due__lte=now).order_by("due", "pk")


def publish_due(limit: int | None = None, *, after_claim: Callable[[uuid.UUID], None] | None = None) -> DueRun:
    """
    Let everything go live that is due.

    Arguments:
        limit: how many units are tried at most; no limit unless given.
        after_claim: called with the uuid of each review between its claim and its publication.

    Raises:
        RuntimeError: when called inside a transaction.
    """
    done = DueRun()
    tried = 0
    while limit is None or tried < limit:
        review = in_one_transaction(_claim)
        if review is None:
            break
        tried += 1
        if after_claim is not None:
            after_claim(review.uuid)
        _try(review, done)
    return done


def _claim() -> Review | None:
    now = timezone.now()
    # Found without a lock, and locked by primary key: through the index of dates, workers would lock each other's rows.
    for pk in due_reviews(now).values_list("pk", flat=True)[:50]:
        row = due_reviews(now).select_for_update(skip_locked=True).filter(pk=pk).first()
        if row is not None:
            Review.objects.filter(pk=pk).update(not_before=now + LEASE)
            return row
    return None


def _try(review: Review, done: DueRun) -> None:
    actor = Actor.system(SCHEDULER)
    try:
        late = publish_claimed(actor, review.uuid)
    except CatalogError as error:
        logger.warning("%s is due since %s and could not go live: %s", review.unit_key, review.due, error.message)
        message = error.message
    except Exception as error:
        # Whatever is wrong with one unit, the others are due all the same.
        logger.exception("%s is due since %s and could not go live.", review.unit_key, review.due)
        message = f"{UNEXPECTED} {type(error).__name__}: {error}"
    else:
        if late is not None:
            done.published.append((review.unit_key, late))
        return
    done.failed.append(Failure(review.unit_key, message, _give_back(review, message)))


@command
def publish_claimed(operation: Operation, review: uuid.UUID) -> int | None:
    """
    Let one approved unit go live, if it still is due; if it is not, give the claim back.

    Arguments:
        operation: given by the command; the scheduler's.
        review: uuid of its review.

    Returns:
        How many seconds late it went live; None where somebody else published it, or it is not due any more.

    Raises:
        Conflict: naming what prevents it.
        UnitNotFound: when the draft is gone.
    """
    row = Review.objects.get(uuid=review)
    if row.open_unit is None:
        return None
    is_course = row.unit_kind == UnitKind.COURSE
    anchors = read_anchors(courses=[row.unit_uuid] if is_course else (), runs=() if is_course else [row.unit_uuid])
    found = Cases.of(operation, anchors).open.get(row.unit_uuid)
    if found is None or found.uuid != review:
        return None
    if found.due is None or found.due > operation.time:
        Review.objects.filter(pk=found.pk).update(not_before=None)
        return None
    go_live(operation, anchors, [row.unit_uuid])
    lateness: int | None = Review.objects.values_list("lateness", flat=True).get(pk=found.pk)
    return lateness


def _give_back(review: Review, message: str) -> datetime:
    again: datetime = timezone.now() + min(FIRST_PAUSE * 2 ** min(review.attempts, 16), LONGEST_PAUSE)
    with transaction.atomic(durable=True):
        # Another date, given meanwhile, is another start.
        still = Review.objects.filter(pk=review.pk, open_unit__isnull=False, due=review.due)
        still.update(attempts=review.attempts + 1, last_error=message, not_before=again)
    return again


def failed_go_lives() -> QuerySet[Review]:
    """Return the reviews of what should be live and is not, since something prevents it, the first due first."""
    return (
        Review.objects.filter(open_unit__isnull=False, due__isnull=False).exclude(last_error="").order_by("due", "pk")
    )
