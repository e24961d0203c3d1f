"""The reference data of an export: what the exported courses name, and what that names in turn."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from openedx_catalog_publisher.importers.catalog_json.export_images import Images
from openedx_catalog_publisher.importers.catalog_json.reference_kinds import KIND_OF, KINDS, ReferenceKind
from openedx_catalog_publisher.models import CourseType, OrganizationProfile, Track, UnitKind
from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Column

CHUNK = 200
"""Rows that are held at a time."""

OF_STAFF = frozenset({"email"})
"""Fields that readers of what is official never see."""


class References(enum.StrEnum):
    """Which reference data an export describes."""

    NAMED = "named"
    ALL = "all"
    NONE = "none"


def reference_lines(
    wanted: References, roots: Mapping[UnitKind, QuerySet[Any]], images: Images, *, public: bool
) -> Iterator[dict[str, Any]]:
    """
    Yield the lines of reference data, each behind those that it names.

    Arguments:
        wanted: which.
        roots: the exported root rows of courses and runs, on the sides that are exported.
        images: takes the images.
        public: leave out what readers of what is official never see.
    """
    if wanted is References.NONE:
        return
    rows = (
        _named(roots) if wanted is References.NAMED else {kind: kind.model._default_manager.all() for kind in _kinds()}
    )
    for kind in _kinds():
        relations = [field.name for field in kind.fields.values() if isinstance(field, models.ForeignKey)]
        if kind.model is OrganizationProfile:
            relations.append("organization")
        found = rows[kind].order_by(*kind.codes, "pk").select_related(*relations)
        for row in found.iterator(CHUNK):
            yield _line(kind, row, images, public=public)


def _kinds() -> tuple[ReferenceKind, ...]:
    return tuple(KINDS.values())


def _all() -> dict[ReferenceKind, QuerySet[Any]]:
    return {kind: kind.model._default_manager.all() for kind in _kinds()}


def _named(roots: Mapping[UnitKind, QuerySet[Any]]) -> dict[ReferenceKind, QuerySet[Any]]:
    """Return the rows of each kind that units name, or that named rows name."""
    conditions = {kind: Q(pk__in=()) for kind in _kinds()}
    for unit_kind, unit in UNITS.items():
        pks = roots[unit_kind].order_by().values("pk")
        tables: list[tuple[QuerySet[Any], tuple[Column, ...]]] = [
            (unit.root.everything.filter(pk__in=pks), tuple(column for column in unit.columns if column.reference))
        ]
        for part in unit.parts:
            own = part.model._base_manager.filter(**{f"{part.owner_attname}__in": pks})
            tables.append((own, part.reference_columns))
        for table, columns in tables:
            for column in columns:
                if column.reference:
                    conditions[KIND_OF[column.reference.model]] |= Q(pk__in=table.order_by().values(column.attname))
    rows = {}
    for kind in reversed(_kinds()):
        rows[kind] = kind.model._default_manager.filter(conditions[kind])
        for field in kind.fields.values():
            if field.is_relation:
                conditions[KIND_OF[field.related_model]] |= Q(pk__in=rows[kind].order_by().values(field.name))  # type: ignore[index]
    return rows


def _line(kind: ReferenceKind, row: Any, images: Images, *, public: bool) -> dict[str, Any]:
    line: dict[str, Any] = {"kind": kind.name}
    if kind.has_uuid:
        line["uuid"] = str(row.uuid)
    for name, field in kind.fields.items():
        if public and name in OF_STAFF:
            continue
        if isinstance(field, PictureField):
            image = getattr(row, name)
            found = images.take(image) if image else None
            if not image or found is not None:
                line[name] = found
        else:
            line[name] = _value(row, field)
        if name == "key" and isinstance(row, OrganizationProfile):
            line |= {"name": row.organization.name, "description": row.organization.description or ""}
    return line


def _value(row: Any, field: models.Field[Any, Any]) -> Any:
    value = getattr(row, field.name)
    if field.many_to_many:
        if isinstance(row, CourseType) and field.name == "course_run_types":
            return [link.course_run_type.slug for link in row.run_type_links.select_related("course_run_type")]
        kind = KIND_OF[field.related_model]  # type: ignore[index]
        return [_name(kind, entry) for entry in value.order_by(*kind.codes, "pk")]
    if field.is_relation:
        return None if value is None else _name(KIND_OF[type(value)], value)
    return value


def _name(kind: ReferenceKind, row: Any) -> Any:
    """Return how a line names another: by its code, a track by its two."""
    if isinstance(row, Track):
        return {"mode": row.mode.slug, "seat_type": row.seat_type.slug if row.seat_type else None}
    return getattr(row, kind.codes[0])
