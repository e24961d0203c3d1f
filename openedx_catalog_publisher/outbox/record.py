"""Recording events."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from openedx_catalog_publisher.models import EventKind, OutboxEvent
from openedx_catalog_publisher.models.operation import OperationColumns
from openedx_catalog_publisher.outbox.start import start_relay_on_commit


class EventHead(Protocol):
    """A unit's anchor, as far as its events need it."""

    kind: Any
    uuid: UUID
    key: str

    def __getitem__(self, column: str) -> Any:
        """Return ``event_sequence``."""

    def set(self, **changes: Any) -> None:
        """Note the moved number; the caller writes it in the same transaction."""


def unit_event(operation: OperationColumns, anchor: EventHead, kind: EventKind, payload: dict[str, Any]) -> OutboxEvent:
    """Return the next event of a unit, numbered under the unit's lock; the caller inserts it, the relay is started."""
    start_relay_on_commit()
    sequence = anchor["event_sequence"] + 1
    anchor.set(event_sequence=sequence)
    return OutboxEvent(
        kind=str(kind),
        object_type=str(anchor.kind),
        object_code=str(anchor.uuid),
        object_key=anchor.key,
        sequence=sequence,
        occurred_at=operation.time,
        operation=operation.uuid,
        payload=payload,
    )


def object_event(
    operation: OperationColumns,
    kind: EventKind,
    *,
    object_type: str,
    object_code: str,
    object_key: str,
    sequence: int,
    payload: dict[str, Any],
) -> OutboxEvent:
    """Return the event of something that is no unit (reference data, roles), numbered by the caller under its lock."""
    start_relay_on_commit()
    return OutboxEvent(
        kind=str(kind),
        object_type=object_type,
        object_code=object_code,
        object_key=object_key[:255],
        sequence=sequence,
        occurred_at=operation.time,
        operation=operation.uuid,
        payload=payload,
    )
