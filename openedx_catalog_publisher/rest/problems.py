"""
Errors as the platform's REST conventions have them (OEP-69, convention 10; the shape is RFC 9457's).

Every answer of an error is one object: ``type``, ``title``, ``status``, ``detail``, ``instance``; ``errors`` with the
messages of every faulty field, where the input is at fault; ``details`` with what stands in the way, where it is
the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.commands.errors import Busy, CatalogError, Conflict, InvalidInput

TYPES = "https://docs.openedx.org/errors/"

TITLES: Mapping[int, tuple[str, str]] = {
    400: ("validation", "The request is not valid"),
    401: ("authn", "Not logged in"),
    403: ("authz", "Not permitted"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Not a method of this resource"),
    406: ("not-acceptable", "Not available in this form"),
    409: ("conflict", "Something stands in the way"),
    412: ("precondition-failed", "Changed since it was read"),
    413: ("too-large", "Too large"),
    415: ("unsupported-media-type", "Not a form that is read here"),
    422: ("unprocessable", "The request cannot be processed"),
    429: ("rate-limited", "Too many requests"),
    503: ("unavailable", "Not available at the moment"),
}

NO_FIELD = "non_field_errors"
"""Under which messages stand that are about no field."""

BUSY_SECONDS = 1


class Unprocessable(CatalogError):
    """The request is well formed and cannot be processed as it is."""

    status = 422
    code = "unprocessable"


class Problem(serializers.Serializer[Any]):
    """An error."""

    type = serializers.URLField(help_text="Names the kind of error.")
    title = serializers.CharField(help_text="The kind of error, in words.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong here, and the remedy.")
    instance = serializers.CharField(help_text="Path of the request.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Messages by name of the faulty field; all faulty fields at once.",
    )
    details = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="What stands in the way, as data."
    )


def problem_response(request: Request, error: Exception, drf_response: Response | None) -> Response | None:
    """
    Return the answer for an error, or None for one that is a fault of ours.

    Arguments:
        request: the request.
        error: what was raised.
        drf_response: what Django REST framework makes of it, for its headers; None for what it does not know.
    """
    if isinstance(error, CatalogError):
        headers = {"Retry-After": str(BUSY_SECONDS)} if isinstance(error, Busy) else None
        return Response(_of_catalog(request, error), status=error.status, headers=headers)
    if isinstance(error, SuspiciousOperation):
        # What Django's own handlers answer as a page: a body that is too large, or of too many fields.
        status = 413 if isinstance(error, RequestDataTooBig) else 400
        return Response(problem(request, status, f"{error} Give large files as files."), status=status)
    if drf_response is None:
        return None
    drf_response.data = _of_framework(request, error, drf_response)
    return drf_response


def problem(request: Request, status: int, detail: str, **more: Any) -> dict[str, Any]:
    """Return the body of an error."""
    slug, title = TITLES[status]
    return {
        "type": f"{TYPES}{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        **more,
    }


def _of_catalog(request: Request, error: CatalogError) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if isinstance(error, InvalidInput):
        more["errors"] = error.fields
    if isinstance(error, Conflict) and error.details:
        more["details"] = error.details
    return problem(request, error.status, error.message, **more)


def _of_framework(request: Request, error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = messages_by_field(error.detail)
        detail = " ".join(f"{name}: {' '.join(messages)}" for name, messages in fields.items())
        return problem(request, response.status_code, detail, errors=fields)
    if isinstance(error, Http404 | PermissionDenied):
        detail = str(error) or TITLES[response.status_code][1]
    else:
        detail = str(getattr(error, "detail", error))
    return problem(request, response.status_code, detail)


def messages_by_field(detail: Any) -> dict[str, list[str]]:
    """Return the messages of a validation error by field; those of nested fields name their place."""
    if not isinstance(detail, Mapping):
        return {NO_FIELD: _messages(detail)}
    return {str(name): _messages(found) for name, found in detail.items()}


def _messages(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        return [f"{name}: {message}" for name, entry in found.items() for message in _messages(entry)]
    if isinstance(found, list | tuple):
        # Objects of a list are told by their place.
        places = (f"[{index}]." if isinstance(entry, Mapping) else "" for index, entry in enumerate(found))
        return [f"{place}{message}" for place, entry in zip(places, found, strict=True) for message in _messages(entry)]
    return [str(found)]
