"""A process is killed at a random moment: what it was told is stored, and of what it was not told all or nothing is."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import EditRecord, Publication
from tests.crash.acts import units_of
from tests.factories import publish_now
from tests.races.audit import audit, empty_releases
from tests.races.catalog import Catalog
from tests.races.stage import Stage
from tests.races.table import CRASH

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
COURSES = 3
ROUNDS_PER_KILL = 20
MOST_SECONDS_ALIVE = 0.5
SECONDS_UNTIL_ROLLED_BACK = 30


def kill_and_check(catalog: Catalog, seed: int) -> int:
    """Let a process write, kill it, judge what it left, and return how many of its commands were accepted."""
    items = catalog.make(COURSES)
    catalog.publish(items)
    units = units_of(items)
    logs = (EditRecord, Publication)
    began = {log: log.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for log in logs}
    said = kill_a_victim(seed, [str(item.course) for item in items])

    assert audit(units) == {}
    assert empty_releases(0) == []
    stored = {
        (str(unit), sequence): operation
        for log, last in began.items()
        for unit, sequence, operation in log.objects.filter(pk__gt=last, unit_uuid__in=units).values_list(
            "unit_uuid", "sequence", "operation"
        )
    }
    told = {tuple(record) for records in said for record in records}
    assert told <= stored.keys(), "something that was accepted is not stored"
    untold = defaultdict(set)
    for record, operation in stored.items():
        if record not in told:
            untold[operation].add(record)
    assert len(untold) <= 1, "more than the last command was stored without an answer"

    publish_now(Selection.of((item.course for item in items), all_runs=True))
    assert audit(units) == {}
    return len(said)


def kill_a_victim(seed: int, courses: list[str]) -> list[list[list[object]]]:
    """Start a process that writes, kill it, wait until its locks are gone, and return what it said."""
    environment = {**os.environ, "CATALOG_DB_NAME": connection.settings_dict["NAME"]}
    victim = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "tests.crash.victim", str(seed), *courses],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert victim.stdout is not None
    try:
        connection_id = int(victim.stdout.readline())
        time.sleep(random.Random(seed).uniform(0, MOST_SECONDS_ALIVE))  # noqa: S311 - a moment, not a secret
    finally:
        victim.kill()
    lines = victim.stdout.read().splitlines()
    victim.stdout.close()
    victim.wait()
    deadline = time.monotonic() + SECONDS_UNTIL_ROLLED_BACK
    while is_connected(connection_id):
        assert time.monotonic() < deadline, "the database still waits for the killed process"
        time.sleep(0.01)
    return [json.loads(line) for line in lines]


def is_connected(connection_id: int) -> bool:
    """Tell whether the database still knows a connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE id = %s", [connection_id])
        return bool(cursor.fetchone()[0])


def test_a_killed_process_leaves_whole_commands_only(
    catalog: Catalog, stage: Stage, rounds: int, record_property: Callable[[str, object], None]
) -> None:
    kills = max(2, rounds // ROUNDS_PER_KILL)

    accepted = [stage.direct(lambda seed=seed: kill_and_check(catalog, seed)) for seed in range(kills)]

    words = f"process killed, after {sum(accepted):,} accepted commands in all"
    record_property(CRASH, {"command": "edits, releases, restores", "how": words, "crashes": kills})
    # Killed before it wrote anything, a process would prove nothing.
    assert sum(accepted) > 0
