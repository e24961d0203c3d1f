"""What operators run for the outbox: the relay, its status, and repairs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from openedx_catalog_publisher.management import repetition
from openedx_catalog_publisher.models import Delivery, OutboxConsumer, Seal
from tests.factories import make_course
from tests.management.calling import call, call_json, refusal
from tests.outbox.recording import PATH, InLms, InStudio, Recording, make_event, pass_time

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def recording(settings: Any) -> Iterator[type[Recording]]:
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 1
    for each in (Recording, InLms, InStudio):
        each.reset()
    yield Recording
    for each in (Recording, InLms, InStudio):
        each.reset()


class TestRelayOutbox:
    def test_it_says_what_it_did_and_nothing_where_there_was_nothing(self) -> None:
        make_event()
        assert call("relay_outbox") == "Events: 1. Deliveries done: 1, failed: 0, given up: 0."
        assert call("relay_outbox", "--once") == ""
        assert call("relay_outbox", "-v", "2") == "Events: 0. Deliveries done: 0, failed: 0, given up: 0."

    def test_it_serves_the_service_that_is_named(self, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_CONSUMERS = [f"{InLms.__module__}.{each.__name__}" for each in (InLms, InStudio)]
        make_event()
        call("relay_outbox", "--service", "cms")
        assert (len(InLms.handed), len(InStudio.handed)) == (0, 1)

    def test_it_attempts_no_more_than_the_limit(self) -> None:
        for number in range(3):
            make_event(f"unit{number}")
        assert call("relay_outbox", "--limit", "2") == "Events: 3. Deliveries done: 2, failed: 0, given up: 0."

    def test_it_seals_the_log_on_the_way(self) -> None:
        make_course()
        call("relay_outbox")
        assert Seal.objects.count() == 1

    def test_a_loop_goes_on_until_it_is_stopped(
        self, monkeypatch: pytest.MonkeyPatch, recording: type[Recording]
    ) -> None:
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            make_event(f"unit{len(pauses)}")
            if len(pauses) == 3:
                raise KeyboardInterrupt

        monkeypatch.setattr(repetition.time, "sleep", sleep)
        monkeypatch.setattr(repetition, "close_old_connections", lambda: None)

        with pytest.raises(KeyboardInterrupt):
            call_command("relay_outbox", "--loop", "5")

        assert pauses == [5, 5, 5]
        assert [event.object_code for event in recording.handed] == ["unit1", "unit2"]

    @pytest.mark.parametrize("arguments", [("--loop", "0"), ("--limit", "0"), ("--once", "--loop", "1")])
    def test_what_makes_no_sense_is_refused(self, arguments: tuple[str, ...]) -> None:
        assert refusal("relay_outbox", *arguments)

    def test_a_consumer_that_cannot_be_loaded_is_named(self, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_CONSUMERS = ["nowhere.Consumer"]
        assert refusal("relay_outbox").startswith("nowhere.Consumer cannot be loaded as a consumer: ")


class TestOutbox:
    @pytest.fixture
    def dead(self, recording: type[Recording]) -> Delivery:
        """One dead delivery, one done, one event that nobody saw."""
        event = make_event("one")
        recording.failures.append(ValueError("never"))
        make_event("two")
        call("relay_outbox")
        make_event("three")
        found: Delivery = Delivery.objects.get(event=event)
        assert found.state == Delivery.State.DEAD
        return found

    def test_it_shows_what_waits_and_what_was_given_up(self, dead: Delivery) -> None:
        assert re.sub(r"\d+ seconds", "N seconds", call("outbox", "status")).splitlines() == [
            "Events that no relay has seen yet: 1. What waits longest: N seconds.",
            "recording (either): 0 waiting, 0 being delivered; 1 given up; 1 done",
            f"  given up by recording after 1 attempts: published course-v1:one #1 ({dead.event.uuid})",
            "    ValueError: never",
        ]
        status = call_json("outbox", "status")
        assert status.pop("lag_seconds") >= 0
        assert status == {
            "unrouted": 1,
            "waiting": 0,
            "failing": 0,
            "dead": 1,
            "resting": 0,
            "unconfirmed": 0,
            "consumers": [
                {
                    "name": "recording",
                    "service": "either",
                    "waiting": 0,
                    "leased": 0,
                    "dead": 1,
                    "done": 1,
                    "unconfirmed": 0,
                    "oldest": None,
                    "resting_until": None,
                }
            ],
        }

    def test_what_waits_is_shown_with_the_time_of_the_oldest(self, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 2
        Recording.failures.append(ValueError("not now"))
        make_event()
        call("relay_outbox")
        text = call("outbox", "status", "--consumer", "recording")
        assert re.search(
            r"1 waiting, 0 being delivered, the oldest of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; 0 given", text
        )

    def test_all_that_was_given_up_is_tried_again(self, dead: Delivery, recording: type[Recording]) -> None:
        assert call("outbox", "retry") == "Deliveries to be tried at once: 1."
        call("relay_outbox")
        assert [event.object_code for event in recording.handed] == ["two", "one", "three"]

    def test_one_event_comes_again_also_when_it_was_done(self, dead: Delivery, recording: type[Recording]) -> None:
        done = Delivery.objects.get(state=Delivery.State.DONE)
        assert call("outbox", "replay", str(done.event.uuid)) == "Deliveries to be made again: 1."
        call("relay_outbox")
        assert [event.object_code for event in recording.handed] == ["two", "two", "three"]

    def test_an_event_that_is_not_there_is_named(self, dead: Delivery) -> None:
        nowhere = "11111111-2222-3333-4444-555555555555"
        assert refusal("outbox", "replay", nowhere, "x") == f"There is no delivery of {nowhere}, x."
        assert refusal("outbox", "status", "--consumer", "nobody") == "There is no consumer nobody."

    def test_a_consumer_gets_what_happened_before_it_was_there(self, recording: type[Recording]) -> None:
        old = timezone.now() - timedelta(days=3)
        make_event("old", occurred_at=old)
        make_event("older", occurred_at=old - timedelta(days=3))
        call("relay_outbox")
        since = (old - timedelta(minutes=1)).isoformat()

        text = call("outbox", "catch_up", "--consumer", "recording", "--since", since)
        assert text == "Deliveries to be made to recording: 1."
        assert call("outbox", "catch_up", "--consumer", "recording", "--since", since).endswith(": 0.")
        call("relay_outbox")

        assert [event.object_code for event in recording.handed] == ["old"]

    def test_a_time_and_a_consumer_are_needed_for_that(self, dead: Delivery) -> None:
        assert "--consumer" in refusal("outbox", "catch_up", "--since", "2026-11-30")
        wrong = "soon is no time. Give one like 2026-11-30T08:00:00Z."
        assert refusal("outbox", "catch_up", "--consumer", "recording", "--since", "soon") == wrong
        impossible = "2026-13-30T08:00:00Z is no time. Give one like 2026-11-30T08:00:00Z."
        assert refusal("outbox", "catch_up", "--consumer", "recording", "--since", "2026-13-30T08:00:00Z") == impossible

    def test_a_consumer_is_forgotten_when_the_settings_name_it_no_more(self, dead: Delivery, settings: Any) -> None:
        call("outbox", "retry")
        assert refusal("outbox", "forget", "--consumer", "recording") == (
            "CATALOG_PUBLISHER_CONSUMERS names recording: take it out in LMS and Studio first."
        )
        settings.CATALOG_PUBLISHER_CONSUMERS = []
        text = call("outbox", "forget", "--consumer", "recording")
        assert text == "Forgot recording; deliveries that it did not get: 1."
        assert (OutboxConsumer.objects.count(), Delivery.objects.count()) == (0, 0)

    def test_a_replay_leaves_what_waits_alone(self, dead: Delivery) -> None:
        call("outbox", "retry")
        pass_time()
        due = Delivery.objects.get(pk=dead.pk).due
        assert call("outbox", "replay", str(dead.event.uuid)) == "Deliveries to be made again: 0."
        assert Delivery.objects.get(pk=dead.pk).due == due
