"""Both backends of course modes do the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.course_modes import CourseModes, ModeRow
from openedx_catalog_publisher.platform.errors import CourseMissing, Refused
from openedx_catalog_publisher.platform.standalone import MemoryCourseModes
from tests.fake_platform.models import CourseOverview
from tests.fake_platform.modules import platform_modules

pytestmark = pytest.mark.django_db

KEY = CourseKey.from_string("course-v1:AcmeX+N1+1T2031")
OTHER = CourseKey.from_string("course-v1:AcmeX+N1+2T2031")
WHEN = datetime(2031, 6, 1, tzinfo=UTC)


@pytest.fixture(params=["in process", "standalone"])
def modes(request: pytest.FixtureRequest) -> Iterator[CourseModes]:
    """Course modes of a platform that knows two runs."""
    for key in (KEY, OTHER):
        CourseOverview.objects.create(id=key)
    if request.param == "standalone":
        yield MemoryCourseModes()
        return
    with platform_modules():
        yield backends.course_modes()


def test_what_was_written_is_read_again_and_other_runs_have_none_of_it(modes: CourseModes) -> None:
    rows = (ModeRow("audit", "usd", "Audit", 0), ModeRow("verified", "usd", "Verified", 49, WHEN, "S", "B"))
    modes.write(KEY, rows)
    assert modes.of_course(KEY) == rows
    assert modes.of_course(OTHER) == ()


def test_a_mode_that_exists_is_changed_and_keeps_its_name_and_its_skus(modes: CourseModes) -> None:
    modes.write(KEY, [ModeRow("verified", "usd", "Verified", 49, WHEN, "S", "B"), ModeRow("audit", "usd", "Audit", 0)])
    modes.write(KEY, [ModeRow("verified", "usd", "Another name", 59, None)])
    assert set(modes.of_course(KEY)) == {
        ModeRow("verified", "usd", "Verified", 59, None, "S", "B"),
        ModeRow("audit", "usd", "Audit", 0),
    }


def test_the_same_slug_in_another_currency_is_another_mode(modes: CourseModes) -> None:
    modes.write(KEY, [ModeRow("verified", "usd", "Verified", 49), ModeRow("verified", "eur", "Verified", 45)])
    assert {(row.currency, row.min_price) for row in modes.of_course(KEY)} == {("usd", 49), ("eur", 45)}


def test_what_is_refused_leaves_nothing_of_what_was_written_with_it(modes: CourseModes) -> None:
    with pytest.raises(Refused, match="professional"):
        modes.write(KEY, [ModeRow("audit", "usd", "Audit", 0), ModeRow("professional", "usd", "P", 9, WHEN)])
    assert modes.of_course(KEY) == ()


def test_the_lms_refuses_a_run_that_it_does_not_know() -> None:
    with platform_modules(), pytest.raises(CourseMissing, match="AcmeX"):
        backends.course_modes().write(KEY, [ModeRow("audit", "usd", "Audit", 0)])
