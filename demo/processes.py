"""
The processes of the demo: the server, the relay beside it, and the stand-in for Studio, which may be stopped.

Each has a session of its own, so that Ctrl-C reaches only this one, which then stops them in order, by their ids.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from demo import ports, studio_file, studio_switch
from demo.ports import HOST, Ports

ROOT = Path(__file__).resolve().parent.parent
SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
RELAY_PAUSE = "1"
"""Seconds between two rounds of the relay."""

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PartEnded(Exception):
    """A part of the demo ended by itself; the text says which and how."""


@dataclass
class Part:
    """
    A part of the demo, in a process of its own.

    Attributes:
        name: what it is, for people.
        command: program and arguments.
        process: None while it does not run.
    """

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, environment: dict[str, str]) -> None:
        """Start it, unless it runs."""
        if self.process is None:
            self.process = subprocess.Popen(  # noqa: S603 - commands of this module
                self.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def stop(self) -> None:
        """Stop it, and wait until it has ended."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def check(self) -> None:
        """
        See whether it still runs, if it is to.

        Raises:
            PartEnded: when it ended by itself.
        """
        if self.process is not None and (status := self.process.poll()) is not None:
            self.process = None
            raise PartEnded(f"{self.name} ended by itself, with status {status}; so the demo ends.")


def run(chosen: Ports, var: Path, say: Callable[[str], None]) -> None:
    """
    Run the demo until this process is asked to stop, by Ctrl-C or a signal.

    Arguments:
        chosen: the ports, which are free.
        var: the folder in which the demo keeps what it creates.
        say: writes a line for whoever runs this.

    Raises:
        PartEnded: when a part ended by itself, or did not start to answer.
    """
    server, relay, studio = _parts(chosen, var)
    environment = {
        **os.environ,
        "CATALOG_PORT": str(chosen.server),
        "CATALOG_STUDIO_PORT": str(chosen.studio),
        "CATALOG_DEMO_RUNS": "1",
        "PYTHONUNBUFFERED": "1",
    }
    with _asked_to_stop() as is_asked:
        try:
            for part in (studio, server, relay):
                part.start(environment)
            _wait_for(chosen, (server, relay, studio), is_asked)
            say(f"The demo runs on http://{HOST}:{chosen.server}/ (Ctrl-C stops it)")
            say(f"A stand-in for Studio, which is none, is on http://{HOST}:{chosen.studio}/")
            while not is_asked():
                for part in (server, relay, studio):
                    part.check()
                _switch(studio, environment, say)
                time.sleep(SECONDS_BETWEEN_LOOKS)
        finally:
            for part in (server, relay, studio):
                part.stop()


def _parts(chosen: Ports, var: Path) -> tuple[Part, Part, Part]:
    manage = [sys.executable, str(ROOT / "manage.py")]
    stand_in = [sys.executable, "-m", "demo.stand_in_studio", str(chosen.studio), str(var / studio_file.NAME)]
    return (
        Part("The server", [*manage, "runserver", "--noreload", f"{HOST}:{chosen.server}"]),
        Part("The relay", [*manage, "relay_outbox", "--loop", RELAY_PAUSE]),
        Part("The stand-in for Studio", stand_in),
    )


def _wait_for(chosen: Ports, parts: Sequence[Part], is_asked: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while not (ports.answers(chosen.server) and ports.answers(chosen.studio)) and not is_asked():
        for part in parts:
            part.check()
        if time.monotonic() > until:
            raise PartEnded(f"The demo does not answer after {SECONDS_TO_START} seconds; so it ends.")
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _switch(studio: Part, environment: dict[str, str], say: Callable[[str], None]) -> None:
    if studio_switch.is_wanted() and studio.process is None:
        studio.start(environment)
        say("The stand-in for Studio is started again.")
    elif not studio_switch.is_wanted() and studio.process is not None:
        studio.stop()
        say("The stand-in for Studio is stopped.")


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Note requests to stop instead of being interrupted by them, so that all parts are stopped in order."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {each: signal.signal(each, note) for each in STOPPING}
    try:
        yield lambda: bool(asked)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
