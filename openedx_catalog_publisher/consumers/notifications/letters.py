"""What a mail is before it is sent, to whom it goes, and how a kind of mail is declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self
from uuid import UUID, uuid5

from openedx_catalog_publisher.consumers.notifications.preferences import address_wants_mails, wants_mails
from openedx_catalog_publisher.models import EventKind, OutboxEvent
from openedx_catalog_publisher.models.normalization import normalize_key


@dataclass(frozen=True)
class Recipient:
    """
    Somebody to be mailed: a user, or an address of which no more is known.

    Attributes:
        address: where the mail goes; empty where a user has none.
        name: how the mail addresses them; empty for an address.
        user: the user; None for an address.
    """

    address: str
    name: str
    user: Any | None

    @classmethod
    def of(cls, users: Iterable[Any]) -> tuple[Self, ...]:
        """Return users as recipients, each once, in their order."""
        unique = {user.pk: user for user in users}.values()
        return tuple(cls(user.email, user.get_full_name() or user.get_username(), user) for user in unique)

    @classmethod
    def at(cls, addresses: Iterable[str]) -> tuple[Self, ...]:
        """Return addresses as recipients, each once whatever its case, in their order."""
        unique: dict[str, str] = {}
        for address in addresses:
            unique.setdefault(normalize_key(address), address)
        return tuple(cls(address, "", None) for address in unique.values())

    @property
    def code(self) -> str:
        """What tells the recipients of one mail apart."""
        return normalize_key(self.address) if self.user is None else str(self.user.pk)

    def can_be_mailed(self) -> bool:
        """Tell whether there is an address, and of a user an active account, and no wish for no mails."""
        if not self.address:
            return False
        if self.user is None:
            return address_wants_mails(self.address)
        return bool(self.user.is_active) and wants_mails(self.user)

    def noted_as(self, event: OutboxEvent) -> dict[str, Any]:
        """Return the columns of ``SentMail`` that stand for this recipient."""
        return {"user": self.user, "watcher": None if self.user is not None else self._watcher(event)}

    def _watcher(self, event: OutboxEvent) -> UUID:
        return uuid5(event.uuid, self.code)


@dataclass(frozen=True)
class Letter:
    """
    What is said to whom.

    Attributes:
        recipients: those who cannot be mailed, or want no mails, are left out later.
        context: what the templates are filled with. A link that is None or empty is left out of the text.
    """

    recipients: Iterable[Recipient]
    context: Mapping[str, Any]


class Mail(Protocol):
    """
    One kind of mail.

    Attributes:
        name: at most 32 characters; the folder of its templates ``subject.txt``, ``body.txt`` and ``body.html``, and
            the name under which it is noted as sent.
        kinds: the kinds of events that it tells of.
    """

    name: str
    kinds: Collection[EventKind]

    def compose(self, event: OutboxEvent) -> Letter | None:
        """Return what is to be said of an event; None where there is nothing to say, or nothing any more."""
