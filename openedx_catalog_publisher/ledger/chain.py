"""Appending to a unit's hash chain, under the unit's lock, and walking it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Protocol

from openedx_catalog_publisher.ledger.canonical_json import canonical_json, digest, plain
from openedx_catalog_publisher.models import ChainedRecord


class ChainHead(Protocol):
    """What holds the head of a unit's chain: the unit's anchor."""

    def __getitem__(self, column: str) -> Any:
        """Return ``log_sequence`` or ``log_hash``."""

    def set(self, **changes: Any) -> None:
        """Note the moved head; the caller writes it in the same transaction."""


def record_hash(record: ChainedRecord) -> str:
    """
    Return the hash that belongs to a record: over the previous hash and the record's hashed fields.

    Empty lists are left out.
    """
    fields: dict[str, Any] = {}
    for name in record.hashed_fields:
        value = getattr(record, name)
        if value == []:
            # An entry from before lists were hashed has none that it could have named.
            continue
        fields[name] = bytes(value).hex() if isinstance(value, bytes | memoryview) else plain(_field_value(value))
    return digest(record.previous_hash.encode() + canonical_json(fields))


def _field_value(value: Any) -> Any:
    # Choices are str subclasses; their plain value is what a stored row reads back as.
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list):
        return [_field_value(member) for member in value]
    if isinstance(value, datetime | uuid.UUID | int) or value is None:
        return value
    raise TypeError(f"{type(value).__name__} cannot stand in a chain.")


def append(head: ChainHead, record: ChainedRecord) -> None:
    """
    Give a record its place at the end of its unit's chain, and move the head.

    The caller holds the unit's lock, inserts the record and writes the head in the same transaction.
    """
    record.sequence = head["log_sequence"] + 1
    record.previous_hash = head["log_hash"]
    record.record_hash = record_hash(record)
    head.set(log_sequence=record.sequence, log_hash=record.record_hash)
