"""Verifying the ledger: every chain link by link, every seal against what it sealed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from openedx_catalog_publisher.ledger.canonical_json import timestamp
from openedx_catalog_publisher.ledger.chain import record_hash
from openedx_catalog_publisher.ledger.seal import seal_hash
from openedx_catalog_publisher.models import (
    ChainedRecord,
    Course,
    CourseRun,
    EditRecord,
    Publication,
    ReviewRecord,
    Seal,
    SealedHead,
)

CHUNK = 200

CHAINED: tuple[type[ChainedRecord], ...] = (EditRecord, Publication, ReviewRecord)
"""The tables whose rows make up the chains."""


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
    Yield every fault of the ledger; reads only, memory grows with the number of units, not with the length of the log.

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
    # Databases order UUIDs differently, so units are taken in batches and their records sorted here.
    for batch in batched(sorted(units if units is not None else _logged_units()), CHUNK):
        chains: dict[uuid.UUID, list[ChainedRecord]] = {}
        for model in CHAINED:
            rows: QuerySet[Any] = model.objects.filter(unit_uuid__in=batch)
            for record in rows.iterator(chunk_size=CHUNK):
                chains.setdefault(record.unit_uuid, []).append(record)
        for chain in chains.values():
            yield sorted(chain, key=lambda record: record.sequence)


def _logged_units() -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    for model in CHAINED:
        rows: QuerySet[Any] = model.objects.order_by()
        found.update(rows.values_list("unit_uuid", flat=True).distinct())
    return found


def batched(values: Sequence[uuid.UUID], size: int) -> Iterator[Sequence[uuid.UUID]]:
    """Yield the values in batches of at most ``size``."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


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
        for model in CHAINED
    )
