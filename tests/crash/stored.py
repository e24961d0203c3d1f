"""All that is stored of units, row by row, to tell whether anything at all moved."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from openedx_catalog_publisher.models import (
    Comment,
    CourseUrlSlug,
    EditRecord,
    OutboxEvent,
    Publication,
    Release,
    Review,
    ReviewRecord,
    Snapshot,
    UnitKind,
)
from openedx_catalog_publisher.publishing.unit_tables import UNITS


def stored_rows(uuids: Collection[uuid.UUID]) -> dict[str, list[dict[str, Any]]]:
    """Return every row of these units, and every release, by table."""
    rows: dict[str, list[dict[str, Any]]] = {}

    def read(model: Any, condition: Q | None = None) -> None:
        found = model._base_manager.all() if condition is None else model._base_manager.filter(condition)
        rows[model._meta.db_table] = list(found.order_by("pk").values())

    for kind in UnitKind:
        unit = UNITS[kind]
        read(unit.root, Q(uuid__in=uuids))
        for part in unit.parts:
            read(part.model, Q(**{f"{part.owner_attname.removesuffix('_id')}__uuid__in": uuids}))
    for log in (EditRecord, Publication, Snapshot, Review, ReviewRecord, Comment):
        read(log, Q(unit_uuid__in=uuids))
    read(OutboxEvent, Q(object_code__in=[str(unit) for unit in uuids]))
    read(CourseUrlSlug, Q(course__uuid__in=uuids))
    read(Release)
    return rows
