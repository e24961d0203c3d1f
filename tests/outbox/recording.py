"""Consumers that keep what they were handed, and events to hand to them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone

from openedx_catalog_publisher.models import Delivery, EventKind, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.consumers import Service

PATH = f"{__name__}.Recording"


class Recording:
    """Keeps the events that it was handed, each once, in the order in which they came."""

    name = "recording"
    service = Service.EITHER
    kinds: Collection[EventKind] = (EventKind.PUBLISHED, EventKind.UNPUBLISHED)

    handed: ClassVar[list[OutboxEvent]] = []
    """Every event as it came, also again."""
    failures: ClassVar[list[BaseException]] = []
    """What it raises at its next calls, before any effect."""
    failures_after: ClassVar[list[BaseException]] = []
    """What it raises at its next calls, when the effect is there."""

    @classmethod
    def reset(cls) -> None:
        """Forget everything."""
        cls.handed.clear()
        cls.failures.clear()
        cls.failures_after.clear()

    @classmethod
    def effects(cls) -> list[uuid.UUID]:
        """Return the events that had an effect, in order, each once."""
        return list(dict.fromkeys(event.uuid for event in cls.handed))

    def deliver(self, event: OutboxEvent) -> None:
        """Keep the event."""
        if self.failures:
            raise self.failures.pop(0)
        self.handed.append(event)
        if self.failures_after:
            raise self.failures_after.pop(0)


class InLms(Recording):
    """Runs in the LMS alone."""

    name = "in_lms"
    service = Service.LMS
    handed: ClassVar[list[OutboxEvent]] = []


class InStudio(Recording):
    """Runs in Studio alone."""

    name = "in_studio"
    service = Service.CMS
    handed: ClassVar[list[OutboxEvent]] = []


class Shout:
    """An errand of which nobody can say whether it was heard."""

    def run(self) -> None:
        """Shout."""

    def finish(self) -> Delivery.Outcome:
        """Say that it cannot be known."""
        return Delivery.Outcome.UNCONFIRMED


class Shouting(Recording):
    """A courier that is never answered."""

    name = "shouting"

    def begin(self, event: OutboxEvent) -> Shout:
        """Return the errand."""
        return Shout()


class Impostor:
    """No consumer."""


class Namesake(Recording):
    """Has the name of another."""


class Wishful(Recording):
    """Asks for what there is not."""

    name = "wishful"
    kinds: Any = ("weather_changed",)


def make_event(
    code: str = "one", sequence: int = 1, kind: EventKind = EventKind.PUBLISHED, **values: Any
) -> OutboxEvent:
    """Record an event past the commands."""
    columns = {
        "kind": str(kind),
        "object_type": "course",
        "object_code": code,
        "object_key": f"course-v1:{code}",
        "sequence": sequence,
        "occurred_at": timezone.now(),
        "operation": uuid.uuid4(),
        **values,
    }
    made: OutboxEvent = OutboxEvent.objects.create(**columns)
    return made


def pass_time(hours: float = 24) -> None:
    """Let all pauses, rests and leases be over."""
    past = timezone.now() - timedelta(hours=hours)
    Delivery.objects.filter(due__isnull=False).update(due=past)
    OutboxConsumer.objects.filter(resting_until__isnull=False).update(resting_until=past)
