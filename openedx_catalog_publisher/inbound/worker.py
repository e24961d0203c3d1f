"""The worker of the inbox: acts on what receivers noted. Two at once are harmless, and so is one that dies."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.inbound.accounts import end_account
from openedx_catalog_publisher.models import InboxEntry

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)
"""After how long a failed entry is tried again: twice as long each time, up to this."""

LONGEST_ERROR = 2_000


@dataclass(frozen=True)
class Processed:
    """
    What one run did.

    Attributes:
        done: entries that it acted on.
        failed: entries that it could not act on, each of which says why and is tried again later.
    """

    done: int
    failed: int


def process_inbox(*, retry: bool = False) -> Processed:
    """
    Act on every entry that waits, the first first. One that fails does not stop the others.

    Arguments:
        retry: act on failed entries now, and not only when they are due.
    """
    waiting = InboxEntry.objects.filter(done_at__isnull=True)
    if not retry:
        waiting = waiting.filter(due__lte=timezone.now())
    done = failed = 0
    for entry in list(waiting.order_by("pk").values_list("pk", flat=True)):
        try:
            done += end_account(Actor.system("inbox"), entry)
        except Exception as error:
            logger.exception("Inbox entry %s failed", entry)
            _note_failure(entry, error)
            failed += 1
    return Processed(done, failed)


def _note_failure(entry: int, error: Exception) -> None:
    undone = InboxEntry.objects.filter(pk=entry, done_at__isnull=True)
    attempts = undone.values_list("attempts", flat=True).first()
    if attempts is None:
        return
    pause = min(FIRST_PAUSE * 2 ** min(attempts, 20), LONGEST_PAUSE)
    text = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    undone.update(attempts=F("attempts") + 1, last_error=text, due=timezone.now() + pause)
