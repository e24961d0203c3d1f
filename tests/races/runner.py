"""Runs the rounds of one pair: prepare many, play each under its schedule, audit all."""

from __future__ import annotations

import time
import traceback
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from openedx_catalog_publisher.api import Busy, CatalogError
from openedx_catalog_publisher.models import EditRecord, Release
from tests.races.audit import audit, empty_releases
from tests.races.catalog import Catalog
from tests.races.pairs import Pair, Round
from tests.races.schedules import Planner, Schedule
from tests.races.stage import Outcome, Stage

ROUNDS_PER_BATCH = 25
FAILURES_SHOWN = 3
PACKAGE = "openedx_catalog_publisher"


@dataclass
class Played:
    """One round after it was played."""

    race: Round
    schedule: Schedule
    outcomes: tuple[Outcome, Outcome]
    trace: list[str]

    def report(self, what: str) -> str:
        """Return what went wrong, with all that is needed to see how."""
        lines = [f"Round {self.race.number}, {self.schedule}: {what}"]
        for name, outcome in zip("AB", self.outcomes, strict=True):
            answer = repr(outcome.error) if outcome.error is not None else repr(outcome.result)
            lines.append(f"{name}: {answer[:500]}")
            if outcome.error is not None and not isinstance(outcome.error, CatalogError):
                lines += [
                    f"    {frame.filename.rpartition(PACKAGE)[2]}:{frame.lineno} {frame.name}"
                    for frame in traceback.extract_tb(outcome.error.__traceback__)
                    if PACKAGE in frame.filename
                ]
        lines += ["Points, in order:", *(f"    {step}" for step in self.trace)]
        return "\n".join(lines)


@dataclass
class Tally:
    """
    What the rounds of one pair came to.

    Attributes:
        pair: its name.
        rounds: how many were played.
        outcomes: rounds by outcome.
        reruns: commands that were run again after a deadlock, a lock time-out or a generated value that was taken.
        busy: commands that gave up.
        stops: single stops that were forced.
        points: points of the two commands.
        seconds: how long it took.
        failures: rounds in which something was wrong.
    """

    pair: str
    rounds: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reruns: int = 0
    busy: int = 0
    stops: int = 0
    points: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """Return the tally as plain data."""
        return asdict(self) | {"outcomes": dict(self.outcomes), "failures": len(self.failures)}


def run(pair: Pair, catalog: Catalog, stage: Stage, rounds: int) -> Tally:
    """Play rounds of a pair until all are played or too much is wrong."""
    tally = Tally(pair.name)
    planner = Planner(pair.name)
    started = time.monotonic()
    for start in range(0, rounds, ROUNDS_PER_BATCH):
        _run_batch(pair, catalog, stage, planner, tally, range(start, min(start + ROUNDS_PER_BATCH, rounds)))
        if len(tally.failures) >= FAILURES_SHOWN:
            break
    tally.stops, tally.points = planner.singles
    tally.seconds = time.monotonic() - started
    return tally


def check(tally: Tally, rounds: int) -> None:
    """Fail with what went wrong, where anything did."""
    if tally.failures:
        pytest.fail("\n\n".join(tally.failures), pytrace=False)
    assert tally.busy == 0
    assert tally.rounds == rounds


def _run_batch(
    pair: Pair, catalog: Catalog, stage: Stage, planner: Planner, tally: Tally, numbers: Sequence[int]
) -> None:
    last_edit, last_release = (_last(model) for model in (EditRecord, Release))
    items = catalog.make(len(numbers) * pair.courses, runs=pair.runs)
    races = [
        Round(number, items[index * pair.courses : (index + 1) * pair.courses]) for index, number in enumerate(numbers)
    ]
    pair.prepare(catalog, races)
    played = []
    for race in races:
        commands = pair.commands(catalog, race)
        schedule = planner.plan(race.number)
        outcomes, trace = stage.play(schedule, commands)
        planner.learn([outcome.trace for outcome in outcomes])
        played.append(Played(race, schedule, outcomes, trace))
        _judge(pair, played[-1], tally)
    uuids = set(EditRecord.objects.filter(pk__gt=last_edit).values_list("unit_uuid", flat=True))
    wrong = audit(uuids)
    for entry in played:
        found = [problem for unit in _units(entry.race, uuids) for problem in wrong.pop(unit, [])]
        if found:
            tally.failures.append(entry.report("; ".join(found)))
    tally.failures += [f"{unit}: {'; '.join(found)}" for unit, found in wrong.items()]
    tally.failures += empty_releases(last_release)


def _judge(pair: Pair, entry: Played, tally: Tally) -> None:
    tally.rounds += 1
    for outcome in entry.outcomes:
        tally.reruns += outcome.reruns
        tally.busy += isinstance(outcome.error, Busy)
    if any(isinstance(outcome.error, Busy) for outcome in entry.outcomes):
        tally.outcomes["busy"] += 1
        return
    try:
        tally.outcomes[pair.check(entry.race, *entry.outcomes)] += 1
    except AssertionError as error:
        tally.failures.append(entry.report(f"{error}"))


def _units(race: Round, uuids: set[uuid.UUID]) -> list[uuid.UUID]:
    return [unit for item in race.items for unit in (item.course, *item.runs) if unit in uuids]


def _last(model: Any) -> int:
    last: int | None = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0
