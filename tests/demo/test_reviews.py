"""What is in review when the demo starts, and how its pages show it."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.asserts import assertContains

from demo.reviews import SUBMISSIONS
from openedx_catalog_publisher.api import Actor, update_course
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import Course, CourseRun, Review, Status
from openedx_catalog_publisher.review.schedule import due_reviews
from tests.demo.catalog import import_catalog
from tests.factories import SYSTEM
from tests.row_counts import row_counts

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]

RUN = "course-v1:NorthU+CODE101+3T2027"


def run(command: str) -> str:
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


@pytest.fixture
def open_reviews(settings: Any, tmp_path: Path) -> None:
    settings.CATALOG_PUBLISHER_CONSUMERS = []
    import_catalog()
    run("create_demo_users")
    assert run("open_demo_reviews") == "Submitted for review just now: 6.\nThe demo has 9 open reviews.\n"


def test_some_wait_for_legal_some_for_a_coordinator_and_one_for_its_date(open_reviews: None) -> None:
    reviews = Review.objects.filter(open_unit__isnull=False)
    assert set(reviews.filter(origin="own").values_list("unit_key", flat=True)) == {
        submission.key for submission in SUBMISSIONS
    }
    assert reviews.filter(status=Status.REVIEW_BY_LEGAL).count() == 6
    assert reviews.filter(status=Status.REVIEW_BY_INTERNAL).count() == 2
    waiting = reviews.get(status=Status.REVIEWED)
    assert (waiting.unit_key, waiting.due) == (RUN, CourseRun.drafts.get(key=RUN).go_live_date)
    assert waiting.due is not None
    assert waiting.due > waiting.opened_at
    assert not due_reviews(waiting.opened_at).exists()
    assert list(check_catalog()) == []


def test_run_again_it_submits_nothing_a_second_time_even_what_a_visitor_sent_back(open_reviews: None) -> None:
    update_course(SYSTEM, Course.drafts.get(key="NorthU+SEA330").uuid, {"title": "Mine"})
    before = row_counts()

    assert run("open_demo_reviews") == "The demo has 8 open reviews.\n"
    assert row_counts() == before


def test_what_a_visitor_made_unfit_for_review_is_left_alone_and_the_rest_is_submitted(settings: Any) -> None:
    settings.CATALOG_PUBLISHER_CONSUMERS = []
    import_catalog()
    run("create_demo_users")
    update_course(Actor.system("tests"), Course.drafts.get(key="NorthU+SEA330").uuid, {"title": ""})

    said = run("open_demo_reviews").splitlines()

    assert said == [
        "Left alone: title: Fill this in before you submit for review.",
        "Submitted for review just now: 5.",
        "The demo has 8 open reviews.",
    ]


def test_without_people_it_says_what_to_do_first() -> None:
    import_catalog()
    with pytest.raises(CommandError, match=r"The demo has no users yet: run manage.py create_demo_users\."):
        run("open_demo_reviews")


def test_an_empty_catalog_has_none() -> None:
    assert run("open_demo_reviews") == "The demo has 0 open reviews.\n"


def test_the_pages_show_where_each_draft_is_and_what_people_said(
    demo_mode: Any, open_reviews: None, client: Client
) -> None:
    client.post("/demo/log-in/", {"username": "coordinator"})

    shown = [draft for number in (1, 2) for draft in client.get("/drafts/", {"page": number}).context["drafts"]]
    assert {
        draft.card.course.key: [str(state) for state in draft.review_states] for draft in shown if draft.reviews
    } == {
        "Masabih+TIBB201": ["review_by_legal"],
        "NorthU+CODE101": ["reviewed"],
        "NorthU+ICE210": ["review_by_legal"],
        "NorthU+SEA330": ["review_by_legal"],
        "TresVolcanes+CINE130": ["review_by_legal"],
        "TresVolcanes+VOLC201": ["review_by_internal"],
    }
    page = client.get("/drafts/TresVolcanes+VOLC201/")
    assertContains(page, '<span class="badge review_by_internal">Review by internal</span>', count=2, html=True)
    assertContains(page, '<blockquote dir="auto">No objections; the new title is clearer.</blockquote>', html=True)
    assertContains(page, "Before that it needs internal review.")
    for review in Review.objects.filter(open_unit__isnull=False):
        assert client.get(f"/catalog_publisher/review/{review.uuid}/").status_code == 200
    waiting = Review.objects.get(unit_key="course-v1:TresVolcanes+VOLC201+1T2027")
    assertContains(page, f'href="/catalog_publisher/review/{waiting.uuid}/"')
    assertContains(page, f'href="/catalog_publisher/review/courses/{waiting.course_uuid}/timeline/"')
    due = Review.objects.get(open_unit__isnull=False, unit_key=RUN).due
    assert due is not None
    assertContains(client.get("/drafts/NorthU+CODE101/"), f"{due:%B %Y, %H:%M} UTC")
