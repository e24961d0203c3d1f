"""
Whether what was sent over the event bus arrived there.

The producers of the bus log their errors and tell nobody. Streams of Redis can be asked afterwards; Kafka cannot.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from openedx_catalog_publisher.outbox.consumers import OutOfReach

SECONDS_TO_ANSWER = 5
PAGE = 500
"""Entries that are read at once from a stream."""

BEGINNING = "0-0"


class NotOnTheBus(Exception):
    """What was sent is not on the stream: the producer could not add it, and logged why."""


class Bus(Protocol):
    """A bus that can be asked."""

    def confirm(self, event: uuid.UUID) -> None:
        """
        Look for an event among what came since this was made.

        Raises:
            NotOnTheBus: when it is not there.
        """


def enabled_topics(event_type: str) -> list[str]:
    """Return the topics that events of a type are produced to, by the settings of openedx-events."""
    topics: Mapping[str, Mapping[str, Any]] = getattr(settings, "EVENT_BUS_PRODUCER_CONFIG", {}).get(event_type, {})
    return [topic for topic, options in topics.items() if options["enabled"] is True]


def bus_for(topics: Sequence[str]) -> Bus | None:
    """
    Return the bus that serves these topics, as it is before something is sent; None where it cannot be asked.

    Raises:
        ImproperlyConfigured: when no bus is named, or not where it is.
        OutOfReach: when Redis does not answer.
    """
    producer = getattr(settings, "EVENT_BUS_PRODUCER", None)
    if not producer:
        raise ImproperlyConfigured(
            f"EVENT_BUS_PRODUCER_CONFIG enables {', '.join(topics)}, but EVENT_BUS_PRODUCER names no event bus."
        )
    if not producer.startswith("edx_event_bus_redis."):
        return None
    url = getattr(settings, "EVENT_BUS_REDIS_CONNECTION_URL", None)
    if not url:
        raise ImproperlyConfigured("EVENT_BUS_REDIS_CONNECTION_URL does not say where the event bus is.")
    with _reaching():
        return RedisStreams(url, topics)


class RedisStreams:
    """Streams of Redis, with the last entry that each had when this was made."""

    def __init__(self, url: str, topics: Sequence[str]) -> None:
        self._client: Any = redis.Redis.from_url(
            url, socket_timeout=SECONDS_TO_ANSWER, socket_connect_timeout=SECONDS_TO_ANSWER
        )
        prefix = getattr(settings, "EVENT_BUS_TOPIC_PREFIX", None)
        streams = [f"{prefix}-{topic}" if prefix else topic for topic in topics]
        self._last = {stream: self._last_entry(stream) for stream in streams}

    def confirm(self, event: uuid.UUID) -> None:
        """
        Look for an event among what came to each stream since this was made.

        Raises:
            NotOnTheBus: when it is not on one of them.
            OutOfReach: when Redis does not answer.
        """
        with _reaching():
            for stream, last in self._last.items():
                if not self._holds(stream, last, str(event).encode()):
                    raise NotOnTheBus(f"The stream {stream} has no entry of {event}; the log says why.")

    def _last_entry(self, stream: str) -> str:
        try:
            last: bytes = self._client.xinfo_stream(stream)["last-generated-id"]
        except redis.ResponseError:
            # There is no such stream until something is added.
            return BEGINNING
        return last.decode()

    def _holds(self, stream: str, last: str, wanted: bytes) -> bool:
        # A uuid stands in Avro as its text, whatever is before and after it.
        while entries := self._client.xrange(stream, min=f"({last}", count=PAGE):
            if any(wanted in fields.get(b"event_data", b"") for _, fields in entries):
                return True
            last = entries[-1][0].decode()
        return False


@contextmanager
def _reaching() -> Iterator[None]:
    """Let the consumer rest while Redis is out of reach."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise OutOfReach(f"Redis does not answer: {error!r}") from error
