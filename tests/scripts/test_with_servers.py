"""The servers for tests: there while the command runs, gone when it ends."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

import pytest

SCRIPT = Path(__file__).resolve().parent.parent.parent / "scripts" / "with_servers.py"
SBIN = "/usr/sbin:/usr/local/sbin:/sbin"

servers_are_installed = all(
    shutil.which(name) or shutil.which(name, path=SBIN) for name in ("mariadbd", "mariadb-install-db", "redis-server")
)
needs_servers = pytest.mark.skipif(not servers_are_installed, reason="MariaDB and Redis are not installed")

# What the command finds: its environment, and whether something listens where that leads.
LOOK_AROUND = """
import json, os, socket, sys
found = {k: v for k, v in os.environ.items() if k.startswith("CATALOG_")}
for host, port in [(found["CATALOG_DB_HOST"], found["CATALOG_DB_PORT"]), found["CATALOG_REDIS_URL"][8:-2].split(":")]:
    socket.create_connection((host, int(port)), timeout=5).close()
print(json.dumps(found))
sys.exit(7)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0


@pytest.mark.slow
@needs_servers
def test_the_command_finds_both_servers_and_its_status_is_handed_on_and_then_they_are_gone() -> None:
    finished = run("--", sys.executable, "-c", LOOK_AROUND)

    assert (finished.returncode, finished.stderr) == (7, "")
    found = json.loads(finished.stdout)
    redis = urlparse(found["CATALOG_REDIS_URL"])
    assert (found["CATALOG_DB_ENGINE"], found["CATALOG_DB_HOST"], redis.hostname) == ("mysql", "127.0.0.1", "127.0.0.1")
    assert redis.port is not None
    assert not listens("127.0.0.1", int(found["CATALOG_DB_PORT"]))
    assert not listens("127.0.0.1", redis.port)


def test_without_a_command_it_starts_nothing() -> None:
    finished = run()

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
