"""A catalog that only commands wrote breaks no invariant; checking it writes nothing and takes few statements."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from openedx_catalog_publisher.checks.catalog import INVARIANTS, check_catalog
from tests.checks.busy_catalog import BusyCatalog
from tests.factories import make_course


def test_a_busy_catalog_breaks_nothing(catalog: BusyCatalog) -> None:
    assert list(check_catalog()) == []


def test_the_invariants_are_those_that_can_be_checked_today() -> None:
    assert list(INVARIANTS) == [1, 2, 3, 4, 5, 6, 7, 10]


def test_only_reading_statements_are_run_and_not_more_for_more_units(catalog: BusyCatalog) -> None:
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert list(check_catalog()) == []
        return [query["sql"] for query in queries]

    before = statements()
    assert {sql.split()[0] for sql in before} == {"SELECT"}
    assert not any("FOR UPDATE" in sql for sql in before)
    for _ in range(5):
        make_course(runs=2)
    assert len(statements()) == len(before)
