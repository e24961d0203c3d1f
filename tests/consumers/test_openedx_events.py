"""Public signals: what they carry, to whom they go, and when they count as done."""

from __future__ import annotations

import json
import uuid
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attr
import pytest
from opaque_keys.edx.keys import CourseKey
from openedx_events.apps import general_signal_handler
from openedx_events.event_bus import EventBusProducer
from openedx_events.event_bus.avro.deserializer import deserialize_bytes_to_event_data
from openedx_events.event_bus.avro.schema import schema_from_signal
from openedx_events.event_bus.avro.serializer import serialize_event_data_to_bytes

from openedx_catalog_publisher import events
from openedx_catalog_publisher.api import withdraw
from openedx_catalog_publisher.models import Course, CourseRun, Delivery, OutboxEvent
from openedx_catalog_publisher.outbox.backlog import backlog
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.settings.event_bus import KEY_FIELDS, TOPIC, add_producer_config
from tests.consumers.contract import ConsumerContract
from tests.consumers.public_signals import ALL, PATH, carried, events_of_one_run, listening, live_and_back
from tests.factories import make_course
from tests.management.calling import call
from tests.review.stage import set_stage

SCHEMAS = Path(__file__).parent / "public_signals.json"
EXAMPLES: dict[Any, Any] = {
    uuid.UUID: uuid.UUID("6f1c1f4e-90bd-4a9a-bb0e-0f8f4c8f4f10"),
    int: 7,
    datetime: datetime(2031, 2, 1, 12, 30, 15, 123456, tzinfo=UTC),
    str: "AcmeX+数据",
    CourseKey: CourseKey.from_string("course-v1:AcmeX+N1+1T2031"),
    list[str]: ["seats", "title_override"],
}


class Heard:
    """Keeps what public signals carried, and fails when it is told to."""

    def __init__(self) -> None:
        self.carried: list[Any] = []
        self.types: list[str] = []
        self.times: list[datetime] = []
        self.failure: tuple[BaseException, bool] | None = None

    def hear(self, signal: Any, metadata: Any, **arguments: Any) -> None:
        error, after = self.failure or (None, False)
        self.failure = None
        if error is not None and not after:
            raise error
        self.carried.append(carried(arguments))
        self.types.append(signal.event_type)
        self.times.append(metadata.time)
        if error is not None:
            raise error


@pytest.fixture
def heard() -> Iterator[Heard]:
    """A receiver in this process."""
    receiver = Heard()
    with listening(receiver.hear):
        yield receiver


