"""A course from its first draft through publications, history, restore, withdrawal and removal."""

from __future__ import annotations

import pytest

from openedx_catalog_publisher.api import (
    Conflict,
    Selection,
    discard,
    plan_publication,
    plan_undo,
    rebuild,
    remove,
    restore,
    seal_log,
    undo_release,
    unpublish,
    update_course,
    update_run,
    verify_log,
)
from openedx_catalog_publisher.models import Course, CourseRun, OutboxEvent, Publication, Side, UnitKind
from openedx_catalog_publisher.publishing.capture import capture
from tests.factories import SYSTEM, make_course, publish_now

pytestmark = pytest.mark.django_db


def test_a_course_goes_through_its_whole_life() -> None:
    made = make_course(runs=3)
    course, run = made.course.uuid, made.runs[0].uuid

    plan = plan_publication(SYSTEM, Selection.of([course], all_runs=True))
    assert [unit.effect.value for unit in plan.units] == ["first_publication"] * 4
    first = publish_now(Selection.of([course], all_runs=True), expected_digest=plan.digest, message="first")
    assert len(first.publications) == 4
    draft, official = Course.drafts.get(uuid=course), Course.objects.get(uuid=course)
    assert official.title == draft.title
    assert official.canonical_course_run.uuid == run
    assert draft.status == official.status == "published"
    assert not draft.has_unpublished_changes
    sides = [capture(UnitKind.COURSE, side, [draft.pk]).units[course].snapshot for side in Side]
    assert sides[0].body == sides[1].body

    update_course(SYSTEM, course, {"title": "Another title"})
    assert Course.objects.get(uuid=course).title == draft.title
    with pytest.raises(Conflict):
        publish_now(Selection.of([course]), expected_digest=plan.digest)
    second = publish_now(Selection.of([course], all_runs=True))
    assert [record.unit_key for record in second.publications] == [made.course.key]
    assert Course.objects.get(uuid=course).title == "Another title"

    restore(SYSTEM, UnitKind.COURSE, course, 1)
    assert Course.drafts.get(uuid=course).title == draft.title
    discard(SYSTEM, UnitKind.COURSE, course)
    assert Course.drafts.get(uuid=course).title == "Another title"

    undo = plan_undo(SYSTEM, second.release.uuid)
    undo_release(SYSTEM, second.release.uuid, expected_digest=undo.digest)
    assert Course.objects.get(uuid=course).title == draft.title

    update_run(SYSTEM, run, {"end": "2032-12-31T00:00:00Z"})
    publish_now(Selection.of(runs=[run]))
    unpublish(SYSTEM, Selection.of(runs=[run]), reason="Over.")
    assert CourseRun.objects.get(uuid=run).status == "unpublished"

    CourseRun.objects.filter(uuid=run).update(weeks_to_complete=99)
    repaired = rebuild(SYSTEM, Selection.of([course], all_runs=True))
    assert [record.unit_uuid for record in repaired.publications] == [run]
    assert CourseRun.objects.get(uuid=run).weeks_to_complete == 6

    remove(SYSTEM, courses=[course], reason="Gone.")
    assert not Course.objects.filter(uuid=course).exists()
    assert not CourseRun.objects.filter(course__uuid=course).exists()
    assert Course.drafts.filter(uuid=course).exists()
    assert seal_log() is not None
    assert list(verify_log()) == []
    assert Publication.objects.filter(unit_uuid=course).count() == 4
    assert OutboxEvent.objects.filter(object_code=str(course)).count() == 4
