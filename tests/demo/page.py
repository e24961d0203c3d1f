"""A page of the documentation that shows commands and what they print, and a shell that runs them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON = ".venv/bin/python"
PROMPT = "   $ "
END = "--- end of a command ---"
SECONDS = 600


@dataclass
class Shown:
    """
    One command of a page.

    Attributes:
        command: as it stands there.
        printed: the lines below it.
    """

    command: str
    printed: list[str] = field(default_factory=list)


def commands_of(page: Path) -> list[Shown]:
    """Return the commands of the console blocks of a page."""
    return list(_commands(page.read_text(encoding="utf-8").splitlines()))


def _commands(lines: Sequence[str]) -> Iterator[Shown]:
    found: Shown | None = None
    for line in lines:
        if line.startswith(PROMPT):
            if found is not None:
                yield found
            found = Shown(line.removeprefix(PROMPT))
        elif found is not None and line.startswith("   "):
            found.printed.append(line.removeprefix("   "))
        elif found is not None and line:
            yield found
            found = None
    if found is not None:
        yield found


def run_in_bash(commands: Sequence[str]) -> list[list[str]]:
    """
    Run commands one after the other in one shell, in the project's folder.

    Returns:
        The lines that each printed, errors with them.
    """
    script = "".join(f"{command}\necho '{END}'\n" for command in commands).replace(PYTHON, sys.executable)
    done = subprocess.run(
        ["bash"],  # noqa: S607 - the shell of whoever reads the page
        input=script,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=REPOSITORY,
        timeout=SECONDS,
        check=False,
    )
    parts = done.stdout.split(f"{END}\n")
    assert len(parts) == len(commands) + 1, done.stdout
    return [part.splitlines() for part in parts[:-1]]
