"""Statements over many rows: one insert, one update, one delete per table, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models import Case, F, Value, When


def insert_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """
    Insert rows in one statement and return them as instances.

    Arguments:
        model: the table.
        rows: values by field name or attname.

    Returns:
        Instances in the order of ``rows``. They have primary keys where the database returns them (MariaDB, SQLite),
        and none on MySQL.
    """
    if not rows:
        return []
    return model._base_manager.bulk_create([model(**row) for row in rows])


def update_rows(model: type[models.Model], changes: Mapping[int, Mapping[str, Any]]) -> None:
    """
    Write only the named columns of the named rows, in one statement.

    A column that gets one value in all rows is set to it; otherwise each row that changes it gets its own branch of a
    ``CASE``, and the others keep what they have.

    Arguments:
        model: the table.
        changes: new values by attname, by primary key.
    """
    if not changes:
        return
    columns: dict[str, dict[int, Any]] = {}
    for pk, values in changes.items():
        for column, value in values.items():
            columns.setdefault(column, {})[pk] = value
    assignments: dict[str, Any] = {}
    for column, by_pk in columns.items():
        field: Any = model._meta.get_field(column.removesuffix("_id") if _is_foreign_key(model, column) else column)
        first = next(iter(by_pk.values()))
        if len(by_pk) == len(changes) and all(value == first for value in by_pk.values()):
            assignments[field.name] = first
            continue
        assignments[field.name] = Case(
            *(When(pk=pk, then=_literal(value, field)) for pk, value in by_pk.items()),
            default=F(field.name),
            output_field=field,
        )
    model._base_manager.filter(pk__in=list(changes)).update(**assignments)


def delete_rows(model: type[models.Model], pks: Iterable[int]) -> None:
    """
    Delete rows in one statement; without signals and without cascades in Python.

    The rows deleted here are parts, which nothing points at, or roots whose parts went before them; the database's own
    foreign keys refuse anything else.
    """
    wanted = list(pks)
    if wanted:
        rows = model._base_manager.filter(pk__in=wanted)
        rows._raw_delete(rows.db)


def _is_foreign_key(model: type[models.Model], column: str) -> bool:
    return column.endswith("_id") and any(
        field.attname == column and field.name != column for field in model._meta.concrete_fields
    )


def _literal(value: Any, field: Any) -> Value:
    # Value(None, JSONField) would write JSON's null instead of SQL's.
    if value is None:
        return Value(None)
    return Value(value, output_field=field.target_field if field.is_relation else field)
