"""What requests say, by the flavour of the subscription."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from openedx_catalog_publisher import __version__
from openedx_catalog_publisher.consumers.webhooks import richie
from openedx_catalog_publisher.consumers.webhooks.signatures import signature
from openedx_catalog_publisher.models import EventKind, OutboxEvent, Publication, WebhookSubscription
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot

LARGEST_BODY = 1_048_576
"""Bytes of a body, above which it comes without the content of what was published."""

PING = "ping"
"""The kind of a test: no event of the catalog."""

AGENT = f"openedx-catalog-publisher/{__version__}"


@dataclass(frozen=True)
class Message:
    """A request as it is sent."""

    body: bytes
    headers: Mapping[str, str]


class Flavor(Protocol):
    """How requests to one kind of receiver are made."""

    kinds: ClassVar[frozenset[EventKind]]
    object_types: ClassVar[frozenset[str] | None]
    answers_of_ping: ClassVar[frozenset[int]]
    """Answers to a test that are as good as a success."""

    def body(self, event: OutboxEvent, subscription: WebhookSubscription) -> bytes:
        """Return what is said of an event."""

    def ping(self) -> bytes:
        """Return what is said to test."""

    def signed(self, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
        """Return the headers that sign a body."""


class Standard:
    """The event as JSON, signed by every secret."""

    kinds: ClassVar[frozenset[EventKind]] = frozenset(EventKind)
    object_types: ClassVar[frozenset[str] | None] = None
    answers_of_ping: ClassVar[frozenset[int]] = frozenset()

    def body(self, event: OutboxEvent, subscription: WebhookSubscription) -> bytes:
        """Return the event, with what was published by it; the same bytes each time."""
        told: dict[str, Any] = {
            "event_uuid": str(event.uuid),
            "kind": event.kind,
            "sequence": event.sequence,
            "occurred_at": event.occurred_at.isoformat().replace("+00:00", "Z"),
            "object": {"type": event.object_type, "code": event.object_code, "key": event.object_key},
            "payload": event.payload,
        }
        content = _published(event)
        body = _json(told | {"published": content})
        if len(body) <= LARGEST_BODY:
            return body
        return _json(told | {"published": None, "published_left_out": True})

    def ping(self) -> bytes:
        """Return a test."""
        return _json({"event_uuid": str(uuid.uuid4()), "kind": PING})

    def signed(self, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
        """Return one signature for each secret, in one header."""
        return {"X-Catalog-Signature": ", ".join(f"sha256={signature(secret, body)}" for secret in secrets)}


FLAVORS: Mapping[str, Flavor] = {
    WebhookSubscription.Flavor.STANDARD: Standard(),
    WebhookSubscription.Flavor.RICHIE: richie.Richie(),
}


def message(event: OutboxEvent, subscription: WebhookSubscription, secrets: Sequence[str]) -> Message:
    """Return the request that tells of an event."""
    flavor = FLAVORS[subscription.flavor]
    body = flavor.body(event, subscription)
    headers = {
        "X-Catalog-Event": event.kind,
        "X-Catalog-Event-Id": str(event.uuid),
        "X-Catalog-Sequence": str(event.sequence),
    }
    return Message(body, _common() | headers | flavor.signed(body, secrets))


def ping(subscription: WebhookSubscription, secrets: Sequence[str]) -> Message:
    """Return the request that tests a subscription."""
    flavor = FLAVORS[subscription.flavor]
    body = flavor.ping()
    return Message(body, _common() | {"X-Catalog-Event": PING} | flavor.signed(body, secrets))


def wanted(event: OutboxEvent, subscription: WebhookSubscription) -> bool:
    """Tell whether a subscription asks for an event; its kind was asked for when its delivery was made."""
    only = FLAVORS[subscription.flavor].object_types
    if only is not None and event.object_type not in only:
        return False
    return not subscription.object_types or event.object_type in subscription.object_types


def _common() -> dict[str, str]:
    return {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": AGENT}


def _published(event: OutboxEvent) -> Any:
    """Return the document that a publication made official, to the byte what its digest was made of; else None."""
    if event.kind != EventKind.PUBLISHED:
        return None
    record = Publication.objects.select_related("snapshot").filter(
        unit_uuid=event.object_code, number=event.payload["publication"]
    )
    found = record.first()
    if found is None or found.snapshot is None:
        return None
    return json.loads(UnitSnapshot.load(found.snapshot).body)


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
