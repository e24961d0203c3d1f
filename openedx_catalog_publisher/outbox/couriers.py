"""
Couriers side by side: one that waits for an answer keeps no other waiting.

Leases are taken, and results noted, in the relay's own thread; the threads beside it do nothing but what is outside, so
they need no connection to the database.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from openedx_catalog_publisher.models import Delivery
from openedx_catalog_publisher.outbox.attempts import Relayed, note_done, note_failed
from openedx_catalog_publisher.outbox.consumers import Courier, Errand, NothingToDo
from openedx_catalog_publisher.outbox.leases import Due, due_deliveries, take

BATCH = 50

SIDE_BY_SIDE = 8
"""How many couriers one relay lets run at once."""

SPELL_SECONDS = 10.0
"""After so long no further errand is begun, so that the relay looks after its other consumers again."""


@dataclass(frozen=True)
class _Bag:
    """What one courier has before it."""

    courier: Courier
    waiting: deque[Due]


@dataclass(frozen=True)
class _Way:
    """An errand that a courier is on."""

    bag: _Bag
    delivery: Delivery
    errand: Errand


def send_couriers(couriers: Sequence[Courier], done: Relayed, limit: int | None) -> int:
    """
    Attempt the next deliveries to couriers, a few couriers at once, each with one event at a time.

    Arguments:
        couriers: those that can run here.
        done: where it is counted.
        limit: how many deliveries are attempted at most, of all that ``done`` counts.

    Returns:
        How many deliveries were found due.
    """
    bags = [_Bag(courier, deque(due_deliveries(courier.name, BATCH))) for courier in couriers]
    found = sum(len(bag.waiting) for bag in bags)
    if not found:
        return 0
    idle = deque(bag for bag in bags if bag.waiting)
    until = time.monotonic() + SPELL_SECONDS
    under_way: dict[Future[None], _Way] = {}
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="catalog-courier") as pool:
        while idle or under_way:
            while idle and len(under_way) < SIDE_BY_SIDE:
                if time.monotonic() >= until or (limit is not None and done.attempts + len(under_way) >= limit):
                    idle.clear()
                    break
                way = _begin(idle.popleft(), done)
                if way is not None:
                    under_way[pool.submit(way.errand.run)] = way
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                way = under_way.pop(future)
                if _end(way, future, done):
                    idle.append(way.bag)
    return found


def _begin(bag: _Bag, done: Relayed) -> _Way | None:
    """Take the courier's next delivery that is still to be had, and make ready for it; None where there is none."""
    while bag.waiting:
        delivery = take(bag.waiting.popleft())
        if delivery is None:
            continue
        try:
            return _Way(bag, delivery, bag.courier.begin(delivery.event))
        # Whatever a consumer raises is its own; it is noted, and other deliveries go on.
        except Exception as error:  # noqa: BLE001
            if note_failed(delivery, error, done):
                return None
    return None


def _end(way: _Way, future: Future[None], done: Relayed) -> bool:
    """Note what came of a delivery; True where the courier may go on."""
    try:
        future.result()
        outcome = way.errand.finish()
    # Whatever a consumer raises is its own; it is noted, and other deliveries go on.
    except Exception as error:  # noqa: BLE001
        return not note_failed(way.delivery, error, done)
    note_done(way.delivery, done, outcome, reached=not isinstance(way.errand, NothingToDo))
    return True
