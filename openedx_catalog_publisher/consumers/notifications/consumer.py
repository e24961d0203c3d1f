"""The consumer that mails."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Collection, Iterable

from openedx_catalog_publisher.consumers.notifications.comment_added import CommentAdded
from openedx_catalog_publisher.consumers.notifications.letters import Letter, Mail
from openedx_catalog_publisher.consumers.notifications.messages import message
from openedx_catalog_publisher.consumers.notifications.review_steps import InternalReview, LegalReview, Reviewed
from openedx_catalog_publisher.consumers.notifications.run_published import RunPublished
from openedx_catalog_publisher.consumers.notifications.sending import send_once
from openedx_catalog_publisher.consumers.notifications.watched_runs import WatchedRunPublished, WatchedRunReviewed
from openedx_catalog_publisher.models import EventKind, OutboxEvent
from openedx_catalog_publisher.outbox.consumers import OutOfReach, Service

MAILS: tuple[Mail, ...] = (
    LegalReview(),
    InternalReview(),
    Reviewed(),
    WatchedRunReviewed(),
    CommentAdded(),
    RunPublished(),
    WatchedRunPublished(),
)


UNREACHABLE = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
)
"""What says that no mail server is there, whatever the mail."""


class MailsNotSent(Exception):
    """Some mails about an event could not be sent; those that were are not sent again."""


class Notifications:
    """Mails those whom an event concerns, each once."""

    name = "notifications"
    service = Service.EITHER
    kinds: Collection[EventKind] = frozenset(kind for mail in MAILS for kind in mail.kinds)

    def __init__(self, mails: Iterable[Mail] = MAILS) -> None:
        self._mails = tuple(mails)

    def deliver(self, event: OutboxEvent) -> None:
        """
        Send the mails about an event that were not sent yet. One that fails keeps none of the others back.

        Raises:
            OutOfReach: when the mail server cannot be reached; no other mail is tried then.
            MailsNotSent: when at least one could not be sent.
        """
        failed: list[Exception] = []
        for mail in self._mails:
            letter = mail.compose(event) if event.kind in mail.kinds else None
            if letter is not None:
                failed += _send(mail, event, letter)
        if failed:
            raise MailsNotSent(f"{len(failed)} not sent; the first: {failed[0]!r}") from failed[0]


def _send(mail: Mail, event: OutboxEvent, letter: Letter) -> list[Exception]:
    failed: list[Exception] = []
    for recipient in letter.recipients:
        if not recipient.can_be_mailed():
            continue
        try:
            send_once(mail.name, event, recipient, message(mail.name, event, recipient, letter.context))
        except UNREACHABLE as error:
            raise OutOfReach(f"The mail server cannot be reached: {error!r}") from error
        # Whatever keeps one mail back is told at the end, when the others are sent.
        except Exception as error:  # noqa: BLE001
            failed.append(error)
    return failed
