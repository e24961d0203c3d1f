"""
Pages as Discovery has them: by number where ``page`` is named, else by limit and offset; by cursor for some resources.

Pages by number have at most ``LARGEST_PAGE`` rows; Discovery knows no bound. Those by cursor hold as many rows as the
Publisher micro-frontend needs, which never asks for a second one.
"""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import LimitOffsetPagination, PageNumberPagination
from rest_framework.request import Request

from openedx_catalog_publisher.rest.discovery.flags import is_number
from openedx_catalog_publisher.rest.paging import KeysetPages

PAGE_SIZE = 20
LARGEST_PAGE = 1000
CURSOR_PAGE = 200


class NumberPages(PageNumberPagination):
    """Pages by number."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE


class OffsetPages(LimitOffsetPagination):
    """Pages by limit and offset."""

    default_limit = PAGE_SIZE
    max_limit = LARGEST_PAGE


class NewestFirst(KeysetPages):
    """Pages by cursor, the row that was made last first, without a count."""

    page_size = CURSOR_PAGE
    max_page_size = LARGEST_PAGE

    def __init__(self) -> None:
        """Order by the primary key, which grows."""
        super().__init__(("-pk",))

    def decode_cursor(self, request: Request) -> Any:
        """Return where a page begins; raises NotFound for a cursor that names no primary key."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not is_number(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor


def pages_for(request: Request) -> Any:
    """Return the kind of pages that a request asks for; ``page_size`` without ``page`` says nothing."""
    return NumberPages() if "page" in request.query_params else OffsetPages()
