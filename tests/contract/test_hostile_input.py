"""What nobody means well with is refused as the description says, and breaks nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import pytest
import schemathesis
from django.test import Client
from requests import Request  # type: ignore[import-untyped]

from openedx_catalog_publisher.rest.problems import TYPES
from openedx_catalog_publisher.rest.schema_view import document
from tests.contract import cases, hostile
from tests.contract.undone import undone
from tests.contract.world import CSRF_TOKEN, World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

T = TypeVar("T")

PROBLEM = {"type", "title", "status", "detail", "instance"}


class Operation:
    """One operation of the description, and how it is asked."""

    def __init__(self, method: str, path: str, described: Mapping[str, Any]) -> None:
        """Keep what is said of it."""
        self.method = method.upper()
        self.path = path
        self.name = described["operationId"]
        self.statuses = {int(status) for status in described["responses"]}
        self.forms = described.get("requestBody", {}).get("content", {})
        self.resource = path.partition("/{id}")[0].rpartition("/")[2]

    def address(self, world: World, name: str | None = None) -> str:
        """Return a path to something that there is, or to what is named."""
        known = world.names.get(self.resource, ["nothing"])[0]
        parts = {"id": name or known, "course": name or world.names["courses"][0], "number": "1"}
        parts["webhook"] = name or world.names["webhooks"][0]
        return self.path.format(**parts)

    @property
    def fields(self) -> list[str]:
        """The names of the fields of its JSON body."""
        name = self.forms.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        return list(document()["components"]["schemas"].get(name, {}).get("properties", {}))

    @property
    def examples(self) -> list[dict[str, Any]]:
        """Its bodies that are shown."""
        shown = self.forms.get("application/json", {}).get("examples", {})
        return [example["value"] for example in shown.values()]


def all_operations() -> Iterator[Operation]:
    """Yield every operation."""
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            yield Operation(method, path, described)


OPERATIONS = list(all_operations())
READS = [operation for operation in OPERATIONS if operation.method == "GET"]
WRITES = [operation for operation in OPERATIONS if operation.method != "GET"]
WITH_JSON = [operation for operation in WRITES if operation.fields]


def some(things: Iterable[T], operation: Operation, rounds: int) -> Iterator[T]:
    """Yield some of many things: all of them from 60 rounds on, other ones for each operation with fewer."""
    step = max(1, 60 // rounds)
    first = OPERATIONS.index(operation)
    yield from (thing for number, thing in enumerate(things, first) if number % step == 0)


class Asker:
    """A catalog administrator who takes down what is answered otherwise than described."""

    def __init__(self, world: World) -> None:
        """Log in."""
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
        if not (self._is_as_described(operation, response) or (response.status_code in also and _is_told(response))):
            self.wrong.append(f"{operation.name}, {what}: {response.status_code} {content_of(response)[:300]!r}")
        return response.status_code

    def _is_as_described(self, operation: Operation, response: Any) -> bool:
        if response.status_code not in operation.statuses:
            return False
        if response.status_code == 204 or response.request["REQUEST_METHOD"] == "HEAD":
            return True
        answered = schemathesis.Response(
            response.status_code,
            headers={name.lower(): [value] for name, value in response.headers.items()},
            content=content_of(response),
            request=Request(operation.method, "http://testserver/").prepare(),
            elapsed=0,
            verify=False,
        )
        return cases.OPERATIONS[operation.name].is_valid_response(answered)


def content_of(response: Any) -> bytes:
    """Return the body of an answer, read to its end."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def _is_told(response: Any) -> bool:
    """Tell whether an answer that is not described is none of an error, or one of the form of all errors."""
    if response.status_code < 400 or response.request["REQUEST_METHOD"] == "HEAD":
        return True
    told = json.loads(response.content)
    return told.keys() >= PROBLEM and told["status"] == response.status_code and told["type"].startswith(TYPES)


@pytest.fixture
def asker(world: World) -> Asker:
    return Asker(world)


def test_bodies_that_are_none_are_refused(asker: Asker, world: World, rounds: int) -> None:
    for operation in WRITES:
        for what, (body, form) in some(hostile.BODIES.items(), operation, rounds):
            asker.ask(operation, operation.address(world), what, body=body, form=form)

    assert asker.wrong == []


def test_wrong_values_of_all_fields_at_once_are_refused(asker: Asker, world: World, rounds: int) -> None:
    for operation in WITH_JSON:
        for what, value in some(hostile.VALUES.items(), operation, rounds):
            body = json.dumps(dict.fromkeys(operation.fields, value)).encode()
            asker.ask(operation, operation.address(world), what, body=body)

    assert asker.wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("operation", WITH_JSON, ids=lambda operation: operation.name)
def test_a_wrong_value_of_one_field_is_refused_or_stored(operation: Operation, asker: Asker, world: World) -> None:
    for field in operation.fields:
        for what, value in hostile.VALUES.items():
            body = json.dumps({**(operation.examples or [{}])[0], field: value}).encode()
            asker.ask(operation, operation.address(world), f"{field}: {what}", body=body)

    assert asker.wrong == []


def test_names_that_nobody_has_are_not_found(asker: Asker, world: World, rounds: int) -> None:
    for operation in OPERATIONS:
        if "{" in operation.path:
            for name in some(hostile.NAMES, operation, rounds):
                asker.ask(operation, operation.address(world, name), name, body=b"{}")

    assert asker.wrong == []


def test_wrong_parameters_are_refused(asker: Asker, world: World, rounds: int) -> None:
    for operation in READS:
        for query in some(hostile.QUERIES, operation, rounds):
            asker.ask(operation, f"{operation.address(world)}?{query}", query[:100])

    assert asker.wrong == []


def test_wrong_headers_are_refused_or_mean_nothing(asker: Asker, world: World, rounds: int) -> None:
    for operation in OPERATIONS:
        body = json.dumps((operation.examples or [{}])[0]).encode()
        for headers in some(hostile.HEADERS, operation, rounds):
            asker.ask(operation, operation.address(world), str(headers)[:100], body=body, headers=headers)

    assert asker.wrong == []


def test_methods_that_are_none_are_told(asker: Asker, world: World, rounds: int) -> None:
    for operation in OPERATIONS:
        described = {method.upper() for method in document()["paths"][operation.path]}
        for method in some(hostile.METHODS, operation, rounds):
            if method not in described:
                fine = frozenset({200, 405} if method in ("OPTIONS", "HEAD") else {405})
                asker.ask(operation, operation.address(world), method, method=method, body=b"{}", also=fine)

    assert asker.wrong == []
