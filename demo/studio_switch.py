"""
Stopping and starting the stand-in for Studio while the demo runs.

What is wished for is a file. ``make run`` looks for it, and stops or starts the process that it has; so the page and
the command need to know no process, and can stop none but this one.
"""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from demo.ports import answers

FILE = "stand_in_studio.off"
SECONDS_BETWEEN_LOOKS = 0.1


def is_wanted() -> bool:
    """Tell whether the stand-in is to run."""
    return not _file().exists()


def want(*, running: bool) -> None:
    """Say whether the stand-in is to run."""
    if running:
        _file().unlink(missing_ok=True)
    else:
        _file().touch()


def is_running() -> bool:
    """Tell whether somebody answers where the stand-in does."""
    return answers(settings.DEMO_PORTS.studio)


def comes_true(*, running: bool, seconds: float) -> bool:
    """Wait until the stand-in runs, or does not, for so many seconds at most; tell whether it came to that."""
    until = time.monotonic() + seconds
    while is_running() is not running:
        if time.monotonic() > until:
            return False
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return True


def _file() -> Path:
    folder: Path = settings.VAR_DIR
    return folder / FILE
