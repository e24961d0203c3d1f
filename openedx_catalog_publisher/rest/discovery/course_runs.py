"""Course runs at Discovery's door: list, detail, creation, changes."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.access.policy import may_by_account
from openedx_catalog_publisher.access.roles import holds_anywhere
from openedx_catalog_publisher.api import (
    Action,
    SubmissionRefused,
    create_run,
    save_and_submit_run,
    update_run,
    visible,
)
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput, NotPermitted
from openedx_catalog_publisher.models import (
    Course,
    CourseOrganization,
    CourseRun,
    OrganizationProfile,
    RestrictedCourseRun,
    RoleName,
    Seat,
    Status,
)
from openedx_catalog_publisher.rest.discovery.door import Sentence, require_publisher_user
from openedx_catalog_publisher.rest.discovery.flags import flag, keys, words
from openedx_catalog_publisher.rest.discovery.metadata import CourseRunMetadata
from openedx_catalog_publisher.rest.discovery.run_input import (
    REQUIRED,
    refused_names,
    run_creation_input,
    run_input,
    seat_terms,
)
from openedx_catalog_publisher.rest.discovery.run_output import DoorRunOutput, shown_status
from openedx_catalog_publisher.rest.discovery.shown import note_run, open_reviews
from openedx_catalog_publisher.rest.discovery.units import REVIEW, UnitDoor
from openedx_catalog_publisher.rest.discovery.workflow import (
    check_decision,
    decide_run,
    in_words,
    is_decision,
    says_no_draft,
)
from openedx_catalog_publisher.rest.filters import CourseRunFilter, narrowed
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.selections import named
from openedx_catalog_publisher.rest.unit_input import RUN
from openedx_catalog_publisher.rest.unit_rows import read_runs
from openedx_catalog_publisher.rest.units import body_of


class CourseRunDoor(UnitDoor):
    """Course runs, official or, with ``editable=1``, as drafts. Each is named by its key or its UUID."""

    model = CourseRun
    output = DoorRunOutput
    orders = {"key": "key_normalized", "start": "start"}
    course_path = "course__pk"
    course_uuid = "course__uuid"
    metadata_class = CourseRunMetadata

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read runs with what an answer needs."""
        return read_runs(rows, paths)

    def rows(self, request: Request) -> QuerySet[Any]:
        """Return the runs that the user may see, without restricted ones that are not asked for."""
        shown = words(request, "include_restricted")
        restricted = RestrictedCourseRun.objects.filter(course_run=OuterRef("pk")).exclude(restriction_type__in=shown)
        return super().rows(request).filter(~Exists(restricted))

    def asked_for(self, request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
        """
        Return the runs that the parameters of a list ask for.

        Raises:
            ValidationError: naming the parameter.
        """
        asked = request.query_params
        given = {"keys": ",".join(keys(request))}
        given |= {name: str(flag(request, name)).lower() for name in ("hidden", "active") if asked.get(name)}
        if asked.get("license"):
            rows = rows.filter(license__iexact=asked["license"])
        if asked.get("marketable"):
            seats = Seat.objects.filter(course_run=OuterRef("pk"))
            marketable = Q(Exists(seats), status=Status.PUBLISHED, draft=False, type__is_marketable=True)
            marketable &= Q(slug__isnull=False) & ~Q(key__contains="/")
            rows = rows.filter(marketable) if flag(request, "marketable") else rows.filter(~marketable)
        try:
            return narrowed(CourseRunFilter, request, rows, given)
        except InvalidInput as error:
            raise ValidationError(error.fields) from error

    def create(self, request: Request) -> Response:
        """Create the draft of a run; it takes over what a rerun does of the run that is named, or of the canonical."""
        require_publisher_user(request.user)
        data = body_of(request.data)
        course = self._course(data.get("course"))
        owners = list(
            OrganizationProfile.objects.filter(
                course_links__course=course, course_links__kind=CourseOrganization.Kind.OWNER
            )
        )
        given = run_creation_input(data, owners)
        rerun = self._rerun(course, data.get("rerun"))
        try:
            created = create_run(self.actor, course.uuid, given.changes, prices=given.extras.get("prices"), rerun=rerun)
        except InvalidInput as error:
            raise RUN.in_public(error) from error
        draft = CourseRun.drafts.values_list("pk", flat=True).get(uuid=created.uuid)
        return self.answer_draft(request, draft, status=201)

    @action(detail=False)
    def contains(self, request: Request) -> Response:
        """
        Tell which runs a query of a search engine finds.

        Raises:
            ValidationError: always, naming ``query``: there is no search here.
        """
        raise ValidationError({"query": ["Searching is not part of this door."]})

    def update(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Change a run's draft, as ``partial_update`` does, where all is named that a run cannot be without."""
        data = body_of(request.data)
        missing = {name: [REQUIRED] for name in ("course", "start", "end", "run_type") if data.get(name) in (None, "")}
        if missing:
            raise InvalidInput(missing)
        return self.partial_update(request, id)

    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """
        Change a run's draft; what is not named stays. With ``draft: false`` it is published or submitted, too, or
        nothing is written.

        A status that approves the step for which the run waits is a decision.
        """
        data = body_of(request.data)
        draft = self._draft(request, id)
        if is_decision(data, draft["shown"]):
            check_decision(data, draft["shown"])
            decide_run(self.actor, draft, data)
            return self.answer_draft(request, draft["pk"])
        if not visible(request.user, Action.EDIT, CourseRun.everything.filter(pk=draft["pk"])).exists():
            raise self.missing()
        if {"has_ofac_restrictions", "ofac_comment"} & data.keys():
            raise Sentence("The OFAC decision and its comment can be given with a decision in the legal review only.")
        self._save(draft, data)
        reviews = open_reviews(draft["course__uuid"])
        response = self.answer_draft(request, draft["pk"])
        note_run(request.user, reviews, draft["uuid"])
        return response

    def _save(self, draft: dict[str, Any], data: dict[str, Any]) -> None:
        errors = refused_names(data, draft["pk"])
        if errors:
            raise InvalidInput(errors)
        given = run_input(data, draft["pk"])
        terms = seat_terms(data, draft["pk"], may_override=may_override_deadlines(self.request.user))
        save = save_and_submit_run if says_no_draft(data) else update_run
        try:
            save(
                self.actor,
                draft["uuid"],
                given.changes,
                prices=given.extras.get("prices"),
                terms=terms,
                keep_reviews=True,
            )
        except SubmissionRefused as error:
            raise in_words(error) from error
        except InvalidInput as error:
            raise RUN.in_public(error) from error
        except Conflict as error:
            if any(detail.get("code") == "in_review" for detail in error.details):
                raise Sentence(f"{draft['key']} is in review: until that is over it cannot be changed.", 403) from error
            raise

    def _draft(self, request: Request, name: str) -> dict[str, Any]:
        """Return what is known of the draft that a path names, with the status that clients see."""
        require_publisher_user(request.user)
        rows = visible(request.user, Action.VIEW_DRAFT, named(CourseRun.everything.filter(draft=True), name))
        rows = self.with_review(rows, {REVIEW})
        found = rows.values("pk", "uuid", "key", "status", "draft", "end", "course__uuid", REVIEW).first()
        if found is None:
            raise self.missing()
        run = Record(**{column: found[column] for column in ("status", "draft", "end")})
        return {**found, "shown": shown_status(run, found[REVIEW], timezone.now())}

    def _course(self, name: Any) -> Course:
        if not isinstance(name, str) or not name:
            raise InvalidInput({"course": ["This field is required."]})
        drafts = named(Course.everything.filter(draft=True), name)
        course = visible(self.request.user, Action.EDIT, drafts).first()
        if course is not None:
            return course  # type: ignore[no-any-return]
        if visible(self.request.user, Action.VIEW_DRAFT, drafts).exists():
            raise NotPermitted(f"You may not add runs to {name}: you are none of its editors.")
        raise InvalidInput({"course": [f"There is no course {name} whose draft you may see."]})

    def _rerun(self, course: Course, name: Any) -> uuid.UUID | None:
        if name in (None, ""):
            canonical: uuid.UUID | None = (
                CourseRun.drafts.filter(pk=course.canonical_course_run_id).values_list("uuid", flat=True).first()
            )
            return canonical
        found = None
        if isinstance(name, str):
            found = named(CourseRun.everything.filter(draft=True, course=course), name).values_list("uuid").first()
        if found is None:
            raise InvalidInput({"rerun": [f"{course.key} has no run {name}."]})
        rerun: uuid.UUID = found[0]
        return rerun


def may_override_deadlines(user: Any) -> bool:
    """Tell whether somebody may set upgrade deadlines: staff, editors of the publisher and administrators may."""
    return may_by_account(user, Action.EDIT) or holds_anywhere(user, RoleName.PUBLISHER_EDITOR, RoleName.CATALOG_ADMIN)
