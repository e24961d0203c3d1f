"""The commands by which deliveries are shown, run one after the other on the demo's catalog and a real stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from demo import delivery_recipe, studio_file, studio_switch
from demo.delivery_recipe import COURSE, LATER_TITLE, RUN, TITLE
from demo.ports import Ports
from demo.stand_in_studio import StandIn, serving
from openedx_catalog_publisher.outbox.relay import relay
from tests.demo.catalog import import_catalog
from tests.demo.shell import Shell

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]

OTHER_RUN = f"course-v1:{COURSE}+2T2026"


@dataclass
class Beside:
    """
    What `make run` runs beside the server: the stand-in, and the relay, which here runs while one sleeps.

    Attributes:
        file: where the stand-in keeps its runs.
        port: of the stand-in, once it was started.
    """

    file: Path
    port: int = 0
    stand_in: StandIn = field(default_factory=StandIn)
    serving: ExitStack = field(default_factory=ExitStack)

    def switch(self, *, running: bool, seconds: float) -> bool:
        """Start or stop the stand-in, as `make run` does when it finds that this is wanted."""
        assert studio_switch.is_wanted() is running
        if running:
            self.start()
        else:
            self.serving.close()
        return True

    def start(self) -> None:
        """Start the stand-in, on the port on which it was before."""
        self.stand_in = StandIn(file=self.file, runs=studio_file.read(self.file))
        self.port = int(self.serving.enter_context(serving(self.stand_in, self.port)).rpartition(":")[2])


@pytest.fixture
def beside(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    import_catalog()
    settings.VAR_DIR = tmp_path
    call_command("fill_stand_in_studio", stdout=None, verbosity=0)
    found = Beside(tmp_path / studio_file.NAME)
    found.start()
    address = f"http://127.0.0.1:{found.port}"
    settings.DEMO_PORTS = Ports(studio=found.port)
    settings.RELAY_RUNS_BESIDE = True
    settings.CATALOG_PUBLISHER_CONSUMERS = ["openedx_catalog_publisher.consumers.studio.Studio"]
    settings.CATALOG_PUBLISHER_STUDIO_API_ROOT = settings.CATALOG_PUBLISHER_OAUTH_ROOT = address
    settings.CATALOG_PUBLISHER_OAUTH_CLIENT_ID = StandIn.client_id
    settings.CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET = StandIn.client_secret
    monkeypatch.setattr(studio_switch, "comes_true", found.switch)
    with found.serving:
        yield found


@pytest.fixture
def shell(beside: Beside, demo_mode: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell whose `sleep` turns the clock on, and lets the relay run."""
    passed = timedelta()
    now = timezone.now

    def sleep(seconds: int) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)
        relay()

    monkeypatch.setattr(timezone, "now", lambda: now() + passed)
    return Shell(client, sleep)


def test_every_command_does_what_the_page_says(shell: Shell, beside: Beside) -> None:
    call_command("create_demo_users", stdout=None, verbosity=0)
    # What the import brought is delivered, as it is in a demo that was just started.
    relay()
    assert not [method for method, _path in beside.stand_in.requests if method == "PATCH"]
    steps = iter(delivery_recipe.steps("http://127.0.0.1/api/catalog_publisher/v1"))

    def take() -> list[Any]:
        return [shell.run(command) for command in next(steps).commands]

    *_begin, patched, published = take()
    assert patched.status_code == 200, patched.content
    assert f"{COURSE}: publication 2, published" in published

    _slept, status, drift = take()
    assert "studio (either): 0 waiting" in status
    assert drift == "Consumers: studio. Verified: 1; still under way: 0."
    assert {beside.stand_in.runs[key]["title"] for key in (RUN, OTHER_RUN)} == {TITLE}

    stopped, patched, published, _slept, waiting, state, drift = take()
    assert stopped == "The stand-in for Studio is stopped."
    assert patched.status_code == 200
    assert f"{COURSE}: publication 3, published" in published
    [delivery] = waiting.json()["results"]
    assert (delivery["object_key"], delivery["attempts"]) == (COURSE, 1)
    assert delivery["last_error"].startswith(("Unavailable: ", "OutOfReach: "))
    assert (state.json()["key"], state.json()["studio_state"]) == (RUN, "pending")
    assert "ConnectionError" in state.json()["studio_error"]
    assert "studio could not be asked: " in drift
    assert "Verified: 0" in drift
    assert drift.endswith("CommandError: 1 finding.")

    _slept, waiting = take()
    [delivery] = waiting.json()["results"]
    assert (delivery["object_key"], delivery["attempts"]) == (COURSE, 2)

    started, under_way, retried, _slept, drift = take()
    assert started == "The stand-in for Studio runs."
    assert under_way == "Consumers: studio. Verified: 0; still under way: 1."
    assert retried == "Deliveries to be tried at once: 1."
    assert drift == "Consumers: studio. Verified: 1; still under way: 0."
    assert {beside.stand_in.runs[key]["title"] for key in (RUN, OTHER_RUN)} == {LATER_TITLE}
    assert next(steps, None) is None


def test_the_stand_in_begins_with_what_was_published_and_keeps_what_was_delivered(
    beside: Beside, capsys: pytest.CaptureFixture[str]
) -> None:
    relay()
    call_command("check_drift", consumer="studio")
    assert "Verified: 89; still under way: 0." in capsys.readouterr().out
    beside.stand_in.runs.pop(RUN)
    studio_file.write(beside.file, beside.stand_in.runs)

    call_command("fill_stand_in_studio")

    assert capsys.readouterr().out == "The stand-in for Studio has 88 course runs.\n"
