"""Course runs: list, detail, writes, and what is done with their drafts."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Parents, Selection, archive, create_run, delete_run, update_run
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.editing.canonical import FieldError
from openedx_catalog_publisher.models import Course, CourseRun, UnitKind
from openedx_catalog_publisher.rest.etags import run_etag
from openedx_catalog_publisher.rest.filters import CourseRunFilter, parameters_of
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.openapi import (
    AS_OF,
    CURSOR,
    EDITABLE,
    ETAG,
    FIELDS,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    PAGES,
    operation,
    ordering_parameter,
    page_of,
)
from openedx_catalog_publisher.rest.past_rows import past_run
from openedx_catalog_publisher.rest.plan_output import (
    PlanOutput,
    PlanRunInput,
    PublishedOutput,
    PublishRunInput,
    ReasonInput,
    ReleaseOutput,
)
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.run_output import RunOutput
from openedx_catalog_publisher.rest.selections import find_draft
from openedx_catalog_publisher.rest.unit_input import RUN, UnitInput, read_input
from openedx_catalog_publisher.rest.unit_rows import read_runs
from openedx_catalog_publisher.rest.unit_schemas import (
    ARCHIVE,
    CHANGE_RUN,
    CREATE_RUN,
    PLAN_RUN,
    PUBLISH_RUN,
    PUBLISH_UNREVIEWED,
    RunCreation,
    RunInput,
)
from openedx_catalog_publisher.rest.units import UnitViewSet, body_of, reason_of

ANSWERED = frozenset(RunOutput._declared_fields)

INHERITED = ("title", "short_description", "full_description", "outcome", "video")
"""What a run shows of its course where it has none of its own."""

ORDERS = {"key": "key_normalized", "start": "start", "end": "end", "modified": "modified"}
LIST_PARAMETERS = (
    *parameters_of(CourseRunFilter),
    ordering_parameter(*ORDERS),
    FIELDS,
    EDITABLE,
    *PAGES,
    CURSOR,
)


class CourseRunViewSet(UnitViewSet):
    """Course runs, official or, with ``editable=1``, as drafts. Each is named by its UUID or its key."""

    kind = UnitKind.COURSE_RUN
    model = CourseRun
    output = RunOutput
    filters = CourseRunFilter
    orders = ORDERS
    tag_paths = frozenset({"revision"})
    course_path = "course__pk"
    publish_input = PublishRunInput

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read runs with what an answer needs."""
        return read_runs(rows, paths)

    def read_past(self, unit: uuid.UUID, anchor_pk: int, moment: datetime) -> Record:
        """Read what was official of a run at a time."""
        course = CourseRun.drafts.values_list("course__uuid", flat=True).get(pk=anchor_pk)
        return past_run(unit, course, moment)

    def etag(self, record: Record) -> str:
        """Return the tag of a draft."""
        return run_etag(record)

    @operation(page_of(RunOutput, "CourseRun"), errors=(400, 403, 404), parameters=LIST_PARAMETERS)
    def list(self, request: Request) -> Response:
        """List course runs."""
        return self.answer_list(request)

    @operation(RunOutput, errors=(400, 403, 404), parameters=(FIELDS, EDITABLE, AS_OF, ETAG))
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Show one course run."""
        return self.answer_one(request, id)

    @operation(RunOutput, status=201, request=RunCreation, parameters=(IDEMPOTENCY_KEY, ETAG), examples=(CREATE_RUN,))
    @idempotent
    def create(self, request: Request) -> Response:
        """Create the draft of a course run."""
        data = body_of(request.data)
        course = data.pop("course", None)
        errors: dict[str, list[str]] = {}
        found: dict[str, Any] | None = None
        given = UnitInput()
        if not isinstance(course, str) or not course:
            errors["course"] = ["Give the key or the UUID of the course."]
        else:
            try:
                found = find_draft(request.user, Course, course)
            except UnitNotFound as error:
                errors["course"] = [error.message]
        try:
            given = run_for_creation(data)
        except InvalidInput as error:
            errors |= error.fields
        if errors or found is None:
            raise InvalidInput(errors)
        try:
            created = create_run(self.actor, found["uuid"], given.changes, prices=given.extras.get("prices"))
        except InvalidInput as error:
            raise RUN.in_public(error) from error
        draft = CourseRun.drafts.values_list("pk", flat=True).get(uuid=created.uuid)
        response = self.answer_draft(request, draft, status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{created.uuid}/?editable=1")
        return response

    @operation(RunOutput, request=RunInput, errors=(404, 412), parameters=(IF_MATCH, ETAG), examples=(CHANGE_RUN,))
    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002
        """Change a run's draft; fields that are not named stay, equal input writes nothing."""
        draft = self.draft(request, id)
        data = body_of(request.data)
        given = read_input(
            RUN,
            data,
            answered=ANSWERED,
            identity={"uuid": str(draft["uuid"]), "key": draft["key"]} | _course_of(draft, data),
            inherited=inherited_values(draft["pk"]) if data.keys() & set(INHERITED) else None,
        )
        try:
            update_run(
                self.actor,
                draft["uuid"],
                given.changes,
                revision=self.expected_revision(request, draft),
                prices=given.extras.get("prices"),
            )
        except InvalidInput as error:
            raise RUN.in_public(error) from error
        return self.answer_draft(request, draft["pk"])

    @operation(None, status=204, errors=(400, 403, 404, 409, 412, 503), parameters=(IF_MATCH,))
    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002
        """Delete the draft of a run that was never published and is not in Studio."""
        draft = self.draft(request, id)
        delete_run(self.actor, draft["uuid"], revision=self.expected_revision(request, draft))
        return Response(status=204)

    @operation(PlanOutput, request=PlanRunInput, errors=(404,), examples=(PLAN_RUN,))
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, id: str) -> Response:  # noqa: A002
        """Show what publishing would do; nothing is written."""
        return self.answer_plan(request, id)

    @operation(
        PublishedOutput,
        request=PublishRunInput,
        errors=(404,),
        parameters=(IDEMPOTENCY_KEY,),
        examples=(PUBLISH_RUN, PUBLISH_UNREVIEWED),
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def publish(self, request: Request, id: str) -> Response:  # noqa: A002
        """Publish the run's draft, with its course where that is needed or asked for."""
        return self.answer_publish(request, id)

    @operation(ReleaseOutput, request=ReasonInput, errors=(404,), parameters=(IDEMPOTENCY_KEY,), examples=(ARCHIVE,))
    @action(detail=True, methods=["post"])
    @idempotent
    def archive(self, request: Request, id: str) -> Response:  # noqa: A002
        """Take a run that has ended out of the market; it stays readable."""
        draft = self.draft(request, id)
        reason = reason_of(request.data)
        return self.answer_release(archive(self.actor, draft["uuid"], reason=reason))

    def selection(self, draft: dict[str, Any], data: Any) -> Selection:
        """Return the run, with its course where a request says so or nothing of it is official."""
        with_course = body_of(data).get("with_course", False)
        if not isinstance(with_course, bool):
            raise InvalidInput({"with_course": ["Give true or false."]})
        parents = Parents.ALWAYS if with_course else Parents.WHERE_NEEDED
        return Selection.of(runs=[draft["uuid"]], parents=parents)


def run_for_creation(data: Any) -> UnitInput:
    """
    Return the input of a run that is to be created. ``run`` or ``term`` types the run part of its key.

    Raises:
        InvalidInput: naming every faulty field.
        FieldError: when it is no object.
    """
    if not isinstance(data, Mapping):
        raise FieldError("Give an object.")
    parts = {name: data[name] for name in ("run", "term") if data.get(name) not in (None, "")}
    rest = {name: value for name, value in data.items() if name not in ("run", "term")}
    errors = {name: ["Give text."] for name, value in parts.items() if not isinstance(value, str)}
    given = UnitInput()
    try:
        given = read_input(RUN, rest, answered=ANSWERED)
    except InvalidInput as error:
        errors |= error.fields
    if errors:
        raise InvalidInput(errors)
    if parts:
        given.changes["run"] = next(iter(parts.values()))
    return given


def inherited_values(run_pk: int) -> dict[str, Any]:
    """Return what the draft of a run shows of its course, by the API's name."""
    columns = {name: f"course__{name}" for name in INHERITED}
    values = CourseRun.drafts.filter(pk=run_pk).values(*columns.values()).get()
    return {name: values[column] for name, column in columns.items()}


def _course_of(draft: dict[str, Any], data: Mapping[str, Any]) -> dict[str, str]:
    if "course" not in data:
        return {}
    course = CourseRun.drafts.filter(pk=draft["pk"]).values("course__uuid", "course__key").get()
    # Answers give the key; the uuid is what never changes.
    return {"course": course["course__key"] if data["course"] == course["course__key"] else str(course["course__uuid"])}
