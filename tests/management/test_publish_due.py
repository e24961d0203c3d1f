"""What the clock runs, so that approved runs go live at their dates."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from openedx_catalog_publisher.commands.errors import Conflict
from openedx_catalog_publisher.models import Review, Status
from openedx_catalog_publisher.review import schedule
from openedx_catalog_publisher.tasks import publish_due
from tests.management.calling import call, refusal
from tests.review.stage import Stage, draft, official, set_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """A run that is approved, and goes live in a month."""
    found = set_stage()
    found.submit()
    found.approve()
    return found


def let_it_be_due(stage: Stage) -> None:
    stage.schedule(timezone.now() - timedelta(seconds=90))


def refuse(*args: Any) -> None:
    raise Conflict("Not today.")


def test_it_says_what_went_live_how_late_and_nothing_where_nothing_was_due(stage: Stage) -> None:
    assert call("publish_due") == ""
    assert call("publish_due", "-v", "2") == "Nothing is due."
    let_it_be_due(stage)

    said = call("publish_due", "--once")

    late = Review.objects.get(unit_uuid=stage.run).lateness
    assert said == f"{draft(stage.run).key} is live, {late} seconds after its date."
    assert official(stage.run).status == Status.PUBLISHED


def test_it_tries_no_more_than_the_limit(stage: Stage) -> None:
    let_it_be_due(stage)
    other = set_stage()
    other.submit()
    other.approve()
    let_it_be_due(other)

    assert len(call("publish_due", "--limit", "1").splitlines()) == 1
    assert len(call("publish_due").splitlines()) == 1


def test_what_cannot_go_live_is_said_with_the_next_try_and_is_no_failure_of_the_command(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_it_be_due(stage)
    errors = StringIO()
    monkeypatch.setattr(schedule, "go_live", refuse)

    call_command("publish_due", stderr=errors)

    review = Review.objects.get(open_unit=stage.run)
    assert review.not_before is not None
    assert errors.getvalue() == (
        f"{draft(stage.run).key} could not go live: {review.last_error} Next try at {review.not_before:%H:%M:%S} UTC.\n"
    )
    assert review.last_error == "Not today."


def test_the_task_does_the_same(stage: Stage) -> None:
    let_it_be_due(stage)
    publish_due()
    assert official(stage.run).status == Status.PUBLISHED


@pytest.mark.parametrize("arguments", [("--loop", "0"), ("--limit", "0"), ("--once", "--loop", "1")])
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    assert refusal("publish_due", *arguments)
