"""
Rows read as light records: only the columns that an answer needs, without building model instances.

A record has the attributes of the model's instance that were asked for, so the functions of ``models.derived`` take it;
a related row is a record of its own, shared by all rows that point at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.db.models import QuerySet


class Record(SimpleNamespace):
    """One row, or one row that another points at."""

    __hash__ = object.__hash__  # type: ignore[assignment]


class Rows(list[Any]):
    """Records that belong to another one; answers ``.all()`` as a relation does, without a statement."""

    def all(self) -> Rows:
        """Return itself."""
        return self


class _Node(NamedTuple):
    """What is read of one table on the way: its columns, and the tables that it points at."""

    columns: tuple[tuple[str, int], ...]
    related: tuple[tuple[str, int, _Node], ...]
    known: dict[Any, Record]


class RowReader:
    """
    Reads paths of columns (``type__slug``) of a query set, in one statement.

    The primary key, and for each related row its primary key, are always read.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._slots: dict[str, int] = {}
        self._root = self._node("", {tuple(path.split("__")) for path in paths} | {("pk",)})

    def _slot(self, path: str) -> int:
        return self._slots.setdefault(path, len(self._slots))

    def _node(self, prefix: str, paths: set[tuple[str, ...]]) -> _Node:
        columns = tuple((path[0], self._slot(prefix + path[0])) for path in sorted(paths) if len(path) == 1)
        below: dict[str, set[tuple[str, ...]]] = {}
        for path in paths:
            if len(path) > 1:
                below.setdefault(path[0], set()).add(path[1:])
        related = tuple(
            (name, self._slot(f"{prefix}{name}__pk"), self._node(f"{prefix}{name}__", {*inner, ("pk",)}))
            for name, inner in sorted(below.items())
        )
        return _Node(columns=columns, related=related, known={})

    def read(self, rows: QuerySet[Any]) -> list[Record]:
        """Return the rows of a query set as records, in its order."""
        return [self._record(self._root, row) for row in rows.values_list(*self._slots)]

    def _record(self, node: _Node, row: tuple[Any, ...]) -> Record:
        record = Record()
        values = record.__dict__
        for name, slot in node.columns:
            values[name] = row[slot]
        for name, slot, below in node.related:
            pk = row[slot]
            if pk is None:
                values[name] = None
                continue
            found = below.known.get(pk)
            if found is None:
                found = below.known[pk] = self._record(below, row)
            values[name] = found
        return record


class PartRows(NamedTuple):
    """
    A table of rows that belong to others.

    Attributes:
        owner: path to the primary key of the row that they belong to.
        paths: what is read of each.
        rows: makes the query set of all of them, in order; ``read_parts`` narrows it to the owners.
    """

    owner: str
    paths: tuple[str, ...]
    rows: Callable[[], QuerySet[Any]]


def read_parts(part: PartRows, name: str, owners: Mapping[Any, Record]) -> Rows:
    """
    Read the rows that belong to these owners, in one statement, and hang them on each owner as ``name``.

    Arguments:
        part: which rows.
        name: the attribute of the owner.
        owners: records by what ``part.owner`` holds.

    Returns:
        All rows that were read.
    """
    for owner in owners.values():
        setattr(owner, name, Rows())
    if not owners:
        return Rows()
    found = RowReader((*part.paths, part.owner)).read(part.rows().filter(**{f"{part.owner}__in": list(owners)}))
    for record in found:
        value: Any = record
        for step in part.owner.split("__"):
            value = getattr(value, step)
        getattr(owners[value], name).append(record)
    return Rows(found)
