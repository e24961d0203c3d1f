"""What waits for whom, the longest first, filtered and paged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from openedx_catalog_publisher.admin.review_site import queue as queue_page
from openedx_catalog_publisher.admin.review_site.page import address
from openedx_catalog_publisher.models import Review, RoleName
from tests.admin.conftest import logged_in
from tests.factories import grant, make_admin, make_user
from tests.review.stage import Stage, set_stage

pytestmark = pytest.mark.django_db


def listed(client: Client, **query: str) -> list[str]:
    response = client.get(address("queue"), query)
    assert response.status_code == 200
    return [row.review.unit_key for row in response.context["rows"]]


def key(stage: Stage) -> str:
    return stage.open_review(stage.run).unit_key


def waiting_since(stage: Stage, days: int) -> None:
    Review.objects.filter(course_uuid=stage.course).update(step_since=timezone.now() - timedelta(days=days))


@pytest.fixture
def two() -> tuple[Stage, Stage]:
    stages = set_stage(), set_stage(title="Another")
    for stage in stages:
        stage.submit()
    return stages


@pytest.fixture
def reviewer(two: tuple[Stage, Stage]) -> Client:
    user = make_user()
    grant(user, RoleName.LEGAL_REVIEWER)
    return logged_in(user)


def test_who_waits_longest_comes_first(two: tuple[Stage, Stage], reviewer: Client) -> None:
    waiting_since(two[0], 1)
    waiting_since(two[1], 9)

    assert listed(reviewer) == [key(two[1]), key(two[0])]


def test_a_run_and_its_course_at_one_step_are_one_entry(two: tuple[Stage, Stage], reviewer: Client) -> None:
    response = reviewer.get(address("queue"))

    assert Review.objects.filter(open_unit__isnull=False).count() == 4
    assert [row.with_course for row in response.context["rows"]] == [True, True]


def test_a_course_that_was_submitted_by_itself_is_listed(reviewer: Client) -> None:
    stage = set_stage(title="Alone")
    stage.submit_course()

    assert stage.open_review(stage.course).unit_key in listed(reviewer)


def test_reviewers_of_an_organization_see_theirs_alone(two: tuple[Stage, Stage]) -> None:
    assert listed(logged_in(two[0].legal.user)) == [key(two[0])]


def test_what_legal_approved_waits_for_the_coordinator(two: tuple[Stage, Stage]) -> None:
    stage = two[0]
    stage.approve_legally()

    assert listed(logged_in(stage.legal.user)) == []
    assert listed(logged_in(stage.coordinator.user)) == [key(stage)]


def test_the_team_sees_its_reviews_and_decides_nothing(two: tuple[Stage, Stage]) -> None:
    response = logged_in(two[0].editor.user).get(address("queue"))

    assert [tab.name for tab in response.context["tabs"]] == ["all", "waiting"]
    assert [row.review.unit_key for row in response.context["rows"]] == [key(two[0])]
    assert "data-choose" not in response.content.decode()


def test_an_administrator_sees_all_that_waits_in_one_list(two: tuple[Stage, Stage]) -> None:
    two[0].approve_legally()
    client = logged_in(make_admin())

    response = client.get(address("queue"))

    assert [(tab.name, tab.count) for tab in response.context["tabs"]] == [
        ("mine", 2),
        ("legal", 1),
        ("internal", 1),
        ("all", 2),
        ("waiting", 0),
    ]
    assert listed(client, show="internal") == [key(two[0])]


def test_what_is_approved_and_waits_for_its_date_has_a_list(two: tuple[Stage, Stage], reviewer: Client) -> None:
    two[0].approve()

    assert listed(reviewer, show="waiting") == [key(two[0])]


def test_the_list_is_filtered_by_organization_age_and_key(two: tuple[Stage, Stage], reviewer: Client) -> None:
    waiting_since(two[0], 1)
    waiting_since(two[1], 9)

    assert listed(reviewer, organization=two[0].organization.key) == [key(two[0])]
    assert listed(reviewer, age="7") == [key(two[1])]
    assert listed(reviewer, q=key(two[0])[-12:]) == [key(two[0])]
    assert (
        "Nothing in this list is what you filter for." in reviewer.get(address("queue"), {"age": "30"}).content.decode()
    )


def test_only_organizations_of_the_list_are_offered(two: tuple[Stage, Stage]) -> None:
    response = logged_in(two[0].legal.user).get(address("queue"))

    offered = response.context["filters"].fields["organization"].queryset
    assert [row.key for row in offered] == [two[0].organization.key]


def test_an_unknown_list_or_filter_shows_the_first_list(two: tuple[Stage, Stage], reviewer: Client) -> None:
    assert len(listed(reviewer, show="nothing", organization="Nobody", age="x", page="z")) == 2


def test_long_lists_have_pages_and_the_same_statements(
    two: tuple[Stage, Stage], reviewer: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(queue_page, "PAGE_SIZE", 1)
    waiting_since(two[0], 1)
    waiting_since(two[1], 9)
    assert listed(reviewer, page="2") == [key(two[0])]
    assert "Page 1 of 2" in reviewer.get(address("queue")).content.decode()

    monkeypatch.setattr(queue_page, "PAGE_SIZE", 25)
    with django_assert_max_num_queries(18):
        reviewer.get(address("queue"))


def test_titles_are_escaped(reviewer: Client) -> None:
    set_stage(title="<script>alert(1)</script>").submit()

    page = reviewer.get(address("queue")).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
