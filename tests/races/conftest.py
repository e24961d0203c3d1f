"""Fixtures of the races."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.races.fixtures import catalog, committed, stage
from tests.races.table import RACE, machine_in_words

__all__ = ["catalog", "committed", "stage"]


@pytest.fixture
def record_race(
    record_property: Callable[[str, object], None], django_db_blocker: DjangoDbBlocker
) -> Callable[[dict[str, object]], None]:
    """Hand the tally of a pair to the table, from whichever process it was run in."""

    def record(tally: dict[str, object]) -> None:
        with django_db_blocker.unblock():
            record_property(RACE, tally | {"machine": machine_in_words()})

    return record
