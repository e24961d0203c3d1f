"""What a mail is before it is sent, and how a kind of mail is declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from openedx_catalog_publisher.models import EventKind, OutboxEvent


@dataclass(frozen=True)
class Letter:
    """
    What is said to whom.

    Attributes:
        recipients: users; those without an address, without an active account, or who want no mails are left out later.
        context: what the templates are filled with. An address that is None or empty is left out of the text.
    """

    recipients: Iterable[Any]
    context: Mapping[str, Any]


class Mail(Protocol):
    """
    One kind of mail.

    Attributes:
        name: at most 32 characters; the folder of its templates ``subject.txt``, ``body.txt`` and ``body.html``, and
            the name under which it is noted as sent.
        kind: the kind of event that it tells of.
    """

    name: str
    kind: EventKind

    def compose(self, event: OutboxEvent) -> Letter | None:
        """Return what is to be said of an event; None where there is nothing to say, or nothing any more."""
