"""Course runs in Studio: what a course team gets to author in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from opaque_keys.edx.keys import CourseKey

INSTRUCTOR = "instructor"
"""The role in Studio that a course's editors get: they may do everything in the course run."""

SELF_PACED = "self_paced"
INSTRUCTOR_PACED = "instructor_paced"


@dataclass(frozen=True)
class Picture:
    """
    A picture that Studio takes.

    Attributes:
        media_type: ``image/jpeg`` or ``image/png``.
        content: the file.
    """

    media_type: str
    content: bytes = field(repr=False)

    @property
    def file_name(self) -> str:
        """The name under which Studio keeps the picture of a course run."""
        return "course_image.jpg" if self.media_type == "image/jpeg" else "course_image.png"


@dataclass(frozen=True)
class RunInStudio:
    """
    What Studio shows of a course run.

    Attributes:
        title: its title.
        start: when it starts.
        end: when it ends.
        pacing: ``self_paced`` or ``instructor_paced``.
        team: usernames of those who hold the role ``instructor``.
    """

    title: str
    start: datetime | None
    end: datetime | None
    pacing: str
    team: frozenset[str]


@dataclass(frozen=True)
class NewRun:
    """
    A course run that is to be made.

    Attributes:
        key: its key, which says organization, number and run.
        title: its title.
        start: when it starts; Studio makes none without.
        end: when it ends; the same.
        pacing: ``self_paced`` or ``instructor_paced``.
        team: usernames of those who get the role ``instructor``. Nobody else has access, but for staff of the platform.
    """

    key: CourseKey
    title: str
    start: datetime
    end: datetime
    pacing: str
    team: tuple[str, ...]


@dataclass(frozen=True)
class RunChanges:
    """
    What is to be changed of a course run; what is None or empty stays.

    Attributes:
        title: its title.
        schedule: start and end, which Studio takes together.
        pacing: ``self_paced`` or ``instructor_paced``.
        team: usernames that are given the role ``instructor``; nobody loses one.
        picture: the picture of its card.
    """

    title: str | None = None
    schedule: tuple[datetime, datetime] | None = None
    pacing: str | None = None
    team: tuple[str, ...] = ()
    picture: Picture | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to change."""
        return self != RunChanges()


class Studio(Protocol):
    """
    All course runs in Studio.

    Raises, in each of its methods:
        Unavailable: when Studio does not answer: what was asked for may have been done or not.
        Failed: when it answers, and failed at what was asked for; it may have been done or not.
        Refused: when Studio says no, with what it says.
    """

    def read(self, run: CourseKey) -> RunInStudio | None:
        """Return what Studio shows of a course run; None where it has none with exactly this key."""

    def create(self, run: NewRun) -> None:
        """Make an empty course run. One that is there already is left as it is."""

    def rerun(self, source: CourseKey, run: NewRun) -> None:
        """Make a course run as a copy of one of the same organization. One that is there already is left as it is."""

    def update(self, run: CourseKey, changes: RunChanges) -> None:
        """
        Change a course run.

        Raises:
            CourseMissing: when there is none.
        """
