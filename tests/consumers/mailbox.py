"""A mail server that keeps what it is handed and fails when it is told to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

PATH = f"{__name__}.Mailbox"


class Mailbox(EmailBackend):
    """Django's mailbox in memory, with failures before or after it took a mail, in all or for some addresses."""

    failures: ClassVar[list[tuple[BaseException, bool]]] = []
    refused: ClassVar[set[str]] = set()

    def send_messages(self, messages: Sequence[Any]) -> int:
        """Keep the mails."""
        for message in messages:
            if self.refused & set(message.to):
                raise OSError(f"{message.to[0]} is refused")
        error, after = self.failures.pop(0) if self.failures else (None, False)
        if error is not None and not after:
            raise error
        count: int = super().send_messages(messages)
        if error is not None:
            raise error
        return count


@contextmanager
def failing(error: BaseException, *, after: bool) -> Iterator[None]:
    """Let the mail server fail once."""
    Mailbox.failures.append((error, after))
    try:
        yield
    finally:
        Mailbox.failures.clear()


def message_ids() -> list[str]:
    """Return the Message-IDs of all mails, the first first."""
    return [message.extra_headers["Message-ID"] for message in mail.outbox]
