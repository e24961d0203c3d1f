"""Publishing commands: what each does, what it refuses and how it says so."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from openedx_catalog_publisher.api import (
    Conflict,
    CourseCreated,
    InvalidInput,
    NotPermitted,
    Parents,
    Selection,
    UnitNotFound,
    discard,
    plan_publication,
    plan_undo,
    publish,
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
    Release,
    UnitKind,
)
from tests.factories import (
    SYSTEM,
    acting,
    make_course,
    make_member,
    make_organization,
    make_user,
    publish_now,
    run_type,
    seat,
)
from tests.row_counts import row_counts

pytestmark = pytest.mark.django_db

NOWHERE = uuid.UUID(int=5)


# Selection and plan


def test_a_course_is_planned_and_published_alone_unless_runs_are_asked_for(made: CourseCreated) -> None:
    assert [unit.key for unit in plan_publication(SYSTEM, Selection.of([made.course.uuid])).units] == [made.course.key]
    done = publish_now(Selection.of([made.course.uuid]))
    assert [record.unit_key for record in done.publications] == [made.course.key]
    assert not CourseRun.objects.exists()


def test_a_run_brings_its_course_where_that_has_no_official_row_or_always_or_never(made: CourseCreated) -> None:
    run = made.runs[0].uuid

    def keys(parents: Parents) -> list[str]:
        return [unit.key for unit in plan_publication(SYSTEM, Selection.of(runs=[run], parents=parents)).units]

    both, alone = [made.course.key, made.runs[0].key], [made.runs[0].key]
    assert [keys(parents) for parents in (Parents.WHERE_NEEDED, Parents.ALWAYS, Parents.NEVER)] == [both, both, alone]
    publish_now(Selection.of(runs=[run]))
    assert [keys(parents) for parents in (Parents.WHERE_NEEDED, Parents.ALWAYS, Parents.NEVER)] == [alone, both, alone]


def test_a_run_cannot_be_official_without_its_course_and_the_plan_says_the_remedy(made: CourseCreated) -> None:
    selection = Selection.of(runs=[made.runs[0].uuid], parents=Parents.NEVER)
    [(unit, remark)] = plan_publication(SYSTEM, selection).problems
    assert (unit.key, remark.code) == (made.runs[0].key, "course_not_official")
    assert remark.message.endswith("Publish the course with it.")
    before = row_counts()
    with pytest.raises(Conflict) as caught:
        publish_now(selection)
    assert caught.value.details == [{"code": "course_not_official", "message": remark.message}]
    assert row_counts() == before


def test_a_plan_writes_nothing_and_says_what_publishing_then_does(live: CourseCreated) -> None:
    update_course(SYSTEM, live.course.uuid, {"title": "Other", "subjects": []})
    update_run(SYSTEM, live.runs[0].uuid, {"seats": [seat("audit", "0"), seat("verified", "50"), seat("honor", "0")]})
    before = row_counts()
    plan = plan_publication(SYSTEM, Selection.of([live.course.uuid], all_runs=True))
    assert row_counts() == before
    course, run, same = plan.units
    assert [unit.effect.value for unit in plan.units] == ["change", "change", "none"]
    assert [(change.name, change.old, change.new) for change in course.changes] == [
        ("title", made_title(live), "Other"),
        ("subjects", [str(uuid) for uuid in official_subjects(live)], []),
    ]
    assert course.rows == {
        "course": {"inserts": 0, "updates": 1, "deletes": 0},
        "coursesubject": {"inserts": 0, "updates": 0, "deletes": 2},
    }
    assert run.rows == {"seat": {"inserts": 1, "updates": 1, "deletes": 0}}
    assert (same.rows, same.events, [str(event) for event in run.events]) == ({}, (), ["published"])
    assert [unit.base for unit in plan.units] == [1, 1, 1]
    done = publish_now(Selection.of([live.course.uuid], all_runs=True), expected_digest=plan.digest, message="Why")
    assert done.release is not None
    assert (done.release.plan_digest, done.release.message) == (plan.digest, "Why")
    assert done.unchanged == (live.runs[1].key,)


def made_title(made: CourseCreated) -> str:
    return str(Course.objects.get(uuid=made.course.uuid).title)


def official_subjects(made: CourseCreated) -> list[uuid.UUID]:
    links = Course.objects.get(uuid=made.course.uuid).subject_links.order_by("position")
    return list(links.values_list("subject__uuid", flat=True))


def test_the_digest_of_a_plan_moves_with_base_draft_official_and_policy_and_with_no_clock(
    live: CourseCreated, settings: Any
) -> None:
    selection = Selection.of([live.course.uuid], all_runs=True)

    def digest() -> str:
        return plan_publication(SYSTEM, selection).digest

    first = digest()
    assert digest() == first
    update_course(SYSTEM, live.course.uuid, {"title": "Other"})
    edited = digest()
    update_course(SYSTEM, live.course.uuid, {"watchers": ["a@example.com"]})
    assert digest() == edited, "state is no content"
    publish_now(Selection.of([live.course.uuid]))
    published = digest()
    unpublish(SYSTEM, Selection.of([live.course.uuid]), reason="Over.")
    withdrawn = digest()
    settings.CATALOG_PUBLISHER_REVIEW_STEPS = {"course": {"title": ["internal"]}}
    ruled = digest()
    del settings.CATALOG_PUBLISHER_REVIEW_STEPS
    assert len({first, edited, published, withdrawn, ruled}) == 5
    update_course(SYSTEM, live.course.uuid, {"title": "Third"})
    update_course(SYSTEM, live.course.uuid, {"title": "Other"})
    assert digest() == withdrawn, "what was taken back is as if it never was"


def test_publishing_by_a_plan_that_is_out_of_date_names_what_moved(live: CourseCreated) -> None:
    selection = Selection.of([live.course.uuid])
    plan = plan_publication(SYSTEM, selection)
    update_course(SYSTEM, live.course.uuid, {"title": "Other"})
    before = row_counts()
    with pytest.raises(Conflict) as caught:
        publish_now(selection, expected_digest=plan.digest)
    [detail] = caught.value.details
    revision = Course.drafts.get(uuid=live.course.uuid).revision
    assert detail == {"key": live.course.key, "revision": revision, "base_publication": 1, "fields": ["title"]}
    assert row_counts() == before


def test_a_run_type_that_is_not_of_the_course_type_is_a_warning_and_no_problem(made: CourseCreated) -> None:
    update_run(SYSTEM, made.runs[0].uuid, {"type": run_type("professional")})
    plan = plan_publication(SYSTEM, Selection.of([made.course.uuid], all_runs=True))
    assert [[remark.code for remark in unit.warnings] for unit in plan.units] == [
        [],
        ["run_type_not_in_course_type"],
        [],
    ]
    assert plan.problems == ()
    assert len(publish_now(Selection.of([made.course.uuid], all_runs=True)).publications) == 3


def test_publishing_what_is_equal_writes_nothing(live: CourseCreated) -> None:
    before = row_counts()
    done = publish_now(Selection.of([live.course.uuid], all_runs=True))
    assert (done.release, done.publications) == (None, ())
    assert set(done.unchanged) == {live.course.key, *(run.key for run in live.runs)}
    assert row_counts() == before


def test_an_edit_that_was_taken_back_is_seen_to_be_equal(live: CourseCreated) -> None:
    title = made_title(live)
    update_course(SYSTEM, live.course.uuid, {"title": "Other"})
    update_course(SYSTEM, live.course.uuid, {"title": title})
    assert Course.drafts.get(uuid=live.course.uuid).has_unpublished_changes
    assert publish_now(Selection.of([live.course.uuid])).publications == ()
    assert not Course.drafts.get(uuid=live.course.uuid).has_unpublished_changes


@pytest.mark.parametrize("command", [publish, plan_publication])
@pytest.mark.parametrize("selection", [Selection.of([NOWHERE]), Selection.of(runs=[NOWHERE])], ids=["course", "run"])
def test_a_unit_without_a_draft_is_not_found(command: Any, selection: Selection) -> None:
    with pytest.raises(UnitNotFound):
        command(SYSTEM, selection)


# Announcement, canonical run, status


def test_the_announcement_is_the_first_publication_of_the_run_and_stays(made: CourseCreated) -> None:
    run = made.runs[0].uuid
    first = publish_now(Selection.of(runs=[run])).publications[-1]
    update_run(SYSTEM, run, {"weeks_to_complete": 9, "go_live_date": "2031-01-15T00:00:00Z"})
    second = publish_now(Selection.of(runs=[run])).publications[0]
    draft, official = CourseRun.drafts.get(uuid=run), CourseRun.objects.get(uuid=run)
    assert draft.announcement == official.announcement == first.announcement == second.announcement
    assert first.announcement == first.occurred_at
    assert draft.go_live_date == official.go_live_date == second.go_live_date
    assert first.go_live_date is None


def test_the_official_canonical_run_is_the_official_row_of_the_drafts_or_the_one_it_had(made: CourseCreated) -> None:
    course, first, second = made.course.uuid, made.runs[0].uuid, made.runs[1].uuid

    def canonical() -> uuid.UUID | None:
        return Course.objects.values_list("canonical_course_run__uuid", flat=True).get(uuid=course)

    publish_now(Selection.of(runs=[second]))
    assert canonical() is None
    publish_now(Selection.of(runs=[first]))
    assert canonical() == first
    publish_now(Selection.of([course], all_runs=True))
    assert canonical() == first
    release = remove(SYSTEM, runs=[first], reason="Gone.")
    assert canonical() is None
    undo_release(SYSTEM, release.uuid)
    assert canonical() == first
    assert Course.objects.get(uuid=course).canonical_course_run.draft is False


def test_status_follows_on_both_sides(live: CourseCreated) -> None:
    run = live.runs[0].uuid

    def statuses() -> tuple[str, str]:
        return CourseRun.drafts.get(uuid=run).status, CourseRun.objects.get(uuid=run).status

    assert statuses() == ("published", "published")
    unpublish(SYSTEM, Selection.of(runs=[run]), reason="Over.")
    assert statuses() == ("unpublished", "unpublished")
    [again] = publish_now(Selection.of(runs=[run])).publications
    assert statuses() == ("published", "published")
    assert again.previous is not None
    assert again.snapshot == again.previous.snapshot


# Rights


def test_each_publishing_command_asks_for_its_right(live: CourseCreated) -> None:
    outsider = acting(make_user())
    release = Release.objects.get().uuid
    selection = Selection.of([live.course.uuid])
    before = row_counts()
    for act in (
        lambda: plan_publication(outsider, selection),
        lambda: publish(outsider, selection),
        lambda: unpublish(outsider, selection, reason="x"),
        lambda: remove(outsider, courses=[live.course.uuid], reason="x"),
        lambda: rebuild(outsider, selection),
        lambda: plan_undo(outsider, release),
        lambda: undo_release(outsider, release),
        lambda: discard(outsider, UnitKind.COURSE, live.course.uuid),
        lambda: restore(outsider, UnitKind.COURSE, live.course.uuid, 1),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert row_counts() == before


def test_a_member_publishes_what_needs_no_review_and_does_not_remove_or_skip_reviews() -> None:
    organization = make_organization()
    member = acting(make_member(organization))
    made = make_course(organization, actor=member)
    selection = Selection.of([made.course.uuid], all_runs=True)
    with pytest.raises(Conflict) as caught:
        publish(member, selection)
    assert [detail["steps"] for detail in caught.value.details] == [["legal", "internal"]] * 2
    publish_now(selection)
    update_course(member, made.course.uuid, {"geolocation": None, "in_year_value": {"per_click_usa": 1}})
    assert len(publish(member, selection).publications) == 1
    for act in (
        lambda: publish(member, selection, without_review=True, message="Why"),
        lambda: remove(member, courses=[made.course.uuid], reason="x"),
    ):
        with pytest.raises(NotPermitted):
            act()
    update_course(member, made.course.uuid, {"title": "Another"})
    with pytest.raises(InvalidInput):
        publish(SYSTEM, selection, without_review=True, message=" ")
    [record] = publish(SYSTEM, selection, without_review=True, message="Import").publications
    assert record.approval == "skipped"
