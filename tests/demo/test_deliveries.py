"""What the home page says of deliveries and of the stand-in for Studio, and its button."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from demo import studio_switch
from demo.management.commands import stand_in_studio
from demo.ports import HOST, Ports
from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.models import Delivery, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.routing import new_delivery
from tests.factories import make_course, publish_now

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]

BUTTON = '<button name="act" value="{}">{}</button>'


@pytest.fixture(autouse=True)
def port(settings: Any, tmp_path: Path) -> Iterator[socket.socket]:
    """The port of the stand-in: nobody listens there before the test does."""
    with socket.socket() as server:
        server.bind((HOST, 0))
        settings.DEMO_PORTS = Ports(studio=server.getsockname()[1])
        settings.STUDIO_PAGE = f"http://{HOST}:{settings.DEMO_PORTS.studio}"
        settings.VAR_DIR = tmp_path
        yield server


def figures(client: Client) -> dict[str, int]:
    return {figure.name: figure.number for figure in client.get("/").context["deliveries"]}


def test_deliveries_are_counted_by_how_they_stand(client: Client) -> None:
    publish_now(Selection.of([make_course(runs=0).course.uuid]))
    first, *others = OutboxEvent.objects.order_by("pk")
    now = timezone.now()
    states = [
        {"state": Delivery.State.PENDING},
        {"state": Delivery.State.PENDING, "last_error": "Unavailable: no answer"},
        {"state": Delivery.State.LEASED},
        {"state": Delivery.State.DEAD, "last_error": "Unavailable: no answer", "due": None},
        *[{"state": Delivery.State.DONE, "due": None}] * 2,
    ]
    for number, values in enumerate(states):
        consumer = OutboxConsumer.objects.create(name=f"c{number}", service="either", kinds=[], since=now)
        delivery = new_delivery(first, consumer, now)
        for name, value in values.items():
            setattr(delivery, name, value)
        delivery.save()

    assert figures(client) == {
        "events not looked at yet": 1 + len(others),
        "waiting for their turn": 2,
        "failed, to be tried again": 1,
        "given up": 1,
        "done": 2,
    }


def test_each_number_leads_to_its_list_in_the_admin(demo_mode: Any, demo_users: None, client: Client) -> None:
    client.post("/demo/log-in/", {"username": "admin"})

    pages = [figure.page for figure in client.get("/").context["deliveries"]]

    assert len(pages) == len(set(pages)) + 1
    for page in pages:
        assertContains(client.get("/"), f'href="{page}"')
        # A filter that the admin does not know leads elsewhere.
        assert client.get(page).status_code == 200


def test_it_says_truly_whether_the_stand_in_runs(client: Client, port: socket.socket) -> None:
    assertContains(client.get("/"), "It is stopped.")
    port.listen()
    assertContains(client.get("/"), "It runs.")
    assertContains(
        client.get("/"), f'<a href="http://{HOST}:{port.getsockname()[1]}/">See what it holds</a>', html=True
    )


def test_the_button_says_what_is_wanted(
    demo_mode: Any, settings: Any, client: Client, port: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STUDIO_CAN_BE_STOPPED = True
    assertContains(client.get("/"), BUTTON.format("start", "Start it"), html=True)
    port.listen()
    assertContains(client.get("/"), BUTTON.format("stop", "Stop it"), html=True)

    waited_for = []
    monkeypatch.setattr(studio_switch, "comes_true", lambda *, running, seconds: waited_for.append(running))
    wanted = []
    for act in ("stop", "start"):
        answer = client.post("/demo/studio/", {"act": act})
        assert (answer.status_code, answer["Location"]) == (302, "/#deliveries")
        wanted.append(studio_switch.is_wanted())

    assert wanted == waited_for == [False, True]


def test_any_other_act_is_refused(demo_mode: Any, settings: Any, client: Client) -> None:
    settings.STUDIO_CAN_BE_STOPPED = True

    assert client.post("/demo/studio/", {"act": "burn"}).status_code == 400
    assert client.get("/demo/studio/").status_code == 405
    assert studio_switch.is_wanted()


def test_where_make_run_does_not_run_this_there_is_no_button(demo_mode: Any, settings: Any, client: Client) -> None:
    settings.STUDIO_CAN_BE_STOPPED = False

    assertNotContains(client.get("/"), "/demo/studio/")
    assert client.post("/demo/studio/", {"act": "stop"}).status_code == 403
    assert studio_switch.is_wanted()


def test_outside_of_the_demo_and_from_elsewhere_nobody_stops_it(demo_mode: Any, settings: Any, client: Client) -> None:
    settings.STUDIO_CAN_BE_STOPPED = True

    assert client.post("/demo/studio/", {"act": "stop"}, REMOTE_ADDR="192.0.2.1").status_code == 403
    settings.CATALOG_DEMO = False
    assert client.post("/demo/studio/", {"act": "stop"}).status_code == 403
    assertNotContains(client.get("/"), "/demo/studio/")
    assert studio_switch.is_wanted()


def test_the_command_says_what_is_wanted_and_that_make_run_has_to_do_it(
    port: socket.socket, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("stand_in_studio", "stop")
    assert capsys.readouterr().out == "The stand-in for Studio is stopped.\n"
    assert not studio_switch.is_wanted()

    monkeypatch.setattr(stand_in_studio, "SECONDS", 0.1)
    with pytest.raises(CommandError, match="`make run` does this, so it has to be running"):
        call_command("stand_in_studio", "start")
    assert studio_switch.is_wanted()
