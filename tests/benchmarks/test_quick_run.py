"""The benchmarks work: at their smallest, on SQLite, as a program of their own. What they measure is not asserted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import ROWS

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_every_row_is_measured_and_needs_no_more_statements_than_its_bound() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CATALOG_DB_", "DJANGO_"))}
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.count("\n  statements ") == len(ROWS)
    assert "SQLite" in finished.stdout.splitlines()[0]
