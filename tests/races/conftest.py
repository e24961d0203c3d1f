"""
Fixtures of the races, and the table of what they came to.

``--races-table FILE`` writes the table as reStructuredText; it is asked for by `make races`, which runs this folder
alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.races.fixtures import catalog, committed, stage
from tests.races.table import PROPERTY, machine_in_words, table

__all__ = ["catalog", "committed", "stage"]

OPTION = "--races-table"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare ``--races-table``."""
    parser.addoption(OPTION, type=Path, default=None, help="file for the table of the races")


@pytest.fixture(scope="session")
def machine(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    """Where the races run, in words."""
    with django_db_blocker.unblock():
        return machine_in_words()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Write the table, where it is asked for."""
    path: Path | None = config.getoption(OPTION, default=None)
    if path is None:
        return
    reports = [
        report for found in terminalreporter.stats.values() for report in found if hasattr(report, "user_properties")
    ]
    rows = [
        value
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    if rows:
        path.write_text(table(rows), encoding="utf-8")
        terminalreporter.write_line(f"The table of the races is in {path}.")
