"""Courses at Discovery's door: list, detail, creation, changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action, can, create_course, update_course, visible
from openedx_catalog_publisher.commands.errors import InvalidInput, NotPermitted
from openedx_catalog_publisher.editing.courses import Extras
from openedx_catalog_publisher.models import Course, OrganizationProfile, Source
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.discovery.course_input import course_input, present_course
from openedx_catalog_publisher.rest.discovery.course_output import DoorCourseOutput
from openedx_catalog_publisher.rest.discovery.door import Sentence, require_publisher_user, wants_drafts
from openedx_catalog_publisher.rest.discovery.flags import keys, words
from openedx_catalog_publisher.rest.discovery.metadata import CourseMetadata
from openedx_catalog_publisher.rest.discovery.run_input import run_creation_input
from openedx_catalog_publisher.rest.discovery.units import UnitDoor
from openedx_catalog_publisher.rest.filters import CourseFilter, narrowed
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.selections import named
from openedx_catalog_publisher.rest.unit_input import COURSE, UnitInput
from openedx_catalog_publisher.rest.unit_rows import read_courses
from openedx_catalog_publisher.rest.units import body_of
from openedx_catalog_publisher.settings.conf import default_source_slug

REQUIRED = ("org", "number", "title", "type", "product_source")

FALLBACK_SOURCE = "edx"
"""What the Publisher micro-frontend sends where there is not exactly one source to choose."""

RUN_STATUSES = frozenset({*CourseFilter.RUN_STATUSES, "archived"})


class CourseDoor(UnitDoor):
    """Courses, official or, with ``editable=1``, as drafts. Each is named by its UUID or its key."""

    model = Course
    output = DoorCourseOutput
    orders = {
        name: name
        for name in ("title", "number", "modified", "uuid", "url_slug", "enrollment_count", "recent_enrollment_count")
    } | {"key": "key_normalized", "key_for_reruns": "key_for_reruns"}
    course_path = "pk"
    errors_as_text = True
    metadata_class = CourseMetadata

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read courses with what an answer needs."""
        return read_courses(rows, paths)

    def asked_for(self, request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
        """
        Return the courses that the parameters of a list ask for.

        Raises:
            ValidationError: naming the parameter.
        """
        given = {
            "keys": ",".join(keys(request)),
            "uuids": ",".join(words(request, "uuids")),
            "course_run_statuses": ",".join(set(words(request, "course_run_statuses")) & RUN_STATUSES),
            "editors": ",".join(word for word in words(request, "editors") if word.isascii() and word.isdigit()),
            "course_type": ",".join(words(request, "course_type")),
            "modified_since": request.query_params.get("timestamp", ""),
        }
        if wants_drafts(request):
            given["search"] = request.query_params.get("pubq", "").strip()
        try:
            return narrowed(CourseFilter, request, rows, given)
        except InvalidInput as error:
            public = {"modified_since": "timestamp"}
            raise ValidationError({public.get(name, name): found for name, found in error.fields.items()}) from error

    def create(self, request: Request) -> Response:
        """Create the draft of a course, and of a run with it; whoever creates it becomes its first editor."""
        data = body_of(request.data)
        missing = [name for name in REQUIRED if data.get(name) in (None, "")]
        if missing:
            raise Sentence(f"Give also: {', '.join(missing)}.")
        owner = self._owner(data["org"])
        number = data["number"]
        if not isinstance(number, str):
            raise Sentence("number: Give text.")
        given = course_input(data | {"product_source": known_source(data["product_source"])}, None)
        given.changes["authoring_organizations"] = [owner]
        runs = [] if data.get("course_run") is None else [_run(data["course_run"], owner)]
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
        return self.answer_draft(request, draft, status=201)

    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Change a course's draft; what is not named stays."""
        draft = self._editable(request, id)
        data = body_of(request.data)
        given = course_input(data, present_course(draft["pk"]))
        try:
            update_course(
                self.actor,
                draft["uuid"],
                given.changes,
                extras=Extras(prices=given.extras.get("prices"), topics=given.extras.get("topics")),
            )
        except InvalidInput as error:
            raise COURSE.in_public(error) from error
        return self.answer_draft(request, draft["pk"])

    def _editable(self, request: Request, name: str) -> dict[str, Any]:
        require_publisher_user(request.user)
        rows = visible(request.user, Action.EDIT, named(Course.everything.filter(draft=True), name))
        found: dict[str, Any] | None = rows.values("pk", "uuid", "key").first()
        if found is None:
            raise self.missing()
        return found

    def _owner(self, org: Any) -> OrganizationProfile:
        profile = None
        if isinstance(org, str):
            profile = OrganizationProfile.objects.filter(key_normalized=normalize_key(org)).first()
        if profile is None:
            require_publisher_user(self.request.user)
            raise Sentence(f"org: There is no organization {org}.")
        if not can(self.request.user, Action.CREATE_COURSE, profile):
            raise NotPermitted(f"You may not create courses of {profile.key}.")
        return profile


def known_source(slug: Any) -> Any:
    """Return the source that a creation names; the installation's own where the client has none to choose."""
    if slug == FALLBACK_SOURCE and not Source.objects.filter(slug=slug).exists():
        default = default_source_slug()
        return default if default != FALLBACK_SOURCE else None
    return slug


def _run(data: Any, owner: OrganizationProfile) -> UnitInput:
    if not isinstance(data, Mapping):
        raise Sentence("course_run: Give an object.")
    try:
        given = run_creation_input(data, [owner])
    except InvalidInput as error:
        raise InvalidInput({f"course_run.{name}": found for name, found in error.fields.items()}) from error
    # The course's prices are those of its runs.
    given.extras.clear()
    return given
