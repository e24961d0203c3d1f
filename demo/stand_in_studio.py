"""
A stand-in for Studio on this machine: the requests of ``/api/v1/course_runs/`` and of tokens, and nothing else.

    python -m demo.stand_in_studio [PORT] [FILE]

It is no Studio, and its page ``/`` says so. It keeps course runs in memory, and in a file where one is given, and
answers as Studio does, with its traps: a key that is taken is a failure with status 500, PUT replaces the whole team
and PATCH adds to it, a rerun without a team has none, an account that it does not know is refused. Tests let it fail as
networks and services do.
"""

from __future__ import annotations

import email.parser
import email.policy
import json
import secrets
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from demo import studio_file
from demo.studio_page import page

COURSE_RUNS = "/api/v1/course_runs/"
PICTURES = {"image/jpeg": "course_image.jpg", "image/png": "course_image.png"}
PACES = ("self_paced", "instructor_paced")
SECONDS_BETWEEN_BYTES = 0.05
REMEMBERED = 8
"""How many of the last requests its page shows."""


@dataclass(frozen=True)
class Seen:
    """A request for course runs, and how it was answered."""

    at: datetime
    method: str
    path: str
    status: int


@dataclass
class StandIn:
    """
    What the stand-in holds, and how it is to fail.

    Attributes:
        client_id: of the one OAuth2 application that it knows.
        client_secret: its secret.
        accounts: usernames that it knows; None for all.
        runs: course runs by key, as it shows them.
        pictures: the picture that each course run was given last.
        tokens: tokens that are valid.
        requests: method and path of each request for course runs, in order.
        seen: the last of them that were answered, with time and status.
        file: where the runs are kept; None to keep them nowhere.
        faults: what the next requests for course runs meet, the first first: ``500``, ``302``, ``hang``, ``slow``,
            ``cut before`` or ``cut after`` their effect, or nothing.
        seconds: how long it hangs.
    """

    client_id: str = "catalog"
    client_secret: str = "catalog-secret"  # noqa: S105
    accounts: set[str] | None = None
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    requests: list[tuple[str, str]] = field(default_factory=list)
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    file: Path | None = None
    faults: list[str] = field(default_factory=list)
    seconds: float = 3.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: HTTPStatus, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Handler(BaseHTTPRequestHandler):
    """Answers requests of one stand-in, which a subclass names."""

    stand_in: StandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Show a course run, or all of them; or the page."""
        if self.path == "/":
            with self.stand_in.lock:
                shown = page(self.stand_in)
            self._write(HTTPStatus.OK, shown)
        else:
            self._answer(self._get)

    def do_POST(self) -> None:
        """Give a token; make, copy or picture a course run."""
        if self.path == "/oauth2/access_token/":
            self._token()
        else:
            self._answer(self._post)

    def do_PATCH(self) -> None:
        """Change a course run."""
        self._answer(lambda: self._change(partial=True))

    def do_PUT(self) -> None:
        """Replace a course run."""
        self._answer(lambda: self._change(partial=False))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base class has it
        """Say nothing."""

    def _token(self) -> None:
        asked = parse_qs(self._body().decode())
        known = (self.stand_in.client_id, self.stand_in.client_secret)
        if (asked.get("client_id", [""])[0], asked.get("client_secret", [""])[0]) != known:
            self._write(HTTPStatus.UNAUTHORIZED, {"error": "invalid_client"})
            return
        token = secrets.token_hex(16)
        self.stand_in.tokens.add(token)
        self._write(HTTPStatus.OK, {"access_token": token, "expires_in": 3600, "token_type": "JWT"})

    def _answer(self, act: Callable[[], tuple[HTTPStatus, Any]]) -> None:
        stand_in = self.stand_in
        # Read whole, whatever becomes of it: what is left would be taken for the next request.
        self.content = self._body()
        stand_in.requests.append((self.command, unquote(self.path)))
        if self.headers.get("Authorization", "").removeprefix("JWT ") not in stand_in.tokens:
            self._write(HTTPStatus.UNAUTHORIZED, {"detail": "Invalid token."})
            return
        fault = stand_in.faults.pop(0) if stand_in.faults else ""
        if fault == "hang":
            time.sleep(stand_in.seconds)
        if fault in ("cut before", "hang"):
            self.close_connection = True
            return
        if fault == "500":
            self._write(HTTPStatus.INTERNAL_SERVER_ERROR, "<h1>Server Error</h1>")
            return
        if fault == "302":
            self._write(HTTPStatus.FOUND, "", location="http://127.0.0.1:1/elsewhere")
            return
        try:
            with stand_in.lock:
                status, body = act()
                if stand_in.file is not None and self.command != "GET":
                    studio_file.write(stand_in.file, stand_in.runs)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        if fault == "cut after":
            self.close_connection = True
            return
        self._write(status, body, slowly=fault == "slow")

    def _get(self) -> tuple[HTTPStatus, Any]:
        if self.path.partition("?")[0] == COURSE_RUNS:
            return HTTPStatus.OK, {"results": list(self.stand_in.runs.values())}
        return HTTPStatus.OK, self._run(self._key())

    def _post(self) -> tuple[HTTPStatus, Any]:
        if self.path == COURSE_RUNS:
            return HTTPStatus.CREATED, self._make(self._json(), ())
        act = self.path.rstrip("/").rpartition("/")[2]
        source = self._run(self._key())
        if act == "rerun":
            asked = self._json()
            org, number, _ = source["id"].removeprefix("course-v1:").split("+")
            key = f"course-v1:{org}+{asked.get('number', number)}+{asked['run']}"
            if self._taken(key):
                raise Refusal(HTTPStatus.BAD_REQUEST, {"run": [f"Course run {key} already exists"]})
            defaults = {"title": source["title"], "schedule": source["schedule"], "pacing_type": source["pacing_type"]}
            return HTTPStatus.CREATED, self._make({**defaults, **asked, "org": org, "number": number}, ())
        if act == "images":
            return HTTPStatus.OK, self._picture(source)
        raise Refusal(HTTPStatus.NOT_FOUND, {"detail": "Not found."})

    def _make(self, asked: Mapping[str, Any], team: tuple[Any, ...]) -> dict[str, Any]:
        key = f"course-v1:{asked['org']}+{asked['number']}+{asked['run']}"
        members = self._members(asked.get("team", team))
        schedule = self._schedule(asked)
        if self._taken(key):
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "<h1>Server Error</h1>")
        self.stand_in.runs[key] = {
            "id": key,
            "title": asked["title"],
            "schedule": schedule,
            "pacing_type": asked.get("pacing_type", PACES[1]),
            "team": members,
            "images": {"card_image": f"http://{self.headers['Host']}/none.png"},
            "changed": _now(),
        }
        return self.stand_in.runs[key]

    def _change(self, *, partial: bool) -> tuple[HTTPStatus, Any]:
        run, asked = self._run(self._key()), self._json()
        members = self._members(asked.get("team", ()))
        kept = run["team"] if partial else []
        run["team"] = kept + [member for member in members if member not in kept]
        run["title"] = asked.get("title", run["title"])
        if "schedule" in asked:
            run["schedule"] = self._schedule(asked)
        run["pacing_type"] = asked.get("pacing_type", run["pacing_type"])
        run["changed"] = _now()
        return HTTPStatus.OK, run

    def _picture(self, run: dict[str, Any]) -> dict[str, Any]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.content)
        (part,) = message.iter_parts()
        name = PICTURES.get(part.get_content_type())
        if name is None:
            said = f"Only JPEG and PNG image types are supported. {part.get_content_type()} is not valid"
            raise Refusal(HTTPStatus.BAD_REQUEST, {"card_image": [said]})
        self.stand_in.pictures[run["id"]] = bytes(part.get_content())
        run["images"] = {"card_image": f"http://{self.headers['Host']}/asset-v1:{run['id']}+{name}"}
        run["changed"] = _now()
        return dict(run["images"])

    def _members(self, team: Any) -> list[dict[str, str]]:
        known = self.stand_in.accounts
        if known is not None and any(member["user"] not in known for member in team):
            raise Refusal(HTTPStatus.BAD_REQUEST, {"team": ["Course team user does not exist"]})
        return [{"user": member["user"], "role": member["role"]} for member in team]

    def _schedule(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        schedule = asked.get("schedule") or {}
        missing = {name: ["This field is required."] for name in ("start", "end") if not schedule.get(name)}
        if missing:
            raise Refusal(HTTPStatus.BAD_REQUEST, {"schedule": missing})
        return {"enrollment_start": None, "enrollment_end": None, **schedule}

    def _taken(self, key: str) -> bool:
        return key.casefold() in {known.casefold() for known in self.stand_in.runs}

    def _key(self) -> str:
        return unquote(self.path.removeprefix(COURSE_RUNS).partition("/")[0])

    def _run(self, key: str) -> dict[str, Any]:
        if key not in self.stand_in.runs:
            raise Refusal(HTTPStatus.NOT_FOUND, {"detail": "Not found."})
        return self.stand_in.runs[key]

    def _json(self) -> Any:
        return json.loads(self.content)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _write(self, status: HTTPStatus, body: Any, *, slowly: bool = False, location: str = "") -> None:
        if self.path.startswith(COURSE_RUNS):
            self.stand_in.seen.append(Seen(datetime.now(UTC), self.command, unquote(self.path), status))
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if isinstance(body, str) else "application/json")
        self.send_header("Content-Length", str(len(content)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        try:
            for byte in content if slowly else (content,):
                self.wfile.write(bytes([byte]) if isinstance(byte, int) else byte)
                self.wfile.flush()
                time.sleep(SECONDS_BETWEEN_BYTES if slowly else 0)
        except OSError:
            self.close_connection = True


@contextmanager
def serving(stand_in: StandIn, port: int = 0) -> Iterator[str]:
    """Serve a stand-in on a port of 127.0.0.1, a free one unless given, and yield its address."""
    handler = type("HandlerOfOne", (Handler,), {"stand_in": stand_in})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _now() -> str:
    return datetime.now(UTC).isoformat()


def main(arguments: list[str]) -> None:
    """Serve until interrupted."""
    port, *rest = arguments or ["8001"]
    file = Path(rest[0]) if rest else None
    stand_in = StandIn(file=file, runs=studio_file.read(file) if file is not None else {})
    with serving(stand_in, int(port)) as address:
        sys.stdout.write(f"A stand-in for Studio, which is none, is on {address}/\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
