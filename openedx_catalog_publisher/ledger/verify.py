"""Verifying the ledger: every chain link by link, every seal against what it sealed."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.ledger.canonical_json import timestamp
from openedx_catalog_publisher.ledger.chain import record_hash
from openedx_catalog_publisher.ledger.seal import seal_hash
from openedx_catalog_publisher.models import (
    ChainedRecord,
    Course,
    CourseRun,
    EditRecord,
    Publication,
    Seal,
    SealedHead,
)

CHUNK = 500


@dataclass(frozen=True)
class Fault:
    """
    Something in the ledger that is not as it was written.

    Attributes:
        code: ``altered``, ``broken_link``, ``missing_entry``, ``head_mismatch``, ``missing_chain``, ``seal_altered`` or
            ``sealed_entry_missing``.
        subject: the unit's key, or the seal.
        message: what is wrong.
    """

    code: str
    subject: str
    message: str


def verify_log(units: set[uuid.UUID] | None = None) -> Iterator[Fault]:
    """
    Yield every fault of the ledger; reads only, memory flat in the length of the log.

    Arguments:
        units: verify the chains of these units only, and no seals; None verifies everything.
    """
    heads: dict[uuid.UUID, tuple[int, str, str]] = {}
    for records in _chains(units):
        yield from _verify_chain(records, heads)
    yield from _verify_heads(heads, units)
    if units is None:
        yield from _verify_seals()


def _chains(units: set[uuid.UUID] | None) -> Iterator[list[ChainedRecord]]:
    streams = []
    for model in (EditRecord, Publication):
        rows: Any = model.objects.order_by("unit_uuid", "sequence")
        if units is not None:
            rows = rows.filter(unit_uuid__in=units)
        streams.append(rows.iterator(chunk_size=CHUNK))
    chain: list[ChainedRecord] = []
    for record in heapq.merge(*streams, key=lambda entry: (entry.unit_uuid.hex, entry.sequence)):
        if chain and chain[-1].unit_uuid != record.unit_uuid:
            yield chain
            chain = []
        chain.append(record)
    if chain:
        yield chain


def _verify_chain(records: list[ChainedRecord], heads: dict[uuid.UUID, tuple[int, str, str]]) -> Iterator[Fault]:
    previous_hash, expected = "", 1
    for record in records:
        if record.sequence != expected:
            yield Fault(
                "missing_entry", record.unit_key, f"Entry {expected} is missing before entry {record.sequence}."
            )
        elif record.previous_hash != previous_hash:
            yield Fault("broken_link", record.unit_key, f"Entry {record.sequence} does not follow the one before it.")
        if record_hash(record) != record.record_hash:
            yield Fault("altered", record.unit_key, f"Entry {record.sequence} is not what was written.")
        previous_hash, expected = record.record_hash, record.sequence + 1
    last = records[-1]
    deleted = isinstance(last, EditRecord) and last.action == EditRecord.Action.DELETE
    heads[last.unit_uuid] = (last.sequence, last.record_hash, "" if deleted else last.unit_key)


def _verify_heads(heads: dict[uuid.UUID, tuple[int, str, str]], units: set[uuid.UUID] | None) -> Iterator[Fault]:
    anchors: dict[uuid.UUID, tuple[str, int, str]] = {}
    for model in (Course, CourseRun):
        rows = model.drafts.all()
        if units is not None:
            rows = rows.filter(uuid__in=units)
        anchors |= {row[0]: row[1:] for row in rows.values_list("uuid", "key", "log_sequence", "log_hash")}
    for unit, (key, sequence, head_hash) in anchors.items():
        found = heads.get(unit)
        if found is None:
            yield Fault("missing_chain", key, "There is no log of this unit.")
        elif (sequence, head_hash) != found[:2]:
            yield Fault(
                "head_mismatch", key, f"The unit says that its log ends at entry {sequence}; it ends at {found[0]}."
            )
    for unit, (sequence, _, key) in heads.items():
        if key and unit not in anchors:
            yield Fault("missing_chain", key, f"The log ends at entry {sequence} without a deletion; the unit is gone.")


def _verify_seals() -> Iterator[Fault]:
    previous = ""
    for seal in Seal.objects.order_by("pk").iterator(chunk_size=CHUNK):
        heads = list(seal.sealed_heads.values_list("unit_uuid", "sequence", "record_hash"))
        if seal.previous_hash != previous or seal.seal_hash != seal_hash(previous, timestamp(seal.created), heads):
            yield Fault("seal_altered", str(seal), "The seal, or what it sealed, is not what was written.")
        previous = seal.seal_hash
    for head in SealedHead.objects.order_by("pk").iterator(chunk_size=CHUNK):
        if not _is_stored(head):
            yield Fault(
                "sealed_entry_missing",
                str(head.unit_uuid),
                f"Entry {head.sequence} was sealed and is missing or altered.",
            )


def _is_stored(head: SealedHead) -> bool:
    return any(
        model.objects.filter(unit_uuid=head.unit_uuid, sequence=head.sequence, record_hash=head.record_hash).exists()
        for model in (EditRecord, Publication)
    )
