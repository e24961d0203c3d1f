"""Saving and submitting as one command: both or neither, and run again as a whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from openedx_catalog_publisher.api import (
    Conflict,
    InvalidInput,
    NotPermitted,
    StaleRevision,
    SubmissionRefused,
    save_and_submit_course,
    save_and_submit_run,
    submit_run,
    update_run,
)
from openedx_catalog_publisher.commands import transaction
from openedx_catalog_publisher.models import Course, CourseRun, EditRecord, Review, ReviewRecord, Status
from openedx_catalog_publisher.review import submit
from tests.factories import acting, make_user
from tests.review.stage import Stage, set_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """A complete course with one run, whose date is over."""
    return set_stage(go_live=-timedelta(minutes=1))


@pytest.fixture
def live(stage: Stage) -> Stage:
    """The same, live."""
    stage.go_live()
    return stage


def revisions(stage: Stage) -> list[int]:
    """Return the revisions of the course and its run."""
    return [Course.drafts.get(uuid=stage.course).revision, CourseRun.drafts.get(uuid=stage.run).revision]


def test_a_run_is_saved_and_submitted_in_one_operation(stage: Stage) -> None:
    done = save_and_submit_run(stage.editor, stage.run, {"weeks_to_complete": 9})

    assert done.written.changed == ("weeks_to_complete",)
    assert done.submitted is not None
    assert (done.submitted.status, done.published) == (Status.REVIEW_BY_LEGAL, None)
    assert CourseRun.drafts.get(uuid=stage.run).weeks_to_complete == 9
    edit = EditRecord.objects.filter(unit_uuid=stage.run).latest("sequence")
    opened = ReviewRecord.objects.get(unit_uuid=stage.run)
    assert (opened.operation, opened.occurred_at) == (edit.operation, edit.occurred_at)
    assert opened.revision == edit.revision + 1


def test_where_the_submission_is_refused_nothing_is_saved(stage: Stage) -> None:
    before, edits = revisions(stage), EditRecord.objects.count()

    with pytest.raises(SubmissionRefused) as caught:
        save_and_submit_run(stage.editor, stage.run, {"weeks_to_complete": 9, "min_effort": None})

    assert list(caught.value.fields) == ["min_effort"]
    assert (revisions(stage), EditRecord.objects.count()) == (before, edits)
    assert not Review.objects.exists()


def test_faulty_input_is_told_apart_from_what_is_missing(stage: Stage) -> None:
    with pytest.raises(InvalidInput) as caught:
        save_and_submit_run(stage.editor, stage.run, {"weeks_to_complete": "many"})

    assert not isinstance(caught.value, SubmissionRefused)


def test_a_course_of_which_nothing_is_official_is_saved_only(stage: Stage) -> None:
    done = save_and_submit_course(stage.editor, stage.course, {"title": "Anders"})

    assert (done.written.changed, done.published, done.submitted) == (("title",), None, None)
    assert not Review.objects.exists()


@pytest.mark.slow
def test_a_change_of_a_live_course_is_submitted_and_one_without_need_is_published(live: Stage) -> None:
    place = {"location_name": "Ort", "lng": "1", "lat": "2"}
    exempt = save_and_submit_course(live.editor, live.course, {"geolocation": place})
    assert (exempt.published is not None, exempt.submitted) == (True, None)
    assert Course.objects.get(uuid=live.course).geolocation["location_name"] == "Ort"

    reviewed = save_and_submit_course(live.editor, live.course, {"title": "Anders"})
    assert (reviewed.published, reviewed.submitted is not None) == (None, True)
    assert Course.objects.get(uuid=live.course).title != "Anders"

    during = save_and_submit_course(live.editor, live.course, {"watchers": ["w@example.org"]}, keep_reviews=True)
    assert (during.written.changed, during.published, during.submitted) == (("watchers",), None, None)
    with pytest.raises(Conflict):
        save_and_submit_course(live.editor, live.course, {"title": "Noch anders"}, keep_reviews=True)


@pytest.mark.slow
def test_a_live_run_that_differs_in_nothing_is_left_alone(live: Stage) -> None:
    before = revisions(live)

    done = save_and_submit_run(live.editor, live.run, {})

    assert (done.written.changed, done.published, done.submitted) == ((), None, None)
    assert revisions(live) == before


def test_rights_and_revisions_are_those_of_the_save(stage: Stage) -> None:
    stranger: Any = acting(make_user("stranger"))
    with pytest.raises(NotPermitted):
        save_and_submit_run(stranger, stage.run, {"weeks_to_complete": 9})
    with pytest.raises(StaleRevision):
        save_and_submit_run(stage.editor, stage.run, {"weeks_to_complete": 9}, revision=0)


def test_a_lock_failure_at_the_submission_runs_both_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "PAUSE_SECONDS", 0)
    read = submit.store_snapshots
    failures = [OperationalError("database is locked") if connection.vendor == "sqlite" else OperationalError(1213, "")]

    def store_snapshots(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return read(*args)

    monkeypatch.setattr(submit, "store_snapshots", store_snapshots)
    save_and_submit_run(stage.editor, stage.run, {"weeks_to_complete": 9})

    assert not failures
    edits = EditRecord.objects.filter(unit_uuid=stage.run, action=EditRecord.Action.UPDATE)
    assert edits.count() == ReviewRecord.objects.filter(unit_uuid=stage.run).count() == 1


@pytest.mark.slow
def test_it_costs_about_what_the_two_cost_by_themselves() -> None:
    apart, together = set_stage(), set_stage()
    with CaptureQueriesContext(connection) as two:
        update_run(apart.editor, apart.run, {"weeks_to_complete": 9})
        submit_run(apart.editor, apart.run)
    with CaptureQueriesContext(connection) as one:
        save_and_submit_run(together.editor, together.run, {"weeks_to_complete": 9})

    # Beside transactions: whether it is live and in review is asked, and who acts once less.
    assert len(one) <= len(two) + 2
