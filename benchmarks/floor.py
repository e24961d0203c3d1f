"""
The floor: hand-written SQL that brings the same rows about, and nothing else.

It is what somebody would write who knows the rows and trusts everything: one transaction that locks the units, copies
or writes each table by one statement, notes the publication on the drafts' root rows, adds one row to a log, and
commits. It asks for no rights, validates and compares nothing, keeps no snapshot, no hash chain, no edit log, no event
and no slug history, and reads nothing back; so no engine that does these things can reach it.

Tables and columns are the models', so that the statements follow the schema.
"""

# ruff: noqa: S608 - statements are put together from names of tables and columns; values are parameters

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from openedx_catalog_publisher.models import Course, CourseRun, Release, Status, UnitKind, WriteSource
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Part

Rows = list[dict[str, Any]]

ACTOR = uuid.UUID(int=1)
SPARED_KEYS = 10_000


@dataclass(frozen=True)
class Drafts:
    """Primary keys of the draft rows of courses and their runs."""

    courses: tuple[int, ...]
    runs: tuple[int, ...]

    @classmethod
    def of(cls, courses: Iterable[uuid.UUID]) -> Drafts:
        """Look up courses by uuid, with all their runs."""
        pks = tuple(Course.drafts.filter(uuid__in=list(courses)).order_by("pk").values_list("pk", flat=True))
        runs = CourseRun.drafts.filter(course__in=pks).order_by("pk")
        return cls(courses=pks, runs=tuple(runs.values_list("pk", flat=True)))


def publish_first(drafts: Drafts) -> None:
    """Make official rows of drafts that have none: ``INSERT ... SELECT`` per table."""
    with transaction.atomic(durable=True):
        _lock(drafts)
        _copy_roots(Course, drafts.courses, {})
        _copy_roots(
            CourseRun, drafts.runs, {"course_id": "c.id"}, "JOIN {courses} c ON c.draft_version_id = d.course_id"
        )
        for kind, pks in ((UnitKind.COURSE, drafts.courses), (UnitKind.COURSE_RUN, drafts.runs)):
            for part in UNITS[kind].parts:
                _copy_part(part, UNITS[kind].root, pks)
        _note_published(drafts)
        _log()


def review_and_publish(drafts: Drafts) -> None:
    """Take drafts through both steps of a review, which is their status alone, and make official rows of them."""
    for status in (Status.REVIEW_BY_LEGAL, Status.REVIEW_BY_INTERNAL, Status.REVIEWED):
        with transaction.atomic(durable=True):
            _lock(drafts)
            for model, pks in ((Course, drafts.courses), (CourseRun, drafts.runs)):
                _execute(f"UPDATE {_table(model)} SET status = %s WHERE id IN ({_marks(pks)})", [str(status), *pks])
    publish_first(drafts)


def republish(drafts: Drafts, column: str) -> None:
    """Bring one column of official courses to their drafts: ``UPDATE`` joins the two."""
    table, pks = _table(Course), drafts.courses
    joined = (
        f"UPDATE {table} o JOIN {table} d ON d.id = o.draft_version_id SET o.{column} = d.{column}, o.modified = %s "
        f"WHERE d.id IN ({_marks(pks)})"
    )
    if connection.vendor == "sqlite":
        joined = (
            f"UPDATE {table} AS o SET {column} = d.{column}, modified = %s FROM {table} d "
            f"WHERE d.id = o.draft_version_id AND d.id IN ({_marks(pks)})"
        )
    with transaction.atomic(durable=True):
        _lock(Drafts(courses=pks, runs=()))
        _execute(joined, [_now(), *pks])
        _note_published(Drafts(courses=pks, runs=()))
        _log()


def edit_course(course: int, columns: Mapping[str, Any], links: Mapping[type[models.Model], Rows]) -> None:
    """
    Write columns of a draft course, and replace the rows of some of its part tables.

    Arguments:
        course: primary key of the draft.
        columns: values by column.
        links: the rows that a part table shall hold, without their owner.
    """
    with transaction.atomic(durable=True):
        _lock(Drafts(courses=(course,), runs=()))
        names = ", ".join(f"{name} = %s" for name in columns)
        _execute(
            f"UPDATE {_table(Course)} SET {names}, revision = revision + 1, modified = %s WHERE id = %s",
            [*columns.values(), _now(), course],
        )
        for model, rows in links.items():
            _execute(f"DELETE FROM {_table(model)} WHERE course_id = %s", [course])
            _insert(model, [row | {"course_id": course} for row in rows])
        _log()


