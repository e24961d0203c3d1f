"""Two commands at one moment: nothing is lost, doubled, half done, or answered with an error of the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openedx_catalog_publisher.api import verify_log
from tests.races import editing_pairs, publishing_pairs, upkeep_pairs
from tests.races.catalog import Catalog
from tests.races.pairs import Pair
from tests.races.runner import run
from tests.races.stage import Stage
from tests.races.table import PROPERTY

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

PAIRS = (*publishing_pairs.PAIRS, *editing_pairs.PAIRS, *upkeep_pairs.PAIRS)


@pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.name) for pair in PAIRS])
def test_nothing_goes_wrong_between_two_commands(
    pair: type[Pair],
    catalog: Catalog,
    stage: Stage,
    rounds: int,
    machine: str,
    record_property: Callable[[str, object], None],
) -> None:
    tally = stage.direct(lambda: run(pair(), catalog, stage, rounds))

    record_property(PROPERTY, tally.as_data() | {"machine": machine, "order": PAIRS.index(pair)})
    if tally.failures:
        pytest.fail("\n\n".join(tally.failures), pytrace=False)
    assert tally.busy == 0
    assert tally.rounds == rounds


def test_the_whole_log_verifies_afterwards(committed: None) -> None:
    # Seals are over all units, so they are verified once and not after each batch of rounds.
    assert list(verify_log()) == []
