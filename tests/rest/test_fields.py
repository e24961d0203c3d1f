"""Each field of a list can be asked for alone: it says itself what has to be read for it."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.models import Course, CourseRun
from openedx_catalog_publisher.rest.course_output import CourseOutput
from openedx_catalog_publisher.rest.run_output import RunOutput
from tests.rest.conftest import Api

pytestmark = pytest.mark.django_db


def first(api: Api, path: str, **parameters: Any) -> dict[str, Any]:
    """Return the first draft of a list."""
    response = api.get(path, editable="1", **parameters)
    assert response.status_code == 200, response.json()
    row: dict[str, Any] = response.json()["results"][0]
    return row


def test_each_field_of_a_course_stands_for_itself(course: Course, team: Api) -> None:
    whole = first(team, "/courses/")

    assert whole.keys() == CourseOutput._declared_fields.keys()
    for name, value in whole.items():
        assert first(team, "/courses/", fields=name) == {name: value}


def test_each_field_of_a_run_stands_for_itself(run: CourseRun, team: Api) -> None:
    whole = first(team, "/course_runs/")

    assert whole.keys() == RunOutput._declared_fields.keys()
    for name, value in whole.items():
        assert first(team, "/course_runs/", fields=name) == {name: value}


def test_each_field_of_the_runs_of_a_course_stands_for_itself(course: Course, team: Api) -> None:
    runs = first(team, "/courses/")["course_runs"]

    assert len(runs) == 2
    for name in RunOutput._declared_fields:
        assert first(team, "/courses/", fields=f"course_runs.{name}") == {
            "course_runs": [{name: r[name]} for r in runs]
        }
