"""Courses that are recommended beside another one."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action, visible
from openedx_catalog_publisher.commands.errors import UnitNotFound
from openedx_catalog_publisher.models import Course, CourseRun, CourseSubject, Status
from openedx_catalog_publisher.rest.discovery.course_output import DoorCourseOutput
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet
from openedx_catalog_publisher.rest.selections import named
from openedx_catalog_publisher.rest.unit_rows import read_courses

MOST = 10

SHOWN = (
    "key",
    "uuid",
    "title",
    "owners",
    "image",
    "short_description",
    "type",
    "url_slug",
    "course_run_keys",
    "marketing_url",
)


class CourseRecommendationDoor(DiscoveryViewSet):
    """Other official courses with a published run that share the primary subject, each named by its key."""

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """
        Answer the recommendations beside a course.

        Raises:
            UnitNotFound: when there is no such official course.
        """
        officials = visible(request.user, Action.VIEW_OFFICIAL, Course.everything.filter(draft=False))
        course = named(officials, id).values("pk", "uuid").first()
        if course is None:
            raise UnitNotFound("No Course matches the given query.")
        primary = CourseSubject.objects.filter(course=course["pk"]).order_by("position", "pk").values("subject")[:1]
        same = CourseSubject.objects.filter(
            course=OuterRef("pk"), subject__in=list(primary.values_list("subject", flat=True))
        )
        published = CourseRun.everything.filter(course=OuterRef("pk"), status=Status.PUBLISHED)
        rows = officials.filter(Exists(same), Exists(published)).exclude(pk=course["pk"]).order_by("key_normalized")
        serializer = DoorCourseOutput()
        for name in serializer.fields.keys() - set(SHOWN):
            serializer.fields.pop(name)
        serializer._context = {"scene": self.door_scene()}
        found = read_courses(rows[:MOST], serializer.reads())
        return Response(
            {
                "uuid": str(course["uuid"]),
                "recommendations": [serializer.to_representation(record) for record in found],
            }
        )
