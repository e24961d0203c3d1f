"""
Fixtures of the races, and the page on what races and crashes came to.

``--races-table FILE`` writes the page as reStructuredText; it is asked for by `make races`, which runs races and crash
tests alone.
"""

from __future__ import annotations

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
    parser.addoption(OPTION, type=Path, default=None, help="file for the page on the races")


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
    """Write the page, where it is asked for."""
    path: Path | None = config.getoption(OPTION, default=None)
    if path is None:
        return
    reports = [report for found in terminalreporter.stats.values() for report in found if hasattr(report, "when")]
    properties = [entry for report in reports if report.when == "call" for entry in report.user_properties]
    races = [value for name, value in properties if name == RACE]
    if races:
        crashes = [value for name, value in properties if name == CRASH]
        path.write_text(page(races, crashes), encoding="utf-8")
        terminalreporter.write_line(f"What the races came to is in {path}.")
