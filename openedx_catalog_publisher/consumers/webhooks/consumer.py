"""The consumers that tell by HTTP: one for each subscription."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from openedx_catalog_publisher.consumers.webhooks.messages import wanted
from openedx_catalog_publisher.consumers.webhooks.sending import request_about
from openedx_catalog_publisher.models import Delivery, EventKind, OutboxEvent, WebhookSubscription
from openedx_catalog_publisher.outbox.consumers import Errand, NoEffect, NothingToDo, Service


class Subscriber:
    """Tells one subscription of the events that it asks for: a courier of the relay."""

    service = Service.EITHER

    def __init__(self, subscription: WebhookSubscription) -> None:
        self._subscription = subscription
        self.name: str = subscription.consumer.name
        self.kinds: Collection[EventKind] = frozenset(map(EventKind, subscription.kinds))

    def begin(self, event: OutboxEvent) -> Errand:
        """Return the request that tells of an event."""
        return request_about(event, self._subscription) if wanted(event, self._subscription) else NothingToDo()

    def deliver(self, event: OutboxEvent) -> Delivery.Outcome | None:
        """
        Tell of an event, and wait for the answer.

        Raises:
            Refused: when the receiver does not take this event.
            OutOfReach: when it takes nothing at present.
        """
        errand = self.begin(event)
        errand.run()
        return errand.finish()

    def without_effect(self, events: Sequence[OutboxEvent]) -> Mapping[uuid.UUID, NoEffect]:
        """Return which events the subscription does not ask for."""
        unasked = NoEffect("not_asked_for", "The webhook does not ask for this kind of unit.")
        return {event.uuid: unasked for event in events if not wanted(event, self._subscription)}


class Webhooks:
    """The subscriptions, each a consumer of its own, so that one that fails neither delays nor repeats others."""

    name = "webhooks"

    def members(self) -> Iterable[Subscriber]:
        """Return the subscriptions that are active."""
        rows = WebhookSubscription.objects.filter(active=True).select_related("consumer").order_by("pk")
        return [Subscriber(row) for row in rows]
