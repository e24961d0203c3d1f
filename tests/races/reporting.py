"""
What the races and crashes came to: the page in the documentation, and the data that it is made of.

`make races` loads it by ``-p tests.races.reporting``. ``--races-table FILE`` keeps what each test came to in FILE, as
JSON, and writes the page as reStructuredText beside it. What was not run now stays as the file has it, so that the long
rounds can be run in parts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.races.table import CRASH, RACE, page

OPTION = "--races-table"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare ``--races-table``."""
    parser.addoption(OPTION, type=Path, required=True, help="JSON file of what races came to; the page is beside it")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Take up what the tests came to, and write the page."""
    path: Path = config.getoption(OPTION)
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for report in (each for reports in terminalreporter.stats.values() for each in reports):
        if getattr(report, "when", None) == "call":
            kept = {name: value for name, value in report.user_properties if name in (RACE, CRASH)}
            if kept:
                found[report.nodeid] = kept
    if found:
        path.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        written = path.with_suffix(".rst")
        written.write_text(page(*(_of(found, name) for name in (RACE, CRASH))), encoding="utf-8")
        terminalreporter.write_line(f"What the races came to is in {written}.")


def _of(found: dict[str, dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [kept[name] for _, kept in sorted(found.items()) if name in kept]
