"""
Errors that commands answer with.

Each has the HTTP status that a REST door gives it; messages name the field or the unit and the remedy. Nothing was
written when one is raised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class CatalogError(Exception):
    """
    Base of all errors that a command answers with.

    Attributes:
        status: the HTTP status that says the same.
        code: a stable word for programs.
        message: one or two sentences for people.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(CatalogError):
    """The input breaks a rule; ``fields`` names every faulty field with its messages."""

    status = 400
    code = "invalid"

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields: dict[str, list[str]] = {name: list(messages) for name, messages in fields.items()}
        super().__init__(" ".join(f"{name}: {' '.join(messages)}" for name, messages in self.fields.items()))


class NotPermitted(CatalogError):
    """The actor may not do this."""

    status = 403
    code = "not_permitted"


class UnitNotFound(CatalogError):
    """There is no such unit, publication or other object."""

    status = 404
    code = "not_found"


class Conflict(CatalogError):
    """
    What is stored does not allow it, or moved since the caller looked.

    Attributes:
        details: what stands in the way, as plain data.
    """

    status = 409
    code = "conflict"

    def __init__(self, message: str, details: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.details = [dict(detail) for detail in details]


class StaleRevision(CatalogError):
    """The write names a revision that is not the draft's any more."""

    status = 412
    code = "stale_revision"

    def __init__(self, key: str, expected: int | str, actual: int | str) -> None:
        super().__init__(
            f"{key} is at revision {actual}, not {expected}: somebody changed it. Read it again and repeat your change."
        )
        self.expected = expected
        self.actual = actual


class Busy(CatalogError):
    """The database refused the command again and again because of other writers; trying later is safe."""

    status = 503
    code = "busy"
