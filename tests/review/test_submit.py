"""Submitting: what it needs, what it opens, and what it does not ask for again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.api import (
    Conflict,
    InvalidInput,
    NotPermitted,
    Selection,
    StaleRevision,
    publish,
    submit_run,
    update_course,
    update_run,
    withdraw,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import Comment, Course, CourseRun, Publication, Review, Status
from tests.factories import acting, course_type, make_member, make_organization, run_type
from tests.review.stage import Stage, acts, draft, is_official, official

pytestmark = pytest.mark.django_db

LEGAL, INTERNAL, REVIEWED = Status.REVIEW_BY_LEGAL, Status.REVIEW_BY_INTERNAL, Status.REVIEWED

YESTERDAY = timedelta(days=-1)


def close(stage: Stage, unit: Any) -> None:
    """Withdraw the open review of a unit."""
    withdraw(stage.editor, stage.open_review(unit).uuid)


def empty(stage: Stage) -> None:
    """Empty all that a submission of a marketable run needs, save the types."""
    texts = ("short_description", "full_description", "outcome", "image", "level_type", "entitlement")
    update_course(stage.editor, stage.course, dict.fromkeys(texts) | {"subjects": []})
    numbers = ("min_effort", "max_effort", "weeks_to_complete", "language", "go_live_date")
    update_run(stage.editor, stage.run, dict.fromkeys(numbers) | {"transcript_languages": []})


class TestWhatItNeeds:
    def test_everything_that_is_missing_is_named_at_once(self, stage: Stage) -> None:
        empty(stage)
        with pytest.raises(InvalidInput) as refused:
            stage.submit()
        assert list(refused.value.fields) == [
            "go_live_date",
            "min_effort",
            "max_effort",
            "weeks_to_complete",
            "language",
            "transcript_languages",
            "course.entitlement",
            "course.level_type",
            "course.subjects",
            "course.short_description",
            "course.full_description",
            "course.outcome",
            "course.image",
        ]
        assert not Review.objects.filter(course_uuid=stage.course).exists()

    def test_a_course_by_itself_is_asked_for_its_own_fields_by_their_names(self, stage: Stage) -> None:
        update_course(stage.editor, stage.course, {"outcome": None, "entitlement": None})
        with pytest.raises(InvalidInput) as refused:
            stage.submit_course()
        assert list(refused.value.fields) == ["entitlement", "outcome"]

    def test_a_type_that_is_not_marketable_needs_no_marketing_fields(self, stage: Stage) -> None:
        empty(stage)
        kind = course_type("verified-audit")
        kind.course_run_types.update(is_marketable=False)
        with pytest.raises(InvalidInput) as refused:
            stage.submit()
        assert [name for name in refused.value.fields if name.startswith("course.")] == ["course.entitlement"]

    def test_what_sells_nothing_needs_no_price(self, stage: Stage) -> None:
        update_course(stage.editor, stage.course, {"type": str(course_type("audit").uuid), "entitlement": None})
        update_run(stage.editor, stage.run, {"type": str(run_type("audit").uuid)})
        assert stage.submit().status == LEGAL

    def test_a_course_without_a_type_says_so(self, stage: Stage) -> None:
        Course.everything.filter(uuid=stage.course).update(type=None)
        with pytest.raises(InvalidInput) as refused:
            stage.submit_course()
        assert list(refused.value.fields) == ["type"]

    @pytest.mark.parametrize(
        ("place", "accepted"),
        [
            ({"location_name": "Hall", "lat": "1.5", "lng": "2.5"}, True),
            ({"location_name": "", "lat": "1.5", "lng": "2.5"}, False),
            (None, True),
        ],
    )
    def test_a_geolocation_is_given_whole_or_not_at_all(self, stage: Stage, place: Any, accepted: bool) -> None:
        update_course(stage.editor, stage.course, {"geolocation": place})
        if accepted:
            assert stage.submit_course().status == LEGAL
        else:
            with pytest.raises(InvalidInput) as refused:
                stage.submit_course()
            assert list(refused.value.fields) == ["geolocation"]

    def test_a_site_asks_for_more_of_all_types_and_of_one(self, stage: Stage, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_REQUIRED_FIELDS = {
            "*": {"course": ["syllabus_raw"]},
            "verified-audit": {"course_run": ["external_key"]},
            "audit": {"course": ["faq"]},
        }
        with pytest.raises(InvalidInput) as refused:
            stage.submit()
        assert list(refused.value.fields) == ["external_key", "course.syllabus_raw"]

    def test_only_editors_submit(self, stage: Stage) -> None:
        for somebody in (stage.legal, stage.coordinator, acting(make_member(make_organization()))):
            with pytest.raises(NotPermitted):
                submit_run(somebody, stage.run)

    def test_a_submission_that_names_an_old_revision_is_refused(self, stage: Stage) -> None:
        with pytest.raises(StaleRevision):
            stage.submit(revision=draft(stage.run).revision - 1)
        with pytest.raises(StaleRevision):
            stage.submit_course(revision=draft(stage.course).revision - 1)

    def test_what_is_in_review_is_not_submitted_again(self, stage: Stage) -> None:
        submitted = stage.submit()
        for again in (stage.submit, stage.submit_course):
            with pytest.raises(Conflict) as refused:
                again()
            assert refused.value.details[0]["code"] == "in_review"
        assert refused.value.details[0]["review"] == str(submitted.course_review)

    def test_what_is_official_has_nothing_to_review(self, live: Stage) -> None:
        for submit in (live.submit, live.submit_course):
            with pytest.raises(Conflict, match="nothing to review"):
                submit()


class TestWhatItOpens:
    def test_a_run_opens_its_own_review_and_that_of_its_course(self, stage: Stage) -> None:
        submitted = stage.submit(comment="Please look.")
        run, course = stage.open_review(stage.run), stage.open_review(stage.course)
        assert (submitted.review, submitted.course_review, submitted.status) == (run.uuid, course.uuid, LEGAL)
        assert (run.origin, course.origin) == (Review.Origin.OWN, Review.Origin.RUN)
        assert draft(stage.run).status == draft(stage.course).status == LEGAL
        comment = Comment.objects.get(course_uuid=stage.course)
        assert (comment.unit_uuid, comment.text, comment.record.action) == (stage.run, "Please look.", "submitted")

    def test_another_run_joins_the_open_review_of_the_course(self, stage: Stage) -> None:
        first = stage.submit()
        stage.approve_legally()
        second = stage.submit(stage.runs[1])
        assert first.course_review == second.course_review
        # The earlier of its own step and its course's.
        assert second.status == LEGAL
        assert draft(stage.course).status == INTERNAL
        assert draft(stage.run).status == INTERNAL

    def test_a_run_joins_the_review_of_a_course_that_was_submitted_by_itself(self, stage: Stage) -> None:
        alone = stage.submit_course()
        assert stage.submit().course_review == alone.review
        assert stage.open_review(stage.course).origin == Review.Origin.OWN

    def test_a_course_that_is_official_is_not_reviewed_with_its_run(self, live: Stage) -> None:
        submitted = live.submit(live.runs[1])
        assert submitted.course_review is None
        assert draft(live.course).status == Status.PUBLISHED

    def test_a_course_that_changed_is_reviewed_with_a_run_that_did_not(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        assert live.submit().status == LEGAL
        assert live.open_review(live.run).missing_steps == []
        live.approve_legally()
        assert live.approve_internally().status == Status.PUBLISHED
        assert official(live.course).title == "Another"
        # The run itself did not move.
        assert Publication.objects.filter(unit_uuid=live.run).count() == 1
        assert acts(live.run)[-1] == ("went_live", "", "published")
        assert list(check_catalog()) == []


class TestWhatItDoesNotAskForAgain:
    def test_what_holds_all_approvals_is_reviewed_at_once(self, stage: Stage) -> None:
        stage.submit()
        stage.approve()
        close(stage, stage.run)
        assert draft(stage.run).status == Status.UNPUBLISHED
        assert stage.submit().status == REVIEWED

    def test_what_holds_one_approval_is_asked_for_the_other(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally()
        close(stage, stage.run)
        assert stage.submit().status == INTERNAL

    def test_content_that_returns_to_what_was_approved_is_approved(self, stage: Stage) -> None:
        stage.submit()
        stage.approve()
        update_run(stage.editor, stage.run, {"title_override": "Another"})
        update_run(stage.editor, stage.run, {"title_override": None})
        assert stage.submit().status == REVIEWED

    def test_approved_content_whose_date_is_over_goes_live_with_its_submission(self, stage: Stage) -> None:
        stage.submit()
        stage.approve()
        close(stage, stage.run)
        stage.schedule(timezone.now() + YESTERDAY)
        submitted = stage.submit()
        assert (submitted.status, submitted.release is not None) == (Status.PUBLISHED, True)
        assert is_official(stage.run)
        assert list(check_catalog()) == []

    def test_changes_of_a_live_run_that_need_no_review_are_published_by_its_editors_at_once(self, live: Stage) -> None:
        update_run(live.editor, live.run, {"max_effort": 9, "end": "2032-01-01T00:00:00Z"})
        publish(live.editor, Selection.of(runs=[live.run]))
        assert CourseRun.objects.get(uuid=live.run).max_effort == 9
        record = Publication.objects.get(unit_uuid=live.run, number=2)
        assert (record.approval, record.steps) == ("not_required", [])

    def test_submitted_they_go_live_at_once(self, live: Stage) -> None:
        update_run(live.editor, live.run, {"max_effort": 9})
        submitted = live.submit()
        assert (submitted.status, submitted.release is not None) == (Status.PUBLISHED, True)
        assert CourseRun.objects.get(uuid=live.run).max_effort == 9

    def test_other_changes_of_a_live_run_are_refused_naming_the_steps(self, live: Stage) -> None:
        update_run(live.editor, live.run, {"title_override": "Another"})
        with pytest.raises(Conflict) as refused:
            publish(live.editor, Selection.of(runs=[live.run]))
        assert refused.value.details == [
            {"code": "review_missing", "key": draft(live.run).key, "steps": ["legal", "internal"]}
        ]

    def test_by_a_setting_any_change_of_what_is_live_needs_no_review(self, live: Stage, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_LIVE_CHANGES_SKIP_REVIEW = True
        update_run(live.editor, live.run, {"title_override": "Another"})
        assert live.submit().status == Status.PUBLISHED
        assert Publication.objects.get(unit_uuid=live.run, number=2).approval == "live_change"
        # What was never live is reviewed as ever.
        assert live.submit(live.runs[1]).status == LEGAL
        assert list(check_catalog()) == []

    def test_a_price_may_be_asked_for_by_one_step_only(self, live: Stage, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_REVIEW_STEPS = {"course": {"entitlement": ["internal"]}}
        price = {"entitlement": {"mode": "verified", "price": "99.00", "currency": "USD"}}
        update_course(live.editor, live.course, price)
        assert live.submit_course().status == INTERNAL
        assert live.approve_internally(live.course).status == Status.PUBLISHED
        assert Publication.objects.get(unit_uuid=live.course, number=2).steps == ["internal"]
        # With anything else it needs both.
        update_course(live.editor, live.course, {"entitlement": None, "title": "Another"})
        update_course(live.editor, live.course, price | {"title": "Another"})
        assert live.submit_course().status == LEGAL
        assert list(check_catalog()) == []


class TestACourseByItself:
    def test_one_that_was_never_published_waits_for_its_publication(self, stage: Stage) -> None:
        stage.submit_course()
        assert stage.approve(stage.course).status == REVIEWED
        assert not is_official(stage.course)
        publish(stage.editor, Selection.of([stage.course]))
        assert draft(stage.course).status == Status.PUBLISHED
        assert acts(stage.course)[-1] == ("went_live", "", "published")
        assert list(check_catalog()) == []

    def test_it_goes_live_with_the_first_of_its_runs(self, stage: Stage) -> None:
        stage.submit_course()
        stage.approve(stage.course)
        stage.go_live()
        assert is_official(stage.course)
        assert list(check_catalog()) == []

    def test_a_change_of_a_live_course_goes_live_with_the_last_approval(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit_course()
        decided = live.approve(live.course)
        assert (decided.status, decided.release is not None) == (Status.PUBLISHED, True)
        assert official(live.course).title == "Another"

    def test_a_change_that_a_run_brought_along_waits_for_that_run(self, live: Stage) -> None:
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit(live.runs[1])
        assert live.approve(live.runs[1]).status == REVIEWED
        assert official(live.course).title != "Another"
        publish(live.editor, Selection.of([live.course], [live.runs[1]]))
        assert official(live.course).title == "Another"
        assert list(check_catalog()) == []
