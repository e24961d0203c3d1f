"""The consumer that sends public signals."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence

from openedx_catalog_publisher.consumers.openedx_events.bus import bus_for, enabled_topics
from openedx_catalog_publisher.consumers.openedx_events.messages import SIGNALS, is_public, message
from openedx_catalog_publisher.models import Delivery, EventKind, OutboxEvent
from openedx_catalog_publisher.outbox.consumers import NoEffect, Service


class OpenedxEvents:
    """
    Sends the signals of ``events`` to receivers in this process, and over the event bus where that is switched on.

    An event that comes again is sent again, with the same ``event_uuid``. What a receiver raises is logged by
    openedx-events and is the receiver's own.
    """

    name = "openedx_events"
    service = Service.EITHER
    kinds: Collection[EventKind] = frozenset(EventKind(kind) for _, kind in SIGNALS)

    def deliver(self, event: OutboxEvent) -> Delivery.Outcome | None:
        """
        Send the signal of an event.

        Returns:
            UNCONFIRMED where it went over a bus that cannot be asked whether it arrived.

        Raises:
            NotOnTheBus: when it did not arrive on the bus.
            OutOfReach: when the bus does not answer.
            ImproperlyConfigured: when the settings enable a topic and name no bus.
        """
        if not is_public(event):
            return None
        signal, arguments = message(event)
        topics = enabled_topics(signal.event_type)
        bus = bus_for(topics) if topics else None
        signal.send_event(time=event.occurred_at, **arguments)
        if bus is not None:
            bus.confirm(event.uuid)
        return Delivery.Outcome.UNCONFIRMED if topics and bus is None else None

    def without_effect(self, events: Sequence[OutboxEvent]) -> Mapping[uuid.UUID, NoEffect]:
        """Return which events go to receivers in the same process alone, since no topic of the bus is enabled."""
        private = NoEffect(
            "not_enabled", "No topic is enabled for this, so only receivers in the same process are told."
        )
        return {
            event.uuid: private
            for event in events
            if not is_public(event) or not enabled_topics(SIGNALS[event.object_type, event.kind][0].event_type)
        }
