"""
Who goes on at each point: schedules that force an interleaving, that draw one by lot, or that leave it to the machine.
"""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Stop = tuple[int, str]
"""Player (0 or 1), and the point before which it stops and lets the other go on."""


class Schedule(Protocol):
    """Decides the order of two players."""

    first: int
    free: bool

    def next(self, player: int, point: str) -> int:
        """Return who goes on when a player arrives at a point."""


class Forced:
    """
    The first player runs to its stop, then the other to its own or to its end, then the first again, and so on.

    Who is blocked by a lock of the other, or has ended, leaves the way to the other whatever the schedule says.
    """

    free = False

    def __init__(self, first: int, stops: Sequence[Stop] = ()) -> None:
        self.first = first
        self.stops = tuple(stops)
        self._left = deque(stops)

    def next(self, player: int, point: str) -> int:
        """Hand over at the next stop."""
        if self._left and self._left[0] == (player, point):
            self._left.popleft()
            return 1 - player
        return player

    def __str__(self) -> str:
        stops = ", then ".join(f"{'AB'[player]} stops before '{point}'" for player, point in self.stops)
        return f"forced: {'AB'[self.first]} first" + (f"; {stops}" if stops else "")


class Lots:
    """Draws lots at every point."""

    free = False

    def __init__(self, seed: str, chance: float) -> None:
        self.seed, self.chance = seed, chance
        self._random = random.Random(seed)  # noqa: S311 - lots, not secrets
        self.first = self._random.randrange(2)

    def next(self, player: int, point: str) -> int:
        """Hand over by chance."""
        return 1 - player if self._random.random() < self.chance else player

    def __str__(self) -> str:
        return f"by lot: seed {self.seed!r}, chance {self.chance}"


class Free:
    """Both start at one moment and nobody stops them."""

    free = True
    first = 0

    def next(self, player: int, point: str) -> int:
        """Never asked."""
        raise AssertionError("A free race has no turns.")

    def __str__(self) -> str:
        return "free"


@dataclass
class Planner:
    """
    Plans the rounds of one pair: of five, three forced, one by lot, one free.

    The points are learnt from the rounds before. The forced rounds begin with one command after the other in both
    orders, go on with every single stop of either command, and then draw pairs of stops, each once. A command that
    works in threads of its own has no points; where one is such, no pairs are drawn, and lots take their place.
    """

    pair: str

    def __post_init__(self) -> None:
        self._points: tuple[dict[str, None], dict[str, None]] = ({}, {})
        self._tried: set[tuple[Stop, ...]] = set()
        self._random = random.Random(self.pair)  # noqa: S311 - a plan, not a secret
        self._serial = iter((0, 1))

    @property
    def singles(self) -> tuple[int, int]:
        """How many single stops were forced, and how many points are known."""
        return sum(len(stops) == 1 for stops in self._tried), sum(map(len, self._points))

    def learn(self, traces: Sequence[Sequence[str]]) -> None:
        """Take up the points that the two commands passed."""
        for known, trace in zip(self._points, traces, strict=True):
            known.update(dict.fromkeys(trace))

    def plan(self, number: int) -> Schedule:
        """Return the schedule of a round."""
        kind = number % 5
        if kind == 4:
            return Free()
        if kind == 3:
            return Lots(f"{self.pair} {number}", self._random.choice((0.1, 0.3, 0.6)))
        serial = next(self._serial, None)
        if serial is not None:
            return Forced(serial)
        stops = self._untried()
        if stops is None:
            return Lots(f"{self.pair} {number}", 0.3)
        self._tried.add(stops)
        return Forced(stops[0][0], stops)

    def _untried(self) -> tuple[Stop, ...] | None:
        all_singles = [((player, point),) for player in (0, 1) for point in self._points[player]]
        singles = [stops for stops in all_singles if stops not in self._tried]
        if singles:
            return self._random.choice(singles)
        if not all(self._points):
            return None
        for _ in range(20):
            player = self._random.randrange(2)
            stops = tuple(
                (who, self._random.choice(list(self._points[who])))
                for who in itertools.islice(itertools.cycle((player, 1 - player)), 2)
            )
            if stops not in self._tried:
                return stops
        return None
