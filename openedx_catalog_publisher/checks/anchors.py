"""Invariant 4: every official root row has one draft root row, its anchor, with the same identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from openedx_catalog_publisher.checks.findings import Finding
from openedx_catalog_publisher.checks.walk import in_batches, strange_parts
from openedx_catalog_publisher.models import UnitKind
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Unit

INVARIANT = 4


def check_anchors() -> Iterator[Finding]:
    """
    Yield root rows whose pointer or identity is wrong, and parts that belong to no list of their owner.

    Identities are compared here and not by the database, whose collation may take two keys for one. That a unit has
    one row a side, and that a draft row has one official row, is kept by unique constraints on every database.

    Codes: ``key_not_normalized``, ``draft_has_anchor``, ``anchor_missing``, ``anchor_is_official``, ``anchor_differs``,
    ``course_differs``, ``part_of_no_list``.
    """
    for unit in UNITS.values():
        for batch in in_batches(_roots(unit)):
            for row in batch:
                yield from _check(unit, row)
        yield from _strange_parts(unit)


def _roots(unit: Unit) -> QuerySet[Any]:
    rows: QuerySet[Any] = unit.root.everything.all()
    identity = ("uuid", "key", "number" if unit.kind == UnitKind.COURSE else "course__uuid")
    related = ("draft_version",) if unit.kind == UnitKind.COURSE else ("course", "draft_version__course")
    columns = ("key_normalized", "draft", *identity, "draft_version__draft")
    return rows.select_related(*related).only(*columns, *(f"draft_version__{name}" for name in identity))


def _check(unit: Unit, row: Any) -> Iterator[Finding]:
    if row.key_normalized != normalize_key(row.key):
        yield _finding(row, "key_not_normalized", "The normalised key is not that of the key.")
    anchor = row.draft_version
    if row.draft:
        if anchor is not None:
            yield _finding(row, "draft_has_anchor", "A draft row points at another row as its anchor.")
        return
    if anchor is None:
        yield _finding(row, "anchor_missing", "The official row points at no draft row.")
    elif not anchor.draft:
        yield _finding(row, "anchor_is_official", "The official row points at an official row as its anchor.")
    else:
        yield from _compare(unit, row, anchor)


def _compare(unit: Unit, row: Any, anchor: Any) -> Iterator[Finding]:
    names = ["uuid", "key"] + (["number"] if unit.kind == UnitKind.COURSE else [])
    differing = [name for name in names if getattr(row, name) != getattr(anchor, name)]
    if differing:
        yield _finding(
            row, "anchor_differs", f"The official row and its draft row {anchor.key} differ in {', '.join(differing)}."
        )
    if unit.kind == UnitKind.COURSE_RUN and row.course.uuid != anchor.course.uuid:
        yield _finding(row, "course_differs", "The official run and its draft belong to different courses.")


def _strange_parts(unit: Unit) -> Iterator[Finding]:
    for part, strange in strange_parts(unit):
        owner = part.table.owner
        rows = strange.order_by("pk").values_list(f"{owner}__key", f"{owner}__uuid", "kind")
        for key, uuid, kind in rows:
            yield Finding(
                INVARIANT,
                "part_of_no_list",
                key,
                f"A row of {part.model._meta.verbose_name_plural} is of the kind {kind!r}, which there is not.",
                uuid,
            )


def _finding(row: Any, code: str, message: str) -> Finding:
    return Finding(INVARIANT, code, row.key, message, row.uuid)
