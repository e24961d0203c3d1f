"""
Readers of Discovery's courses, written after what they do: MIT Learn, the LMS's catalog client, credentials.

Each walks the API page by page, in its own way, and ends with every course mapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from openedx_catalog_publisher.models import Course, CourseRun, OrganizationProfile
from tests import factories
from tests.demo.catalog import import_catalog
from tests.rest.discovery.conftest import Door

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DATE_KEYS = ("start", "end", "enrollment_start", "enrollment_end")


@pytest.fixture
def reader(settings: Any, tmp_path: Any) -> Door:
    """A service's account: staff, and nobody's editor; before it the demo's catalog, as it is imported."""
    settings.MEDIA_ROOT = tmp_path
    import_catalog()
    return Door(factories.make_user("service", is_staff=True))


def walk(reader: Door, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    """Yield all rows of a list by its links, all of one catalog, on one host."""
    answer = reader.get(path, **parameters)
    versions = set()
    while True:
        assert answer.status_code == 200, answer.content
        page = answer.json()
        versions.add(answer.headers.get("X-Catalog-Version"))
        yield from page["results"]
        if not page["next"]:
            break
        following = urlsplit(page["next"])
        assert (following.scheme, following.netloc) == ("http", "testserver")
        answer = reader.client.get(f"{following.path}?{following.query}")
    assert len(versions) == 1


def mit_learn_price(run: dict[str, Any]) -> Decimal:
    """Return the least price of a run that is not zero."""
    return min((Decimal(seat["price"]) for seat in run["seats"] if Decimal(seat["price"])), default=Decimal(0))


def mit_learn_course(course: dict[str, Any]) -> dict[str, Any]:
    """Map a course as MIT Learn does; a missing key fails here as it does there."""
    runs = [run for run in course["course_runs"] if run["status"] == "published" and run["is_enrollable"]]
    return {
        "readable_id": course["key"],
        "title": course["title"],
        "last_modified": course["modified"],
        "description": course["short_description"],
        "full_description": course["full_description"],
        "url": course["marketing_url"],
        "image": course["image"] and {"url": course["image"]["src"], "alt": course["image"]["description"]},
        "topics": [subject["name"] for subject in course["subjects"]],
        "offered_by": [owner["key"] for owner in course["owners"]],
        "runs": [
            {
                "run_id": run["key"],
                "level": run["level_type"],
                "languages": [run["content_language"]] if run["content_language"] else [],
                "pace": run["pacing_type"],
                "availability": run["availability"],
                "prices": [mit_learn_price(run)],
                "instructors": [(person["given_name"], person["family_name"]) for person in run["staff"]],
                "weeks": run["weeks_to_complete"],
                "effort": (run["min_effort"], run["max_effort"]),
                **{name: run[name] for name in DATE_KEYS},
            }
            for run in sorted(runs, key=lambda run: str(run["start"]))
        ],
    }


@pytest.mark.parametrize("pages", [{"page": 1, "page_size": 7}, {"limit": 9, "offset": 0}])
def test_mit_learn_maps_every_course_with_runs_and_prices(pages: dict[str, int], reader: Door) -> None:
    mapped = [mit_learn_course(course) for course in walk(reader, "/courses/", **pages)]

    assert [course["readable_id"] for course in mapped] == list(
        Course.objects.order_by("key_normalized").values_list("key", flat=True)
    )
    assert len(mapped) > 30
    assert all(course["title"] and course["offered_by"] for course in mapped)
    runs = [run for course in mapped for run in course["runs"]]
    assert len(runs) > 30
    assert any(run["prices"] != [Decimal(0)] for run in runs)


def test_the_lms_finds_every_run_and_its_course(reader: Door) -> None:
    listed = {run["key"]: run for run in walk(reader, "/course_runs/", page_size=20, exclude_utm=1)}

    official = set(CourseRun.objects.filter(restricted_run__isnull=True).values_list("key", flat=True))
    assert listed.keys() == official
    wanted = {"key", "marketing_url", "eligible_for_financial_aid", "content_language", "title"}
    assert all(wanted <= run.keys() for run in listed.values())
    key = min(listed)
    detail = reader.get(
        f"/course_runs/{key}/", fields="weeks_to_complete,min_effort,max_effort,title,pacing_type,staff,image"
    ).json()
    assert detail.keys() == {"weeks_to_complete", "min_effort", "max_effort", "title", "pacing_type", "staff", "image"}
    course = reader.get(f"/courses/{listed[key]['course']}/").json()
    assert course["uuid"] == listed[key]["course_uuid"] == reader.get(f"/courses/{course['uuid']}/").json()["uuid"]
    assert {"key", "name", "logo_image_url"} <= course["owners"][0].keys()
    entitlement = {"key", "start", "end", "enrollment_start", "enrollment_end", "status", "seats"}
    assert all(entitlement <= run.keys() for run in course["course_runs"])


def test_credentials_copies_organizations_and_courses(reader: Door) -> None:
    pages = {"exclude_utm": 1, "page": 1, "page_size": 10}
    organizations = {row["uuid"]: row for row in walk(reader, "/organizations/", **pages)}
    courses = {row["uuid"]: row for row in walk(reader, "/courses/", **pages, include_hidden_course_runs=1)}

    assert len(organizations) == OrganizationProfile.objects.count()
    assert all({"key", "name", "certificate_logo_image_url"} <= row.keys() for row in organizations.values())
    assert len(courses) == Course.objects.count()
    for course in courses.values():
        assert {owner["uuid"] for owner in course["owners"]} <= organizations.keys()
        assert all({"uuid", "key", "title", "start", "end"} <= run.keys() for run in course["course_runs"])
