"""Killing processes that relay."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection

from tests.crash.test_killed_process import is_connected

ROOT = Path(__file__).parents[2]
MOST_SECONDS_ALIVE = 0.5
SECONDS_UNTIL_ROLLED_BACK = 30


def kill_two_relays(settings: Mapping[str, Any], seed: int, *, platform: bool = False) -> None:
    """
    Let two processes relay, kill one and then the other at random moments, and wait until the database has noticed.

    Arguments:
        settings: under which they run; plain data.
        seed: of the moments.
        platform: whether they have edx-platform.
    """
    lots = random.Random(seed)  # noqa: S311 - moments, not secrets
    told = json.dumps({"settings": dict(settings), "platform": platform})
    environment = {
        **os.environ,
        "CATALOG_DB_NAME": connection.settings_dict["NAME"],
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    victims = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "tests.crash.relay_victim", told],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    connections = []
    try:
        for victim in victims:
            assert victim.stdout is not None
            connections.append(int(victim.stdout.readline()))
            time.sleep(lots.uniform(0, MOST_SECONDS_ALIVE))
    finally:
        for victim in victims:
            victim.kill()
            assert victim.stdout is not None
            victim.stdout.close()
            victim.wait()
    deadline = time.monotonic() + SECONDS_UNTIL_ROLLED_BACK
    while any(map(is_connected, connections)):
        assert time.monotonic() < deadline, "the database still waits for a killed process"
        time.sleep(0.01)
