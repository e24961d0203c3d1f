"""Decisions through Discovery's door on what is in review no more."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from openedx_catalog_publisher.api import publish_due, update_course, update_run, withdraw
from openedx_catalog_publisher.models import CourseRun, ReviewRecord
from openedx_catalog_publisher.rest.discovery import workflow
from openedx_catalog_publisher.rest.discovery.shown import OpenReviews, open_reviews
from tests.rest.discovery.test_reviewing import INTERNAL, LEGAL, Desk, desk_of
from tests.review.stage import set_stage

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def desk() -> Desk:
    """A run in review, whose date is to come."""
    desk = desk_of(set_stage(go_live=timedelta(days=30)))
    desk.submit()
    return desk


@pytest.mark.parametrize("body", [LEGAL, INTERNAL], ids=["legal", "internal"])
def test_a_decision_on_a_run_that_was_withdrawn_is_refused(body: dict[str, Any], desk: Desk) -> None:
    shown = desk.page(desk.reviewer)
    withdraw(desk.stage.editor, desk.stage.open_review(desk.stage.run).uuid)

    answer = desk.decide(body, shown=shown)

    assert (answer.status_code, answer.json()) == (
        409,
        "The run is not in review any more. This page is out of date: reload it.",
    )
    assert not ReviewRecord.objects.filter(action="approved").exists()
    assert CourseRun.drafts.get(uuid=desk.stage.run).has_ofac_restrictions is None


def test_a_decision_whose_run_leaves_review_meanwhile_does_not_decide_the_course_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = desk.page(desk.reviewer)

    def read_after_an_edit(course: uuid.UUID) -> OpenReviews:
        update_run(desk.stage.editor, desk.stage.run, {"expected_program_name": "Edited meanwhile"})
        return open_reviews(course)

    monkeypatch.setattr(workflow, "open_reviews", read_after_an_edit)

    answer = desk.decide(LEGAL, shown=shown)

    assert answer.status_code == 409
    assert answer.json().endswith("is not in review any more. This page is out of date: reload it.")
    assert not ReviewRecord.objects.filter(action="approved").exists()
    assert CourseRun.drafts.get(uuid=desk.stage.run).has_ofac_restrictions is None


def test_a_decision_that_another_reviewer_made_already_is_refused(desk: Desk) -> None:
    desk.decide(LEGAL)
    shown = desk.page(desk.reviewer)
    desk.decide(INTERNAL, door=desk_of(desk.stage).reviewer)

    answer = desk.decide(INTERNAL, shown=shown)

    assert answer.status_code == 409
    assert ReviewRecord.objects.filter(unit_uuid=desk.stage.run, action="approved", step="internal").count() == 1


def test_a_save_of_a_run_that_waits_repeats_its_status(desk: Desk) -> None:
    desk.approve()
    shown = desk.page(desk.editor)
    assert shown["course_runs"][0]["status"] == "reviewed"

    saved = desk.save_run(desk.editor, shown, max_effort="12")

    assert (saved.status_code, saved.json()["status"], saved.json()["max_effort"]) == (200, "reviewed", 12)


def test_a_reviewers_page_takes_no_edit_back_that_it_does_not_show(desk: Desk) -> None:
    shown = desk.page(desk.reviewer)
    update_course(desk.stage.editor, desk.stage.course, {"title": "Edited since"})

    refused = desk.save_course(desk.reviewer, shown)

    assert (refused.status_code, refused.json()) == (409, "This page is out of date: reload it.")
    assert desk.page(desk.editor)["title"] == "Edited since"
    reloaded = desk.page(desk.reviewer)
    saved = desk.save_course(desk.reviewer, reloaded, title="Of the reviewer")
    assert (saved.status_code, saved.json()["title"]) == (200, "Of the reviewer")


def test_a_reviewer_saves_what_went_live_once_the_page_is_loaded_again(desk: Desk) -> None:
    desk.approve()
    update_run(desk.stage.editor, desk.stage.run, {"go_live_date": "2026-01-01T00:00:00Z"})
    publish_due()

    desk.page(desk.reviewer)
    saved = desk.save_course(desk.reviewer, desk.page(desk.reviewer), title="Of the reviewer", draft=True)

    assert (saved.status_code, saved.json()["title"]) == (200, "Of the reviewer")


def test_an_editors_page_is_saved_whatever_it_was_shown(desk: Desk) -> None:
    shown = desk.page(desk.editor)
    withdraw(desk.stage.editor, desk.stage.open_review(desk.stage.run).uuid)

    saved = desk.save_course(desk.editor, shown, title="Of the editor")

    assert (saved.status_code, saved.json()["title"]) == (200, "Of the editor")
