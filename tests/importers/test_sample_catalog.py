"""The sample catalog of the demo shows every kind of course that the format has, and is plainly invented."""

from pathlib import Path

from openedx_catalog_publisher.importers.records import CourseRecord, MergedRow
from tests.importers.page_rows import read, run_fields

SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "sample_catalog.csv"


def test_the_sample_is_eight_invented_courses_of_three_invented_organizations() -> None:
    outcomes = read(SAMPLE)
    courses = [outcome for outcome in outcomes if isinstance(outcome, CourseRecord)]
    assert [outcome for outcome in outcomes if not isinstance(outcome, CourseRecord)] == [MergedRow(3, into=2)]
    assert len(courses) == 8
    assert {course.organization_name for course in courses} == {
        "Sample University (invented)",
        "Example Institute of Technology (invented)",
        "Accademia Dimostrativa (invented)",
    }
    assert {run_fields(course)["language"] for course in courses} == {"en", "es", "ar", "it", "ja"}
    assert {course.fields["type"] for course in courses} == {"verified-audit", "professional", "audit"}
    assert courses[0].fields["subjects"] == ["Astronomy", "Physics"]
    assert all(course.mended == () for course in courses)
