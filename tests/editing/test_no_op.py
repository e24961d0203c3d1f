"""The no-op rule: input that says what the draft says already writes nothing, however it is written."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from openedx_catalog_publisher.api import set_prices, update_course, update_run, write_courses
from openedx_catalog_publisher.editing.bulk import CourseInput, RunInput
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    CourseUrlSlug,
    EditRecord,
    OutboxEvent,
    Seat,
    Subject,
)
from tests.factories import SYSTEM, make_course, make_person, make_subject, seat

pytestmark = pytest.mark.django_db


def _stored() -> dict[str, Any]:
    return {
        "courses": list(Course.everything.order_by("pk").values()),
        "runs": list(CourseRun.everything.order_by("pk").values()),
        "seats": list(Seat.objects.order_by("pk").values()),
        "slugs": list(CourseUrlSlug.objects.order_by("pk").values()),
        "edits": EditRecord.objects.count(),
        "events": OutboxEvent.objects.count(),
    }


EQUAL_COURSE_INPUT: list[dict[str, Any]] = [
    {},
    {"title": "  Data for Everyone \t"},
    {"title": "Data for Everyone\n"},
    {"syllabus_raw": ""},
    {"syllabus_raw": None},
    {"syllabus_raw": "   "},
    {"faq": "\n\t"},
    {"geolocation": None},
    {"geolocation": {}},
    {"geolocation": ""},
    {"video": {}},
    {"expected_learning_items": None},
    {"expected_learning_items": []},
    {"expected_learning_items": ["", "  "]},
    {"prerequisites": ()},
    {"entitlement": {"mode": "verified", "price": "49", "currency": "USD"}},
    {"entitlement": {"mode": "verified", "price": 49}},
    {"entitlement": {"mode": "verified", "price": Decimal("49.0")}},
    {"entitlement": {"mode": "verified", "price": "4.9E+1"}},
    {"entitlement": {"mode": "verified", "price": " 49.00 "}},
    {"topics": None},
    {"topics": []},
    {"topics": ()},
    {"watchers": None},
    {"watchers": ["", " "]},
    {"excluded_from_search": False},
    {"level_type": ""},
    {"product_source": None},
    {"image": ""},
    {"card_image_url": " "},
]


@pytest.mark.parametrize("changes", EQUAL_COURSE_INPUT, ids=str)
def test_equal_input_for_a_course_writes_nothing(changes: dict[str, Any]) -> None:
    course = make_course(runs=0, title="Data for Everyone", topics=[], level_type=None).course
    before = _stored()
    written = update_course(SYSTEM, course.uuid, changes)
    assert (written.changed, written.revision) == ((), 1)
    assert _stored() == before


EAST = timezone(timedelta(hours=5, minutes=30))

EQUAL_RUN_INPUT: list[dict[str, Any]] = [
    {"start": "2031-02-01T00:00:00Z"},
    {"start": "2031-02-01T00:00:00.000000+00:00"},
    {"start": "2031-02-01 00:00Z"},
    {"start": " 2031-02-01T05:30:00+05:30 "},
    {"start": datetime(2031, 2, 1, 5, 30, tzinfo=EAST)},
    {"seats": [seat("audit", "0"), seat("verified", 49)]},
    {"seats": [seat("verified", "49.0"), seat("audit", "0.0")]},
    {"seats": [seat("audit", "0", credit_provider=None), seat("verified", "49", credit_provider=" ")]},
    {"seats": [seat("audit", "0", credit_hours=""), seat("verified", "49", upgrade_deadline_override="")]},
    {"min_effort": "1", "max_effort": " 4 "},
    {"weeks_to_complete": 6},
    {"external_key": ""},
    {"external_key": "  "},
    {"fixed_price_usd": ""},
    {"variant_id": ""},
    {"tags": None},
    {"license": ""},
    {"restricted_run": {"restriction_type": "custom-b2c"}},
    {"transcript_languages": ["en-us", "ar"]},
    {"go_live_date": None},
    {"go_live_date": ""},
    {"reporting_type": " mooc "},
    {"pacing_type": "self_paced"},
]


@pytest.mark.parametrize("changes", EQUAL_RUN_INPUT, ids=str)
def test_equal_input_for_a_run_writes_nothing(changes: dict[str, Any]) -> None:
    run = make_course().runs[0]
    before = _stored()
    written = update_run(SYSTEM, run.uuid, changes)
    assert (written.changed, written.revision) == ((), 1)
    assert _stored() == before


def test_a_reference_may_be_named_by_row_by_uuid_or_by_the_text_of_it() -> None:
    subjects = [make_subject(), make_subject()]
    course = make_course(runs=0, subjects=subjects).course
    before = _stored()
    for given in (
        subjects,
        [subject.uuid for subject in subjects],
        [str(subject.uuid).upper() for subject in subjects],
        [subject.uuid.hex for subject in subjects],
        Subject.objects.filter(pk__in=[subject.pk for subject in subjects]).order_by("pk"),
    ):
        assert update_course(SYSTEM, course.uuid, {"subjects": given}).changed == ()
    assert _stored() == before


def test_the_order_of_subjects_and_staff_is_content() -> None:
    first, second = make_subject(), make_subject()
    made = make_course(subjects=[first, second])
    assert update_course(SYSTEM, made.course.uuid, {"subjects": [second, first]}).changed == ("subjects",)
    ada, grace = make_person("Ada"), make_person("Grace")
    run = made.runs[0].uuid
    assert update_run(SYSTEM, run, {"staff": [ada, grace]}).changed == ("staff",)
    assert update_run(SYSTEM, run, {"staff": [grace, ada]}).changed == ("staff",)
    links = CourseRun.drafts.get(uuid=run).staff_links.values_list("person__given_name", "position")
    assert list(links) == [("Grace", 0), ("Ada", 1)]


def test_equal_geolocation_in_other_notations_writes_nothing() -> None:
    place = {"location_name": "Zürich", "lat": "47.37688660000", "lng": "8.54169400000"}
    course = make_course(runs=0, geolocation=place).course
    before = _stored()
    for given in (
        place,
        {"location_name": " Zürich ", "lat": "47.3768866", "lng": "8.541694"},
        {"lng": Decimal("8.541694"), "lat": 47.3768866, "location_name": "Zürich"},
    ):
        assert update_course(SYSTEM, course.uuid, {"geolocation": given}).changed == ()
    assert _stored() == before


def test_a_uuid_in_another_notation_writes_nothing() -> None:
    variant = uuid.uuid4()
    run = make_course().runs[0]
    update_run(SYSTEM, run.uuid, {"variant_id": variant})
    before = _stored()
    for given in (variant, str(variant), variant.hex, str(variant).upper(), f"{{{variant}}}"):
        assert update_run(SYSTEM, run.uuid, {"variant_id": given}).changed == ()
    assert _stored() == before


def test_equal_prices_write_nothing() -> None:
    made = make_course()
    before = _stored()
    result = set_prices(SYSTEM, made.course.uuid, {"verified": "49", "audit": 0}, runs=[made.runs[0].uuid])
    assert [entry.changed for entry in result] == [(), ()]
    assert _stored() == before


def test_a_batch_of_equal_input_writes_nothing() -> None:
    made = make_course(title="Data")
    course = Course.drafts.get(uuid=made.course.uuid)
    before = _stored()
    entry = CourseInput(
        course.key.split("+")[0], course.number, {"title": " Data "}, [RunInput(made.runs[0].key, {"min_effort": "1"})]
    )
    [outcome] = write_courses(SYSTEM, [entry])
    assert (outcome.unchanged, outcome.updated, outcome.created) == ([course.key, made.runs[0].key], [], [])
    assert _stored() == before


def test_state_and_content_that_move_together_are_one_write() -> None:
    course = make_course(runs=0).course
    written = update_course(SYSTEM, course.uuid, {"title": "Other", "watchers": ["a@example.com", "a@example.com"]})
    assert (written.changed, written.revision) == (("title", "watchers"), 2)
    assert Course.drafts.get(uuid=course.uuid).watchers == ["a@example.com"]
    assert EditRecord.objects.filter(unit_uuid=course.uuid).count() == 2
