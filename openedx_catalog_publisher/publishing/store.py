"""The snapshot store: each content once, by digest, as exact bytes."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from openedx_catalog_publisher.commands.bulk import insert_rows
from openedx_catalog_publisher.commands.transaction import in_one_transaction
from openedx_catalog_publisher.models import Publication, Review, ReviewRecord, Snapshot
from openedx_catalog_publisher.models.snapshot import SCHEMA_VERSION
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot

PRUNE_BATCH = 500
"""Snapshots that are locked and deleted in one transaction."""


def store_snapshots(snapshots: Sequence[UnitSnapshot], now: datetime) -> dict[str, int]:
    """
    Store the snapshots that are not stored yet.

    The caller holds the units' locks, so that nobody stores the same content at the same moment. What is stored already
    is locked until the caller's transaction ends, so that nobody prunes it before the caller refers to it.

    Returns:
        Primary keys by content digest.
    """
    by_digest = {snapshot.content_digest: snapshot for snapshot in snapshots}
    stored = dict(Snapshot.objects.filter(content_digest__in=by_digest).values_list("content_digest", "pk"))
    if stored:
        # By primary key, as pruning locks: through another index the two would take their locks in opposite orders.
        kept = Snapshot.objects.select_for_update().filter(pk__in=stored.values())
        stored = dict(kept.values_list("content_digest", "pk"))
    absent = [snapshot for content_digest, snapshot in by_digest.items() if content_digest not in stored]
    if not absent:
        return stored
    insert_rows(Snapshot, [_row(snapshot, now) for snapshot in absent])
    inserted = Snapshot.objects.filter(content_digest__in=[snapshot.content_digest for snapshot in absent])
    stored |= dict(inserted.values_list("content_digest", "pk"))
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


def is_referred_to(target: str, code: str) -> bool:
    """
    Tell whether any stored snapshot names a piece of reference data.

    Looked up among the labels of all snapshots, which hold every code that the content names. It reads them all, and
    is asked only before something is deleted; an index of its own would be two fifths of the rows of a publication.

    Arguments:
        target: name of the table, as in ``unit_tables.ReferenceTarget.name``.
        code: code in that table.
    """
    return Snapshot.objects.filter(**{f"labels__{target}__has_key": code}).exists()


def prune_snapshots(*, dry_run: bool = False) -> int:
    """
    Delete the snapshots that no publication and no act of a review refers to.

    Safe beside running commands: what a command is about to refer to is locked by it and passed over here, and what is
    deleted here is locked until it is gone, so that a command stores it again.

    Arguments:
        dry_run: count only.

    Returns:
        How many snapshots were deleted, or would be.

    Raises:
        Busy: when the database refuses a batch again and again because of other writers; trying later is safe.
        RuntimeError: when called inside a transaction.
    """
    pks = list(_idle(Snapshot.objects.all()).values_list("pk", flat=True))
    if dry_run:
        return len(pks)
    batches = [pks[start : start + PRUNE_BATCH] for start in range(0, len(pks), PRUNE_BATCH)]
    return sum(in_one_transaction(functools.partial(_delete_idle, batch)) for batch in batches)


def _idle(snapshots: QuerySet[Snapshot]) -> QuerySet[Snapshot]:
    named = (model.objects.filter(snapshot=OuterRef("pk")) for model in (Publication, Review, ReviewRecord))
    return snapshots.filter(*(~Exists(rows) for rows in named)).order_by("pk")


def _delete_idle(pks: Sequence[int]) -> int:
    free = Snapshot.objects.select_for_update(skip_locked=True).filter(pk__in=pks)
    locked = list(free.values_list("pk", flat=True))
    # Asked again under the locks: a publication may have taken one up since.
    idle = list(_idle(Snapshot.objects.filter(pk__in=locked)).values_list("pk", flat=True))
    rows = Snapshot.objects.filter(pk__in=idle)
    rows._raw_delete(rows.db)
    return len(idle)
