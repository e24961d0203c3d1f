"""A busy catalog for each test: made once, and rolled back to."""

from __future__ import annotations

import pytest

from tests.checks.busy_catalog import BusyCatalog, make_busy_catalog


@pytest.fixture
def catalog(db: None) -> BusyCatalog:
    """Return a catalog in which everything happened."""
    return make_busy_catalog()
