"""Micro-frontends that run on another port of this machine may use the demo, with the visitor's cookies (CORS)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

METHODS = "GET, POST, PATCH, PUT, DELETE, OPTIONS"
"""OPTIONS too, since a micro-frontend asks for metadata by it, after a preflight of its own."""

HEADERS = "accept, content-type, use-jwt-cookie, x-csrftoken, if-match, idempotency-key"
SHOWN_HEADERS = "ETag, Location, X-Catalog-Version"
KEPT_SECONDS = "600"


def is_micro_frontend(origin: str) -> bool:
    """Tell whether an origin, such as ``http://localhost:18400``, is one of the micro-frontends of the settings."""
    return origin in settings.MICRO_FRONTENDS


def leads_to_micro_frontend(url: str) -> bool:
    """Tell whether an address is a page of one of the micro-frontends."""
    parts = urlsplit(url)
    return is_micro_frontend(f"{parts.scheme}://{parts.netloc}")


class AllowMicroFrontends:
    """Lets browsers hand answers to micro-frontends, also errors and redirects, and answers their preflights."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what answers requests."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; a preflight is told by what it asks for, since metadata is asked for by OPTIONS, too."""
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if is_preflight else self.get_response(request)
        patch_vary_headers(response, ["Origin"])
        origin = request.headers.get("Origin", "")
        if is_micro_frontend(origin):
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Credentials"] = "true"
            response["Access-Control-Expose-Headers"] = SHOWN_HEADERS
            if is_preflight:
                response["Access-Control-Allow-Methods"] = METHODS
                response["Access-Control-Allow-Headers"] = HEADERS
                response["Access-Control-Max-Age"] = KEPT_SECONDS
        return response
