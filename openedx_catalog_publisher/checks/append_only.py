"""Invariant 10: snapshots, publications and the edit log are as they were written."""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Q

from openedx_catalog_publisher.checks.findings import UNREADABLE, Finding
from openedx_catalog_publisher.checks.walk import in_batches
from openedx_catalog_publisher.ledger.canonical_json import digest
from openedx_catalog_publisher.ledger.verify import CHAINED, Fault, verify_log
from openedx_catalog_publisher.models import Publication, Release, Snapshot
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.models.snapshot import SCHEMA_VERSION
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot
from openedx_catalog_publisher.publishing.unit_tables import UNITS

INVARIANT = 10

SEAL_CODES = frozenset({"seal_altered", "sealed_entry_missing"})


def check_append_only() -> Iterator[Finding]:
    """
    Yield what was altered or is missing in the ledger and among the snapshots.

    Codes: those of ``verify_log``; of snapshots ``snapshot_unreadable`` and ``snapshot_altered``; of publications,
    for what their hashes do not cover, ``snapshot_exchanged`` and ``history_broken``.
    """
    yield from _chains_and_seals()
    yield from _snapshots()
    yield from _publications()


def _chains_and_seals() -> Iterator[Finding]:
    doubtful: set[str] = set()
    for fault in verify_log():
        if fault.code in SEAL_CODES:
            yield _of_fault(fault)
        else:
            doubtful.add(fault.subject)
    # A unit may have been written between the reading of its log and of its anchor; what is really wrong shows again.
    if doubtful:
        for fault in verify_log(_units(doubtful)):
            yield _of_fault(fault)


def _units(keys: Iterable[str]) -> set[uuid.UUID]:
    wanted = list(keys)
    found: set[uuid.UUID] = set()
    for unit in UNITS.values():
        anchors = unit.root.drafts.filter(key_normalized__in=map(normalize_key, wanted))
        found.update(anchors.values_list("uuid", flat=True))
    for model in CHAINED:
        found.update(model.objects.filter(unit_key__in=wanted).values_list("unit_uuid", flat=True))
    return found


def _of_fault(fault: Fault) -> Finding:
    return Finding(INVARIANT, fault.code, fault.subject, fault.message)


def _snapshots() -> Iterator[Finding]:
    for batch in in_batches(Snapshot.objects.defer("labels")):
        for row in batch:
            yield from _check_snapshot(row)


def _check_snapshot(row: Snapshot) -> Iterator[Finding]:
    try:
        body = zlib.decompress(bytes(row.body))
        document: dict[str, Any] = json.loads(body)
        key = str(document["identity"]["key"])
        same_unit = (document["unit"], document["uuid"]) == (row.unit_kind, str(row.unit_uuid))
        review_digest = UnitSnapshot.load(row).review_digest
    except UNREADABLE:
        yield Finding(
            INVARIANT,
            "snapshot_unreadable",
            str(row.unit_uuid),
            f"Snapshot {row.content_digest} cannot be read.",
            row.unit_uuid,
        )
        return
    # The review digest depends on the schema of the release that wrote it.
    foreign_schema = row.schema_version != SCHEMA_VERSION
    if (
        digest(body) != row.content_digest
        or not same_unit
        or not (foreign_schema or review_digest == row.review_digest)
    ):
        yield Finding(
            INVARIANT,
            "snapshot_altered",
            key,
            f"Snapshot {row.content_digest} is not what was written.",
            row.unit_uuid,
        )


def _publications() -> Iterator[Finding]:
    removal = Q(action=Release.Action.REMOVE)
    exchanged = Publication.objects.filter(
        Q(removal, snapshot__isnull=False)
        | Q(~removal, snapshot__isnull=True)
        | Q(~removal, ~Q(content_digest=F("snapshot__content_digest")))
    )
    yield from _of_records(exchanged, "snapshot_exchanged", "has not the snapshot with which it was written")
    broken = Publication.objects.filter(
        Q(number=1, previous__isnull=False)
        | Q(number__gt=1, previous__isnull=True)
        | Q(~Q(previous__number=F("number") - 1), previous__isnull=False)
        | Q(~Q(previous__unit_uuid=F("unit_uuid")), previous__isnull=False)
    )
    yield from _of_records(broken, "history_broken", "does not follow the one before it")


def _of_records(rows: Any, code: str, what: str) -> Iterator[Finding]:
    for key, unit, number in rows.order_by("pk").values_list("unit_key", "unit_uuid", "number"):
        yield Finding(INVARIANT, code, key, f"Publication {number} {what}.", unit)
