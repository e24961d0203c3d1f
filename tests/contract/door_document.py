"""
Discovery's door as an OpenAPI document, for tests alone: clients have Discovery's own description.

The shapes of answers are those of the door's serializers, by drf-spectacular. Paths, parameters and bodies stand here,
as the door's clients send them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.urls import URLPattern, path
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from rest_framework.response import Response
from rest_framework.views import APIView

from openedx_catalog_publisher.rest.collaborators import CollaboratorOutput
from openedx_catalog_publisher.rest.discovery.course_input import WRITTEN as OF_COURSE
from openedx_catalog_publisher.rest.discovery.course_output import DoorCourseOutput
from openedx_catalog_publisher.rest.discovery.lookups import (
    DoorLevelTypeOutput,
    DoorProgramTypeOutput,
    DoorSourceOutput,
    DoorTopicOutput,
)
from openedx_catalog_publisher.rest.discovery.reference_output import (
    DoorOrganizationOutput,
    DoorPersonOutput,
    DoorSubjectOutput,
)
from openedx_catalog_publisher.rest.discovery.run_input import WRITTEN as OF_RUN
from openedx_catalog_publisher.rest.discovery.run_output import DoorRunOutput
from openedx_catalog_publisher.rest.openapi import CatalogSchema
from openedx_catalog_publisher.rest.schema_view import SETTINGS

DOOR = "/catalog_publisher/discovery"

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
NUMBER: Shape = {"type": "integer"}
OPTIONAL: Shape = {"type": "string", "nullable": True}

OUTPUTS: Mapping[str, Any] = {
    "Course": DoorCourseOutput,
    "Run": DoorRunOutput,
    "Organization": DoorOrganizationOutput,
    "Subject": DoorSubjectOutput,
    "Topic": DoorTopicOutput,
    "LevelType": DoorLevelTypeOutput,
    "ProgramType": DoorProgramTypeOutput,
    "Source": DoorSourceOutput,
    "Collaborator": CollaboratorOutput,
    "Person": DoorPersonOutput,
}


def _object(required: Mapping[str, Shape]) -> Shape:
    return {
        "type": "object",
        "properties": dict(required),
        "required": sorted(required),
        "additionalProperties": False,
    }


def _ref(name: str) -> Shape:
    return {"$ref": f"#/components/schemas/{name}Answer"}


def _list(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


def _page(shape: Shape) -> Shape:
    """Return a page by number or by offset."""
    return _object({"count": NUMBER, "next": OPTIONAL, "previous": OPTIONAL, "results": _list(shape)})


def _slice(shape: Shape) -> Shape:
    """Return a page by cursor, which has no count."""
    return _object({"next": OPTIONAL, "previous": OPTIONAL, "results": _list(shape)})


USER = _object({"id": NUMBER, "full_name": TEXT, "email": TEXT})
EDITOR = _object({"id": NUMBER, "user": USER, "course": TEXT})
ROLE = _object({"id": NUMBER, "user": USER, "role": TEXT})
COMMENT = _object(
    {
        "user": _object(dict.fromkeys(("username", "email", "first_name", "last_name"), TEXT)),
        "course_run_key": OPTIONAL,
        "comment": TEXT,
        "created": {"type": "string", "format": "date-time"},
    }
)
TASK = _object(
    {
        "id": NUMBER,
        "uploaded_by": OPTIONAL,
        "result": {"type": "array", "items": {"type": "object"}, "nullable": True},
        "created": TEXT,
        "modified": TEXT,
        "csv_file": TEXT,
        "task_summary": {"type": "object"},
        "task_type": TEXT,
        "status": TEXT,
        "task_id": TEXT,
    }
)
METADATA: Shape = {
    "type": "object",
    "properties": {"name": TEXT, "actions": _object({"POST": {"type": "object"}})},
    "required": ["name"],
}
RECOMMENDED = _object({"uuid": TEXT, "recommendations": _list(_ref("Course"))})
REPLACED = _object({"successful_replacements": _list({}), "failed_replacements": _list({})})
TAG = _object({"name": TEXT, "value": TEXT})

# A sentence, the messages by field, or an object with a detail: all that the micro-frontend shows.
PROBLEM: Shape = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        _object({"detail": TEXT}),
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]},
        },
    ]
}

PAGES = ("page", "page_size", "limit", "offset")
SPARSE = ("fields", "omit", "exclude_utm", "include_restricted")
OF_READS = (*SPARSE, "editable", "0")
LIST_OF_COURSES = (
    *(*OF_READS, *PAGES, "ordering", "keys", "uuids", "editors", "course_type", "timestamp", "pubq", "q"),
    *("course_run_statuses", "marketable_course_runs_only", "published_course_runs_only", "include_hidden_course_runs"),
)
LIST_OF_RUNS = (*OF_READS, *PAGES, "ordering", "keys", "hidden", "active", "marketable", "license", "q")

SAVED_COURSE = (*OF_COURSE, "draft", "uuid", "key")
SAVED_RUN = (
    *(*OF_RUN, "draft", "status", "key", "rerun", "term", "has_ofac_restrictions", "ofac_comment", "course"),
    *("upgrade_deadline_override", "credit_provider", "credit_hours", "upgrade_deadline"),
)
PERSON = (
    *("given_name", "family_name", "bio", "major_works", "profile_image", "position", "urls_detailed", "email"),
    *("areas_of_expertise", "slug", "salutation"),
)


class _OfOutput(CatalogSchema):
    """Describes a view that answers what it shows."""

    def get_response_serializers(self) -> Any:
        """Return the serializer."""
        return self.view.shown

    def get_request_serializer(self) -> Any:
        """Return none."""
        return None

    def get_operation_id(self) -> str:
        """Return the path."""
        return str(self.path)


@cache
def _shapes() -> dict[str, Any]:
    """Return the components of the door's serializers, and what they name."""

    def view(output: Any) -> Any:
        class Shown(APIView):
            schema = _OfOutput()
            shown = output

            def get(self, request: Any) -> Response:
                raise AssertionError("Nobody asks this view.")

        return Shown.as_view()

    patterns: list[URLPattern] = [path(f"{name}/", view(output)) for name, output in OUTPUTS.items()]
    with translation.override(None), patched_settings({**SETTINGS, "SCHEMA_PATH_PREFIX": ""}):
        generator = SchemaGenerator(patterns=patterns)  # type: ignore[no-untyped-call]
        made = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    shapes: dict[str, Any] = made["components"]["schemas"]
    names = {}
    for name in OUTPUTS:
        [shown] = made["paths"][f"/{name}/"]["get"]["responses"]["200"]["content"].values()
        names[f"{name}Answer"] = {"allOf": [shown["schema"]]}
    for shape in shapes.values():
        if shape.get("type") == "object":
            shape.setdefault("additionalProperties", False)
    return shapes | names


