"""The world that the tests of one module ask about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import override_settings

from tests.contract.door_world import at_the_door
from tests.contract.world import World, make_world
from tests.module_data import kept_for_module


@contextmanager
def connections_kept() -> Iterator[None]:
    """Let requests not close the connection whose transaction is the tests', as Django's own test client does it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """An installation, and nobody counts how often one asks. What is a fault of ours is raised."""
    unlimited = dict.fromkeys(("anonymous", "user", "staff"))
    with (
        kept_for_module(django_db_blocker),
        connections_kept(),
        # No view is inside a transaction of its request; the test's is not to be taken for one.
        patch.dict(connection.settings_dict, {"ATOMIC_REQUESTS": False}),
        override_settings(CATALOG_PUBLISHER_THROTTLE_RATES=unlimited, DEBUG_PROPAGATE_EXCEPTIONS=True),
    ):
        yield make_world()


@pytest.fixture(scope="module")
def door_world(world: World) -> Iterator[World]:
    """The same, as clients of Discovery's door name it."""
    made = at_the_door(world)
    # Django's test client, by which it was made, lets requests close connections again when it is done.
    with connections_kept():
        yield made
