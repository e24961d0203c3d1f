"""
Run a command with a MariaDB and a Redis of its own beside it, and stop both when it ends.

    python scripts/with_servers.py [--install] -- COMMAND [ARGUMENT ...]

Both servers keep their data in a temporary folder, listen on free ports of 127.0.0.1 only, and are stopped by their
process ids, also when the command fails or is interrupted. The exit status is the command's. The command finds them in
its environment:

``CATALOG_DB_ENGINE``, ``CATALOG_DB_HOST``, ``CATALOG_DB_PORT``, ``CATALOG_DB_USER``, ``CATALOG_DB_PASSWORD``,
``CATALOG_DB_NAME``
    MariaDB, as ``demo/databases.py`` reads them. The schema exists and is empty.
``CATALOG_REDIS_URL``
    Redis, for example ``redis://127.0.0.1:40001/0``.

``--install`` first installs the servers, and what compiling the database driver needs, where they are missing; and the
browser in which pages are tested, where the distribution has it. That takes a Debian or Ubuntu machine and its
administrator; elsewhere install them by hand. MySQL serves in the place of MariaDB: set the variables yourself and run
the command without this script.

Only the standard library is used, so that any Python 3.11 or later runs it.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

SCHEMA = "openedx_catalog"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
# Debian keeps servers where only the administrator's PATH looks.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/sbin"])

PACKAGES = {
    "mariadbd": "mariadb-server",
    "redis-server": "redis-server",
    "mariadb_config": "libmariadb-dev",
    "gcc": "gcc",
    "pkg-config": "pkg-config",
}

# Ubuntu has no such packages. Without a browser its tests are skipped, so what cannot be installed is no error.
BROWSER = {"chromium": "chromium", "chromedriver": "chromium-driver"}


class ServerError(Exception):
    """A server that cannot be installed, started or reached; its text is for whoever ran the script."""


def program(*names: str) -> str:
    """Return the path of the first of ``names`` that is installed. Raises ServerError when none is."""
    for name in names:
        path = shutil.which(name, path=SEARCH_PATH)
        if path is not None:
            return path
    raise ServerError(
        f"{names[0]} is not installed. On Debian or Ubuntu run this script with --install as root, "
        f"or install {PACKAGES.get(names[0], names[0])} by hand."
    )


def install_missing() -> None:
    """
    Install with apt-get what is missing of the servers and of what the database driver is compiled with.

    Does nothing where nothing is missing. Raises ServerError without apt-get or without the rights to use it.
    """
    missing = [package for name, package in PACKAGES.items() if shutil.which(name, path=SEARCH_PATH) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise ServerError(
            f"Missing: {', '.join(missing)}. Installing them takes apt-get and root; please install them."
        )
    # Without this Debian starts a server of its own for each package, on the usual port.
    with _services_kept_from_starting():
        try:
            _apt_get("update", "-q")
            _apt_get("install", "-y", "-q", "--no-install-recommends", *missing)
        except subprocess.CalledProcessError as error:
            raise ServerError(f"apt-get failed; please install {', '.join(missing)} by hand.") from error


def install_browser() -> None:
    """Install with apt-get the browser in which pages are tested; where that is not possible, say so and go on."""
    missing = [package for name, package in BROWSER.items() if shutil.which(name, path=SEARCH_PATH) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.stderr.write(f"with_servers: without {', '.join(missing)} the tests in a browser are skipped.\n")
        return
    try:
        _apt_get("update", "-q")
        _apt_get("install", "-y", "-q", "--no-install-recommends", *missing)
    except subprocess.CalledProcessError:
        sys.stderr.write(f"with_servers: {', '.join(missing)} cannot be installed; tests in a browser are skipped.\n")


def _apt_get(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], check=True, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603, S607


@contextmanager
def _services_kept_from_starting() -> Iterator[None]:
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on. Another process may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mariadb(folder: Path) -> Iterator[dict[str, str]]:
    """
    Run MariaDB with its data in ``folder``, and yield the environment variables that lead to it.

    It speaks utf8mb4 and runs transactions at READ COMMITTED, as the plugin is designed for. What it writes need not
    survive a crash of the machine, so it does not wait for the disk. Raises ServerError when it does not start.
    """
    data, socket_file, log = folder / "data", folder / "mariadb.sock", folder / "mariadb.log"
    # Started by root, the server wants to be told that this is meant.
    as_user = ["--user=root"] if os.geteuid() == 0 else []
    _run_quietly(
        program("mariadb-install-db", "mysql_install_db"),
        "--no-defaults",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        *as_user,
    )
    port = free_port()
    command = [
        program("mariadbd", "mysqld"),
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={socket_file}",
        f"--pid-file={folder / 'mariadb.pid'}",
        f"--log-error={log}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_unicode_ci",
        "--transaction-isolation=READ-COMMITTED",
        "--innodb-buffer-pool-size=256M",
        "--innodb-log-file-size=128M",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
        "--innodb-lock-wait-timeout=10",
        "--innodb-print-all-deadlocks=ON",
        "--skip-log-bin",
        "--max-connections=200",
        *as_user,
    ]
    with _running(command, "MariaDB", port, log):
        _run_quietly(
            program("mariadb", "mysql"),
            "--no-defaults",
            f"--socket={socket_file}",
            "--user=root",
            f"--execute=CREATE DATABASE {SCHEMA} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
            "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY '';"
            "GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;",
        )
        yield {
            "CATALOG_DB_ENGINE": "mysql",
            "CATALOG_DB_HOST": "127.0.0.1",
            "CATALOG_DB_PORT": str(port),
            "CATALOG_DB_USER": "root",
            "CATALOG_DB_PASSWORD": "",
            "CATALOG_DB_NAME": SCHEMA,
        }


@contextmanager
def redis(folder: Path) -> Iterator[dict[str, str]]:
    """Run Redis with nothing kept on disk, and yield CATALOG_REDIS_URL. Raises ServerError when it does not start."""
    port, log = free_port(), folder / "redis.log"
    command = [
        program("redis-server", "valkey-server"),
        *("--bind", "127.0.0.1"),
        *("--port", str(port)),
        *("--dir", str(folder)),
        *("--logfile", str(log)),
        *("--save", ""),
        *("--appendonly", "no"),
    ]
    with _running(command, "Redis", port, log):
        yield {"CATALOG_REDIS_URL": f"redis://127.0.0.1:{port}/0"}


@contextmanager
def _running(command: Sequence[str], name: str, port: int, log: Path) -> Iterator[None]:
    # A session of its own, so that Ctrl-C reaches the command first and the server is stopped in order.
    process = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_until_it_listens(process, name, port, log)
        yield
    finally:
        _stop(process)


def _wait_until_it_listens(process: subprocess.Popen[bytes], name: str, port: int, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"{name} ended with status {process.returncode}.\n{_tail(log)}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise ServerError(f"{name} does not answer after {SECONDS_TO_START} seconds.\n{_tail(log)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _run_quietly(*command: str) -> None:
    finished = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603
    if finished.returncode != 0:
        raise ServerError(f"{Path(command[0]).name} failed:\n{finished.stdout}{finished.stderr}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else "It wrote no log."


def _interrupt(signum: int, frame: object) -> None:
    """Turn a request to end into an exception, so that the servers are stopped on the way out."""
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Start the servers, run the command, stop the servers, and return the command's exit status."""
    parser = argparse.ArgumentParser(description="Run a command with a MariaDB and a Redis of its own.")
    parser.add_argument("--install", action="store_true", help="install missing servers with apt-get (as root)")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="the command and its arguments, after --")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if options.install:
            install_missing()
            install_browser()
        if not options.command:
            return 0
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="catalog-servers-")))
            environment = stack.enter_context(mariadb(folder)) | stack.enter_context(redis(folder))
            return subprocess.run(options.command, check=False, env={**os.environ, **environment}).returncode  # noqa: S603
    except ServerError as error:
        sys.stderr.write(f"with_servers: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
