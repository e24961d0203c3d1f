"""
Statements over many rows: one insert, one update, one delete per table, whatever the number of rows.

Only what would not pass through the server's packet limit is split: beyond some 500 courses of 7,000 characters each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Row = Mapping[str, Any]
"""Values by attname."""


T = TypeVar("T")

STATEMENT_BYTES = 8 * 1024 * 1024
"""What one statement carries at most, by estimate: half of MariaDB's default ``max_allowed_packet`` of 16 MiB."""

NUMBER_BYTES = 16
"""Estimate for a value that is neither text nor bytes."""

PLAIN = frozenset({bool, int, str})
TAKE_PLAIN = (models.BooleanField, models.CharField, models.ForeignKey, models.IntegerField, models.TextField)
"""Fields that store plain values as they are."""


def insert_rows(model: type[models.Model], rows: Sequence[Row]) -> None:
    """
    Insert rows in one statement.

    The statement is written here and not by ``bulk_create``: making an instance of each row and asking each field how
    to insert into it costs several times what the database takes for the rows. Primary keys are not returned, since
    MySQL has no way to; who needs them reads them back, so that every database gets the same statements.

    Arguments:
        model: the table; its primary key is given by the database.
        rows: values by attname; what is missing gets the field's default. ``save()`` is not called and sends no signal.
    """
    if not rows:
        return
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(_quote(field.column) for field in fields)
    marks = f"({', '.join(map(_placeholder, fields))})"
    # The connection itself: its proxy would look it up again for every value.
    database = transaction.get_connection()
    params = [_prepared(fields, row, database) for row in rows]
    insert = f"INSERT INTO {_quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names of the models
    with connection.cursor() as cursor:
        if connection.features.max_query_params is None:
            for batch in _batches(params, _size_of_values):
                cursor.execute(insert + ", ".join([marks] * len(batch)), [value for row in batch for value in row])
        else:
            # SQLite takes a limited number of values at once, and any number of rows one after the other.
            cursor.executemany(insert + marks, params)


def insert_records(records: Sequence[models.Model]) -> None:
    """
    Insert instances of one model in one statement, as ``insert_rows`` does.

    The instances count as stored afterwards, and have no primary keys.
    """
    if not records:
        return
    insert_rows(type(records[0]), [vars(record) for record in records])
    for record in records:
        record._state.adding = False
        record._state.db = connection.alias


def update_rows(model: type[models.Model], changes: Mapping[int, Row]) -> None:
    """
    Write only the named columns of the named rows, in one statement.

    A column that gets one value in all rows is set to it; otherwise each row that changes it gets its own branch of a
    ``CASE``, and the others keep what they have.

    Arguments:
        model: the table.
        changes: new values by attname, by primary key.
    """
    for batch in _batches(list(changes.items()), lambda change: _size_of_values(change[1].values())):
        _update(model, dict(batch))


def _update(model: type[models.Model], changes: Mapping[int, Row]) -> None:
    database = transaction.get_connection()
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    columns: dict[str, dict[int, Any]] = {}
    for pk, row in changes.items():
        for name, value in row.items():
            columns.setdefault(name, {})[pk] = _prepare(fields[name], value, database)
    assignments: list[str] = []
    params: list[Any] = []
    for name, by_pk in columns.items():
        column = _quote(fields[name].column)
        first = next(iter(by_pk.values()))
        if len(by_pk) == len(changes) and all(value == first for value in by_pk.values()):
            assignments.append(f"{column} = %s")
            params.append(first)
        else:
            branches = " WHEN %s THEN %s" * len(by_pk)
            assignments.append(f"{column} = CASE {_pk_column(model)}{branches} ELSE {column} END")
            params += [part for branch in by_pk.items() for part in branch]
    where = f"{_pk_column(model)} IN ({', '.join(['%s'] * len(changes))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_quote(model._meta.db_table)} SET {', '.join(assignments)} WHERE {where}",  # noqa: S608
            [*params, *changes],
        )


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


def _batches(items: Sequence[T], size: Callable[[T], int]) -> Iterator[Sequence[T]]:
    start = total = 0
    for index, item in enumerate(items):
        grown = size(item)
        if index > start and total + grown > STATEMENT_BYTES:
            yield items[start:index]
            start, total = index, 0
        total += grown
    if items:
        yield items[start:]


def _size_of_values(values: Iterable[Any]) -> int:
    # Characters take up to four bytes and quoted bytes up to two; most take one.
    return sum(len(value) * 2 if isinstance(value, str | bytes) else NUMBER_BYTES for value in values)


def _quote(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _pk_column(model: type[models.Model]) -> str:
    return _quote(model._meta.pk.column if model._meta.pk else None)


def _placeholder(field: models.Field[Any, Any]) -> str:
    # Only binary columns have one of their own, so that MySQL does not take bytes for text.
    if isinstance(field, models.BinaryField):
        return str(field.get_placeholder(b"", None, connection))  # type: ignore[attr-defined]
    return "%s"


def _prepared(fields: Sequence[models.Field[Any, Any]], row: Row, database: BaseDatabaseWrapper) -> list[Any]:
    values = []
    for field in fields:
        value = row[field.attname] if field.attname in row else field.get_default()
        values.append(_prepare(field, value, database))
    return values


def _prepare(field: models.Field[Any, Any], value: Any, database: BaseDatabaseWrapper) -> Any:
    # Most values are what the driver takes already, and there are tens of thousands in a large release.
    if value is None or (type(value) in PLAIN and isinstance(field, TAKE_PLAIN)):
        return value
    return field.get_db_prep_save(value, database)
