"""Taking back and bringing back: unpublish, remove, undo, rebuild, discard, restore, and reading the past."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from openedx_catalog_publisher.api import (
    Conflict,
    CourseCreated,
    InvalidInput,
    Selection,
    StaleRevision,
    UnitNotFound,
    as_of,
    discard,
    plan_undo,
    prune_snapshots,
    publications_of,
    rebuild,
    remove,
    restore,
    undo_release,
    unpublish,
    update_course,
    update_run,
)
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    Publication,
    Release,
    Snapshot,
    UnitKind,
)
from tests.factories import SYSTEM, publish_now

pytestmark = pytest.mark.django_db

NOWHERE = uuid.UUID(int=5)


# Unpublish, remove, undo, rebuild


def test_unpublishing_keeps_official_rows_needs_a_reason_and_something_published(live: CourseCreated) -> None:
    selection = Selection.of(runs=[live.runs[0].uuid])
    for reason in ("", "  "):
        with pytest.raises(InvalidInput) as invalid:
            unpublish(SYSTEM, selection, reason=reason)
        assert list(invalid.value.fields) == ["reason"]
    release = unpublish(SYSTEM, selection, reason="Over.")
    assert release.message == "Over."
    assert CourseRun.objects.get(uuid=live.runs[0].uuid).weeks_to_complete == 6
    with pytest.raises(Conflict, match=live.runs[0].key.replace("+", r"\+")):
        unpublish(SYSTEM, selection, reason="Again.")
    assert Course.objects.get(uuid=live.course.uuid).status == "published", "the course of a run stays"


def test_removing_needs_a_reason_takes_the_runs_along_and_leaves_the_drafts(live: CourseCreated) -> None:
    with pytest.raises(InvalidInput):
        remove(SYSTEM, courses=[live.course.uuid], reason=" ")
    release = remove(SYSTEM, courses=[live.course.uuid], reason="Gone.")
    assert Course.objects.count() == CourseRun.objects.count() == 0
    assert {record.snapshot for record in release.publications.all()} == {None}
    assert release.publications.count() == 3
    assert Course.drafts.get(uuid=live.course.uuid).status == "unpublished"
    assert Course.drafts.get(uuid=live.course.uuid).has_unpublished_changes
    with pytest.raises(Conflict, match="Nothing official to remove"):
        remove(SYSTEM, courses=[live.course.uuid], reason="Again.")
    with pytest.raises(Conflict, match="nothing official to go back to"):
        discard(SYSTEM, UnitKind.COURSE, live.course.uuid)


def test_undoing_brings_back_what_was_before_each_kind_of_release(live: CourseCreated) -> None:
    course = live.course.uuid
    title = made_title(live)
    update_course(SYSTEM, course, {"title": "Other"})
    changed = publish_now(Selection.of([course])).release
    assert changed is not None
    undone = undo_release(SYSTEM, changed.uuid, message="Back.")
    assert made_title(live) == title
    assert Course.drafts.get(uuid=course).title == "Other", "drafts keep their content"
    assert undone.release is not None
    assert (undone.release.undoes, undone.release.message) == (changed, "Back.")
    undo_release(SYSTEM, undone.release.uuid)
    assert made_title(live) == "Other", "an undoing can be undone"
    gone = remove(SYSTEM, courses=[course], reason="Gone.")
    undo_release(SYSTEM, gone.uuid)
    assert made_title(live) == "Other"
    assert CourseRun.objects.filter(course__uuid=course).count() == 2


def test_undoing_a_first_publication_withdraws_it(live: CourseCreated) -> None:
    release = Release.objects.get()
    undo_release(SYSTEM, release.uuid)
    assert set(Course.everything.values_list("status", flat=True)) == {"unpublished"}
    assert Course.objects.exists()


def test_a_release_is_not_undone_when_one_of_its_units_moved_since(live: CourseCreated) -> None:
    release = Release.objects.get()
    update_run(SYSTEM, live.runs[1].uuid, {"weeks_to_complete": 9})
    publish_now(Selection.of(runs=[live.runs[1].uuid]))
    for undo in (plan_undo, undo_release):
        with pytest.raises(Conflict) as caught:
            undo(SYSTEM, release.uuid)
        assert caught.value.details == [{"key": live.runs[1].key}]
    with pytest.raises(UnitNotFound):
        undo_release(SYSTEM, NOWHERE)


def test_undoing_by_a_plan_that_is_out_of_date_is_refused(live: CourseCreated) -> None:
    with pytest.raises(Conflict, match="Something moved"):
        undo_release(SYSTEM, Release.objects.get().uuid, expected_digest="0" * 64)


def test_rebuilding_repairs_rows_parts_and_status_and_leaves_the_rest(live: CourseCreated) -> None:
    run, course = live.runs[0].uuid, live.course.uuid
    CourseRun.objects.filter(uuid=run).update(weeks_to_complete=99, status="unpublished")
    CourseRun.objects.get(uuid=run).seats.all().delete()
    Course.objects.get(uuid=course).subject_links.update(position=7)
    done = rebuild(SYSTEM, Selection.of([course], all_runs=True), reason="Drift.")
    assert [record.unit_key for record in done.publications] == [live.runs[0].key]
    assert done.unchanged == (live.course.key, live.runs[1].key)
    official = CourseRun.objects.get(uuid=run)
    assert (official.weeks_to_complete, official.status, official.seats.count()) == (6, "published", 2)


# Discard, restore, history


def test_discarding_names_what_moved_and_answers_a_stale_revision(live: CourseCreated) -> None:
    course = live.course.uuid
    update_course(SYSTEM, course, {"title": "Other", "topics": []})
    revision = Course.drafts.get(uuid=course).revision
    with pytest.raises(StaleRevision) as caught:
        discard(SYSTEM, UnitKind.COURSE, course, revision=revision - 1)
    assert (caught.value.expected, caught.value.actual) == (revision - 1, revision)
    assert {change.name for change in discard(SYSTEM, UnitKind.COURSE, course, revision=revision)} == {
        "title",
        "topics",
    }
    assert discard(SYSTEM, UnitKind.COURSE, course) == ()
    assert Course.drafts.get(uuid=course).revision == revision + 1


def test_a_draft_that_was_never_published_has_nothing_to_be_discarded_to(made: CourseCreated) -> None:
    with pytest.raises(Conflict):
        discard(SYSTEM, UnitKind.COURSE_RUN, made.runs[0].uuid)
    with pytest.raises(UnitNotFound):
        discard(SYSTEM, UnitKind.COURSE, NOWHERE)


def test_restoring_takes_any_publication_with_content_and_no_other(live: CourseCreated) -> None:
    course = live.course.uuid
    title = made_title(live)
    update_course(SYSTEM, course, {"title": "Other"})
    publish_now(Selection.of([course]))
    remove(SYSTEM, courses=[course], reason="Gone.")
    [change] = restore(SYSTEM, UnitKind.COURSE, course, 1)
    assert (change.name, change.old, change.new) == ("title", "Other", title)
    with pytest.raises(Conflict, match="is a removal"):
        restore(SYSTEM, UnitKind.COURSE, course, 3)
    with pytest.raises(UnitNotFound):
        restore(SYSTEM, UnitKind.COURSE, course, 4)
    with pytest.raises(StaleRevision):
        restore(SYSTEM, UnitKind.COURSE, course, 1, revision=1)
    assert not Course.objects.exists(), "restoring touches the draft alone"


def test_what_was_official_at_a_time_is_read_with_its_status(live: CourseCreated) -> None:
    course = live.course.uuid
    title = made_title(live)
    update_course(SYSTEM, course, {"title": "Other"})
    publish_now(Selection.of([course]))
    unpublish(SYSTEM, Selection.of([course]), reason="Over.")
    remove(SYSTEM, courses=[course], reason="Gone.")
    fourth, third, second, first = publications_of(course)
    for record, (expected, status) in {
        first: (title, "published"),
        second: ("Other", "published"),
        third: ("Other", "unpublished"),
    }.items():
        found = as_of(course, record.occurred_at)
        assert (found.snapshot.content["title"], found.status, found.publication) == (expected, status, record)
    tick = timedelta(microseconds=1)
    assert as_of(course, fourth.occurred_at - tick).publication == third
    for moment in (first.occurred_at - tick, fourth.occurred_at, timezone.now()):
        with pytest.raises(UnitNotFound):
            as_of(course, moment)


# Snapshots


def test_a_content_is_stored_once_however_often_it_is_official(live: CourseCreated) -> None:
    unpublish(SYSTEM, Selection.of([live.course.uuid]), reason="Over.")
    publish_now(Selection.of([live.course.uuid]))
    assert Snapshot.objects.filter(unit_uuid=live.course.uuid).count() == 1
    assert Publication.objects.filter(unit_uuid=live.course.uuid).count() == 3


def test_pruning_takes_what_no_publication_refers_to_and_nothing_else(live: CourseCreated) -> None:
    kept = Snapshot.objects.count()
    row = Snapshot.objects.order_by("pk")[0]
    Snapshot.objects.create(
        unit_kind=row.unit_kind,
        unit_uuid=row.unit_uuid,
        schema_version=1,
        content_digest="f" * 64,
        review_digest="f" * 64,
        body=row.body,
        created=row.created,
    )
    assert prune_snapshots(dry_run=True) == 1
    assert Snapshot.objects.count() == kept + 1
    assert prune_snapshots() == 1
    assert prune_snapshots() == 0
    assert Snapshot.objects.count() == kept


def made_title(made: CourseCreated) -> str:
    return str(Course.objects.get(uuid=made.course.uuid).title)
