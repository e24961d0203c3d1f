"""
Anchors: the draft root rows that commands lock.

Lock order: courses before runs, each by primary key. Rows are found without a lock first and locked by primary key,
because a locking read through another index would take its locks in that index's order.
"""

from __future__ import annotations

import functools
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openedx_catalog_publisher.commands.bulk import update_rows
from openedx_catalog_publisher.commands.errors import StaleRevision, UnitNotFound
from openedx_catalog_publisher.models import Course, CourseRun, Status, UnitKind, UnitRoot

MODELS: Mapping[UnitKind, type[UnitRoot]] = {UnitKind.COURSE: Course, UnitKind.COURSE_RUN: CourseRun}

COMMON_COLUMNS = (
    "id",
    "uuid",
    "key",
    "status",
    "revision",
    "published_revision",
    "log_sequence",
    "log_hash",
    "event_sequence",
)
STATE_COLUMNS: Mapping[UnitKind, tuple[str, ...]] = {
    UnitKind.COURSE: ("canonical_course_run_id", "watchers", "number", "key_for_reruns"),
    UnitKind.COURSE_RUN: (
        "course_id",
        "go_live_date",
        "announcement",
        "has_ofac_restrictions",
        "ofac_comment",
        "studio_state",
        "in_studio",
    ),
}


@dataclass
class Anchor:
    """
    A unit's draft root row under its lock: identity, state, and the heads of its logs.

    ``changes`` collects what the command writes to the row, so that one statement writes it all.
    """

    kind: UnitKind
    pk: int
    uuid: uuid.UUID
    key: str
    values: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        """Return the column's value, with this command's changes."""
        return self.changes.get(column, self.values.get(column))

    def set(self, **changes: Any) -> None:
        """Note changes of columns; equal values are not written."""
        for column, value in changes.items():
            if column in self.values and self.values[column] == value:
                self.changes.pop(column, None)
            else:
                self.changes[column] = value

    def move(self, now: datetime, *, content: bool) -> None:
        """
        Note one write to the draft: the next revision.

        Arguments:
            now: time of the operation.
            content: whether content moves. A write to anything else (state, editors) leaves a draft that equals its
                official side equal.
        """
        equal = self["published_revision"] == self.revision
        self.set(revision=self.revision + 1, modified=now)
        if equal and not content:
            self.set(published_revision=self.revision)

    @property
    def revision(self) -> int:
        """The draft's revision."""
        revision: int = self["revision"]
        return revision

    @property
    def status(self) -> Status:
        """The draft's status."""
        return Status(self["status"])

    def expect(self, revision: int | None) -> None:
        """
        Check the revision that a write names; None accepts any.

        Raises:
            StaleRevision: when the draft moved on.
        """
        if revision is not None and revision != self.revision:
            raise StaleRevision(self.key, revision, self.revision)


@dataclass(frozen=True)
class Anchors:
    """Anchors by kind and uuid, in lock order."""

    courses: dict[uuid.UUID, Anchor]
    runs: dict[uuid.UUID, Anchor]

    def __iter__(self) -> Any:
        """Yield courses, then runs."""
        yield from self.courses.values()
        yield from self.runs.values()

    def of(self, kind: UnitKind) -> dict[uuid.UUID, Anchor]:
        """Return the anchors of one kind."""
        return self.courses if kind == UnitKind.COURSE else self.runs

    def course_of(self, run: Anchor) -> Anchor:
        """Return the course anchor of a run's anchor."""
        return self._courses_by_pk[run["course_id"]]

    @functools.cached_property
    def _courses_by_pk(self) -> dict[int, Anchor]:
        return {course.pk: course for course in self.courses.values()}

    def save(self) -> None:
        """Write what the command noted: one statement per kind that has changes."""
        for kind in (UnitKind.COURSE, UnitKind.COURSE_RUN):
            changed = {anchor.pk: anchor.changes for anchor in self.of(kind).values() if anchor.changes}
            if changed:
                update_rows(MODELS[kind], changed)
        for anchor in self:
            anchor.values.update(anchor.changes)
            anchor.changes.clear()


