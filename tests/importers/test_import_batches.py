"""Batches: whole courses, at most 500 units, and no course that stops another."""

import pytest

from openedx_catalog_publisher.api import Selection, update_run
from openedx_catalog_publisher.models import Course, CourseRun, EditRecord, Publication, Release
from tests.factories import SYSTEM, make_course, make_organization, publish_now, run_changes
from tests.importers.record_files import course, import_records

pytestmark = pytest.mark.django_db


def test_a_course_and_its_runs_are_in_one_batch_of_at_most_500_units() -> None:
    report = import_records(course(1, runs=300), course(2, runs=197), course(3, runs=1), publish=True)
    assert (report["created"]["courses"], report["created"]["runs"]) == (3, 498)
    first, second = Release.objects.order_by("pk")
    assert report["published"] == {
        "units": 501,
        "releases": [{"uuid": str(first.uuid), "units": 499}, {"uuid": str(second.uuid), "units": 2}],
    }
    assert Publication.objects.filter(release=second, unit_key__contains="N3").count() == 2
    assert EditRecord.objects.values("operation").distinct().count() == 2


def test_a_course_that_no_batch_can_hold_is_refused() -> None:
    report = import_records(course(1, runs=500), course(2))
    assert report["refused"] == [
        {"line": 1, "field": None, "reason": "a course with 500 runs is more than one transaction takes"}
    ]
    assert [found.number for found in Course.drafts.all()] == ["N2"]


def test_a_course_that_the_database_refuses_is_refused_alone_and_whole() -> None:
    twins = [{"external_key": "twin"}, {"external_key": "twin"}]
    report = import_records(course(1), course(2, runs=twins), course(3))
    (refused,) = report["refused"]
    assert (refused["line"], refused["field"]) == (2, "external_key")
    assert sorted(Course.drafts.values_list("number", flat=True)) == ["N1", "N3"]
    assert CourseRun.drafts.count() == 2
    assert report["created"]["keys"] == [
        "SampleX+N1",
        "course-v1:SampleX+N1+R0",
        "SampleX+N3",
        "course-v1:SampleX+N3+R0",
    ]


def test_a_course_that_stands_twice_in_a_batch_is_written_once() -> None:
    report = import_records(course(1), course(1, line=7, title="Another"))
    assert [(row["line"], row["field"]) for row in report["refused"]] == [(7, "key")]
    assert Course.drafts.get().title == "Course 1"


def test_faulty_fields_of_a_run_are_named_with_its_key() -> None:
    report = import_records(course(1, runs=[{}, {"min_effort": 5, "max_effort": 2}]))
    assert report["refused"] == [
        {
            "line": 1,
            "field": "course-v1:SampleX+N1+R1.max_effort",
            "reason": "The most effort is not below the least.",
        }
    ]
    assert not Course.drafts.exists()


def test_a_course_that_cannot_be_published_is_named_and_stops_nobody() -> None:
    organization = make_organization("SampleX")
    made = make_course(organization, number="N1", runs=[run_changes(external_key="twin")])
    publish_now(Selection.of([made.course.uuid], all_runs=True))
    # Its draft leaves the key, which the official run still has.
    update_run(SYSTEM, made.runs[0].uuid, {"external_key": None})
    report = import_records(course(1, runs=[{"external_key": "twin"}]), course(2), publish=True)
    (left,) = report["not_published"]
    assert left["key"] == "SampleX+N1"
    assert "external key twin" in left["reason"]
    assert report["created"]["courses"] == 1
    assert report["published"]["units"] == 2
    assert Course.objects.filter(number="N2").exists()
    assert not CourseRun.objects.filter(key="course-v1:SampleX+N1+R0").exists()
    assert CourseRun.drafts.filter(key="course-v1:SampleX+N1+R0").exists()


def test_a_dry_run_finds_a_slug_that_a_course_of_an_earlier_batch_takes() -> None:
    rows = [course(1, runs=499, url_slug="stars"), course(2, url_slug="Stars"), course(3, url_slug="planets")]
    planned = import_records(*rows, dry_run=True)
    done = import_records(*rows)
    assert planned["refused"] == done["refused"]
    assert [(row["line"], row["field"]) for row in done["refused"]] == [(2, "url_slug")]
    assert planned["created"] == done["created"]


def test_a_refused_course_takes_no_slug_from_those_after_it() -> None:
    report = import_records(
        course(1, url_slug="stars", runs=[{"min_effort": 5, "max_effort": 2}]), course(2, url_slug="stars")
    )
    assert [row["line"] for row in report["refused"]] == [1]
    assert Course.drafts.get().number == "N2"
