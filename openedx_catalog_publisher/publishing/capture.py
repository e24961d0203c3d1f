"""
Capture: read one side of any number of units, one statement per table, and return what was there.

The caller holds the units' locks, or compares revisions before and after.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openedx_catalog_publisher.ledger.canonical_json import canonical_json
from openedx_catalog_publisher.models import Side, UnitKind
from openedx_catalog_publisher.publishing.references import ReferenceIndex
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot, named_references
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Column, Part, Unit

ROOT_COLUMNS = ("id", "uuid", "key", "draft_version_id", "status")
KIND_COLUMNS: Mapping[UnitKind, tuple[str, ...]] = {
    UnitKind.COURSE: ("number",),
    UnitKind.COURSE_RUN: ("course__uuid", "course_id", "announcement", "go_live_date"),
}


@dataclass(frozen=True)
class PartRow:
    """
    One stored row of a part table.

    Attributes:
        pk: primary key.
        values: stored values by attname: content, ``position`` where the table has one, and measured columns.
        content: content by name, as plain JSON data.
    """

    pk: int
    values: dict[str, Any]
    content: dict[str, Any]


@dataclass(frozen=True)
class CapturedUnit:
    """
    One side of a unit as it is stored.

    Attributes:
        kind: the kind of unit.
        uuid: the unit.
        root_pk: primary key of the side's root row.
        values: the root's stored values by attname: content, measured columns, status, pointers.
        parts: stored rows by content name of their list, in order. Lists of tables that were not read are missing.
        snapshot: the content; complete only when all tables were read.
    """

    kind: UnitKind
    uuid: uuid.UUID
    root_pk: int
    values: dict[str, Any]
    parts: dict[str, list[PartRow]]
    snapshot: UnitSnapshot


@dataclass
class Capture:
    """What was read, and the codes and primary keys of all that it refers to."""

    units: dict[uuid.UUID, CapturedUnit] = field(default_factory=dict)
    references: ReferenceIndex = field(default_factory=ReferenceIndex)


class _Reader:
    """Reads the columns of one table and turns its rows into stored values and content."""

    def __init__(self, columns: Iterable[Column], others: Iterable[str]) -> None:
        self.columns = tuple(columns)
        self.names: list[str] = list(others)
        self.slots: dict[str, int] = {}
        for column in self.columns:
            self._take(column.attname)
            if column.reference:
                if not column.reference.code_is_pk:
                    self._take(f"{column.name}__{column.reference.code}")
                for label in column.reference.labels:
                    self._take(f"{column.name}__{label}")
        self.slots |= {name: index for index, name in enumerate(self.names)}

    def _take(self, name: str) -> None:
        if name not in self.names:
            self.names.append(name)

    def read(self, row: tuple[Any, ...], references: ReferenceIndex) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return (stored values by attname, content by name) of one row, and note what it refers to."""
        stored: dict[str, Any] = {}
        content: dict[str, Any] = {}
        for column in self.columns:
            value = row[self.slots[column.attname]]
            stored[column.attname] = value
            target = column.reference
            if target is None or value is None:
                content[column.name] = column.to_snapshot(value)
                continue
            code = value if target.code_is_pk else str(row[self.slots[f"{column.name}__{target.code}"]])
            content[column.name] = code
            if not references.knows(target.name, code):
                words = (row[self.slots[f"{column.name}__{label}"]] for label in target.labels)
                references.learn(target.name, code, value, " ".join(str(word) for word in words if word))
        return stored, content


