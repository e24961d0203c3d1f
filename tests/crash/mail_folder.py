"""A mail server that is a folder: each mail is one line of one file, appended whole, whichever process sends it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

FILE = "mails"


def mail_settings(folder: str) -> dict[str, Any]:
    """Return the settings under which mails go to a folder."""
    return {
        "CATALOG_PUBLISHER_CONSUMERS": ["openedx_catalog_publisher.consumers.notifications.Notifications"],
        "EMAIL_BACKEND": f"{__name__}.FolderBackend",
        "EMAIL_FILE_PATH": folder,
        "DEFAULT_FROM_EMAIL": "catalog@example.org",
    }


class FolderBackend(BaseEmailBackend):
    """Appends the Message-ID of each mail; a write of one line is whole or is not."""

    def send_messages(self, messages: Sequence[Any]) -> int:
        """Append."""
        file = os.open(Path(settings.EMAIL_FILE_PATH) / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for message in messages:
                os.write(file, f"{message.extra_headers['Message-ID']}\n".encode())
        finally:
            os.close(file)
        return len(messages)


def mails_in(folder: Path) -> list[str]:
    """Return the Message-IDs of all mails, the first first."""
    file = folder / FILE
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
