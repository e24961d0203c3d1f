"""A receiver of webhooks: a real HTTP server on loopback that checks signatures and does what it is told to."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


Fault = Callable[["Handler"], bool]
"""Does something instead of, or before, the answer; True where nothing more is to be answered."""


@dataclass
class Receiver:
    """What came, and what is done with what comes next."""

    port: int = 0
    came: list[Received] = field(default_factory=list)
    took: list[Received] = field(default_factory=list)
    """What was answered with success, or was to be."""
    faults: deque[Fault] = field(default_factory=deque)
    always: Fault | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hooks?from=catalog"

    def wait_for(self, count: int, seconds: float = 5) -> None:
        """Wait until so many requests came."""
        until = time.monotonic() + seconds
        while len(self.came) < count and time.monotonic() < until:
            time.sleep(0.01)


class Handler(BaseHTTPRequestHandler):
    """Answers 200, unless a fault says otherwise."""

    server: Any
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a request."""
        receiver: Receiver = self.server.receiver
        length = int(self.headers["Content-Length"])
        self.received = Received(self.path, dict(self.headers.items()), self.rfile.read(length))
        receiver.came.append(self.received)
        fault = receiver.faults.popleft() if receiver.faults else receiver.always
        if fault is not None and fault(self):
            self.close_connection = True
            return
        self.take()
        self.answer(200, b'{"ok": true}')

    def take(self) -> None:
        """Let the request have its effect."""
        self.server.receiver.took.append(self.received)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self) -> None:
        """Cut the connection without a word."""
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


def answering(status: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer with this status, without an effect."""

    def fault(handler: Handler) -> bool:
        handler.answer(status, body, **headers)
        return True

    return fault


def cutting(*, after: bool = False) -> Fault:
    """Cut the connection, before or after the effect."""

    def fault(handler: Handler) -> bool:
        if after:
            handler.take()
        handler.cut()
        return True

    return fault


def sleeping(seconds: float) -> Fault:
    """Say nothing for a while, then answer."""

    def fault(handler: Handler) -> bool:
        time.sleep(seconds)
        return False

    return fault


def dripping(*, headers: bool, seconds: float = 30) -> Fault:
    """Answer byte by byte, so that something arrives all the time and nothing ends: the headers, or the body."""

    def fault(handler: Handler) -> bool:
        handler.take()
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"" if headers else b"Content-Length: 100000\r\n\r\n"))
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return True
        return True

    return fault


def is_signed(received: Received, secret: str) -> bool:
    """Tell whether a request is signed with a secret, as the documentation says how to find out."""
    wanted = "sha256=" + hmac.new(secret.encode(), received.body, hashlib.sha256).hexdigest()
    given = received.headers["X-Catalog-Signature"].split(", ")
    return any(hmac.compare_digest(wanted, each) for each in given)


@contextmanager
def listening(context: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> Iterator[Receiver]:
    """Run a receiver in threads of its own."""
    server = ThreadingHTTPServer((address, 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(server.server_address[1])
    server.receiver = receiver
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *args: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
