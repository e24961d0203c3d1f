"""Asking what nobody means well with, and taking down what is answered otherwise than described."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import schemathesis
from django.test import Client
from requests import Request  # type: ignore[import-untyped]

from openedx_catalog_publisher.rest.problems import TYPES
from openedx_catalog_publisher.rest.schema_view import document
from tests.contract import cases
from tests.contract.undone import undone
from tests.contract.world import CSRF_TOKEN, World

T = TypeVar("T")

PROBLEM = {"type", "title", "status", "detail", "instance"}


class Operation:
    """One operation of a description, and how it is asked."""

    def __init__(self, number: int, method: str, path: str, document: Mapping[str, Any]) -> None:
        """Keep what is said of it."""
        described = document["paths"][path][method]
        self.number = number
        self.method = method.upper()
        self.methods = {name.upper() for name in document["paths"][path]}
        self.path = path
        self.name = described["operationId"]
        self.statuses = {int(status) for status in described["responses"]}
        self.forms = described.get("requestBody", {}).get("content", {})
        self.resource = path.partition("/{id}")[0].rpartition("/")[2]
        schema = self.forms.get("application/json", {}).get("schema", {})
        components = document["components"]["schemas"]
        shape = components.get(schema.get("$ref", "").rpartition("/")[2], schema)
        self.fields: list[str] = list(shape.get("properties", {}))
        """The names of the fields of its JSON body."""

    def address(self, world: World, name: str | None = None) -> str:
        """Return a path to something that there is, or to what is named."""
        known = world.names.get(self.resource, ["nothing"])[0]
        parts = {"id": name or known, "course": name or world.names["courses"][0], "number": "1"}
        parts["run"] = name or world.names["course_runs"][0]
        parts["webhook"] = name or world.names["webhooks"][0]
        parts["organization"] = name or world.names["organizations"][0]
        return self.path.format(**parts)

    @property
    def examples(self) -> list[dict[str, Any]]:
        """Its bodies that are shown."""
        shown = self.forms.get("application/json", {}).get("examples", {})
        return [example["value"] for example in shown.values()]

    def example(self, world: World) -> dict[str, Any]:
        """Return a body that means something; an empty one where none is known."""
        return [*self.examples, *world.bodies.get(self.name, ()), {}][0]


class Description:
    """
    A description of one of the doors.

    Attributes:
        all: its operations.
        reads: those that read.
        writes: those that do not.
        with_json: those that take a JSON body.
        is_problem: tells whether what was answered with a status is an error in the form of the door.
    """

    def __init__(self, document: Mapping[str, Any], is_problem: Callable[[Any, int], bool]) -> None:
        """Read the operations."""
        found = [(method, path) for path, methods in document["paths"].items() for method in methods]
        self.all = [Operation(number, method, path, document) for number, (method, path) in enumerate(found)]
        self.reads = [operation for operation in self.all if operation.method == "GET"]
        self.writes = [operation for operation in self.all if operation.method not in ("GET", "OPTIONS")]
        self.with_json = [operation for operation in self.writes if operation.fields]
        self.is_problem = is_problem
        self._shapes = cases.operations_of(document)

    def is_valid(self, operation: Operation, response: Any) -> bool:
        """Tell whether an answer of a described status has the shape that is described."""
        answered = schemathesis.Response(
            response.status_code,
            headers={name.lower(): [value] for name, value in response.headers.items()},
            content=content_of(response),
            request=Request(operation.method, "http://testserver/").prepare(),
            elapsed=0,
            verify=False,
        )
        return self._shapes[operation.name].is_valid_response(answered)


def is_problem(told: Any, status: int) -> bool:
    """Tell whether an answer is an error in the form of the API."""
    return told.keys() >= PROBLEM and told["status"] == status and told["type"].startswith(TYPES)


NATIVE = Description(document(), is_problem)
"""The API's own door."""


def is_told_at_the_door(told: Any, status: int) -> bool:
    """Tell whether an answer is an error that the micro-frontend shows: a sentence, or an object by field."""
    return bool(told) and isinstance(told, str | dict)


def some(things: Iterable[T], operation: Operation, rounds: int) -> Iterator[T]:
    """Yield some of many things: all of them from 60 rounds on, other ones for each operation with fewer."""
    step = max(1, 60 // rounds)
    yield from (thing for number, thing in enumerate(things, operation.number) if number % step == 0)


class Asker:
    """A catalog administrator who takes down what is answered otherwise than described."""

    def __init__(self, world: World, description: Description) -> None:
        """Log in."""
        self.world = world
        self.description = description
        self.client = Client(enforce_csrf_checks=True)
        for name, value in world.cookies["administrator"].items():
            self.client.cookies[name] = value
        self.wrong: list[str] = []

    def ask(
        self,
        operation: Operation,
        path: str,
        what: str,
        *,
        body: bytes = b"",
        form: str = "application/json",
        method: str = "",
        headers: Mapping[str, str] | None = None,
        also: frozenset[int] = frozenset(),
    ) -> int:
        """Ask, check the answer, and return its status."""
        path, _, query = path.partition("?")
        sent = {"X-CSRFToken": CSRF_TOKEN, **(headers or {})}
        extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent.items()}
        with undone():
            response = self.client.generic(method or operation.method, path, body, form, **extra, QUERY_STRING=query)
        if not (
            self._is_as_described(operation, response) or (response.status_code in also and self._is_told(response))
        ):
            self.wrong.append(f"{operation.name}, {what}: {response.status_code} {content_of(response)[:300]!r}")
        return response.status_code

    def _is_as_described(self, operation: Operation, response: Any) -> bool:
        if response.status_code not in operation.statuses:
            return False
        if response.status_code in (204, 304) or response.request["REQUEST_METHOD"] == "HEAD":
            return True
        return self.description.is_valid(operation, response)

    def _is_told(self, response: Any) -> bool:
        """Tell whether an answer that is not described is none of an error, or one of the form of all errors."""
        if response.status_code < 400 or response.request["REQUEST_METHOD"] == "HEAD":
            return True
        return self.description.is_problem(json.loads(response.content), response.status_code)


def content_of(response: Any) -> bytes:
    """Return the body of an answer, read to its end."""
    return b"".join(response.streaming_content) if response.streaming else response.content
