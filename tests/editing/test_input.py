"""What input is refused, field by field, and that nothing is written then."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from openedx_catalog_publisher.api import (
    Actor,
    CourseCreated,
    InvalidInput,
    create_course,
    create_run,
    update_course,
    update_run,
)
from openedx_catalog_publisher.models import Course, CourseRun, EditRecord, OutboxEvent, Subject, WriteSource
from tests.factories import (
    SYSTEM,
    course_changes,
    course_type,
    make_course,
    make_organization,
    make_person,
    make_subject,
    run_changes,
    run_type,
    seat,
)
from tests.module_data import kept_for_module

pytestmark = pytest.mark.django_db

NOWHERE = str(uuid.UUID(int=5))

REFUSED_FOR_A_COURSE: list[tuple[str, Any]] = [
    ("title", "x" * 256),
    ("title", 5),
    ("title", ["a"]),
    ("title", "lone \ud800 surrogate"),
    ("full_description", "x" * 200_001),
    ("full_description", "\udfff"),
    ("authoring_organizations", []),
    ("authoring_organizations", None),
    ("authoring_organizations", [NOWHERE]),
    ("authoring_organizations", "abc"),
    ("subjects", [NOWHERE]),
    ("subjects", ["no uuid"]),
    ("subjects", {"a": 1}),
    ("subjects", 5),
    ("subjects", [None]),
    ("level_type", NOWHERE),
    ("level_type", "Introductory"),
    ("type", NOWHERE),
    ("url_slug", "no slug!"),
    ("url_slug", "a//b"),
    ("url_slug", "/a"),
    ("url_slug", "ä"),
    ("url_slug", "x" * 256),
    ("card_image_url", "not a url"),
    ("excluded_from_search", "false"),
    ("excluded_from_search", None),
    ("excluded_from_search", 1),
    ("expected_learning_items", "one"),
    ("expected_learning_items", [1]),
    ("expected_learning_items", ["\ud83d"]),
    ("geolocation", {"lat": "1", "lng": "200"}),
    ("geolocation", {"lat": "91", "lng": "2"}),
    ("geolocation", {"lat": "1"}),
    ("geolocation", {"lat": "1", "lng": "2", "height": 3}),
    ("geolocation", {"lat": "1", "lng": "2", "location_name": "\ud800"}),
    ("video", {"src": "no url"}),
    ("video", "https://example.com/v.mp4"),
    ("in_year_value", {"per_lead_usa": -1}),
    ("location_restriction", {"countries": ["Switzerland"]}),
    ("additional_metadata", {"external_url": "https://example.com", "variant_id": "x"}),
    ("entitlement", {"mode": "verified", "price": "-1"}),
    ("entitlement", {"mode": "verified", "price": "49.001"}),
    ("entitlement", {"mode": "verified", "price": "123456789.00"}),
    ("entitlement", {"mode": "verified", "price": "NaN"}),
    ("entitlement", {"mode": "verified", "price": "Infinity"}),
    ("entitlement", {"mode": "verified", "price": "1e500"}),
    ("entitlement", {"mode": "verified", "price": 49.0}),
    ("entitlement", {"mode": "verified", "price": True}),
    ("entitlement", {"mode": "nothing", "price": "1"}),
    ("entitlement", {"mode": "verified", "price": "1", "currency": "XXX"}),
    ("entitlement", {"price": "1"}),
    ("entitlement", {"mode": "verified", "price": "1", "sku": "S"}),
    ("entitlement", ["verified"]),
    ("watchers", ["nobody"]),
    ("watchers", "a@example.com"),
    ("status", "published"),
    ("canonical_course_run", NOWHERE),
    ("revision", 9),
    ("enrollment_count", 9),
    ("draft", False),
    ("id", 9),
    ("nonsense", 1),
]


@pytest.fixture(scope="module")
def units(django_db_setup: None, django_db_blocker: Any) -> Iterator[CourseCreated]:
    with kept_for_module(django_db_blocker):
        yield make_course(runs=1)


def _counts() -> tuple[int, ...]:
    return tuple(model._base_manager.count() for model in (Course, CourseRun, EditRecord, OutboxEvent))


@pytest.mark.parametrize(("name", "value"), REFUSED_FOR_A_COURSE, ids=lambda value: repr(value)[:60])
def test_input_that_a_course_field_refuses_is_named(name: str, value: Any, units: CourseCreated) -> None:
    course = units.course
    before, counts = Course.drafts.values().get(uuid=course.uuid), _counts()
    with pytest.raises(InvalidInput) as caught:
        update_course(SYSTEM, course.uuid, {"short_description": "Other", name: value})
    assert list(caught.value.fields) == [name]
    assert all(isinstance(message, str) and message for message in caught.value.fields[name])
    assert (Course.drafts.values().get(uuid=course.uuid), _counts()) == (before, counts)


REFUSED_FOR_A_RUN: list[tuple[str, Any]] = [
    ("start", "2031-02-01"),
    ("start", "2031-02-01T00:00:00"),
    ("start", "2031-02-30T00:00:00Z"),
    ("start", "tomorrow"),
    ("start", 5),
    ("start", datetime(2031, 2, 1)),  # noqa: DTZ001 - a time without a zone is the point
    ("start", "0999-12-31T23:59:59Z"),
    ("start", "0001-01-01T00:00:00+05:00"),
    ("end", "9999-12-31T23:59:59-05:00"),
    ("end", "2031-01-31T23:59:59Z"),
    ("max_effort", 0),
    ("max_effort", -1),
    ("max_effort", 1.5),
    ("max_effort", True),
    ("max_effort", "many"),
    ("weeks_to_complete", 70_000),
    ("pacing_type", "slow"),
    ("reporting_type", ""),
    ("external_key", "x" * 226),
    ("variant_id", "x"),
    ("language", "xx-none"),
    ("language", 5),
    ("transcript_languages", ["en-us", "en-us"]),
    ("staff", [NOWHERE]),
    ("seats", [seat("verified"), seat("verified", "50.00")]),
    ("seats", [seat("verified"), seat("verified", "50.00", credit_provider=" ")]),
    ("seats", [seat("nothing")]),
    ("seats", [seat("verified", "-0.01")]),
    ("seats", [seat("verified", credit_hours=-1)]),
    ("seats", [seat("verified", sku="S")]),
    ("seats", ["verified"]),
    ("seats", {"type": "verified"}),
    ("restricted_run", {"restriction_type": "secret"}),
    ("restricted_run", {}.fromkeys(["type"], "x")),
    ("go_live_date", "soon"),
    ("fixed_price_usd", "-1"),
    ("tags", "tag"),
    ("has_ofac_restrictions", True),
    ("announcement", "2031-02-01T00:00:00Z"),
    ("studio_state", "done"),
]


@pytest.mark.parametrize(("name", "value"), REFUSED_FOR_A_RUN, ids=lambda value: repr(value)[:60])
def test_input_that_a_run_field_refuses_is_named(name: str, value: Any, units: CourseCreated) -> None:
    run = units.runs[0]
    before, counts = CourseRun.drafts.values().get(uuid=run.uuid), _counts()
    with pytest.raises(InvalidInput) as caught:
        update_run(SYSTEM, run.uuid, {"title_override": "Other", name: value})
    assert list(caught.value.fields) == [name]
    assert (CourseRun.drafts.values().get(uuid=run.uuid), _counts()) == (before, counts)


def test_all_faulty_fields_are_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        create_course(SYSTEM, number="1", changes={"title": 5, "subjects": 5, "watchers": 5, "nonsense": 5})
    assert set(caught.value.fields) == {"title", "subjects", "watchers", "nonsense"}


def test_faulty_fields_of_a_run_that_comes_with_its_course_are_named_by_its_place() -> None:
    changes = course_changes(make_organization())
    with pytest.raises(InvalidInput) as caught:
        create_course(SYSTEM, number="1", changes=changes, runs=[run_changes(), run_changes(end="x", staff="y")])
    assert set(caught.value.fields) == {"runs[1].end", "runs[1].staff"}
    assert not Course.everything.filter(number="1").exists()


def test_a_course_that_is_created_obeys_the_rules_of_updates() -> None:
    organization = make_organization()
    with pytest.raises(InvalidInput) as caught:
        create_course(SYSTEM, number="1", changes=course_changes(organization, authoring_organizations=[]))
    assert list(caught.value.fields) == ["authoring_organizations"]
    with pytest.raises(InvalidInput) as caught:
        create_run(SYSTEM, make_course(runs=0).course.uuid, run_changes(min_effort=9, max_effort=1))
    assert list(caught.value.fields) == ["max_effort"]


def test_what_is_retired_stays_where_it_is_and_is_taken_up_nowhere_else() -> None:
    old, other = make_subject("Old"), make_subject("Other")
    course = make_course(runs=0, subjects=[old, other]).course
    Subject.objects.filter(pk=old.pk).update(retired=True)
    assert update_course(SYSTEM, course.uuid, {"subjects": [other, old]}).changed == ("subjects",)
    assert update_course(SYSTEM, course.uuid, {"subjects": [other]}).changed == ("subjects",)
    with pytest.raises(InvalidInput) as caught:
        update_course(SYSTEM, course.uuid, {"subjects": [old]})
    assert caught.value.fields == {"subjects": ["The subject Old is retired."]}


def test_the_external_key_of_another_run_of_the_course_is_refused_and_free_elsewhere() -> None:
    made, elsewhere = make_course(runs=2), make_course()
    first, second = (run.uuid for run in made.runs)
    update_run(SYSTEM, first, {"external_key": "E-1"})
    with pytest.raises(InvalidInput) as caught:
        update_run(SYSTEM, second, {"external_key": " E-1 "})
    assert caught.value.fields == {"external_key": ["Another run of this course has this external key."]}
    assert update_run(SYSTEM, second, {"external_key": "e-1"}).changed == ("external_key",)
    assert update_run(SYSTEM, elsewhere.runs[0].uuid, {"external_key": "E-1"}).changed == ("external_key",)


@pytest.mark.parametrize("source", [WriteSource.NATIVE, WriteSource.DISCOVERY])
def test_a_run_type_outside_the_course_type_cannot_be_newly_made_at_the_rest_doors(source: WriteSource) -> None:
    made = make_course()
    actor = Actor.system("tests", source)
    for command, unit, changes in (
        (create_run, made.course.uuid, run_changes(type=run_type("professional"))),
        (create_run, made.course.uuid, run_changes(type=run_type("empty"))),
        (update_run, made.runs[0].uuid, {"type": run_type("professional")}),
    ):
        with pytest.raises(InvalidInput) as caught:
            command(actor, unit, changes)  # type: ignore[operator]
        assert list(caught.value.fields) == ["type"]
    assert update_run(actor, made.runs[0].uuid, {"type": run_type("audit")}).changed == ("type",)


@pytest.mark.parametrize("source", [WriteSource.IMPORT, WriteSource.ADMIN, WriteSource.COMMAND])
def test_importers_and_the_admin_may_set_any_run_type_and_it_stays_allowed(source: WriteSource) -> None:
    run = make_course().runs[0].uuid
    assert update_run(Actor.system("tests", source), run, {"type": run_type("professional")}).changed == ("type",)
    native = Actor.system("tests", WriteSource.NATIVE)
    assert update_run(native, run, {"type": run_type("professional"), "weeks_to_complete": 2}).changed == (
        "weeks_to_complete",
    )


def test_a_course_type_that_is_reserved_is_for_the_organizations_that_it_names() -> None:
    native = Actor.system("tests", WriteSource.NATIVE)
    chosen, other = make_organization(), make_organization()
    course_type("professional").white_listed_orgs.add(chosen)
    mine, theirs = make_course(chosen, runs=0).course.uuid, make_course(other, runs=0).course.uuid
    assert update_course(native, mine, {"type": course_type("professional")}).changed == ("type",)
    with pytest.raises(InvalidInput) as caught:
        update_course(native, theirs, {"type": course_type("professional")})
    assert list(caught.value.fields) == ["type"]


def test_a_moved_end_clears_upgrade_deadlines_of_verified_seats_unless_seats_are_given() -> None:
    run = make_course().runs[0].uuid
    deadline = "2031-11-01T00:00:00.000000Z"
    seats = [seat("audit", "0"), seat("verified", upgrade_deadline_override=deadline)]
    update_run(SYSTEM, run, {"seats": seats})
    verified = CourseRun.drafts.get(uuid=run).seats.filter(type__slug="verified")
    assert update_run(SYSTEM, run, {"end": "2031-12-31T00:00:00Z"}).changed == ()
    assert verified.get().upgrade_deadline_override is not None
    assert update_run(SYSTEM, run, {"end": "2032-12-31T00:00:00Z", "seats": seats}).changed == ("end",)
    assert verified.get().upgrade_deadline_override is not None
    assert update_run(SYSTEM, run, {"end": "2033-12-31T00:00:00Z"}).changed == ("end", "seats")
    assert verified.get().upgrade_deadline_override is None


def test_times_decimals_and_references_are_stored_exactly() -> None:
    person = make_person()
    run = make_course().runs[0].uuid
    update_run(
        SYSTEM,
        run,
        {"start": "2031-03-01T12:34:56.123456+02:00", "fixed_price_usd": "99999999.99", "staff": [person]},
    )
    stored = CourseRun.drafts.get(uuid=run)
    assert stored.start.isoformat() == "2031-03-01T10:34:56.123456+00:00"
    assert stored.fixed_price_usd == Decimal("99999999.99")
    assert [link.person for link in stored.staff_links.all()] == [person]
