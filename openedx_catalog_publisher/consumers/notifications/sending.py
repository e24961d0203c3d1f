"""Sending a mail once, however often its event comes."""

from __future__ import annotations

from datetime import timedelta

from django.core.mail import EmailMessage
from django.utils import timezone

from openedx_catalog_publisher.consumers.notifications.letters import Recipient
from openedx_catalog_publisher.models import OutboxEvent, SentMail

IN_FLIGHT = timedelta(minutes=2)
"""After so long, a mail that was begun and not noted as sent is taken to be lost with its worker."""


class BeingSent(Exception):
    """Another worker has this mail; whether it went out shows later."""


def send_once(mail: str, event: OutboxEvent, recipient: Recipient, made: EmailMessage) -> bool:
    """
    Send a mail, unless it was sent.

    Noted before and after it is handed to the mail server. A worker that dies between the two leaves open whether the
    mail went out. Then it is sent again, since a mail that is missed does more harm than one that comes twice; it
    has the same Message-ID.

    Returns:
        Whether it was sent now.

    Raises:
        BeingSent: when another worker began to send it a moment ago.
        Exception: what the mail server says; the mail counts as not begun.
    """
    now = timezone.now()
    note, begun_now = SentMail.objects.get_or_create(
        event=event, mail=mail, **recipient.noted_as(event), defaults={"started": now}
    )
    if note.sent is not None:
        return False
    same = SentMail.objects.filter(pk=note.pk, started=note.started, sent=None)
    if not begun_now:
        if note.started > now - IN_FLIGHT or not same.update(started=now):
            raise BeingSent(f"{note} was begun at {note.started:%H:%M:%S} by another worker.")
        same = SentMail.objects.filter(pk=note.pk, started=now, sent=None)
    try:
        made.send()
    except Exception:
        same.delete()
        raise
    same.update(sent=timezone.now())
    return True
