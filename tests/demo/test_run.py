"""`make run` as it is: processes of its own, a change that arrives, a stand-in that is stopped, and no leftovers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from demo import ports
from demo.delivery_recipe import COURSE, RUN
from demo.management.commands.import_demo_catalog import CATALOG
from demo.ports import HOST, Ports
from scripts.with_servers import free_port

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 240
VERIFIED = "Consumers: studio. Verified: 1; still under way: 0.\n"


def eventually(happens: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + SECONDS
    while not (found := happens()):
        assert time.monotonic() < until, f"not within {SECONDS} seconds: {what}"
        time.sleep(0.2)
    return found


@dataclass
class Demo:
    """A demo that runs, in a folder of its own."""

    ports: Ports
    var: Path
    process: subprocess.Popen[bytes]

    def manage(self, *words: str) -> tuple[int, str]:
        """Run a command as in another terminal, which finds the ports by itself; return its status and what it says."""
        done = subprocess.run(  # noqa: S603 - words of these tests
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=environment(self.var),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def stand_in(self) -> str:
        """Return the page of the stand-in for Studio."""
        return requests.get(f"http://{HOST}:{self.ports.studio}/", timeout=10).text

    def said(self) -> str:
        return (self.var / "log").read_text(encoding="utf-8")

    def below(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def environment(var: Path, chosen: Ports | None = None) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("CATALOG_")}
    own |= {"CATALOG_VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "demo.settings"}
    if chosen is not None:
        own |= {"CATALOG_PORT": str(chosen.server), "CATALOG_STUDIO_PORT": str(chosen.studio)}
    return own


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo keeps, with one course of its catalog, which is soon imported and delivered."""
    folder = tmp_path_factory.mktemp("demo")
    rows = CATALOG.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if (read := json.loads(row)).get("kind") != "course" or read["key"] == COURSE]
    catalog = folder / CATALOG.name
    catalog.write_text("".join(kept), encoding="utf-8")
    # Beside it lie the pictures that it names.
    shutil.copytree(CATALOG.parent / "images", folder / "images")
    var = folder / "var"
    for command in (["migrate"], ["import_courses", str(catalog), "--format", "catalog-json"]):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(var),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
    return var


@pytest.fixture
def demo(prepared: Path, tmp_path: Path) -> Iterator[Demo]:
    chosen = Ports(free_port(), free_port())
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_demo"],
            cwd=ROOT,
            env=environment(tmp_path, chosen),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        running = Demo(chosen, tmp_path, process)
        try:
            address = f"http://{HOST}:{chosen.server}/ (Ctrl-C stops it)"
            eventually(lambda: address in running.said() or process.poll() is not None, "the demo runs")
            assert process.poll() is None, running.said()
            yield running
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)


def test_a_change_arrives_a_stopped_stand_in_is_retried_and_check_drift_tells_the_truth(demo: Demo) -> None:
    check = ("check_drift", RUN, "--consumer", "studio")

    def publish(title: str) -> None:
        program = "from openedx_catalog_publisher import api; from openedx_catalog_publisher.models import Course\n"
        program += f"draft = Course.drafts.get(key={COURSE!r})\n"
        program += f"api.update_course(api.Actor.system('test'), draft.uuid, {{'title': {title!r}}})"
        assert demo.manage("shell", "-c", program)[0] == 0
        status, said = demo.manage("publish_course", COURSE, "--skip-review", "--message", "To see it.")
        assert status == 0, said

    eventually(lambda: "Deliveries done: " in demo.said(), "the import is delivered")
    publish("First")
    eventually(lambda: demo.stand_in().count(">First<") == 2, "both runs have the title in the stand-in")
    eventually(lambda: demo.manage(*check) == (0, VERIFIED), "it holds it")

    assert demo.manage("stand_in_studio", "stop") == (0, "The stand-in for Studio is stopped.\n")
    assert not ports.answers(demo.ports.studio)
    publish("Second")
    eventually(lambda: "failed: 1," in demo.said(), "the delivery fails")
    assert "It is stopped." in requests.get(f"http://{HOST}:{demo.ports.server}/", timeout=30).text
    status, said = demo.manage(*check)
    assert status == 1
    assert "studio could not be asked: " in said
    eventually(lambda: demo.said().count("failed: 1,") == 2, "it is tried again, by itself")

    assert demo.manage("stand_in_studio", "start") == (0, "The stand-in for Studio runs.\n")
    assert demo.manage("outbox", "retry", "--consumer", "studio")[0] == 0
    eventually(lambda: demo.stand_in().count(">Second<") == 2, "it arrives")
    eventually(lambda: demo.manage(*check) == (0, VERIFIED), "it holds it")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_no_process_and_no_port_behind(demo: Demo, number: signal.Signals) -> None:
    below = demo.below()
    words = {word for process in below for word in process.cmdline()}
    assert {"runserver", "relay_outbox", "demo.stand_in_studio"} <= words

    demo.process.send_signal(number)

    assert demo.process.wait(30) == 0
    assert "The demo is stopped." in demo.said()
    assert [process for process in below if process.is_running()] == []
    assert ports.is_free(demo.ports.server)
    assert ports.is_free(demo.ports.studio)


def test_when_a_part_ends_by_itself_the_demo_ends_and_says_which(demo: Demo) -> None:
    below = demo.below()
    [relay] = [process for process in below if "relay_outbox" in process.cmdline()]

    relay.terminate()

    assert demo.process.wait(30) == 1
    assert "CommandError: The relay ended by itself, with status -15; so the demo ends." in demo.said()
    assert [process for process in below if process.is_running()] == []


@pytest.mark.parametrize(("taken", "option"), [("server", "PORT"), ("studio", "STUDIO_PORT")])
def test_a_port_that_is_in_use_is_told_with_the_option_that_chooses_another(
    tmp_path: Path, taken: str, option: str
) -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        chosen = Ports(**{"server": free_port(), "studio": free_port(), taken: port})
        done = subprocess.run(
            [sys.executable, "manage.py", "run_demo"],
            cwd=ROOT,
            env=environment(tmp_path, chosen),
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    told = f"Port {port} of {HOST} is in use. Stop what listens there, or choose another: make run {option}=..."
    assert done.stderr == f"CommandError: {told}\n"
    # Nothing was begun.
    assert not (tmp_path / "demo.sqlite3").exists()
