"""Webhooks tell every subscription of what it asked for, signed, in order, and no failing one holds another up."""

from __future__ import annotations

import json
import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.api import Selection, remove, unpublish
from openedx_catalog_publisher.consumers.webhooks import sending
from openedx_catalog_publisher.consumers.webhooks.subscriptions import (
    add_secret,
    change_subscription,
    remove_secret,
    send_ping,
    subscribe,
    unsubscribe,
)
from openedx_catalog_publisher.models import (
    Delivery,
    EventKind,
    OutboxConsumer,
    OutboxEvent,
    Publication,
    WebhookAttempt,
    WebhookSubscription,
)
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot
from tests.consumers.contract import ConsumerContract, Killed
from tests.consumers.receiver import (
    Receiver,
    answering,
    cutting,
    dripping,
    is_signed,
    listening,
    sleeping,
)
from tests.factories import SYSTEM, make_course, publish_now
from tests.outbox.recording import PATH as RECORDING
from tests.outbox.recording import Recording, pass_time
from tests.outbox.recording import make_event as make_any_event

PATH = "openedx_catalog_publisher.consumers.webhooks.Webhooks"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    """Let requests go to this machine."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.CATALOG_PUBLISHER_WEBHOOK_TIMEOUT = 5


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


@pytest.fixture
def other() -> Iterator[Receiver]:
    with listening() as made:
        yield made


def subscription_to(receiver: Receiver, **given: Any) -> WebhookSubscription:
    """Return a subscription of what recording consumers ask for."""
    values = {"name": "Site", "url": receiver.url, "kinds": ["unpublished"], **given}
    return subscribe(SYSTEM, values, secret=SECRET).subscription


SECRET = "a-secret-of-the-tests"


def make_event(
    code: str = "one", sequence: int = 1, kind: EventKind = EventKind.UNPUBLISHED, **values: Any
) -> OutboxEvent:
    """Record an event that brings no content with it."""
    return make_any_event(code, sequence, kind, **values)


def kinds_of(receiver: Receiver) -> list[str]:
    return [received.headers["X-Catalog-Event"] for received in receiver.took]


def rest_of(consumer: OutboxConsumer) -> timedelta:
    assert consumer.resting_until is not None
    return consumer.resting_until - timezone.now()


def errors() -> list[str]:
    return list(WebhookAttempt.objects.order_by("pk").values_list("error", flat=True))


class TestWebhooks(ConsumerContract):
    path = PATH

    @pytest.fixture(autouse=True)
    def peer(self, only_consumer: None, receiver: Receiver) -> None:
        self.receiver = receiver
        subscription_to(receiver)

    def make_events(self) -> Sequence[OutboxEvent]:
        return [make_event("one", sequence) for sequence in (1, 2, 3)]

    def effects(self) -> list[Hashable]:
        return [received.data["event_uuid"] for received in self.receiver.took]

    def effects_of(self, event: OutboxEvent) -> list[Hashable]:
        return [str(event.uuid)]

    @contextmanager
    def failing(self, error: BaseException, *, after: bool) -> Iterator[None]:
        if not isinstance(error, Killed):
            self.receiver.faults.append(cutting(after=after))
            yield
            return
        send = sending.post

        def killed(*args: Any) -> Any:
            sending.post = send
            if after:
                send(*args)
            raise error

        sending.post = killed
        try:
            yield
        finally:
            sending.post = send


class TestWhatIsSent:
    def test_a_publication_is_told_with_exactly_what_was_published(self, receiver: Receiver) -> None:
        subscription_to(receiver, kinds=["published"], object_types=["course_run"])
        course = make_course(runs=1, title="数据 für alle").course
        publish_now(Selection.of(courses=[course.uuid], all_runs=True))
        relay()
        (received,) = receiver.took
        event = OutboxEvent.objects.get(kind="published", object_type="course_run")
        record = Publication.objects.get(unit_kind="course_run")
        assert received.path == "/hooks?from=catalog"
        assert received.data == {
            "event_uuid": str(event.uuid),
            "kind": "published",
            "sequence": event.sequence,
            "occurred_at": event.occurred_at.isoformat().replace("+00:00", "Z"),
            "object": {"type": "course_run", "code": event.object_code, "key": event.object_key},
            "payload": event.payload,
            "published": json.loads(UnitSnapshot.load(record.snapshot).body),
        }
        headers = received.headers
        assert headers["Host"] == f"127.0.0.1:{receiver.port}"
        assert headers["Content-Type"] == "application/json"
        assert headers["X-Catalog-Event-Id"] == str(event.uuid)
        assert headers["X-Catalog-Sequence"] == str(event.sequence)
        assert is_signed(received, SECRET)
        assert not is_signed(received, "another secret")

    def test_an_event_that_comes_again_is_the_same_to_the_byte(self, receiver: Receiver) -> None:
        subscription_to(receiver)
        make_event()
        receiver.faults.append(answering(500))
        relay()
        pass_time()
        relay()
        first, second = receiver.came
        assert first.body == second.body
        assert first.headers == second.headers

    def test_only_what_was_asked_for_is_told(self, receiver: Receiver) -> None:
        subscription_to(receiver, kinds=["removed", "published"], object_types=["course"])
        course = make_course(runs=1).course
        selection = Selection.of(courses=[course.uuid], all_runs=True)
        publish_now(selection)
        unpublish(SYSTEM, selection, reason="Over.")
        remove(SYSTEM, courses=[course.uuid], reason="A mistake.")
        relay()
        assert kinds_of(receiver) == ["published", "removed"]
        assert {received.data["object"]["type"] for received in receiver.took} == {"course"}
        assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}

    def test_every_secret_signs_until_it_is_removed(self, receiver: Receiver) -> None:
        row = subscription_to(receiver)
        second = add_secret(SYSTEM, row.uuid)
        make_event("one", 1)
        relay()
        assert is_signed(receiver.took[0], SECRET)
        assert is_signed(receiver.took[0], second.value)
        remove_secret(SYSTEM, row.uuid, row.secrets.order_by("pk")[0].pk)
        make_event("one", 2)
        relay()
        assert not is_signed(receiver.took[1], SECRET)
        assert is_signed(receiver.took[1], second.value)

    def test_what_is_too_large_comes_without_the_content(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("openedx_catalog_publisher.consumers.webhooks.messages.LARGEST_BODY", 1_500)
        subscription_to(receiver, kinds=["published"], object_types=["course"])
        course = make_course(runs=0, full_description=f"<p>{'x' * 2_000}</p>").course
        publish_now(Selection.of(courses=[course.uuid]))
        relay()
        (received,) = receiver.took
        assert (received.data["published"], received.data["published_left_out"]) == (None, True)
        assert len(received.body) < 1_500


class TestSubscribing:
    def test_what_happened_before_is_not_told(self, receiver: Receiver) -> None:
        make_event("before", occurred_at=timezone.now() - timedelta(seconds=1))
        subscription_to(receiver)
        make_event("after")
        relay()
        assert [received.data["object"]["code"] for received in receiver.took] == ["after"]

    def test_what_happens_while_it_is_not_active_is_not_told_and_what_waited_is(self, receiver: Receiver) -> None:
        row = subscription_to(receiver)
        receiver.faults.append(answering(503))
        make_event("waited")
        relay()
        change_subscription(SYSTEM, row.uuid, {"active": False})
        pass_time()
        make_event("missed")
        relay()
        assert receiver.took == []
        change_subscription(SYSTEM, row.uuid, {"active": True})
        make_event("then")
        relay()
        assert [received.data["object"]["code"] for received in receiver.took] == ["waited", "then"]

    def test_a_kind_that_is_asked_for_later_is_told_from_then_on(self, receiver: Receiver) -> None:
        row = subscription_to(receiver)
        make_event("one", kind=EventKind.REMOVED)
        make_event("two")
        change_subscription(SYSTEM, row.uuid, {"kinds": ["removed", "unpublished"]})
        make_event("three", kind=EventKind.REMOVED)
        relay()
        assert [received.data["object"]["code"] for received in receiver.took] == ["two", "three"]

    def test_what_waits_goes_to_the_address_of_the_moment(self, receiver: Receiver, other: Receiver) -> None:
        row = subscription_to(receiver)
        receiver.always = answering(404)
        make_event()
        relay()
        change_subscription(SYSTEM, row.uuid, {"url": other.url})
        Delivery.objects.update(due=timezone.now())
        relay()
        assert len(other.took) == 1
        consumer = OutboxConsumer.objects.get()
        assert (consumer.resting_until, consumer.failures) == (None, 0)

    def test_with_a_subscription_goes_all_that_was_its(self, receiver: Receiver, other: Receiver) -> None:
        row, kept = subscription_to(receiver), subscription_to(other)
        make_event()
        relay()
        unsubscribe(SYSTEM, row.uuid)
        assert list(WebhookSubscription.objects.all()) == [kept]
        assert OutboxConsumer.objects.get() == kept.consumer
        assert Delivery.objects.count() == WebhookAttempt.objects.count() == 1


class TestWhatFails:
    @pytest.mark.slow
    def test_one_that_fails_neither_delays_nor_repeats_others(self, receiver: Receiver, other: Receiver) -> None:
        receiver.always = sleeping(1.5)
        subscription_to(receiver)
        subscription_to(other)
        for number in range(5):
            make_event(f"unit{number}")
        begun = time.monotonic()
        arrived: list[float] = []

        def timed(handler: Any) -> bool:
            arrived.append(time.monotonic() - begun)
            return False

        other.always = timed
        relay()
        assert len(other.took) == len(other.came) == 5
        assert max(arrived) < 1.5
        assert len(receiver.took) == 5

    def test_one_that_is_out_of_reach_is_asked_once_and_then_rests(self, receiver: Receiver, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_CONSUMERS = [PATH, RECORDING]
        Recording.reset()
        receiver.always = answering(503)
        row = subscription_to(receiver)
        for number in range(20):
            make_event(f"unit{number}")
        done = relay()
        assert (done.failed, done.delivered) == (1, 20)
        assert len(receiver.came) == 1
        consumer = OutboxConsumer.objects.get(pk=row.consumer_id)
        assert consumer.failures == 1
        assert timedelta() < rest_of(consumer) <= timedelta(seconds=30)
        receiver.always = None
        pass_time()
        relay()
        assert len({received.data["event_uuid"] for received in receiver.took}) == 20
        assert OutboxConsumer.objects.get(pk=row.consumer_id).failures == 0
        Recording.reset()

    def test_an_event_that_it_did_not_ask_for_tells_nothing_of_the_receiver(self, receiver: Receiver) -> None:
        row = subscription_to(receiver, object_types=["course_run"])
        consumer = OutboxConsumer.objects.filter(pk=row.consumer_id)
        consumer.update(failures=3)
        make_event("course", object_type="course")
        assert relay().delivered == 1
        assert (receiver.came, consumer.get().failures) == ([], 3)
        make_event("run", object_type="course_run")
        assert relay().delivered == 1
        assert (len(receiver.came), consumer.get().failures) == (1, 0)

    def test_a_refused_event_holds_no_other_object_up(self, receiver: Receiver) -> None:
        receiver.faults.append(answering(422, b'{"resource_link": ["Unknown course."]}'))
        subscription_to(receiver)
        make_event("refused", 1)
        make_event("refused", 2)
        make_event("other")
        done = relay()
        assert (done.failed, done.delivered) == (1, 1)
        assert [received.data["object"]["code"] for received in receiver.took] == ["other"]
        waiting = Delivery.objects.get(state="pending", sequence=1)
        assert waiting.last_error == 'Refused: 422: {"resource_link": ["Unknown course."]}'
        assert OutboxConsumer.objects.get().resting_until is None

    @pytest.mark.parametrize("said", ["120", "header of no meaning"])
    def test_it_rests_as_long_as_the_receiver_asks(self, receiver: Receiver, said: str) -> None:
        receiver.always = answering(429, Retry_After=said)
        subscription_to(receiver)
        make_event()
        relay()
        rests = rest_of(OutboxConsumer.objects.get())
        if said == "120":
            assert timedelta(seconds=115) < rests <= timedelta(seconds=120)
        else:
            assert rests <= timedelta(seconds=30)

    def test_a_redirect_is_not_followed(self, receiver: Receiver, other: Receiver) -> None:
        receiver.always = answering(307, Location=other.url)
        subscription_to(receiver)
        make_event()
        assert relay().failed == 1
        assert other.came == []
        assert WebhookAttempt.objects.get().status == 307

    @pytest.mark.slow
    @pytest.mark.parametrize("fault", [sleeping(4), dripping(headers=True)], ids=["silent", "dripping headers"])
    def test_an_answer_that_does_not_come_is_waited_for_only_so_long(
        self, receiver: Receiver, fault: Any, settings: Any
    ) -> None:
        settings.CATALOG_PUBLISHER_WEBHOOK_TIMEOUT = 1
        receiver.always = fault
        subscription_to(receiver)
        make_event()
        begun = time.monotonic()
        assert relay().failed == 1
        assert time.monotonic() - begun < 3
        assert errors() == ["No answer within 1 s."]

    @pytest.mark.slow
    def test_a_body_without_end_is_left_and_the_status_counts(self, receiver: Receiver, settings: Any) -> None:
        settings.CATALOG_PUBLISHER_WEBHOOK_TIMEOUT = 1
        receiver.always = dripping(headers=False)
        subscription_to(receiver)
        make_event()
        begun = time.monotonic()
        assert relay().delivered == 1
        assert time.monotonic() - begun < 3
        assert set(WebhookAttempt.objects.get().response) == {"x"}

    def test_of_a_large_answer_the_beginning_is_kept(self, receiver: Receiver) -> None:
        receiver.always = answering(200, b"\0" + "é".encode() * 5_000_000)
        subscription_to(receiver)
        make_event()
        assert relay().delivered == 1
        assert WebhookAttempt.objects.get().response == "é" * 1_000

    def test_nobody_there_is_told_in_the_log(self) -> None:
        with listening() as gone:
            pass
        subscription_to(gone)
        make_event()
        assert relay().failed == 1
        (told,) = errors()
        assert "ConnectionRefusedError" in told

    def test_every_attempt_stands_in_the_log(self, receiver: Receiver) -> None:
        row = subscription_to(receiver)
        event = make_event()
        receiver.faults.extend([answering(500, b"oh"), cutting()])
        for _ in range(3):
            relay()
            pass_time()
        attempts = list(WebhookAttempt.objects.order_by("pk"))
        assert [(each.status, each.succeeded, each.response) for each in attempts] == [
            (500, False, "oh"),
            (None, False, ""),
            (200, True, '{"ok": true}'),
        ]
        assert {(each.subscription, each.event) for each in attempts} == {(row, event)}
        assert {each.sent_bytes for each in attempts} == {len(receiver.came[0].body)}


class TestPing:
    def test_a_test_is_signed_and_told_apart_from_events(self, receiver: Receiver) -> None:
        row = subscription_to(receiver)
        attempt = send_ping(SYSTEM, row.uuid)
        (received,) = receiver.took
        assert (attempt.status, attempt.succeeded, attempt.event) == (200, True, None)
        assert received.data["kind"] == received.headers["X-Catalog-Event"] == "ping"
        assert is_signed(received, SECRET)

    def test_what_is_wrong_is_answered(self, receiver: Receiver) -> None:
        receiver.always = answering(401, b"Who are you?")
        attempt = send_ping(SYSTEM, subscription_to(receiver).uuid)
        assert (attempt.status, attempt.succeeded, attempt.response) == (401, False, "Who are you?")
