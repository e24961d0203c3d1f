"""
Relays at one moment with others, serving what is outside: every effect is there once, whoever of them brought it about.

A receiver of webhooks that does not answer keeps neither the relays nor the receiver beside it waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from openedx_catalog_publisher.consumers.webhooks.subscriptions import unsubscribe
from openedx_catalog_publisher.models import Delivery, OutboxConsumer, WebhookSubscription
from openedx_catalog_publisher.outbox import record
from openedx_catalog_publisher.outbox.relay import Relayed, relay
from tests.consumers.receiver import Receiver, listening, sleeping
from tests.crash.peers import PEERS, Peer, WebhookPeer, live_and_back
from tests.factories import SYSTEM
from tests.fake_platform.models import CourseOverview
from tests.fake_platform.modules import platform_modules
from tests.races.catalog import Catalog
from tests.races.pairs import Pair, Round, both
from tests.races.runner import check, run
from tests.races.stage import Command, Outcome, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

NOBODY = "http://127.0.0.1:9/hooks"
"""Where nobody listens."""

RELAYS, WORKERS = 2, 4
COURSES = 4
ROUNDS_PER_CROWD = 10


class World:
    """
    Peers that are there, and whether a receiver that does not answer is among them.

    Attributes:
        peers: the peers.
        dead: the consumer of the receiver that does not answer; None where there is none.
    """

    def __init__(self, peers: Sequence[Peer]) -> None:
        self.peers = peers
        self.dead: OutboxConsumer | None = None

    def begin(self, dead: str = "") -> None:
        """Forget other consumers, and let those of the peers be known, with nothing to be done."""
        OutboxConsumer.objects.filter(webhook=None).delete()
        for peer in self.peers:
            peer.begin()
        relay()
        for peer in self.peers:
            peer.forget()
        if dead:
            (webhooks,) = (peer for peer in self.peers if isinstance(peer, WebhookPeer))
            self.dead = webhooks.subscribed(dead)

    def audit(self, items: Sequence[Any]) -> None:
        """Check that everything is there once, and was brought there by one attempt."""
        mine = Delivery.objects.all() if self.dead is None else Delivery.objects.exclude(consumer=self.dead)
        assert set(mine.values_list("state", "attempts", "last_error")) == {("done", 1, "")}
        again = {peer.name: peer.check(items) for peer in self.peers}
        # An event of a run and one of its course, at one moment, may both ask for the run; Studio makes it once.
        del again["studio"]
        assert set(again.values()) == {0}

    def audit_dead(self, items: Sequence[Any], relays: int) -> None:
        """Check that the receiver that does not answer was let rest, after one attempt of each relay at most."""
        runs = [str(run) for item in items for run in item.runs]
        theirs = Delivery.objects.filter(consumer=self.dead, object_code__in=runs)
        assert set(theirs.values_list("state", flat=True)) == {"pending"}
        assert 1 <= sum(theirs.values_list("attempts", flat=True)) <= relays
        row = OutboxConsumer.objects.get(pk=self.dead.pk)  # type: ignore[union-attr]
        assert row.resting_until is not None
        assert row.failures == 1
        # The next round begins as if it had not been asked yet.
        theirs.update(state=Delivery.State.DONE, due=None, done_at=timezone.now())
        OutboxConsumer.objects.filter(pk=row.pk).update(resting_until=None, failures=0)


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch, stage: Stage) -> Iterator[World]:
    """All peers, whose consumers are the only ones; no command starts a relay when it is committed."""
    monkeypatch.setattr(record, "start_relay_on_commit", lambda: None)
    peers = [kind() for kind in PEERS]
    with ExitStack() as stack:
        for peer in peers:
            stack.enter_context(peer.there())
            for name, value in peer.settings.items():
                setattr(settings, name, value)
        settings.CATALOG_PUBLISHER_CONSUMERS = [peer.path for peer in peers]
        settings.CATALOG_PUBLISHER_WEBHOOK_TIMEOUT = 1
        stack.enter_context(platform_modules())
        yield World(peers)
        stage.direct(_end)


def _end() -> None:
    for code in WebhookSubscription.objects.values_list("uuid", flat=True):
        unsubscribe(SYSTEM, code)
    OutboxConsumer.objects.all().delete()
    CourseOverview.objects.all().delete()


class RelayTwiceToPeers(Pair):
    """Two relays meet over what a run that goes live, is withdrawn and goes live again means to all peers."""

    name = "relay_outbox / relay_outbox, to Studio, modes, overviews, webhooks"

    def __init__(self, world: World) -> None:
        self.world = world

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        live_and_back(race.items)
        return relay, relay

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        self.world.audit(race.items)
        if self.world.dead is not None:
            self.world.audit_dead(race.items, 2)
        found: Sequence[Relayed] = (one.result, two.result)
        return "all by one" if 0 in {done.delivered for done in found} else "shared"


class RelayTwiceBesideTheDead(RelayTwiceToPeers):
    """The same, with a second webhook whose receiver is not there."""

    name = "relay_outbox / relay_outbox, with a dead receiver beside a live one"


@pytest.mark.parametrize("pair", [RelayTwiceToPeers, RelayTwiceBesideTheDead], ids=lambda pair: str(pair.name))
def test_two_relays_bring_everything_about_once(
    pair: type[RelayTwiceToPeers],
    world: World,
    catalog: Catalog,
    stage: Stage,
    rounds: int,
    record_race: Callable[[dict[str, object]], None],
) -> None:
    stage.direct(lambda: world.begin(NOBODY if pair is RelayTwiceBesideTheDead else ""))

    tally = stage.direct(lambda: run(pair(world), catalog, stage, rounds))

    record_race(tally.as_data())
    check(tally, rounds)


def crowd() -> list[Relayed]:
    """Let relays that go on, and workers of which each relays once, be there at one moment; return what each did."""
    start = threading.Barrier(RELAYS + WORKERS)
    stop = threading.Event()

    def goes_on() -> Relayed:
        start.wait()
        done = relay()
        while not stop.is_set():
            more = relay()
            done.delivered += more.delivered
            done.failed += more.failed
        connection.close()
        return done

    def once() -> Relayed:
        start.wait()
        done = relay()
        connection.close()
        return done

    with ThreadPoolExecutor(RELAYS + WORKERS) as pool:
        relays = [pool.submit(goes_on) for _ in range(RELAYS)]
        workers = [pool.submit(once) for _ in range(WORKERS)]
        done = [worker.result() for worker in workers]
        stop.set()
        return [*done, *(each.result() for each in relays)]


def test_two_relays_and_four_workers_bring_everything_about_once_beside_a_receiver_that_hangs(
    world: World, catalog: Catalog, stage: Stage, rounds: int
) -> None:
    def play(hanging: Receiver) -> None:
        hanging.always = sleeping(1.5)
        world.begin(hanging.url)
        for _ in range(max(2, rounds // ROUNDS_PER_CROWD)):
            items = catalog.make(COURSES)
            live_and_back(items)
            done = crowd()
            world.audit(items)
            world.audit_dead(items, RELAYS + WORKERS)
            assert sum(each.dead for each in done) == 0

    with listening() as hanging:
        stage.direct(lambda: play(hanging))