def _operation(
    name: str,
    answer: Shape | None,
    *,
    status: int = 200,
    parameters: Iterable[str] = (),
    fields: Iterable[str] | None = None,
    form: str = "application/json",
    errors: Iterable[int] = (),
    ids: Iterable[str] = ("id",),
) -> dict[str, Any]:
    content = {} if answer is None else {"content": {"application/json": {"schema": answer}}}
    known = {400, 401, 403, 404, 406, 429, *errors, *((413, 415, 409, 503) if fields is not None else ())}
    told = {"description": "An error", "content": {"application/json": {"schema": _ref("Error")}}}
    described: dict[str, Any] = {
        "operationId": name,
        "parameters": [
            *({"name": entry, "in": "path", "required": True, "schema": TEXT} for entry in ids),
            *({"name": entry, "in": "query", "schema": TEXT} for entry in parameters),
        ],
        "responses": {str(status): {"description": "The answer", **content}, **{str(code): told for code in known}},
    }
    if fields is not None:
        shape = {"type": "object", "properties": {entry: {} for entry in fields}}
        described["requestBody"] = {"content": {form: {"schema": shape}}}
    return described


def _reference(resource: str, shape: str, *, parameters: Iterable[str] = PAGES) -> dict[str, Any]:
    """Return the paths of a list to choose from."""
    name = resource.rstrip("s")
    return {
        f"/api/v1/{resource}/": {
            "get": _operation(
                f"{name}_list", _page(_ref(shape)), parameters=[*parameters, "exclude_utm", "fields", "omit"], ids=()
            )
        },
        f"/api/v1/{resource}/{{id}}/": {
            "get": _operation(f"{name}_retrieve", _ref(shape), parameters=["fields", "omit"])
        },
    }


