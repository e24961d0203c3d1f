"""
Walking over all units in batches, so that memory stays flat, and judging only what stood still while it was read.

Every command that changes a unit moves its revision. A unit with findings whose revision moved while it was read is
therefore read again, and nothing is locked meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from openedx_catalog_publisher.checks.findings import Finding
from openedx_catalog_publisher.models import Publication, UnitKind
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Part, Unit

BATCH = 200
READS = 5


@dataclass(frozen=True)
class Head:
    """A unit's anchor, as far as checks need it."""

    pk: int
    uuid: uuid.UUID
    key: str
    revision: int
    published_revision: int | None


Heads = Mapping[uuid.UUID, Head]
BatchCheck = Callable[[UnitKind, Heads], Iterable[Finding]]


def walk(check: BatchCheck) -> Iterator[Finding]:
    """
    Run a check over all units, batch by batch, and yield what it finds of units that stood still.

    Units with parts that belong to no list cannot be captured and are left out here; ``anchors`` names them. A unit
    that moves ``READS`` times while it is read is not judged.

    Arguments:
        check: yields findings, each with its unit, for one batch of units of one kind.
    """
    for kind in UnitKind:
        last = 0
        while heads := _heads(kind, Q(pk__gt=last)):
            last = max(head.pk for head in heads.values())
            strange = _owners_of_strange_parts(kind, [head.pk for head in heads.values()])
            yield from _settled(kind, {unit: head for unit, head in heads.items() if head.pk not in strange}, check)


def _settled(kind: UnitKind, heads: Heads, check: BatchCheck) -> Iterator[Finding]:
    for _ in range(READS):
        if not heads:
            return
        findings = list(check(kind, heads))
        doubtful = {finding.unit for finding in findings}
        now = _heads(kind, Q(pk__in=[head.pk for unit, head in heads.items() if unit in doubtful]))
        still = {unit for unit, head in now.items() if head.revision == heads[unit].revision}
        yield from (finding for finding in findings if finding.unit in still)
        heads = {unit: head for unit, head in now.items() if unit not in still}


def _heads(kind: UnitKind, condition: Q) -> dict[uuid.UUID, Head]:
    rows = UNITS[kind].root.drafts.filter(condition).order_by("pk")
    columns = rows.values_list("pk", "uuid", "key", "revision", "published_revision")
    return {row[1]: Head(*row) for row in columns[:BATCH]}


def strange_parts(unit: Unit) -> Iterator[tuple[Part, QuerySet[Any]]]:
    """Yield each part table that holds several lists, with its rows whose kind is that of none."""
    for part in unit.parts:
        kinds = [field.kind for field in part.table.lists.values() if field.kind is not None]
        if kinds:
            yield part, part.model._base_manager.exclude(kind__in=kinds)


def _owners_of_strange_parts(kind: UnitKind, pks: list[int]) -> set[int]:
    owners: set[int] = set()
    for part, rows in strange_parts(UNITS[kind]):
        for anchor in (part.table.owner, f"{part.table.owner}__draft_version"):
            owners.update(rows.filter(**{f"{anchor}__in": pks}).values_list(anchor, flat=True))
    return owners


def last_records(units: Iterable[uuid.UUID]) -> dict[uuid.UUID, Publication]:
    """
    Return the record with the highest number of each unit, with its snapshot; what it says of others is not trusted.
    """
    later = Publication.objects.filter(unit_uuid=OuterRef("unit_uuid"), number__gt=OuterRef("number"))
    rows = Publication.objects.filter(~Exists(later), unit_uuid__in=list(units)).select_related("snapshot")
    return {row.unit_uuid: row for row in rows}


def in_batches(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """
    Yield the rows of a query set in batches, by primary key.

    ``QuerySet.iterator`` would not do: MySQL's driver reads the whole answer into memory all the same.
    """
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        yield batch
