"""
What answers of the API may cost in statements: the bounds of the design, section 10, as upper bounds that hold exactly.

Counted are those of the view; who asks is known already.
"""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.models import CourseRun, OrganizationProfile
from tests import factories
from tests.publishing.test_budgets import counting
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

DASHBOARD = "uuid,key,key_for_reruns,title,modified,editors,course_run_statuses"

LOG_IN = 2
"""Session and account."""


def statements(api: Api, path: str, **parameters: Any) -> int:
    """Return how many statements an answer takes, beside those that find out who asks."""
    api.get("/health/")
    with counting() as count:
        response = api.get(path, **parameters)
    assert response.status_code == 200
    return count.statements - LOG_IN


@pytest.fixture
def five(organization: OrganizationProfile, member: Any) -> None:
    """Five courses of AcmeX with two runs each, and something in every table."""
    for _ in range(5):
        factories.make_course(organization, actor=factories.acting(member), runs=2)


@pytest.fixture
def staff() -> Api:
    return Api(factories.make_user(is_staff=True))


@pytest.mark.parametrize("size", [1, 5])
def test_an_editable_list_with_everything_nested(five: None, staff: Api, team: Api, size: int) -> None:
    assert statements(staff, "/courses/", editable="1", page_size=size) == 15
    assert statements(team, "/courses/", editable="1", page_size=size) == 16


@pytest.mark.parametrize("size", [1, 5])
def test_a_page_by_key_does_not_count(five: None, staff: Api, size: int) -> None:
    assert statements(staff, "/courses/", editable="1", page_size=size, cursor="") == 14


def test_the_dashboard_reads_what_it_shows(five: None, staff: Api, team: Api) -> None:
    assert statements(staff, "/courses/", editable="1", fields=DASHBOARD) == 4
    assert statements(team, "/courses/", editable="1", fields=DASHBOARD) == 4
    assert statements(staff, "/courses/", editable="1", fields="key,title") == 2


def test_an_editable_detail(five: None, staff: Api, team: Api) -> None:
    key = CourseRun.drafts.values_list("course__key", flat=True)[0]

    assert statements(staff, f"/courses/{key}/", editable="1") == 14
    assert statements(team, f"/courses/{key}/", editable="1") == 15


def test_a_list_of_runs(five: None, staff: Api) -> None:
    assert statements(staff, "/course_runs/", editable="1") == 7


def test_a_write_costs_its_command_and_the_answer(five: None, team: Api) -> None:
    key = CourseRun.drafts.values_list("course__key", flat=True)[0]
    detail = statements(team, f"/courses/{key}/", editable="1")

    with counting() as count:
        response = team.patch(f"/courses/{key}/", {"title": "Daten"})

    assert response.status_code == 200
    # Title edit 8, one of which asks for open reviews; the look-up of the draft that may be seen 1.
    assert count.statements - LOG_IN - detail == 9
