"""What the race and the crash tests share: a database with commits, courses, and threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from pytest_django.plugin import DjangoDbBlocker

from tests.races.catalog import Catalog
from tests.races.database import swept
from tests.races.stage import Stage


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """
    The database, open to threads beside the test, swept when the module has ended.

    Tests are marked ``django_db`` besides: by that mark pytest-django knows that it has to make the test database.
    """
    if not connection.settings_dict["NAME"].startswith(TEST_DATABASE_PREFIX):
        pytest.fail("This is not the test database: mark the tests of this module with django_db.")
    with django_db_blocker.unblock(), swept():
        yield


@pytest.fixture(scope="module")
def catalog(committed: None) -> Catalog:
    """What rounds play on."""
    return Catalog()


@pytest.fixture(scope="module")
def stage(committed: None) -> Iterator[Stage]:
    """The two players."""
    with Stage() as players:
        yield players
