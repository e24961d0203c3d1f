"""
The ports of the demo, which ``make run`` chooses and every other command finds again.

=======================  ========================================================
Variable                 Meaning
=======================  ========================================================
``CATALOG_PORT``         of the demo's own server, 8000 where nobody says otherwise
``CATALOG_STUDIO_PORT``  of the stand-in for Studio, likewise 8001
=======================  ========================================================
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"
FILE = "ports.json"
LARGEST = 65_535


@dataclass(frozen=True)
class Ports:
    """
    Ports of the loopback interface.

    Attributes:
        server: of the demo's own server.
        studio: of the stand-in for Studio.
    """

    server: int = 8000
    studio: int = 8001


VARIABLES = {"server": "CATALOG_PORT", "studio": "CATALOG_STUDIO_PORT"}


def ports(var: Path) -> Ports:
    """
    Return the ports that the environment names, else those of the last ``make run``, else the usual ones.

    Arguments:
        var: the folder in which the demo keeps what it creates.

    Raises:
        ValueError: for a variable that names no port.
    """
    kept = {}
    with suppress(FileNotFoundError):
        kept = json.loads((var / FILE).read_text(encoding="ascii"))
    named = {name: _port(variable) for name, variable in VARIABLES.items() if os.environ.get(variable)}
    return Ports(**{**kept, **named})


def keep(chosen: Ports, var: Path) -> None:
    """Let commands that are run in other terminals find these ports."""
    (var / FILE).write_text(json.dumps(asdict(chosen)), encoding="ascii")


def is_free(port: int) -> bool:
    """Tell whether a server can be started on a port."""
    with socket.socket() as probe:
        # As servers do it: connections of one that has ended do not stand in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int, seconds: float = 0.5) -> bool:
    """Tell whether somebody listens on a port, as far as that shows in so many seconds."""
    try:
        socket.create_connection((HOST, port), timeout=seconds).close()
    except OSError:
        return False
    return True


def _port(variable: str) -> int:
    text = os.environ[variable]
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= LARGEST:
        raise ValueError(f"{variable} must be a port, a number from 1 to {LARGEST}, not {text!r}.")
    return int(text)
