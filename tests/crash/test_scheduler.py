"""Four schedulers at once, some of them killed at random moments: each due run goes live once, and none is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from openedx_catalog_publisher.api import publish_due, update_run
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import OutboxEvent, Review
from tests.crash.acts import units_of
from tests.crash.test_killed_process import is_connected
from tests.factories import SYSTEM
from tests.races.audit import audit, empty_releases
from tests.races.catalog import Catalog
from tests.races.pairs import Round, publication_actions
from tests.races.review_pairs import OVER, complete, submit
from tests.races.stage import Stage
from tests.races.table import CRASH

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
WORKERS, COURSES = 4, 12
ROUNDS_PER_KILL = 20
MOST_SECONDS_ALIVE = 0.6
SECONDS_UNTIL_ROLLED_BACK = 30


def start_a_worker() -> tuple[subprocess.Popen[str], int]:
    """Start a scheduler that waits to begin, and return it with its connection's id."""
    environment = {**os.environ, "CATALOG_DB_NAME": connection.settings_dict["NAME"]}
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.scheduler_victim"],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    return worker, int(worker.stdout.readline())


def kill_workers(catalog: Catalog, seed: int) -> int:
    """Let four workers publish, kill them one after the other, and return how many runs they had published."""
    items = catalog.make(COURSES)
    rounds = [Round(number, [item]) for number, item in enumerate(items)]
    complete(catalog, rounds)
    for race in rounds:
        submit(race, legal=True, internal=True)
    workers = [start_a_worker() for _ in range(WORKERS)]
    lots = random.Random(seed)  # noqa: S311 - moments, not secrets
    try:
        for race in rounds:
            update_run(SYSTEM, race.item.runs[0], {"go_live_date": OVER})
        for worker, _ in workers:
            assert worker.stdin is not None
            worker.stdin.write("begin\n")
            worker.stdin.flush()
        for worker, _ in workers:
            time.sleep(lots.uniform(0, MOST_SECONDS_ALIVE))
            worker.kill()
    finally:
        for worker, _ in workers:
            worker.kill()
            worker.communicate()
    deadline = time.monotonic() + SECONDS_UNTIL_ROLLED_BACK
    while any(is_connected(connection_id) for _, connection_id in workers):
        assert time.monotonic() < deadline, "the database still waits for a killed worker"
        time.sleep(0.01)
    return check_and_finish(catalog, rounds)


def check_and_finish(catalog: Catalog, rounds: list[Round]) -> int:
    """Judge what killed workers left, let all leases be over, and publish what is left."""
    items = [race.item for race in rounds]
    units = units_of(items)
    assert audit(units) == {}
    runs = [item.runs[0] for item in items]
    left = Review.objects.filter(open_unit__in=runs)
    published = len(runs) - left.count()
    assert not left.exclude(last_error="").exists(), "a run failed that nothing stood against"
    left.update(not_before=None)
    done = publish_due()
    assert done.failed == []
    assert published + len(done.published) == len(runs)
    for item in items:
        for unit in (item.course, *item.runs):
            assert publication_actions(unit) == ["publish"]
            # What is mailed is one event, whoever died over it.
            assert OutboxEvent.objects.filter(object_code=str(unit), kind="published").count() == 1
    assert audit(units) == {}
    assert empty_releases(0) == []
    assert list(check_catalog([2, 5])) == []
    return published


def test_each_due_run_goes_live_once_whichever_workers_die(
    catalog: Catalog, stage: Stage, rounds: int, record_property: Callable[[str, object], None]
) -> None:
    kills = max(2, rounds // ROUNDS_PER_KILL)

    published = [stage.direct(lambda seed=seed: kill_workers(catalog, seed)) for seed in range(kills)]

    words = f"4 workers killed one after the other, after {sum(published):,} publications in all"
    record_property(CRASH, {"command": "publish_due", "how": words, "crashes": kills * WORKERS})
    # Killed before they published anything, workers would prove nothing.
    assert sum(published) > 0