def _paths() -> dict[str, Any]:
    v1 = "/api/v1"
    publisher = "/publisher/api/admins/organizations"
    course, run, person, collaborator = _ref("Course"), _ref("Run"), _ref("Person"), _ref("Collaborator")
    metadata = {"parameters": ("editable",), "ids": ()}
    creation = (*OF_COURSE, "org", "number", "course_run")
    saved = {"parameters": SPARSE, "errors": (409,)}
    paths: dict[str, Any] = {
        f"{v1}/courses/": {
            "get": _operation("courses_list", _page(course), parameters=LIST_OF_COURSES, errors=(304,), ids=()),
            "post": _operation("courses_create", course, status=201, fields=creation, ids=()),
            "options": _operation("courses_metadata", METADATA, **metadata),
        },
        f"{v1}/courses/{{id}}/": {
            "get": _operation("courses_retrieve", course, parameters=OF_READS),
            "patch": _operation("courses_save", course, fields=SAVED_COURSE, **saved),
        },
        f"{v1}/course_runs/": {
            "get": _operation("course_runs_list", _page(run), parameters=LIST_OF_RUNS, ids=()),
            "post": _operation("course_runs_create", run, status=201, fields=SAVED_RUN, ids=()),
            "options": _operation("course_runs_metadata", METADATA, **metadata),
        },
        f"{v1}/course_runs/{{id}}/": {
            "get": _operation("course_runs_retrieve", run, parameters=OF_READS),
            "patch": _operation("course_runs_save", run, fields=SAVED_RUN, **saved),
        },
        f"{v1}/currency/": {"get": _operation("currency", {"type": "object"}, ids=())},
        f"{v1}/course_runs/contains/": {
            "get": _operation("course_runs_contains", {}, parameters=("query", "course_run_ids"), ids=())
        },
        f"{v1}/course_review/": {"get": _operation("course_review", _page({}), parameters=PAGES, ids=())},
        f"{v1}/course_review/{{id}}/": {"get": _operation("course_review_retrieve", {})},
        f"{v1}/course_recommendations/{{id}}/": {"get": _operation("recommendations", RECOMMENDED)},
        f"{v1}/course_editors/": {
            "get": _operation("course_editors_list", _slice(EDITOR), parameters=("course", "cursor"), ids=()),
            "post": _operation("course_editors_create", EDITOR, status=201, fields=("course", "user_id"), ids=()),
        },
        f"{v1}/course_editors/{{id}}/": {
            "get": _operation("course_editors_retrieve", EDITOR),
            "delete": _operation("course_editors_delete", None, status=204),
        },
        f"{v1}/collaborators/": {
            "get": _operation("collaborators_list", _slice(collaborator), parameters=("cursor",), ids=()),
            "post": _operation("collaborators_create", collaborator, status=201, fields=("name", "image"), ids=()),
        },
        f"{v1}/collaborators/{{id}}/": {
            "get": _operation("collaborators_retrieve", collaborator),
            "patch": _operation("collaborators_save", collaborator, fields=("uuid", "name", "image")),
            "delete": _operation("collaborators_delete", None, status=204, errors=(409,)),
        },
        f"{v1}/people/": {
            "get": _operation("people_list", _page(person), parameters=(*PAGES, "slug", "org", "fields"), ids=()),
            "post": _operation("people_create", person, status=201, fields=PERSON, ids=()),
        },
        f"{v1}/people/{{id}}/": {
            "get": _operation("people_retrieve", person),
            "patch": _operation("people_save", person, fields=PERSON),
            "delete": _operation("people_delete", None, status=204, errors=(409,)),
        },
        f"{v1}/search/person_typeahead/": {
            "get": _operation("person_typeahead", _list(person), parameters=("q", "org"), ids=())
        },
        f"{v1}/comments/": {
            "get": _operation("comments_list", _list(COMMENT), parameters=("course_uuid",), ids=()),
            "post": _operation(
                "comments_create", COMMENT, status=201, fields=("course_uuid", "comment", "course_run_key"), ids=()
            ),
        },
        f"{v1}/bulk_operation_tasks/": {
            "get": _operation(
                "tasks_list", _page(TASK), parameters=("page", "page_size", "status", "ordering"), ids=()
            ),
            "post": _operation(
                "tasks_create",
                TASK,
                status=201,
                fields=("csv_file", "task_type"),
                form="multipart/form-data",
                ids=(),
            ),
        },
        f"{v1}/bulk_operation_tasks/{{id}}/": {
            "get": _operation("tasks_retrieve", TASK, parameters=("include_result",))
        },
        f"{v1}/replace_usernames/": {
            "post": _operation("replace_usernames", REPLACED, fields=("username_mappings",), ids=())
        },
        f"{publisher}/users/": {"get": _operation("users_list", _page(USER), parameters=PAGES, ids=())},
        f"{publisher}/{{organization}}/users/": {
            "get": _operation("organization_users", _page(USER), parameters=("page",), ids=("organization",))
        },
        f"{publisher}/{{organization}}/roles/": {
            "get": _operation("organization_roles", _slice(ROLE), parameters=("role", "cursor"), ids=("organization",))
        },
        "/taggit_autosuggest/list/taggit.tag/": {
            "get": _operation("tags", _list(TAG), parameters=("q", "limit"), ids=())
        },
    }
    for resource, shape in (
        ("organizations", "Organization"),
        ("subjects", "Subject"),
        ("topics", "Topic"),
        ("level_types", "LevelType"),
        ("program_types", "ProgramType"),
        ("sources", "Source"),
    ):
        paths |= _reference(resource, shape)
    return {f"{DOOR}{address}": methods for address, methods in paths.items()}


@cache
def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Discovery's door", "version": "1"},
        "paths": _paths(),
        "components": {"schemas": {**_shapes(), "ErrorAnswer": PROBLEM}},
    }
