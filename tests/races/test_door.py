"""Two clients of Discovery's door at one moment: nothing is lost, half done, or decided that nobody saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from tests.races import door_pairs, stale_page_pairs
from tests.races.catalog import Catalog
from tests.races.pairs import Pair
from tests.races.runner import check, run
from tests.races.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

PAIRS = (*door_pairs.PAIRS, *stale_page_pairs.PAIRS)


@pytest.fixture(autouse=True)
def connections_last(settings: Any) -> Iterator[None]:
    """A player's connection outlasts a request, and nobody counts how often one asks."""
    settings.CATALOG_PUBLISHER_THROTTLE_RATES = dict.fromkeys(("anonymous", "user", "staff"))
    with patch.dict(connection.settings_dict, {"CONN_MAX_AGE": None}):
        yield


@pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.name) for pair in PAIRS])
def test_nothing_goes_wrong_between_two_clients(
    pair: type[Pair],
    catalog: Catalog,
    stage: Stage,
    rounds: int,
    record_race: Callable[[dict[str, object]], None],
) -> None:
    tally = stage.direct(lambda: run(pair(), catalog, stage, rounds))

    record_race(tally.as_data())
    check(tally, rounds)
