"""What becomes of an open review when the draft, or what is official, moves by anything but a decision."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from openedx_catalog_publisher.api import (
    Conflict,
    CourseInput,
    InvalidInput,
    OfficialInput,
    Selection,
    archive,
    carry_over,
    create_run,
    delete_course,
    delete_run,
    discard,
    prune_snapshots,
    publish,
    rebuild,
    remove,
    reopen,
    restore,
    set_prices,
    undo_release,
    unpublish,
    update_course,
    update_run,
    write_courses,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    OutboxEvent,
    Publication,
    Review,
    ReviewRecord,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot
from tests.factories import SYSTEM, run_changes
from tests.review.stage import Stage, acts, draft, is_official, official

pytestmark = pytest.mark.django_db

LEGAL, INTERNAL, REVIEWED = Status.REVIEW_BY_LEGAL, Status.REVIEW_BY_INTERNAL, Status.REVIEWED


@pytest.fixture
def scheduled(live: Stage) -> Stage:
    """A live run with a change that is approved and waits for its date, far ahead."""
    live.schedule(None)
    update_run(live.editor, live.run, {"title_override": "Waiting"})
    update_run(live.editor, live.run, {"go_live_date": "2031-01-01T00:00:00Z"})
    live.submit()
    assert live.approve().status == REVIEWED
    return live


def closed(unit: uuid.UUID) -> tuple[str, list[str]]:
    """Return why the last review of a unit is over, and the fields that ended it."""
    review = Review.objects.filter(unit_uuid=unit).latest("pk")
    assert (review.open_unit, review.due) == (None, None)
    return review.closing, review.closing_fields


def waits_as_drafted(unit: uuid.UUID) -> bool:
    """Tell whether what waits is the draft."""
    review = Review.objects.get(open_unit=unit)
    waiting = UnitSnapshot.load(review.snapshot)
    return (
        waiting.content_digest == review.content_digest == review.snapshot.content_digest
        and waiting.review_digest == review.review_digest
        and list(check_catalog()) == []
    )


class TestEdits:
    def test_an_edit_of_a_run_that_needs_review_ends_its_review_and_leaves_the_courses(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally()
        update_run(stage.editor, stage.run, {"title_override": "Another", "max_effort": 9})
        assert closed(stage.run) == ("edited", ["title_override"])
        assert (draft(stage.run).status, draft(stage.course).status) == (Status.UNPUBLISHED, INTERNAL)
        event = OutboxEvent.objects.filter(object_code=str(stage.run), kind="review_closed").get()
        assert (event.payload["reason"], event.payload["fields"], event.payload["status"]) == (
            "edited",
            ["title_override"],
            "unpublished",
        )
        assert list(check_catalog()) == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"max_effort": 9},
            {"end": "2032-01-01T00:00:00Z", "pacing_type": "instructor_paced"},
            {"license": "cc-by-4.0", "weeks_to_complete": None},
        ],
        ids=["exempt", "owned", "both"],
    )
    def test_one_that_needs_none_amends_what_waits(self, stage: Stage, changes: dict[str, Any]) -> None:
        stage.submit()
        before = stage.open_review(stage.run)
        update_run(stage.editor, stage.run, changes)
        after = stage.open_review(stage.run)
        assert (before.uuid, before.review_digest) == (after.uuid, after.review_digest)
        assert before.content_digest != after.content_digest
        last = ReviewRecord.objects.filter(unit_uuid=stage.run).latest("sequence")
        assert (last.action, last.content_digest) == ("amended", after.content_digest)
        assert waits_as_drafted(stage.run)

    def test_an_amendment_is_what_goes_live(self, scheduled: Stage) -> None:
        update_run(scheduled.editor, scheduled.run, {"max_effort": 9})
        publish(scheduled.editor, Selection.of(runs=[scheduled.run]))
        row = CourseRun.objects.get(uuid=scheduled.run)
        assert (row.max_effort, row.title_override) == (9, "Waiting")
        assert Publication.objects.filter(unit_uuid=scheduled.run).latest("number").approval == "approved"
        assert list(check_catalog()) == []

    def test_an_exempt_edit_of_a_course_amends_its_review_and_leaves_its_runs(self, stage: Stage) -> None:
        stage.submit()
        update_course(stage.editor, stage.course, {"additional_metadata": None, "in_year_value": {"per_click_usa": 5}})
        assert acts(stage.course)[-1] == ("amended", "", "review_by_legal")
        assert draft(stage.run).status == LEGAL
        assert waits_as_drafted(stage.course)

    def test_an_edit_that_changes_nothing_has_no_effect_on_a_review(self, stage: Stage) -> None:
        stage.submit()
        row = draft(stage.run)
        update_run(stage.editor, stage.run, {"title_override": row.title_override, "max_effort": row.max_effort})
        update_course(stage.editor, stage.course, {"title": draft(stage.course).title})
        assert draft(stage.run).revision == row.revision
        assert len(acts(stage.run)) == len(acts(stage.course)) == 1

    def test_state_that_nobody_reviews_has_none_either(self, stage: Stage) -> None:
        stage.submit()
        update_course(stage.editor, stage.course, {"watchers": ["a@example.org"]})
        assert len(acts(stage.course)) == 1
        assert list(check_catalog()) == []

    def test_a_change_of_a_live_course_returns_its_scheduled_runs_to_published(self, scheduled: Stage) -> None:
        update_course(scheduled.editor, scheduled.course, {"title": "Another"})
        assert closed(scheduled.run) == ("edited", ["title"])
        assert draft(scheduled.run).status == Status.PUBLISHED
        assert list(check_catalog()) == []

    def test_a_price_ends_the_reviews_of_what_it_changes(self, stage: Stage) -> None:
        stage.submit()
        set_prices(stage.editor, stage.course, {"verified": "79.00"}, runs=[stage.run])
        assert closed(stage.course) == ("edited", ["entitlement"])
        assert closed(stage.run)[0] == "edited"
        assert list(check_catalog()) == []

    def test_a_run_that_is_made_meanwhile_changes_nothing(self, stage: Stage) -> None:
        stage.submit()
        create_run(stage.editor, stage.course, run_changes("2033-02-01T00:00:00Z", end="2033-12-31T00:00:00Z"))
        assert draft(stage.run).status == draft(stage.course).status == LEGAL
        assert list(check_catalog()) == []

    def test_a_page_that_keeps_reviews_is_refused_and_writes_nothing(self, stage: Stage) -> None:
        stage.submit()
        revisions = [draft(unit).revision for unit in (stage.course, stage.run)]
        for edit in (
            lambda: update_run(stage.editor, stage.run, {"title_override": "Another"}, keep_reviews=True),
            lambda: update_course(stage.editor, stage.course, {"title": "Another"}, keep_reviews=True),
            lambda: set_prices(stage.editor, stage.course, {"verified": "79.00"}, keep_reviews=True),
        ):
            with pytest.raises(Conflict) as refused:
                edit()
            assert refused.value.details[0]["code"] == "in_review"
        assert [draft(unit).revision for unit in (stage.course, stage.run)] == revisions
        update_run(stage.editor, stage.run, {"max_effort": 9}, keep_reviews=True)
        assert acts(stage.run)[-1][0] == "amended"

    def test_by_an_import_it_is_as_by_an_edit(self, stage: Stage) -> None:
        stage.submit()
        course = draft(stage.course)
        (outcome,) = write_courses(
            SYSTEM,
            [CourseInput(organization=stage.organization.key, number=course.number, changes={"title": "Imported"})],
        )
        assert not outcome.refused
        assert closed(stage.run) == closed(stage.course) == ("edited", ["title"])
        assert list(check_catalog()) == []


class TestResets:
    def test_a_discard_ends_review_and_schedule_and_says_so(self, scheduled: Stage) -> None:
        discard(scheduled.editor, UnitKind.COURSE_RUN, scheduled.run)
        assert closed(scheduled.run) == ("discarded", ["title_override"])
        assert draft(scheduled.run).status == Status.PUBLISHED
        assert not draft(scheduled.run).has_unpublished_changes
        assert list(check_catalog()) == []

    def test_a_discard_of_a_run_that_was_submitted_for_its_course_ends_its_review(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit()
        discard(live.editor, UnitKind.COURSE_RUN, live.run)
        assert closed(live.run) == ("discarded", [])
        assert draft(live.course).status == LEGAL
        assert list(check_catalog()) == []

    def test_a_discarded_course_returns_its_runs(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit()
        discard(live.editor, UnitKind.COURSE, live.course)
        assert closed(live.course) == closed(live.run) == ("discarded", ["title"])
        assert {draft(unit).status for unit in (live.course, live.run)} == {Status.PUBLISHED}
        assert list(check_catalog()) == []

    def test_a_restored_publication_ends_review_and_schedule(self, scheduled: Stage) -> None:
        restore(scheduled.editor, UnitKind.COURSE_RUN, scheduled.run, 1)
        assert closed(scheduled.run) == ("restored", ["title_override"])
        assert list(check_catalog()) == []

    def test_restoring_what_the_draft_is_changes_nothing(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit()
        restore(live.editor, UnitKind.COURSE_RUN, live.run, 1)
        assert draft(live.run).status == LEGAL

    def test_what_is_in_review_is_not_deleted(self, stage: Stage) -> None:
        stage.submit()
        with pytest.raises(Conflict) as refused:
            delete_run(stage.editor, stage.run)
        assert refused.value.details[0]["code"] == "in_review"
        with pytest.raises(Conflict) as refused:
            delete_course(stage.editor, stage.course)
        assert refused.value.details[0]["code"] == "in_review"
        # The other run is in no review.
        delete_run(stage.editor, stage.runs[1])
        assert list(check_catalog()) == []

    def test_pruning_keeps_what_is_reviewed_and_what_was_decided(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally()
        update_run(stage.editor, stage.run, {"max_effort": 9})
        kept = prune_snapshots(dry_run=True)
        assert kept == 0
        assert waits_as_drafted(stage.run)


class TestOfficialSide:
    def test_unpublishing_ends_review_and_schedule_and_says_so(self, scheduled: Stage) -> None:
        unpublish(scheduled.editor, Selection.of(runs=[scheduled.run]), reason="Over.")
        assert closed(scheduled.run) == ("unpublished", [])
        assert draft(scheduled.run).status == Status.UNPUBLISHED
        assert list(check_catalog()) == []

    @pytest.mark.parametrize("act", ["unpublish", "remove"])
    def test_a_course_that_is_taken_back_takes_its_runs_from_review(self, live: Stage, act: str) -> None:
        other = live.runs[1]
        live.submit(other)
        if act == "unpublish":
            unpublish(live.editor, Selection.of([live.course]), reason="Over.")
        else:
            remove(live.admin, courses=[live.course], reason="Gone.")
        assert closed(other) == ({"unpublish": "unpublished", "remove": "removed"}[act], [])
        assert draft(other).status == Status.UNPUBLISHED
        assert list(check_catalog()) == []

    def test_removing_a_run_ends_its_review(self, scheduled: Stage) -> None:
        remove(scheduled.admin, runs=[scheduled.run], reason="Gone.")
        assert closed(scheduled.run) == ("removed", [])
        assert draft(scheduled.run).status == Status.UNPUBLISHED
        assert list(check_catalog()) == []

    def test_undoing_a_release_leaves_the_draft_in_review(self, scheduled: Stage) -> None:
        release = Publication.objects.get(unit_uuid=scheduled.run).release
        undo_release(scheduled.admin, release.uuid)
        assert draft(scheduled.run).status == REVIEWED
        assert official(scheduled.run).status == Status.UNPUBLISHED
        assert waits_as_drafted(scheduled.run)

    def test_repairing_drift_leaves_the_draft_in_review(self, scheduled: Stage) -> None:
        CourseRun.objects.filter(uuid=scheduled.run).update(license="drifted")
        assert rebuild(SYSTEM, Selection.of(runs=[scheduled.run])).release is not None
        assert draft(scheduled.run).status == REVIEWED
        assert waits_as_drafted(scheduled.run)

    def test_publishing_without_review_ends_it_as_live(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit()
        publish(live.admin, Selection.of([live.course]), without_review=True, message="Urgent.")
        assert closed(live.course) == ("went_live", [])
        # The run has nothing left to wait for but its date, which is over.
        assert draft(live.run).status == REVIEWED
        assert list(check_catalog()) == []

    def test_something_else_that_an_import_makes_official_replaces_what_was_under_review(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit_course()
        row = draft(live.course)
        carried = carry_over(
            live.admin,
            [
                CourseInput(
                    organization=live.organization.key,
                    number=row.number,
                    changes={},
                    official=OfficialInput(Status.PUBLISHED, {"title": "Imported"}),
                )
            ],
            reason="Import.",
        )
        assert len(carried.releases) == 1
        assert closed(live.course) == ("replaced", [])
        assert Course.objects.get(uuid=live.course).title == "Imported"
        assert list(check_catalog()) == []

    def test_only_a_run_that_has_ended_is_archived(self, live: Stage) -> None:
        with pytest.raises(InvalidInput) as refused:
            archive(live.editor, live.run, reason="Over.")
        assert "2031-12-31" in refused.value.fields["end"][0]
        update_run(live.editor, live.run, {"start": "2020-01-01T00:00:00Z", "end": "2020-12-31T00:00:00Z"})
        # What counts is what is official.
        with pytest.raises(InvalidInput):
            archive(live.editor, live.run, reason="Over.")
        publish(live.editor, Selection.of(runs=[live.run]))
        archive(live.editor, live.run, reason="Over.")
        assert official(live.run).status == draft(live.run).status == Status.UNPUBLISHED
        assert list(check_catalog()) == []

    def test_what_was_unpublished_is_opened_again_as_it_is_and_without_review(self, live: Stage) -> None:
        update_run(live.editor, live.run, {"title_override": "Not yet reviewed"})
        unpublish(live.editor, Selection.of(runs=[live.run]), reason="Over.")
        reopen(live.editor, Selection.of(runs=[live.run]), reason="Not over.")
        assert official(live.run).status == Status.PUBLISHED
        assert official(live.run).title_override is None
        assert draft(live.run).has_unpublished_changes
        with pytest.raises(Conflict, match="Not unpublished"):
            reopen(live.editor, Selection.of(runs=[live.run]), reason="Again.")
        assert list(check_catalog()) == []

    def test_what_is_in_review_is_not_opened_again_beside_it(self, live: Stage) -> None:
        unpublish(live.editor, Selection.of(runs=[live.run]), reason="Over.")
        update_run(live.editor, live.run, {"title_override": "Another"})
        live.submit()
        with pytest.raises(Conflict, match="Withdraw the review first"):
            reopen(live.editor, Selection.of(runs=[live.run]), reason="Not over.")

    def test_a_second_unpublished_change_needs_its_own_review(self, scheduled: Stage) -> None:
        publish(scheduled.editor, Selection.of(runs=[scheduled.run]))
        update_run(scheduled.editor, scheduled.run, {"title_override": "Another"})
        with pytest.raises(Conflict) as refused:
            publish(scheduled.editor, Selection.of(runs=[scheduled.run]))
        assert refused.value.details[0]["code"] == "review_missing"

    def test_nobody_but_administrators_publishes_without_review_and_they_say_why(self, stage: Stage) -> None:
        selection = Selection.of([stage.course], all_runs=True)
        with pytest.raises(Conflict) as missing:
            publish(stage.admin, selection)
        assert {detail["key"] for detail in missing.value.details} == {
            draft(unit).key for unit in (stage.course, *stage.runs)
        }
        with pytest.raises(InvalidInput) as refused:
            publish(stage.admin, selection, without_review=True)
        assert list(refused.value.fields) == ["message"]
        publish(stage.admin, selection, without_review=True, message="Urgent.")
        assert is_official(stage.run)
        assert set(Publication.objects.filter(release__message="Urgent.").values_list("approval", flat=True)) == {
            "skipped"
        }
        assert list(check_catalog()) == []
