"""The API's description: complete, valid, the same wherever it is made, and written down."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from django.utils import translation
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from edx_django_utils.plugins import get_plugin_url_patterns

from openedx_catalog_publisher.rest import schema_view
from openedx_catalog_publisher.rest.schema_view import document
from scripts.write_openapi import FILE, openapi_yaml
from tests.rest.conftest import API, Api

METHODS = {"get", "post", "put", "patch", "delete"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of every operation."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield method, path, operation


def json_body(operation: dict[str, Any]) -> dict[str, Any] | None:
    """Return the description of the JSON that an operation takes; None where it takes none."""
    found: dict[str, Any] | None = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return found


def test_the_written_document_is_what_the_code_says() -> None:
    assert FILE.read_bytes() == openapi_yaml(), "The API's description has changed: run `make openapi`, and look at it."


def test_the_document_is_made_without_a_warning_and_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_view, "_made", {})
    GENERATOR_STATS.reset()

    made = document()

    assert not GENERATOR_STATS
    validate_schema(made)  # type: ignore[no-untyped-call]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_whoever_asks_gets_the_document(form: str) -> None:
    answer = Api(None).get("/schema/", format=form)

    assert answer.status_code == 200
    assert yaml.safe_load(answer.content) == yaml.safe_load(openapi_yaml())


@pytest.mark.django_db
def test_the_document_is_not_given_as_a_page() -> None:
    answer = Api(None).client.get(f"{API}/schema/", headers={"Accept": "text/html"})

    assert answer.status_code == 406


def test_the_document_does_not_depend_on_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    before = document()
    monkeypatch.setattr(schema_view, "_made", {})

    with translation.override("de"):
        assert document() == before


@pytest.mark.slow
def test_the_document_does_not_depend_on_the_platform_s_settings(tmp_path: Path) -> None:
    written = tmp_path / "openapi.yaml"

    made = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "scripts.write_openapi", str(written)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.rest.platform_schema_settings"},
        cwd=FILE.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.stderr == ""
    assert written.read_bytes() == FILE.read_bytes()


@pytest.mark.parametrize("service", ["lms.djangoapp", "cms.djangoapp"])
def test_the_paths_are_those_of_both_services(service: str) -> None:
    patterns: list[Any] = []
    for mounted in get_plugin_url_patterns(service):
        if mounted.namespace == "catalog_publisher":
            prefix = str(mounted.pattern)
            patterns += [f"/{prefix}{inner.pattern}" for inner in mounted.url_patterns]

    assert patterns == [f"{API}/", "/catalog_publisher/review/", "/catalog_publisher/discovery/"]
    assert all(path.startswith(f"{API}/") for _, path, _ in operations())


def test_every_operation_says_what_it_does() -> None:
    for method, path, operation in operations():
        where = f"{method} {path}"
        assert re.fullmatch(r"[A-Z][^.;]{5,90}", operation["summary"]), where
        assert operation["description"].startswith(operation["summary"]), where
        assert operation["description"].endswith("."), where


def test_every_operation_is_named_by_its_resource_and_what_it_does() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(names) == len(set(names))
    assert {"courses_list", "courses_update", "courses_publish", "course_runs_restore", "releases_undo_plan"} < {*names}
    for method, path, operation in operations():
        resource = path.removeprefix(f"{API}/").split("/")[0]
        assert operation["operationId"].startswith(resource), f"{method} {path}"
        assert operation["tags"] == [resource]


def test_every_operation_describes_its_errors() -> None:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for method, path, operation in operations():
        where = f"{method} {path}"
        answers = operation["responses"]
        assert {"401", "404", "406", "429"} < answers.keys(), where
        for status, answer in answers.items():
            assert answer["description"], where
            if status >= "400" and path != f"{API}/health/":
                assert answer["content"] == {"application/json": problem}, f"{where} {status}"


def test_every_json_body_has_examples_that_are_valid() -> None:
    shown = 0
    for method, path, operation in operations():
        body = json_body(operation)
        if body is None:
            continue
        assert body.get("examples"), f"{method} {path}"
        for example in body["examples"].values():
            jsonschema.validate(example["value"], {**body["schema"], "components": document()["components"]})
            shown += 1
    assert shown > 15


def test_only_what_needs_no_account_says_so() -> None:
    known: list[dict[str, list[str]]] = [{"jwt": []}, {"session": []}]

    open_to_all = [path for _, path, operation in operations() if operation["security"] == [*known, {}]]

    assert open_to_all == [f"{API}/health/"]
    assert all(operation["security"][:2] == known for _, _, operation in operations())


def test_components_are_named_as_people_name_them() -> None:
    names = document()["components"]["schemas"].keys()

    assert {"Course", "CourseRunType", "Person", "Plan", "Problem", "Release"} < names
    assert [name for name in names if name.endswith(("Output", "Serializer"))] == []
