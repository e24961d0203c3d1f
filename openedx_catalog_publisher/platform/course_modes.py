"""Course modes of the LMS: how learners can enrol in a course run, and at what price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from opaque_keys.edx.keys import CourseKey

NO_DEADLINE = frozenset({"professional", "no-id-professional"})
"""Slugs of modes that the LMS refuses to give a deadline."""


@dataclass(frozen=True)
class ModeRow:
    """
    One course mode.

    Attributes:
        slug: of the mode.
        currency: ISO 4217, in lower case.
        display_name: what it is called; an existing mode keeps its own.
        min_price: price in whole units of the currency.
        upgrade_deadline: until when learners may choose it; None without limit.
        sku: stock-keeping unit; None leaves what is there.
        bulk_sku: the same for purchases in bulk.
    """

    slug: str
    currency: str
    display_name: str
    min_price: int
    upgrade_deadline: datetime | None = None
    sku: str | None = None
    bulk_sku: str | None = None


class CourseModes(Protocol):
    """The modes of all course runs."""

    def of_course(self, course: CourseKey) -> tuple[ModeRow, ...]:
        """Return the modes of a course run; none where the platform does not know it."""

    def write(self, course: CourseKey, rows: Sequence[ModeRow]) -> None:
        """
        Insert or update modes, told apart by slug and currency, all of them or none. Others stay.

        Raises:
            CourseMissing: when the platform does not know the course run.
            Refused: when the platform does not accept a mode; says why.
        """
