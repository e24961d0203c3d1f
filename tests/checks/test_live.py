"""A catalog that is written while it is checked: what a command moved between two statements is no finding."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from openedx_catalog_publisher.api import Selection, remove, update_course
from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.checks.findings import Finding
from openedx_catalog_publisher.checks.walk import READS, Heads, walk
from openedx_catalog_publisher.models import Course, UnitKind
from tests.checks.busy_catalog import BusyCatalog
from tests.factories import SYSTEM, make_course, publish_now


class Meanwhile:
    """Does something once, before the statement with a given number; counts all statements."""

    def __init__(self, number: int, act: Callable[[], Any]) -> None:
        self.number = number
        self.act = act
        self.count = 0
        self.acting = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.acting:
            self.count += 1
            if self.count == self.number:
                self.acting = True
                self.act()
                self.acting = False
        return execute(sql, params, many, context)


@contextmanager
def meanwhile(number: int, act: Callable[[], Any]) -> Iterator[Meanwhile]:
    """Do something before the statement with this number."""
    wrapper = Meanwhile(number, act)
    with connection.execute_wrapper(wrapper):
        yield wrapper


@pytest.mark.parametrize("invariants", [[1], [3, 4], [7], [10]])
def test_a_command_between_any_two_statements_is_no_finding(
    catalog: BusyCatalog, invariants: list[int], rounds: int
) -> None:
    made = catalog.equal
    counter = itertools.count()
    turns = itertools.cycle(
        [
            lambda: update_course(SYSTEM, made.course.uuid, {"title": f"Title {next(counter)}"}),
            lambda: publish_now(Selection.of([made.course.uuid], all_runs=True)),
            lambda: remove(SYSTEM, courses=[made.course.uuid], reason="Gone."),
            lambda: publish_now(Selection.of([made.course.uuid], all_runs=True)),
            make_course,
        ]
    )
    with meanwhile(0, lambda: None) as statements:
        assert list(check_catalog(invariants)) == []
    for number in range(1, statements.count + 1, max(1, statements.count // rounds)):
        with meanwhile(number, next(turns)):
            assert list(check_catalog(invariants)) == []


class TestWalk:
    def test_a_unit_that_moved_is_read_again_and_one_that_stood_still_is_not(self, catalog: BusyCatalog) -> None:
        moving, still = catalog.equal.course, catalog.draft.course
        read: list[set[str]] = []

        def check(kind: UnitKind, heads: Heads) -> Iterator[Finding]:
            keys = {head.key for head in heads.values()} & {moving.key, still.key}
            if keys:
                read.append(keys)
            if keys == {moving.key, still.key}:
                update_course(SYSTEM, moving.uuid, {"title": "Moved"})
            for unit in (still, moving):
                if unit.uuid in heads:
                    yield Finding(0, "found", unit.key, f"Revision {heads[unit.uuid].revision}.", unit.uuid)

        revision = Course.drafts.get(uuid=moving.uuid).revision
        assert [(finding.key, finding.message) for finding in walk(check)] == [
            (still.key, f"Revision {still.revision}."),
            (moving.key, f"Revision {revision + 1}."),
        ]
        assert read == [{moving.key, still.key}, {moving.key}]

    def test_a_unit_that_never_stands_still_is_not_judged(self, catalog: BusyCatalog) -> None:
        unit = catalog.draft.course
        reads = 0

        def check(kind: UnitKind, heads: Heads) -> Iterator[Finding]:
            nonlocal reads
            if unit.uuid in heads:
                reads += 1
                update_course(SYSTEM, unit.uuid, {"title": f"Title {reads}"})
                yield Finding(0, "found", unit.key, "Found.", unit.uuid)

        assert list(walk(check)) == []
        assert reads == READS
