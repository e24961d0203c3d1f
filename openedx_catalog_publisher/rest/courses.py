"""Courses: list, detail, writes, and what is done with their drafts."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action, Parents, Selection, create_course, delete_course, update_course
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.editing.canonical import FieldError
from openedx_catalog_publisher.editing.courses import Extras
from openedx_catalog_publisher.models import Course, OrganizationProfile, UnitKind
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.course_output import CourseOutput
from openedx_catalog_publisher.rest.course_runs import run_for_creation
from openedx_catalog_publisher.rest.etags import course_etag, expected_course_revision, expected_tag
from openedx_catalog_publisher.rest.filters import CourseFilter, parameters_of
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
from openedx_catalog_publisher.rest.past_rows import past_course
from openedx_catalog_publisher.rest.plan_output import (
    PlanCourseInput,
    PlanOutput,
    PublishCourseInput,
    PublishedOutput,
)
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.selections import runs_named
from openedx_catalog_publisher.rest.unit_input import COURSE, UnitInput, read_input
from openedx_catalog_publisher.rest.unit_rows import read_courses
from openedx_catalog_publisher.rest.unit_schemas import (
    CHANGE_COURSE,
    CREATE_COURSE,
    PLAN_COURSE,
    PUBLISH_COURSE,
    PUBLISH_UNREVIEWED,
    CourseCreation,
    CourseInput,
)
from openedx_catalog_publisher.rest.units import UnitViewSet, body_of

ANSWERED = frozenset(CourseOutput._declared_fields)
PICTURES = frozenset({"image", "organization_logo_override"})
"""What is stored before the command writes its name."""

ONLY_AT_CREATION = frozenset({"org", "number", "course_run", "course_runs"})

ORDERS = {"key": "key_normalized", "title": "title", "number": "number", "modified": "modified"}
LIST_PARAMETERS = (
    *parameters_of(CourseFilter),
    ordering_parameter(*ORDERS),
    FIELDS,
    EDITABLE,
    *PAGES,
    CURSOR,
)


class CourseViewSet(UnitViewSet):
    """Courses, official or, with ``editable=1``, as drafts. Each is named by its UUID or its key."""

    kind = UnitKind.COURSE
    model = Course
    output = CourseOutput
    filters = CourseFilter
    orders = ORDERS
    tag_paths = frozenset({"revision", "course_runs.revision", "course_runs.uuid"})
    course_path = "pk"
    publish_input = PublishCourseInput

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read courses with what an answer needs."""
        return read_courses(rows, paths)

    def read_past(self, unit: uuid.UUID, anchor_pk: int, moment: datetime) -> Record:
        """Read what was official of a course at a time."""
        return past_course(unit, anchor_pk, moment)

    def etag(self, record: Record) -> str:
        """Return the tag of a draft with its runs."""
        return course_etag(record)

    @operation(page_of(CourseOutput, "Course"), errors=(400, 403, 404), parameters=LIST_PARAMETERS)
    def list(self, request: Request) -> Response:
        """List courses."""
        return self.answer_list(request)

    @operation(CourseOutput, errors=(400, 403, 404), parameters=(FIELDS, EDITABLE, AS_OF, ETAG))
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Show one course."""
        return self.answer_one(request, id)

    @operation(
        CourseOutput, status=201, request=CourseCreation, parameters=(IDEMPOTENCY_KEY, ETAG), examples=(CREATE_COURSE,)
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Create the draft of a course, with its runs; whoever creates it becomes its first editor."""
        data = body_of(request.data)
        if PICTURES & data.keys():
            self._check_may_create(data)
        number, runs, given = _creation(data)
        try:
            created = create_course(
                self.actor,
                number=number,
                changes=given.changes,
                runs=[run.changes for run in runs],
                extras=Extras(prices=given.extras.get("prices"), topics=given.extras.get("topics")),
            )
        except InvalidInput as error:
            raise COURSE.in_public(error) from error
        draft = Course.drafts.values_list("pk", flat=True).get(uuid=created.course.uuid)
        response = self.answer_draft(request, draft, status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{created.course.uuid}/?editable=1")
        return response

    @operation(
        CourseOutput, request=CourseInput, errors=(404, 412), parameters=(IF_MATCH, ETAG), examples=(CHANGE_COURSE,)
    )
    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002
        """Change a course's draft; fields that are not named stay, equal input writes nothing."""
        draft = self.draft(request, id)
        data = {name: value for name, value in body_of(request.data).items() if name != "org"}
        if PICTURES & data.keys():
            require(self.actor, Action.EDIT, Course.drafts.get(pk=draft["pk"]))
        identity = {"uuid": str(draft["uuid"]), "key": draft["key"]} | _number_of(draft, data)
        given = read_input(COURSE, data, answered=ANSWERED, identity=identity)
        try:
            update_course(
                self.actor,
                draft["uuid"],
                given.changes,
                extras=Extras(
                    prices=given.extras.get("prices"), topics=given.extras.get("topics"), tag=expected_tag(request)
                ),
            )
        except InvalidInput as error:
            raise COURSE.in_public(error) from error
        return self.answer_draft(request, draft["pk"])

    @operation(None, status=204, errors=(400, 403, 404, 409, 412, 503), parameters=(IF_MATCH,))
    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002
        """Delete the draft of a course that was never published, with its runs."""
        draft = self.draft(request, id)
        delete_course(self.actor, draft["uuid"], revision=self.expected_revision(request, draft))
        return Response(status=204)

    @operation(PlanOutput, request=PlanCourseInput, errors=(404,), examples=(PLAN_COURSE,))
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, id: str) -> Response:  # noqa: A002
        """Show what publishing would do; nothing is written."""
        return self.answer_plan(request, id)

    @operation(
        PublishedOutput,
        request=PublishCourseInput,
        errors=(404,),
        parameters=(IDEMPOTENCY_KEY,),
        examples=(PUBLISH_COURSE, PUBLISH_UNREVIEWED),
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def publish(self, request: Request, id: str) -> Response:  # noqa: A002
        """Publish the course's draft, and the runs that are named; all of them or none."""
        return self.answer_publish(request, id)

    def _check_may_create(self, data: dict[str, Any]) -> None:
        # Whoever may not create the course stores no picture either. What is no organization is told with all else.
        owners = data.get("owners") or [data.get("org")]
        if isinstance(owners, list) and owners and isinstance(owners[0], str):
            profile = OrganizationProfile.objects.filter(key_normalized=normalize_key(owners[0])).first()
            if profile is not None:
                require(self.actor, Action.CREATE_COURSE, profile)
                return
        raise InvalidInput({"org": ["Give the key of the organization that owns the course."]})

    def selection(self, draft: dict[str, Any], data: Any) -> Selection:
        """Return the course, and the runs that a request names."""
        runs, all_runs = runs_named(draft["pk"], body_of(data).get("runs"))
        return Selection.of(courses=[draft["uuid"]], runs=runs, all_runs=all_runs, parents=Parents.WHERE_NEEDED)

    def expected_revision(self, request: Request, draft: dict[str, Any]) -> int | None:
        """Return the revision of the course's draft that ``If-Match`` names; its runs' are compared here."""
        return expected_course_revision(request, draft)


def _number_of(draft: dict[str, Any], data: dict[str, Any]) -> dict[str, str]:
    if "number" not in data:
        return {}
    return {"number": Course.drafts.values_list("number", flat=True).get(pk=draft["pk"])}


def _creation(data: dict[str, Any]) -> tuple[str, list[UnitInput], UnitInput]:
    """
    Return number, runs and the course's own input of a creation.

    Raises:
        InvalidInput: naming every faulty field; those of runs as ``course_runs[0].start``.
    """
    errors: dict[str, list[str]] = {}
    if "org" in data and "owners" not in data:
        data = {**data, "owners": [data["org"]]}
    number = data.get("number")
    if not isinstance(number, str) or not number.strip():
        errors["number"] = ['Give the course number, for example "DS101".']
        number = ""
    given, runs = UnitInput(), []
    own = {name: value for name, value in data.items() if name not in ONLY_AT_CREATION}
    try:
        given = read_input(COURSE, own, answered=ANSWERED)
    except InvalidInput as error:
        errors |= {
            ("org" if name == "owners" and "org" in data else name): found for name, found in error.fields.items()
        }
    if not data.get("owners") and "owners" not in errors:
        errors["org"] = ["Give the key of the organization that owns the course."]
    for index, run in enumerate(_runs(data, errors)):
        try:
            runs.append(run_for_creation(run))
        except InvalidInput as error:
            errors |= {f"course_runs[{index}].{name}": found for name, found in error.fields.items()}
        except FieldError as error:
            errors[f"course_runs[{index}]"] = error.messages
    if errors:
        raise InvalidInput(errors)
    return number, runs, given


def _runs(data: dict[str, Any], errors: dict[str, list[str]]) -> list[Any]:
    runs = data.get("course_runs", [])
    if not isinstance(runs, list):
        errors["course_runs"] = ["Give a list."]
        return []
    return [data["course_run"], *runs] if data.get("course_run") is not None else runs
