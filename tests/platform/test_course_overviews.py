"""Both backends of course overviews do the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.course_overviews import CourseOverviews
from openedx_catalog_publisher.platform.errors import CourseMissing
from openedx_catalog_publisher.platform.standalone import MemoryCourseOverviews
from tests.fake_platform.models import CourseOverview
from tests.fake_platform.modules import platform_modules

pytestmark = pytest.mark.django_db

KEY = CourseKey.from_string("course-v1:AcmeX+N1+1T2031")
FRESH = {"marketing_url": None, "external_id": None, "eligible_for_financial_aid": True}


@pytest.fixture(params=["in process", "standalone"])
def overviews(request: pytest.FixtureRequest) -> Iterator[CourseOverviews]:
    """Overviews of a platform that knows a run."""
    CourseOverview.objects.create(id=KEY)
    if request.param == "standalone":
        yield MemoryCourseOverviews()
        return
    with platform_modules():
        yield backends.course_overviews()


def test_what_was_written_is_read_again_and_the_rest_stays(overviews: CourseOverviews) -> None:
    assert overviews.of_course(KEY) == FRESH
    overviews.write(KEY, {"external_id": "EXT1"})
    overviews.write(KEY, {"marketing_url": "https://courses.example.org/a", "eligible_for_financial_aid": False})
    assert overviews.of_course(KEY) == {
        "marketing_url": "https://courses.example.org/a",
        "external_id": "EXT1",
        "eligible_for_financial_aid": False,
    }
    overviews.write(KEY, {"external_id": None})
    assert (overviews.of_course(KEY) or {})["external_id"] is None


def test_the_platform_says_that_it_does_not_know_a_run() -> None:
    with platform_modules():
        overviews = backends.course_overviews()
        assert overviews.of_course(KEY) is None
        with pytest.raises(CourseMissing, match="AcmeX"):
            overviews.write(KEY, {"external_id": "EXT1"})
