"""What nobody means well with is refused as the description says, and breaks nothing, at either door."""

from __future__ import annotations

import json

import pytest

from tests.contract import door_document, hostile
from tests.contract.asking import NATIVE, Asker, Description, Operation, is_told_at_the_door, some
from tests.contract.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DOORS = {
    "native": NATIVE,
    "discovery": Description(door_document.document(), is_told_at_the_door),
}


@pytest.fixture(scope="module")
def worlds(world: World, door_world: World) -> dict[str, World]:
    """What each door is asked about, made before the first test begins its transaction."""
    return {"native": world, "discovery": door_world}


@pytest.fixture(params=DOORS)
def asker(request: pytest.FixtureRequest, worlds: dict[str, World]) -> Asker:
    """An administrator at one of the two doors."""
    return Asker(worlds[request.param], DOORS[request.param])


def test_bodies_that_are_none_are_refused(asker: Asker, rounds: int) -> None:
    for operation in asker.description.writes:
        for what, (body, form) in some(hostile.BODIES.items(), operation, rounds):
            asker.ask(operation, operation.address(asker.world), what, body=body, form=form)

    assert asker.wrong == []


def test_wrong_values_of_all_fields_at_once_are_refused(asker: Asker, rounds: int) -> None:
    for operation in asker.description.with_json:
        for what, value in some(hostile.VALUES.items(), operation, rounds):
            body = json.dumps(dict.fromkeys(operation.fields, value)).encode()
            asker.ask(operation, operation.address(asker.world), what, body=body)

    assert asker.wrong == []


@pytest.mark.parametrize(
    ("door", "operation"),
    [
        pytest.param(door, operation, id=f"{door} {operation.name}")
        for door, description in DOORS.items()
        for operation in description.with_json
    ],
)
def test_a_wrong_value_of_one_field_is_refused_or_stored(
    door: str, operation: Operation, worlds: dict[str, World]
) -> None:
    asker = Asker(worlds[door], DOORS[door])
    for field in operation.fields:
        for what, value in hostile.VALUES.items():
            body = json.dumps({**operation.example(asker.world), field: value}).encode()
            asker.ask(operation, operation.address(asker.world), f"{field}: {what}", body=body)

    assert asker.wrong == []


def test_names_that_nobody_has_are_not_found(asker: Asker, rounds: int) -> None:
    for operation in asker.description.all:
        if "{" in operation.path:
            for name in some(hostile.NAMES, operation, rounds):
                asker.ask(operation, operation.address(asker.world, name), name, body=b"{}")

    assert asker.wrong == []


def test_wrong_parameters_are_refused(asker: Asker, rounds: int) -> None:
    for operation in asker.description.reads:
        for query in some(hostile.QUERIES, operation, rounds):
            asker.ask(operation, f"{operation.address(asker.world)}?{query}", query[:100])

    assert asker.wrong == []


def test_wrong_headers_are_refused_or_mean_nothing(asker: Asker, rounds: int) -> None:
    for operation in asker.description.all:
        body = json.dumps(operation.example(asker.world)).encode()
        for headers in some(hostile.HEADERS, operation, rounds):
            asker.ask(operation, operation.address(asker.world), str(headers)[:100], body=body, headers=headers)

    assert asker.wrong == []


def test_methods_that_are_none_are_told(asker: Asker, rounds: int) -> None:
    for operation in asker.description.all:
        for method in some(hostile.METHODS, operation, rounds):
            if method not in operation.methods:
                fine = frozenset({200, 405} if method in ("OPTIONS", "HEAD") else {405})
                asker.ask(operation, operation.address(asker.world), method, method=method, body=b"{}", also=fine)

    assert asker.wrong == []
