"""The servers for tests: there while the command runs, gone when it ends."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

import pytest

from scripts import with_servers

SCRIPT = Path(with_servers.__file__).resolve()
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


def test_a_program_that_is_missing_is_named_with_the_package_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(with_servers, "PACKAGES", {"no-such-server": "no-such-package"})

    with pytest.raises(with_servers.ServerError) as failure:
        with_servers.program("no-such-server", "nor-this-one")

    assert str(failure.value) == (
        "no-such-server is not installed. On Debian or Ubuntu run this script with --install as root, "
        "or install no-such-package by hand."
    )


def test_the_first_program_that_is_installed_is_taken() -> None:
    assert with_servers.program("no-such-server", "sh") == shutil.which("sh")


def test_installing_does_nothing_where_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(with_servers, "PACKAGES", {"sh": "dash"})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with_servers.install_missing()


def test_who_may_not_install_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(with_servers, "PACKAGES", {"sh": "dash", "no-such-server": "no-such-package"})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(with_servers.ServerError) as failure:
        with_servers.install_missing()

    assert str(failure.value) == (
        "Missing: no-such-package. Installing them takes apt-get and root; please install them."
    )


def test_a_browser_that_cannot_be_installed_is_said_and_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(with_servers, "BROWSER", {"sh": "dash", "no-such-browser": "no-such-package"})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with_servers.install_browser()

    assert capsys.readouterr().err == "with_servers: without no-such-package the tests in a browser are skipped.\n"


def test_a_server_that_ends_at_once_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    command = [sys.executable, "-c", f"open({str(log)!r}, 'w').write('no room on the disk'); raise SystemExit(3)"]

    with (
        pytest.raises(with_servers.ServerError, match=r"^Sample ended with status 3\.\nno room on the disk$"),
        with_servers._running(command, "Sample", with_servers.free_port(), log),
    ):
        pytest.fail("the server is not there")
