"""Requests that Schemathesis makes of a description, turned towards what there is."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation

from openedx_catalog_publisher.rest.schema_view import document
from tests.contract.world import World

Operation = APIOperation[Any, Any, Any, Any]


def operations_of(described: Mapping[str, Any]) -> dict[str, Operation]:
    """Return the operations of a description, by name."""
    # Who asks is said by the tests.
    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(copy.deepcopy(dict(described)), config=config)
    schema.app = WSGIHandler()
    found = (result.ok() for result in schema.get_all_operations())
    return {operation.definition.raw["operationId"]: operation for operation in found}


OPERATIONS: Mapping[str, Operation] = operations_of(document())
"""What the API's own description holds, by name."""


@st.composite
def cases(draw: st.DrawFn, operation: Operation, world: World) -> Case[Any]:
    """
    Return a request that the description allows, or one that it does not.

    Of what it names, much is what there is, so that it comes further than to "not found" and "there is no such".
    """
    mode = draw(st.sampled_from(list(GenerationMode)))
    case: Case[Any] = draw(operation.as_strategy(generation_mode=mode))
    names = world.names.get(_resource(operation), ())
    if names and draw(st.integers(0, 9)):
        case.path_parameters["id"] = draw(st.sampled_from(names))
    for given in (case.path_parameters, case.query, case.headers):
        for name in list(given or ()):
            if name in world.values and draw(st.booleans()):
                given[name] = draw(st.sampled_from(world.values[name]))
    if isinstance(case.body, dict) and draw(st.integers(0, 3)):
        case.body = draw(_bodies(operation, case.body, world))
    return case


def _resource(operation: Operation) -> str:
    """Return what a path names by ``id``."""
    found = re.search(r"/(\w+)/\{id\}", operation.path)
    return found[1] if found else ""


@st.composite
def _bodies(draw: st.DrawFn, operation: Operation, body: dict[str, Any], world: World) -> dict[str, Any]:
    """Return a body that means something, but for a few of its fields."""
    described: dict[str, Any] = operation.schema.raw_schema
    forms = described["paths"][operation.path][operation.method]["requestBody"]["content"]
    form = forms.get("application/json", {"schema": {}})
    name = form["schema"].get("$ref", "").rpartition("/")[2]
    fields = described["components"]["schemas"].get(name, form["schema"]).get("properties", {})
    examples = (example["value"] for example in form.get("examples", {}).values())
    base = draw(st.sampled_from([*examples, *world.bodies.get(operation.definition.raw["operationId"], ()), {}]))
    known = sorted(world.values.keys() & {*body, *fields})
    meant = draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else []
    kept = draw(st.lists(st.sampled_from(sorted(body)), max_size=1)) if body else []
    chosen = {name: draw(st.sampled_from(world.values[name])) for name in meant}
    return {**base, **chosen, **{name: body[name] for name in kept}}
