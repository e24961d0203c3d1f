"""What people say about drafts: about a course with its runs, or about one run; perhaps about one field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import add_comment
from openedx_catalog_publisher.commands.actor import actor_names
from openedx_catalog_publisher.models import Comment, Course, CourseRun, UnitKind
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.selections import find_draft
from openedx_catalog_publisher.rest.units import check_names, text_of
from openedx_catalog_publisher.rest.views import CatalogViewSet

OF_COURSE = OpenApiExample(
    "On one field", request_only=True, value={"comment": "Is this still the title?", "field": "title"}
)
OF_RUN = OpenApiExample("On one field", request_only=True, value={"comment": "Who teaches?", "field": "staff"})


class CommentInput(serializers.Serializer[Any]):
    """A comment."""

    comment = serializers.CharField(help_text="What is said; plain text.")
    field = serializers.CharField(
        required=False, allow_blank=True, help_text="Content name of the field that it is about."
    )


class CommentOutput(serializers.Serializer[Any]):
    """Something that somebody said about a draft."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    unit = serializers.UUIDField(help_text="UUID of the course or of the run.")
    key = serializers.CharField()
    field = serializers.CharField(allow_blank=True, help_text="Content name; empty for the whole draft.")
    author = serializers.CharField(help_text="User name.")
    comment = serializers.CharField()
    created = serializers.DateTimeField()
    review = serializers.UUIDField(allow_null=True, help_text="The review in which it was said; null for none.")
    action = serializers.CharField(allow_blank=True, help_text="What was done in the review with it; empty for none.")


COMMENT_PAGE = page_of(CommentOutput, "Comment")


class CommentViewSet(CatalogViewSet):
    """What comments on courses and those on runs have in common."""

    part = "comments"

    def answer_list(self, request: Request, rows: QuerySet[Comment]) -> Response:
        """Answer a page of comments, in the order of time."""
        pages = NumberedPages()
        ordered = rows.select_related("record").order_by("created", "pk")
        page = pages.paginate_queryset(ordered, request) or []
        response: Response = pages.get_paginated_response(_data(page))
        return response

    def answer_added(self, request: Request, kind: UnitKind, draft: dict[str, Any]) -> Response:
        """Add a comment to a draft, and answer it."""
        check_names(request.data, CommentInput)
        text, field = text_of(request.data, "comment"), text_of(request.data, "field")
        comment = add_comment(self.actor, kind, draft["uuid"], text, field=field)
        return Response(_data([comment])[0], status=201)


class CourseCommentViewSet(CommentViewSet):
    """Comments on a course and on its runs."""

    @operation(COMMENT_PAGE, errors=(403, 404), parameters=PAGES)
    def list(self, request: Request, course: str) -> Response:
        """List what was said about a course and about its runs, in the order of time."""
        draft = find_draft(request.user, Course, course)
        return self.answer_list(request, Comment.objects.filter(course_uuid=draft["uuid"]))

    @operation(
        CommentOutput,
        status=201,
        request=CommentInput,
        errors=(404,),
        parameters=(IDEMPOTENCY_KEY,),
        examples=(OF_COURSE,),
    )
    @idempotent
    def create(self, request: Request, course: str) -> Response:
        """Say something about a course's draft."""
        return self.answer_added(request, UnitKind.COURSE, find_draft(request.user, Course, course))


class CourseRunCommentViewSet(CommentViewSet):
    """Comments on a run."""

    @operation(COMMENT_PAGE, errors=(403, 404), parameters=PAGES)
    def list(self, request: Request, course_run: str) -> Response:
        """List what was said about a course run, in the order of time."""
        draft = find_draft(request.user, CourseRun, course_run)
        course = CourseRun.drafts.values_list("course__uuid", flat=True).get(pk=draft["pk"])
        return self.answer_list(request, Comment.objects.filter(course_uuid=course, unit_uuid=draft["uuid"]))

    @operation(
        CommentOutput,
        status=201,
        request=CommentInput,
        errors=(404,),
        parameters=(IDEMPOTENCY_KEY,),
        examples=(OF_RUN,),
    )
    @idempotent
    def create(self, request: Request, course_run: str) -> Response:
        """Say something about a course run's draft."""
        return self.answer_added(request, UnitKind.COURSE_RUN, find_draft(request.user, CourseRun, course_run))


def _data(comments: Iterable[Comment]) -> list[dict[str, Any]]:
    rows = list(comments)
    names = actor_names(row.author_pseudonym for row in rows)
    return [
        {
            "id": row.uuid,
            "kind": row.unit_kind,
            "unit": row.unit_uuid,
            "key": row.unit_key,
            "field": row.field,
            "author": names[row.author_pseudonym],
            "comment": row.text,
            "created": row.created,
            "review": None if row.record is None else row.record.review_id,
            "action": "" if row.record is None else row.record.action,
        }
        for row in rows
    ]
