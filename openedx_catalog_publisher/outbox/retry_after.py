"""How long a peer asks to be left alone, by the header ``Retry-After`` of its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone


def wait_of(retry_after: str) -> timedelta | None:
    """Return how long ``Retry-After`` asks to wait, in seconds or as a date; None where it does not say."""
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 8:
        return timedelta(seconds=int(retry_after))
    try:
        moment: datetime = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - timezone.now(), timedelta())
