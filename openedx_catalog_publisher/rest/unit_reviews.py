"""The reviews of one course or of one run: submitting it, and what became of it each time."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import submit_course, submit_run
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import Course, CourseRun, Review, UnitRoot
from openedx_catalog_publisher.rest.etags import expected_course_revision, expected_revision
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, IF_MATCH, PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.review_input import SUBMIT, SubmitInput
from openedx_catalog_publisher.rest.review_output import ReviewWithActsOutput, reviews_data
from openedx_catalog_publisher.rest.selections import find_draft
from openedx_catalog_publisher.rest.unit_input import COURSE, RUN
from openedx_catalog_publisher.rest.units import check_names, text_of
from openedx_catalog_publisher.rest.views import CatalogViewSet

OF_COURSE = "course."
"""What stands before the names of a course's fields where its run is submitted."""


REVIEW_PAGE = page_of(ReviewWithActsOutput, "ReviewWithActs")


class UnitReviewViewSet(CatalogViewSet):
    """What the reviews of courses and those of runs have in common."""

    part = "reviews"
    model: ClassVar[type[UnitRoot]]

    def answer_list(self, request: Request, name: str) -> Response:
        """Answer a page of the reviews of a unit."""
        draft = find_draft(request.user, self.model, name)
        rows = Review.objects.filter(unit_uuid=draft["uuid"]).order_by("-pk")
        pages = NumberedPages()
        page = pages.paginate_queryset(rows, request) or []
        response: Response = pages.get_paginated_response(reviews_data(request.user, page, acts=True))
        return response

    def answer_submitted(self, request: Request, review: uuid.UUID) -> Response:
        """Answer the review that a submission opened."""
        row = Review.objects.get(uuid=review)
        response = Response(reviews_data(request.user, [row], acts=True)[0], status=201)
        response["Location"] = request.build_absolute_uri(
            reverse("catalog_publisher:review-detail", kwargs={"id": str(review)})
        )
        return response


class CourseReviewViewSet(UnitReviewViewSet):
    """The reviews of a course's own draft."""

    model = Course

    @operation(REVIEW_PAGE, errors=(403, 404), parameters=PAGES)
    def list(self, request: Request, course: str) -> Response:
        """List the reviews of a course with all that was done in them, the last first."""
        return self.answer_list(request, course)

    @operation(
        ReviewWithActsOutput,
        status=201,
        request=SubmitInput,
        errors=(404, 412),
        parameters=(IF_MATCH, IDEMPOTENCY_KEY),
        examples=(SUBMIT,),
    )
    @idempotent
    def create(self, request: Request, course: str) -> Response:
        """Submit a course's draft for review, without its runs."""
        draft = find_draft(request.user, Course, course)
        check_names(request.data, SubmitInput)
        comment = text_of(request.data, "comment")
        revision = expected_course_revision(request, draft)
        try:
            submitted = submit_course(self.actor, draft["uuid"], revision=revision, comment=comment)
        except InvalidInput as error:
            raise COURSE.in_public(error) from error
        return self.answer_submitted(request, submitted.review)


class CourseRunReviewViewSet(UnitReviewViewSet):
    """The reviews of a run's draft."""

    model = CourseRun

    @operation(REVIEW_PAGE, errors=(403, 404), parameters=PAGES)
    def list(self, request: Request, course_run: str) -> Response:
        """List the reviews of a course run with all that was done in them, the last first."""
        return self.answer_list(request, course_run)

    @operation(
        ReviewWithActsOutput,
        status=201,
        request=SubmitInput,
        errors=(404, 412),
        parameters=(IF_MATCH, IDEMPOTENCY_KEY),
        examples=(SUBMIT,),
    )
    @idempotent
    def create(self, request: Request, course_run: str) -> Response:
        """Submit a run's draft for review, with its course's where that is not approved."""
        draft = find_draft(request.user, CourseRun, course_run)
        check_names(request.data, SubmitInput)
        comment = text_of(request.data, "comment")
        revision = expected_revision(request)
        try:
            submitted = submit_run(self.actor, draft["uuid"], revision=revision, comment=comment)
        except InvalidInput as error:
            raise _in_public(error) from error
        return self.answer_submitted(request, submitted.review)


def _in_public(error: InvalidInput) -> InvalidInput:
    """Return an error that names the fields of a run, and those of its course, as the API does."""
    fields: dict[str, Any] = {}
    for name, messages in error.fields.items():
        wording, prefix = (COURSE, OF_COURSE) if name.startswith(OF_COURSE) else (RUN, "")
        fields[prefix + wording.public(name.removeprefix(prefix))] = messages
    return InvalidInput(fields)
