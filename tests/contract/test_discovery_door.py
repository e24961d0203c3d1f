"""Whatever is asked at Discovery's door by whomever: no fault of the server, and no answer of another shape."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, resolve
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from openedx_catalog_publisher.rest.discovery.urls import urlpatterns
from tests.contract.cases import cases, operations_of
from tests.contract.door_document import document
from tests.contract.test_schemathesis import PHASES
from tests.contract.undone import undone
from tests.contract.world import CSRF_TOKEN, World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

OPERATIONS = operations_of(document())

UNDESCRIBED = {"discovery-bulk-task-file"}
"""What answers no JSON."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_at_the_door_is_as_described(name: str, door_world: World, rounds: int) -> None:
    @settings(phases=PHASES, max_examples=max(5, rounds // 2))
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        who = data.draw(st.sampled_from([*door_world.cookies]))
        case = data.draw(cases(OPERATIONS[name], door_world))
        with undone():
            response = case.call(cookies=door_world.cookies[who], headers={"X-CSRFToken": CSRF_TOKEN})
        case.validate_response(response, checks=CHECKS)

    ask()


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        else:
            yield str(pattern.name)


def test_every_route_of_the_door_is_described() -> None:
    described = {
        resolve(path.replace("{id}", "1").replace("{organization}", "1")).url_name for path in document()["paths"]
    }

    assert described == set(_names(urlpatterns)) - UNDESCRIBED
