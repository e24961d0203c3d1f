"""Going live: at the date, by whichever worker, in spite of failures, and nothing but what was approved."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from openedx_catalog_publisher.api import (
    Selection,
    publish,
    publish_due,
    rebuild,
    undo_release,
    update_course,
    update_run,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    Publication,
    Review,
    Snapshot,
    Status,
)
from openedx_catalog_publisher.review.go_live import merge
from openedx_catalog_publisher.review.schedule import LEASE, due_reviews, failed_go_lives
from tests.factories import SYSTEM
from tests.review.stage import SOON, Stage, acts, draft, is_official, official

pytestmark = pytest.mark.django_db

REVIEWED = Status.REVIEWED
MINUTE = timedelta(minutes=1)


def ago(span: timedelta) -> datetime:
    """Return a moment before now."""
    return timezone.now() - span


def approve(stage: Stage, run: uuid.UUID | None = None) -> None:
    """Take a run to where it waits for its date, far ahead."""
    stage.schedule(timezone.now() + SOON, run)
    stage.submit(run)
    assert stage.approve(run).status == REVIEWED


def clash(stage: Stage) -> None:
    """Let the first run, live, wait with a title that overlaps with what was made official since its approval."""
    update_run(stage.admin, stage.run, {"title_override": "Second"})
    second = publish(stage.admin, Selection.of(runs=[stage.run]), without_review=True, message="Urgent.")
    update_run(stage.editor, stage.run, {"title_override": "Third"})
    approve(stage)
    assert second.release is not None
    undo_release(stage.admin, second.release.uuid)


class TestDates:
    def test_moving_the_date_moves_the_schedule(self, stage: Stage) -> None:
        approve(stage)
        later = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
        stage.schedule(later)
        assert stage.open_review(stage.run).due == later
        assert publish_due().published == []
        stage.schedule(ago(MINUTE))
        assert [key for key, _ in publish_due().published] == [draft(stage.run).key]
        assert list(check_catalog()) == []

    def test_without_a_date_it_waits(self, stage: Stage) -> None:
        approve(stage)
        stage.schedule(None)
        assert stage.open_review(stage.run).due is None
        assert publish_due().published == []
        assert draft(stage.run).status == REVIEWED
        assert list(check_catalog()) == []

    def test_it_may_be_published_before_its_date(self, stage: Stage) -> None:
        approve(stage)
        publish(stage.editor, Selection.of(runs=[stage.run]))
        closed = Review.objects.get(unit_uuid=stage.run)
        assert (closed.closing, closed.lateness) == ("went_live", 0)
        assert publish_due().published == []

    def test_what_is_not_approved_does_not_go_live_at_its_date(self, stage: Stage) -> None:
        stage.schedule(ago(MINUTE))
        stage.submit()
        stage.approve_legally()
        assert publish_due().published == []
        assert not is_official(stage.run)

    @pytest.mark.parametrize("date", ["1500-01-01T00:00:00Z", "2026-01-01T00:00:00Z"])
    def test_a_past_date_goes_live_with_the_last_approval_and_is_not_late(self, stage: Stage, date: str) -> None:
        update_run(stage.editor, stage.run, {"go_live_date": date})
        stage.submit()
        assert stage.approve().status == Status.PUBLISHED
        assert Review.objects.get(unit_uuid=stage.run).lateness == 0
        assert list(check_catalog()) == []

    def test_lateness_counts_from_the_date_on_which_it_could_have_gone_live(self, stage: Stage) -> None:
        approve(stage)
        Review.objects.filter(open_unit=stage.run).update(step_since=ago(timedelta(hours=3)))
        stage.schedule(ago(timedelta(hours=2)))
        ((_, late),) = publish_due().published
        assert 7200 <= late < 7260

    def test_a_run_that_waits_for_its_course_is_not_late_before_the_course_is_approved(self, stage: Stage) -> None:
        stage.schedule(ago(MINUTE))
        stage.submit()
        stage.approve_legally()
        stage.approve_internally(course_digest="")
        Review.objects.filter(open_unit=stage.run).update(step_since=ago(timedelta(hours=3)))
        assert stage.approve_internally(stage.course).status == Status.PUBLISHED
        assert is_official(stage.run)
        assert Review.objects.get(unit_uuid=stage.run).lateness == 0

    def test_a_run_with_nothing_of_its_own_is_done_at_its_date(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit()
        publish(live.admin, Selection.of([live.course]), without_review=True, message="Urgent.")
        done = publish_due()
        assert (done.failed, [key for key, _ in done.published]) == ([], [draft(live.run).key])
        assert draft(live.run).status == Status.PUBLISHED
        assert list(check_catalog()) == []


class TestSinceTheApproval:
    def test_a_run_that_was_published_since_is_merged_field_by_field(self, live: Stage) -> None:
        update_run(live.editor, live.run, {"weeks_to_complete": 20})
        second = publish(live.editor, Selection.of(runs=[live.run]))
        update_run(live.editor, live.run, {"title_override": "Third"})
        approve(live)
        assert second.release is not None
        undo_release(live.editor, second.release.uuid)

        live.schedule(ago(MINUTE))
        assert len(publish_due().published) == 1

        row = CourseRun.objects.get(uuid=live.run)
        assert (row.title_override, row.weeks_to_complete) == ("Third", 6)
        assert draft(live.run).weeks_to_complete == 20
        assert draft(live.run).has_unpublished_changes
        assert [act for act, _, _ in acts(live.run)][-2:] == ["amended", "went_live"]
        assert list(check_catalog()) == []

    def test_an_overlap_is_a_failure_that_names_the_fields(self, live: Stage) -> None:
        clash(live)
        live.schedule(ago(MINUTE))
        done = publish_due()
        assert done.published == []
        (failure,) = done.failed
        assert "title_override" in failure.message
        assert CourseRun.objects.get(uuid=live.run).title_override is None
        assert draft(live.run).status == REVIEWED
        assert list(check_catalog()) == []

    def test_the_part_of_a_course_that_was_published_since_is_left_alone(self, live: Stage) -> None:
        update_course(live.admin, live.course, {"title": "Second"})
        second = publish(live.admin, Selection.of([live.course]), without_review=True, message="Urgent.")
        update_course(live.editor, live.course, {"title": "Third"})
        approve(live, live.runs[1])
        assert second.release is not None
        undo_release(live.admin, second.release.uuid)
        undone = Course.objects.get(uuid=live.course).title

        live.schedule(ago(MINUTE), live.runs[1])
        assert len(publish_due().published) == 1

        assert Course.objects.get(uuid=live.course).title == undone != "Third"
        assert draft(live.course).status == REVIEWED
        assert list(check_catalog()) == []

    def test_a_repair_of_what_is_official_is_no_publication_since(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Third"})
        approve(live, live.runs[1])
        Course.objects.filter(uuid=live.course).update(outcome="drifted")
        assert rebuild(SYSTEM, Selection.of([live.course])).release is not None

        live.schedule(ago(MINUTE), live.runs[1])
        assert len(publish_due().published) == 1

        assert Course.objects.get(uuid=live.course).title == "Third"
        assert draft(live.course).status == Status.PUBLISHED
        assert list(check_catalog()) == []

    def test_fields_are_merged_where_one_side_moved_and_overlap_where_both_did(self) -> None:
        base = {"same": 1, "approved": 1, "official": 1, "both": 1, "alike": 1}
        approved = {"same": 1, "approved": 2, "official": 1, "both": 2, "alike": 2}
        official = {"same": 1, "approved": 1, "official": 2, "both": 3, "alike": 2}
        merged, overlap = merge(base, approved, official)
        assert overlap == ["both"]
        assert merged == {"same": 1, "approved": 2, "official": 2, "alike": 2}


class TestFailures:
    def test_a_failure_is_recorded_visible_and_tried_again_later(self, live: Stage) -> None:
        clash(live)
        live.schedule(ago(MINUTE))
        (failure,) = publish_due().failed
        review = live.open_review(live.run)
        assert (review.attempts, review.last_error, review.not_before) == (1, failure.message, failure.again)
        assert failure.again > timezone.now()
        assert list(failed_go_lives()) == [review]
        # Not before its time, and then longer and longer.
        assert publish_due() == type(publish_due())()
        Review.objects.filter(pk=review.pk).update(not_before=timezone.now())
        (second,) = publish_due().failed
        assert second.again - timezone.now() > failure.again - timezone.now() > timedelta(0)
        assert live.open_review(live.run).attempts == 2
        # Another date is another start.
        live.schedule(timezone.now() + SOON)
        review = live.open_review(live.run)
        assert (review.attempts, review.last_error, review.not_before) == (0, "", None)
        assert list(failed_go_lives()) == []

    def test_one_run_that_fails_stops_no_other(self, stage: Stage, live: Stage) -> None:
        clash(live)
        live.schedule(ago(2 * MINUTE))
        approve(stage)
        stage.schedule(ago(MINUTE))
        done = publish_due()
        assert [failure.key for failure in done.failed] == [draft(live.run).key]
        assert [key for key, _ in done.published] == [draft(stage.run).key]

    def test_nor_does_one_whose_stored_content_cannot_be_read(self, stage: Stage, live: Stage) -> None:
        update_run(live.editor, live.run, {"title_override": "Third"})
        approve(live)
        live.schedule(ago(2 * MINUTE))
        approve(stage)
        stage.schedule(ago(MINUTE))
        record = Publication.objects.get(unit_uuid=live.run)
        QuerySet(model=Snapshot).filter(pk=record.snapshot_id).update(body=b"\x00")
        done = publish_due()
        assert [failure.key for failure in done.failed] == [draft(live.run).key]
        assert [key for key, _ in done.published] == [draft(stage.run).key]
        assert live.open_review(live.run).last_error != ""

    def test_a_failure_within_a_decision_leaves_the_decision_and_is_tried_again(self, live: Stage) -> None:
        clash(live)
        live.schedule(ago(MINUTE))
        live.submit(live.runs[1])
        live.approve_legally(live.runs[1])
        # The decision on the other run finds the first one due.
        assert live.approve_internally(live.runs[1]).status == REVIEWED
        assert "title_override" in live.open_review(live.run).last_error
        assert live.open_review(live.run) in failed_go_lives()

    def test_of_several_that_are_due_those_go_live_that_can(self, live: Stage) -> None:
        clash(live)
        live.schedule(ago(MINUTE))
        live.schedule(ago(MINUTE), live.runs[1])
        live.submit(live.runs[1])
        live.approve_legally(live.runs[1])
        assert live.approve_internally(live.runs[1]).status == Status.PUBLISHED
        assert draft(live.run).status == REVIEWED
        assert list(check_catalog()) == []

    def test_a_course_that_could_not_go_live_with_its_approval_is_visible_and_tried_again(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit_course()
        live.approve_legally(live.course)
        last = Publication.objects.filter(unit_uuid=live.course).latest("number")
        waiting = live.open_review(live.course)
        # What waits is not the draft, as no command can leave it.
        Review.objects.filter(pk=waiting.pk).update(content_digest="0" * 64)
        assert live.approve_internally(live.course).status == REVIEWED
        review = live.open_review(live.course)
        assert "is not what was approved" in review.last_error
        assert list(failed_go_lives()) == [review]
        Review.objects.filter(pk=waiting.pk).update(content_digest=waiting.content_digest)
        assert [key for key, _ in publish_due().published] == [draft(live.course).key]
        assert Publication.objects.filter(unit_uuid=live.course).latest("number").number == last.number + 1
        # Save what was done to the review past the commands, nothing is wrong.
        assert {finding.code for finding in check_catalog()} == {"amendment_unlogged"}


class TestWorkers:
    def test_what_one_worker_claimed_no_other_tries(self, stage: Stage) -> None:
        approve(stage)
        stage.schedule(ago(MINUTE))
        inner: list[Any] = []
        done = publish_due(after_claim=lambda _: inner.append(publish_due()))
        assert [found.published for found in inner] == [[]]
        assert len(done.published) == 1

    def test_what_a_worker_left_behind_is_anybodys_after_its_lease(self, stage: Stage) -> None:
        approve(stage)
        stage.schedule(ago(MINUTE))

        def die(_: uuid.UUID) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            publish_due(after_claim=die)
        assert publish_due().published == []
        assert due_reviews(timezone.now() + LEASE + MINUTE).count() == 1
        Review.objects.filter(open_unit=stage.run).update(not_before=timezone.now())
        assert len(publish_due().published) == 1

    def test_a_date_that_moves_between_claim_and_publication_holds(self, stage: Stage) -> None:
        approve(stage)
        stage.schedule(ago(MINUTE))
        done = publish_due(after_claim=lambda _: stage.schedule(timezone.now() + SOON))
        assert (done.published, done.failed) == ([], [])
        assert not is_official(stage.run)
        # The claim is given back, so that the next date is not missed for the rest of the lease.
        assert stage.open_review(stage.run).not_before is None

    def test_a_withdrawal_between_claim_and_publication_holds(self, stage: Stage) -> None:
        approve(stage)
        stage.schedule(ago(MINUTE))
        done = publish_due(after_claim=lambda _: update_run(stage.editor, stage.run, {"title_override": "Another"}))
        assert (done.published, done.failed) == ([], [])
        assert not is_official(stage.run)

    def test_a_round_may_be_limited(self, stage: Stage) -> None:
        for run in stage.runs:
            approve(stage, run)
        for run in stage.runs:
            stage.schedule(ago(MINUTE), run)
        assert len(publish_due(limit=1).published) == 1
        assert len(publish_due(limit=5).published) == 1


class TestSunset:
    @pytest.fixture
    def ended(self, live: Stage) -> Stage:
        """A course whose live run is over, and whose other run is approved and due."""
        update_run(
            live.editor,
            live.run,
            {"start": "2020-01-01T00:00:00Z", "end": "2020-12-31T00:00:00Z", "enrollment_end": "2020-06-01T00:00:00Z"},
        )
        publish(live.editor, Selection.of(runs=[live.run]))
        approve(live, live.runs[1])
        live.schedule(ago(MINUTE), live.runs[1])
        return live

    @pytest.mark.parametrize("on", [False, True])
    def test_by_a_setting_a_run_that_is_over_is_unpublished_when_another_goes_live(
        self, ended: Stage, settings: Any, on: bool
    ) -> None:
        settings.CATALOG_PUBLISHER_SUNSET_ENDED_RUNS = on
        assert len(publish_due().published) == 1
        assert official(ended.run).status == (Status.UNPUBLISHED if on else Status.PUBLISHED)
        assert official(ended.runs[1]).status == Status.PUBLISHED
        assert list(check_catalog()) == []
