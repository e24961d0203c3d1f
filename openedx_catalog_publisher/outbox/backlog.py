"""What the relay has before it, and repairs by which events come again, come late, or come no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from openedx_catalog_publisher.models import Delivery, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.routing import BATCH, new_delivery


@dataclass(frozen=True)
class ConsumerBacklog:
    """
    How far the deliveries to one consumer are.

    Attributes:
        name: the consumer.
        service: where it can run.
        waiting: deliveries that wait.
        leased: deliveries that a relay has, or had when it died.
        dead: deliveries that were given up.
        done: deliveries that are done.
        unconfirmed: those of them of which the consumer could not ask whether they arrived.
        oldest: time of the oldest event that waits or is being delivered; None where there is none.
    """

    name: str
    service: str
    waiting: int
    leased: int
    dead: int
    done: int
    unconfirmed: int
    oldest: datetime | None


def backlog() -> list[ConsumerBacklog]:
    """Return how far the deliveries to each consumer are, by name."""
    states = {
        name: Count("deliveries", filter=Q(deliveries__state=state))
        for name, state in (
            ("waiting", Delivery.State.PENDING),
            ("leased", Delivery.State.LEASED),
            ("dead", Delivery.State.DEAD),
            ("done", Delivery.State.DONE),
        )
    }
    states["unconfirmed"] = Count(
        "deliveries", filter=Q(deliveries__outcome=Delivery.Outcome.UNCONFIRMED, deliveries__state=Delivery.State.DONE)
    )
    oldest = Min("deliveries__event__occurred_at", filter=Q(deliveries__due__isnull=False))
    rows = OutboxConsumer.objects.annotate(**states, oldest=oldest).order_by("name")
    return [ConsumerBacklog(**row) for row in rows.values("name", "service", *states, "oldest")]


def unrouted() -> int:
    """Return how many events no relay has seen yet."""
    return OutboxEvent.objects.filter(routed=False).count()


def dead_deliveries() -> QuerySet[Delivery]:
    """Return the deliveries that were given up, with their events, the oldest first."""
    return Delivery.objects.filter(state=Delivery.State.DEAD).select_related("event", "consumer").order_by("pk")


def replay(deliveries: QuerySet[Delivery]) -> int:
    """
    Let deliveries that are over, done or dead, be made once more, as if for the first time.

    What waits or is being delivered is left alone. Later events of the same object may have been delivered meanwhile; a
    consumer tells by ``sequence``.

    Returns:
        How many there are to be made.
    """
    over = Delivery.objects.filter(
        pk__in=list(deliveries.values_list("pk", flat=True)), state__in=(Delivery.State.DONE, Delivery.State.DEAD)
    )
    return over.update(
        state=Delivery.State.PENDING, due=timezone.now(), attempts=0, last_error="", done_at=None, outcome=""
    )


def missing_deliveries(consumer: OutboxConsumer, since: datetime) -> QuerySet[OutboxEvent]:
    """Return the routed events since a time that a consumer asks for and has no delivery of."""
    made = Delivery.objects.filter(event=OuterRef("pk"), consumer=consumer)
    events: QuerySet[OutboxEvent] = OutboxEvent.objects.filter(
        ~Exists(made), routed=True, kind__in=consumer.kinds, occurred_at__gte=since
    )
    return events.order_by("pk")


def deliver_since(consumer: OutboxConsumer, since: datetime) -> int:
    """
    Make the deliveries that a consumer does not have, of events since a time: what happened before it was there.

    Returns:
        How many were made.

    Raises:
        RuntimeError: when called inside a transaction.
    """
    if since < consumer.since:
        OutboxConsumer.objects.filter(pk=consumer.pk).update(since=since)
    made = 0
    for events in _batches(missing_deliveries(consumer, since)):
        with transaction.atomic(durable=True):
            now = timezone.now()
            Delivery.objects.bulk_create(
                [new_delivery(event, consumer, now) for event in events], batch_size=BATCH, ignore_conflicts=True
            )
        made += len(events)
    return made


def forget(consumer: OutboxConsumer) -> int:
    """
    Forget a consumer that the settings name no more, with all its deliveries.

    Returns:
        How many deliveries were not made yet.
    """
    waiting = Delivery.objects.filter(consumer=consumer, due__isnull=False).count()
    consumer.delete()
    return waiting


def _batches(events: QuerySet[OutboxEvent]) -> Iterator[list[OutboxEvent]]:
    last = 0
    while batch := list(events.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        yield batch
