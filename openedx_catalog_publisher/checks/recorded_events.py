"""
Invariant 6: events exist exactly for committed changes, and none is lost.

That every change has its event is the commands' own doing and held by tests; here is checked what a live database can
tell: no event is missing between two others, and every event was handed over to the relay's care.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Max, Min
from django.utils import timezone

from openedx_catalog_publisher.checks.findings import Finding
from openedx_catalog_publisher.checks.walk import Heads, in_batches, walk
from openedx_catalog_publisher.models import OutboxConsumer, OutboxEvent, UnitKind
from openedx_catalog_publisher.outbox.backlog import missing_deliveries
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.settings import conf

INVARIANT = 6

SOON = timedelta(days=1)
"""An event that no relay has seen for so long: no relay runs."""


def check_recorded_events() -> Iterator[Finding]:
    """
    Yield gaps in the numbers of events, and events that nobody is going to deliver.

    Codes: ``event_missing``, ``last_event_differs``, ``event_waits``, ``delivery_missing``.
    """
    yield from _check_numbers()
    yield from walk(_check_last_numbers)
    if conf.consumers():
        yield from _check_waiting()
    for consumer in OutboxConsumer.objects.all():
        for events in in_batches(missing_deliveries(consumer)):
            for event in events:
                yield _finding("delivery_missing", event.object_key, f"{event} has no delivery to {consumer}.")


def _check_numbers() -> Iterator[Finding]:
    """Yield the objects some of whose events are missing: one statement sees one moment."""
    objects = OutboxEvent.objects.order_by().values("object_type", "object_code")
    counted = objects.annotate(
        count=Count("pk"), first=Min("sequence"), last=Max("sequence"), key=Max("object_key")
    ).exclude(count=F("last") - F("first") + 1)
    for row in counted.order_by("object_type", "object_code"):
        missing = row["last"] - row["first"] + 1 - row["count"]
        yield _finding(
            "event_missing", row["key"], f"Of events {row['first']} to {row['last']} there are {missing} missing."
        )


def _check_last_numbers(kind: UnitKind, heads: Heads) -> Iterator[Finding]:
    """Yield the units whose last event is not the one that their anchor counted last."""
    codes = list(map(str, heads))
    numbered = OutboxEvent.objects.filter(object_type=kind, object_code__in=codes).order_by().values("object_code")
    last = dict(numbered.annotate(last=Max("sequence")).values_list("object_code", "last"))
    counted = UNITS[kind].root.drafts.filter(pk__in=[head.pk for head in heads.values()])
    for unit, key, count in counted.order_by("pk").values_list("uuid", "key", "event_sequence"):
        if count != last.get(str(unit), 0):
            yield _finding(
                "last_event_differs",
                key,
                f"The draft counted {count} events; the last that there is, is {last.get(str(unit), 0)}.",
                unit=unit,
            )


def _check_waiting() -> Iterator[Finding]:
    waiting = OutboxEvent.objects.filter(routed=False, occurred_at__lt=timezone.now() - SOON)
    oldest = waiting.order_by("pk").first()
    if oldest is not None:
        yield _finding(
            "event_waits",
            oldest.object_key,
            f"No relay saw {oldest}, nor others: {waiting.count()} in all, of more than a day ago.",
        )


def _finding(code: str, key: str, message: str, unit: Any = None) -> Finding:
    return Finding(invariant=INVARIANT, code=code, key=key, message=message, unit=unit)
