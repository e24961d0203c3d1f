"""What the tests of publishing start from: a draft course with two runs, and the same published."""

from __future__ import annotations

import pytest

from openedx_catalog_publisher.api import CourseCreated, Selection
from tests.factories import make_course, publish_now


@pytest.fixture
def made() -> CourseCreated:
    """A draft course with two runs."""
    return make_course(runs=2)


@pytest.fixture
def live(made: CourseCreated) -> CourseCreated:
    """The same, published with its runs."""
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    return made
