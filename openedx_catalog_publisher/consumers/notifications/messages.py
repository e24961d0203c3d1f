"""Writing a mail: subject, text and HTML from templates, in the site's language."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from openedx_catalog_publisher.consumers.notifications.letters import Recipient
from openedx_catalog_publisher.models import OutboxEvent
from openedx_catalog_publisher.settings import conf

TEMPLATES = "openedx_catalog_publisher/mail"


def message(mail: str, event: OutboxEvent, recipient: Recipient, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    """
    Return the message of one kind of mail about an event to a recipient.

    Made again it has the same Message-ID, so that whoever gets it twice can tell.
    """
    filled = {
        **context,
        "recipient_name": recipient.name,
        "platform_name": getattr(settings, "PLATFORM_NAME", ""),
    }
    with translation.override(settings.LANGUAGE_CODE):
        subject, text, html = (
            render_to_string(f"{TEMPLATES}/{mail}/{part}", filled) for part in ("subject.txt", "body.txt", "body.html")
        )
    sender = conf.mail_sender()
    made = EmailMultiAlternatives(
        # A subject is one line, whatever stands in a title.
        " ".join(subject.split()),
        text.strip() + "\n",
        sender,
        [recipient.address],
        headers={"Message-ID": _message_id(mail, event, recipient, sender), "Auto-Submitted": "auto-generated"},
    )
    made.attach_alternative(html, "text/html")
    return made


def _message_id(mail: str, event: OutboxEvent, recipient: Recipient, sender: str) -> str:
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid5(event.uuid, f'{mail}:{recipient.code}')}@{domain}>"
