"""
Routing: making the deliveries of events, each once, and none forgotten.

Ids of events are given when they are inserted and seen when they are committed, so an event may turn up with a lower id
than one that was routed long ago. No mark "seen up to here" is kept, therefore: each event says itself whether it was
routed, and says so in the transaction that makes its deliveries.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from openedx_catalog_publisher.models import Delivery, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.consumers import Consumer

BATCH = 500

LOOK_BACK = timedelta(hours=1)
"""How old an event may be to be delivered to a consumer that is met for the first time."""


def register(consumers: Iterable[Consumer]) -> None:
    """Note the consumers of this service, and what they ask for, so that the other service routes for them as well."""
    noted = {row.name: row for row in OutboxConsumer.objects.all()}
    for consumer in consumers:
        wanted = {"service": str(consumer.service), "kinds": sorted(map(str, consumer.kinds))}
        row = noted.get(consumer.name)
        if row is None:
            since = timezone.now() - LOOK_BACK
            OutboxConsumer.objects.get_or_create(name=consumer.name, defaults={**wanted, "since": since})
        elif {"service": row.service, "kinds": row.kinds} != wanted:
            OutboxConsumer.objects.filter(pk=row.pk).update(**wanted)


def route() -> int:
    """
    Make the deliveries of the next events that have none yet, to every consumer that was ever registered.

    Events that another relay is routing are left to it, where the database can pass over locked rows; else this waits.

    Returns:
        How many events were routed; 0 when there is nothing left to route.

    Raises:
        RuntimeError: when called inside a transaction.
    """
    with transaction.atomic(durable=True):
        waiting = OutboxEvent._base_manager.filter(routed=False).order_by("pk")
        events = list(
            waiting.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).only(
                "kind", "object_type", "object_code", "sequence", "occurred_at"
            )[:BATCH]
        )
        if not events:
            return 0
        consumers = list(OutboxConsumer.objects.all())
        now = timezone.now()
        Delivery.objects.bulk_create(
            [
                new_delivery(event, consumer, now)
                for event in events
                for consumer in consumers
                if event.kind in consumer.kinds and event.occurred_at >= consumer.since
            ],
            batch_size=BATCH,
        )
        # Past the append-only manager: this mark is the relay's.
        OutboxEvent._base_manager.filter(pk__in=[event.pk for event in events]).update(routed=True)
    return len(events)


def new_delivery(event: OutboxEvent, consumer: OutboxConsumer, due: datetime) -> Delivery:
    """Return the delivery of an event to a consumer, to be taken from a time on; the caller inserts it."""
    return Delivery(
        event=event,
        consumer=consumer,
        object_type=event.object_type,
        object_code=event.object_code,
        sequence=event.sequence,
        due=due,
    )
