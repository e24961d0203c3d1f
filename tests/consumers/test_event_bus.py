"""Public signals over real Redis Streams: confirmed on the stream, and heard by another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from edx_event_bus_redis.internal.message import RedisMessage
from openedx_events.event_bus.avro.deserializer import deserialize_bytes_to_event_data
from openedx_events.tooling import OpenEdxPublicSignal
from walrus.containers import Stream

from openedx_catalog_publisher.models import Delivery, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.settings.event_bus import KEY_FIELDS, TOPIC
from tests.consumers.contract import ConsumerContract
from tests.consumers.listener import TOLD
from tests.consumers.public_signals import PATH, carried, events_of_one_run, live_and_back
from tests.factories import make_course
from tests.outbox.recording import pass_time

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

ROOT = Path(__file__).parents[2]
SECONDS_TO_HEAR = 60


@pytest.fixture(autouse=True)
def bus(settings: Any) -> str:
    """A bus with streams of this test's own; returns the name of the stream."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    settings.EVENT_BUS_PRODUCER = "edx_event_bus_redis.create_producer"
    settings.EVENT_BUS_REDIS_CONNECTION_URL = os.environ["CATALOG_REDIS_URL"]
    settings.EVENT_BUS_TOPIC_PREFIX = f"test-{uuid.uuid4().hex}"
    settings.EVENT_BUS_PRODUCER_CONFIG = {
        event_type: {TOPIC: {"event_key_field": field, "enabled": True}} for event_type, field in KEY_FIELDS.items()
    }
    return f"{settings.EVENT_BUS_TOPIC_PREFIX}-{TOPIC}"


def on_the_stream() -> list[uuid.UUID]:
    """Return the events on the stream, the first first, read as any subscriber does."""
    stream = f"{django_settings.EVENT_BUS_TOPIC_PREFIX}-{TOPIC}"
    entries = redis.Redis.from_url(os.environ["CATALOG_REDIS_URL"]).xrange(stream)
    messages = [RedisMessage.parse(entry, stream) for entry in entries]
    read = [
        deserialize_bytes_to_event_data(
            each.event_data, OpenEdxPublicSignal.get_signal_by_type(each.event_metadata.event_type)
        )
        for each in messages
    ]
    return [carried(data).event_uuid for data in read]


@contextmanager
def failing(error: BaseException, *, after: bool) -> Iterator[None]:
    """Let the connection to Redis break once, before or after an entry was added."""
    add = Stream.add
    failures = [error]

    def break_once(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not failures:
            return add(self, *args, **kwargs)
        if after:
            add(self, *args, **kwargs)
        raise failures.pop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stream, "add", break_once)
        yield


class TestConfirmation:
    def test_what_is_on_the_stream_is_done(self) -> None:
        made = live_and_back()
        relay()
        assert sorted(on_the_stream()) == sorted(event.uuid for event in made)
        assert set(Delivery.objects.values_list("state", "outcome")) == {("done", "")}

    def test_an_error_that_the_producer_swallows_is_no_success(self) -> None:
        make_course()
        with failing(redis.ConnectionError("gone"), after=False):
            assert relay().failed == 1
        assert on_the_stream() == []
        assert "NotOnTheBus" in Delivery.objects.get().last_error
        pass_time()
        assert relay().delivered == 1
        assert on_the_stream() == [OutboxEvent.objects.get(kind="draft_run_created").uuid]

    def test_a_connection_that_breaks_when_the_entry_is_there_is_success(self) -> None:
        make_course()
        with failing(redis.ConnectionError("gone"), after=True):
            assert relay().delivered == 1
        assert len(on_the_stream()) == 1

    def test_entries_of_others_before_and_after_do_not_count(self, bus: str) -> None:
        client = redis.Redis.from_url(os.environ["CATALOG_REDIS_URL"])
        add = Stream.add

        def add_among_others(self: Any, *args: Any, **kwargs: Any) -> Any:
            # More than are read at once.
            with client.pipeline() as pipe:
                for _ in range(700):
                    pipe.xadd(bus, {"event_data": "something else"})
                pipe.execute()
            return add(self, *args, **kwargs)

        client.xadd(bus, {"event_data": "something else"})
        make_course()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Stream, "add", add_among_others)
            assert relay().delivered == 1

    def test_a_server_that_does_not_answer_lets_the_consumer_rest(self, settings: Any) -> None:
        address = settings.EVENT_BUS_REDIS_CONNECTION_URL
        settings.EVENT_BUS_REDIS_CONNECTION_URL = "redis://127.0.0.1:1/0"
        make_course(runs=3)
        done = relay()
        assert (done.failed, done.delivered, relay().attempts) == (1, 0, 0)
        failed = Delivery.objects.exclude(last_error="").get()
        assert failed.last_error.startswith("OutOfReach: Redis does not answer: ConnectionError")
        assert OutboxConsumer.objects.get().failures == 1
        settings.EVENT_BUS_REDIS_CONNECTION_URL = address
        pass_time()
        assert relay().delivered == 3
        assert len(on_the_stream()) == 3


class TestContractOverTheBus(ConsumerContract):
    path = PATH

    def make_events(self) -> Sequence[OutboxEvent]:
        made = events_of_one_run()
        OutboxEvent._base_manager.exclude(pk__in=[event.pk for event in made]).delete()
        return made

    def effects(self) -> list[Hashable]:
        return list(on_the_stream())

    def effects_of(self, event: OutboxEvent) -> list[Hashable]:
        return [event.uuid]

    def failing(self, error: BaseException, *, after: bool) -> Any:
        return failing(error, after=after)


def test_another_process_hears_from_the_bus_what_was_published_here() -> None:
    made = {str(event.uuid): event for event in live_and_back()}
    relay()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.consumers.listener_settings",
        "CATALOG_TOPIC_PREFIX": django_settings.EVENT_BUS_TOPIC_PREFIX,
        # It has a database of its own, as another service has.
        "CATALOG_DB_ENGINE": "sqlite",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "django", "consume_events", "-t", TOPIC, "-g", "tests"]
    extra = json.dumps({"consumer_name": "listener", "last_read_msg_id": "0", "check_backlog": True})
    with subprocess.Popen(  # noqa: S603
        [*command, "--extra", extra],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            heard = _lines(process, len(made))
        finally:
            process.kill()

    assert sorted(each["event_uuid"] for each in heard) == sorted(made)
    for each in heard:
        event = made[each["event_uuid"]]
        assert each["from_event_bus"] is True
        assert (each["sequence"], each["occurred_at"]) == (str(event.sequence), str(event.occurred_at))
    by_run = [each["sequence"] for each in heard if "run_uuid" in each]
    assert by_run == sorted(by_run)


def _lines(process: subprocess.Popen[str], count: int) -> list[dict[str, Any]]:
    """Return so many lines of what a listener heard."""
    heard: list[dict[str, Any]] = []
    deadline = time.monotonic() + SECONDS_TO_HEAR
    assert process.stdout is not None
    while len(heard) < count and time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"The listener ended with status {process.wait()}.")
        if line.startswith(TOLD):
            heard.append(json.loads(line.removeprefix(TOLD)))
    return heard
