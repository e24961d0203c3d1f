"""What tests of the demo start from."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from demo.accounts import ACCOUNTS
from tests.factories import make_organization


@pytest.fixture
def client() -> Client:
    """A visitor, who reaches the server by its address on this machine."""
    return Client(SERVER_NAME="127.0.0.1")


@pytest.fixture
def demo_mode(settings: Any) -> Any:
    """Settings as those of `make run`, under which one may be anybody by a click."""
    settings.CATALOG_DEMO = True
    settings.DEBUG = True
    settings.LOGIN_URL = "home"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    return settings


@pytest.fixture
def demo_users(db: None) -> None:
    """The people of the demo, and their organizations."""
    for key in sorted({account.organization for account in ACCOUNTS if account.organization}):
        make_organization(key)
    call_command("create_demo_users", verbosity=0, stdout=None)
