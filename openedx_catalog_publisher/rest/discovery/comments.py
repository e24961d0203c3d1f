"""Comments on courses at Discovery's door, a course's with those of its runs."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action, add_comment, visible
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models import Comment, Course, CourseRun, UnitKind
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet, Sentence, require_publisher_user
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.selections import named
from openedx_catalog_publisher.rest.units import body_of

MISSING_COURSE = "Give the UUID of a course as course_uuid."


class CommentDoor(DiscoveryViewSet):
    """What people said about a course and its runs."""

    errors_as_text = True

    def list(self, request: Request) -> Response:
        """Answer all comments on a course and its runs, the oldest first."""
        course = self._course(request, request.query_params.get("course_uuid"))
        rows = Comment.objects.filter(course_uuid=course["uuid"]).select_related("author").order_by("created", "pk")
        return Response([_data(comment) for comment in rows])

    def create(self, request: Request) -> Response:
        """Say something about a course, or about one of its runs with ``course_run_key``."""
        data = body_of(request.data)
        course = self._course(request, data.get("course_uuid"))
        text = data.get("comment")
        if not isinstance(text, str) or not text.strip():
            raise Sentence("Say something as comment.")
        kind, unit = UnitKind.COURSE, course["uuid"]
        key = data.get("course_run_key")
        if key not in (None, ""):
            runs = CourseRun.everything.filter(draft=True, course=course["pk"])
            found = named(runs, key).values("uuid").first() if isinstance(key, str) else None
            if found is None:
                raise InvalidInput({"course_run_key": [f"The course has no run {key}."]})
            kind, unit = UnitKind.COURSE_RUN, found["uuid"]
        comment = add_comment(self.actor, kind, unit, text)
        return Response(_data(comment), status=201)

    def _course(self, request: Request, value: Any) -> dict[str, Any]:
        wanted = uuid_or_none(value) if isinstance(value, str) else None
        if wanted is None:
            raise Sentence(MISSING_COURSE)
        require_publisher_user(request.user)
        rows = visible(request.user, Action.VIEW_DRAFT, Course.everything.filter(draft=True, uuid=wanted))
        found: dict[str, Any] | None = rows.values("pk", "uuid").first()
        if found is None:
            raise UnitNotFound("No Course matches the given query.")
        return found


def _data(comment: Comment) -> dict[str, Any]:
    author = comment.author
    # Clients read a name also where the account has ended.
    user = {
        "username": author.get_username() if author else "",
        "email": author.email if author else "",
        "first_name": author.first_name if author else "",
        "last_name": author.last_name if author else "",
    }
    is_run = comment.unit_kind == UnitKind.COURSE_RUN
    return {
        "user": user,
        "course_run_key": comment.unit_key if is_run else None,
        "comment": comment.text,
        "created": comment.created,
    }
