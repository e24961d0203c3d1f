"""The relay hands every event to every consumer that asks for it, in order per object, and again until it is done."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from openedx_catalog_publisher.models import Delivery, EventKind, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox import leases
from openedx_catalog_publisher.outbox.attempts import Relayed
from openedx_catalog_publisher.outbox.consumers import Service
from openedx_catalog_publisher.outbox.leases import due_deliveries, pause, settle, take
from openedx_catalog_publisher.outbox.relay import relay, this_service
from openedx_catalog_publisher.outbox.repairs import replay
from openedx_catalog_publisher.outbox.routing import register, route
from tests.outbox.recording import InLms, InStudio, Recording, Shouting, make_event, pass_time

pytestmark = pytest.mark.django_db


def states() -> list[tuple[str, int]]:
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts"))


def time_until_due(delivery: Delivery) -> timedelta:
    assert delivery.due is not None
    return delivery.due - timezone.now()


class TestRouting:
    def test_an_event_is_delivered_once_to_a_consumer_that_asks_for_its_kind(self, recording: type[Recording]) -> None:
        published = make_event()
        make_event("two", kind=EventKind.ROLE_GRANTED)

        assert relay() == Relayed(routed=2, delivered=1)
        assert relay() == Relayed()

        assert [event.uuid for event in recording.handed] == [published.uuid]
        assert states() == [("done", 1)]
        done = Delivery.objects.get()
        assert (done.due, done.last_error) == (None, "")
        assert done.done_at is not None

    def test_what_a_courier_could_not_ask_stands_with_the_delivery_until_it_is_made_again(self, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_CONSUMERS = [f"{Shouting.__module__}.{Shouting.__name__}"]
        make_event()
        assert relay() == Relayed(routed=1, delivered=1)
        assert Delivery.objects.get().outcome == "unconfirmed"
        replay(Delivery.objects.all())
        assert Delivery.objects.get().outcome == ""

    def test_an_event_that_is_committed_after_later_ones_is_not_passed_over(self, recording: type[Recording]) -> None:
        first, late, last = make_event("one"), make_event("two"), make_event("three")
        number = late.pk
        OutboxEvent._base_manager.filter(pk=number).delete()
        relay()

        make_event("two", id=number)
        relay()

        assert [event.object_code for event in recording.handed] == ["one", "three", "two"]
        assert first.pk < number < last.pk

    def test_what_happened_long_before_a_consumer_was_met_is_not_delivered_to_it(
        self, recording: type[Recording]
    ) -> None:
        make_event("old", occurred_at=timezone.now() - timedelta(hours=2))
        make_event("recent", occurred_at=timezone.now() - timedelta(minutes=50))

        assert relay() == Relayed(routed=2, delivered=1)

        assert [event.object_code for event in recording.handed] == ["recent"]

    def test_many_events_are_routed_and_delivered_batch_by_batch(
        self, recording: type[Recording], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("openedx_catalog_publisher.outbox.routing.BATCH", 3)
        monkeypatch.setattr("openedx_catalog_publisher.outbox.relay.BATCH", 2)
        events = [make_event(f"unit{number % 4}", number // 4 + 1) for number in range(11)]

        assert relay() == Relayed(routed=11, delivered=11)

        assert sorted(event.pk for event in recording.handed) == [event.pk for event in events]

    def test_a_consumer_that_asks_for_other_kinds_than_before_gets_them_from_then_on(
        self, recording: type[Recording], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        relay()
        monkeypatch.setattr(recording, "kinds", (EventKind.REMOVED,))
        make_event("one")
        make_event("two", kind=EventKind.REMOVED)

        relay()

        assert OutboxConsumer.objects.get().kinds == ["removed"]
        assert [event.object_code for event in recording.handed] == ["two"]


class TestServices:
    def test_each_service_routes_for_both_and_serves_its_own(self, by_service: None) -> None:
        event = make_event()

        assert relay(Service.LMS) == Relayed(routed=1, delivered=1)
        assert (len(InLms.handed), len(InStudio.handed)) == (1, 0)
        assert relay(Service.CMS) == Relayed(delivered=1)

        assert [each.uuid for each in InStudio.handed] == [event.uuid]

    def test_a_service_routes_for_a_consumer_that_only_the_other_one_names(
        self, by_service: None, settings: Any
    ) -> None:
        relay(Service.CMS)
        both = settings.CATALOG_PUBLISHER_CONSUMERS
        settings.CATALOG_PUBLISHER_CONSUMERS = both[:1]
        make_event()
        relay(Service.LMS)
        settings.CATALOG_PUBLISHER_CONSUMERS = both

        assert relay(Service.CMS) == Relayed(delivered=1)

    def test_a_project_that_is_neither_serves_all(self, by_service: None) -> None:
        make_event()

        assert relay() == Relayed(routed=1, delivered=2)

    @pytest.mark.parametrize(
        ("urls", "service"), [("lms.urls", Service.LMS), ("cms.urls", Service.CMS), ("tests.urls", Service.EITHER)]
    )
    def test_the_service_is_told_by_its_urls(self, settings: Any, urls: str, service: Service) -> None:
        settings.ROOT_URLCONF = urls
        assert this_service() is service


class TestOrder:
    def test_events_of_one_object_come_in_their_order_whatever_that_of_their_ids(
        self, recording: type[Recording]
    ) -> None:
        for sequence in (3, 1, 2):
            make_event("one", sequence)

        relay()

        assert [event.sequence for event in recording.handed] == [1, 2, 3]

    def test_a_later_event_waits_for_one_that_failed_and_those_of_other_objects_do_not(
        self, recording: type[Recording]
    ) -> None:
        make_event("one", 1)
        make_event("one", 2)
        make_event("two", 1)
        recording.failures.append(ValueError("not now"))

        assert relay() == Relayed(routed=3, delivered=1, failed=1)
        assert [event.object_code for event in recording.handed] == ["two"]
        pass_time()
        relay()

        assert [(event.object_code, event.sequence) for event in recording.handed] == [
            ("two", 1),
            ("one", 1),
            ("one", 2),
        ]

    def test_the_same_code_of_another_kind_of_object_is_another_object(self, recording: type[Recording]) -> None:
        make_event("one", 1)
        make_event("one", 2, object_type="course_run")
        recording.failures.append(ValueError("not now"))

        relay()

        assert [event.object_type for event in recording.handed] == ["course_run"]

    def test_an_event_waits_while_an_earlier_one_is_not_routed(self, recording: type[Recording]) -> None:
        register([recording()])
        make_event("one", 2)
        route()
        make_event("one", 1)

        assert due_deliveries("recording", 10) == []
        relay()

        assert [event.sequence for event in recording.handed] == [1, 2]

    def test_a_dead_delivery_holds_nothing_up(self, recording: type[Recording], settings: Any) -> None:
        settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 1
        make_event("one", 1)
        make_event("one", 2)
        recording.failures.append(ValueError("never"))

        assert relay() == Relayed(routed=2, delivered=1, dead=1)
        assert states() == [("dead", 1), ("done", 1)]


class TestAttempts:
    def test_a_failure_is_noted_and_tried_again_after_a_pause(
        self, recording: type[Recording], caplog: pytest.LogCaptureFixture
    ) -> None:
        make_event()
        recording.failures.append(ValueError("not now"))

        assert relay() == Relayed(routed=1, failed=1)

        failed = Delivery.objects.get()
        assert (failed.state, failed.attempts, failed.last_error) == ("pending", 1, "ValueError: not now")
        assert timedelta(seconds=10) < time_until_due(failed) <= timedelta(seconds=30)
        assert "failed and comes again" in caplog.text
        assert relay() == Relayed()
        pass_time()
        assert relay() == Relayed(delivered=1)
        assert states() == [("done", 2)]
        assert Delivery.objects.get().last_error == ""

    def test_after_the_last_attempt_it_is_dead_and_said_so(
        self, recording: type[Recording], settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 3
        make_event()
        recording.failures.extend(ValueError(f"attempt {number}") for number in (1, 2, 3))

        outcomes = []
        for _ in range(4):
            outcomes.append(relay())
            pass_time()

        assert outcomes == [Relayed(routed=1, failed=1), Relayed(failed=1), Relayed(dead=1), Relayed()]
        dead = Delivery.objects.get()
        assert (dead.state, dead.attempts, dead.due, dead.last_error) == ("dead", 3, None, "ValueError: attempt 3")
        assert [record.levelno for record in caplog.records if "is dead" in record.message] == [logging.ERROR]

    def test_pauses_double_up_to_six_hours_and_are_drawn_from_their_upper_half(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(leases.random, "uniform", lambda low, high: high)
        assert [pause(attempts).total_seconds() for attempts in (1, 2, 3, 9, 11, 1000)] == [
            30,
            60,
            120,
            7_680,
            21_600,
            21_600,
        ]
        monkeypatch.setattr(leases.random, "uniform", lambda low, high: low)
        assert pause(1).total_seconds() == 15

    def test_no_more_than_the_limit_is_attempted(self, recording: type[Recording]) -> None:
        for number in range(5):
            make_event(f"unit{number}")
        recording.failures.append(ValueError("not now"))

        assert relay(limit=2) == Relayed(routed=5, delivered=1, failed=1)
        assert len(recording.handed) == 1

    def test_a_long_error_is_cut(self, recording: type[Recording]) -> None:
        make_event()
        recording.failures.append(ValueError("x" * 5_000))
        relay()
        assert len(Delivery.objects.get().last_error) == 2_000


class TestLeases:
    def test_one_of_two_relays_gets_a_delivery(self, recording: type[Recording]) -> None:
        make_event()
        register([recording()])
        route()
        (found,) = due_deliveries("recording", 10)

        taken = take(found)

        assert taken is not None
        assert take(found) is None
        assert due_deliveries("recording", 10) == []
        assert timedelta(minutes=4) < time_until_due(taken) <= timedelta(minutes=5)

    def test_what_a_dead_relay_had_is_taken_when_the_lease_is_over(self, recording: type[Recording]) -> None:
        event = make_event()
        register([recording()])
        route()
        (found,) = due_deliveries("recording", 10)
        take(found)
        assert relay() == Relayed()
        pass_time()

        assert relay() == Relayed(delivered=1)

        assert [each.uuid for each in recording.handed] == [event.uuid]
        assert states() == [("done", 2)]

    def test_who_lost_the_lease_does_not_speak_for_who_has_it(self, recording: type[Recording]) -> None:
        make_event()
        register([recording()])
        route()
        (found,) = due_deliveries("recording", 10)
        slow = take(found)
        pass_time()
        (found,) = due_deliveries("recording", 10)
        quick = take(found)

        assert settle(slow) is False
        assert states() == [("leased", 2)]
        assert settle(quick) is True
        assert states() == [("done", 2)]

    def test_a_delivery_that_outlasts_its_lease_is_told(
        self, recording: type[Recording], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        make_event()

        def slowly(self: Recording, event: OutboxEvent) -> None:
            Delivery.objects.update(attempts=2)

        monkeypatch.setattr(recording, "deliver", slowly)

        assert relay() == Relayed(routed=1)
        assert "took longer than its lease" in caplog.text

    def test_what_kills_every_relay_is_dead_in_the_end(self, recording: type[Recording], settings: Any) -> None:
        settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 2
        make_event("one", 1)
        make_event("one", 2)
        for _ in range(2):
            recording.failures.append(KeyboardInterrupt())
            with pytest.raises(KeyboardInterrupt):
                relay()
            pass_time()

        assert relay() == Relayed(delivered=1)

        first = Delivery.objects.get(sequence=1)
        assert (first.state, first.last_error) == ("dead", leases.DIED)
        assert [event.sequence for event in recording.handed] == [2]


class TestSettings:
    @pytest.mark.parametrize(
        ("paths", "problem"),
        [
            (["nowhere.at.all.Consumer"], "nowhere.at.all.Consumer cannot be loaded as a consumer: "),
            (["tests.outbox.recording.Impostor"], "is no consumer: it needs name, service, kinds and deliver()."),
            (["tests.outbox.recording.Wishful"], "asks for events of kinds that there are not: weather_changed."),
            (
                ["tests.outbox.recording.Recording", "tests.outbox.recording.Namesake"],
                "tests.outbox.recording.Namesake has the name of another consumer: recording.",
            ),
        ],
    )
    def test_what_is_no_consumer_is_refused_before_anything_is_delivered(
        self, settings: Any, paths: list[str], problem: str
    ) -> None:
        settings.CATALOG_PUBLISHER_CONSUMERS = paths
        make_event()

        with pytest.raises(ImproperlyConfigured) as refused:
            relay()

        assert problem in str(refused.value)
        assert OutboxEvent.objects.filter(routed=True).count() == 0

    def test_without_a_consumer_events_are_routed_to_nobody(self) -> None:
        make_event()
        assert relay() == Relayed(routed=1)
        assert states() == []