def course_tag(revision: int, runs: Iterable[tuple[uuid.UUID, int]]) -> str:
    """
    Return the version of a course's draft together with its runs': another as soon as one of them is written.

    Arguments:
        revision: the course's revision.
        runs: uuid and revision of each of its runs.
    """
    each = sorted(f"{run}:{number}" for run, number in runs)
    return f"{revision}-{hashlib.blake2b(' '.join(each).encode(), digest_size=8).hexdigest()}"


def expect_tag(anchors: Anchors, course: uuid.UUID, tag: str | None) -> None:
    """
    Check the version that a write names; None accepts any. The anchors hold all runs of the course.

    Raises:
        StaleRevision: when the course or one of its runs moved on.
    """
    if tag is None:
        return
    anchor = anchors.courses[course]
    actual = course_tag(anchor.revision, ((run.uuid, run.revision) for run in anchors.runs.values()))
    if tag != actual:
        raise StaleRevision(anchor.key, tag, actual)


def find(kind: UnitKind, uuids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """
    Return the primary keys of drafts by uuid.

    Raises:
        UnitNotFound: naming the first uuid that is none.
    """
    wanted = set(uuids)
    if not wanted:
        return {}
    found = dict(MODELS[kind].drafts.filter(uuid__in=wanted).values_list("uuid", "pk"))
    missing = wanted - found.keys()
    if missing:
        raise UnitNotFound(f"There is no {kind.label} {min(map(str, missing))}.")
    return found


def _read(kind: UnitKind, pks: Iterable[int], *, lock: bool) -> dict[uuid.UUID, Anchor]:
    wanted = sorted(set(pks))
    if not wanted:
        return {}
    rows = MODELS[kind].everything.filter(pk__in=wanted, draft=True).order_by("pk")
    if lock:
        rows = rows.select_for_update()
    anchors = {}
    for values in rows.values(*COMMON_COLUMNS, *STATE_COLUMNS[kind]):
        anchors[values["uuid"]] = Anchor(
            kind=kind, pk=values["id"], uuid=values["uuid"], key=values["key"], values=values
        )
    return anchors


def read_anchors(
    *, courses: Iterable[uuid.UUID] = (), runs: Iterable[uuid.UUID] = (), all_runs: bool = False, lock: bool = True
) -> Anchors:
    """
    Read the anchors of units, and of the courses of the runs; with ``lock``, lock them in lock order.

    Arguments:
        courses: uuids of courses.
        runs: uuids of runs; the courses that they belong to are read and locked with them.
        all_runs: read all runs of ``courses`` as well, found under the courses' locks.
        lock: whether to lock; a plan reads without.

    Raises:
        UnitNotFound: when a unit has no draft.
    """
    course_pks = find(UnitKind.COURSE, courses)
    asked = set(course_pks.values())
    run_uuids = set(runs)
    run_pks: dict[uuid.UUID, int] = {}
    parents: set[int] = set()
    if run_uuids:
        rows = list(CourseRun.drafts.filter(uuid__in=run_uuids).values_list("uuid", "pk", "course_id"))
        run_pks = {row[0]: row[1] for row in rows}
        parents = {row[2] for row in rows}
        missing = run_uuids - run_pks.keys()
        if missing:
            raise UnitNotFound(f"There is no {UnitKind.COURSE_RUN.label} {min(map(str, missing))}.")
    course_anchors = _read(UnitKind.COURSE, asked | parents, lock=lock)
    wanted = set(run_pks.values())
    if all_runs and asked:
        wanted |= set(CourseRun.drafts.filter(course_id__in=asked).values_list("pk", flat=True))
    run_anchors = _read(UnitKind.COURSE_RUN, wanted, lock=lock)
    gone = ({*course_pks} - course_anchors.keys()) | (run_uuids - run_anchors.keys())
    if gone:
        raise UnitNotFound(f"{min(map(str, gone))} was deleted at this moment.")
    return Anchors(courses=course_anchors, runs=run_anchors)


def lock_runs(anchors: Anchors, runs: Iterable[uuid.UUID]) -> None:
    """
    Lock runs of courses whose locks are held, and add them to the anchors.

    Every command on a run locks its course first, so nobody holds such a run or waits for it meanwhile, and the order
    of the locks stays right.
    """
    missing = set(runs) - anchors.runs.keys()
    if missing:
        anchors.runs.update(_read(UnitKind.COURSE_RUN, find(UnitKind.COURSE_RUN, missing).values(), lock=True))
