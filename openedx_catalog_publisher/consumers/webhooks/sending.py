"""Sending one request to a subscription, and noting what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from openedx_catalog_publisher.consumers.webhooks.messages import FLAVORS, Message, message, ping
from openedx_catalog_publisher.consumers.webhooks.transport import Answer, post
from openedx_catalog_publisher.models import OutboxEvent, WebhookAttempt, WebhookSubscription
from openedx_catalog_publisher.outbox.consumers import OutOfReach
from openedx_catalog_publisher.outbox.retry_after import wait_of
from openedx_catalog_publisher.settings import conf

REFUSALS = frozenset({400, 409, 413, 415, 422})
"""Answers that are about this request; all others that are no success are about the receiver."""


class Refused(Exception):
    """The receiver does not take this event; others it may."""


@dataclass
class Request:
    """
    A request under way.

    ``run`` needs no database, ``finish`` and ``noted`` do.
    """

    subscription: WebhookSubscription
    made: Message
    event: OutboxEvent | None = None
    started: datetime = field(default_factory=timezone.now)
    answer: Answer | None = None

    def run(self) -> None:
        """Send it. Nothing that goes wrong outside is raised; ``finish`` tells."""
        self.started = timezone.now()
        seconds = conf.webhook_timeout()
        self.answer = post(self.subscription.url, self.made.body, self.made.headers, seconds)

    def finish(self) -> None:
        """
        Note what came of it.

        Raises:
            Refused: when the receiver does not take this event.
            OutOfReach: when it takes nothing at present.
        """
        attempt = self.noted()
        if attempt.succeeded:
            return
        told = f"{attempt.status}: {attempt.response[:200]}" if attempt.status else attempt.error
        if attempt.status in REFUSALS:
            raise Refused(told)
        raise OutOfReach(told, wait_of(self.answer.retry_after if self.answer else ""))

    def noted(self) -> WebhookAttempt:
        """
        Return the row of the log, which is stored.

        Raises:
            RuntimeError: when it was not sent yet.
        """
        if self.answer is None:
            raise RuntimeError("The request was not sent.")
        status = self.answer.status
        expected = FLAVORS[self.subscription.flavor].answers_of_ping if self.event is None else frozenset()
        row: WebhookAttempt = WebhookAttempt.objects.create(
            subscription=self.subscription,
            event=self.event,
            started=self.started,
            milliseconds=self.answer.milliseconds,
            sent_bytes=len(self.made.body),
            status=status,
            succeeded=status is not None and (200 <= status < 300 or status in expected),
            error=self.answer.error,
            response=self.answer.text,
        )
        return row


def request_about(event: OutboxEvent, subscription: WebhookSubscription) -> Request:
    """Return the request that tells a subscription of an event, signed by the secrets that there are now."""
    return Request(subscription, message(event, subscription, secrets_of(subscription)), event)


def ping_request(subscription: WebhookSubscription) -> Request:
    """Return a request that tells of nothing, to see whether it arrives and is signed well."""
    return Request(subscription, ping(subscription, secrets_of(subscription)))


def secrets_of(subscription: WebhookSubscription) -> list[str]:
    """Return the secrets that sign, the first made first."""
    return list(subscription.secrets.order_by("pk").values_list("value", flat=True))
