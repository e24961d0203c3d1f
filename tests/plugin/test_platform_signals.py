"""The platform's signal is taken where there is a platform, one of our own where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from openedx_catalog_publisher.platform import signals

PROGRAM = (
    "from openedx_catalog_publisher.platform.signals import USER_RETIRED;"
    "from openedx.core.djangoapps.user_api.accounts import signals;"
    "print(USER_RETIRED is signals.USER_RETIRE_LMS_CRITICAL)"
)
FOLDER = "openedx/core/djangoapps/user_api/accounts"


def run_beside(platform: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Load our module beside a platform whose module of signals says this."""
    folder = platform
    for name in FOLDER.split("/"):
        folder /= name
        folder.mkdir()
        (folder / "__init__.py").touch()
    (folder / "signals.py").write_text(text, encoding="utf-8")
    root = Path(signals.__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{platform}{os.pathsep}{root}"}
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, env=environment
    )


def test_the_signal_is_the_platforms(tmp_path: Path) -> None:
    text = "from django.dispatch import Signal\nUSER_RETIRE_LMS_CRITICAL = Signal()\n"

    assert run_beside(tmp_path, text).stdout == "True\n"


def test_a_platform_without_the_signal_is_a_fault_that_is_raised(tmp_path: Path) -> None:
    finished = run_beside(tmp_path, "")

    assert finished.returncode == 1
    assert "cannot import name 'USER_RETIRE_LMS_CRITICAL'" in finished.stderr
