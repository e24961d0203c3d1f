"""
The named points of a command: what it is about to do, told from the statement that it is about to send.

The product has no hooks for tests; a point is a statement, or the commit, seen through Django's own execute wrappers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

COMMIT = "commit"

_TABLE = re.compile(r"(?:FROM|INTO|UPDATE)\s+[`\"](?:openedx_catalog_publisher_)?(\w+)[`\"]", re.IGNORECASE)
_VERBS = {"SELECT": "read", "INSERT": "insert", "UPDATE": "update", "DELETE": "delete"}


def point_of(sql: str) -> str:
    """Return what a statement is about to do, for example ``lock course`` or ``insert publication``."""
    words = sql.split(maxsplit=1)
    verb = _VERBS.get(words[0].upper())
    table = _TABLE.search(sql)
    if verb is None or table is None:
        return " ".join(word.lower() for word in sql.split() if word.isalpha())
    if verb == "read" and "FOR UPDATE" in sql:
        verb = "lock"
    return f"{verb} {table[1]}"


class Points:
    """Numbers the points of one command, so that each has a name of its own: ``update course``, ``update course 2``."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def name(self, point: str) -> str:
        """Return the name of the point's next occurrence."""
        self._counts[point] += 1
        count = self._counts[point]
        return point if count == 1 else f"{point} {count}"


@contextmanager
def observed(
    before: Callable[[str], None], after: Callable[[str], None], rolled_back: Callable[[], None]
) -> Iterator[None]:
    """
    Call back around every statement and every commit of this thread's connection.

    Arguments:
        before: takes the point that is about to be passed; what it raises takes the statement's place.
        after: takes the point that was passed; what it raises hides that the statement succeeded.
        rolled_back: called before each rollback of a whole transaction.
    """
    points = Points()
    commit, rollback = connection.commit, connection.rollback

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        point = points.name(point_of(sql))
        before(point)
        result = execute(sql, params, many, context)
        after(point)
        return result

    def watched_commit() -> None:
        point = points.name(COMMIT)
        before(point)
        commit()
        after(point)

    def watched_rollback() -> None:
        rolled_back()
        rollback()

    connection.commit, connection.rollback = watched_commit, watched_rollback  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(statement):
            yield
    finally:
        connection.commit, connection.rollback = commit, rollback  # type: ignore[method-assign]