class Copies:
    """
    Draft rows as the driver takes them, made from the rows of a stored course: what creating courses by hand inserts.

    The rows are put together beforehand; ``insert`` only sends them.
    """

    def __init__(self, template: Drafts, copies: int) -> None:
        self._rows: dict[type[models.Model], Rows] = {}
        stored = {
            root: {part.model: _read(part.model, part.owner_attname, pks) for part in UNITS[kind].parts}
            for kind, root, pks in (
                (UnitKind.COURSE, Course, template.courses),
                (UnitKind.COURSE_RUN, CourseRun, template.runs),
            )
        }
        (course,), runs = _read(Course, "id", template.courses), _read(CourseRun, "id", template.runs)
        # What the engine inserts between now and then takes the keys that follow the last one.
        next_course, next_run = _last_pk(Course) + SPARED_KEYS, _last_pk(CourseRun) + SPARED_KEYS
        for copy in range(copies):
            suffix = uuid.uuid4().hex[:12]
            pk = next_course + copy
            self._add(Course, course, pk, suffix, {"canonical_course_run_id": None})
            self._add_parts(UNITS[UnitKind.COURSE].parts, stored[Course], {course["id"]: pk})
            owners = {}
            for run in runs:
                owners[run["id"]] = next_run
                self._add(CourseRun, run, next_run, suffix, {"course_id": pk})
                next_run += 1
            self._add_parts(UNITS[UnitKind.COURSE_RUN].parts, stored[CourseRun], owners)

    def _add(
        self, model: type[models.Model], row: Mapping[str, Any], pk: int, suffix: str, values: Mapping[str, Any]
    ) -> None:
        key = f"{row['key']}x{suffix}"
        identity = {"id": pk, "uuid": uuid.uuid4().hex, "key": key, "key_normalized": normalize_key(key)}
        self._rows.setdefault(model, []).append({**row, **identity, **values})

    def _add_parts(
        self, parts: Sequence[Part], stored: Mapping[type[models.Model], Rows], owners: Mapping[int, int]
    ) -> None:
        for part in parts:
            owner = part.owner_attname
            self._rows.setdefault(part.model, []).extend(
                {name: value for name, value in row.items() if name != "id"} | {owner: owners[row[owner]]}
                for row in stored[part.model]
                if row[owner] in owners
            )

    def insert(self) -> None:
        """Insert the rows, one statement per table, with one row of a log."""
        with transaction.atomic(durable=True):
            for model, rows in self._rows.items():
                _insert(model, rows)
            _log()


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now())


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]


def _names(columns: Iterable[str], alias: str = "") -> str:
    return ", ".join(f"{alias}{connection.ops.quote_name(column)}" for column in columns)


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _execute(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))


def _lock(drafts: Drafts) -> None:
    suffix = " FOR UPDATE" if connection.features.has_select_for_update else ""
    for model, pks in ((Course, drafts.courses), (CourseRun, drafts.runs)):
        if pks:
            _execute(f"SELECT id FROM {_table(model)} WHERE id IN ({_marks(pks)}) ORDER BY id{suffix}", pks)


def _copy_roots(model: type[models.Model], pks: Sequence[int], values: Mapping[str, str], join: str = "") -> None:
    taken: dict[str, str] = {"draft": "0", "draft_version_id": "d.id", "status": "'published'", **values}
    taken |= dict.fromkeys(("revision", "log_sequence", "event_sequence"), "0")
    taken |= {"log_hash": "''", "published_revision": "NULL"}
    if model is Course:
        taken["canonical_course_run_id"] = "NULL"
    columns = _columns(model)
    selected = ", ".join(taken.get(column) or _names([column], "d.") for column in columns)
    joined = join.format(courses=_table(Course))
    _execute(
        f"INSERT INTO {_table(model)} ({_names(columns)}) SELECT {selected} FROM {_table(model)} d {joined} "
        f"WHERE d.id IN ({_marks(pks)})",
        pks,
    )


def _copy_part(part: Part, root: type[models.Model], pks: Sequence[int]) -> None:
    owner = part.owner_attname
    columns = [column for column in _columns(part.model) if column != owner]
    _execute(
        f"INSERT INTO {_table(part.model)} ({owner}, {_names(columns)}) SELECT o.id, {_names(columns, 'p.')} "
        f"FROM {_table(part.model)} p JOIN {_table(root)} o ON o.draft_version_id = p.{owner} "
        f"WHERE p.{owner} IN ({_marks(pks)})",
        pks,
    )


def _note_published(drafts: Drafts) -> None:
    for model, pks in ((Course, drafts.courses), (CourseRun, drafts.runs)):
        if pks:
            _execute(
                f"UPDATE {_table(model)} SET status = 'published', published_revision = revision + 1, "
                f"revision = revision + 1, modified = %s WHERE id IN ({_marks(pks)})",
                [_now(), *pks],
            )


def _log() -> None:
    row = {
        "uuid": uuid.uuid4().hex,
        "action": str(Release.Action.PUBLISH),
        "actor": ACTOR.hex,
        "occurred_at": _now(),
        "source": str(WriteSource.COMMAND),
        "plan_digest": "",
        "message": "floor",
        "undoes_id": None,
    }
    _insert(Release, [row])


def _read(model: type[models.Model], column: str, values: Sequence[int]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {_table(model)} WHERE {column} IN ({_marks(values)}) ORDER BY id", list(values))
        names = [entry[0] for entry in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _last_pk(model: type[models.Model]) -> int:
    return int(model._base_manager.aggregate(last=models.Max("pk"))["last"])


def _insert(model: type[models.Model], rows: Rows) -> None:
    if not rows:
        return
    columns = list(rows[0])
    params = [[row[column] for column in columns] for row in rows]
    insert, marks = f"INSERT INTO {_table(model)} ({_names(columns)}) VALUES ", f"({_marks(columns)})"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(insert + marks, params)
        else:
            cursor.execute(insert + ", ".join([marks] * len(params)), [value for row in params for value in row])
