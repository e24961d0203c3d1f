"""The examples of the description are carried out as they stand there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.asking import NATIVE, Asker, Operation
from tests.contract.undone import undone
from tests.contract.world import CSRF_TOKEN, World
from tests.rest.conftest import API

pytestmark = pytest.mark.django_db

# There is a course of this number already; and what differs of the other is not approved.
INSTEAD: dict[str, dict[str, Any]] = {
    "courses_create": {"number": "DS102"},
    "courses_publish": {"skip_review": True},
    "course_runs_publish": {"skip_review": True},
    "releases_create": {"skip_review": True},
}

NAMED = {
    "course_runs_archive": "ended runs",
    "courses_reopen": "withdrawn courses",
    "course_runs_reopen": "withdrawn runs",
}
"""What else than usual an example is about, by operation."""

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


def as_read(asker: Asker, body: dict[str, Any], review: str) -> dict[str, Any]:
    """Return a body with the digests of a review as the administrator reads them."""
    seen = asker.client.get(f"{API}/reviews/{review}/").json()
    digests = {name: seen[name] for name in ("run_digest", "course_digest")}
    if "reviews" in body:
        return body | {"reviews": [{"id": review, **digests}]}
    return body | {name: digest for name, digest in digests.items() if name in body}


@pytest.mark.parametrize("operation", NATIVE.with_json, ids=lambda operation: operation.name)
def test_an_example_is_carried_out(operation: Operation, world: World) -> None:
    asker = Asker(world, NATIVE)
    name = world.names["releases"][LAST_PUBLICATION] if operation.resource == "releases" else None
    if operation.name in NAMED:
        name = world.names[NAMED[operation.name]][0]
    path = operation.address(world, name)
    for example in operation.examples:
        body = {**example, **INSTEAD.get(operation.name, {})}
        if operation.name.startswith("reviews_"):
            body = as_read(asker, body, world.names["reviews"][0])
        with undone():
            if "expected_digest" in body:
                plan = sent(asker, planned_at(path), {key: body[key] for key in body if key != "expected_digest"})
                body["expected_digest"] = plan.json()["plan_digest"]
            answer = sent(asker, path, body, operation.method)
        assert answer.status_code < 300, answer.content
