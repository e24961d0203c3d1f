"""
The relay: events handed to one consumer that does nothing, beside the writes that its notes come down to.

The floor makes the deliveries of all events by one statement and marks the events by another, in one transaction; then
it marks each delivery as taken and as done, by two statements of their own, since an acknowledgement that waits for
others acknowledges nothing. It looks for nothing, keeps no order, and asks nobody whose turn it is.
"""

# ruff: noqa: S608 - statements are put together from names of tables; values are parameters

from __future__ import annotations

import itertools
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.test import override_settings
from django.utils import timezone

from benchmarks.measure import Work
from openedx_catalog_publisher.models import Delivery, EventKind, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.consumers import Service
from openedx_catalog_publisher.outbox.leases import LEASE
from openedx_catalog_publisher.outbox.relay import relay

EVENTS = 500
"""Events of one repetition, each of an object of its own: what one release of some hundred courses leaves."""

STATEMENTS_PER_DELIVERY = 3
LOOKS = 40
"""Statements beside those: to register, to route, and to look for the next fifty."""

NOT_TO_BE_ROUTED = 2
"""In the column of the floor's events, so that the relay passes them over: neither routed nor not."""

_numbers = itertools.count(1)


class Silent:
    """Takes every publication, and does nothing."""

    name = "silent"
    service = Service.EITHER
    kinds: Collection[EventKind] = (EventKind.PUBLISHED,)

    def deliver(self, event: OutboxEvent) -> None:
        """Do nothing."""


PATH = f"{__name__}.{Silent.__name__}"


def relayed(events: int) -> tuple[Work, Work]:
    """Return the relay's work on so many events, and the floor's on as many others."""
    # What commands that are measured elsewhere left is not the relay's to do here.
    OutboxEvent._base_manager.filter(routed=False).update(routed=True)
    _make_events(events)
    theirs = _make_events(events)
    OutboxEvent._base_manager.filter(pk__in=theirs).update(routed=models.Value(NOT_TO_BE_ROUTED))
    consumer, _ = OutboxConsumer.objects.get_or_create(
        name="floor", defaults={"service": str(Service.EITHER), "kinds": [], "since": timezone.now()}
    )

    def ours() -> None:
        with override_settings(CATALOG_PUBLISHER_CONSUMERS=[PATH]):
            done = relay()
        if done.delivered != events:
            raise RuntimeError(f"The relay delivered {done.delivered} of {events} events.")

    return ours, lambda: note_bare(theirs, consumer.pk)


def note_bare(events: Sequence[int], consumer: int) -> None:
    """Write what the relay writes about events: their deliveries, their marks, and that each delivery is done."""
    deliveries, table = _table(Delivery), _table(OutboxEvent)
    marks = ", ".join(["%s"] * len(events))
    now = _as_stored(timezone.now())
    columns = "event_id, consumer_id, object_type, object_code, sequence, state, due, attempts, last_error, outcome"
    values = "id, %s, object_type, object_code, sequence, 'pending', %s, 0, '', ''"
    with transaction.atomic(durable=True):
        _execute(
            f"INSERT INTO {deliveries} ({columns}) SELECT {values} FROM {table} WHERE id IN ({marks})",
            [consumer, now, *events],
        )
        _execute(f"UPDATE {table} SET routed = 1 WHERE id IN ({marks})", list(events))
    leased = _as_stored(timezone.now() + LEASE)
    one = "WHERE event_id = %s AND consumer_id = %s"
    for event in events:
        _execute(
            f"UPDATE {deliveries} SET state = 'leased', due = %s, attempts = 1 {one}",
            [leased, event, consumer],
        )
        _execute(
            f"UPDATE {deliveries} SET state = 'done', due = NULL, done_at = %s {one}",
            [_as_stored(timezone.now()), event, consumer],
        )


def _make_events(count: int) -> list[int]:
    codes = [f"benchmark {next(_numbers)}" for _ in range(count)]
    now = timezone.now()
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            kind=str(EventKind.PUBLISHED),
            object_type="benchmark",
            object_code=code,
            object_key=code,
            sequence=1,
            occurred_at=now,
            operation=uuid.uuid4(),
            payload={},
        )
        for code in codes
    )
    rows = OutboxEvent.objects.filter(object_type="benchmark", object_code__in=codes).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _as_stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _table(model: type[models.Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))


def _execute(sql: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
