"""Which database the environment chooses."""

from pathlib import Path
from typing import Any

import pytest

from demo.databases import database_from_environment


@pytest.fixture(autouse=True)
def environment_that_names_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD", "SOCKET"):
        monkeypatch.delenv(f"CATALOG_DB_{name}", raising=False)


def shown(database: dict[str, Any], *keys: str) -> tuple[Any, ...]:
    return tuple(database[key] for key in keys)


def test_sqlite_in_the_given_file_is_the_default_and_locks_early() -> None:
    database = database_from_environment(Path("catalog.sqlite3"))

    assert shown(database, "ENGINE", "NAME", "ATOMIC_REQUESTS") == (
        "django.db.backends.sqlite3",
        "catalog.sqlite3",
        True,
    )
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_the_environment_may_name_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_DB_NAME", "other.sqlite3")

    assert database_from_environment(":memory:")["NAME"] == "other.sqlite3"


def test_mysql_is_reached_over_the_loopback_interface_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_DB_ENGINE", "mysql")

    database = database_from_environment(":memory:")

    assert shown(database, "ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD", "ATOMIC_REQUESTS") == (
        "django.db.backends.mysql",
        "openedx_catalog",
        "127.0.0.1",
        "3306",
        "root",
        "",
        True,
    )
    assert database["OPTIONS"]["isolation_level"] == "read committed"
    assert database["OPTIONS"]["charset"] == "utf8mb4"


def test_a_socket_goes_before_host_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ENGINE": "mysql", "SOCKET": "/run/a.sock", "HOST": "db.example.org", "PORT": "3307"}.items():
        monkeypatch.setenv(f"CATALOG_DB_{name}", value)

    assert shown(database_from_environment(":memory:"), "HOST", "PORT") == ("/run/a.sock", "")


def test_an_engine_that_is_not_supported_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_DB_ENGINE", "postgresql")

    with pytest.raises(ValueError, match=r"CATALOG_DB_ENGINE must be one of sqlite, mysql, not 'postgresql'"):
        database_from_environment(":memory:")
