"""The examples of the description are carried out as they stand there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.test_hostile_input import WITH_JSON, Asker, Operation
from tests.contract.undone import undone
from tests.contract.world import CSRF_TOKEN, World

pytestmark = pytest.mark.django_db

# There is a course of this number already.
INSTEAD: dict[str, dict[str, Any]] = {"courses_create": {"number": "DS102"}}

LAST_PUBLICATION = 4
"""Place of the world's last publication among its releases; nothing moved since, so that it can be undone."""


def sent(asker: Asker, path: str, body: dict[str, Any], method: str = "POST") -> Any:
    """Return what the administrator is answered."""
    headers = {"X-CSRFToken": CSRF_TOKEN}
    return asker.client.generic(method, path, json.dumps(body), "application/json", headers=headers)


def planned_at(path: str) -> str:
    """Return the path of the plan of what is published at a path."""
    if path.endswith("/releases/"):
        return f"{path}plan/"
    return path.removesuffix("publish/") + "plan/" if path.endswith("publish/") else f"{path}plan/"


@pytest.mark.parametrize("operation", WITH_JSON, ids=lambda operation: operation.name)
def test_an_example_is_carried_out(operation: Operation, world: World) -> None:
    asker = Asker(world)
    name = world.names["releases"][LAST_PUBLICATION] if operation.resource == "releases" else None
    path = operation.address(world, name)
    for example in operation.examples:
        body = {**example, **INSTEAD.get(operation.name, {})}
        with undone():
            if "expected_digest" in body:
                plan = sent(asker, planned_at(path), {key: body[key] for key in body if key != "expected_digest"})
                body["expected_digest"] = plan.json()["plan_digest"]
            answer = sent(asker, path, body, operation.method)
        assert answer.status_code < 300, answer.content
