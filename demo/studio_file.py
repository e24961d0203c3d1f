"""What the stand-in for Studio holds, in a file: so that it has not forgotten everything when it is started again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAME = "stand_in_studio.json"


def read(file: Path) -> dict[str, dict[str, Any]]:
    """Return the course runs by key; none where there is no file."""
    if not file.exists():
        return {}
    runs: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return runs


def write(file: Path, runs: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the course runs, all or, if this process ends on the way, none."""
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(runs, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(file)
