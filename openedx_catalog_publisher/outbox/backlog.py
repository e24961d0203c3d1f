"""What the relay has before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from openedx_catalog_publisher.models import Delivery, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.routing import bounds

A_DAY = timedelta(days=1)

UNDER_WAY = (Delivery.State.PENDING, Delivery.State.LEASED)


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
        done: deliveries that are done, and were not pruned.
        unconfirmed: those of them of which the consumer could not ask whether they arrived.
        oldest: time of the oldest event that waits or is being delivered; None where there is none.
        resting_until: until when it is handed nothing, because its peer is out of reach; None where it does not rest.
    """

    name: str
    service: str
    waiting: int
    leased: int
    dead: int
    done: int
    unconfirmed: int
    oldest: datetime | None
    resting_until: datetime | None


@dataclass(frozen=True)
class Figures:
    """
    How the outbox stands, as numbers to watch.

    Attributes:
        unrouted: events that no relay has seen.
        waiting: deliveries that wait or are being delivered.
        failing: those of them that failed at least once.
        dead: deliveries that were given up.
        unconfirmed: deliveries of the last day of which the consumer could not ask whether they arrived.
        resting: consumers whose peers are out of reach.
        lag_seconds: age of the oldest event that waits, for a relay or for its consumer; 0 where none does.
    """

    unrouted: int
    waiting: int
    failing: int
    dead: int
    unconfirmed: int
    resting: int
    lag_seconds: int


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
    now = timezone.now()
    return [
        ConsumerBacklog(**row | {"resting_until": _future(row["resting_until"], now)})
        for row in rows.values("name", "service", "resting_until", *states, "oldest")
    ]


def figures() -> Figures:
    """Return how the outbox stands. Costs no more when much is done."""
    now = timezone.now()
    under_way = Delivery.objects.filter(state__in=UNDER_WAY)
    found: dict[str, Any] = under_way.aggregate(
        waiting=Count("pk"), failing=Count("pk", filter=~Q(last_error="")), oldest=Min("event__occurred_at")
    )
    new = OutboxEvent.objects.filter(routed=False).aggregate(count=Count("pk"), oldest=Min("occurred_at"))
    oldest = min((moment for moment in (found["oldest"], new["oldest"]) if moment is not None), default=now)
    return Figures(
        unrouted=new["count"],
        waiting=found["waiting"],
        failing=found["failing"],
        dead=Delivery.objects.filter(state=Delivery.State.DEAD).count(),
        unconfirmed=Delivery.objects.filter(outcome=Delivery.Outcome.UNCONFIRMED, done_at__gte=now - A_DAY).count(),
        resting=OutboxConsumer.objects.filter(resting_until__gt=now).count(),
        lag_seconds=max(int((now - oldest).total_seconds()), 0),
    )


def unrouted() -> int:
    """Return how many events no relay has seen yet."""
    return OutboxEvent.objects.filter(routed=False).count()


def dead_deliveries() -> QuerySet[Delivery]:
    """Return the deliveries that were given up, with their events, the oldest first."""
    return Delivery.objects.filter(state=Delivery.State.DEAD).select_related("event", "consumer").order_by("pk")


def missing_deliveries(consumer: OutboxConsumer) -> QuerySet[OutboxEvent]:
    """Return the routed events that a consumer is to be handed and has no delivery of; not what may be pruned."""
    wanted = Q(pk__in=())
    for kind, since in bounds(consumer).items():
        wanted |= Q(kind=kind, occurred_at__gte=max(since, consumer.pruned_until or since))
    return without_delivery(consumer, OutboxEvent.objects.filter(wanted))


def without_delivery(consumer: OutboxConsumer, events: QuerySet[OutboxEvent]) -> QuerySet[OutboxEvent]:
    """Return the routed ones of these events that a consumer has no delivery of, the first first."""
    made = Delivery.objects.filter(event=OuterRef("pk"), consumer=consumer)
    missing: QuerySet[OutboxEvent] = events.filter(~Exists(made), routed=True)
    return missing.order_by("pk")


def _future(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment > now else None
