"""What consumers hold is compared with what was published, and sent again where it differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openedx_catalog_publisher.api import Selection, remove, update_course
from openedx_catalog_publisher.checks.drift import Drift, DriftReport, check_drift
from openedx_catalog_publisher.models import Delivery, DriftCheck, OutboxConsumer
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.outbox.repairs import prune
from tests.factories import SYSTEM, make_course, publish_now
from tests.management.calling import call, call_json, failing, refusal
from tests.outbox.recording import PATH as RECORDING
from tests.outbox.shelf import PATH, Shelf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelf(settings: Any) -> Iterator[type[Shelf]]:
    settings.CATALOG_PUBLISHER_CONSUMERS = [RECORDING, PATH]
    Shelf.reset()
    yield Shelf
    Shelf.reset()


@pytest.fixture
def courses() -> list[Any]:
    """Two courses with a run each, published and delivered."""
    made = [make_course(title=title).course for title in ("Bees", "Йога 🧘")]
    publish_now(Selection.of(courses=[course.uuid for course in made], all_runs=True))
    relay()
    return made


def found(**asked: Any) -> tuple[list[Drift], DriftReport]:
    report = DriftReport()
    return list(check_drift(report, **asked)), report


def test_what_agrees_is_verified_and_nothing_is_found(courses: list[Any]) -> None:
    drifts, report = found()
    assert drifts == []
    assert (report.consumers, report.verified, report.lagging) == (["shelf"], 2, 0)
    checks = list(DriftCheck.objects.order_by("unit_key"))
    assert [(check.unit_uuid, check.differences, check.error) for check in checks] == [
        (course.uuid, [], "") for course in sorted(courses, key=lambda course: course.key)
    ]
    first = checks[0].verified_at
    found()
    assert DriftCheck.objects.count() == 2
    assert DriftCheck.objects.order_by("unit_key")[0].verified_at > first


def test_what_differs_and_what_is_gone_is_named_field_by_field(courses: list[Any], shelf: type[Shelf]) -> None:
    bees, yoga = courses
    shelf.books[bees.uuid]["title"] = "Wasps"
    del shelf.books[yoga.uuid]
    drifts, _ = found()
    assert drifts == [
        Drift("shelf", bees.uuid, bees.key, [{"field": "title", "published": "Bees", "held": "Wasps"}]),
        Drift(
            "shelf",
            yoga.uuid,
            yoga.key,
            [
                {"field": "title", "published": "Йога 🧘", "held": None},
                {"field": "status", "published": "published", "held": None},
            ],
        ),
    ]
    assert DriftCheck.objects.get(unit_uuid=bees.uuid).differences == drifts[0].differences


def test_a_repair_sends_again_what_differs_and_nothing_else(courses: list[Any], shelf: type[Shelf]) -> None:
    bees, yoga = courses
    shelf.books[bees.uuid]["title"] = "Wasps"
    drifts, _ = found(repair=True)
    assert [(drift.unit, drift.sent_again) for drift in drifts] == [(bees.uuid, True)]
    waiting = Delivery.objects.get(state="pending")
    assert (waiting.object_code, waiting.consumer.name) == (str(bees.uuid), "shelf")
    assert DriftCheck.objects.get(unit_uuid=bees.uuid).repaired_at is not None
    assert DriftCheck.objects.get(unit_uuid=yoga.uuid).repaired_at is None
    relay()
    assert shelf.books[bees.uuid]["title"] == "Bees"
    assert found()[0] == []


def test_so_it_does_when_the_delivery_was_pruned(courses: list[Any], shelf: type[Shelf]) -> None:
    now = Delivery.objects.order_by("-done_at").values_list("done_at", flat=True)[0]
    prune(now.replace(year=now.year + 1))
    assert not Delivery.objects.exists()
    shelf.books.clear()
    found(repair=True)
    relay()
    assert found()[0] == []
    assert Delivery.objects.count() == 2


def test_what_is_under_way_is_no_drift(courses: list[Any], shelf: type[Shelf]) -> None:
    bees = courses[0]
    update_course(SYSTEM, bees.uuid, {"title": "Bumblebees"})
    publish_now(Selection.of(courses=[bees.uuid]))
    drifts, report = found()
    assert (drifts, report.verified, report.lagging) == ([], 1, 1)
    Shelf.is_open = False
    relay()
    Shelf.is_open = True
    drifts, report = found()
    assert (drifts, report.verified, report.lagging) == ([], 1, 1)


def test_what_is_published_while_the_consumer_is_asked_is_no_drift(
    courses: list[Any], shelf: type[Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    bees = courses[0]
    held = Shelf.held

    def slow(self: Shelf, records: Any) -> Any:
        answer = held(self, records)
        update_course(SYSTEM, bees.uuid, {"title": "Bumblebees"})
        publish_now(Selection.of(courses=[bees.uuid]))
        relay()
        return answer

    shelf.books[bees.uuid] = {"title": "Wasps", "status": "published"}
    monkeypatch.setattr(Shelf, "held", slow)
    drifts, report = found()
    assert (drifts, report.lagging) == ([], 1)


def test_what_was_under_way_before_and_arrives_while_the_consumer_is_asked_is_no_drift(
    courses: list[Any], shelf: type[Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    bees = courses[0]
    held = Shelf.held

    def slow(self: Shelf, records: Any) -> Any:
        answer = held(self, records)
        relay()
        return answer

    update_course(SYSTEM, bees.uuid, {"title": "Bumblebees"})
    publish_now(Selection.of(courses=[bees.uuid]))
    monkeypatch.setattr(Shelf, "held", slow)
    drifts, report = found()
    assert (drifts, report.verified, report.lagging) == ([], 1, 1)
    assert shelf.books[bees.uuid]["title"] == "Bumblebees"


def test_what_was_removed_is_to_be_gone(courses: list[Any], shelf: type[Shelf]) -> None:
    bees = courses[0]
    remove(SYSTEM, courses=[bees.uuid], reason="A mistake.")
    relay()
    shelf.books[bees.uuid] = {"title": "Bees", "status": "published"}
    drifts, _ = found()
    assert [each["field"] for each in drifts[0].differences] == ["title", "status"]


def test_a_consumer_that_cannot_be_asked_is_named_and_what_was_verified_stays(
    courses: list[Any], shelf: type[Shelf]
) -> None:
    found()
    before = DriftCheck.objects.order_by("pk").values_list("verified_at", flat=True)[0]
    Shelf.is_open = False
    drifts, report = found(repair=True)
    assert [(drift.consumer, drift.error, drift.sent_again) for drift in drifts] == [
        ("shelf", "OutOfReach: closed", False)
    ]
    assert report.verified == 0
    check = DriftCheck.objects.order_by("pk")[0]
    assert (check.verified_at, check.error) == (before, "OutOfReach: closed")


def test_it_is_asked_of_units_and_consumers_that_are_named(courses: list[Any], shelf: type[Shelf]) -> None:
    shelf.books.clear()
    assert [drift.unit for drift in found(units=[courses[1].uuid])[0]] == [courses[1].uuid]
    assert found(consumer="recording")[1].consumers == []


def test_the_statements_do_not_grow_with_the_units(courses: list[Any]) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            found()
        return len(queries)

    found()
    few = statements()
    made = [make_course(runs=0).course.uuid for _ in range(5)]
    publish_now(Selection.of(courses=made))
    relay()
    found()
    assert statements() == few


class TestCommand:
    def test_it_says_that_all_agree(self, courses: list[Any]) -> None:
        assert call("check_drift") == "Consumers: shelf. Verified: 2; still under way: 0."
        assert call_json("check_drift", "--consumer", "shelf", courses[0].key) == {
            "findings": [],
            "count": 0,
            "verified": 1,
            "lagging": 0,
            "consumers": ["shelf"],
        }

    def test_it_ends_with_status_1_when_something_differs(self, courses: list[Any], shelf: type[Shelf]) -> None:
        bees = courses[0]
        shelf.books[bees.uuid]["title"] = None
        text, sentence = failing("check_drift", "--repair")
        assert sentence == "1 finding."
        assert text.splitlines() == [
            f"{bees.key} at shelf; sent again:",
            '  title: holds null, published "Bees"',
            "Consumers: shelf. Verified: 2; still under way: 0.",
        ]

    def test_and_when_a_consumer_cannot_be_asked(self, courses: list[Any], shelf: type[Shelf]) -> None:
        Shelf.is_open = False
        text, sentence = failing("check_drift")
        assert sentence == "1 finding."
        assert text.splitlines()[0] == "shelf could not be asked: OutOfReach: closed"

    def test_what_is_not_there_is_named(self) -> None:
        assert refusal("check_drift", "--consumer", "nobody") == "There is no consumer nobody."
        assert not OutboxConsumer.objects.exists()
        assert call("check_drift") == "Consumers: shelf. Verified: 0; still under way: 0."
