"""Relays at one moment with others: every event is handed over once, in the order of its object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from openedx_catalog_publisher.outbox import record
from tests.races.catalog import Catalog
from tests.races.pairs import Pair
from tests.races.relay_pairs import EVERYTHING, PAIRS
from tests.races.runner import check, run
from tests.races.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]


@pytest.fixture(autouse=True)
def relay_by_hand(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay is what the players run, and not what a command starts when it is committed."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [EVERYTHING]
    monkeypatch.setattr(record, "start_relay_on_commit", lambda: None)


@pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.name) for pair in PAIRS])
def test_nothing_is_lost_doubled_or_overtaken_between_a_relay_and_another(
    pair: type[Pair],
    catalog: Catalog,
    stage: Stage,
    rounds: int,
    record_race: Callable[[dict[str, object]], None],
) -> None:
    tally = stage.direct(lambda: run(pair(), catalog, stage, rounds))

    record_race(tally.as_data())
    check(tally, rounds)
