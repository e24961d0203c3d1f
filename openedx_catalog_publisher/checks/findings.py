"""What a check finds, and reading stored bytes that may not be what was written."""

from __future__ import annotations

import uuid
import zlib
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.ledger.edit_log import read_changes
from openedx_catalog_publisher.models import EditRecord, Snapshot
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot
from openedx_catalog_publisher.publishing.unit_tables import UNITS

UNREADABLE = (zlib.error, ValueError, KeyError, TypeError)
"""What decompressing, decoding and upcasting raise on bytes that nobody wrote like this."""


@dataclass(frozen=True)
class Finding:
    """
    Something in the database that breaks an invariant.

    Attributes:
        invariant: its number in the design.
        code: a stable word for programs.
        key: the unit's key, or what else is concerned.
        message: what is wrong, in one sentence.
        unit: the unit; None where it is not one unit.
    """

    invariant: int
    code: str
    key: str
    message: str
    unit: uuid.UUID | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "invariant": self.invariant,
            "code": self.code,
            "key": self.key,
            "message": self.message,
            "unit": None if self.unit is None else str(self.unit),
        }


def read_snapshot(row: Snapshot) -> UnitSnapshot | None:
    """Return a stored snapshot; None where its bytes cannot be read, or lack a field."""
    try:
        snapshot = UnitSnapshot.load(row)
    except UNREADABLE:
        return None
    return snapshot if snapshot.content.keys() >= UNITS[snapshot.kind].reviews.keys() else None


def changes_of(record: EditRecord) -> dict[str, dict[str, Any]] | None:
    """Return what an entry of the edit log says moved; None where its bytes cannot be read."""
    try:
        return read_changes(record)
    except UNREADABLE:
        return None
