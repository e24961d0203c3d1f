"""What OPTIONS says of courses and runs: without any of it, a page of the micro-frontend fails."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher.models import Course, CourseType, LevelType, OrganizationProfile, Subject
from tests import factories
from tests.publishing.test_budgets import counting
from tests.rest.discovery.conftest import Door
from tests.rest.test_budgets import LOG_IN

pytestmark = pytest.mark.django_db

CHOICES_OF_COURSES = (
    "level_type",
    "subjects.child",
    "location_restriction.children.restriction_type",
    "location_restriction.children.countries.child",
    "location_restriction.children.states.child",
    "additional_metadata.children.product_status",
    "additional_metadata.children.external_course_marketing_type",
)

CHOICES_OF_RUNS = {
    "pacing_type": ["instructor_paced", "self_paced"],
    "has_ofac_restrictions": ["", True, False],
    "status": ["unpublished", "review_by_legal", "review_by_internal", "reviewed", "published"],
}


def posted(door: Door, path: str) -> dict[str, Any]:
    """Return what can be posted."""
    answer = door.options(path)
    assert answer.status_code == 200
    fields: dict[str, Any] = answer.json()["actions"]["POST"]
    return fields


def values(fields: dict[str, Any], path: str) -> list[Any]:
    """Return the values that can be chosen for a field."""
    entry: Any = fields
    for step in path.split("."):
        entry = entry[step]
    assert all(choice.keys() == {"value", "display_name"} for choice in entry["choices"])
    return [choice["value"] for choice in entry["choices"]]


def test_every_list_of_choices_of_a_course_is_there(course: Course, door: Door) -> None:
    fields = posted(door, "/courses/?editable=1")

    counts = {path: len(values(fields, path)) for path in CHOICES_OF_COURSES}
    assert counts == {
        "level_type": LevelType.objects.count(),
        "subjects.child": Subject.objects.count(),
        "location_restriction.children.restriction_type": 2,
        "location_restriction.children.countries.child": 249,
        "location_restriction.children.states.child": 49,
        "additional_metadata.children.product_status": 2,
        "additional_metadata.children.external_course_marketing_type": 3,
    }
    assert course.level_type is not None
    assert values(fields, "level_type") == [course.level_type.name]


def test_types_offer_what_the_forms_read(door: Door) -> None:
    options = posted(door, "/courses/?editable=1")["type"]["type_options"]

    by_name = {option["name"]: option for option in options}
    assert "Empty" not in by_name
    assert all(option["course_run_types"] for option in options)
    verified = by_name["Verified and Audit"]
    assert verified["entitlement_types"] == ["verified"]
    assert [run_type["name"] for run_type in verified["course_run_types"]] == ["Audit Only", "Verified and Audit"]
    assert verified["course_run_types"][1]["modes"] == ["audit", "verified"]
    assert {track["seat_type"]["slug"]: track["mode"]["payee"] for track in verified["tracks"]} == {
        "audit": None,
        "verified": "platform",
    }


def test_reserved_and_retired_types_are_not_offered(
    organization: OrganizationProfile, door: Door, staff_door: Door, settings: Any
) -> None:
    CourseType.objects.get(slug="professional").white_listed_orgs.add(factories.make_organization())
    settings.CATALOG_PUBLISHER_RETIRED_COURSE_TYPES = ["honor"]

    def offered(asker: Door) -> set[str]:
        return {option["name"] for option in posted(asker, "/courses/")["type"]["type_options"]}

    assert "Professional Only" not in offered(door)
    assert "Professional Only" in offered(staff_door)
    assert "Honor Only" not in offered(staff_door)


def test_every_list_of_choices_of_a_run_is_there(door: Door) -> None:
    fields = posted(door, "/course_runs/")

    assert {name: values(fields, name) for name in CHOICES_OF_RUNS} == CHOICES_OF_RUNS
    assert len(values(fields, "content_language")) > 180
    assert values(fields, "transcript_languages.child") == values(fields, "content_language")
    assert "micromasters" in values(fields, "expected_program_type")


def test_who_may_create_nothing_is_told_of_no_actions(outsider: Door) -> None:
    assert "actions" not in outsider.options("/course_runs/").json()
    assert "actions" in outsider.options("/courses/").json()
    assert Door(None).options("/courses/").status_code == 401


@pytest.mark.parametrize("path", ["/courses/?editable=1", "/course_runs/"])
def test_what_metadata_costs(path: str, course: Course, door: Door, staff_door: Door) -> None:
    for asker in (door, staff_door):
        asker.get("/currency")
        with counting() as count:
            asker.options(path)
        assert count.statements - LOG_IN <= 16
