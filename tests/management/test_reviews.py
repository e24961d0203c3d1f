"""An operator looks at what went past reviews."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from openedx_catalog_publisher.api import Selection, publish, skip_step
from tests.factories import make_course, publish_now
from tests.management.calling import call, call_json, refusal
from tests.review.stage import draft, set_stage

pytestmark = pytest.mark.django_db

SKIPPED = ("review", "legal")


class TestSkippedReviews:
    def test_nothing_was_skipped(self) -> None:
        publish_now(Selection.of([make_course().course.uuid]))
        since = (timezone.now() + timedelta(hours=1)).isoformat()

        assert call("skipped_reviews", "--since", since) == "No review was skipped."
        assert refusal("skipped_reviews", "--since", "soon").startswith("soon is no time.")

    def test_steps_and_publications_are_listed_with_who_and_why(self) -> None:
        stage = set_stage()
        review = stage.submit_course().review
        skip_step(stage.admin, review, **stage.digests(stage.course), reason="Legal staff are away.")
        other = make_course().course
        publish(stage.admin, Selection.of([other.uuid]), without_review=True, message="The press waits.")
        admin = stage.admin.user.get_username()

        publication, step = call_json("skipped_reviews")

        assert (step["what"], step["step"], step["key"], step["actor"]) == (*SKIPPED, draft(stage.course).key, admin)
        assert (step["reason"], step["review"]) == ("Legal staff are away.", str(review))
        assert (publication["what"], publication["key"], publication["publication"]) == ("publication", other.key, 1)
        assert publication["reason"] == "The press waits."
        lines = call("skipped_reviews").splitlines()
        assert [line.split("  ", 1)[1] for line in lines[::2]] == [
            f"publication 1 without review  {other.key}  by {admin}",
            f"legal review skipped  {step['key']}  by {admin}",
        ]
        assert lines[1::2] == ["   reason: The press waits.", "   reason: Legal staff are away."]
