"""What goes wrong at the edges to the platform."""

from __future__ import annotations

from opaque_keys.edx.keys import CourseKey


class PlatformError(Exception):
    """What the platform did not do; the text is for whoever operates the installation."""


class CourseMissing(PlatformError):
    """The platform does not know the course run, yet or any more."""

    def __init__(self, course: CourseKey) -> None:
        super().__init__(f"{course} is not in the platform. It is tried again; create the course run in Studio.")


class Refused(PlatformError):
    """The platform said no, and will as long as nothing changes."""


class Unavailable(PlatformError):
    """The platform did not answer, or failed; whether it did what it was asked to do is not known."""
