"""Consumers: what they promise, and which ones the settings name."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from openedx_catalog_publisher.models import Delivery, EventKind, OutboxEvent, Publication
from openedx_catalog_publisher.settings import conf

NAME_LENGTH = 64

STUDIO = "studio"
"""The consumer of which each course run says how it stands there."""


class Service(enum.StrEnum):
    """Where a consumer can run."""

    LMS = "lms"
    CMS = "cms"
    EITHER = "either"


@runtime_checkable
class Consumer(Protocol):
    """
    What an event does outside of the catalog: mails, messages, calls of other systems.

    A class that is named in ``CATALOG_PUBLISHER_CONSUMERS`` and made without arguments, once for each run of the relay.

    Attributes:
        name: at most 64 characters; never changes, since deliveries stand under it.
        service: where it can run.
        kinds: the kinds of events that it is handed.
    """

    name: str
    service: Service
    kinds: Collection[EventKind]

    def deliver(self, event: OutboxEvent) -> Delivery.Outcome | None:
        """
        Do what the event asks for; called outside of any transaction.

        The same event may come again, when a relay died or lost its lease, so the effect must be one however often it
        comes. Events of one object come in the order of their ``sequence``, and a later one only when this one is done
        or dead. Returning means that the effect is there, or with an outcome what else is to be said; what is raised is
        noted, and the event comes again later.
        """


class Errand(Protocol):
    """What a courier does outside for one event."""

    def run(self) -> None:
        """Do it; called in a thread of its own, without the database."""

    def finish(self) -> Delivery.Outcome | None:
        """Note what came of it, in the relay's own thread. Returns and raises what ``Consumer.deliver`` does."""


