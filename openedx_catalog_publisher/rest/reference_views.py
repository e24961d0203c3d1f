"""
What the views of reference data have in common: lists for choosing, detail, and writes by whom the policy allows them.

Everybody who is known reads everything. Reference data is live at once; what is in use is retired rather than deleted.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.api import (
    Action,
    NotPermitted,
    can,
    create_reference,
    delete_reference,
    update_reference,
)
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.rest.etags import expected_revision
from openedx_catalog_publisher.rest.filters import narrowed, ordering_of, parameters_of
from openedx_catalog_publisher.rest.idempotency import idempotent
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.openapi import (
    CURSOR,
    FIELDS,
    IDEMPOTENCY_KEY,
    PAGES,
    answered_header,
    operation,
    ordering_parameter,
    page_of,
)
from openedx_catalog_publisher.rest.output import Output, parse_only
from openedx_catalog_publisher.rest.paging import KeysetPages, LazyRows, pages_for
from openedx_catalog_publisher.rest.reference_filters import ReferenceFilter
from openedx_catalog_publisher.rest.reference_input import ReferenceInput
from openedx_catalog_publisher.rest.row_reader import PartRows, Record, RowReader, read_parts
from openedx_catalog_publisher.rest.units import OVERLAP
from openedx_catalog_publisher.rest.views import CatalogViewSet

STAFF = "Staff and catalog administrators may."
ADMINISTRATORS = "Catalog administrators may."

ETAG = answered_header("ETag", (200, 201), "Version of the row.")
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="ETag of the row as it was read: 412 when it moved since. Without it the last write wins, per field.",
)

RETIRE = OpenApiExample("Keep it where it is used, and offer it no more", request_only=True, value={"retired": True})

View = TypeVar("View", bound="type[ReferenceViewSet]")


def require_reference(user: Any, action: Action, obj: Any, who: Mapping[Action, str]) -> None:
    """
    Let pass who may write reference data. The commands ask again; asked here, since reading input stores pictures.

    Arguments:
        user: who asks.
        action: what they want to do.
        obj: the row, or its model for a creation.
        who: who may do what, in a sentence.

    Raises:
        NotPermitted: saying who may.
    """
    if not can(user, action, obj):
        verb = action.value.removesuffix("_reference")
        label = obj._meta.verbose_name_plural if isinstance(obj, type) else f"{obj._meta.verbose_name} {obj}"  # type: ignore[attr-defined]
        raise NotPermitted(f"You may not {verb} {label}. {who[action]}")


class ReferenceViewSet(CatalogViewSet):
    """
    Views that read one kind of reference data.

    Attributes:
        model: the table.
        output: the answer for a row.
        filters: what lists can be narrowed to.
        named_by: column that names a row beside its UUID; None for none.
        orders: column by the name that lists can be ordered by.
        default_order: the name where none is given.
        key_order: the name that pages by key are ordered by: its column is unique and never null.
        suggested_by: column by whose beginning the best matches of ``q`` come first; None for none.
        lists: the lists that rows own, by the name under which the answer reads them.
    """

    model: ClassVar[type[models.Model]]
    output: ClassVar[type[Output]]
    filters: ClassVar[type[ReferenceFilter]]
    named_by: ClassVar[str | None] = None
    orders: ClassVar[Mapping[str, str]]
    default_order: ClassVar[str]
    key_order: ClassVar[str]
    suggested_by: ClassVar[str | None] = None
    lists: ClassVar[Mapping[str, PartRows]] = {}
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read rows with what an answer needs: one statement for them, one for each list that is named."""
        lists = self.lists.keys() & set(paths)
        records = RowReader(set(paths) - lists).read(rows)
        by_pk = {record.pk: record for record in records}
        for name in sorted(lists):
            read_parts(self.lists[name], name, by_pk)
        return records

    def all(self) -> QuerySet[Any]:
        """Return all rows."""
        model: Any = self.model
        rows: QuerySet[Any] = model._default_manager.all()
        return rows

    def listed(self) -> QuerySet[Any]:
        """Return the rows that lists begin with."""
        return self.all()

    def named(self, name: str) -> QuerySet[Any]:
        """Return the row that a path names."""
        found = uuid_or_none(name)
        if found is not None:
            return self.all().filter(uuid=found)
        if self.named_by is None:
            return self.all().none()
        word = normalize_key(name) if self.named_by == "key_normalized" else name
        return self.all().filter((self.named_by, word))

    def list(self, request: Request) -> Response:
        """Answer a page of the list."""
        serializer = self.output(only=parse_only(request.query_params.get("fields", "")))
        by_key = KeysetPages.cursor_query_param in request.query_params
        ordering = ordering_of(request, self.orders, self.key_order if by_key else self.default_order)
        if by_key and ordering[0].lstrip("-") != self.orders[self.key_order]:
            raise InvalidInput({"ordering": [f"With cursor, give {self.key_order} or -{self.key_order}."]})
        pages = pages_for(request, ordering)
        paths = serializer.reads() | {ordering[0].lstrip("-")}
        rows = self._ordered(narrowed(self.filters, request, self.listed()), request, ordering, by_key=by_key)
        server_time = timezone.now() - OVERLAP
        page = pages.paginate_queryset(LazyRows(rows, lambda window: self.read(window, paths)), request) or []
        serializer._context = {"scene": self.scene()}
        response: Response = pages.get_paginated_response([serializer.to_representation(record) for record in page])
        if "modified_since" in request.query_params:
            response.data["server_time"] = server_time
        return response

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        """Answer one row."""
        only = parse_only(request.query_params.get("fields", ""))
        return self._answer(self.named(id), id, serializer=self.output(only=only))

    def _ordered(
        self, rows: QuerySet[Any], request: Request, ordering: tuple[str, ...], *, by_key: bool
    ) -> QuerySet[Any]:
        asked = request.query_params
        if self.suggested_by is None or by_key or "ordering" in asked or not asked.get("q", "").strip():
            return rows.order_by(*ordering)
        begins = When(**{f"{self.suggested_by}__istartswith": asked["q"].strip()}, then=Value(0))
        ranked: QuerySet[Any] = rows.annotate(match=Case(begins, default=Value(1)))
        return ranked.order_by("match", *ordering)

    def _answer(
        self, rows: QuerySet[Any], name: str, *, serializer: Output | None = None, status: int = 200
    ) -> Response:
        serializer = serializer or self.output()
        found = self.read(rows[:1], serializer.reads() | {"revision"})
        if not found:
            raise self._missing(name)
        serializer._context = {"scene": self.scene()}
        body = serializer.to_representation(found[0])
        return Response(body, status=status, headers={"ETag": f'"{found[0].revision}"'})

    def _missing(self, name: str) -> UnitNotFound:
        return UnitNotFound(f"There is no {self.model._meta.verbose_name} {name}.")


