"""Rows that all tests of one module share, made once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def kept_for_module(django_db_blocker: Any) -> Iterator[None]:
    """
    Let a module's fixture write rows that every test of the module finds, and that go when the module is done.

    Each test still has its own transaction within this one, so that no test sees what another wrote.

    Arguments:
        django_db_blocker: pytest-django's fixture of that name.
    """
    outer = transaction.atomic()
    # As Django's own test cases do it: commands insist on being the outermost transaction, this one does not count.
    outer._from_testcase = True
    with django_db_blocker.unblock():
        outer.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