class NothingToDo:
    """The errand for an event that does not concern the peer: nobody is asked, so it tells nothing of the peer."""

    def run(self) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Note nothing."""


@runtime_checkable
class Courier(Consumer, Protocol):
    """
    A consumer that may be slow, and is asked beside others.

    The relay lets a few couriers run at once, each with one event at a time, so that one that waits for an answer keeps
    no other waiting. ``deliver`` is ``begin``, ``run`` and ``finish`` in one.
    """

    def begin(self, event: OutboxEvent) -> Errand:
        """Return what is to be done for an event: reads the database, and does nothing outside."""


@dataclass(frozen=True)
class NoEffect:
    """
    Why an event has no effect at a consumer's peer, although its delivery is done.

    Attributes:
        code: a stable word for programs.
        message: the reason, as a sentence.
    """

    code: str
    message: str


@runtime_checkable
class Selective(Consumer, Protocol):
    """A consumer that is handed events which have no effect outside, and says which, and why."""

    def without_effect(self, events: Sequence[OutboxEvent]) -> Mapping[UUID, NoEffect]:
        """
        Return why events have no effect, by UUID of the event; without those that have one.

        Reads the database, in the same number of statements however many events there are; asks nobody outside.
        """


@dataclass(frozen=True)
class Holding:
    """
    What a consumer's peer holds of one unit, and what it ought to hold, both in the words of the peer.

    Only what the consumer itself writes there is compared, so that what belongs to others is no drift. Differences are
    kept, so people are counted in it and not named.

    Attributes:
        wanted: value by field, as it follows from what was published.
        held: value by field, as the peer holds it now; None where it holds nothing of the unit.
    """

    wanted: Mapping[str, Any]
    held: Mapping[str, Any] | None

    def differences(self) -> list[dict[str, Any]]:
        """Return the fields that differ, each with both values; plain data that JSON can hold."""
        held = self.held or {}
        return [
            {"field": name, "published": wanted, "held": held.get(name)}
            for name, wanted in self.wanted.items()
            if self.held is None or name not in held or held[name] != wanted
        ]


@runtime_checkable
class Verifiable(Consumer, Protocol):
    """
    A consumer that can be asked what its peer really holds.

    What it does not say of a unit, or says wrongly, is found by ``manage.py check_drift``, and mended by sending again:
    the unit's last event is delivered once more. So ``deliver`` must bring about what ``held`` wants, from whatever
    the peer holds.
    """

    def held(self, records: Sequence[Publication]) -> Mapping[UUID, Holding]:
        """
        Return what is held of units; called outside of any transaction.

        Arguments:
            records: the last publication record of each unit, with its snapshot; a removal has none.

        Returns:
            What is held, by UUID of the unit; without those that are no matter of this consumer. Values are plain data
            that JSON can hold.

        Raises:
            OutOfReach: or whatever else, when the peer cannot be asked; nothing is noted of these units then.
        """


@runtime_checkable
class VerifiesDrafts(Verifiable, Protocol):
    """A consumer whose peer holds course runs before they are published, and that can be asked of these, too."""

    def held_of_drafts(self, runs: Sequence[UUID]) -> Mapping[UUID, Holding]:
        """
        Return what is held of course runs that were never published; called outside of any transaction.

        Arguments:
            runs: UUIDs of the runs.

        Returns:
            What is held, as ``held`` does.

        Raises:
            OutOfReach: or whatever else, when the peer cannot be asked; nothing is noted of these runs then.
        """


@runtime_checkable
class ConsumerFamily(Protocol):
    """
    Consumers that are made of rows instead of settings: each has deliveries, an order and failures of its own.

    Named in ``CATALOG_PUBLISHER_CONSUMERS`` like a consumer. Whoever makes the rows makes their ``OutboxConsumer`` rows
    too, and keeps the kinds of events there.

    Attributes:
        name: what the names of its members begin with, before a colon.
    """

    name: str

    def members(self) -> Iterable[Consumer]:
        """Return those that can be served at this moment."""


class OutOfReach(Exception):
    """
    The peer of a consumer cannot be reached, or takes nothing at present, whatever the event.

    The relay lets the consumer rest before it hands it anything again, instead of finding out the same with every
    event.

    Attributes:
        wait: how long the peer asks to be left alone; None where it does not say.
    """

    def __init__(self, message: str, wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.wait = wait


def load(path: str) -> Consumer | ConsumerFamily:
    """
    Return the consumer, or the family of consumers, that a dotted path names.

    Raises:
        ImproperlyConfigured: when it cannot be imported, or is no consumer; says which and why.
    """
    try:
        consumer = import_string(path)()
    except (ImportError, TypeError) as error:
        raise ImproperlyConfigured(f"{path} cannot be loaded as a consumer: {error}") from error
    if isinstance(consumer, ConsumerFamily):
        return consumer
    if not isinstance(consumer, Consumer):
        raise ImproperlyConfigured(f"{path} is no consumer: it needs name, service, kinds and deliver().")
    wrong = set(map(str, consumer.kinds)) - set(EventKind.values)
    if wrong:
        raise ImproperlyConfigured(f"{path} asks for events of kinds that there are not: {', '.join(sorted(wrong))}.")
    if not 0 < len(consumer.name) <= NAME_LENGTH or consumer.service not in set(Service):
        raise ImproperlyConfigured(
            f"{path} needs a name of 1 to {NAME_LENGTH} characters, and a service: {', '.join(Service)}."
        )
    return consumer


def configured() -> Mapping[str, Consumer | ConsumerFamily]:
    """
    Return the consumers and families that the settings of this service name, by name.

    Raises:
        ImproperlyConfigured: when one cannot be loaded, or two have one name.
    """
    consumers: dict[str, Consumer | ConsumerFamily] = {}
    for path in conf.consumers():
        consumer = load(path)
        if consumer.name in consumers:
            raise ImproperlyConfigured(f"{path} has the name of another consumer: {consumer.name}.")
        consumers[consumer.name] = consumer
    return consumers


def is_named(name: str) -> bool:
    """
    Tell whether the settings of this service name a consumer.

    False where they name something that is none: commands go on, the system check and the relay say what is wrong.
    """
    try:
        return name in configured()
    except ImproperlyConfigured:
        return False


def single(named: Mapping[str, Consumer | ConsumerFamily]) -> list[Consumer]:
    """Return the consumers that are named themselves, without the members of families."""
    return [each for each in named.values() if not isinstance(each, ConsumerFamily)]


def with_members(named: Mapping[str, Consumer | ConsumerFamily]) -> list[Consumer]:
    """Return all consumers, with the members of families in their place. Reads the database where there is a family."""
    found: list[Consumer] = []
    for each in named.values():
        found += each.members() if isinstance(each, ConsumerFamily) else [each]
    return found


def runs_in(consumer: Consumer, service: Service) -> bool:
    """
    Tell whether a consumer can run in a service.

    Arguments:
        consumer: the consumer.
        service: LMS or CMS; EITHER stands for a project that is neither, in which every consumer runs.
    """
    return Service.EITHER in (service, consumer.service) or consumer.service == service
