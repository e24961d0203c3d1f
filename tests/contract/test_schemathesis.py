"""Whatever is asked by whomever: no fault of the server, and no answer that the description does not name."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.cases import OPERATIONS, cases
from tests.contract.undone import undone
from tests.contract.world import CSRF_TOKEN, World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

MOST_OFTEN = ("editor", "administrator", "administrator")
"""Who comes further than others."""

# Without the search for an explanation, which takes minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_as_described(name: str, world: World, rounds: int) -> None:
    @settings(phases=PHASES, max_examples=max(5, rounds // 2))
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        who = data.draw(st.sampled_from([*world.cookies, *MOST_OFTEN]))
        case = data.draw(cases(OPERATIONS[name], world))
        with undone():
            response = case.call(cookies=world.cookies[who], headers={"X-CSRFToken": CSRF_TOKEN})
        case.validate_response(response, checks=CHECKS)

    ask()
