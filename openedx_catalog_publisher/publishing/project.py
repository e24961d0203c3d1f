"""
Project: make the rows of one side equal to snapshots.

Set equality per table: what is new is inserted, of what differs the columns that differ are updated, what is gone is
deleted. Each is one statement per table, and none where there is nothing to do.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openedx_catalog_publisher.commands.bulk import delete_rows, insert_rows, update_rows
from openedx_catalog_publisher.models import Side, UnitKind
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.capture import CapturedUnit, PartRow
from openedx_catalog_publisher.publishing.references import MissingReferences, ReferenceIndex
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot, named_references, rows_of
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Column, Part, Unit


@dataclass
class Target:
    """
    What one unit's side shall be.

    Attributes:
        snapshot: the content.
        current: what the side is; None where it has no rows.
        anchor_pk: primary key of the unit's draft root, for official rows that are inserted.
        carry: the unit's other side, whose measured values inserted rows start with; None to start with defaults.
        names: content names to project; None projects all. With names given, ``current`` may be a partial capture.
        root: other columns of the root by attname (status, announcement, revision): written where they differ.
    """

    snapshot: UnitSnapshot
    current: CapturedUnit | None
    anchor_pk: int | None = None
    carry: CapturedUnit | None = None
    names: frozenset[str] | None = None
    root: dict[str, Any] = field(default_factory=dict)

    @property
    def uuid(self) -> uuid.UUID:
        """The unit."""
        return self.snapshot.uuid


@dataclass
class PartDifference:
    """What has to happen to the rows of one part table of one unit."""

    part: Part
    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    deletes: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates or self.deletes)


@dataclass
class Difference:
    """
    What has to happen to one side of a unit.

    Attributes:
        target: what the side shall be.
        root: columns of the root that differ, by attname; all content columns where the root is inserted.
        parts: per part table.
    """

    target: Target
    root: dict[str, Any]
    parts: list[PartDifference]

    @property
    def inserts_root(self) -> bool:
        """Whether the side has no rows yet."""
        return self.target.current is None

    def __bool__(self) -> bool:
        return self.inserts_root or bool(self.root) or any(self.parts)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return rows inserted, updated and deleted by name of the table; tables without any are left out."""
        root = UNITS[self.target.snapshot.kind].root
        counts = {}
        if self.inserts_root or self.root:
            counts[str(root._meta.model_name)] = {
                "inserts": int(self.inserts_root),
                "updates": int(not self.inserts_root),
                "deletes": 0,
            }
        for part in self.parts:
            if part:
                counts[str(part.part.model._meta.model_name)] = {
                    "inserts": len(part.inserts),
                    "updates": len(part.updates),
                    "deletes": len(part.deletes),
                }
        return counts


def differences(targets: Iterable[Target], references: ReferenceIndex) -> list[Difference]:
    """
    Work out what has to happen; reads reference data that is not known yet, and nothing else.

    Arguments:
        targets: units of one kind.
        references: what captures learned.

    Raises:
        MissingReferences: when a snapshot names something that does not exist.
    """
    targets = list(targets)
    missing = references.resolve(
        reference
        for target in targets
        if target.current is None or target.names is not None or target.current.snapshot is not target.snapshot
        for reference in _references(target)
    )
    if missing:
        raise MissingReferences(missing)
    return [_difference(target, references) for target in targets]


def _references(target: Target) -> set[tuple[str, str]]:
    content = target.snapshot.content
    names = content.keys() if target.names is None else target.names
    return {
        reference for _, reference in named_references(target.snapshot.kind, {name: content[name] for name in names})
    }


def _difference(target: Target, references: ReferenceIndex) -> Difference:
    unit = UNITS[target.snapshot.kind]
    current, content = target.current, target.snapshot.content
    root: dict[str, Any] = {}
    for column in unit.columns:
        if target.names is not None and column.name not in target.names:
            continue
        if current is None or current.snapshot.content[column.name] != content[column.name]:
            root[column.attname] = _stored(column, content[column.name], references)
    for name, value in target.root.items():
        if current is None or name not in current.values or current.values[name] != value:
            root[name] = value
    parts = []
    for part in unit.parts:
        difference = PartDifference(part)
        for name, list_field in part.table.lists.items():
            if target.names is None or name in target.names:
                stored = [] if current is None else current.parts[name]
                carried = [] if target.carry is None else target.carry.parts.get(name, [])
                _compare_list(difference, list_field.kind, stored, content[name], carried, references)
        parts.append(difference)
    return Difference(target=target, root=root, parts=parts)


def _stored(column: Column, value: Any, references: ReferenceIndex) -> Any:
    if value is None or column.reference is None:
        return column.from_snapshot(value)
    return references.pk(column.reference.name, value)


