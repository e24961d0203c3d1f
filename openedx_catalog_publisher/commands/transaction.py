"""
One command, one transaction.

The platform has ``ATOMIC_REQUESTS=True``, so a command opens the outermost transaction itself; a caller that is inside
one already gets Django's ``RuntimeError``, which is a fault of the caller. A deadlock, a lock time-out, a generated key
that somebody else took first, or a row that went meanwhile runs the whole command again, at most three times.

A command that is made of others has them do their part ``within`` its own operation, so that all of it happens or none.
"""

from __future__ import annotations

import functools
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.errors import Busy, InvalidInput
from openedx_catalog_publisher.commands.integrity import violation
from openedx_catalog_publisher.models import WriteSource

P = ParamSpec("P")
R = TypeVar("R")

RERUNS = 3
PAUSE_SECONDS = 0.05

MYSQL_LOCK_WAIT_TIMEOUT = 1205
MYSQL_DEADLOCK = 1213
MYSQL_REFERENCE_FAILURES = (1451, 1452)


@dataclass(frozen=True)
class Operation:
    """
    One run of one command.

    Attributes:
        actor: who acts.
        pseudonym: the actor in the hash chains.
        uuid: groups all that the operation writes, over all units and logs.
        generated: fields that the command made up itself (a run's key, a slug). When the database says that such a
            value is taken, somebody else took it first, and the command is run again to make another.
        known: what parts of the operation read under its locks and keep for one another, each under a name of its own.
    """

    actor: Actor
    pseudonym: uuid.UUID
    uuid: uuid.UUID = field(default_factory=uuid.uuid4)
    generated: set[str] = field(default_factory=set)
    known: dict[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def time(self) -> datetime:
        """
        The one time of the operation, UTC; every row that it writes bears it.

        Taken at its first use, which is after the locks, so that the records of a unit stand in the order of their
        times.
        """
        return timezone.now().astimezone(UTC)

    def as_system(self, name: str) -> Operation:
        """
        Return the same operation for what nobody chose: it stands in the logs under the system.

        Arguments:
            name: which part of the system acts.
        """
        system = Actor.system(name, self.source)
        same = replace(self, actor=system, pseudonym=system.pseudonym())
        vars(same)["time"] = self.time
        return same

    @property
    def source(self) -> WriteSource:
        """The door that the actor came through."""
        return self.actor.source


def is_lock_failure(error: OperationalError) -> bool:
    """Tell whether the database gave up on a lock, so that the same command may succeed when run again."""
    if connection.vendor == "sqlite":
        return "locked" in str(error)
    return bool(error.args) and error.args[0] in (MYSQL_LOCK_WAIT_TIMEOUT, MYSQL_DEADLOCK)


def is_reference_failure(error: IntegrityError) -> bool:
    """
    Tell whether a row that the command read is gone, or one that it deletes was taken up, by another writer since.

    Run again, the command reads that and says it in words. SQLite has one writer, so there it is always a fault.
    """
    return connection.vendor == "mysql" and bool(error.args) and error.args[0] in MYSQL_REFERENCE_FAILURES


def in_one_transaction(function: Callable[[], R]) -> R:
    """
    Run upkeep that is no command (it has no actor and no log) in one durable transaction, again after a lock failure.

    Raises:
        Busy: when the database still refuses after three re-runs.
        RuntimeError: when called inside a transaction.
    """
    for attempt in range(RERUNS + 1):
        try:
            with transaction.atomic(durable=True):
                return function()
        except OperationalError as error:
            if not is_lock_failure(error):
                raise
            if attempt == RERUNS:
                raise Busy("Other writers hold what this needs; try again.") from error
            _pause(attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")


class Command(Generic[P, R]):
    """
    A command: called with an actor, it is one transaction.

    Attributes:
        within: the same as a part of another command: called with that one's operation. It locks and reads anew, so
            whoever calls it saved the anchors before, and reads them again afterwards. What it raises has to leave the
            outer command, unless it says that nothing was written then.
    """

    within: Callable[Concatenate[Operation, P], R]

    def __init__(self, function: Callable[Concatenate[Operation, P], R]) -> None:
        """Make a command of a function of an operation."""
        functools.update_wrapper(self, function)
        self.within = function

    def __call__(self, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """
        Run in one durable transaction, again on lock failures, and where other writers moved what had been read.

        Raises:
            Busy: when the database still refuses after three re-runs.
            InvalidInput: when a constraint of the database refuses what was written, naming the field.
            RuntimeError: when called inside a transaction.
        """
        for attempt in range(RERUNS + 1):
            generated: set[str] = set()
            try:
                with transaction.atomic(durable=True):
                    operation = Operation(actor=actor, pseudonym=actor.pseudonym(), generated=generated)
                    return self.within(operation, *args, **kwargs)
            except OperationalError as error:
                if not is_lock_failure(error):
                    raise
                failure: Exception = error
            except IntegrityError as error:
                refusal = violation(error)
                if isinstance(refusal, InvalidInput):
                    if generated.isdisjoint(refusal.fields):
                        raise refusal from error
                elif attempt == RERUNS or not is_reference_failure(error):
                    raise
                failure = error
            except InvalidInput as error:
                if generated.isdisjoint(error.fields):
                    raise
                failure = error
            if attempt == RERUNS:
                raise Busy("Other writers hold or take what this needs; try again.") from failure
            _pause(attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")


def command(function: Callable[Concatenate[Operation, P], R]) -> Command[P, R]:
    """Turn a function of an operation into a command of an actor."""
    return Command(function)


def _pause(attempt: int) -> None:
    time.sleep(PAUSE_SECONDS * (2**attempt) * random.random())  # noqa: S311 - spreads competing writers
