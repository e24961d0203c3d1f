"""Reviews: the queue of those who decide, and what they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import (
    Decided,
    Target,
    decide,
    decide_many,
    request_changes,
    request_changes_many,
    skip_step,
    withdraw,
)
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models import (
    Course,
    CourseOrganization,
    Review,
    ReviewRecord,
    ReviewStep,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.filters import (
    BooleanFilter,
    WordsFilter,
    check_words,
    narrowed,
    ordering_of,
    parameters_of,
)
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, PAGES, operation, ordering_parameter, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.review_input import (
    APPROVE,
    BULK,
    DECIDE,
    REQUEST,
    SKIP,
    WITHDRAW,
    BulkInput,
    DecideInput,
    RequestChangesInput,
    SkipInput,
    WithdrawInput,
    bulk_of,
    digests_of,
    ofac_of,
)
from openedx_catalog_publisher.rest.review_output import (
    BulkOutput,
    DecidedOutput,
    ReviewDetailOutput,
    ReviewOutput,
    ReviewWithActsOutput,
    review_detail,
    reviews_data,
)
from openedx_catalog_publisher.rest.units import check_names, text_of
from openedx_catalog_publisher.rest.views import CatalogViewSet
from openedx_catalog_publisher.review.bulk_plan import plan_decisions
from openedx_catalog_publisher.review.queries import reviews_waiting, visible_reviews
from openedx_catalog_publisher.review.states import STATUS_OF_STEP

ORDERS = {"waiting_since": "step_since", "submitted_at": "pk"}

WAITING = OpenApiParameter(
    "waiting",
    OpenApiTypes.STR,
    enum=["0", "1", "false", "true"],
    description="1, which is the default: open reviews that wait for a step that the user may decide. 0: all that they "
    "may see.",
)


class ReviewFilter(django_filters.FilterSet):
    """Filters of reviews."""

    step = django_filters.ChoiceFilter(
        choices=ReviewStep.choices, method="by_step", label="The step that a review waits for: legal or internal."
    )
    status = WordsFilter(method="by_status", label="Statuses of the reviews, separated by commas.")
    organization = WordsFilter(
        method="by_organization", label="Keys of organizations that own the course, separated by commas."
    )
    course = WordsFilter(method="by_course", label="Keys or UUIDs of courses, separated by commas.")
    kind = django_filters.ChoiceFilter(choices=UnitKind.choices, field_name="unit_kind", label="course or course_run.")
    open = BooleanFilter(method="by_open", label="Whether the review is open, or over.")

    def by_step(self, rows: QuerySet[Any], name: str, step: str) -> QuerySet[Any]:
        """Narrow to open reviews whose next step it is."""
        return rows.filter(open_unit__isnull=False, status=STATUS_OF_STEP[step])

    def by_status(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to statuses."""
        check_words(name, words, Status.values)
        return rows.filter(status__in=words) if words else rows

    def by_organization(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to owners of the course."""
        links = CourseOrganization.objects.filter(
            course__draft=True,
            course__uuid=OuterRef("course_uuid"),
            kind=CourseOrganization.Kind.OWNER,
            organization__key_normalized__in=[normalize_key(word) for word in words],
        )
        return rows.filter(Exists(links)) if words else rows

    def by_course(self, rows: QuerySet[Any], name: str, words: Sequence[str]) -> QuerySet[Any]:
        """Narrow to courses, with the reviews of their runs."""
        uuids = [found for word in words if (found := uuid_or_none(word)) is not None]
        keys = [normalize_key(word) for word in words if uuid_or_none(word) is None]
        named = Course.drafts.filter(key_normalized__in=keys).values("uuid")
        return rows.filter(Q(course_uuid__in=uuids) | Q(course_uuid__in=named)) if words else rows

    def by_open(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to what is open, or over."""
        return rows.filter(open_unit__isnull=not value)


class ReviewViewSet(CatalogViewSet):
    """Reviews of courses and of runs whose drafts the user may see."""

    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"

    @operation(
        page_of(ReviewOutput, "Review"),
        errors=(400, 403, 404),
        parameters=(
            WAITING,
            *parameters_of(ReviewFilter),
            ordering_parameter(*ORDERS, default="waiting_since, and with waiting=0 -submitted_at,"),
            *PAGES,
        ),
    )
    def list(self, request: Request) -> Response:
        """List the reviews that wait for the user, who waits longest first."""
        waiting = wants_waiting(request)
        ordering = ordering_of(request, ORDERS, "waiting_since" if waiting else "-submitted_at")
        rows = reviews_waiting(request.user) if waiting else visible_reviews(request.user)
        pages = NumberedPages()
        page = pages.paginate_queryset(narrowed(ReviewFilter, request, rows).order_by(*ordering), request) or []
        response: Response = pages.get_paginated_response(reviews_data(request.user, page))
        return response

    @operation(ReviewDetailOutput, errors=(403, 404))
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Show one review: what was done, and what differs from what is official and from the user's last approval."""
        return Response(review_detail(request.user, find_review(request.user, id)))

    @operation(DecidedOutput, request=DecideInput, errors=(404,), parameters=(IDEMPOTENCY_KEY,), examples=(DECIDE,))
    @action(detail=True, methods=["post"])
    @idempotent
    def decide(self, request: Request, id: str) -> Response:  # noqa: A002
        """Approve the step that the draft waits for, of exactly the content whose digests are named."""
        review = find_review(request.user, id)
        check_names(request.data, DecideInput)
        decided = decide(
            self.actor,
            review.uuid,
            **digests_of(request.data),
            comment=text_of(request.data, "comment"),
            ofac=ofac_of(request.data),
        )
        return self._answer_decided(review, decided)

    @operation(DecidedOutput, request=SkipInput, errors=(404,), parameters=(IDEMPOTENCY_KEY,), examples=(SKIP,))
    @action(detail=True, methods=["post"])
    @idempotent
    def skip(self, request: Request, id: str) -> Response:  # noqa: A002
        """Skip the step that the draft waits for, as a catalog administrator."""
        review = find_review(request.user, id)
        check_names(request.data, SkipInput)
        decided = skip_step(self.actor, review.uuid, **digests_of(request.data), reason=text_of(request.data, "reason"))
        return self._answer_decided(review, decided)

    @operation(
        ReviewWithActsOutput,
        request=RequestChangesInput,
        errors=(404,),
        parameters=(IDEMPOTENCY_KEY,),
        examples=(REQUEST,),
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def request_changes(self, request: Request, id: str) -> Response:  # noqa: A002
        """Send the draft back to its team, and say what is to be changed."""
        review = find_review(request.user, id)
        check_names(request.data, RequestChangesInput)
        request_changes(self.actor, review.uuid, **digests_of(request.data), comment=text_of(request.data, "comment"))
        return self._answer(review)

    @operation(
        ReviewWithActsOutput, request=WithdrawInput, errors=(404,), parameters=(IDEMPOTENCY_KEY,), examples=(WITHDRAW,)
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def withdraw(self, request: Request, id: str) -> Response:  # noqa: A002
        """Take the draft back from its review, or from waiting to go live."""
        review = find_review(request.user, id)
        check_names(request.data, WithdrawInput)
        withdraw(self.actor, review.uuid, comment=text_of(request.data, "comment"))
        return self._answer(review)

    @operation(BulkOutput, request=BulkInput, errors=(404,), parameters=(IDEMPOTENCY_KEY,), examples=(BULK,))
    @action(detail=False, methods=["post"])
    @idempotent
    def bulk(self, request: Request) -> Response:
        """Decide many reviews, all of them or none, or show what that would do."""
        what, targets, comment, dry_run = bulk_of(request.data)
        self._check_visible(targets)
        plans = plan_decisions(request.user, targets, approve=what == APPROVE)
        entries = [
            {
                "id": plan.review.uuid,
                "kind": plan.review.unit_kind,
                "key": plan.review.unit_key,
                "step": None if plan.step is None else str(plan.step),
                "status": str(plan.status),
                "goes_live": plan.goes_live,
                "problems": [{"code": remark.code, "message": remark.message} for remark in plan.problems],
            }
            for plan in plans
        ]
        answer = {"dry_run": dry_run, "reviews": entries, "release": None}
        if not dry_run:
            answer |= self._decide_many(what, targets, comment, entries)
        return Response(answer)

    def _decide_many(
        self, what: str, targets: Sequence[Target], comment: str, entries: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        release = None
        if what == APPROVE:
            release = decide_many(self.actor, targets, comment=comment)[0].release
        else:
            request_changes_many(self.actor, targets, comment=comment)
        named = [target.review for target in targets]
        live = set(
            Review.objects.filter(uuid__in=named, closing=Review.Closing.WENT_LIVE).values_list("uuid", flat=True)
        )
        records = ReviewRecord.objects.filter(review__uuid__in=named).order_by("pk")
        statuses = dict(records.values_list("review_id", "status"))
        done = [
            entry | {"status": statuses[entry["id"]], "goes_live": entry["id"] in live, "problems": []}
            for entry in entries
        ]
        return {"reviews": done, "release": release and release.uuid}

    def _check_visible(self, targets: Sequence[Target]) -> None:
        wanted = {target.review for target in targets}
        found = visible_reviews(self.request.user).filter(uuid__in=wanted)
        missing = wanted - set(found.values_list("uuid", flat=True))
        if missing:
            raise UnitNotFound(f"There is no review {min(map(str, missing))} of a draft that you may see.")

    def _answer(self, review: Review) -> Response:
        review.refresh_from_db()
        return Response(reviews_data(self.request.user, [review], acts=True)[0])

    def _answer_decided(self, review: Review, decided: Decided) -> Response:
        review.refresh_from_db()
        return Response(
            {
                "status": str(decided.status),
                "decided": list(decided.decided),
                "release": decided.release and decided.release.uuid,
                "review": reviews_data(self.request.user, [review], acts=True)[0],
            }
        )


def wants_waiting(request: Request) -> bool:
    """
    Tell whether a request asks for what waits for the user.

    Raises:
        InvalidInput: naming ``waiting``, for what is neither 0 nor 1.
    """
    value = request.query_params.get("waiting", "1").lower()
    if value not in ("0", "1", "false", "true"):
        raise InvalidInput({"waiting": ["Give 1 for what waits for you, or 0 for all."]})
    return value in ("1", "true")


def find_review(user: Any, name: str) -> Review:
    """
    Return a review of a draft that a user may see.

    Raises:
        UnitNotFound: when there is none.
    """
    wanted = uuid_or_none(name)
    review = None
    if wanted is not None:
        review = visible_reviews(user).filter(uuid=wanted).select_related("snapshot").first()
    if review is None:
        raise UnitNotFound(f"There is no review {name} of a draft that you may see.")
    return review
