"""Canonical JSON and digests: equal content gives equal bytes, on every machine and database."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

DIGEST_BYTES = 32


def canonical_json(value: Any) -> bytes:
    """
    Return the canonical JSON of plain data: sorted keys, no white space, UTF-8.

    Raises:
        TypeError: for what JSON does not know.
        ValueError: for numbers that are not finite.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(data: bytes) -> str:
    """Return the BLAKE2b-256 of the bytes in hexadecimal. Stored values depend on it: it never changes."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


def timestamp(moment: datetime) -> str:
    """Return a time in canonical form: UTC, always six digits of microseconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value: Any) -> Any:
    """Return a column's value as plain JSON data: times, decimals and UUIDs become strings."""
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, uuid.UUID):
        return str(value)
    return value
