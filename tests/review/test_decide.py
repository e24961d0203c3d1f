"""Deciding: who may, of what exactly, at which step, and what follows."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from openedx_catalog_publisher.api import (
    Conflict,
    InvalidInput,
    NotPermitted,
    Ofac,
    Selection,
    Target,
    UnitNotFound,
    create_run,
    decide,
    decide_many,
    discard,
    publish,
    reopen,
    request_changes,
    skip_step,
    unpublish,
    update_course,
    update_run,
    withdraw,
)
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import (
    Comment,
    EditRecord,
    OutboxEvent,
    Publication,
    Review,
    ReviewRecord,
    ReviewStep,
    RoleName,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.review.queries import published_without_review, reviews_waiting, skipped_steps
from tests.factories import SYSTEM, acting, grant, make_member, make_organization, make_user, run_changes
from tests.review.stage import Stage, acts, draft, official

pytestmark = pytest.mark.django_db

LEGAL, INTERNAL, REVIEWED = Status.REVIEW_BY_LEGAL, Status.REVIEW_BY_INTERNAL, Status.REVIEWED


def coordinator_who_edits(stage: Stage) -> Any:
    """Return somebody who is a member of the team, and coordinator and legal reviewer besides."""
    user = make_member(stage.organization)
    for role in (RoleName.PROJECT_COORDINATOR, RoleName.LEGAL_REVIEWER, RoleName.PUBLISHER_EDITOR):
        grant(user, role, stage.organization)
    return acting(user)


class TestWhoMay:
    def test_each_step_is_for_those_who_hold_its_role(self, stage: Stage) -> None:
        stage.submit()
        for somebody in (stage.editor, stage.coordinator):
            with pytest.raises(NotPermitted):
                stage.decide(somebody, ofac=Ofac(has_restrictions=False))
        stage.approve_legally()
        for somebody in (stage.editor, stage.legal):
            with pytest.raises(NotPermitted):
                stage.decide(somebody)
        assert stage.decide(stage.admin).status == REVIEWED

    def test_a_reviewer_of_another_organization_learns_nothing_of_a_review(self, stage: Stage) -> None:
        submitted = stage.submit()
        user = make_user()
        grant(user, RoleName.LEGAL_REVIEWER, make_organization())
        with pytest.raises(NotPermitted):
            decide(acting(user), submitted.review, run_digest="guessed")
        withdraw(stage.editor, submitted.review)
        with pytest.raises(NotPermitted):
            decide(acting(user), submitted.review, run_digest="guessed")
        with pytest.raises(NotPermitted):
            withdraw(acting(user), submitted.review)

    def test_nobody_approves_what_they_changed_themselves(self, stage: Stage) -> None:
        both = coordinator_who_edits(stage)
        update_run(both, stage.run, {"title_override": "Mine"})
        stage.submit()
        with pytest.raises(NotPermitted, match=r"You changed .* yourself"):
            stage.decide(both, ofac=Ofac(has_restrictions=False))
        # The course is not theirs.
        assert stage.decide(both, stage.course).decided == (draft(stage.course).key,)

    def test_nor_a_draft_that_they_created_or_discarded(self, live: Stage) -> None:
        both = coordinator_who_edits(live)
        made = create_run(both, live.course, run_changes("2033-02-01T00:00:00Z", end="2033-12-31T00:00:00Z"))
        update_run(live.editor, made.uuid, {"go_live_date": "2032-01-01T00:00:00Z"})
        live.submit(made.uuid)
        with pytest.raises(NotPermitted):
            live.decide(both, made.uuid, ofac=Ofac(has_restrictions=False))
        update_course(live.editor, live.course, {"title": "Another"})
        discard(both, UnitKind.COURSE, live.course)
        update_course(live.editor, live.course, {"title": "Another"})
        live.submit_course()
        with pytest.raises(NotPermitted):
            live.decide(both, live.course)

    def test_a_change_that_needs_no_review_and_a_decision_are_no_contributions(self, stage: Stage) -> None:
        both = coordinator_who_edits(stage)
        update_run(both, stage.run, {"max_effort": 9, "end": "2032-01-01T00:00:00Z"})
        update_course(both, stage.course, {"watchers": ["a@example.org"]})
        stage.submit()
        assert stage.decide(both, ofac=Ofac(has_restrictions=False)).status == INTERNAL
        assert stage.decide(both).status == REVIEWED

    def test_a_contribution_is_over_with_the_publication_of_the_draft(self, live: Stage) -> None:
        both = coordinator_who_edits(live)
        update_run(both, live.run, {"title_override": "Mine"})
        publish(live.admin, Selection.of(runs=[live.run]), without_review=True, message="Urgent.")
        update_run(live.editor, live.run, {"title_override": "Theirs"})
        live.submit()
        assert live.decide(both, ofac=Ofac(has_restrictions=False)).status == INTERNAL

    @pytest.mark.parametrize("again", [False, True], ids=["unpublished", "reopened"])
    def test_it_is_not_over_when_the_unit_is_unpublished_or_reopened_without_it(self, live: Stage, again: bool) -> None:
        both = coordinator_who_edits(live)
        update_run(both, live.run, {"title_override": "Mine"})
        unpublish(both, Selection.of(runs=[live.run]), reason="Over.")
        if again:
            reopen(both, Selection.of(runs=[live.run]), reason="Not over.")
        live.submit()
        with pytest.raises(NotPermitted):
            live.decide(both, ofac=Ofac(has_restrictions=False))

    def test_by_a_setting_everybody_may_approve_their_own(self, stage: Stage, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_FOUR_EYES = False
        both = coordinator_who_edits(stage)
        update_run(both, stage.run, {"title_override": "Mine"})
        stage.submit()
        assert stage.decide(both, ofac=Ofac(has_restrictions=False)).status == INTERNAL

    def test_by_a_setting_the_two_steps_need_two_people(self, stage: Stage, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_TWO_REVIEWERS = True
        both = coordinator_who_edits(stage)
        stage.submit()
        stage.decide(both, ofac=Ofac(has_restrictions=False))
        with pytest.raises(NotPermitted, match="two people"):
            stage.decide(both)
        assert stage.approve_internally().status == REVIEWED


class TestOfWhat:
    def test_the_digests_of_what_was_read_are_required(self, stage: Stage) -> None:
        submitted = stage.submit()
        with pytest.raises(InvalidInput) as refused:
            decide(stage.legal, submitted.review)
        assert list(refused.value.fields) == ["run_digest"]
        assert submitted.course_review is not None
        with pytest.raises(InvalidInput) as refused:
            decide(stage.legal, submitted.course_review)
        assert list(refused.value.fields) == ["course_digest"]

    def test_a_stale_digest_is_refused_with_what_is_under_review(self, stage: Stage) -> None:
        stage.submit()
        run, course = stage.open_review(stage.run), stage.open_review(stage.course)
        with pytest.raises(Conflict) as refused:
            stage.decide(stage.legal, run_digest="0" * 64, course_digest="0" * 64)
        assert [
            (detail["code"], detail["key"], detail["review_digest"], detail["status"])
            for detail in refused.value.details
        ] == [("stale_digest", row.unit_key, row.review_digest, "review_by_legal") for row in (run, course)]
        with pytest.raises(Conflict) as refused:
            stage.decide(stage.legal, course_digest="0" * 64)
        assert [detail["key"] for detail in refused.value.details] == [course.unit_key]
        assert not ReviewRecord.objects.filter(action="approved", unit_uuid=stage.run).exists()

    def test_an_exempt_change_leaves_the_digest_of_what_was_read(self, stage: Stage) -> None:
        stage.submit()
        seen = stage.digests(stage.run)
        update_run(stage.editor, stage.run, {"max_effort": 9})
        assert stage.approve_legally(**seen).status == INTERNAL
        last = ReviewRecord.objects.filter(unit_uuid=stage.run, action="approved").get()
        assert last.snapshot.content_digest == last.content_digest == stage.open_review(stage.run).content_digest

    def test_a_review_that_is_over_says_why(self, stage: Stage) -> None:
        submitted = stage.submit()
        seen = stage.digests(stage.run)
        update_run(stage.editor, stage.run, {"title_override": "Another"})
        with pytest.raises(Conflict) as refused:
            decide(stage.legal, submitted.review, **seen)
        assert refused.value.details == [
            {
                "code": "review_over",
                "key": draft(stage.run).key,
                "reason": "edited",
                "fields": ["title_override"],
            }
        ]

    def test_what_is_approved_needs_no_decision(self, stage: Stage) -> None:
        stage.submit()
        stage.approve()
        with pytest.raises(Conflict, match="approved already"):
            stage.decide(stage.admin)

    def test_there_is_no_such_review(self, stage: Stage) -> None:
        with pytest.raises(UnitNotFound):
            decide(stage.legal, uuid.uuid4(), run_digest="0")


class TestSteps:
    def test_a_decision_on_a_run_decides_its_course_at_the_same_step_where_both_are_named(self, stage: Stage) -> None:
        stage.submit()
        decided = stage.approve_legally()
        assert set(decided.decided) == {draft(stage.run).key, draft(stage.course).key}
        assert decided.status == INTERNAL
        assert acts(stage.course)[-1] == ("approved", "legal", "review_by_internal")

    def test_without_the_courses_digest_the_run_waits_for_its_course(self, stage: Stage) -> None:
        stage.submit()
        assert stage.approve_legally(course_digest="").decided == (draft(stage.run).key,)
        assert draft(stage.run).status == draft(stage.course).status == LEGAL
        assert stage.open_review(stage.run).status == INTERNAL
        stage.approve_legally(stage.course)
        assert draft(stage.run).status == INTERNAL
        assert acts(stage.run)[-1] == ("followed", "", "review_by_internal")
        event = OutboxEvent.objects.filter(object_code=str(stage.run)).latest("sequence")
        assert (event.kind, event.payload["decision"], event.payload["previous_status"]) == (
            "review_decided",
            "followed",
            "review_by_legal",
        )
        assert list(check_catalog()) == []

    def test_a_run_waits_in_the_queue_of_the_step_at_which_it_can_be_decided(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally(course_digest="")
        legal, coordinator = stage.legal.user, stage.coordinator.user
        assert [row.unit_uuid for row in reviews_waiting(legal)] == [stage.course]
        assert list(reviews_waiting(coordinator)) == []
        stage.approve_legally(stage.course)
        assert list(reviews_waiting(legal)) == []
        waiting = reviews_waiting(coordinator, ReviewStep.INTERNAL)
        assert {row.unit_uuid for row in waiting} == {stage.run, stage.course}
        # It began to wait for this step when its course came there.
        assert len({row.step_since for row in waiting}) == 1

    def test_what_is_to_be_decided_is_the_course_alone_and_has_to_be_named(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally(course_digest="")
        with pytest.raises(InvalidInput) as refused:
            stage.approve_legally(course_digest="")
        assert list(refused.value.fields) == ["course_digest"]
        assert stage.approve_legally().decided == (draft(stage.course).key,)

    def test_two_runs_are_decided_each_for_itself_and_their_course_once(self, stage: Stage) -> None:
        for run in stage.runs:
            stage.submit(run)
        stage.approve_legally()
        assert draft(stage.course).status == INTERNAL
        assert [draft(run).status for run in stage.runs] == [INTERNAL, LEGAL]
        assert stage.approve_legally(stage.runs[1]).decided == (draft(stage.runs[1]).key,)

    def test_the_ofac_decision_is_made_in_the_legal_step_of_a_run_and_required_there(self, stage: Stage) -> None:
        stage.submit()
        with pytest.raises(InvalidInput) as refused:
            stage.decide(stage.legal)
        assert list(refused.value.fields) == ["has_ofac_restrictions"]
        with pytest.raises(InvalidInput):
            stage.decide(stage.legal, stage.course, ofac=Ofac(has_restrictions=True))
        revision = draft(stage.run).revision
        stage.decide(stage.legal, ofac=Ofac(has_restrictions=True, comment=" Not there. "))
        row = draft(stage.run)
        assert (row.has_ofac_restrictions, row.ofac_comment) == (True, "Not there.")
        assert row.revision > revision
        assert EditRecord.objects.filter(unit_uuid=stage.run).latest("sequence").action == "update"
        with pytest.raises(InvalidInput) as refused:
            stage.decide(stage.coordinator, ofac=Ofac(has_restrictions=False))
        assert list(refused.value.fields) == ["has_ofac_restrictions"]
        assert list(check_catalog()) == []

    def test_an_ofac_decision_that_stands_needs_not_be_made_again(self, live: Stage) -> None:
        update_run(live.editor, live.run, {"title_override": "Another"})
        live.submit()
        assert live.decide(live.legal).status == INTERNAL
        assert draft(live.run).has_ofac_restrictions is False

    def test_a_step_is_skipped_by_an_administrator_with_a_reason_that_a_report_lists(self, stage: Stage) -> None:
        submitted = stage.submit()
        seen = stage.digests(stage.run)
        with pytest.raises(NotPermitted):
            skip_step(stage.legal, submitted.review, **seen, reason="Urgent.")
        with pytest.raises(InvalidInput) as refused:
            skip_step(stage.admin, submitted.review, **seen, reason=" ")
        assert list(refused.value.fields) == ["reason"]
        decided = skip_step(stage.admin, submitted.review, **seen, reason="Urgent.")
        assert decided.status == INTERNAL
        assert {row.unit_uuid for row in skipped_steps()} >= {stage.run, stage.course}
        skipped = skipped_steps().get(unit_uuid=stage.run)
        assert (skipped.step, [comment.text for comment in skipped.comments.all()]) == ("legal", ["Urgent."])
        stage.approve_internally()
        publish(stage.editor, Selection.of(runs=[stage.run]))
        record = Publication.objects.get(unit_uuid=stage.run)
        assert (record.approval, record.steps) == ("skipped", ["legal", "internal"])
        assert stage.run in {row.unit_uuid for row in published_without_review()}
        assert list(check_catalog()) == []

    def test_every_unit_whose_step_is_skipped_has_the_reason(self, stage: Stage) -> None:
        submitted = stage.submit()
        skip_step(stage.admin, submitted.review, **stage.digests(stage.run), reason="Urgent.")
        for unit in (stage.run, stage.course):
            assert [comment.text for comment in skipped_steps().get(unit_uuid=unit).comments.all()] == ["Urgent."]

    def test_a_comment_stands_with_the_decision(self, stage: Stage) -> None:
        stage.submit()
        stage.approve_legally(comment="Fine.")
        comment = Comment.objects.get(text="Fine.")
        assert (comment.unit_uuid, comment.author, comment.record.action) == (
            stage.run,
            stage.legal.user,
            "approved",
        )


class TestMany:
    def test_many_are_approved_at_once(self, stage: Stage) -> None:
        for run in stage.runs:
            stage.submit(run)
        targets = [Target(stage.open_review(run).uuid, **stage.digests(run)) for run in stage.runs]
        with pytest.raises(InvalidInput):
            decide_many(stage.legal, targets)
        for run in stage.runs:
            stage.approve_legally(run)
        decided = decide_many(stage.coordinator, targets, comment="Good.")
        assert [entry.status for entry in decided] == [REVIEWED, REVIEWED]
        assert Comment.objects.filter(text="Good.").count() == 2
        assert ReviewRecord.objects.filter(unit_uuid=stage.course, action="approved", step="internal").count() == 1

    def test_all_or_none(self, stage: Stage) -> None:
        for run in stage.runs:
            stage.submit(run)
            stage.approve_legally(run)
        first, second = (Target(stage.open_review(run).uuid, **stage.digests(run)) for run in stage.runs)
        for wrong, error in (
            ([first, Target(second.review, "0" * 64, second.course_digest)], Conflict),
            ([first, first], InvalidInput),
            ([], InvalidInput),
        ):
            with pytest.raises(error):
                decide_many(stage.coordinator, wrong)
        assert draft(stage.run).status == INTERNAL

    def test_runs_whose_dates_are_over_go_live_in_one_release(self, stage: Stage) -> None:
        for run in stage.runs:
            update_run(SYSTEM, run, {"go_live_date": "2026-01-01T00:00:00Z"})
            stage.submit(run)
            stage.approve_legally(run)
        targets = [Target(stage.open_review(run).uuid, **stage.digests(run)) for run in stage.runs]
        decided = decide_many(stage.coordinator, targets)
        assert {entry.status for entry in decided} == {Status.PUBLISHED}
        assert len({entry.release for entry in decided}) == 1
        assert {official(unit).status for unit in (stage.course, *stage.runs)} == {Status.PUBLISHED}
        assert list(check_catalog()) == []


class TestSendBack:
    def test_a_reviewer_requests_changes_with_a_comment(self, stage: Stage) -> None:
        submitted = stage.submit()
        seen = stage.digests(stage.run)
        with pytest.raises(InvalidInput) as refused:
            request_changes(stage.legal, submitted.review, **seen, comment=" ")
        assert list(refused.value.fields) == ["comment"]
        with pytest.raises(NotPermitted):
            request_changes(stage.coordinator, submitted.review, **seen, comment="Shorter.")
        request_changes(stage.legal, submitted.review, **seen, comment="Shorter.")
        for unit in (stage.run, stage.course):
            assert draft(unit).status == Status.UNPUBLISHED
            assert acts(unit)[-1] == ("changes_requested", "legal", "unpublished")
        assert Comment.objects.get(text="Shorter.").unit_uuid == stage.run
        event = OutboxEvent.objects.filter(object_code=str(stage.run), kind="review_closed").get()
        assert (event.payload["reason"], event.payload["comment"]) == (
            "changes_requested",
            str(Comment.objects.get(text="Shorter.").uuid),
        )

    def test_without_the_courses_digest_only_the_run_goes_back(self, stage: Stage) -> None:
        submitted = stage.submit()
        seen = stage.digests(stage.run) | {"course_digest": ""}
        request_changes(stage.legal, submitted.review, **seen, comment="Shorter.")
        assert draft(stage.run).status == Status.UNPUBLISHED
        assert draft(stage.course).status == LEGAL

    def test_with_the_course_all_its_submitted_runs_go_back(self, stage: Stage) -> None:
        for run in stage.runs:
            stage.submit(run)
        course = stage.open_review(stage.course)
        request_changes(stage.legal, course.uuid, course_digest=course.review_digest, comment="Not this course.")
        assert {draft(unit).status for unit in (stage.course, *stage.runs)} == {Status.UNPUBLISHED}
        closings = Review.objects.filter(course_uuid=stage.course).values_list("closing", flat=True)
        assert set(closings) == {"changes_requested"}
        assert list(check_catalog()) == []

    def test_a_live_run_returns_to_published(self, live: Stage) -> None:
        update_run(live.editor, live.run, {"title_override": "Another"})
        submitted = live.submit()
        request_changes(live.legal, submitted.review, **live.digests(live.run), comment="Shorter.")
        assert draft(live.run).status == Status.PUBLISHED
        assert draft(live.run).has_unpublished_changes

    def test_a_stale_page_requests_nothing(self, stage: Stage) -> None:
        submitted = stage.submit()
        with pytest.raises(Conflict):
            request_changes(stage.legal, submitted.review, run_digest="0" * 64, comment="Shorter.")
        assert draft(stage.run).status == LEGAL

    def test_the_team_withdraws_from_review_and_the_course_goes_with_its_last_run(self, stage: Stage) -> None:
        for run in stage.runs:
            stage.submit(run)
        withdraw(stage.editor, stage.open_review(stage.run).uuid, comment="Not yet.")
        assert draft(stage.course).status == LEGAL
        withdraw(stage.editor, stage.open_review(stage.runs[1]).uuid)
        assert draft(stage.course).status == Status.UNPUBLISHED
        assert acts(stage.run)[-1] == ("withdrawn", "", "unpublished")
        assert Comment.objects.get(text="Not yet.").record.action == "withdrawn"
        assert list(check_catalog()) == []

    def test_the_team_withdraws_what_is_scheduled(self, stage: Stage) -> None:
        stage.submit()
        stage.approve()
        with pytest.raises(NotPermitted):
            withdraw(stage.coordinator, stage.open_review(stage.run).uuid)
        withdraw(stage.editor, stage.open_review(stage.run).uuid)
        closed = Review.objects.get(unit_uuid=stage.run)
        assert (closed.closing, closed.due, closed.open_unit) == ("withdrawn", None, None)
        with pytest.raises(Conflict) as refused:
            withdraw(stage.editor, closed.uuid)
        assert refused.value.details[0]["reason"] == "withdrawn"

    def test_a_withdrawn_course_takes_its_submitted_runs_along(self, stage: Stage) -> None:
        stage.submit_course()
        stage.submit()
        withdraw(stage.editor, stage.open_review(stage.course).uuid)
        assert draft(stage.run).status == Status.UNPUBLISHED
        assert Review.objects.get(unit_uuid=stage.run).closing == "withdrawn"

    def test_a_run_that_is_withdrawn_leaves_the_review_of_a_course_submitted_by_itself(self, stage: Stage) -> None:
        stage.submit_course()
        stage.submit()
        withdraw(stage.editor, stage.open_review(stage.run).uuid)
        assert draft(stage.course).status == LEGAL
