"""
Pages of lists.

By number (``page``, ``page_size``) as the platform has them, with a count; or by key (``cursor``), which costs the same
however deep the page is and skips nothing while rows are added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from edx_rest_framework_extensions.paginators import DefaultPagination
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

PAGE_SIZE = 20
LARGEST_PAGE = 100


class LazyRows:
    """A query set whose rows are read, when a page of them is taken, by a function that reads what the answer needs."""

    ordered = True

    def __init__(self, rows: QuerySet[Any], read: Callable[[QuerySet[Any]], list[Any]]) -> None:
        """Keep both."""
        self.rows = rows
        self.read = read

    def count(self) -> int:
        """Return how many rows there are."""
        return self.rows.count()

    def filter(self, *conditions: Any, **lookups: Any) -> LazyRows:
        """Return fewer rows."""
        return LazyRows(self.rows.filter(*conditions, **lookups), self.read)

    def order_by(self, *names: str) -> LazyRows:
        """Return the rows in another order."""
        return LazyRows(self.rows.order_by(*names), self.read)

    def __getitem__(self, window: slice) -> list[Any]:
        return self.read(self.rows[window])


class NumberedPages(DefaultPagination):
    """Pages by number."""

    page_size = PAGE_SIZE
    max_page_size = LARGEST_PAGE


class KeysetPages(CursorPagination):
    """Pages by the key of the last row of the page before."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE
    # Rows that one transaction wrote bear one time; so many of them may stand at one place of the order.
    offset_cutoff = 100_000

    def __init__(self, ordering: Sequence[str]) -> None:
        """Make pages in an order whose first name leads an index."""
        self.ordering = tuple(ordering)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return a page; raises NotFound for a cursor that is none of ours."""
        try:
            page: list[Any] = super().paginate_queryset(queryset, request, view) or []
        except (ValidationError, OverflowError) as error:
            # What stands in it is no value of the column, or a time that no calendar has in UTC.
            raise NotFound(self.invalid_cursor_message) from error
        return page

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the order."""
        return tuple(self.ordering)


def pages_for(request: Request, ordering: Sequence[str]) -> Any:
    """Return the kind of pages that a request asks for: by key where it names ``cursor``, if only as empty."""
    if KeysetPages.cursor_query_param in request.query_params:
        return KeysetPages(ordering)
    return NumberedPages()
