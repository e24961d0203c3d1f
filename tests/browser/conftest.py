"""A browser for the tests of this folder, which are skipped where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from selenium import webdriver

from tests.browser.chromium import Window, chromium, missing

LogIn = Callable[[Any], Window]
"""Returns the window, in which a user is logged in."""


@pytest.fixture(scope="session")
def shared_connection(django_db_setup: None) -> Iterator[None]:
    """
    Let threads of the server close the connection that they share with the tests.

    A browser keeps its connections to the server from one test to the next, so their threads end at any time. SQLite's
    database in memory is one connection for all; others have one for each thread, which this does not concern.
    """
    connection.inc_thread_sharing()
    yield
    connection.dec_thread_sharing()


@pytest.fixture(scope="session")
def driver(
    tmp_path_factory: pytest.TempPathFactory, shared_connection: None, live_server: Any
) -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests of a process; it ends before the server does."""
    if missing():
        pytest.skip(f"needs {missing()}: `make servers` installs it on Debian")
    with chromium(tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture
def log_in(driver: webdriver.Chrome, live_server: Any) -> LogIn:
    """Log users in to the review's site."""

    def logged_in(user: Any) -> Window:
        client = Client()
        client.force_login(user)
        window = Window(driver, live_server.url)
        window.log_in(client.cookies["sessionid"].value)
        return window

    return logged_in
