"""
A relay crashes at its statements, and between effect and acknowledgement, or is killed, whichever consumer it serves.

Afterwards everything that was published is at the peer, in order, and nothing is there twice that the peer could tell
from what it holds. A receiver of webhooks may be told again, by the same bytes, of what it had not answered yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from openedx_catalog_publisher.consumers.webhooks.subscriptions import unsubscribe
from openedx_catalog_publisher.models import Delivery, OutboxConsumer, WebhookSubscription
from openedx_catalog_publisher.outbox import record
from openedx_catalog_publisher.outbox.relay import relay
from tests.crash.killing import kill_two_relays
from tests.crash.peers import PEERS, Peer, live_and_back
from tests.crash.test_crash_points import Crash
from tests.crash.test_relay import crash_and_finish
from tests.factories import SYSTEM
from tests.fake_platform.models import CourseOverview
from tests.fake_platform.modules import platform_modules
from tests.outbox.recording import pass_time
from tests.races.catalog import Catalog
from tests.races.points import observed
from tests.races.stage import Stage
from tests.races.table import CRASH

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

EVERY_POINT_FROM = 100
"""From so many rounds on, a relay crashes at every point; below at some of them."""

SOME = 4
ROUNDS_PER_KILL = 50
COURSES_PER_KILL = 3
NOTED = "update delivery"


@pytest.fixture
def serve(
    settings: Any, monkeypatch: pytest.MonkeyPatch, catalog: Catalog, stage: Stage
) -> Iterator[Callable[[Sequence[Peer]], None]]:
    """Let peers be there, and their consumers be the only ones; no command starts a relay when it is committed."""
    monkeypatch.setattr(record, "start_relay_on_commit", lambda: None)
    with ExitStack() as stack:

        def begin(peers: Sequence[Peer]) -> None:
            for peer in peers:
                stack.enter_context(peer.there())
            stack.enter_context(platform_modules())
            for name, value in settings_of(peers).items():
                setattr(settings, name, value)
            stage.direct(lambda: begin_anew(peers))

        yield begin
        stage.direct(end)


def settings_of(peers: Sequence[Peer]) -> dict[str, Any]:
    """Return the settings under which consumers serve peers."""
    together: dict[str, Any] = {"CATALOG_PUBLISHER_CONSUMERS": [peer.path for peer in peers]}
    for peer in peers:
        together |= peer.settings
    return together


def begin_anew(peers: Sequence[Peer]) -> None:
    """Forget the consumers of other tests, and let those of this one be known, with nothing to be done."""
    OutboxConsumer.objects.filter(webhook=None).delete()
    for peer in peers:
        peer.begin()
    relay()
    pass_time()
    relay()
    for peer in peers:
        peer.forget()


def end() -> None:
    """Tell nobody of anything any more."""
    for code in WebhookSubscription.objects.values_list("uuid", flat=True):
        unsubscribe(SYSTEM, code)
    OutboxConsumer.objects.all().delete()
    CourseOverview.objects.all().delete()


def points_of_a_relay(catalog: Catalog, peer: Peer) -> list[str]:
    """Return the points that a relay passes, serving one course."""
    points: list[str] = []
    items = catalog.make(1)
    live_and_back(items)
    with observed(points.append, lambda point: None, lambda: None):
        relay()
    peer.check(items)
    return points


def chosen(points: Sequence[str], rounds: int) -> list[tuple[str, bool]]:
    """Return at which points to crash, and whether after them: all, or some with those around the effects."""
    if rounds >= EVERY_POINT_FROM:
        return [(point, after) for point in points for after in (False, True)]
    noted = [point for point in points if point.startswith(NOTED)]
    some = [(point, False) for point in points[:: max(1, len(points) // SOME)]]
    # The first has the effect before it and the acknowledgement behind it; after the second nothing is left to do.
    return [*some, (noted[-1], False), (noted[-1], True), (noted[0], True)]


def check_points(catalog: Catalog, peer: Peer, how: Crash, rounds: int) -> tuple[int, int]:
    """Crash at points, on courses of their own; return at how many, and how often something was asked for again."""
    points = chosen(points_of_a_relay(catalog, peer), rounds)
    again = 0
    for point, after in points:
        items = catalog.make(1)
        live_and_back(items)
        crash_and_finish(how, point, after=after)
        again += peer.check(items)
        assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists(), (point, after)
    return len(points), again


@pytest.mark.parametrize("how", list(Crash), ids=lambda how: how.value)
@pytest.mark.parametrize("kind", PEERS, ids=lambda kind: str(kind.name))
def test_a_relay_that_crashes_loses_nothing_and_does_nothing_twice(  # noqa: PLR0917 - fixtures
    how: Crash,
    kind: type[Peer],
    serve: Callable[[Sequence[Peer]], None],
    catalog: Catalog,
    stage: Stage,
    rounds: int,
    record_property: Callable[[str, object], None],
) -> None:
    peer = kind()
    serve([peer])

    crashes, again = stage.direct(lambda: check_points(catalog, peer, how, rounds))

    where = "at each point" if rounds >= EVERY_POINT_FROM else "at some points"
    words = f"{how.value} {where}, serving {peer.name}; {again} asked for again"
    record_property(CRASH, {"command": "relay_outbox", "how": words, "crashes": crashes})
    assert crashes >= SOME
    # What was asked for and not noted as done, that is around one statement for each event.
    assert again <= crashes


def test_relays_that_are_killed_lose_nothing_and_do_nothing_twice(
    serve: Callable[[Sequence[Peer]], None],
    catalog: Catalog,
    stage: Stage,
    rounds: int,
    record_property: Callable[[str, object], None],
) -> None:
    peers = [kind() for kind in PEERS]
    serve(peers)
    kills = max(1, rounds // ROUNDS_PER_KILL)

    def play() -> int:
        again = 0
        for seed in range(kills):
            items = catalog.make(COURSES_PER_KILL)
            live_and_back(items)
            kill_two_relays(settings_of(peers), seed, platform=True)
            pass_time()
            relay()
            again += sum(peer.check(items) for peer in peers)
        assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists()
        return again

    again = stage.direct(play)

    words = f"two processes killed, serving {', '.join(peer.name for peer in peers)}; {again} asked for again"
    record_property(CRASH, {"command": "relay_outbox", "how": words, "crashes": 2 * kills})
    # What a process was doing: one thing, or one request to each of the receivers.
    assert again <= 2 * kills * len(peers)
