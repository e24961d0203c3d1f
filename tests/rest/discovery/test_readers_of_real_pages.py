"""The readers of ``test_readers``, over the real catalog of thousands of courses, imported and published."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from openedx_catalog_publisher.models import Course, CourseRun, OrganizationProfile
from tests import factories
from tests.importers.imports import import_file
from tests.importers.real_file import find_real_pages
from tests.module_data import kept_for_module
from tests.rest.discovery.conftest import Door
from tests.rest.discovery.test_readers import DATE_KEYS, mit_learn_course, walk

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def real_catalog(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """The real pages, all published."""
    pages = find_real_pages()
    link = tmp_path_factory.mktemp("real") / pages.name
    link.symlink_to(pages)
    with kept_for_module(django_db_blocker):
        import_file(link, "--publish")
        yield


@pytest.fixture
def reader(real_catalog: None) -> Door:
    """A service's account."""
    return Door(factories.make_user("service", is_staff=True))


def test_mit_learn_maps_every_real_course(reader: Door) -> None:
    mapped = [mit_learn_course(course) for course in walk(reader, "/courses/", page=1, page_size=100)]

    expected = list(Course.objects.order_by("key_normalized").values_list("key", flat=True))
    assert [course["readable_id"] for course in mapped] == expected
    assert len(mapped) > 1500
    assert all(course["title"] and course["offered_by"] for course in mapped)
    runs = [run for course in mapped for run in course["runs"]]
    enrollable = {run["run_id"] for run in runs}
    assert enrollable <= set(CourseRun.objects.filter(status="published").values_list("key", flat=True))
    assert all(run["prices"][0] >= Decimal(0) and set(DATE_KEYS) <= run.keys() for run in runs)


def test_the_lms_finds_every_real_run_and_its_course(reader: Door) -> None:
    listed = {run["key"]: run for run in walk(reader, "/course_runs/", limit=200, offset=0, exclude_utm=1)}

    assert listed.keys() == set(CourseRun.objects.values_list("key", flat=True))
    courses = dict(CourseRun.objects.values_list("key", "course__key"))
    assert all(run["course"] == courses[key] for key, run in listed.items())
    wanted = {"key", "marketing_url", "eligible_for_financial_aid", "content_language", "title"}
    assert all(wanted <= run.keys() for run in listed.values())


def test_credentials_copies_every_real_organization_and_course(reader: Door) -> None:
    pages = {"exclude_utm": 1, "page": 1, "page_size": 100}
    organizations = {row["uuid"]: row for row in walk(reader, "/organizations/", **pages)}
    courses = {row["uuid"]: row for row in walk(reader, "/courses/", **pages, include_hidden_course_runs=1)}

    assert len(organizations) == OrganizationProfile.objects.count()
    assert len(courses) == Course.objects.count()
    runs = 0
    for course in courses.values():
        assert {owner["uuid"] for owner in course["owners"]} <= organizations.keys()
        assert all({"uuid", "key", "title", "start", "end"} <= run.keys() for run in course["course_runs"])
        runs += len(course["course_runs"])
    assert runs == CourseRun.objects.count()
