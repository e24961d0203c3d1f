"""
The database of the demo project and of the tests, chosen by environment variables.

=======================  =======================================================================================
Variable                 Meaning
=======================  =======================================================================================
``CATALOG_DB_ENGINE``    ``sqlite`` (default) or ``mysql``, which serves MySQL and MariaDB alike
``CATALOG_DB_NAME``      file of the SQLite database, or name of the MySQL schema (default ``openedx_catalog``)
``CATALOG_DB_SOCKET``    Unix socket of the MySQL server; where it is given, host and port are not used
``CATALOG_DB_HOST``      default 127.0.0.1
``CATALOG_DB_PORT``      default 3306
``CATALOG_DB_USER``      default root
``CATALOG_DB_PASSWORD``  default empty
=======================  =======================================================================================
"""

import os
from pathlib import Path
from typing import Any

ENGINES = ("sqlite", "mysql")


def database_from_environment(sqlite_file: Path | str) -> dict[str, Any]:
    """
    Return the entry of DATABASES that the environment asks for.

    ``sqlite_file`` is where the SQLite database is kept unless ``CATALOG_DB_NAME`` says otherwise (":memory:" is one of
    the answers). Raises ValueError for an engine that is neither of the two.

    As in the platform, requests are atomic and MySQL is strict and speaks utf8mb4. The commands are designed for READ
    COMMITTED, and SQLite begins its transactions IMMEDIATE, since a transaction that reads first and writes later could
    not wait for another writer.
    """
    engine = os.environ.get("CATALOG_DB_ENGINE", "sqlite")
    if engine not in ENGINES:
        raise ValueError(f"CATALOG_DB_ENGINE must be one of {', '.join(ENGINES)}, not {engine!r}")
    if engine == "mysql":
        return _mysql()
    return _sqlite(os.environ.get("CATALOG_DB_NAME", str(sqlite_file)))


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _mysql() -> dict[str, Any]:
    socket = os.environ.get("CATALOG_DB_SOCKET")
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": os.environ.get("CATALOG_DB_NAME", "openedx_catalog"),
        # Django hands a host that begins with a slash to the driver as a Unix socket.
        "HOST": socket or os.environ.get("CATALOG_DB_HOST", "127.0.0.1"),
        "PORT": "" if socket else os.environ.get("CATALOG_DB_PORT", "3306"),
        "USER": os.environ.get("CATALOG_DB_USER", "root"),
        "PASSWORD": os.environ.get("CATALOG_DB_PASSWORD", ""),
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            "init_command": "SET sql_mode='STRICT_TRANS_TABLES'",
        },
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
    }
