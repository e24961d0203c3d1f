"""Course editors at Discovery's door."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.access.policy import valid_editors
from openedx_catalog_publisher.api import Action, NotPermitted, add_editor, remove_editor, visible
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models import Course, CourseEditor
from openedx_catalog_publisher.rest.discovery.accounts import user_output
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet
from openedx_catalog_publisher.rest.discovery.flags import is_number
from openedx_catalog_publisher.rest.discovery.paging import NewestFirst
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.units import body_of

MISSING = "No CourseEditor matches the given query."


class CourseEditorDoor(DiscoveryViewSet):
    """Who edits courses whose drafts the user may see."""

    def list(self, request: Request) -> Response:
        """
        Answer a page of editors, of one course with ``course``, the last added first.

        Raises:
            ValidationError: naming ``course``, for what is no UUID.
        """
        rows = self._rows()
        course = request.query_params.get("course")
        if course:
            named = uuid_or_none(course)
            if named is None:
                raise ValidationError({"course": ["Give the UUID of a course."]})
            rows = rows.filter(course__uuid=named)
        pages = NewestFirst()
        page = pages.paginate_queryset(rows, request)
        response: Response = pages.get_paginated_response([_data(editor) for editor in page])
        return response

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Answer one editorship."""
        return Response(_data(self._row(id)))

    def create(self, request: Request) -> Response:
        """Make a member of the course's organizations an editor of it; whoever asks, where no user is named."""
        data = body_of(request.data)
        named = uuid_or_none(data["course"]) if isinstance(data.get("course"), str) else None
        if named is None:
            raise InvalidInput({"course": ["Give the UUID of a course."]})
        user = self._user(data.get("user_id"))
        drafts = visible(request.user, Action.VIEW_DRAFT, Course.everything.filter(draft=True, uuid=named))
        if not drafts.exists():
            raise UnitNotFound("No Course matches the given query.")
        try:
            editor = add_editor(self.actor, named, user)
        except InvalidInput as error:
            raise NotPermitted(" ".join(error.fields.get("user", [error.message]))) from error
        return Response(_data(_selected(CourseEditor.objects.all()).get(pk=editor.pk)), status=201)

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002
        """End an editorship."""
        editor = self._row(id)
        remove_editor(self.actor, editor.course.uuid, editor.user)
        return Response(status=204)

    def _rows(self) -> QuerySet[CourseEditor]:
        drafts = visible(self.request.user, Action.VIEW_DRAFT, Course.everything.filter(draft=True))
        return _selected(valid_editors().filter(course__in=drafts))

    def _row(self, name: str) -> CourseEditor:
        row = self._rows().filter(pk=int(name)).first() if is_number(name) else None
        if row is None:
            raise UnitNotFound(MISSING)
        return row

    def _user(self, number: Any) -> Any:
        if number in (None, ""):
            return self.request.user
        user = None
        if is_number(str(number)):
            user = get_user_model()._default_manager.filter(pk=int(number)).first()
        if user is None:
            raise UnitNotFound("No User matches the given query.")
        return user


def _selected(rows: QuerySet[CourseEditor]) -> QuerySet[CourseEditor]:
    return rows.select_related("user", "course")


def _data(editor: CourseEditor) -> dict[str, Any]:
    return {"id": editor.pk, "user": user_output(editor.user), "course": str(editor.course.uuid)}
