"""
Requests to the platform with OAuth2 client credentials.

Every request ends: connecting, waiting for the first byte and reading the whole answer have their times, and answers
have a size. Redirects are not followed, since what stands behind one is not what the operator named.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from openedx_catalog_publisher.outbox.retry_after import wait_of
from openedx_catalog_publisher.platform.errors import Refused, Unavailable

SECONDS_TO_CONNECT = 3.05
LARGEST_ANSWER = 2_000_000
CHUNK = 65_536
SECONDS_BEFORE_EXPIRY = 60
"""A token is not used any more so long before it expires, so that it does not expire on the way."""

UNAUTHORIZED = 401
TOO_MANY_REQUESTS = 429

BEHIND_A_GATEWAY = frozenset({502, 503, 504})
"""What somebody else answers for a service that does not, while it may still be at work."""


@dataclass(frozen=True)
class Answer:
    """
    What came back.

    Attributes:
        status: HTTP status.
        body: the JSON that came; the beginning of the text where it is none.
    """

    status: int
    body: Any


@dataclass(frozen=True)
class Credentials:
    """
    How tokens are asked for.

    Attributes:
        root: address of the LMS, which gives tokens, without a slash at its end.
        client_id: of the OAuth2 application, whose user is staff.
        client_secret: its secret.
    """

    root: str
    client_id: str
    client_secret: str


_tokens: dict[Credentials, tuple[str, float]] = {}
_tokens_lock = threading.Lock()


class PlatformSession:
    """Requests to one service of the platform."""

    def __init__(self, root: str, credentials: Credentials, seconds: float) -> None:
        """
        Remember where to ask, and as whom.

        Arguments:
            root: address of the service, without a slash at its end.
            credentials: of the service account.
            seconds: how long one request may take, from its beginning to the last byte of the answer.
        """
        self._root = root
        self._credentials = credentials
        self._seconds = seconds

    def request(self, method: str, path: str, **content: Any) -> Answer:
        """
        Send a request, and return what came back with a status below 500, other than a redirect.

        A token that is refused is replaced once.

        Arguments:
            method: HTTP method.
            path: what follows the root, beginning with a slash.
            content: ``json`` or ``files``, as ``requests`` takes them.

        Raises:
            Unavailable: when there is no answer in time, or one with a status of 500 or above.
            Refused: when there is no token to be had, or the answer is a redirect or too large.
        """
        answer = self._send(method, path, self._token(), content)
        if answer.status == UNAUTHORIZED:
            answer = self._send(method, path, self._token(fresh=True), content)
        if answer.status == UNAUTHORIZED:
            raise Refused(f"{self._root} does not accept the token of client {self._credentials.client_id}.")
        return answer

    def _send(self, method: str, path: str, token: str, content: Mapping[str, Any]) -> Answer:
        return exchange(
            method, f"{self._root}{path}", self._seconds, headers={"Authorization": f"JWT {token}"}, **content
        )

    def _token(self, *, fresh: bool = False) -> str:
        with _tokens_lock:
            token, until = _tokens.get(self._credentials, ("", 0.0))
        if not fresh and time.monotonic() < until:
            return token
        answer = exchange(
            "POST",
            f"{self._credentials.root}/oauth2/access_token/",
            self._seconds,
            data={
                "grant_type": "client_credentials",
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret,
                "token_type": "jwt",
            },
        )
        if not isinstance(answer.body, dict) or "access_token" not in answer.body:
            raise Refused(
                f"{self._credentials.root} gives no token to client {self._credentials.client_id} (status "
                f"{answer.status}). Check the OAuth2 application and its secret."
            )
        token = str(answer.body["access_token"])
        lives = float(answer.body.get("expires_in", 0)) - SECONDS_BEFORE_EXPIRY
        with _tokens_lock:
            _tokens[self._credentials] = (token, time.monotonic() + lives)
        return token


def exchange(method: str, url: str, seconds: float, **options: Any) -> Answer:
    """
    Send one request and read its answer.

    Raises:
        Unavailable: when there is no answer in time, or one with a status of 429, or of 500 or above.
        Refused: when the answer is a redirect or too large.
    """
    deadline = time.monotonic() + seconds
    try:
        with requests.request(
            method, url, timeout=(SECONDS_TO_CONNECT, seconds), allow_redirects=False, stream=True, **options
        ) as response:
            text = _read(response, url, deadline)
    except (requests.RequestException, HTTPError) as error:
        raise Unavailable(f"{method} {url}: {type(error).__name__}.") from error
    if response.is_redirect:
        raise Refused(f"{method} {url} leads elsewhere, which is not followed. Name the address that it leads to.")
    status = response.status_code
    if status >= requests.codes.server_error or status == TOO_MANY_REQUESTS:
        wait = wait_of(response.headers.get("Retry-After", ""))
        told = f"{method} {url} answered with status {status}."
        raise Unavailable(told, wait, over=status not in BEHIND_A_GATEWAY)
    return Answer(status, _json_of(response, text))


def _read(response: requests.Response, url: str, deadline: float) -> bytes:
    read = bytearray()
    # What is there, and not until so much is there: a server that sends byte by byte would keep us for ever.
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        read += chunk
        if len(read) > LARGEST_ANSWER:
            raise Refused(f"{url} answered with more than {LARGEST_ANSWER} bytes.")
        if time.monotonic() > deadline:
            raise Unavailable(f"{url} took too long to answer.")
    return bytes(read)


def _json_of(response: requests.Response, text: bytes) -> Any:
    response._content = text
    try:
        return response.json()
    except requests.JSONDecodeError:
        return response.text[:500]
