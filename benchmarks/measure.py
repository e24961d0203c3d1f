"""
Counting and timing: two ways to do the same, run in turns in one process.

On a machine that others use at the same moment single times mean little. What is compared is the ratio within a pair of
runs that follow each other; the order within the pair changes from one repetition to the next.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

Work = Callable[[], object]

TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass
class Tally:
    """Statements that were sent, without those that begin and end transactions and savepoints."""

    statements: int = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Count a statement and pass it on; the signature is that of Django's ``execute_wrapper``."""
        if not str(sql)[:16].upper().startswith(TRANSACTION_CONTROL):
            self.statements += 1
        return execute(sql, params, many, context)


@contextmanager
def counted() -> Iterator[Tally]:
    """Count the statements sent within."""
    tally = Tally()
    with connection.execute_wrapper(tally):
        yield tally


@dataclass(frozen=True)
class Run:
    """One run: its time in seconds and its statements."""

    seconds: float
    statements: int


@dataclass(frozen=True)
class Pair:
    """The engine's run and the floor's, one after the other."""

    ours: Run
    floor: Run

    @property
    def ratio(self) -> float:
        """How many times the floor's time the engine took."""
        return self.ours.seconds / self.floor.seconds


@dataclass
class Figures:
    """All pairs of one benchmark."""

    pairs: list[Pair] = field(default_factory=list)

    @property
    def statements(self) -> int:
        """Most statements that the engine needed in any repetition."""
        return max(pair.ours.statements for pair in self.pairs)

    @property
    def floor_statements(self) -> int:
        """Most statements that the floor needed in any repetition."""
        return max(pair.floor.statements for pair in self.pairs)

    @property
    def seconds(self) -> float:
        """Median time of the engine."""
        return statistics.median(pair.ours.seconds for pair in self.pairs)

    @property
    def floor_seconds(self) -> float:
        """Median time of the floor."""
        return statistics.median(pair.floor.seconds for pair in self.pairs)

    @property
    def total_seconds(self) -> float:
        """Time of the engine over all repetitions."""
        return sum(pair.ours.seconds for pair in self.pairs)

    @property
    def total_floor_seconds(self) -> float:
        """Time of the floor over all repetitions."""
        return sum(pair.floor.seconds for pair in self.pairs)

    @property
    def ratio(self) -> float:
        """Median of the ratios of the pairs."""
        return statistics.median(pair.ratio for pair in self.pairs)

    @property
    def spread(self) -> tuple[float, float]:
        """Smallest and largest ratio of a pair."""
        ratios = [pair.ratio for pair in self.pairs]
        return min(ratios), max(ratios)


def run(work: Work) -> Run:
    """Run something once and return what it took."""
    # What earlier work left behind is not this one's to clean up.
    gc.collect()
    with counted() as tally:
        begin = time.perf_counter()
        work()
        seconds = time.perf_counter() - begin
    return Run(seconds=seconds, statements=tally.statements)


def run_pairs(prepare: Callable[[], tuple[Work, Work]], repetitions: int) -> Figures:
    """
    Run pairs of the engine's work and the floor's.

    Arguments:
        prepare: returns the two, on rows that are made for this repetition; not counted and not timed.
        repetitions: how many pairs count. One more comes before them, so that nothing is paid for the first time.
    """
    figures = Figures()
    for repetition in range(repetitions + 1):
        ours, floor = prepare()
        if repetition % 2:
            pair = Pair(ours=run(ours), floor=run(floor))
        else:
            floor_run = run(floor)
            pair = Pair(ours=run(ours), floor=floor_run)
        if repetition:
            figures.pairs.append(pair)
    return figures
