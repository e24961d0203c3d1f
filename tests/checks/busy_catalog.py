"""A catalog in which everything happened that commands can do; and means to break it past the commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from openedx_catalog_publisher.api import (
    CourseCreated,
    Selection,
    add_editor,
    add_redirect,
    create_run,
    delete_course,
    delete_run,
    discard,
    rebuild,
    remove,
    remove_editor,
    request_changes,
    restore,
    seal_log,
    set_prices,
    skip_step,
    undo_release,
    unpublish,
    update_course,
    update_run,
    withdraw,
)
from openedx_catalog_publisher.models import Course, CourseRun, UnitKind
from tests.factories import SYSTEM, acting, make_course, make_member, make_organization, publish_now, run_changes
from tests.review.stage import Stage, set_stage


@dataclass(frozen=True)
class BusyCatalog:
    """Units of a busy catalog: each stands somewhere else in its life."""

    edited: CourseCreated
    """Published with its runs, and edited since."""

    equal: CourseCreated
    """Published with its run, and equal."""

    draft: CourseCreated
    """Never published."""

    removed: CourseCreated
    """Published, and removed since."""

    reviewed: Stage
    """Live by its reviews: a change of its first run is approved and waits, the second run is with legal staff."""


def make_busy_catalog() -> BusyCatalog:
    """Make a catalog by commands of every kind."""
    organization = make_organization()
    member = make_member(organization)
    edited = make_course(organization, actor=acting(member), runs=2)
    equal, draft, removed, deleted = make_course(organization), make_course(), make_course(), make_course()
    course, (run, other) = edited.course.uuid, [entry.uuid for entry in edited.runs]

    publish_now(Selection.of([course, removed.course.uuid, equal.course.uuid], all_runs=True))
    colleague = make_member(organization)
    add_editor(acting(member), course, colleague)
    remove_editor(acting(member), course, colleague)
    add_redirect(acting(member), course, "old/page")
    update_course(acting(member), course, {"title": "Daten für alle", "subjects": [], "watchers": ["a@example.org"]})
    second = publish_now(Selection.of([course]))
    update_run(SYSTEM, run, {"end": "2032-12-31T00:00:00Z", "seats": [], "go_live_date": "2031-01-01T00:00:00Z"})
    restore(SYSTEM, UnitKind.COURSE, course, 1)
    discard(SYSTEM, UnitKind.COURSE, course)
    assert second.release is not None
    undo_release(SYSTEM, second.release.uuid)
    publish_now(Selection.of([course], all_runs=True))
    unpublish(SYSTEM, Selection.of(runs=[other]), reason="Over.")
    update_run(SYSTEM, run, {"weeks_to_complete": 7})
    CourseRun.objects.filter(uuid=other).update(hidden=True)
    rebuild(SYSTEM, Selection.of(runs=[other]))
    set_prices(SYSTEM, course, {"verified": "79.00"}, runs=[run])
    extra = create_run(SYSTEM, course, run_changes("2033-01-01T00:00:00Z", end="2033-12-31T00:00:00Z"))
    delete_run(SYSTEM, extra.uuid)
    delete_course(SYSTEM, deleted.course.uuid)
    remove(SYSTEM, courses=[removed.course.uuid], reason="Gone.")
    seal_log()
    update_course(SYSTEM, course, {"outcome": "After the seal"})
    seal_log()
    return BusyCatalog(edited=edited, equal=equal, draft=draft, removed=removed, reviewed=_make_reviewed())


def _make_reviewed() -> Stage:
    stage = set_stage(runs=2)
    stage.go_live()
    other = stage.runs[1]
    stage.submit(other)
    review = stage.open_review(other)
    skip_step(stage.admin, review.uuid, **stage.digests(other), reason="Urgent.")
    withdraw(stage.editor, review.uuid)
    update_run(stage.editor, other, {"title_override": "Another"})
    stage.submit(other)
    request_changes(
        stage.legal, stage.open_review(other).uuid, **stage.digests(other), comment="Give it another title."
    )
    update_run(stage.editor, other, {"title_override": "Yet another"})
    stage.submit(other)
    update_run(stage.editor, stage.run, {"title_override": "Waiting", "go_live_date": "2033-01-01T00:00:00Z"})
    stage.submit()
    stage.approve()
    update_run(stage.editor, stage.run, {"max_effort": 9})
    return stage


def past_the_commands(model: type[Model]) -> QuerySet[Any]:
    """Return all rows of a table in a query set that changes append-only ones too, as a person at the database can."""
    return QuerySet(model=model)


def delete(rows: QuerySet[Any]) -> None:
    """Delete rows without what Django deletes with them."""
    rows._raw_delete(rows.db)  # type: ignore[attr-defined]


@contextmanager
def without_database_checks() -> Iterator[None]:
    """Let writes break check constraints, as a database without them would."""
    on, off = (
        ("PRAGMA ignore_check_constraints = OFF", "PRAGMA ignore_check_constraints = ON")
        if connection.vendor == "sqlite"
        else ("SET check_constraint_checks = 1", "SET check_constraint_checks = 0")
    )
    with connection.cursor() as cursor:
        cursor.execute(off)
        try:
            yield
        finally:
            cursor.execute(on)


def draft_course(made: CourseCreated) -> Course:
    """Return the draft row of a course."""
    row: Course = Course.drafts.get(uuid=made.course.uuid)
    return row


def official_course(made: CourseCreated) -> Course:
    """Return the official row of a course."""
    row: Course = Course.objects.get(uuid=made.course.uuid)
    return row


def official_run(made: CourseCreated, index: int = 0) -> CourseRun:
    """Return the official row of a run of a course."""
    row: CourseRun = CourseRun.objects.get(uuid=made.runs[index].uuid)
    return row
