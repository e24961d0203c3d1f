"""Tutor, run in a folder of its own, with a program in the place of Docker that only writes down what it is asked."""

from __future__ import annotations

import ast
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

TUTORS = {release: ROOT / f".venv-tutor-{release}" / "bin" / "tutor" for release in ("ulmo", "verawood")}
"""Where `make tutor` puts the Tutor of each release, with our plugin."""

DOCKER = """#!/bin/sh
# Tutor asks which projects run, as JSON: none. All else is written down, each call on a line, its words apart by tabs.
case "$*" in *" ls --format json") echo "[]"; exit 0;; esac
for word in "$@"; do printf '%s\\t' "$word" | tr '\\n' '\\r'; done >> "$DOCKER_LOG"
echo >> "$DOCKER_LOG"
"""


@dataclass(frozen=True)
class Task:
    """
    A task that Tutor runs in a container.

    Attributes:
        service: of which service, for example ``lms``.
        script: what its shell is given.
    """

    service: str
    script: str


@dataclass
class Tutor:
    """
    One installation of Tutor.

    Attributes:
        program: its command.
        folder: where its root is, and all else that it needs.
    """

    program: Path
    folder: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        programs = self.folder / "programs"
        programs.mkdir()
        docker = programs / "docker"
        docker.write_text(DOCKER, encoding="ascii")
        docker.chmod(0o755)
        self.environment = {
            **os.environ,
            "TUTOR_ROOT": str(self.folder / "root"),
            "TUTOR_PLUGINS_ROOT": str(self.folder / "plugins"),
            "DOCKER_LOG": str(self.folder / "docker.log"),
            "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        }

    def run(self, *words: str, status: int = 0) -> str:
        """Run a command of Tutor, expect its exit status, and return all that it said."""
        done = subprocess.run(  # noqa: S603 - words of these tests
            [self.program, *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout
        return done.stdout

    def set(self, **configuration: str) -> None:
        """Save values of the configuration, given as YAML, and render everything."""
        self.run("config", "save", *(f"--set={name}={value}" for name, value in configuration.items()))

    def rendered(self, name: str) -> str:
        """Return a rendered file of the environment."""
        return (self.folder / "root" / "env" / name).read_text(encoding="utf-8")

    def tasks(self, *words: str) -> list[Task]:
        """Run a job on this machine, and return what Docker was asked to run in which service."""
        log = self.folder / "docker.log"
        log.unlink(missing_ok=True)
        self.run("local", "do", *words)
        found = []
        for line in log.read_bytes().decode().split("\n"):
            call = line.rstrip("\t").split("\t")
            if "run" not in call:
                continue
            service = call[call.index("run") :][-5]
            assert call[-4:-1] == ["sh", "-e", "-c"], call
            found.append(Task(service.removesuffix("-job"), call[-1].replace("\r", "\n")))
        return found


def settings_in(source: str) -> dict[str, Any]:
    """Return the catalog's settings that a settings module assigns, the last where it assigns one again."""
    found: dict[str, Any] = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name.startswith("CATALOG_PUBLISHER_"):
                found[name] = ast.literal_eval(statement.value)
    return found
