"""Clients that are logged in to the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from openedx_catalog_publisher.models import RoleName
from tests.factories import grant, make_user


def logged_in(user: Any) -> Client:
    """Return a client in whose session a user is logged in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff() -> Client:
    """A client of a member of staff, who holds no catalog role."""
    return logged_in(make_user("staff", is_staff=True))


@pytest.fixture
def superuser() -> Client:
    """A client of a superuser."""
    return logged_in(make_user("root", is_staff=True, is_superuser=True))


@pytest.fixture
def administrator() -> Client:
    """A client of a member of staff who is a catalog administrator, and so publishes without review."""
    user = make_user("keeper", is_staff=True)
    grant(user, RoleName.CATALOG_ADMIN)
    return logged_in(user)
