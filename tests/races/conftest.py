"""
Fixtures of the races, and the page on what races and crashes came to.

``--races-table FILE`` keeps what each test came to in FILE, as JSON, and writes the page as reStructuredText beside it. What
was not run now stays as the file has it, so that the long rounds can be run in parts. `make races` asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.races.fixtures import catalog, committed, stage
from tests.races.table import CRASH, RACE, machine_in_words, page

__all__ = ["catalog", "committed", "stage"]

OPTION = "--races-table"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare ``--races-table``."""
    parser.addoption(OPTION, type=Path, default=None, help="JSON file of what races came to; the page is beside it")


@pytest.fixture
def record_race(
    record_property: Callable[[str, object], None], django_db_blocker: DjangoDbBlocker
) -> Callable[[dict[str, object]], None]:
    """Hand the tally of a pair to the table, from whichever process it was run in."""

    def record(tally: dict[str, object]) -> None:
        with django_db_blocker.unblock():
            record_property(RACE, tally | {"machine": machine_in_words()})

    return record


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Take up what the tests came to and write the page, where it is asked for."""
    path: Path | None = config.getoption(OPTION, default=None)
    if path is None:
        return
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for report in (each for reports in terminalreporter.stats.values() for each in reports):
        if getattr(report, "when", None) == "call":
            kept = {name: value for name, value in report.user_properties if name in (RACE, CRASH)}
            if kept:
                found[report.nodeid] = kept
    if any(RACE in kept for kept in found.values()):
        path.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        written = path.with_suffix(".rst")
        written.write_text(page(*(_of(found, name) for name in (RACE, CRASH))), encoding="utf-8")
        terminalreporter.write_line(f"What the races came to is in {written}.")


def _of(found: dict[str, dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [kept[name] for _, kept in sorted(found.items()) if name in kept]
