"""Deliveries are made again, at once, late, or forgotten, as an operator says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.checks.recorded_events import check_recorded_events
from openedx_catalog_publisher.models import Delivery, EventKind, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.backlog import figures, missing_deliveries
from openedx_catalog_publisher.outbox.consumers import OutOfReach
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.outbox.repairs import Choice, Pruned, catch_up, chosen, prune, replay, retry
from openedx_catalog_publisher.outbox.routing import register
from tests.factories import make_course, make_organization
from tests.outbox.recording import Recording, make_event, pass_time

pytestmark = pytest.mark.django_db


def consumer() -> OutboxConsumer:
    return OutboxConsumer.objects.get(name="recording")


def codes_of(choice: Choice) -> list[str]:
    return list(chosen(choice).values_list("object_code", flat=True))


class TestChoice:
    def test_a_unit_is_meant_by_its_key_in_whatever_letters_or_its_uuid(self, recording: type[Recording]) -> None:
        course = make_course(make_organization("AcmeX"), number="DS101", runs=0).course
        make_event(str(course.uuid))
        make_event("other")
        relay()
        for name in ("acmex+ds101", "AcmeX+DS101", str(course.uuid), str(course.uuid).upper()):
            assert codes_of(Choice(unit=name)) == [str(course.uuid)]

    def test_what_has_no_draft_is_meant_by_the_key_that_its_events_bear(self, recording: type[Recording]) -> None:
        make_event("one")
        make_event("two")
        relay()
        assert codes_of(Choice(unit="course-v1:two")) == codes_of(Choice(unit="two")) == ["two"]
        assert codes_of(Choice(unit="nothing")) == []

    def test_times_bound_the_events_and_not_the_deliveries(self, recording: type[Recording]) -> None:
        moment = timezone.now() - timedelta(minutes=30)
        for minutes, code in enumerate(("before", "at", "after"), -1):
            make_event(code, occurred_at=moment + timedelta(minutes=minutes))
        relay()
        assert codes_of(Choice(since=moment)) == ["at", "after"]
        assert codes_of(Choice(until=moment)) == ["before"]
        assert codes_of(Choice(since=moment, until=moment + timedelta(seconds=1))) == ["at"]


class TestRetry:
    def test_what_rests_is_tried_at_once_and_what_is_being_delivered_is_not(self, recording: type[Recording]) -> None:
        for number in range(3):
            make_event(f"unit{number}")
        recording.failures.append(OutOfReach("not now"))
        assert relay().failed == 1
        assert consumer().failures == 1
        assert relay().attempts == 0
        Delivery.objects.filter(object_code="unit2").update(state="leased", due=timezone.now() + timedelta(minutes=5))

        assert retry() == 1

        assert relay().delivered == 2
        assert (consumer().resting_until, consumer().failures) == (None, 0)

    def test_what_was_given_up_is_tried_with_all_its_attempts(self, recording: type[Recording], settings: Any) -> None:
        settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 2
        make_event()
        recording.failures.extend([ValueError("once"), ValueError("twice")])
        relay()
        pass_time()
        assert relay().dead == 1
        assert retry("nobody") == 0
        assert retry("recording") == 1
        recording.failures.append(ValueError("again"))
        assert relay().failed == 1


class TestRest:
    def test_it_lasts_longer_each_time_in_a_row_and_at_most_ten_minutes(
        self, recording: type[Recording], settings: Any
    ) -> None:
        settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 20
        rests = []
        for number in range(12):
            make_event(f"unit{number}")
            recording.failures.append(OutOfReach("not now"))
            assert relay().failed == 1
            found = consumer()
            assert found.failures == number + 1
            assert found.resting_until is not None
            rests.append(found.resting_until - timezone.now())
            pass_time()
        assert rests[0] <= timedelta(seconds=30)
        assert timedelta(minutes=2) < rests[8] <= timedelta(minutes=10)
        assert max(rests) <= timedelta(minutes=10)

    def test_as_long_as_the_peer_asks_and_at_most_an_hour(self, recording: type[Recording]) -> None:
        make_event()
        recording.failures.append(OutOfReach("maintenance", timedelta(days=1)))
        relay()
        found = consumer().resting_until
        assert found is not None
        assert timedelta(minutes=59) < found - timezone.now() <= timedelta(hours=1)

    def test_a_failure_that_is_the_event_s_lets_nobody_rest(self, recording: type[Recording]) -> None:
        make_event("one")
        make_event("two")
        recording.failures.append(ValueError("this one"))
        done = relay()
        assert (done.failed, done.delivered) == (1, 1)
        assert consumer().failures == 0

    def test_it_is_told_in_numbers(self, recording: type[Recording]) -> None:
        make_event("one", occurred_at=timezone.now() - timedelta(minutes=2))
        make_event("two")
        recording.failures.append(OutOfReach("not now"))
        relay()
        found = figures()
        assert (found.unrouted, found.waiting, found.failing, found.dead, found.resting) == (0, 2, 1, 0, 1)
        assert 120 <= found.lag_seconds < 180


class TestPrune:
    def test_only_what_is_done_and_old_goes_and_nothing_is_missed(self, recording: type[Recording]) -> None:
        now = timezone.now()
        for code in ("old", "young", "dead", "waits"):
            make_event(code)
        relay()
        Delivery.objects.filter(object_code="old").update(done_at=now - timedelta(days=40))
        Delivery.objects.filter(object_code="dead").update(state="dead", due=None, done_at=None)
        Delivery.objects.filter(object_code="waits").update(state="pending", due=now, done_at=None)
        OutboxEvent._base_manager.filter(object_code="old").update(occurred_at=now - timedelta(days=40))
        OutboxConsumer.objects.update(since=now - timedelta(days=50))
        before = now - timedelta(days=30)

        assert prune(before, dry_run=True) == prune(before) == Pruned(deliveries=1, attempts=0)

        assert sorted(Delivery.objects.values_list("object_code", flat=True)) == ["dead", "waits", "young"]
        assert OutboxEvent.objects.count() == 4
        assert list(check_recorded_events()) == []
        assert catch_up(consumer(), now - timedelta(days=50)) == 0

    def test_a_consumer_whose_deliveries_stay_is_still_told_what_it_misses(self, recording: type[Recording]) -> None:
        now = timezone.now()
        make_event()
        relay()
        prune(now - timedelta(days=30))
        assert consumer().pruned_until is None
        Delivery.objects.all().delete()
        assert missing_deliveries(consumer()).count() == 1


class TestKinds:
    def test_events_of_a_kind_that_is_asked_for_later_count_from_then_on(
        self, recording: type[Recording], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = timezone.now() - timedelta(hours=3)
        relay()
        OutboxConsumer.objects.update(since=old - timedelta(hours=1))
        make_event("old", kind=EventKind.REMOVED, occurred_at=old)
        relay()
        monkeypatch.setattr(recording, "kinds", (EventKind.REMOVED, EventKind.PUBLISHED))
        register([recording()])
        assert list(missing_deliveries(consumer())) == []
        make_event("asked for before", occurred_at=old)
        make_event("asked for since", kind=EventKind.REMOVED)
        make_event("before it was asked for", kind=EventKind.REMOVED, occurred_at=old)

        relay()

        assert [event.object_code for event in recording.handed] == ["asked for before", "asked for since"]
        assert catch_up(consumer(), old) == 2
        assert list(missing_deliveries(consumer())) == []
        assert consumer().kinds_since == {}


def test_a_replay_of_many_is_made_in_portions(recording: type[Recording], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openedx_catalog_publisher.outbox.repairs.BATCH", 2)
    for number in range(5):
        make_event(f"unit{number}")
    relay()
    assert replay(chosen(Choice(states=["done"]))) == 5
    assert relay().delivered == 5
