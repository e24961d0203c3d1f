"""
How the API describes itself (OpenAPI 3, by drf-spectacular).

Every view names this schema class, since the platform's default may be another generator's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from openedx_catalog_publisher.rest.problems import TITLES, Problem


def answered_header(name: str, statuses: Sequence[int], description: str) -> OpenApiParameter:
    """Return the description of a header of the answers with these statuses."""
    return OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, response=list(statuses), description=description
    )


ETAG = answered_header("ETag", (200, 201), "Version of the draft; official rows have none.")
LOCATION = answered_header("Location", (201, 202), "Address of what was made.")
RETRY_AFTER = answered_header("Retry-After", (429, 503), "Seconds after which it may be tried again.")
REPLAYED = answered_header(
    "Idempotent-Replayed", (200, 201, 202), "true where this is the answer that the same request got before."
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="ETag of the draft as it was read: 412 when it moved since. Without it the last write wins, per field.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A key of the client's own: the same request again is not carried out again. Kept for 24 hours.",
)
FIELDS = OpenApiParameter(
    "fields",
    OpenApiTypes.STR,
    description="Names of the fields to answer, separated by commas; with dots for those of nested objects. "
    "Without it all that the schema names are answered.",
)
EDITABLE = OpenApiParameter(
    "editable", OpenApiTypes.STR, enum=["0", "1", "false", "true"], description="1 for drafts, 0 for what is official."
)
AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATETIME, description="What was official at this time; 404 where nothing was."
)
PAGES = (
    OpenApiParameter("page", OpenApiTypes.INT, description="Number of the page, from 1."),
    OpenApiParameter("page_size", OpenApiTypes.INT, description="Rows on a page, at most 100."),
)
CURSOR = OpenApiParameter(
    "cursor",
    OpenApiTypes.STR,
    description="Asks for pages by key, empty for the first; then next and previous hold it. Instead of page.",
)


GOOD: Mapping[int, str] = {200: "The answer", 201: "Made", 202: "Taken, and not done yet", 204: "Gone"}

F = TypeVar("F", bound=Callable[..., Any])


class CatalogSchema(AutoSchema):
    """The description of one operation. Filters are those that the view declares, pages those that it answers."""

    SECURITY: Mapping[str, Mapping[str, str]] = {
        "jwt": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A JWT of the LMS: Authorization: JWT <token>.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A session of the LMS or of Studio, by the cookie that it is configured to use. "
            "Writes need the CSRF token, too, in X-CSRFToken.",
        },
    }
    """What the platform's default authentication classes take, whatever their names are in this service."""

    ACTIONS: Mapping[str, str] = {"partial_update": "update", "destroy": "delete"}

    def get_filter_backends(self) -> list[Any]:
        """Return none: views declare their parameters."""
        return []

    def get_tags(self) -> list[str]:
        """Return the resource that the path begins with."""
        return [self.path.removeprefix("/api/catalog_publisher/v1/").split("/")[0]]

    def get_operation_id(self) -> str:
        """Return the resource with what is done, as in ``courses_publish``; views of a part of it name that between."""
        part = getattr(self.view, "part", None)
        resource = "_".join(filter(None, (self.get_tags()[0], part)))
        action = getattr(self.view, "action", None)
        return resource if action is None else f"{resource}_{self.ACTIONS.get(action, action)}"

    def get_summary(self) -> str:
        """Return the description up to the end of its first clause."""
        return re.split(r"[.;:](?:\s|$)", self.get_description(), maxsplit=1)[0]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Return the name of a serializer's component: that of its class, without what serializers of answers add."""
        name: str = super().get_serializer_name(serializer, direction)
        return name.removesuffix("Output")

    def get_auth(self) -> list[Any]:
        """Return by what one may be known; ``{}`` where nobody needs to be."""
        for name, definition in self.SECURITY.items():
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name=name, type=ResolvedComponent.SECURITY_SCHEMA, object=name, schema=definition
            )
            self.registry.register_on_missing(component)
        is_open = any(isinstance(permission, AllowAny) for permission in self.view.get_permissions())
        return [*({name: []} for name in self.SECURITY), *([{}] if is_open else [])]


def problems(*statuses: int) -> dict[int, OpenApiResponse]:
    """Return the answers of errors; those that any operation may give come with them."""
    known = {401, 404, 406, 429, *statuses}
    return {status: OpenApiResponse(Problem, description=TITLES[status][1]) for status in known}


def operation(  # noqa: PLR0913 - each says one thing of an operation
    answer: Any = None,
    *,
    status: int = 200,
    request: Any = None,
    errors: Iterable[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
    examples: Sequence[Any] = (),
    description: str | None = None,
    also: Mapping[Any, Any] | None = None,
) -> Callable[[F], F]:
    """
    Return the description of an operation, as a decorator.

    Arguments:
        answer: serializer of the answer when all goes well; None for none.
        status: its status.
        request: serializer of the body; None for none.
        errors: statuses of the problems that it may answer, beside those of every operation.
        parameters: in query and headers.
        examples: of request and answer.
        description: where the docstring does not say enough.
        also: further answers when all goes well, by status, or by status and content type.
    """
    writes = {400, 403, 409, 413, 415, 422, 503} if request is not None else set()
    headers = [RETRY_AFTER]
    if status in (201, 202):
        headers.append(LOCATION)
    if IDEMPOTENCY_KEY in parameters:
        headers.append(REPLAYED)
    describe: Callable[[F], F] = extend_schema(
        request=request,
        responses={
            status: OpenApiResponse(answer, description=GOOD[status]),
            **(also or {}),
            **problems(*errors, *writes),
        },
        parameters=[*parameters, *headers],
        examples=list(examples),
        description=description,
    )

    def decorate(handler: F) -> F:
        # Else the description builds on the default schema class, which is the platform's.
        handler.schema = CatalogSchema  # type: ignore[attr-defined]
        return describe(handler)

    return decorate


def not_described(handler: F) -> F:
    """Leave an operation out of the document."""
    handler.schema = CatalogSchema  # type: ignore[attr-defined]
    left_out: F = extend_schema(exclude=True)(handler)
    return left_out


def page_of(
    item: type[serializers.Serializer[Any]], name: str, **more: serializers.Field[Any, Any, Any, Any]
) -> type[serializers.Serializer[Any]]:
    """Return the serializer of a page of a list; what only one kind of pages has is not required."""
    page = type(
        f"{name}Page",
        (serializers.Serializer,),
        {
            "__doc__": "A page of a list. Pages by key have neither count nor numbers.",
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "count": serializers.IntegerField(required=False),
            "num_pages": serializers.IntegerField(required=False),
            "current_page": serializers.IntegerField(required=False),
            "start": serializers.IntegerField(required=False),
            "server_time": serializers.DateTimeField(
                required=False, help_text="With modified_since: what to ask since the next time."
            ),
            "results": item(many=True),
            **more,
        },
    )
    # A page is one object, although the view's method is called "list".
    one: type[serializers.Serializer[Any]] = extend_schema_serializer(many=False)(page)
    return one


def ordering_parameter(*names: str, default: str = "key") -> OpenApiParameter:
    """Return the description of ``ordering`` with its allowed names."""
    both = [name for plain in names for name in (plain, f"-{plain}")]
    description = f"By which of these; {default} without it."
    return OpenApiParameter("ordering", OpenApiTypes.STR, enum=both, description=description)
