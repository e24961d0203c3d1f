"""The snapshot store: each content once, by digest, as exact bytes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from openedx_catalog_publisher.commands.bulk import insert_rows
from openedx_catalog_publisher.models import Publication, Snapshot, SnapshotReference
from openedx_catalog_publisher.publishing.snapshots import SCHEMA_VERSION, UnitSnapshot


def store_snapshots(snapshots: Sequence[UnitSnapshot], now: datetime) -> dict[str, int]:
    """
    Store the snapshots that are not stored yet, with what they refer to.

    The caller holds the units' locks, so that nobody stores the same content at the same moment.

    Returns:
        Primary keys by content digest.
    """
    by_digest = {snapshot.content_digest: snapshot for snapshot in snapshots}
    stored = dict(Snapshot.objects.filter(content_digest__in=by_digest).values_list("content_digest", "pk"))
    absent = [snapshot for content_digest, snapshot in by_digest.items() if content_digest not in stored]
    if not absent:
        return stored
    insert_rows(Snapshot, [_row(snapshot, now) for snapshot in absent])
    inserted = Snapshot.objects.filter(content_digest__in=[snapshot.content_digest for snapshot in absent])
    stored |= dict(inserted.values_list("content_digest", "pk"))
    insert_rows(
        SnapshotReference,
        [
            {"snapshot_id": stored[snapshot.content_digest], "target": target, "code": code}
            for snapshot in absent
            for target, code in sorted(snapshot.references())
        ],
    )
    return stored


def _row(snapshot: UnitSnapshot, now: datetime) -> dict[str, Any]:
    return {
        "unit_kind": str(snapshot.kind),
        "unit_uuid": snapshot.uuid,
        "schema_version": SCHEMA_VERSION,
        "content_digest": snapshot.content_digest,
        "review_digest": snapshot.review_digest,
        "body": snapshot.compress(),
        "labels": {target: dict(labels) for target, labels in snapshot.labels.items()},
        "created": now,
    }


def last_publications(uuids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Publication]:
    """Return the last publication record of each unit that has one, with its snapshot, in one statement."""
    rows = Publication.objects.filter(unit_uuid__in=list(uuids), followers__isnull=True).select_related("snapshot")
    return {row.unit_uuid: row for row in rows}


def is_referred_to(target: str, codes: Collection[str]) -> bool:
    """
    Tell whether any stored snapshot names one of these pieces of reference data.

    Arguments:
        target: name of the table, as in ``unit_tables.ReferenceTarget.name``.
        codes: codes in that table.
    """
    return SnapshotReference.objects.filter(target=target, code__in=codes).exists()


def prune_snapshots(*, dry_run: bool = False) -> int:
    """
    Delete the snapshots that no publication refers to.

    Safe beside running commands: a command stores a snapshot and the publication that refers to it in one transaction,
    and the database's foreign key refuses to delete what a publication took up in the meantime.

    Arguments:
        dry_run: count only.

    Returns:
        How many snapshots were deleted, or would be.
    """
    idle = Snapshot.objects.filter(~Exists(Publication.objects.filter(snapshot=OuterRef("pk")))).order_by("pk")
    pks = list(idle.values_list("pk", flat=True))
    if not dry_run:
        references = SnapshotReference.objects.filter(snapshot__in=pks)
        references._raw_delete(references.db)
        rows = Snapshot.objects.filter(pk__in=pks)
        rows._raw_delete(rows.db)
    return len(pks)
