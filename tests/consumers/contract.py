"""
What every consumer promises, as tests that any of them inherits.

A subclass of ``ConsumerContract`` named ``Test...`` says how its consumer is named in the settings, how events for it
come to be, what their effects are, and how the world outside fails before and after an effect. The consumer is always
reached through the relay, as in production.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import pytest

from openedx_catalog_publisher.models import Delivery, EventKind, OutboxEvent
from openedx_catalog_publisher.outbox.consumers import Consumer, Service, configured, with_members
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.outbox.repairs import replay
from tests.outbox.recording import pass_time


class Killed(BaseException):
    """The worker is killed: nothing that handles errors sees it."""


class Unreachable(Exception):
    """The world outside does not answer."""


class ConsumerContract(ABC):
    """The promises. Effects are anything that can be compared, in the order in which the world outside saw them."""

    path: ClassVar[str]
    """How the settings name the consumer."""

    @abstractmethod
    def make_events(self) -> Sequence[OutboxEvent]:
        """Bring about at least two events of one object, each of which has an effect of its own, and return them."""

    @abstractmethod
    def effects(self) -> list[Hashable]:
        """Return the effects that there are, each as often as it was caused, the first first."""

    @abstractmethod
    def effects_of(self, event: OutboxEvent) -> list[Hashable]:
        """Return the effects that an event has to have, each once, in any order."""

    @abstractmethod
    def failing(self, error: BaseException, *, after: bool) -> AbstractContextManager[None]:
        """Let the world outside fail once, at its next use: before the effect is there, or after."""

    @pytest.fixture(autouse=True)
    def only_consumer(self, settings: Any) -> None:
        """Let it be the only consumer of the settings."""
        settings.CATALOG_PUBLISHER_CONSUMERS = [self.path]

    @pytest.fixture
    def events(self, only_consumer: None) -> Sequence[OutboxEvent]:
        """Events of one object, in order, that nobody was handed yet."""
        made = self.make_events()
        assert len(made) >= 2
        assert [event.sequence for event in made] == sorted({event.sequence for event in made})
        assert self.effects() == []
        return made

    def test_it_says_what_the_relay_needs_to_know(self) -> None:
        (consumer,) = with_members(configured())
        assert isinstance(consumer, Consumer)
        assert 0 < len(consumer.name) <= 64
        assert consumer.service in set(Service)
        assert set(consumer.kinds) <= set(EventKind)
        assert consumer.kinds

    def test_every_event_has_its_effects_once_in_the_order_of_the_object(self, events: Sequence[OutboxEvent]) -> None:
        relay()
        self._assert_once_and_in_order(events)

    def test_an_event_that_comes_again_has_no_second_effect(self, events: Sequence[OutboxEvent]) -> None:
        relay()
        assert replay(Delivery.objects.all()) == Delivery.objects.count() > 0
        relay()
        self._assert_once_and_in_order(events)

    def test_a_world_that_fails_for_a_while_loses_nothing_and_turns_no_order_round(
        self, events: Sequence[OutboxEvent]
    ) -> None:
        with self.failing(Unreachable("not now"), after=False):
            assert relay().failed == 1
        assert not set(self.effects_of(events[1])) & set(self.effects())
        pass_time()
        relay()
        self._assert_once_and_in_order(events)

    @pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
    def test_a_worker_that_is_killed_leaves_one_effect(self, events: Sequence[OutboxEvent], after: bool) -> None:
        with self.failing(Killed(), after=after), pytest.raises(Killed):
            relay()
        self.forget_what_is_in_flight()
        pass_time()
        relay()
        self._assert_once_and_in_order(events)

    def forget_what_is_in_flight(self) -> None:  # noqa: B027 - most consumers keep nothing of the kind
        """Let so much time pass that what the consumer noted as being under way counts as lost."""

    def _assert_once_and_in_order(self, events: Sequence[OutboxEvent]) -> None:
        # What is caused again and told apart by nobody outside is one effect.
        seen = list(dict.fromkeys(self.effects()))
        for event in events:
            wanted = self.effects_of(event)
            assert sorted(map(str, seen[: len(wanted)])) == sorted(map(str, wanted))
            seen = seen[len(wanted) :]
        assert seen == []
        assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.DONE}
