"""The small lists that forms choose from, and what Discovery answers beside courses and runs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.commands.errors import UnitNotFound
from openedx_catalog_publisher.models import LevelType, ProgramType, Source, Subject, Topic
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet
from openedx_catalog_publisher.rest.discovery.flags import words
from openedx_catalog_publisher.rest.discovery.paging import NumberPages, pages_for
from openedx_catalog_publisher.rest.discovery.reference_output import DoorSubjectOutput
from openedx_catalog_publisher.rest.discovery.references import ReferenceDoor
from openedx_catalog_publisher.rest.output import OfReference
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.taxonomy import TopicOutput
from openedx_catalog_publisher.rest.types import ProgramTypeOutput, ProgramTypeViewSet


class DoorTopicOutput(TopicOutput):
    """A topic."""

    retired = None  # type: ignore[assignment]
    modified = None  # type: ignore[assignment]


class DoorLevelTypeOutput(OfReference):
    """A level."""

    name = serializers.CharField()
    sort_value = serializers.IntegerField()


class DoorSourceOutput(OfReference):
    """A product source."""

    name = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField()


class DoorProgramTypeOutput(ProgramTypeOutput):
    """A kind of program."""

    retired = None  # type: ignore[assignment]
    modified = None  # type: ignore[assignment]


class LookupDoor(ReferenceDoor):
    """A list to choose from: what is retired is not offered."""

    open_to_all = True
    narrowed_by: ClassVar[tuple[str, ...]] = ()

    def asked_for(self, request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that the parameters of a list ask for."""
        for name in self.narrowed_by:
            wanted = words(request, name)
            if wanted:
                rows = rows.filter(**{f"{name}__in": wanted})
        return rows.filter(retired=False)


class SubjectDoor(LookupDoor):
    """Subjects, each named by its UUID or its slug."""

    model = Subject
    output = DoorSubjectOutput
    named_by = "slug"
    narrowed_by = ("slug",)
    order = "name"


class TopicDoor(LookupDoor):
    """Topics, each named by its UUID or its slug."""

    model = Topic
    output = DoorTopicOutput
    named_by = "slug"
    narrowed_by = ("slug",)
    order = "name"


class NumberedLookupDoor(LookupDoor):
    """A list whose pages are by number alone."""

    def pages(self, request: Request) -> Any:
        """Return pages by number."""
        return NumberPages()


class LevelTypeDoor(NumberedLookupDoor):
    """Levels, each named by its name."""

    model = LevelType
    output = DoorLevelTypeOutput
    named_by = "name"
    order = "sort_value"


class SourceDoor(NumberedLookupDoor):
    """Product sources, each named by its slug."""

    model = Source
    output = DoorSourceOutput
    named_by = "slug"
    narrowed_by = ("slug",)
    order = "name"


class ProgramTypeDoor(NumberedLookupDoor):
    """Kinds of programs, each named by its slug."""

    model = ProgramType
    output = DoorProgramTypeOutput
    named_by = "slug"
    order = "name"

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read program types with the seat types that they apply to."""
        return ProgramTypeViewSet().read(rows, paths)


class CurrencyDoor(DiscoveryViewSet):
    """Rates of currencies by country. No provider of rates is connected, so there are none, as in Discovery then."""

    def list(self, request: Request) -> Response:
        """Answer no rates."""
        return Response({})


class CourseReviewDoor(DiscoveryViewSet):
    """What learners say of courses, which comes from a survey outside; none is connected."""

    def list(self, request: Request) -> Response:
        """Answer an empty page."""
        return pages_of_nothing(request)

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """
        Answer that nothing is known.

        Raises:
            UnitNotFound: always.
        """
        raise UnitNotFound("No CourseReview matches the given query.")


def pages_of_nothing(request: Request) -> Response:
    """Return an empty page."""
    pages = pages_for(request)
    page: list[Any] = pages.paginate_queryset(Subject.objects.none(), request) or []
    response: Response = pages.get_paginated_response(page)
    return response
