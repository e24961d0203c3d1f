"""The whole way of a run: submitted, approved by legal, approved internally, live."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from openedx_catalog_publisher.api import publish_due, update_course, update_run
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import Publication, Review, Status
from tests.review.stage import acts, draft, is_official, official, set_stage

pytestmark = pytest.mark.django_db


def test_a_run_goes_live_with_its_course_when_both_steps_are_approved_and_its_date_is_over() -> None:
    stage = set_stage(go_live=-timedelta(minutes=1))

    assert stage.submit().status == Status.REVIEW_BY_LEGAL
    assert stage.approve_legally().status == Status.REVIEW_BY_INTERNAL
    assert not is_official(stage.run)
    decided = stage.approve_internally()

    assert decided.status == Status.PUBLISHED
    assert decided.release is not None
    assert (official(stage.run).status, official(stage.course).status) == (Status.PUBLISHED, Status.PUBLISHED)
    assert draft(stage.run).status == draft(stage.course).status == Status.PUBLISHED
    assert not draft(stage.run).has_unpublished_changes
    assert acts(stage.run) == [
        ("submitted", "", "review_by_legal"),
        ("approved", "legal", "review_by_internal"),
        ("approved", "internal", "reviewed"),
        ("went_live", "", "published"),
    ]
    record = Publication.objects.get(unit_uuid=stage.run)
    assert (record.approval, record.steps) == ("approved", ["legal", "internal"])
    assert list(check_catalog()) == []


def test_an_approved_run_waits_for_its_date_and_the_scheduler_publishes_it() -> None:
    stage = set_stage(go_live=timedelta(days=2))
    stage.submit()
    stage.approve()
    assert draft(stage.run).status == Status.REVIEWED
    assert not is_official(stage.run)
    assert publish_due().published == []

    Review.objects.filter(open_unit=stage.run).update(step_since=timezone.now() - timedelta(days=1))
    stage.schedule(timezone.now() - timedelta(seconds=90))
    done = publish_due()

    [(key, late)] = done.published
    assert key == draft(stage.run).key
    assert 90 <= late < 600
    assert Review.objects.get(unit_uuid=stage.run).lateness == late
    assert official(stage.run).status == Status.PUBLISHED
    assert publish_due().published == []
    assert list(check_catalog()) == []


def test_an_exempt_change_amends_what_waits_and_one_that_needs_review_ends_it() -> None:
    stage = set_stage()
    stage.submit()
    stage.approve()

    update_run(stage.editor, stage.run, {"max_effort": 9})
    assert draft(stage.run).status == Status.REVIEWED
    assert acts(stage.run)[-1] == ("amended", "", "reviewed")

    update_run(stage.editor, stage.run, {"title_override": "Another"})
    assert draft(stage.run).status == Status.UNPUBLISHED
    assert acts(stage.run)[-1] == ("closed", "", "unpublished")
    closed = Review.objects.get(unit_uuid=stage.run)
    assert (closed.closing, closed.closing_fields, closed.open_unit) == ("edited", ["title_override"], None)
    assert Review.objects.filter(open_unit=stage.course).exists()
    assert list(check_catalog()) == []


def test_a_course_edit_that_needs_review_returns_its_runs_and_says_which_field() -> None:
    stage = set_stage(runs=2)
    for run in stage.runs:
        stage.submit(run)
    stage.approve_legally()

    update_course(stage.editor, stage.course, {"title": "Another"})

    for unit in (stage.course, *stage.runs):
        closed = Review.objects.get(unit_uuid=unit)
        assert (closed.closing, closed.closing_fields) == ("edited", ["title"])
        assert draft(unit).status == Status.UNPUBLISHED
    assert list(check_catalog()) == []
