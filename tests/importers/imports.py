"""Runs the import command and gives back what it says."""

import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command


@dataclass(frozen=True)
class Imported:
    """One run of the command: its report as JSON and as text."""

    report: dict[str, Any]
    text: str

    def counts(self, word: str) -> tuple[int, int]:
        """Return how many courses and runs have this outcome."""
        return self.report[word]["courses"], self.report[word]["runs"]


def import_file(path: Path, *arguments: str) -> Imported:
    """Import a file of the format ``edx-learn-csv``; the report's JSON is written beside it and read back."""
    out, report = StringIO(), path.with_suffix(".report.json")
    call_command(
        "import_courses", str(path), "--format", "edx-learn-csv", "--report", str(report), *arguments, stdout=out
    )
    return Imported(report=json.loads(report.read_text(encoding="utf-8")), text=out.getvalue())
