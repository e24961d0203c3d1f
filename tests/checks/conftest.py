"""A busy catalog for the tests of this folder: made once, and what a test breaks is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.checks.busy_catalog import BusyCatalog, make_busy_catalog


@pytest.fixture(scope="package")
def stored_catalog(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[BusyCatalog]:
    """Keep a catalog in which everything happened, for all tests of this folder, and undo it after them."""
    block = transaction.atomic()
    # As Django's own TestCase marks its transactions: for commands, this one does not count.
    block._from_testcase = True
    with django_db_blocker.unblock(), block:
        yield make_busy_catalog()
        transaction.set_rollback(True)


@pytest.fixture
def catalog(stored_catalog: BusyCatalog, db: None) -> BusyCatalog:
    """Return a catalog in which everything happened, for one test to break."""
    return stored_catalog
