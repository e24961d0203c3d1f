"""Repairs by which deliveries are made again, at once, late, or no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    Delivery,
    OutboxConsumer,
    OutboxEvent,
    WebhookAttempt,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.outbox.backlog import without_delivery
from openedx_catalog_publisher.outbox.routing import BATCH, new_delivery

OVER = (Delivery.State.DONE, Delivery.State.DEAD)


@dataclass(frozen=True)
class Choice:
    """
    Which deliveries are meant; what is not given narrows nothing.

    Attributes:
        events: UUIDs of events.
        unit: key or UUID of a unit, or code of another object.
        since: events from this time on.
        until: events before this time.
        consumer: name of a consumer.
        states: states of deliveries.
    """

    events: Collection[UUID] = ()
    unit: str = ""
    since: datetime | None = None
    until: datetime | None = None
    consumer: str = ""
    states: Collection[str] = ()

    def is_everything(self) -> bool:
        """Tell whether neither events, nor a unit, nor a time is named."""
        return not (self.events or self.unit or self.since or self.until)


def chosen(choice: Choice) -> QuerySet[Delivery]:
    """Return the deliveries that are meant, the first made first."""
    rows = Delivery.objects.order_by("pk")
    if choice.events:
        rows = rows.filter(event__uuid__in=list(choice.events))
    if choice.unit:
        rows = rows.filter(_of_object(choice.unit))
    if choice.since is not None:
        rows = rows.filter(event__occurred_at__gte=choice.since)
    if choice.until is not None:
        rows = rows.filter(event__occurred_at__lt=choice.until)
    if choice.consumer:
        rows = rows.filter(consumer__name=choice.consumer)
    if choice.states:
        rows = rows.filter(state__in=list(choice.states))
    return rows


def replay(deliveries: QuerySet[Delivery]) -> int:
    """
    Let deliveries that are over, done or dead, be made once more, as if for the first time.

    What waits or is being delivered is left alone. Later events of the same object may have been delivered meanwhile; a
    consumer tells by ``sequence``.

    Returns:
        How many there are to be made.
    """
    now = timezone.now()
    count = 0
    for pks in _batches(deliveries.filter(state__in=OVER)):
        over = Delivery.objects.filter(pk__in=pks, state__in=OVER)
        count += over.update(state=Delivery.State.PENDING, due=now, attempts=0, last_error="", done_at=None, outcome="")
    return count


def retry(consumer: str = "") -> int:
    """
    Let everything that failed be tried again at once: what was given up, and what waits for its next attempt.

    Consumers that rest are woken.

    Arguments:
        consumer: name of a consumer; of all unless given.

    Returns:
        How many deliveries are to be tried.
    """
    now = timezone.now()
    consumers = OutboxConsumer.objects.filter(name=consumer) if consumer else OutboxConsumer.objects.all()
    consumers.filter(failures__gt=0).update(resting_until=None, failures=0)
    mine = Delivery.objects.filter(consumer__in=list(consumers))
    paused = mine.filter(state=Delivery.State.PENDING, due__gt=now)
    count = 0
    for pks in _batches(paused):
        count += Delivery.objects.filter(pk__in=pks, state=Delivery.State.PENDING).update(due=now)
    return count + replay(mine.filter(state=Delivery.State.DEAD))


def catch_up(consumer: OutboxConsumer, since: datetime) -> int:
    """
    Make the deliveries that a consumer does not have, of events since a time: what happened before it was there.

    Returns:
        How many were made.

    Raises:
        RuntimeError: when called inside a transaction.
    """
    later = {kind: text for kind, text in consumer.kinds_since.items() if datetime.fromisoformat(text) < since}
    OutboxConsumer.objects.filter(pk=consumer.pk).update(since=min(since, consumer.since), kinds_since=later)
    made = 0
    wanted = OutboxEvent.objects.filter(kind__in=consumer.kinds, occurred_at__gte=since)
    if consumer.pruned_until is not None:
        # What is older and has no delivery was delivered, and its delivery pruned.
        wanted = wanted.filter(occurred_at__gte=consumer.pruned_until)
    for pks in _batches(without_delivery(consumer, wanted)):
        with transaction.atomic(durable=True):
            make_deliveries(consumer, OutboxEvent.objects.filter(pk__in=pks).order_by("pk"))
        made += len(pks)
    return made


def make_deliveries(consumer: OutboxConsumer, events: QuerySet[OutboxEvent]) -> None:
    """Make the deliveries of events to a consumer where there are none."""
    now = timezone.now()
    Delivery.objects.bulk_create(
        [new_delivery(event, consumer, now) for event in events], batch_size=BATCH, ignore_conflicts=True
    )


def send_again(consumer: OutboxConsumer, objects: Collection[str]) -> int:
    """
    Let the last event of each object that a consumer asks for be delivered to it once more.

    What is under way to it is left alone, since it brings the same about.

    Arguments:
        consumer: to whom.
        objects: codes of objects; of units their UUIDs.

    Returns:
        How many deliveries are to be made.
    """
    asked = OutboxEvent.objects.filter(kind__in=consumer.kinds, object_code__in=list(objects), routed=True)
    later = asked.filter(
        object_type=OuterRef("object_type"), object_code=OuterRef("object_code"), sequence__gt=OuterRef("sequence")
    )
    last = asked.filter(~Exists(later))
    missing = without_delivery(consumer, last)
    count = missing.count()
    make_deliveries(consumer, missing)
    return count + replay(Delivery.objects.filter(consumer=consumer, event__in=list(last.values_list("pk", flat=True))))


def forget(consumer: OutboxConsumer) -> int:
    """
    Forget a consumer that the settings name no more, with all its deliveries.

    Returns:
        How many deliveries were not made yet.

    Raises:
        ProtectedError: for the consumer of a webhook, which goes with it.
    """
    waiting = Delivery.objects.filter(consumer=consumer, due__isnull=False).count()
    consumer.delete()
    return waiting


@dataclass(frozen=True)
class Pruned:
    """
    What was pruned, or would be.

    Attributes:
        deliveries: deliveries that were done.
        attempts: entries of the logs of webhooks.
    """

    deliveries: int
    attempts: int


def prune(before: datetime, *, dry_run: bool = False) -> Pruned:
    """
    Delete the deliveries that were done before a time, and what the logs of webhooks say of times before it.

    Events stay, and so does what waits and what was given up. A delivery that is gone cannot be replayed.

    Arguments:
        before: the time.
        dry_run: delete nothing, and count.
    """
    done = Delivery.objects.filter(state=Delivery.State.DONE, done_at__lt=before)
    attempts = WebhookAttempt.objects.filter(started__lt=before)
    if dry_run:
        return Pruned(done.count(), attempts.count())
    # First, so that what is gone is not taken for missing at any moment.
    not_yet = Q(pruned_until=None) | Q(pruned_until__lt=before)
    concerned = done.order_by().values_list("consumer", flat=True).distinct()
    OutboxConsumer.objects.filter(not_yet, pk__in=list(concerned)).update(pruned_until=before)
    return Pruned(
        sum(Delivery.objects.filter(pk__in=pks, state=Delivery.State.DONE).delete()[0] for pks in _batches(done)),
        sum(WebhookAttempt.objects.filter(pk__in=pks).delete()[0] for pks in _batches(attempts)),
    )


def _of_object(name: str) -> Q:
    """Return what tells the deliveries of one object, by its code or by its key."""
    normalized = normalize_key(name)
    units = [
        str(code)
        for root in (Course, CourseRun)
        for code in root.everything.filter(key_normalized=normalized).values_list("uuid", flat=True)
    ]
    if units:
        return Q(object_code__in=units)
    # Of what has no draft any more, and of what is no unit, the events know the key.
    events = OutboxEvent.objects.filter(object_key=name).order_by().values_list("object_code", flat=True)
    return Q(object_code__in=[name, name.lower(), *events.distinct()])


def _batches(rows: QuerySet[Delivery] | QuerySet[OutboxEvent] | QuerySet[WebhookAttempt]) -> Iterator[list[int]]:
    """Yield the primary keys of rows, in portions; rows may be changed or gone between two."""
    last = 0
    while pks := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = pks[-1]
        yield pks
