"""Races with what reads the whole database, in a module of their own, so that there is little in it to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openedx_catalog_publisher.api import verify_log
from tests.races.catalog import Catalog
from tests.races.pairs import Pair
from tests.races.runner import check, run
from tests.races.stage import Stage
from tests.races.upkeep_pairs import WHOLE_DATABASE

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]


@pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.name) for pair in WHOLE_DATABASE])
def test_nothing_goes_wrong_beside_upkeep(
    pair: type[Pair],
    catalog: Catalog,
    stage: Stage,
    rounds: int,
    record_race: Callable[[dict[str, object]], None],
) -> None:
    tally = stage.direct(lambda: run(pair(), catalog, stage, rounds))

    record_race(tally.as_data())
    check(tally, rounds)
    # Seals are over all units; the audit of a batch does not verify them.
    assert list(verify_log()) == []
