"""Sealing: one chained hash over the heads of all chains that moved since the last seal."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from openedx_catalog_publisher.ledger.canonical_json import canonical_json, digest, timestamp
from openedx_catalog_publisher.models import ActorPseudonym, Course, CourseRun, EditRecord, Seal, SealedHead

BATCH = 500

PAUSE = timedelta(minutes=15)
"""How far apart seals are that are made along the way: each reads the heads of all chains."""

SEALER = "seal_log"
"""The part of the system that seals; the row of its pseudonym is the lock of the chain of seals."""

Head = tuple[uuid.UUID, int, str]
"""Unit, sequence, hash."""


def seal_hash(previous: str, created: str, heads: Iterable[Head]) -> str:
    """Return the hash of a seal: over the previous seal, its time, and the heads in order of their units."""
    rows = sorted([str(unit), sequence, record_hash] for unit, sequence, record_hash in heads)
    return digest(previous.encode() + canonical_json([created, rows]))


def seal_log() -> Seal | None:
    """
    Seal the heads of all chains that moved since the last seal.

    Locks no unit: a head that moves meanwhile is sealed next time. One sealer is at work at a time, since two that read
    the same last seal would fork the chain; another one leaves what moved to it.

    Returns:
        The seal; None where nothing moved, or another sealer is at work.

    Raises:
        RuntimeError: when called inside a transaction.
    """
    ActorPseudonym.objects.get_or_create(system_name=SEALER)
    with transaction.atomic(durable=True):
        if not ActorPseudonym.objects.select_for_update(skip_locked=True).filter(system_name=SEALER):
            return None
        heads = [*_moved_heads()]
        if not heads:
            return None
        last = Seal.objects.order_by("-pk").first()
        previous = last.seal_hash if last else ""
        created = timezone.now()
        seal = Seal.objects.create(
            created=created,
            previous_hash=previous,
            seal_hash=seal_hash(previous, timestamp(created), heads),
            heads=len(heads),
        )
        SealedHead.objects.bulk_create(
            (
                SealedHead(seal=seal, unit_uuid=unit, sequence=sequence, record_hash=record_hash)
                for unit, sequence, record_hash in heads
            ),
            batch_size=BATCH,
        )
        return seal


def seal_along_the_way() -> Seal | None:
    """
    Seal as ``seal_log`` does, unless the last seal is younger than a quarter of an hour.

    Raises:
        RuntimeError: when called inside a transaction.
    """
    if Seal.objects.filter(created__gt=timezone.now() - PAUSE).exists():
        return None
    return seal_log()


def _moved_heads() -> Iterable[Head]:
    for model in (Course, CourseRun):
        sealed = SealedHead.objects.filter(unit_uuid=OuterRef("uuid"), sequence=OuterRef("log_sequence"))
        rows = model.drafts.filter(~Exists(sealed), log_sequence__gt=0)
        yield from rows.values_list("uuid", "log_sequence", "log_hash")
    # The anchor of a deleted draft is gone; the last entry of its chain is its tombstone.
    sealed = SealedHead.objects.filter(unit_uuid=OuterRef("unit_uuid"), sequence=OuterRef("sequence"))
    tombstones = EditRecord.objects.filter(~Exists(sealed), action=EditRecord.Action.DELETE)
    yield from tombstones.values_list("unit_uuid", "sequence", "record_hash")
