"""
Routing: making the deliveries of events, each once, and none forgotten.

Ids of events are given when they are inserted and seen when they are committed, so an event may turn up with a lower id
than one that was routed long ago. No mark "seen up to here" is kept, therefore: each event says itself whether it was
routed, and says so in the transaction that makes its deliveries.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from openedx_catalog_publisher.models import Delivery, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.consumers import Consumer

BATCH = 500

LOOK_BACK = timedelta(hours=1)
"""How old an event may be to be delivered to a consumer that is met for the first time."""


def bounds(consumer: OutboxConsumer) -> dict[str, datetime]:
    """Return since when events of each kind are delivered to a consumer, by the kinds that it asks for."""
    later = {kind: datetime.fromisoformat(text) for kind, text in consumer.kinds_since.items()}
    return {kind: max(consumer.since, later.get(kind, consumer.since)) for kind in consumer.kinds}


def with_kinds(consumer: OutboxConsumer, kinds: Iterable[str], since: datetime) -> dict[str, Any]:
    """
    Return the columns of a consumer that asks for other kinds from now on.

    Arguments:
        consumer: the consumer as it is.
        kinds: what it asks for.
        since: from when on it is handed events of those kinds that it did not ask for before.
    """
    asked = sorted(kinds)
    kept = {kind: text for kind, text in consumer.kinds_since.items() if kind in asked and kind in consumer.kinds}
    added = {kind: since.isoformat() for kind in asked if kind not in consumer.kinds}
    return {"kinds": asked, "kinds_since": kept | added}


def register(consumers: Iterable[Consumer]) -> None:
    """Note the consumers of this service, and what they ask for, so that the other service routes for them as well."""
    noted = {row.name: row for row in OutboxConsumer.objects.all()}
    for consumer in consumers:
        wanted = {"service": str(consumer.service), "kinds": sorted(map(str, consumer.kinds))}
        row = noted.get(consumer.name)
        since = timezone.now() - LOOK_BACK
        if row is None:
            OutboxConsumer.objects.get_or_create(name=consumer.name, defaults={**wanted, "since": since})
        elif {"service": row.service, "kinds": row.kinds} != wanted:
            columns = with_kinds(row, map(str, consumer.kinds), since)
            OutboxConsumer.objects.filter(pk=row.pk).update(service=str(consumer.service), **columns)


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
        consumers = [(consumer, bounds(consumer)) for consumer in OutboxConsumer.objects.all()]
        now = timezone.now()
        Delivery.objects.bulk_create(
            [
                new_delivery(event, consumer, now)
                for event in events
                for consumer, since in consumers
                if event.kind in since and event.occurred_at >= since[event.kind]
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
