"""What goes into a batch of courses, and what becomes of each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openedx_catalog_publisher.models import Status


@dataclass(frozen=True)
class OfficialInput:
    """
    What shall be official of a unit.

    Attributes:
        status: ``published`` or ``unpublished``.
        changes: content by name. What it does not name is as the draft's input says; what neither names stays as it is
            on each side. What it alone names is the draft's too, where there is no draft yet or the draft was equal to
            the official side.
    """

    status: Status
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunInput:
    """
    A run to create or update.

    Attributes:
        key: its key; runs are found by it.
        changes: content and state by name; fields that are not named stay.
        uuid: taken when the run is created; None makes one. A run that exists under another is refused.
        official: what shall be official; None leaves the official side as it is.
    """

    key: str
    changes: Mapping[str, Any]
    uuid: uuid.UUID | None = None
    official: OfficialInput | None = None


@dataclass(frozen=True)
class CourseInput:
    """
    A course to create or update, with runs.

    Attributes:
        organization: key of its first owner.
        number: its number; courses are found by organization and number.
        changes: content and state by name; fields that are not named stay.
        runs: runs of the course.
        uuid: taken when the course is created; None makes one. A course that exists under another is refused.
        official: what shall be official; None leaves the official side as it is.
        canonical_run: key of the canonical run, one of ``runs``; '' for none, None leaves it as it is.
        former_slugs: slugs that were official once and lead to the course; they are added to those that do.
        redirects: paths that lead to the course; they are added to those that do.
    """

    organization: str
    number: str
    changes: Mapping[str, Any]
    runs: Sequence[RunInput] = ()
    uuid: uuid.UUID | None = None
    official: OfficialInput | None = None
    canonical_run: str | None = None
    former_slugs: Sequence[str] = ()
    redirects: Sequence[str] = ()

    @property
    def key(self) -> str:
        """The course's key."""
        return f"{self.organization}+{self.number.strip()}"

    @property
    def units(self) -> Sequence[CourseInput | RunInput]:
        """The course, then its runs."""
        return (self, *self.runs)


@dataclass
class CourseOutcome:
    """
    What became of one course of a batch.

    Attributes:
        key: the course's key.
        course: its uuid; None where it was refused.
        created: keys that were created.
        updated: keys of what was there and moved.
        unchanged: keys of what was there and equal.
        refused: messages by field, those of runs as ``<run key>.<field>``; empty where it was written.
        published: keys of what moved officially.
    """

    key: str
    course: uuid.UUID | None = None
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)