def _compare_list(
    difference: PartDifference,
    kind: str | None,
    stored: list[PartRow],
    wanted: Any,
    carried: list[PartRow],
    references: ReferenceIndex,
) -> None:
    part = difference.part
    table = part.table

    def natural_key(content: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(content[name] for name in table.natural_key)

    rows = {natural_key(row.content): row for row in stored}
    measured = {
        natural_key(row.content): {name: row.values[name] for name in part.measured}
        for row in (carried if part.measured else ())
    }
    seen = set()
    for position, content in enumerate(rows_of(wanted, table.plain)):
        key = natural_key(content)
        seen.add(key)
        row = rows.get(key)
        values: dict[str, Any] = {
            column.attname: _stored(column, content[column.name], references)
            for column in part.columns
            if row is None or row.content[column.name] != content[column.name]
        }
        if table.ordered and (row is None or row.values["position"] != position):
            values["position"] = position
        if row is None:
            kinds = {} if kind is None else {"kind": kind}
            difference.inserts.append(values | kinds | measured.get(key, {}))
        elif values:
            difference.updates[row.pk] = values
    difference.deletes.extend(row.pk for key, row in rows.items() if key not in seen)


def apply(
    kind: UnitKind,
    side: Side,
    wanted: Iterable[Difference],
    *,
    now: datetime,
    course_pks: Mapping[uuid.UUID, int] | None = None,
) -> dict[uuid.UUID, int]:
    """
    Carry out differences of one kind and side.

    On the draft side the caller writes changed root columns of existing rows itself, together with the anchor's
    revision and log heads, so that the row is written once.

    Arguments:
        kind: the kind of units.
        side: the side.
        wanted: what has to happen.
        now: time of the operation; ``modified`` of official rows that change.
        course_pks: for runs that are inserted, the root of their course on the same side, by uuid.

    Returns:
        Primary keys of the side's roots by uuid.
    """
    unit = UNITS[kind]
    todo = list(wanted)
    changed = [difference for difference in todo if difference]
    roots = {entry.target.uuid: entry.target.current.root_pk for entry in todo if entry.target.current is not None}
    _vacate(unit, roots, changed)
    roots |= _insert_roots(unit, side, [entry for entry in changed if entry.inserts_root], now, course_pks or {})
    if side == Side.OFFICIAL:
        update_rows(
            unit.root,
            {roots[entry.target.uuid]: entry.root | {"modified": now} for entry in changed if not entry.inserts_root},
        )
    for index, part in enumerate(unit.parts):
        entries = [(roots[entry.target.uuid], entry.parts[index]) for entry in changed]
        delete_rows(part.model, [pk for _, entry in entries for pk in entry.deletes])
        update_rows(part.model, {pk: values for _, entry in entries for pk, values in entry.updates.items()})
        insert_rows(
            part.model,
            [values | {part.owner_attname: root_pk} for root_pk, entry in entries for values in entry.inserts],
        )
    return roots


def _vacate(unit: Unit, roots: Mapping[uuid.UUID, int], changed: Sequence[Difference]) -> None:
    # Databases check uniqueness row by row, so a unique value that passes from one row to another is given up first.
    for column in unit.unique_columns:
        moving = [entry for entry in changed if column.attname in entry.root]
        left = [
            roots[entry.target.uuid]
            for entry in moving
            if entry.target.current is not None and entry.target.current.values[column.attname] is not None
        ]
        if left and len(moving) > 1:
            unit.root.everything.filter(pk__in=left).update(**{column.attname: None})


def _insert_roots(
    unit: Unit, side: Side, entries: list[Difference], now: datetime, course_pks: Mapping[uuid.UUID, int]
) -> dict[uuid.UUID, int]:
    if not entries:
        return {}
    rows = []
    for entry in entries:
        target = entry.target
        identity = target.snapshot.identity
        row = {
            "uuid": target.uuid,
            "key": identity["key"],
            "key_normalized": normalize_key(identity["key"]),
            "draft": side == Side.DRAFT,
            "draft_version_id": target.anchor_pk if side == Side.OFFICIAL else None,
            "created": now,
            "modified": now,
        }
        if unit.kind == UnitKind.COURSE:
            row["number"] = identity["number"]
        else:
            row["course_id"] = course_pks[uuid.UUID(identity["course"])]
        if target.carry is not None:
            row |= {name: target.carry.values[name] for name in unit.measured}
        rows.append(row | entry.root)
    insert_rows(unit.root, rows)
    inserted = unit.root.everything.filter(uuid__in=[row["uuid"] for row in rows], draft=side == Side.DRAFT)
    return dict(inserted.values_list("uuid", "pk"))
