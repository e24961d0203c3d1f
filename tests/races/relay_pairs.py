"""Races of the relay: with another relay, and with commands whose events it hands over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from openedx_catalog_publisher.api import Selection, unpublish, update_run
from openedx_catalog_publisher.models import Delivery, EventKind, OutboxEvent
from openedx_catalog_publisher.outbox.relay import Relayed, relay
from tests.factories import SYSTEM, publish_now
from tests.outbox.recording import Recording
from tests.races.catalog import Catalog
from tests.races.pairs import Pair, Round, both
from tests.races.stage import Command, Outcome

EVERYTHING = f"{__name__}.Everything"


class Everything(Recording):
    """Asks for events of all kinds."""

    name = "everything"
    kinds = tuple(EventKind)


def make_history(race: Round) -> None:
    """Let several things happen to one run and its course, with everything before relayed."""
    relay()
    Recording.reset()
    course, run = race.item.course, race.item.runs[0]
    publish_now(Selection.of([course], [run]))
    update_run(SYSTEM, run, {"end": f"2032-01-{1 + race.number % 28:02}T00:00:00Z"})
    unpublish(SYSTEM, Selection.of(runs=[run]), reason="tests")


def audit_deliveries(race: Round) -> None:
    """
    Check what came of all events of a round: handed over exactly once, in order per object, and noted as done.

    Raises:
        AssertionError: when it is not so.
    """
    assert not OutboxEvent.objects.filter(routed=False).exists(), "events are not routed"
    assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists(), "deliveries are not done"
    own = [str(race.item.course), *map(str, race.item.runs)]
    handed = [event for event in Recording.handed if event.object_code in own]
    by_object = defaultdict(list)
    for event in handed:
        by_object[event.object_code].append(event.sequence)
    for code, sequences in by_object.items():
        first = sequences[0]
        assert sequences == list(range(first, first + len(sequences))), f"{code} came as {sequences}"
        last = OutboxEvent.objects.filter(object_code=code).order_by("-sequence").values_list("sequence", flat=True)[0]
        assert sequences[-1] == last, f"{code} came up to {sequences[-1]} of {last}"
    attempts = set(Delivery.objects.filter(object_code__in=own).values_list("attempts", flat=True))
    assert attempts == {1}, f"attempts are {attempts}"


class RelayTwice(Pair):
    """Two relays meet over the events of a course and its run."""

    name = "relay_outbox / relay_outbox"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        make_history(race)
        return relay, relay

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        audit_deliveries(race)
        found: Sequence[Relayed] = (one.result, two.result)
        assert sum(done.delivered for done in found) == len(Recording.handed)
        assert sum(done.failed + done.dead for done in found) == 0
        return "all by one" if 0 in {done.delivered for done in found} else "shared"


class RelayPublish(Pair):
    """A relay hands over events of a run while the next ones are committed."""

    name = "relay_outbox / publish"

    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        make_history(race)
        return relay, lambda: publish_now(Selection.of(runs=[race.item.runs[0]]))

    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        both(one, two)
        later = relay().delivered
        audit_deliveries(race)
        return "the next relay had more to do" if later else "all in one go"


PAIRS: tuple[type[Pair], ...] = (RelayTwice, RelayPublish)
