"""Stages that the tests of this folder share: made once, and what a test does to them is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.module_data import kept_for_module
from tests.review.stage import Stage, set_stage


@pytest.fixture(scope="package")
def stored_stages(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Stage, Stage]]:
    """Keep a course that was never published, and one whose first run is live; each has two runs."""
    with kept_for_module(django_db_blocker):
        first, second = set_stage(runs=2), set_stage(runs=2)
        second.go_live()
        yield first, second


@pytest.fixture
def stage(stored_stages: tuple[Stage, Stage], db: None) -> Stage:
    """Return a complete course with two runs that was never published."""
    return stored_stages[0]


@pytest.fixture
def live(stored_stages: tuple[Stage, Stage], db: None) -> Stage:
    """Return a course that is live with its first run; the second was never published."""
    return stored_stages[1]
