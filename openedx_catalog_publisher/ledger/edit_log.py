"""The edit log: every overwritten value of every draft, by whom, when, through which door."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from openedx_catalog_publisher.ledger.canonical_json import canonical_json
from openedx_catalog_publisher.ledger.chain import ChainHead, append
from openedx_catalog_publisher.models import EditRecord
from openedx_catalog_publisher.models.operation import OperationColumns

PERSONAL_FIELDS = frozenset({"watchers", "ofac_comment"})
"""Fields whose values are personal free text; they stand beside the chain."""

Changes = Mapping[str, Mapping[str, Any]]
"""``{field: {"old": ..., "new": ...}}``, values as plain JSON data."""


class UnitHead(ChainHead, Protocol):
    """A unit's anchor, as far as the log needs it."""

    kind: Any
    uuid: UUID
    key: str


def edit_record(
    operation: OperationColumns, anchor: UnitHead, action: EditRecord.Action, changes: Changes
) -> EditRecord:
    """
    Return the record of a write, appended to the unit's chain in memory; the caller inserts it.

    Arguments:
        operation: the command's operation.
        anchor: the unit's anchor, locked, with the revision after the write.
        action: what kind of write.
        changes: what moved, field by field.
    """
    personal = {name: dict(change) for name, change in changes.items() if name in PERSONAL_FIELDS}
    hashed = {name: {} if name in personal else dict(change) for name, change in changes.items()}
    record = EditRecord(
        unit_kind=str(anchor.kind),
        unit_uuid=anchor.uuid,
        unit_key=anchor.key,
        actor=operation.pseudonym,
        occurred_at=operation.time,
        operation=operation.uuid,
        source=str(operation.source),
        revision=anchor["revision"],
        action=str(action),
        changes=zlib.compress(canonical_json(hashed), 1),
        personal_changes=personal or None,
    )
    append(anchor, record)
    return record


def read_changes(record: EditRecord) -> dict[str, dict[str, Any]]:
    """Return what a stored record says moved, personal values included where they are still kept."""
    changes: dict[str, dict[str, Any]] = json.loads(zlib.decompress(bytes(record.changes)))
    return changes | (record.personal_changes or {})
