"""One HTTP request to one address that was checked: no redirects, no proxies, a time limit for all of it."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from openedx_catalog_publisher.consumers.webhooks.addresses import AddressRefused, Target, resolved, target_of

LARGEST_ANSWER = 4_096
"""Bytes of an answer that are read; what it says beyond is nobody's concern."""

LONGEST_ANSWER = 1_000
"""Characters of an answer that are kept."""

LONGEST_ERROR = 500


@dataclass(frozen=True)
class Answer:
    """
    What came of a request.

    Attributes:
        status: the HTTP status; None where no answer came.
        text: the beginning of the answer.
        error: why no answer came; empty where one did.
        retry_after: the header of that name, or empty.
        milliseconds: how long it took.
    """

    status: int | None
    text: str = ""
    error: str = ""
    retry_after: str = ""
    milliseconds: int = 0


@dataclass
class _Line:
    """
    The connection's end here, by which it is cut when the time is over.

    A time-out of a socket starts anew with every byte that arrives, so it bounds nothing.
    """

    addresses: Sequence[str]
    port: int
    until: float
    end: socket.socket | None = field(default=None)
    cut: bool = False

    def connect(self) -> socket.socket:
        """Connect to the first of the addresses that takes it. Raises OSError where none does."""
        failure: OSError = TimeoutError("timed out")
        for address in self.addresses:
            left = self.until - time.monotonic()
            if left <= 0:
                break
            try:
                made = socket.create_connection((address, self.port), timeout=left)
            except OSError as error:
                failure = error
                continue
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Of its own, since TLS takes the socket over.
            self.end = made.dup()
            return made
        raise failure

    def hang_up(self) -> None:
        """Cut the connection, whatever it is doing."""
        self.cut = True
        if self.end is not None:
            try:
                self.end.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The other side was faster.
                return


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
    """
    Post a body. The name is looked up once, each address that it has is checked, and one of these is connected to.

    Arguments:
        url: where to.
        body: what.
        headers: with which headers.
        seconds: how long all of it may take.

    Returns:
        What was answered, or why nothing was; nothing that goes wrong outside is raised.
    """
    begun = time.monotonic()

    def took() -> int:
        return round((time.monotonic() - begun) * 1000)

    try:
        target = target_of(url)
        line = _Line(resolved(target), target.port, begun + seconds)
    except (AddressRefused, OSError) as error:
        return Answer(None, error=_told(error), milliseconds=took())
    timer = threading.Timer(max(line.until - time.monotonic(), 0), line.hang_up)
    timer.daemon = True
    timer.start()
    connection = _connection(target, line, seconds)
    try:
        # Not preloaded: how much is read is said below.
        connection.request("POST", target.path, body=body, headers=dict(headers), preload_content=False)
        answer = connection.getresponse()
        if line.cut:
            # Headers that were cut off read like headers that end.
            return Answer(None, error=_too_late(seconds), milliseconds=took())
        text = _beginning(answer)
        return Answer(answer.status, text, retry_after=answer.headers.get("Retry-After", ""), milliseconds=took())
    except (HTTPError, OSError, ValueError) as error:
        told = _too_late(seconds) if line.cut or isinstance(error, TimeoutError) else _told(error)
        return Answer(None, error=told, milliseconds=took())
    finally:
        timer.cancel()
        connection.close()
        if line.end is not None:
            line.end.close()


def _connection(target: Target, line: _Line, seconds: float) -> Any:
    made: Any
    if target.secure:
        made = HTTPSConnection(target.host, target.port, timeout=seconds, ssl_context=_trusted())
    else:
        made = HTTPConnection(target.host, target.port, timeout=seconds)
    # urllib3's own place for how a connection is made: its SOCKS support replaces the same.
    made._new_conn = line.connect
    return made


def _trusted() -> ssl.SSLContext:
    """Return whom TLS trusts: the authorities that ``requests`` would find."""
    bundle = Path(os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where())
    if bundle.is_dir():
        return ssl.create_default_context(capath=str(bundle))
    return ssl.create_default_context(cafile=str(bundle))


def _beginning(answer: Any) -> str:
    try:
        data: bytes = answer.read(LARGEST_ANSWER, decode_content=False)
    except (HTTPError, OSError, ValueError):
        # The status says what became of the request; the rest is only for the log.
        return "(cut off)"
    return data.decode("utf-8", "replace").replace("\0", "")[:LONGEST_ANSWER]


def _too_late(seconds: float) -> str:
    return f"No answer within {seconds:g} s."


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
