"""The Tutors of both releases, each with our plugin switched on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.tutor.rendering import TUTORS, Tutor


@pytest.fixture(scope="package", params=sorted(TUTORS))
def enabled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tutor:
    """Tutor with our plugin, rendered as it comes; not to be changed."""
    program = TUTORS[request.param]
    if not program.exists():
        pytest.skip(f"the Tutor of {request.param} is not installed; `make tutor` installs it")
    tutor = Tutor(program, tmp_path_factory.mktemp(f"tutor-{request.param}"))
    tutor.run("plugins", "enable", "catalog-publisher")
    tutor.run("config", "save")
    return tutor


@pytest.fixture
def tutor(enabled: Tutor, tmp_path: Path) -> Tutor:
    """Tutor with our plugin, to be configured at will."""
    own = Tutor(enabled.program, tmp_path)
    shutil.copytree(enabled.folder / "root", tmp_path / "root")
    return own
