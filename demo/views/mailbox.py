"""The mails that the demo would have sent: it keeps them as files and shows them to whoever is at this machine."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demo.mail_files import kept_mails
from demo.views.pages import render_page
from demo.views.people import refuse_outside_the_demo

ON_A_PAGE = 20


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
    page = Paginator(kept_mails(Path(settings.EMAIL_FILE_PATH)), ON_A_PAGE).get_page(request.GET.get("page"))
    mails = [_mail(file.read_bytes()) for file in page]
    return render_page(request, "demo/mailbox.html", {"here": "mailbox", "page": page, "mails": mails})


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
