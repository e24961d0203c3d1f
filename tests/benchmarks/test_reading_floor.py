"""The floor of reading finds what the API shows: what is compared is the same page of the same courses."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from benchmarks.reading_floor import course_detail, courses_page, dashboard_page
from openedx_catalog_publisher.models import OrganizationProfile
from tests import factories
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db

SAME = ("key", "number", "title", "full_description", "status", "revision", "card_image_url")
SAME_OF_RUNS = ("key", "status", "min_effort", "weeks_to_complete", "pacing_type")


@pytest.fixture
def organization() -> OrganizationProfile:
    return factories.make_organization("AcmeX")


@pytest.fixture(autouse=True)
def courses(organization: OrganizationProfile) -> None:
    """Two courses of AcmeX and one of OtherX, with two runs each, edited by whoever made them."""
    for owner in (organization, organization, factories.make_organization("OtherX")):
        factories.make_course(owner, actor=factories.acting(factories.make_member(owner)), runs=2)


@pytest.fixture
def staff() -> Api:
    return Api(factories.make_user(is_staff=True))


def values(rows: Iterable[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Return some values of each row."""
    return [tuple(row[name] for name in names) for row in rows]


def of_floor(course: dict[str, Any]) -> dict[str, Any]:
    """Return what the floor read of a course."""
    owners = [link for link in course["organizations"] if link["kind"] == "owner"]
    return {
        "course": values([course], *SAME),
        "owners": values(owners, "key", "name"),
        "subjects": values(course["subjects"], "slug", "name"),
        "topics": [topic["name"] for topic in course["topics"]],
        "collaborators": values(course["collaborators"], "name"),
        "entitlements": values(course["entitlements"], "mode"),
        "slugs": [slug["url_slug"] for slug in course["url_slug_history"]],
        "editors": [editor["user_id"] for editor in course["editors"]],
        "runs": values(course["course_runs"], *SAME_OF_RUNS),
        "seats": [values(run["seats"], "type", "sku") for run in course["course_runs"]],
        "staff": [values(run["staff"], "slug", "given_name") for run in course["course_runs"]],
        "languages": [
            [row["language_id"] for row in run["languages"] if row["kind"] == "transcript"]
            for run in course["course_runs"]
        ],
        "restrictions": [run["restrictions"][0]["restriction_type"] for run in course["course_runs"]],
    }


def of_answer(course: dict[str, Any]) -> dict[str, Any]:
    """Return the same of the API's answer."""
    return {
        "course": values([course], *SAME),
        "owners": values(course["owners"], "key", "name"),
        "subjects": values(course["subjects"], "slug", "name"),
        "topics": course["topics"],
        "collaborators": values(course["collaborators"], "name"),
        "entitlements": values(course["entitlements"], "mode"),
        "slugs": course["url_slug_history"],
        "editors": [editor["user"]["id"] for editor in course["editors"]],
        "runs": values(course["course_runs"], *SAME_OF_RUNS),
        "seats": [values(run["seats"], "type", "sku") for run in course["course_runs"]],
        "staff": [values(run["staff"], "slug", "given_name") for run in course["course_runs"]],
        "languages": [run["transcript_languages"] for run in course["course_runs"]],
        "restrictions": [run["restriction_type"] for run in course["course_runs"]],
    }


def test_a_page_of_everything(staff: Api) -> None:
    answer = staff.get("/courses/", editable="1", page_size=2).json()

    floor = json.loads(courses_page(2))

    assert floor["count"] == answer["count"] == 3
    assert [of_floor(course) for course in floor["results"]] == [of_answer(course) for course in answer["results"]]


def test_a_page_of_everything_of_some_organizations(organization: OrganizationProfile) -> None:
    member = Api(factories.make_member(organization))
    answer = member.get("/courses/", editable="1").json()

    floor = json.loads(courses_page(20, [organization.pk]))

    assert floor["count"] == answer["count"] == 2
    assert [of_floor(course) for course in floor["results"]] == [of_answer(course) for course in answer["results"]]


def test_one_course(staff: Api) -> None:
    (course, *_) = staff.get("/courses/", editable="1").json()["results"]

    floor = json.loads(course_detail(course["key"].lower()))

    assert of_floor(floor) == of_answer(course)


def test_a_dashboard(staff: Api) -> None:
    fields = "key,title,editors,course_run_statuses"
    answer = staff.get("/courses/", editable="1", fields=fields).json()

    floor = json.loads(dashboard_page(20))

    assert floor["count"] == answer["count"] == 3
    assert [
        {
            "key": course["key"],
            "title": course["title"],
            "editors": [editor["user_id"] for editor in course["editors"]],
            "course_run_statuses": sorted({run["status"] for run in course["course_runs"]}),
        }
        for course in floor["results"]
    ] == [course | {"editors": [editor["user"]["id"] for editor in course["editors"]]} for course in answer["results"]]
