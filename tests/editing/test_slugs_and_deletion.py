"""Slugs reserved, released and kept for good; redirects; and drafts deleted with a tombstone, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from openedx_catalog_publisher.api import (
    Conflict,
    CourseInput,
    InvalidInput,
    NotPermitted,
    Selection,
    StaleRevision,
    UnitNotFound,
    add_redirect,
    delete_course,
    delete_run,
    read_changes,
    remove,
    remove_redirect,
    restore,
    update_course,
    write_courses,
)
from openedx_catalog_publisher.models import (
    Course,
    CourseEditor,
    CourseRun,
    CourseUrlRedirect,
    CourseUrlSlug,
    EditRecord,
    OutboxEvent,
    Seat,
    UnitKind,
)
from tests.factories import SYSTEM, acting, make_course, make_member, make_organization, publish_now

pytestmark = pytest.mark.django_db


def _slugs(course: Any) -> dict[str, str]:
    """Return by slug: ``o`` where the official course is found under it, ``d`` on the draft, ``h`` once official."""
    rows = CourseUrlSlug.objects.filter(course__uuid=course)
    return {
        row.url_slug: "".join(
            letter
            for letter, on in (("o", row.is_active), ("d", row.is_active_on_draft), ("h", row.was_official))
            if on
        )
        for row in rows
    }


def test_a_draft_reserves_its_slug_and_releases_it_when_it_never_was_official() -> None:
    course = make_course(runs=0, url_slug="first").course.uuid
    assert _slugs(course) == {"first": "d"}
    update_course(SYSTEM, course, {"url_slug": "second"})
    assert _slugs(course) == {"second": "d"}
    update_course(SYSTEM, course, {"url_slug": None})
    assert _slugs(course) == {}
    assert make_course(runs=0, url_slug="first").course.uuid != course


def test_a_slug_that_was_official_leads_to_its_course_for_good() -> None:
    course = make_course(runs=0, url_slug="first").course.uuid
    publish_now(Selection.of([course]))
    assert _slugs(course) == {"first": "odh"}
    update_course(SYSTEM, course, {"url_slug": "second"})
    assert _slugs(course) == {"first": "oh", "second": "d"}
    publish_now(Selection.of([course]))
    assert _slugs(course) == {"first": "h", "second": "odh"}
    with pytest.raises(InvalidInput) as caught:
        make_course(runs=0, url_slug="FIRST")
    assert caught.value.fields == {"url_slug": ["This slug leads to another course. Choose another one."]}
    restore(SYSTEM, UnitKind.COURSE, course, 1)
    assert _slugs(course) == {"first": "dh", "second": "oh"}
    remove(SYSTEM, courses=[course], reason="Gone.")
    assert _slugs(course) == {"first": "dh", "second": "h"}


def test_a_slug_that_another_draft_reserved_is_refused_in_any_case() -> None:
    make_course(runs=0, url_slug="biology")
    course = make_course(runs=0, url_slug="other").course.uuid
    for slug in ("biology", "Biology"):
        with pytest.raises(InvalidInput) as caught:
            update_course(SYSTEM, course, {"url_slug": slug})
        assert caught.value.fields == {"url_slug": ["This slug leads to another course. Choose another one."]}
    assert _slugs(course) == {"other": "d"}


def test_the_case_of_a_slug_may_be_changed() -> None:
    course = make_course(runs=0, url_slug="biology").course.uuid
    update_course(SYSTEM, course, {"url_slug": "Biology"})
    assert _slugs(course) == {"biology": "d"}, "one slug, as it was first spelled"
    assert Course.drafts.get(uuid=course).url_slug == "Biology"


def test_a_course_without_a_slug_gets_the_first_free_one_from_its_title() -> None:
    slugs = [Course.drafts.get(uuid=make_course(runs=0, title="Über Bio!").course.uuid).url_slug for _ in range(3)]
    assert slugs == ["uber-bio", "uber-bio-2", "uber-bio-3"]
    assert Course.drafts.get(uuid=make_course(runs=0, title="数据").course.uuid).url_slug is None


def test_two_courses_of_a_batch_that_want_one_slug_are_told_apart() -> None:
    owner = {"authoring_organizations": [make_organization("MITx")], "title": "Bio", "url_slug": "bio"}
    first, second = write_courses(SYSTEM, [CourseInput("MITx", "1", owner), CourseInput("MITx", "2", owner)])
    assert (first.created, list(second.refused)) == (["MITx+1"], ["url_slug"])


def test_redirects_come_and_go_with_a_log_entry() -> None:
    course, other = make_course(runs=0).course.uuid, make_course(runs=0).course.uuid
    add_redirect(SYSTEM, course, " /course/Old ")
    for value, field in (("/COURSE/old", "value"), (" ", "value"), ("x" * 256, "value"), ("ß" * 200, "value")):
        with pytest.raises(InvalidInput) as caught:
            add_redirect(SYSTEM, other, value)
        assert list(caught.value.fields) == [field]
    with pytest.raises(UnitNotFound):
        remove_redirect(SYSTEM, other, "/course/old")
    remove_redirect(SYSTEM, course, "/course/OLD")
    assert not CourseUrlRedirect.objects.exists()
    records = EditRecord.objects.filter(unit_uuid=course, action="update").order_by("sequence")
    assert [read_changes(record) for record in records] == [
        {"url_redirects": {"old": None, "new": "/course/Old"}},
        {"url_redirects": {"old": "/course/Old", "new": None}},
    ]


def test_a_deleted_course_goes_with_its_runs_and_all_that_hangs_on_it_and_leaves_tombstones() -> None:
    organization = make_organization()
    ada = acting(make_member(organization))
    made = make_course(organization, actor=ada, runs=2, url_slug="biology")
    add_redirect(ada, made.course.uuid, "/old")
    with pytest.raises(StaleRevision):
        delete_course(ada, made.course.uuid, revision=1)
    delete_course(ada, made.course.uuid, revision=2)
    for model in (Course, CourseRun, CourseEditor, CourseUrlSlug, CourseUrlRedirect, Seat):
        assert not model._base_manager.exists()
    tombstones = EditRecord.objects.filter(action="delete")
    assert {record.unit_key for record in tombstones} == {made.course.key, *(run.key for run in made.runs)}
    gone = read_changes(tombstones.get(unit_uuid=made.course.uuid))
    assert gone["url_slug"] == {"old": "biology", "new": None}
    assert len(gone["subjects"]["old"]) == 2
    with pytest.raises(UnitNotFound):
        delete_course(ada, made.course.uuid)


def test_a_deleted_run_leaves_the_course_without_its_canonical_run() -> None:
    made = make_course(runs=2)
    course = Course.drafts.get(uuid=made.course.uuid)
    assert course.canonical_course_run is not None
    delete_run(SYSTEM, made.runs[0].uuid)
    course.refresh_from_db()
    assert (course.canonical_course_run, course.course_runs.count()) == (None, 1)
    with pytest.raises(StaleRevision):
        delete_run(SYSTEM, made.runs[1].uuid, revision=9)


def test_what_was_published_once_is_not_deleted_even_after_its_removal() -> None:
    made = make_course(runs=2)
    published, other = (run.uuid for run in made.runs)
    publish_now(Selection.of(runs=[published]))
    events = OutboxEvent.objects.count()
    acts: list[Callable[[], None]] = [
        lambda: delete_course(SYSTEM, made.course.uuid),
        lambda: delete_run(SYSTEM, published),
    ]
    for act in acts:
        with pytest.raises(Conflict, match="Unpublish it instead") as caught:
            act()
        assert {detail["code"] for detail in caught.value.details} == {"published"}
    remove(SYSTEM, courses=[made.course.uuid], reason="Gone.")
    with pytest.raises(Conflict):
        delete_run(SYSTEM, published)
    delete_run(SYSTEM, other)
    assert CourseRun.drafts.count() == 1
    assert OutboxEvent.objects.count() == events + 2, "a deletion is no event of the closed list"


@pytest.mark.parametrize(
    ("in_studio", "code", "remedy"),
    [(True, "in_studio", "in Studio first, .*check_drift"), (None, "perhaps_in_studio", "outbox retry")],
)
def test_a_run_that_is_in_studio_or_may_be_is_not_deleted(in_studio: bool | None, code: str, remedy: str) -> None:
    made = make_course()
    CourseRun.drafts.filter(uuid=made.runs[0].uuid).update(in_studio=in_studio)
    acts: list[Callable[[], None]] = [
        lambda: delete_run(SYSTEM, made.runs[0].uuid),
        lambda: delete_course(SYSTEM, made.course.uuid),
    ]
    for act in acts:
        with pytest.raises(Conflict, match=remedy) as caught:
            act()
        assert caught.value.details == [{"code": code, "key": made.runs[0].key}]
    assert CourseRun.drafts.exists()


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_a_run_that_never_got_to_studio_is_deleted(state: str) -> None:
    made = make_course()
    CourseRun.drafts.filter(uuid=made.runs[0].uuid).update(studio_state=state)
    delete_run(SYSTEM, made.runs[0].uuid)
    assert not CourseRun.drafts.exists()


def test_only_editors_delete() -> None:
    organization = make_organization()
    made = make_course(organization, actor=acting(make_member(organization)))
    for actor in (acting(make_member(organization)), acting(make_member(make_organization()))):
        with pytest.raises(NotPermitted):
            delete_course(actor, made.course.uuid)
        with pytest.raises(NotPermitted):
            delete_run(actor, made.runs[0].uuid)
    assert Course.drafts.exists()
