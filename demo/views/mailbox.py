"""The mails that the demo would have sent: it keeps them as files and shows them to whoever is at this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demo.views.pages import render_page
from demo.views.people import refuse_outside_the_demo

ON_A_PAGE = 20

MOST_FILES = 200
"""How many files are read: the newest. Mails that were sent in one second may share one."""

SEPARATOR = b"-" * 79
"""The line that Django's backend writes after each mail of a file."""


@dataclass(frozen=True)
class Mail:
    """One mail, as its reader would see it."""

    subject: str
    sender: str
    recipient: str
    date: str
    text: str
    html: str


@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """
    Show the mails, the last first.

    Raises:
        PermissionDenied: outside demo mode, and for a visitor from another machine.
    """
    refuse_outside_the_demo(request)
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    mails = [mail for file in files[:MOST_FILES] for mail in reversed(list(mails_in(file)))]
    page = Paginator(mails, ON_A_PAGE).get_page(request.GET.get("page"))
    return render_page(request, "demo/mailbox.html", {"here": "mailbox", "page": page})


def mails_in(file: Path) -> Iterator[Mail]:
    """Yield the mails of a file that Django's file-based backend wrote."""
    kept: list[bytes] = []
    for line in file.read_bytes().splitlines(keepends=True):
        if line.rstrip() != SEPARATOR:
            kept.append(line)
        elif kept:
            yield _mail(b"".join(kept))
            kept = []


def _mail(source: bytes) -> Mail:
    message = message_from_bytes(source, policy=policy.default)
    return Mail(
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        recipient=str(message["To"]),
        date=str(message["Date"]),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())
