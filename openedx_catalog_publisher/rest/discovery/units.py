"""What the views of courses and of runs have in common: reading one side in pages or one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action, visible
from openedx_catalog_publisher.commands.errors import UnitNotFound
from openedx_catalog_publisher.models import Review, UnitRoot
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet, require_publisher_user, wants_drafts
from openedx_catalog_publisher.rest.discovery.flags import words
from openedx_catalog_publisher.rest.discovery.freshness import catalog_version, mark_official
from openedx_catalog_publisher.rest.discovery.paging import pages_for
from openedx_catalog_publisher.rest.discovery.sparse import narrowed_output
from openedx_catalog_publisher.rest.output import Output
from openedx_catalog_publisher.rest.paging import LazyRows
from openedx_catalog_publisher.rest.row_reader import Record
from openedx_catalog_publisher.rest.selections import named
from openedx_catalog_publisher.rest.units import editable_courses

REVIEW = "course_review"


class UnitDoor(DiscoveryViewSet):
    """Views of one kind of unit."""

    model: ClassVar[type[UnitRoot]]
    output: ClassVar[type[Output]]
    orders: ClassVar[Mapping[str, str]]
    default_order: ClassVar[str] = "key"
    open_to_all = True
    course_path: ClassVar[str]
    course_uuid: ClassVar[str]

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read rows of this kind with what an answer needs."""
        raise NotImplementedError

    def asked_for(self, request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that the parameters of a list ask for."""
        raise NotImplementedError

    def rows(self, request: Request) -> QuerySet[Any]:
        """Return the rows of the side that a reading request is about, as far as the user may see them."""
        if not wants_drafts(request):
            return visible(request.user, Action.VIEW_OFFICIAL, self.model.everything.filter(draft=False))
        return visible(request.user, Action.VIEW_DRAFT, self.model.everything.filter(draft=True))

    def list(self, request: Request) -> Response:
        """
        Answer a page of the list.

        Raises:
            NotPermitted: when it asks for drafts and the user does not work on the catalog.
            ValidationError: naming ``q``, which is a query of a search engine.
        """
        if request.query_params.get("q"):
            raise ValidationError({"q": ["Searching is not part of this list. Leave it out; drafts take pubq."]})
        if wants_drafts(request):
            require_publisher_user(request.user)
        version = None if wants_drafts(request) else catalog_version()
        serializer = narrowed_output(self.output(), request)
        ordering = self._ordering(request)
        paths = serializer.reads() | {self.course_path, "draft"}
        rows = self.with_review(self.asked_for(request, self.rows(request)).order_by(*ordering), paths)
        pages = pages_for(request)
        page = pages.paginate_queryset(LazyRows(rows, lambda window: self.read(window, paths)), request) or []
        self._set_scene(request, serializer, page)
        response: Response = pages.get_paginated_response([serializer.to_representation(record) for record in page])
        return response if version is None else mark_official(request, response, version)

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Answer one unit, named by its key or its UUID."""
        return self.answer(request, named(self.rows(request), id))

    def answer_draft(self, request: Request, pk: int, status: int = 200) -> Response:
        """Answer a draft after a write to it."""
        return self.answer(request, self.model.everything.filter(pk=pk), status=status)

    def answer(self, request: Request, rows: QuerySet[Any], *, status: int = 200) -> Response:
        """
        Answer the one row of a query set.

        Raises:
            NotPermitted: when there is no draft, and the user does not work on the catalog.
            UnitNotFound: when there is none.
        """
        version = None if wants_drafts(request) else catalog_version()
        serializer = narrowed_output(self.output(), request)
        paths = serializer.reads() | {self.course_path, "draft"}
        found = self.read(self.with_review(rows, paths)[:1], paths)
        if not found:
            if wants_drafts(request):
                require_publisher_user(request.user)
            raise self.missing()
        self._set_scene(request, serializer, found)
        response = Response(serializer.to_representation(found[0]), status=status)
        return response if version is None else mark_official(request, response, version)

    def with_review(self, rows: QuerySet[Any], paths: Collection[str]) -> QuerySet[Any]:
        """Return the rows with the status of their course's open review, where the answer reads it."""
        if REVIEW not in paths and f"course_runs.course__{REVIEW}" not in paths:
            return rows
        review = Review.objects.filter(open_unit=OuterRef(self.course_uuid)).values("status")[:1]
        annotated: QuerySet[Any] = rows.annotate(**{REVIEW: Subquery(review)})
        return annotated

    def missing(self) -> UnitNotFound:
        """Return the error for what is not there, or not for this user, in Django REST framework's words."""
        return UnitNotFound(f"No {self.model.__name__} matches the given query.")

    def _set_scene(self, request: Request, serializer: Output, records: Collection[Record]) -> None:
        editable = editable_courses(request.user, serializer, records, self.course_path)
        serializer._context = {"scene": self.door_scene(editable)}

    def _ordering(self, request: Request) -> tuple[str, ...]:
        """Return the columns to order by, the primary key last; names that are no fields are ignored."""
        columns: list[str] = []
        for name in words(request, "ordering"):
            column = self.orders.get(name.removeprefix("-"))
            if column is not None and column not in (entry.lstrip("-") for entry in columns):
                columns.append(f"-{column}" if name.startswith("-") else column)
        columns = columns or [self.orders[self.default_order]]
        return (*columns, "-pk" if columns[0].startswith("-") else "pk")
