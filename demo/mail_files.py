"""
Mails kept as files that bear numbers, so that their order is known.

Django's own file-based backend names files by the second; what was sent within one has no order there, nor do times of
files tell, which many file systems and kernels round.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SUFFIX = ".eml"


class EmailBackend(BaseEmailBackend):
    """Writes each mail into a file of its own in the folder ``EMAIL_FILE_PATH``."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails, each under the number after the highest that is there."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            _keep(folder, message.message().as_bytes())
        return len(email_messages)


def kept_mails(folder: Path) -> list[Path]:
    """Return the files of the mails in a folder, the last mail first."""
    return sorted(folder.glob(f"*{SUFFIX}"), key=_number, reverse=True)


def _number(file: Path) -> int:
    return int(file.stem)


def _keep(folder: Path, source: bytes) -> None:
    # Whole before it has a name: who looks at the folder meanwhile sees the mail or does not.
    with NamedTemporaryFile(dir=folder) as written:
        written.write(source)
        written.flush()
        kept = kept_mails(folder)
        number = _number(kept[0]) + 1 if kept else 1
        while not _named(Path(written.name), folder / f"{number:08}{SUFFIX}"):
            number += 1


def _named(written: Path, name: Path) -> bool:
    """Give a file a name; False where another process gave it to a mail of its own a moment ago."""
    try:
        name.hardlink_to(written)
    except FileExistsError:
        return False
    return True
