"""
Leases: taking deliveries, and saying what came of them.

Whose turn it is, is read in one statement without locks, which sees one moment of the database. A delivery is then
taken by one conditional update, which only one of several relays gets to make. A locking read would do both; but it
reads the rows that it locks as they are now, and those that it only asks about as they were when it began, and so would
let an event overtake the one before it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from openedx_catalog_publisher.models import Delivery, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.settings import conf

LEASE = timedelta(minutes=5)
"""How long a relay has a delivery for itself. A consumer that needs longer may be handed the event twice at once."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)

LONGEST_REST = timedelta(minutes=10)
"""How long a consumer rests at most before its peer is tried again, unless the peer itself asks for longer."""

LONGEST_WAIT = timedelta(hours=1)
"""How long a peer may ask to be left alone."""

ERROR_LENGTH = 2_000

DIED = "The relay that had it died, or took longer than its lease."


@dataclass(frozen=True)
class Due:
    """A delivery whose turn it was when it was read."""

    pk: int
    state: str
    attempts: int


def due_deliveries(consumer: str, limit: int) -> list[Due]:
    """
    Return deliveries to a consumer whose turn it is, the first due first; none while the consumer rests.

    It is the turn of a delivery that is due when every earlier event of the same object was routed and is over for this
    consumer: done or dead. An event that is not committed yet is never earlier than one that is, because the events of
    one object are numbered and committed under its lock.
    """
    same = {
        "object_type": OuterRef("object_type"),
        "object_code": OuterRef("object_code"),
        "sequence__lt": OuterRef("sequence"),
    }
    under_way = Delivery.objects.filter(
        **same, consumer=OuterRef("consumer"), state__in=(Delivery.State.PENDING, Delivery.State.LEASED)
    )
    unrouted = OutboxEvent.objects.filter(**same, routed=False)
    now = timezone.now()
    awake = Q(consumer__resting_until=None) | Q(consumer__resting_until__lte=now)
    rows = Delivery.objects.filter(awake, ~Exists(under_way), ~Exists(unrouted), consumer__name=consumer, due__lte=now)
    return [Due(*row) for row in rows.order_by("due", "pk").values_list("pk", "state", "attempts")[:limit]]


def take(found: Due) -> Delivery | None:
    """
    Take a delivery, unless another relay took it first.

    A delivery whose last allowed attempt ended without a word is dead: what it carries may be what kills relays.

    Returns:
        The delivery with its event and consumer; None where it was taken by another, or is dead now.
    """
    now = timezone.now()
    untouched = Delivery.objects.filter(pk=found.pk, state=found.state, attempts=found.attempts, due__lte=now)
    if found.attempts >= conf.delivery_attempts():
        untouched.update(state=Delivery.State.DEAD, due=None, last_error=DIED)
        return None
    if not untouched.update(state=Delivery.State.LEASED, due=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Delivery.objects.select_related("event", "consumer").get(pk=found.pk)


def settle(delivery: Delivery, outcome: Delivery.Outcome | None = None) -> bool:
    """Note that a delivery is done. Returns False where the lease went to another, who will say what came of it."""
    return _end(
        delivery,
        state=Delivery.State.DONE,
        due=None,
        done_at=timezone.now(),
        last_error="",
        outcome=str(outcome or ""),
    )


def give_back(delivery: Delivery, error: BaseException) -> bool:
    """
    Note that an attempt failed: the next one comes after a pause, or none when there were enough.

    Returns:
        Whether the delivery is dead now.
    """
    told = f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
    if delivery.attempts >= conf.delivery_attempts():
        return _end(delivery, state=Delivery.State.DEAD, due=None, last_error=told)
    _end(delivery, state=Delivery.State.PENDING, due=timezone.now() + pause(delivery.attempts), last_error=told)
    return False


def rest(consumer: OutboxConsumer, wait: timedelta | None) -> None:
    """
    Let a consumer rest whose peer is out of reach: twice as long each time in a row, or as long as the peer asks for.

    Of several relays that find out at once, one lets it rest.
    """
    now = timezone.now()
    spell = min(pause(consumer.failures + 1), LONGEST_REST) if wait is None else min(wait, LONGEST_WAIT)
    awake = OutboxConsumer.objects.filter(Q(resting_until=None) | Q(resting_until__lte=now), pk=consumer.pk)
    awake.update(resting_until=now + spell, failures=F("failures") + 1)


def wake(consumer: OutboxConsumer) -> None:
    """Note that a consumer's peer takes what it is given, where it did not before."""
    if consumer.failures:
        OutboxConsumer.objects.filter(pk=consumer.pk).update(resting_until=None, failures=0)


def pause(attempts: int) -> timedelta:
    """
    Return how long to wait after so many failed attempts.

    Twice as long each time, 6 hours at most, and a random part less, so that what failed together does not come back
    together.
    """
    longest = min(FIRST_PAUSE * float(2 ** min(attempts - 1, 20)), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads attempts


def _end(delivery: Delivery, *, due: datetime | None, **values: object) -> bool:
    # The number of the attempt tells this lease from any later one.
    held = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.LEASED, attempts=delivery.attempts)
    return bool(held.update(due=due, **values))
