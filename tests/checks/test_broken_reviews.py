"""Invariants 2 and 5 broken on purpose: approvals, and open reviews with the drafts that stand in them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import (
    Comment,
    CourseRun,
    Publication,
    Release,
    Review,
    ReviewRecord,
    Snapshot,
)
from tests.checks.busy_catalog import BusyCatalog, past_the_commands, without_database_checks
from tests.review.stage import Stage, draft


def found(number: int) -> list[tuple[str, str]]:
    """Return code and key of all that breaks an invariant."""
    return [(finding.code, finding.key) for finding in check_catalog([number])]


@pytest.fixture
def stage(catalog: BusyCatalog) -> Stage:
    """The course that went live by its reviews."""
    return catalog.reviewed


@pytest.fixture
def published(stage: Stage) -> Publication:
    """The publication of its run, which both steps approved."""
    record: Publication = Publication.objects.get(unit_uuid=stage.run)
    assert (record.approval, record.steps) == ("approved", ["legal", "internal"])
    return record


def alter(record: Publication, **columns: Any) -> None:
    """Change a publication past the commands."""
    past_the_commands(Publication).filter(pk=record.pk).update(**columns)


class TestApprovals:
    @pytest.mark.parametrize("step", ["legal", "internal"])
    def test_an_approval_that_is_not_there_is_missed(self, published: Publication, step: str) -> None:
        decisions = past_the_commands(ReviewRecord).filter(unit_uuid=published.unit_uuid, action="approved", step=step)
        decisions.filter(sequence__lt=published.sequence).update(action="followed")
        assert found(2) == [("not_approved", published.unit_key)]

    @pytest.mark.parametrize(
        "columns",
        [{"review_digest": "0" * 64}, {"unit_uuid": uuid.UUID(int=0)}, {"step": "legal"}, {"action": "skipped"}],
        ids=["of other content", "of another unit", "of another step", "skipped"],
    )
    def test_a_decision_on_something_else_is_none(self, published: Publication, columns: dict[str, Any]) -> None:
        decisions = past_the_commands(ReviewRecord).filter(unit_uuid=published.unit_uuid, step="internal")
        decisions.filter(sequence__lt=published.sequence).update(**columns)
        assert ("not_approved", published.unit_key) in found(2)

    def test_a_decision_that_came_later_is_none(self, published: Publication) -> None:
        decision = ReviewRecord.objects.filter(unit_uuid=published.unit_uuid, action="approved", step="legal").earliest(
            "sequence"
        )
        past_the_commands(ReviewRecord).filter(pk=decision.pk).update(sequence=1000)
        assert ("not_approved", published.unit_key) in found(2)

    def test_an_approval_of_no_step_is_found(self, published: Publication) -> None:
        alter(published, steps=[])
        assert found(2) == [("approved_for_no_step", published.unit_key)]

    def test_a_list_of_steps_that_was_shortened_is_found_by_its_hash(self, published: Publication) -> None:
        alter(published, steps=["legal"])
        assert found(10) == [("altered", published.unit_key)]

    def test_a_review_that_nobody_asked_for_is_found(self, published: Publication) -> None:
        alter(published, steps=[], approval="not_required")
        assert found(2) == [("review_was_required", published.unit_key)]

    def test_a_change_of_what_was_not_live_is_found(self, published: Publication) -> None:
        alter(published, approval="live_change")
        assert found(2) == [("was_not_live", published.unit_key)]

    def test_an_administrators_word_without_a_reason_is_found(self, catalog: BusyCatalog) -> None:
        record = Publication.objects.get(unit_uuid=catalog.equal.course.uuid)
        past_the_commands(Release).filter(pk=record.release_id).update(message=" ")
        keys = Publication.objects.filter(release=record.release_id).values_list("unit_key", flat=True)
        assert sorted(found(2)) == sorted(("skipped_without_reason", key) for key in keys)

    def test_a_skipped_step_without_a_reason_is_found(self, published: Publication) -> None:
        alter(published, approval="skipped")
        assert found(2) == [("skipped_without_reason", published.unit_key)]
        decisions = past_the_commands(ReviewRecord).filter(unit_uuid=published.unit_uuid, step="legal")
        decisions.filter(sequence__lt=published.sequence).update(action="skipped")
        assert found(2) == [("skipped_without_reason", published.unit_key)]
        comment = Comment.objects.earliest("pk")
        Comment.objects.filter(pk=comment.pk).update(record=decisions.earliest("sequence"))
        assert ("skipped_without_reason", published.unit_key) not in found(2)

    def test_other_content_than_what_was_approved_is_found(self, published: Publication) -> None:
        other = ReviewRecord.objects.filter(unit_uuid=published.unit_uuid).latest("sequence").snapshot
        alter(published, snapshot=other, content_digest=other.content_digest)
        assert sorted(found(2)) == [
            ("not_approved", published.unit_key),
            ("went_live_otherwise", published.unit_key),
        ]

    def test_an_amendment_that_no_act_names_is_found(self, stage: Stage) -> None:
        amended = ReviewRecord.objects.filter(unit_uuid=stage.run, action="amended").latest("sequence")
        past_the_commands(ReviewRecord).filter(pk=amended.pk).update(action="followed")
        assert found(2) == [("amendment_unlogged", draft(stage.run).key)]

    def test_an_act_about_other_reviewed_content_is_found(self, stage: Stage) -> None:
        amended = ReviewRecord.objects.filter(unit_uuid=stage.run, action="amended").latest("sequence")
        past_the_commands(ReviewRecord).filter(pk=amended.pk).update(review_digest="0" * 64)
        assert found(2) == [("review_digest_moved", draft(stage.run).key)]


class TestOpenReviews:
    @pytest.mark.parametrize("status", ["published", "unpublished", "review_by_legal"])
    def test_a_status_that_no_review_says_is_found(self, stage: Stage, status: str) -> None:
        CourseRun.drafts.filter(uuid=stage.run).update(status=status)
        assert ("status_disagrees", draft(stage.run).key) in found(5)

    def test_a_status_of_review_without_one_is_found(self, catalog: BusyCatalog) -> None:
        CourseRun.drafts.filter(uuid=catalog.equal.runs[0].uuid).update(status="reviewed")
        assert found(5) == [("status_disagrees", catalog.equal.runs[0].key)]

    def test_a_second_open_review_is_found(self, stage: Stage) -> None:
        over = Review.objects.filter(unit_uuid=stage.run).exclude(closing="").earliest("pk")
        with without_database_checks():
            Review.objects.filter(pk=over.pk).update(closing="")
            findings = found(5)
            Review.objects.filter(pk=over.pk).update(closing="went_live")
        assert findings == [("two_open_reviews", draft(stage.run).key)]

    @pytest.mark.parametrize("columns", [{"missing_steps": ["internal"]}, {"status": "review_by_legal"}])
    def test_a_review_that_contradicts_itself_is_found(self, stage: Stage, columns: dict[str, Any]) -> None:
        Review.objects.filter(open_unit=stage.run).update(**columns)
        assert ("step_disagrees", draft(stage.run).key) in found(5)

    def test_a_review_whose_digest_is_not_that_of_the_draft_is_found(self, stage: Stage) -> None:
        for column in ("content_digest", "review_digest"):
            before = Review.objects.values_list(column, flat=True).get(open_unit=stage.run)
            Review.objects.filter(open_unit=stage.run).update(**{column: "0" * 64})
            assert found(5) == [("waits_otherwise", draft(stage.run).key)]
            Review.objects.filter(open_unit=stage.run).update(**{column: before})

    def test_a_snapshot_that_is_not_the_draft_is_found(self, stage: Stage) -> None:
        other = Snapshot.objects.filter(unit_uuid=stage.run).earliest("pk")
        Review.objects.filter(open_unit=stage.run).update(snapshot=other)
        assert found(5) == [("waits_otherwise", draft(stage.run).key)]

    def test_a_draft_that_moved_without_its_review_is_found(self, stage: Stage) -> None:
        CourseRun.drafts.filter(uuid=stage.run).update(title_override="Past the commands")
        assert found(5) == [("waits_otherwise", draft(stage.run).key)]

    def test_a_schedule_that_is_not_the_drafts_date_is_found(self, stage: Stage) -> None:
        Review.objects.filter(open_unit=stage.run).update(due=None)
        assert found(5) == [("due_disagrees", draft(stage.run).key)]

    def test_a_review_of_a_draft_that_is_gone_is_found(self, stage: Stage) -> None:
        nobody = uuid.uuid4()
        Review.objects.filter(open_unit=stage.runs[1]).update(unit_uuid=nobody, open_unit=nobody)
        assert ("review_without_draft", draft(stage.runs[1]).key) in found(5)
