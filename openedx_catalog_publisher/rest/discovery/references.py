"""What the views of reference data have in common at Discovery's door."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.commands.errors import UnitNotFound
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet
from openedx_catalog_publisher.rest.discovery.paging import pages_for
from openedx_catalog_publisher.rest.discovery.sparse import narrowed_output
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.output import Output
from openedx_catalog_publisher.rest.paging import LazyRows
from openedx_catalog_publisher.rest.row_reader import Record, RowReader


class ReferenceDoor(DiscoveryViewSet):
    """
    Views that read one kind of reference data.

    Attributes:
        model: the table.
        output: the answer for a row.
        named_by: column that names a row beside its UUID; None for none.
        order: column that lists are ordered by, the primary key last.
    """

    model: ClassVar[type[models.Model]]
    output: ClassVar[type[Output]]
    named_by: ClassVar[str | None] = None
    order: ClassVar[str]

    def all(self) -> QuerySet[Any]:
        """Return all rows that the user may see."""
        model: Any = self.model
        rows: QuerySet[Any] = model._default_manager.all()
        return rows

    def asked_for(self, request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that the parameters of a list ask for."""
        raise NotImplementedError

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read rows with what an answer needs."""
        return RowReader(paths).read(rows)

    def pages(self, request: Request) -> Any:
        """Return the kind of pages that a request asks for."""
        return pages_for(request)

    def list(self, request: Request) -> Response:
        """Answer a page of the list."""
        serializer = narrowed_output(self.output(), request)
        rows = self.asked_for(request, self.all()).order_by(self.order, "pk")
        paths = serializer.reads()
        pages = self.pages(request)
        page = pages.paginate_queryset(LazyRows(rows, lambda window: self.read(window, paths)), request) or []
        serializer._context = {"scene": self.door_scene()}
        response: Response = pages.get_paginated_response([serializer.to_representation(record) for record in page])
        return response

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Answer one row."""
        return self.answer(request, self.named(id))

    def named(self, name: str) -> QuerySet[Any]:
        """Return the row that a path names."""
        found = uuid_or_none(name)
        if found is not None:
            return self.all().filter(uuid=found)
        return self.all().none() if self.named_by is None else self.all().filter(**{self.named_by: name})

    def answer(self, request: Request, rows: QuerySet[Any], *, status: int = 200) -> Response:
        """
        Answer the one row of a query set.

        Raises:
            UnitNotFound: when there is none.
        """
        serializer = narrowed_output(self.output(), request)
        found = self.read(rows[:1], serializer.reads())
        if not found:
            raise UnitNotFound(f"No {self.model.__name__} matches the given query.")
        serializer._context = {"scene": self.door_scene()}
        return Response(serializer.to_representation(found[0]), status=status)
