"""
How clients tell whether what they read is still so: a version of the whole catalog, ETags, and no cache but their own.

The version moves with each publication. It is the number of releases with the last one's primary key, since releases
that were begun earlier may be committed later. It is read before what is answered, so that a client that walks many
pages sees it move on the page after the one that may hold both states.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Count, Max
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response

from openedx_catalog_publisher.models import Release

HEADER = "X-Catalog-Version"
PRIVATE = "private, no-cache"
UNKEPT = "private, no-store"


def catalog_version() -> str:
    """Return the version of what is official, in one statement."""
    found = Release.objects.aggregate(count=Count("pk"), last=Max("pk"))
    return f"{found['count']}-{found['last'] or 0}"


def mark_official(request: Request, response: Response, version: str) -> Response:
    """Give an answer of official rows the version, and an ETag by which it is not sent again where it did not move."""
    response[HEADER] = version
    response["Cache-Control"] = PRIVATE
    response.add_post_render_callback(lambda rendered: _unless_known(request, rendered))
    return response


def _unless_known(request: Request, response: Any) -> Any:
    tag = f'"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'
    response["ETag"] = tag
    found: Any = get_conditional_response(request._request, etag=tag, response=response)
    # Reading does nothing that If-Match could prevent, and clients of Discovery know of no such answer.
    return response if found.status_code == 412 else found


def mark_unshared(response: Response) -> Response:
    """Let no cache give one user's answer to another."""
    patch_vary_headers(response, ["Cookie", "Authorization", "USE-JWT-COOKIE"])
    if "Cache-Control" not in response:
        response["Cache-Control"] = UNKEPT
    return response
