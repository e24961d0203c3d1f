"""What goes wrong at the edges to the platform."""

from __future__ import annotations

from datetime import timedelta

from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.outbox.consumers import OutOfReach


class PlatformError(Exception):
    """What the platform did not do; the text is for whoever operates the installation."""


class CourseMissing(PlatformError):
    """The platform does not know the course run, yet or any more."""

    def __init__(self, course: CourseKey) -> None:
        super().__init__(f"{course} is not in the platform. It is tried again; create the course run in Studio.")


class Refused(PlatformError):
    """The platform said no, and will as long as nothing changes."""


class Failed(PlatformError):
    """
    The platform answers, and failed at this one thing; others it may do.

    Attributes:
        over: whether the attempt is over. What is not there then does not come any more.
    """

    def __init__(self, message: str, *, over: bool) -> None:
        super().__init__(message)
        self.over = over


class Unavailable(PlatformError, OutOfReach):
    """
    The platform did not answer, or failed; whether it did what it was asked to do is not known.

    A consumer that lets it through rests, since the platform would do nothing else for it either.

    Attributes:
        over: whether it answered itself that it failed, so that nothing of the attempt is still under way.
    """

    def __init__(self, message: str, wait: timedelta | None = None, *, over: bool = False) -> None:
        super().__init__(message, wait)
        self.over = over
