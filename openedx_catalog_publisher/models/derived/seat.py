"""Derived values of seats."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from openedx_catalog_publisher.models.course_run_parts import Seat
from openedx_catalog_publisher.settings.conf import upgrade_deadline_days

VERIFIED = "verified"
CREDIT = "credit"

END_OF_DAY = time(23, 59, 59, 99999)
"""As Discovery writes it: the microseconds are its, and clients compare for equality."""


def upgrade_deadline(seat: Seat) -> datetime | None:
    """
    Return until when learners may upgrade to this seat; None where there is no limit of the seat's own.

    A deadline that was set on the seat wins. Otherwise a verified seat closes at the end of the day that lies
    ``CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS`` days before the end of its run, in the time zone of that end; other
    seats, and runs without an end, have none.

    Arguments:
        seat: with ``type`` and ``course_run`` at hand, else each is one statement.

    Raises:
        ImproperlyConfigured: when the setting is no whole number of days.
    """
    if seat.upgrade_deadline_override is not None:
        return seat.upgrade_deadline_override
    end = seat.course_run.end
    if end is None or seat.type.slug != VERIFIED:
        return None
    day = end - timedelta(days=upgrade_deadline_days())
    return datetime.combine(day.date(), END_OF_DAY, tzinfo=end.tzinfo)


def is_paid(seat: Seat) -> bool:
    """
    Tell whether a learner can enrol in this seat by paying: it costs something and is no credit, which needs a
    verified seat first.
    """
    return seat.price > 0 and seat.type.slug != CREDIT
