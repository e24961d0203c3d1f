"""
What consumers promise that bring the state of a unit across, and not one message for each event.

They bring over what is official when an event is delivered. So of several events that wait, the first has all of the
effect and the others none; and an event that comes late, or again, turns nothing back.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import Any

import pytest

from openedx_catalog_publisher.models import Delivery, OutboxEvent
from openedx_catalog_publisher.outbox.relay import relay
from openedx_catalog_publisher.outbox.repairs import replay
from tests.consumers.contract import ConsumerContract


class StateContract(ConsumerContract):
    """The promises. A write is anything that can be compared, as the world outside saw it."""

    _first: Any

    @abstractmethod
    def steps(self) -> Sequence[Callable[[], Any]]:
        """Return at least two acts on one unit, each of which makes one event and changes what is to be held."""

    @abstractmethod
    def state(self) -> Any:
        """Return what the world outside holds."""

    @abstractmethod
    def wanted(self) -> Any:
        """Return what it is to hold by what is official now."""

    def make_events(self) -> Sequence[OutboxEvent]:
        steps = self.steps()
        OutboxEvent._base_manager.all().delete()
        for step in steps:
            step()
        made = list(OutboxEvent.objects.order_by("pk"))
        self._first = made[0].uuid
        return made

    def effects_of(self, event: OutboxEvent) -> list[Hashable]:
        return self.writes_of_the_last_state() if event.uuid == self._first else []

    @abstractmethod
    def writes_of_the_last_state(self) -> list[Hashable]:
        """Return what has to be written when only the last state is brought across."""

    def test_each_event_brings_across_what_is_official_then(self) -> None:
        steps = self.steps()
        states = []
        for step in steps:
            step()
            relay()
            assert self.state() == self.wanted()
            states.append(self.state())
        assert all(before != after for before, after in pairwise(states))

    def test_an_old_event_that_comes_again_turns_nothing_back(self) -> None:
        for step in self.steps():
            step()
            relay()
        state, effects = self.state(), self.effects()

        first = Delivery.objects.order_by("sequence").first()
        assert replay(Delivery.objects.filter(pk=first.pk)) == 1
        relay()

        assert (self.state(), self.effects()) == (state, effects)

    @pytest.fixture(autouse=True)
    def nothing_yet(self) -> None:
        """Nothing was made when a test begins."""
        self._first = None