@pytest.fixture
def only_consumer(settings: Any) -> None:
    """Let it be the only consumer of the settings."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]


@pytest.mark.django_db
@pytest.mark.usefixtures("only_consumer")
class TestWhatIsSent:
    def test_each_public_event_is_a_signal_of_its_own_with_the_facts_of_the_event(self, heard: Heard) -> None:
        made = live_and_back()

        relay()

        prefix = "org.openedx_catalog_publisher.catalog"
        assert sorted(heard.types) == [
            f"{prefix}.course.published.v1",
            f"{prefix}.course.removed.v1",
            f"{prefix}.course.unpublished.v1",
            f"{prefix}.course_run.published.v1",
            f"{prefix}.course_run.removed.v1",
            f"{prefix}.course_run.unpublished.v1",
            f"{prefix}.draft_run.created.v1",
        ]
        facts = {each.event_uuid: (each.sequence, each.occurred_at) for each in heard.carried}
        assert facts == {event.uuid: (event.sequence, event.occurred_at) for event in made}
        assert sorted(heard.times) == sorted(event.occurred_at for event in made)

    def test_a_published_run_names_itself_its_course_its_publication_and_what_changed(self, heard: Heard) -> None:
        live_and_back()
        relay()

        (published,) = [each for each in heard.carried if type(each).__name__ == "CatalogRunPublishedData"]
        run, course = CourseRun.drafts.get(), Course.drafts.get()
        event = OutboxEvent.objects.get(uuid=published.event_uuid)
        assert (published.run_uuid, str(published.course_key), published.course_uuid) == (
            run.uuid,
            run.key,
            course.uuid,
        )
        assert published.publication == 1
        assert str(published.release_uuid) == event.payload["release"]
        assert published.content_digest == event.payload["content_digest"]
        assert "seats" in published.changed

    def test_a_withdrawn_course_names_its_key_and_the_release(self, heard: Heard) -> None:
        live_and_back()
        relay()

        unpublished, removed = [each for each in heard.carried if type(each).__name__ == "CatalogCourseWithdrawnData"]
        course = Course.drafts.get()
        assert {unpublished.course_uuid, removed.course_uuid} == {course.uuid}
        assert unpublished.catalog_course_key == course.key == "AcmeX+N1"
        assert (unpublished.publication, removed.publication) == (2, 3)
        assert unpublished.release_uuid != removed.release_uuid

    def test_each_change_of_a_review_says_where_the_draft_stood_and_where_it_stands(self, heard: Heard) -> None:
        stage = set_stage()
        stage.submit()
        review = stage.open_review(stage.run)
        stage.approve_legally()
        withdraw(stage.editor, review.uuid)
        relay()

        told = [each for each in heard.carried if type(each).__name__ == "CatalogReviewStateData"]
        assert {each.unit_uuid for each in told} == {stage.run, stage.course}
        of_run = [each for each in told if each.unit_uuid == stage.run]
        assert [(each.change, each.previous_status, each.status) for each in of_run] == [
            ("opened", "unpublished", "review_by_legal"),
            ("decided", "review_by_legal", "review_by_internal"),
            ("closed", "review_by_internal", "unpublished"),
        ]
        assert [(each.step, each.decision, each.reason) for each in of_run] == [
            (None, None, None),
            ("legal", "approved", None),
            (None, None, "withdrawn"),
        ]
        key = CourseRun.drafts.get().key
        assert {(each.unit_kind, each.unit_key, each.review_uuid) for each in of_run} == {
            ("course_run", key, review.uuid)
        }

    def test_an_event_that_is_not_public_is_done_without_a_signal(self, heard: Heard) -> None:
        made = make_course()
        OutboxEvent.objects.create(
            kind="published",
            object_type="something_else",
            object_code="1",
            object_key="1",
            sequence=1,
            occurred_at=OutboxEvent.objects.latest("pk").occurred_at,
            operation=uuid.uuid4(),
        )
        relay()
        assert [each.run_uuid for each in heard.carried] == [made.runs[0].uuid]
        assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.DONE}

    def test_what_a_receiver_raises_is_its_own(self, heard: Heard) -> None:
        heard.failure = (ValueError("a receiver's own mistake"), False)
        make_course()
        assert relay().delivered == 1

    def test_a_run_whose_draft_was_deleted_meanwhile_names_no_course(self, heard: Heard) -> None:
        make_course()
        CourseRun.drafts.all().delete()
        relay()
        assert [each.course_uuid for each in heard.carried] == [None]


class TestSchemas:
    def test_every_signal_has_the_schema_that_others_were_told(self) -> None:
        """A schema that changes in any way breaks subscribers, or needs this file to say how it grew."""
        written = json.loads(SCHEMAS.read_text(encoding="utf-8"))
        assert {signal.event_type: schema_from_signal(signal) for signal in ALL} == written

    @pytest.mark.parametrize("signal", ALL, ids=lambda signal: signal.event_type)
    def test_what_is_written_in_avro_is_read_again(self, signal: Any) -> None:
        ((name, cls),) = signal.init_data.items()
        data = cls(**{field.name: EXAMPLES[field.type] for field in attr.fields(cls)})
        as_bytes = serialize_event_data_to_bytes({name: data}, signal)
        assert deserialize_bytes_to_event_data(as_bytes, signal) == {name: data}

    def test_our_name_space_is_not_that_of_the_platform(self) -> None:
        assert all(signal.event_type.startswith("org.openedx_catalog_publisher.") for signal in ALL)


class TestProducerConfiguration:
    def test_the_settings_hook_names_every_signal_with_a_key_that_it_carries(self) -> None:
        assert {signal.event_type for signal in ALL} == set(KEY_FIELDS)
        for signal in ALL:
            name, field = KEY_FIELDS[signal.event_type].split(".")
            assert field in attr.fields_dict(signal.init_data[name])

    def test_openedx_events_took_the_configuration_at_its_start(self, settings: Any) -> None:
        for signal in ALL:
            assert settings.EVENT_BUS_PRODUCER_CONFIG[signal.event_type][TOPIC]["enabled"] is False
            assert any(each[1]() is general_signal_handler for each in signal.receivers)

    def test_what_is_configured_already_stays(self) -> None:
        class Module:
            EVENT_BUS_PRODUCER_CONFIG: dict[str, Any] = {
                "org.example.other.v1": {"t": {}},
                events.CATALOG_RUN_PUBLISHED.event_type: {"mine": {"event_key_field": "x", "enabled": True}},
            }

        add_producer_config(Module)

        config: dict[str, Any] = Module.EVENT_BUS_PRODUCER_CONFIG
        assert config["org.example.other.v1"] == {"t": {}}
        assert list(config[events.CATALOG_RUN_PUBLISHED.event_type]) == ["mine"]
        assert len(config) == len(ALL) + 1


class Silent(EventBusProducer):
    """A bus that takes everything and cannot be asked, as Kafka is."""

    sent: list[uuid.UUID] = []

    def send(self, *, event_data: dict[str, Any], **kwargs: Any) -> None:
        self.sent.append(carried(event_data).event_uuid)


@pytest.mark.django_db
@pytest.mark.usefixtures("only_consumer")
class TestBuses:
    @pytest.fixture(autouse=True)
    def switched_on(self, settings: Any) -> None:
        settings.EVENT_BUS_PRODUCER_CONFIG = {
            event_type: {TOPIC: {"event_key_field": field, "enabled": True}} for event_type, field in KEY_FIELDS.items()
        }

    def test_over_a_bus_that_cannot_be_asked_it_is_sent_and_unconfirmed(self, settings: Any) -> None:
        settings.EVENT_BUS_PRODUCER = f"{__name__}.Silent"
        Silent.sent.clear()
        made = events_of_one_run()

        relay()

        assert {event.uuid for event in made} <= set(Silent.sent)
        outcomes = Delivery.objects.filter(event__in=made).values_list("state", "outcome")
        assert set(outcomes) == {("done", "unconfirmed")}
        (found,) = backlog()
        assert found.unconfirmed == found.done == Delivery.objects.count()
        assert f"{found.done} done, {found.done} of them sent and unconfirmed" in call("outbox", "status")

    def test_a_topic_that_is_switched_on_without_a_bus_is_a_fault(self, settings: Any) -> None:
        settings.EVENT_BUS_PRODUCER = None
        make_course()
        assert relay().failed == 1
        assert "EVENT_BUS_PRODUCER names no event bus" in Delivery.objects.get().last_error

    def test_streams_without_an_address_are_a_fault(self, settings: Any) -> None:
        settings.EVENT_BUS_PRODUCER = "edx_event_bus_redis.create_producer"
        settings.EVENT_BUS_REDIS_CONNECTION_URL = None
        make_course()
        assert relay().failed == 1
        assert "EVENT_BUS_REDIS_CONNECTION_URL" in Delivery.objects.get().last_error


@pytest.mark.django_db
class TestContractInThisProcess(ConsumerContract):
    """Receivers of this process, one of which may fail and be heard."""

    path = PATH

    @pytest.fixture(autouse=True)
    def receiver(self, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heard = heard
        for signal in ALL:
            monkeypatch.setattr(signal, "_allow_send_event_failure", True)

    def make_events(self) -> Sequence[OutboxEvent]:
        made = events_of_one_run()
        OutboxEvent._base_manager.exclude(pk__in=[event.pk for event in made]).delete()
        return made

    def effects(self) -> list[Hashable]:
        return [each.event_uuid for each in self.heard.carried]

    def effects_of(self, event: OutboxEvent) -> list[Hashable]:
        return [event.uuid]

    @contextmanager
    def failing(self, error: BaseException, *, after: bool) -> Iterator[None]:
        self.heard.failure = (error, after)
        yield
