"""Consumers: what they promise, and which ones the settings name."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from openedx_catalog_publisher.models import Delivery, EventKind, OutboxEvent
from openedx_catalog_publisher.settings import conf

NAME_LENGTH = 64


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


@dataclass(frozen=True)
class Difference:
    """
    One thing that a system outside holds otherwise than was published.

    Attributes:
        what: what it is, in the words of that system.
        published: what it is to be.
        held: what it is; None where it is missing.
    """

    what: str
    published: Any
    held: Any


@runtime_checkable
class Verifiable(Protocol):
    """A consumer that can tell what the system outside really holds; delivering an event again repairs it."""

    def differences(self, unit: UUID) -> Collection[Difference]:
        """
        Return what is held otherwise than was published, for a course or a run; nothing for what it does not bring.

        Raises:
            Exception: when the system outside does not answer.
        """


def load(path: str) -> Consumer:
    """
    Return the consumer that a dotted path names.

    Raises:
        ImproperlyConfigured: when it cannot be imported, or is no consumer; says which and why.
    """
    try:
        consumer = import_string(path)()
    except (ImportError, TypeError) as error:
        raise ImproperlyConfigured(f"{path} cannot be loaded as a consumer: {error}") from error
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


def configured() -> Mapping[str, Consumer]:
    """
    Return the consumers that the settings of this service name, by name.

    Raises:
        ImproperlyConfigured: when one cannot be loaded, or two have one name.
    """
    consumers: dict[str, Consumer] = {}
    for path in conf.consumers():
        consumer = load(path)
        if consumer.name in consumers:
            raise ImproperlyConfigured(f"{path} has the name of another consumer: {consumer.name}.")
        consumers[consumer.name] = consumer
    return consumers


def runs_in(consumer: Consumer, service: Service) -> bool:
    """
    Tell whether a consumer can run in a service.

    Arguments:
        consumer: the consumer.
        service: LMS or CMS; EITHER stands for a project that is neither, in which every consumer runs.
    """
    return Service.EITHER in (service, consumer.service) or consumer.service == service
