"""Courses at Discovery's door: list, detail, creation, changes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import (
    Action,
    can,
    course_differences,
    create_course,
    save_and_submit_course,
    update_course,
    visible,
)
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput, NotPermitted, StaleRevision
from openedx_catalog_publisher.editing.courses import Extras
from openedx_catalog_publisher.models import Course, CourseRun, OrganizationProfile, Review, Source, Status
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.discovery.course_input import course_input, is_page, is_whole_page, present_course
from openedx_catalog_publisher.rest.discovery.course_output import DoorCourseOutput
from openedx_catalog_publisher.rest.discovery.door import Sentence, require_publisher_user, wants_drafts
from openedx_catalog_publisher.rest.discovery.flags import keys, words
from openedx_catalog_publisher.rest.discovery.metadata import CourseMetadata
from openedx_catalog_publisher.rest.discovery.run_input import run_creation_input
from openedx_catalog_publisher.rest.discovery.shown import (
    forget_page,
    note_course,
    note_page,
    open_reviews,
    open_reviews_of,
    review_page_of,
)
from openedx_catalog_publisher.rest.discovery.sparse import is_narrowed
from openedx_catalog_publisher.rest.discovery.units import UnitDoor
from openedx_catalog_publisher.rest.discovery.workflow import (
    RELOAD,
    is_offered_decisions,
    may_review,
    says_no_draft,
)
from openedx_catalog_publisher.rest.filters import CourseFilter, narrowed
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.selections import named
from openedx_catalog_publisher.rest.unit_input import COURSE, UnitInput
from openedx_catalog_publisher.rest.unit_rows import read_courses
from openedx_catalog_publisher.rest.units import body_of
from openedx_catalog_publisher.review.states import IN_REVIEW
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
    course_uuid = "uuid"
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
            "editors": ",".join(word for word in words(request, "editors") if word.isascii() and word.isdigit()),
            "course_type": ",".join(words(request, "course_type")),
            "modified_since": request.query_params.get("timestamp", ""),
        }
        statuses = set(words(request, "course_run_statuses")) & RUN_STATUSES
        if statuses:
            rows = rows.filter(_has_run_shown_as(statuses))
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

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Answer one course; which runs under review its page shows is noted, for decisions that name no content."""
        if not wants_drafts(request) or is_narrowed(request):
            return super().retrieve(request, id)
        reviews = open_reviews_of(id)
        response = super().retrieve(request, id)
        if reviews.by_unit and may_review(request.user):
            note_page(request.user, reviews, (uuid.UUID(run["uuid"]) for run in response.data["course_runs"]))
        elif not reviews.by_unit and is_offered_decisions(request.user):
            forget_page(request.user, uuid.UUID(response.data["uuid"]))
        return response

    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002
        """
        Change a course's draft; what is not named stays. With ``draft: false`` it is published or submitted, too, or
        nothing is written.

        While the course or a run of it is in review, only what needs no review can change. A page that is sent back
        whole and changes nothing confirms that it shows what is under review. A reviewer's page of what is under review
        no more changes nothing at all.
        """
        draft, may_edit = self._writable(request, id)
        data = body_of(request.data)
        page = None
        if may_edit and is_page(data) and is_offered_decisions(request.user):
            page = review_page_of(request.user, draft["uuid"])
        reviews = open_reviews(draft["uuid"])
        present = present_course(draft["pk"])
        given = course_input(data, present)
        extras = Extras(
            prices=given.extras.get("prices"),
            topics=given.extras.get("topics"),
            tag=page.tag if page is not None else None,
            # The page leaves the slug empty where there is none; what is under review stays as it is.
            makes_slug="url_slug" in data and not reviews.by_unit,
        )
        checks_alone = not may_edit or (page is not None and not page.shows(reviews))
        try:
            if checks_alone and course_differences(draft["uuid"], given.changes, extras=extras):
                raise Conflict(RELOAD)
            if not checks_alone:
                save = save_and_submit_course if says_no_draft(data) else update_course
                save(self.actor, draft["uuid"], given.changes, extras=extras, keep_reviews=True)
        except StaleRevision as error:
            raise Conflict(RELOAD) from error
        except InvalidInput as error:
            if "url_slug" in error.fields and reviews.is_deciding:
                # The submission gave the course its slug, and the page was loaded before.
                raise Conflict(RELOAD) from error
            raise COURSE.in_public(error) from error
        if is_whole_page(data, present):
            note_course(request.user, reviews)
        return self.answer_draft(request, draft["pk"])

    def _writable(self, request: Request, name: str) -> tuple[dict[str, Any], bool]:
        """Return the draft that a path names, and whether the user edits it, or reviews it only."""
        require_publisher_user(request.user)
        rows = named(Course.everything.filter(draft=True), name)
        for action in (Action.EDIT, Action.REVIEW_LEGAL, Action.REVIEW_INTERNAL):
            found: dict[str, Any] | None = visible(request.user, action, rows).values("pk", "uuid", "key").first()
            if found is not None:
                return found, action is Action.EDIT
        raise self.missing()

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


def _has_run_shown_as(statuses: set[str]) -> Q:
    """Return the condition that a course has a run that is shown with one of these statuses (``shown_status``)."""
    shown = Q(CourseFilter.has_run_of(statuses - {Status.PUBLISHED}))
    published = CourseRun.everything.filter(course=OuterRef("pk"), hidden=False, status=Status.PUBLISHED)
    going_on = Q(end__isnull=True) | Q(end__gte=timezone.now())
    in_review = _is_draft_in_review(IN_REVIEW)
    if Status.PUBLISHED in statuses:
        shown |= Q(Exists(published), ~in_review) | Q(Exists(published.exclude(going_on)))
    reviews = {status for word in statuses for status in CourseFilter.RUN_STATUSES.get(word, ())} & {*IN_REVIEW}
    if reviews:
        # Live runs are in review with their course.
        shown |= Q(Exists(published.filter(going_on))) & _is_draft_in_review(reviews)
    return shown


def _is_draft_in_review(statuses: Collection[str]) -> Q:
    return Q(Exists(Review.objects.filter(open_unit=OuterRef("uuid"), status__in=statuses)), draft=True)


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