def capture(
    kind: UnitKind,
    side: Side,
    anchor_pks: Collection[int],
    *,
    names: Collection[str] | None = None,
    into: Capture | None = None,
) -> Capture:
    """
    Read one side of units of one kind.

    Arguments:
        kind: the kind of units.
        side: which side.
        anchor_pks: primary keys of the units' draft roots. A unit without an official side is not in the answer.
        names: content names whose part tables are read; None reads all. The root is always read.
        into: a capture to add to, so that what several captures refer to is known in one place.

    Returns:
        The captured units by uuid.
    """
    result = into if into is not None else Capture()
    if not anchor_pks:
        return result
    unit = UNITS[kind]
    sides = _read_roots(unit, side, anchor_pks, result.references)
    for part in unit.parts if sides else ():
        if names is None or not part.table.lists.keys().isdisjoint(names):
            _read_parts(part, sides, result.references)
    for entry in sides.values():
        result.units[entry.values["uuid"]] = entry.captured(unit, result.references, whole=names is None)
    return result


@dataclass
class _Side:
    """One side of a unit while it is being read."""

    values: dict[str, Any]
    content: dict[str, Any]
    parts: dict[str, list[PartRow]] = field(default_factory=dict)

    def captured(self, unit: Unit, references: ReferenceIndex, *, whole: bool) -> CapturedUnit:
        """Return the captured unit; labels belong to a whole snapshot only."""
        for name, rows in self.parts.items():
            self.content[name] = list_value(unit.lists[name][0], [row.content for row in rows])
        identity = {"key": self.values["key"]}
        if unit.kind == UnitKind.COURSE:
            identity["number"] = self.values["number"]
        else:
            identity["course"] = str(self.values["course__uuid"])
        found = named_references(unit.kind, self.content) if whole else ()
        snapshot = UnitSnapshot(
            kind=unit.kind,
            uuid=self.values["uuid"],
            identity=identity,
            content=self.content,
            labels=references.labels(reference for _, reference in found),
        )
        return CapturedUnit(
            kind=unit.kind,
            uuid=snapshot.uuid,
            root_pk=self.values["id"],
            values=self.values,
            parts=self.parts,
            snapshot=snapshot,
        )


def _read_roots(unit: Unit, side: Side, anchor_pks: Collection[int], references: ReferenceIndex) -> dict[int, _Side]:
    others = (*ROOT_COLUMNS, *KIND_COLUMNS[unit.kind], *unit.measured)
    reader = _Reader(unit.columns, others)
    rows = unit.root.everything.filter(draft=side == Side.DRAFT)
    rows = rows.filter(pk__in=anchor_pks) if side == Side.DRAFT else rows.filter(draft_version__in=anchor_pks)
    sides = {}
    for row in rows.order_by("pk").values_list(*reader.names):
        stored, content = reader.read(row, references)
        stored |= {name: row[reader.slots[name]] for name in others}
        sides[stored["id"]] = _Side(values=stored, content=content)
    return sides


def _read_parts(part: Part, sides: dict[int, _Side], references: ReferenceIndex) -> None:
    table = part.table
    kinds = any(field.kind is not None for field in table.lists.values())
    others = [
        "id",
        part.owner_attname,
        *part.measured,
        *(["position"] if table.ordered else []),
        *(["kind"] if kinds else []),
    ]
    reader = _Reader(part.columns, others)
    list_of_kind = {field.kind: name for name, field in table.lists.items()}
    for entry in sides.values():
        entry.parts.update({name: [] for name in table.lists})
    rows = part.model._base_manager.filter(**{f"{part.owner_attname}__in": list(sides)})
    order = ["position", "id"] if table.ordered else ["id"]
    for row in rows.order_by(*order).values_list(*reader.names):
        stored, content = reader.read(row, references)
        stored |= {name: row[reader.slots[name]] for name in others}
        name = list_of_kind[stored["kind"] if kinds else None]
        sides[stored[part.owner_attname]].parts[name].append(PartRow(pk=stored["id"], values=stored, content=content))


def list_value(part: Part, rows: list[dict[str, Any]]) -> Any:
    """Return rows of a list as they stand in a snapshot: in order, or sorted by natural key; one row bare."""
    table = part.table
    if table.single:
        return rows[0] if rows else None
    if table.plain:
        return [row[table.plain] for row in rows]
    if table.ordered:
        return rows
    return sorted(rows, key=lambda row: canonical_json([row[name] for name in table.natural_key]))
