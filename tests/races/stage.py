"""Two players, each a thread with a connection of its own, that perform one command each under a schedule."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from django.db import connection

from tests.races.points import observed
from tests.races.schedules import Schedule

BLOCKED_SECONDS = 0.008
"""Who needs longer from one point to the next is taken to be waiting for a lock. Being wrong costs order, not truth."""

START = "start"

HANGS_SECONDS = 90
"""Longer than the database waits for a lock: nothing that works takes so long."""

T = TypeVar("T")

Command = Callable[[], Any]


@dataclass
class Outcome:
    """
    What came of one command.

    Attributes:
        result: what it returned.
        error: what it raised; None where it returned.
        rollbacks: transactions that it rolled back, the one of a refusal included.
        trace: the points that it passed.
    """

    result: Any = None
    error: BaseException | None = None
    rollbacks: int = 0
    trace: list[str] = field(default_factory=list)

    @property
    def reruns(self) -> int:
        """How often the command was run again."""
        return self.rollbacks - (self.error is not None) if self.rollbacks else 0


class _Turns:
    """Lets one player at a time go on; one that waits takes the turn of one that is blocked or has ended."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._turn = schedule.first
        self._changed = threading.Condition()
        self._running_since: list[float | None] = [None, None]
        self._arrived = [False, False]
        self._ended = [False, False]
        self.trace: list[str] = []

    def arrive(self, player: int, point: str) -> None:
        """Wait until the player may pass the point."""
        with self._changed:
            self.trace.append(f"{'AB'[player]} {point}")
            if self._schedule.free:
                return
            if point != START:
                self._turn = self._schedule.next(player, point)
            self._arrived[player] = True
            self._running_since[player] = None
            self._changed.notify_all()
            while (wait := self._wait(player)) > 0:
                self._changed.wait(wait)
            self._turn = player
            self._running_since[player] = time.monotonic()
            # Who waits counts from here.
            self._changed.notify_all()

    def end(self, player: int) -> None:
        """Leave the way to the other for good."""
        with self._changed:
            self._ended[player] = True
            self._changed.notify_all()

    def _wait(self, player: int) -> float:
        other = 1 - player
        since = self._running_since[other]
        if since is not None and not self._ended[other]:
            return since + BLOCKED_SECONDS - time.monotonic()
        goes = self._ended[other] or (self._turn == player and self._arrived[other])
        return 0 if goes else HANGS_SECONDS


class Stage:
    """
    The two players, and a director; use it as a context manager, which ends their threads and connections.

    The director prepares and audits. A test has the database from pytest-django inside of a transaction that is rolled
    back; what other threads do with connections of their own is committed, as the players need it.
    """

    def __enter__(self) -> Self:
        """Start the threads and connect the players."""
        self._players = [ThreadPoolExecutor(1, thread_name_prefix=f"player-{name}") for name in "AB"]
        self._director = ThreadPoolExecutor(1, thread_name_prefix="director")
        for player in self._players:
            player.submit(connection.ensure_connection).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Disconnect and end the threads."""
        for thread in (*self._players, self._director):
            thread.submit(connection.close)
            thread.shutdown(wait=error is None)

    def direct(self, work: Callable[[], T]) -> T:
        """Do work in the director's thread, outside of the test's own transaction."""
        return self._director.submit(work).result()

    def play(self, schedule: Schedule, commands: tuple[Command, Command]) -> tuple[tuple[Outcome, Outcome], list[str]]:
        """
        Perform two commands under a schedule.

        Returns:
            The two outcomes, and the points of both in the order in which they were passed.

        Raises:
            TimeoutError: when the two hang.
        """
        turns = _Turns(schedule)
        barrier = threading.Barrier(2)
        futures: list[Future[Outcome]] = [
            self._players[index].submit(self._perform, index, turns, barrier, command)
            for index, command in enumerate(commands)
        ]
        first, second = (future.result(HANGS_SECONDS) for future in futures)
        return (first, second), turns.trace

    @staticmethod
    def _perform(index: int, turns: _Turns, barrier: threading.Barrier, command: Command) -> Outcome:
        outcome = Outcome()

        def before(point: str) -> None:
            turns.arrive(index, point)
            outcome.trace.append(point)

        def rolled_back() -> None:
            outcome.rollbacks += 1

        barrier.wait(HANGS_SECONDS)
        try:
            turns.arrive(index, START)
            with observed(before, lambda point: None, rolled_back):
                outcome.result = command()
        except Exception as error:  # noqa: BLE001 - whatever a caller would have seen is judged by the pair
            outcome.error = error
        finally:
            turns.end(index)
        return outcome
