"""Requests after which everything is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is written inside, so that every request meets the same and can be repeated."""
    inner = transaction.atomic()
    # As Django's own test cases do it: commands insist on being the outermost transaction, this one does not count.
    inner._from_testcase = True
    inner.__enter__()
    try:
        yield
    finally:
        transaction.set_rollback(True)
        inner.__exit__(None, None, None)
