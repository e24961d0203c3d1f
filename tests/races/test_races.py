"""Two commands at one moment: nothing is lost, doubled, half done, or answered with an error of the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.races import api_pairs, editing_pairs, publishing_pairs, review_pairs, rights_pairs, upkeep_pairs
from tests.races.catalog import Catalog
from tests.races.pairs import Pair
from tests.races.runner import check, run
from tests.races.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.mysql, pytest.mark.slow]

PAIRS = (
    *publishing_pairs.PAIRS,
    *editing_pairs.PAIRS,
    *review_pairs.PAIRS,
    *upkeep_pairs.PAIRS,
    *rights_pairs.PAIRS,
    *api_pairs.PAIRS,
)


@pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.name) for pair in PAIRS])
def test_nothing_goes_wrong_between_two_commands(
    pair: type[Pair],
    catalog: Catalog,
    stage: Stage,
    rounds: int,
    record_race: Callable[[dict[str, object]], None],
) -> None:
    tally = stage.direct(lambda: run(pair(), catalog, stage, rounds))

    record_race(tally.as_data())
    check(tally, rounds)