class ChangeableViewSet(ReferenceViewSet):
    """
    Views that change reference data, too.

    Attributes:
        input: what may be written.
        who: who may change a row, who may add one and who may delete one, for those who may not.
    """

    input: ClassVar[type[ReferenceInput]]
    who: ClassVar[Mapping[Action, str]] = {
        Action.CHANGE_REFERENCE: STAFF,
        Action.CREATE_REFERENCE: STAFF,
        Action.DELETE_REFERENCE: ADMINISTRATORS,
    }

    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002
        """Change a row; fields that are not named stay, equal input writes nothing."""
        row = self._row(id)
        self._require(Action.CHANGE_REFERENCE, row)
        given = self._given(request, row)
        revision = expected_revision(request)
        try:
            update_reference(self.actor, self.model, row.pk, given.validated_data, revision=revision)
        except InvalidInput as error:
            raise given.in_public(error) from error
        return self._answer(self.all().filter(pk=row.pk), id)

    def _row(self, name: str) -> Any:
        row = self.named(name).first()
        if row is None:
            raise self._missing(name)
        return row

    def _require(self, action: Action, obj: Any) -> None:
        require_reference(self.request.user, action, obj, self.who)

    def _given(self, request: Request, row: Any = None) -> ReferenceInput:
        answered = self.output._declared_fields
        given = self.input(instance=row, data=request.data, partial=row is not None, answered=answered)
        given.is_valid(raise_exception=True)
        return given


class EditableViewSet(ChangeableViewSet):
    """Views that add and delete reference data, too."""

    @idempotent
    def create(self, request: Request) -> Response:
        """Add a row; it is live at once."""
        self._require(Action.CREATE_REFERENCE, self.model)
        given = self._given(request)
        try:
            row = create_reference(self.actor, self.model, given.validated_data)
        except InvalidInput as error:
            raise given.in_public(error) from error
        response = self._answer(self.all().filter(pk=row.pk), str(row.uuid), status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{row.uuid}/")
        return response

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002
        """Delete a row that no unit, no other row and no publication names; retire it otherwise."""
        row = self._row(id)
        self._require(Action.DELETE_REFERENCE, row)
        delete_reference(self.actor, self.model, row.pk, revision=expected_revision(request))
        return Response(status=204)


def described(one: str, many: str, page: str, **examples: Any) -> Callable[[View], View]:
    """
    Describe the views of a kind of reference data, as a decorator of their class.

    Arguments:
        one: a row, as it stands in a sentence.
        many: several of them.
        page: name of the schema of a page of them, without "Page".
        examples: of requests, each under the name of the view's method.
    """

    def decorate(view: View) -> View:
        output: Any = view.output
        parameters = (
            *parameters_of(view.filters),
            ordering_parameter(*view.orders, default=view.default_order),
            *(FIELDS, *PAGES, CURSOR),
        )
        _describe(view, "list", f"List {many}.", page_of(output, page), errors=(400, 403, 404), parameters=parameters)
        _describe(view, "retrieve", f"Show {one}.", output, errors=(400, 403, 404), parameters=(FIELDS, ETAG))
        if issubclass(view, ChangeableViewSet):
            _describe(
                view,
                "partial_update",
                f"Change {one}. Fields that are not named stay; equal input writes nothing.",
                output,
                request=view.input,
                errors=(404, 412),
                parameters=(IF_MATCH, ETAG),
                examples=examples.get("partial_update", (RETIRE,)),
            )
        if issubclass(view, EditableViewSet):
            _describe(
                view,
                "create",
                f"Add {one}. It is live at once.",
                output,
                status=201,
                request=view.input,
                parameters=(IDEMPOTENCY_KEY, ETAG),
                examples=examples.get("create", ()),
            )
            _describe(
                view,
                "destroy",
                f"Delete {one} that no draft, no publication and no other reference data names. Others are retired.",
                status=204,
                errors=(400, 403, 404, 409, 412, 503),
                parameters=(IF_MATCH,),
            )
        return view

    return decorate


def _describe(view: type[ReferenceViewSet], method: str, sentence: str, answer: Any = None, **parts: Any) -> None:
    """Describe one operation, on a function of its own, so that the description is that of one class alone."""
    handler: Callable[..., Response] = getattr(view, method)

    @functools.wraps(handler)
    def own(*args: Any, **kwargs: Any) -> Response:
        return handler(*args, **kwargs)

    own.__doc__ = sentence
    setattr(view, method, operation(answer, **parts)(own))
