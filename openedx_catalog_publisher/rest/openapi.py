"""
How the API describes itself (OpenAPI 3, by drf-spectacular).

Every view names this schema class, since the platform's default may be another generator's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import serializers

from openedx_catalog_publisher.rest.problems import TITLES, Problem

ETAG = OpenApiParameter(
    "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=True, description="Version of the draft."
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
    description="Names of the fields to answer, separated by commas; with dots for those of nested objects.",
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


F = TypeVar("F", bound=Callable[..., Any])


class CatalogSchema(AutoSchema):
    """The description of one operation. Filters are those that the view declares, pages those that it answers."""

    def get_filter_backends(self) -> list[Any]:
        """Return none: views declare their parameters."""
        return []

    def get_tags(self) -> list[str]:
        """Return the resource that the path begins with."""
        return [self.path.removeprefix("/api/catalog_publisher/v1/").split("/")[0]]


class JwtScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the platform's tokens."""

    target_class = "edx_rest_framework_extensions.auth.jwt.authentication.JwtAuthentication"
    match_subclasses = True
    name = "jwt"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the header in which a token stands."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A JWT of the LMS: Authorization: JWT <token>.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the platform's sessions."""

    target_class = "edx_rest_framework_extensions.auth.session.authentication.SessionAuthenticationAllowInactiveUser"
    match_subclasses = True
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the cookie of a session; writes need the CSRF token in X-CSRFToken, too."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def problems(*statuses: int) -> dict[int, OpenApiResponse]:
    """Return the answers of errors; those that any operation may give come with them."""
    return {status: OpenApiResponse(Problem, description=TITLES[status][1]) for status in {401, 406, 429, *statuses}}


def operation(  # noqa: PLR0913 - each says one thing of an operation
    answer: Any = None,
    *,
    status: int = 200,
    request: Any = None,
    errors: Iterable[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
    examples: Sequence[Any] = (),
    description: str | None = None,
    also: Mapping[int, Any] | None = None,
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
        also: further answers when all goes well, by status.
    """
    writes = {400, 403, 409, 413, 415, 422, 503} if request is not None else set()
    describe: Callable[[F], F] = extend_schema(
        request=request,
        responses={status: answer, **(also or {}), **problems(*errors, *writes)},
        parameters=list(parameters),
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
