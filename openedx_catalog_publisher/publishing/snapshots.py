"""Snapshots in memory: canonical content, its digests, upcasting, and the field-by-field comparison."""

from __future__ import annotations

import functools
import json
import uuid
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openedx_catalog_publisher.ledger.canonical_json import canonical_json, digest
from openedx_catalog_publisher.models import Snapshot, UnitKind
from openedx_catalog_publisher.models.field_classes import Review
from openedx_catalog_publisher.models.snapshot import SCHEMA_VERSION
from openedx_catalog_publisher.publishing.unit_tables import UNITS

COMPRESSION_LEVEL = 1

Upcaster = Callable[[UnitKind, dict[str, Any]], dict[str, Any]]

UPCASTERS: dict[int, Upcaster] = {}
"""By schema version ``n``: turns content of version ``n`` into version ``n + 1``. Each has a fixture test."""


class UnknownSchemaVersion(ValueError):
    """A stored snapshot bears a schema version that this release cannot read."""


@dataclass(frozen=True)
class FieldChange:
    """
    One field in which two snapshots differ.

    Attributes:
        name: the content name.
        old: the old value as plain JSON data; None where there was no unit.
        new: the other.
        review: how this change stands to the review.
    """

    name: str
    old: Any
    new: Any
    review: Review


@dataclass(frozen=True)
class UnitSnapshot:
    """
    What a unit's content is, as plain JSON data.

    Attributes:
        kind: the kind of unit.
        uuid: the unit.
        identity: ``key`` and, for a course, ``number``; for a run, the uuid of its ``course``.
        content: value by content name.
        labels: by name of a reference table, the labels of the codes that stand in the content; outside the digests.
    """

    kind: UnitKind
    uuid: uuid.UUID
    identity: Mapping[str, str]
    content: Mapping[str, Any]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """The unit's key."""
        return self.identity["key"]

    def _document(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "schema": SCHEMA_VERSION,
            "unit": str(self.kind),
            "uuid": str(self.uuid),
            "identity": dict(self.identity),
            "content": content,
        }

    @functools.cached_property
    def body(self) -> bytes:
        """The canonical JSON."""
        return canonical_json(self._document(self.content))

    @functools.cached_property
    def content_digest(self) -> str:
        """BLAKE2b-256 over all content."""
        return digest(self.body)

    @functools.cached_property
    def review_digest(self) -> str:
        """BLAKE2b-256 over the reviewed content: moves exactly when something moves that needs review."""
        return digest(canonical_json(self._document(reviewed_content(self.kind, self.content))))

    def references(self) -> set[tuple[str, str]]:
        """Return what the content refers to, as (name of the table, code)."""
        return {reference for _, reference in named_references(self.kind, self.content)}

    def compress(self) -> bytes:
        """Return the bytes to store."""
        return zlib.compress(self.body, COMPRESSION_LEVEL)

    @classmethod
    def load(cls, row: Snapshot) -> UnitSnapshot:
        """
        Read a stored snapshot and upcast it to this release's schema.

        Raises:
            UnknownSchemaVersion: when it was written by a later release, or an upcaster is missing.
        """
        document = json.loads(zlib.decompress(bytes(row.body)))
        kind = UnitKind(document["unit"])
        return cls(
            kind=kind,
            uuid=uuid.UUID(document["uuid"]),
            identity=document["identity"],
            content=upcast(kind, document["schema"], document["content"]),
            labels=row.labels,
        )


def upcast(kind: UnitKind, version: int, content: dict[str, Any]) -> dict[str, Any]:
    """
    Bring content of an older schema version to this release's.

    Raises:
        UnknownSchemaVersion: when there is no way.
    """
    if version > SCHEMA_VERSION:
        raise UnknownSchemaVersion(f"Schema version {version} is newer than this release's {SCHEMA_VERSION}.")
    for step in range(version, SCHEMA_VERSION):
        if step not in UPCASTERS:
            raise UnknownSchemaVersion(f"No upcaster leads from schema version {step} to {step + 1}.")
        content = UPCASTERS[step](kind, content)
    return content


def rows_of(value: Any, plain: str | None) -> list[dict[str, Any]]:
    """Return a list of parts as objects: plain lists hold bare values, a single part is an object or None."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [dict(value)]
    return [{plain: entry} if plain else entry for entry in value]


def named_references(kind: UnitKind, content: Mapping[str, Any]) -> list[tuple[str, tuple[str, str]]]:
    """
    Return (content name, (name of the table, code)) for each reference that stands in content.

    Arguments:
        kind: the kind of unit.
        content: content by name; it may be a part of a unit's.
    """
    unit = UNITS[kind]
    found = []
    for name, value in content.items():
        if value is None:
            continue
        if name in unit.lists:
            part, _ = unit.lists[name]
            columns, rows = part.reference_columns, rows_of(value, part.table.plain)
        elif unit.columns_by_name[name].reference:
            columns, rows = (unit.columns_by_name[name],), [{name: value}]
        else:
            continue
        found += [
            (name, (column.reference.name, row[column.name]))
            for row in rows
            for column in columns
            if column.reference and row[column.name] is not None
        ]
    return found


def reviewed_content(kind: UnitKind, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of the content whose changes need review."""
    unit = UNITS[kind]
    reviewed = {}
    for name, review in unit.reviews.items():
        if review is Review.REVIEWED:
            value = content[name]
            reviewed[name] = _reviewed_parts(kind, name, value) if name in unit.lists else value
    return reviewed


def _reviewed_parts(kind: UnitKind, name: str, value: Any) -> Any:
    part, _ = UNITS[kind].lists[name]
    if part.table.plain or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: entry for key, entry in value.items() if key in part.reviewed_names}
    return [{key: entry for key, entry in row.items() if key in part.reviewed_names} for row in value]


def compare(old: UnitSnapshot | None, new: UnitSnapshot) -> tuple[FieldChange, ...]:
    """
    Return the fields in which two snapshots of a unit differ, in the order of declaration.

    Arguments:
        old: what was; None compares with nothing, so that every field that holds something differs.
        new: what is.
    """
    changes = []
    for name in UNITS[new.kind].reviews:
        before = None if old is None else old.content[name]
        after = new.content[name]
        if before == after or (old is None and after in (None, [], {})):
            continue
        stand = UNITS[new.kind].reviews[name] if old is None else change_stand(new.kind, name, before, after)
        changes.append(FieldChange(name=name, old=before, new=after, review=stand or Review.EXEMPT))
    return tuple(changes)


def change_stand(kind: UnitKind, name: str, old: Any, new: Any) -> Review | None:
    """
    Return how a change of one field from one value to another stands to the review; None for what is no content.

    A reviewed list of which only parts moved that need no review is exempt.
    """
    unit = UNITS[kind]
    review = unit.reviews.get(name)
    if review is not Review.REVIEWED or name not in unit.lists:
        return review
    same = _reviewed_parts(kind, name, old) == _reviewed_parts(kind, name, new)
    return Review.EXEMPT if same else Review.REVIEWED
