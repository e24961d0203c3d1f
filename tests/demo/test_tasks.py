"""The demo's Celery: tasks run where they are started, and the relay beside."""

from __future__ import annotations

from typing import Any

import pytest

from openedx_catalog_publisher import tasks
from openedx_catalog_publisher.outbox.start import start_relay


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    settings.CATALOG_PUBLISHER_CONSUMERS = ["openedx_catalog_publisher.consumers.studio.Studio"]
    names: list[str] = []
    monkeypatch.setattr(tasks, "relay", lambda: names.append("relay"))
    monkeypatch.setattr(tasks, "seal_along_the_way", lambda: names.append("seal"))
    monkeypatch.setattr(tasks.worker, "process_inbox", lambda: names.append("inbox"))
    return names


def test_whoever_edits_does_not_wait_for_the_relay_that_runs_beside(ran: list[str], settings: Any) -> None:
    settings.RELAY_RUNS_BESIDE = True

    start_relay()
    tasks.process_inbox.apply_async()

    assert ran == ["inbox"]


def test_without_one_beside_it_runs_at_once(ran: list[str], settings: Any) -> None:
    settings.RELAY_RUNS_BESIDE = False

    start_relay()

    assert ran == ["relay", "seal"]
