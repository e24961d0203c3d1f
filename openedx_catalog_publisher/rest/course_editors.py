"""Course editors: who writes a course beside those who write all courses of its organizations."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.access.policy import valid_editors
from openedx_catalog_publisher.api import add_editor, remove_editor
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.models import Course, CourseEditor
from openedx_catalog_publisher.rest.accounts import UserName, UserOutput, user_data, user_named
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.openapi import IDEMPOTENCY_KEY, PAGES, operation, page_of
from openedx_catalog_publisher.rest.paging import NumberedPages
from openedx_catalog_publisher.rest.selections import find_draft
from openedx_catalog_publisher.rest.units import body_of
from openedx_catalog_publisher.rest.views import CatalogViewSet

ADD = OpenApiExample("A colleague", request_only=True, value={"user": "grace"})


class CourseEditorInput(serializers.Serializer[Any]):
    """Who becomes an editor."""

    user = UserName()


class CourseEditorOutput(serializers.Serializer[Any]):
    """An editor of the course."""

    id = serializers.IntegerField()
    user = UserOutput()
    created = serializers.DateTimeField()
    valid = serializers.BooleanField(
        help_text="false: the account is not active, or belongs to no organization that owns the course any more."
    )


class CourseEditorViewSet(CatalogViewSet):
    """
    The editors of one course.

    Where a course has valid editors, they write it, and members of its organizations who are none only read it. Where
    it has none, all members write it.
    """

    part = "editors"
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"

    @operation(page_of(CourseEditorOutput, "CourseEditor"), errors=(403, 404), parameters=PAGES)
    def list(self, request: Request, course: str) -> Response:
        """List the editors of a course, the first added first."""
        draft = find_draft(request.user, Course, course)
        pages = NumberedPages()
        page = pages.paginate_queryset(_rows(draft["pk"]), request) or []
        response: Response = pages.get_paginated_response([_data(editor) for editor in page])
        return response

    @operation(
        CourseEditorOutput,
        status=201,
        request=CourseEditorInput,
        errors=(404,),
        parameters=(IDEMPOTENCY_KEY,),
        examples=(ADD,),
        also={200: OpenApiResponse(CourseEditorOutput, description="An editor already")},
    )
    @idempotent
    def create(self, request: Request, course: str) -> Response:
        """Make a member of the course's organizations an editor of it; 200 where they are one already."""
        draft = find_draft(request.user, Course, course)
        user = _user(body_of(request.data))
        known = CourseEditor.objects.filter(course=draft["pk"], user=user).exists()
        editor = add_editor(self.actor, draft["uuid"], user)
        response = Response(_data(_rows(draft["pk"]).get(pk=editor.pk)), status=200 if known else 201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{editor.pk}/")
        return response

    @operation(None, status=204, errors=(403, 404, 503))
    def destroy(self, request: Request, course: str, id: str) -> Response:  # noqa: A002 - the name of the parameter
        """End an editorship. A course without valid editors is open to all members of its organizations."""
        draft = find_draft(request.user, Course, course)
        known = id.isascii() and id.isdigit() and len(id) < 19
        editor = _rows(draft["pk"]).filter(pk=int(id)).first() if known else None
        if editor is None:
            raise UnitNotFound(f"{draft['key']} has no editor {id}.")
        remove_editor(self.actor, draft["uuid"], editor.user)
        return Response(status=204)


def _rows(course: int) -> Any:
    valid = Exists(valid_editors().filter(pk=OuterRef("pk")))
    return CourseEditor.objects.filter(course=course).select_related("user").annotate(valid=valid).order_by("pk")


def _user(body: dict[str, Any]) -> Any:
    errors = {name: ["There is no such field."] for name in body if name != "user"}
    user = None
    try:
        user = user_named(body.get("user"))
    except FieldError as error:
        errors["user"] = error.messages
    if errors:
        raise InvalidInput(errors)
    return user


def _data(editor: Any) -> dict[str, Any]:
    return {"id": editor.pk, "user": user_data(editor.user), "created": editor.created, "valid": editor.valid}
