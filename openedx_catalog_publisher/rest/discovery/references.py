"""What the views of reference data have in common at Discovery's door."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import Action, create_reference, delete_reference, update_reference
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.rest.discovery.door import DiscoveryViewSet
from openedx_catalog_publisher.rest.discovery.paging import pages_for
from openedx_catalog_publisher.rest.discovery.sparse import narrowed_output
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.output import Output
from openedx_catalog_publisher.rest.paging import LazyRows
from openedx_catalog_publisher.rest.reference_input import ReferenceInput
from openedx_catalog_publisher.rest.reference_views import require_reference
from openedx_catalog_publisher.rest.row_reader import Record, RowReader
from openedx_catalog_publisher.rest.units import body_of

NEW_PICTURE = "data:image"


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


class WritableReferenceDoor(ReferenceDoor):
    """
    Views that write one kind of reference data, too.

    Attributes:
        input: what may be written.
        pictures: names of pictures; one that is no new picture is the one that was answered, and left out.
        who: who may do what, for those who may not.
    """

    input: ClassVar[type[ReferenceInput]]
    pictures: ClassVar[tuple[str, ...]]
    who: ClassVar[Mapping[Action, str]]

    def taken(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what is written of what a client sent: it sends back whole answers, most of which says nothing."""
        names = self.input().fields.keys()
        return {
            name: value
            for name, value in data.items()
            if name in names
            and (name not in self.pictures or (isinstance(value, str) and value.startswith(NEW_PICTURE)))
        }

    def create(self, request: Request) -> Response:
        """Add a row; it is live at once."""
        require_reference(request.user, Action.CREATE_REFERENCE, self.model, self.who)
        given = self._given(request)
        try:
            row = create_reference(self.actor, self.model, given.validated_data)
        except InvalidInput as error:
            raise given.in_public(error) from error
        return self.answer(request, self.all().filter(pk=row.pk), status=201)

    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Change a row; what is not named stays."""
        return self._change(request, id, partial=True)

    def update(self, request: Request, id: str) -> Response:  # noqa: A002
        """Change a row, of which everything is named that it needs."""
        return self._change(request, id, partial=False)

    def _change(self, request: Request, name: str, *, partial: bool) -> Response:
        row = self._row(name)
        require_reference(request.user, Action.CHANGE_REFERENCE, row, self.who)
        given = self._given(request, row, partial=partial)
        try:
            update_reference(self.actor, self.model, row.pk, given.validated_data)
        except InvalidInput as error:
            raise given.in_public(error) from error
        return self.answer(request, self.all().filter(pk=row.pk))

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002
        """Delete a row that nothing names."""
        row = self._row(id)
        require_reference(request.user, Action.DELETE_REFERENCE, row, self.who)
        delete_reference(self.actor, self.model, row.pk)
        return Response(status=204)

    def _given(self, request: Request, row: Any = None, *, partial: bool = False) -> ReferenceInput:
        given = self.input(instance=row, data=self.taken(body_of(request.data)), partial=partial)
        given.is_valid(raise_exception=True)
        return given

    def _row(self, name: str) -> Any:
        row = self.named(name).first()
        if row is None:
            raise UnitNotFound(f"No {self.model.__name__} matches the given query.")
        return row
