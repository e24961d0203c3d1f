"""The smallest consumer keeps the contract; so the contract asks for nothing that the relay does not give."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from openedx_catalog_publisher.models import OutboxEvent
from tests.consumers.contract import ConsumerContract
from tests.outbox.recording import PATH, Recording, make_event


@pytest.mark.django_db
class TestRecording(ConsumerContract):
    path = PATH

    @pytest.fixture(autouse=True)
    def fresh(self) -> Iterator[None]:
        Recording.reset()
        yield
        Recording.reset()

    def make_events(self) -> Sequence[OutboxEvent]:
        return [make_event("one", sequence) for sequence in (1, 2, 3)]

    def effects(self) -> list[Hashable]:
        return [event.uuid for event in Recording.handed]

    def effects_of(self, event: OutboxEvent) -> list[Hashable]:
        return [event.uuid]

    @contextmanager
    def failing(self, error: BaseException, *, after: bool) -> Iterator[None]:
        (Recording.failures_after if after else Recording.failures).append(error)
        yield
