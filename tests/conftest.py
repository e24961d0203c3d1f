"""
What the whole suite shares: how many rounds its random tests run, and what is skipped where a server is missing.

Race, crash and property tests take their number of rounds from one option, ``--rounds``; few by default, so that the
suite stays quick, and as many as one has time for on demand.
"""

import os
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

DEFAULT_ROUNDS = 10
# Whole pages are made and read there: the suite on servers does that, and `make test` stays short.
SCREENS = tuple(Path(__file__).parent / name for name in ("admin", "demo"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare ``--rounds``."""
    parser.addoption(
        "--rounds",
        type=int,
        default=DEFAULT_ROUNDS,
        help=f"rounds of each race, crash and property test (default {DEFAULT_ROUNDS})",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let Hypothesis try as many examples as there are rounds; a slow machine is not a failure."""
    hypothesis_settings.register_profile(
        "rounds",
        max_examples=config.getoption("--rounds"),
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    hypothesis_settings.load_profile("rounds")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Call screens slow, and skip what needs a server that the environment does not name, and say which."""
    needs_mysql = pytest.mark.skip(reason="needs MySQL or MariaDB: run it with scripts/with_servers.py")
    needs_redis = pytest.mark.skip(reason="needs Redis: run it with scripts/with_servers.py")
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in SCREENS):
            item.add_marker(pytest.mark.slow)
        if "mysql" in item.keywords and connection.vendor != "mysql":
            item.add_marker(needs_mysql)
        if "redis" in item.keywords and "CATALOG_REDIS_URL" not in os.environ:
            item.add_marker(needs_redis)


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> int:
    """How many rounds a race or crash test runs."""
    return int(pytestconfig.getoption("--rounds"))
