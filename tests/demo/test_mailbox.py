"""The mailbox of the demo shows what the catalog would have mailed, and to nobody outside of the demo."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django.asserts import assertContains

from demo.views.mailbox import ON_A_PAGE
from openedx_catalog_publisher.api import Selection
from openedx_catalog_publisher.outbox.relay import relay
from tests.factories import make_course, make_member, make_organization, publish_now

pytestmark = [pytest.mark.django_db, pytest.mark.urls("demo.urls")]


@pytest.fixture
def mail_folder(demo_mode: Any, tmp_path: Path) -> Path:
    """Mails are kept as in the demo, in a folder of their own."""
    demo_mode.EMAIL_BACKEND = "demo.mail_files.EmailBackend"
    demo_mode.EMAIL_FILE_PATH = tmp_path / "mail"
    demo_mode.CATALOG_PUBLISHER_CONSUMERS = ["openedx_catalog_publisher.consumers.notifications.Notifications"]
    folder: Path = demo_mode.EMAIL_FILE_PATH
    return folder


def publish_and_mail() -> None:
    organization = make_organization()
    user = make_member(organization)
    type(user).objects.filter(pk=user.pk).update(email="nadia@example.org", first_name="Nadia")
    course = make_course(organization, title="数据 <b>für</b> alle: علم").course
    publish_now(Selection.of([course.uuid], all_runs=True))
    relay()


def test_an_empty_mailbox_says_how_to_fill_it(client: Client, mail_folder: Path) -> None:
    assertContains(client.get("/mailbox/"), "There is none.")


def test_a_mail_is_shown_as_text_and_as_html_that_can_do_nothing(client: Client, mail_folder: Path) -> None:
    publish_and_mail()

    response = client.get("/mailbox/")

    assertContains(response, "Now published: 数据 &lt;b&gt;für&lt;/b&gt; alle: علم (")
    assertContains(response, "<dd>nadia@example.org</dd>", html=True)
    assertContains(response, "<dd>Catalog &lt;catalog@example.org&gt;</dd>", html=True)
    assertContains(response, "Hello Nadia,")
    assertContains(response, '<iframe sandbox srcdoc="&lt;!doctype html&gt;')
    assert "<b>für" not in response.content.decode()


def test_the_last_mails_come_first_and_the_others_on_further_pages(client: Client, mail_folder: Path) -> None:
    subjects = [f"Mail {number}" for number in range(ON_A_PAGE + 1)]
    for subject in subjects:
        EmailMessage(subject, "Text", to=["nadia@example.org"]).send()

    for file in mail_folder.iterdir():
        # As where the clock of the file system stands still.
        os.utime(file, ns=(0, 0))

    first, second = client.get("/mailbox/"), client.get("/mailbox/?page=2")

    assert (len(first.context["mails"]), len(second.context["mails"])) == (ON_A_PAGE, 1)
    shown = [mail.subject for page in (first, second) for mail in page.context["mails"]]
    assert shown == subjects[::-1]


@pytest.mark.slow
def test_mails_of_processes_that_send_at_once_all_stay(client: Client, mail_folder: Path) -> None:
    send = "import django; django.setup(); from django.core.mail import send_mail\n"
    send += "for number in range(20): send_mail(f'Mail {number}', 'Text', None, ['nadia@example.org'])"
    environment = {**os.environ, "CATALOG_VAR_DIR": str(mail_folder.parent), "DJANGO_SETTINGS_MODULE": "demo.settings"}
    senders = [subprocess.Popen([sys.executable, "-c", send], env=environment) for _ in range(2)]  # noqa: S603

    assert [sender.wait() for sender in senders] == [0, 0]

    pages = [client.get(f"/mailbox/?page={number}") for number in (1, 2)]
    shown = [mail.subject for page in pages for mail in page.context["mails"]]
    assert sorted(shown) == sorted(f"Mail {number}" for number in range(20) for _sender in senders)
    assert {file.suffix for file in mail_folder.iterdir()} == {".eml"}


def test_outside_of_the_demo_and_from_elsewhere_nobody_reads_mails(
    client: Client, mail_folder: Path, settings: Any
) -> None:
    assert client.get("/mailbox/", REMOTE_ADDR="192.0.2.1").status_code == 403
    assertContains(client.get("/"), '<a href="/mailbox/">Mailbox</a>', html=True)
    settings.CATALOG_DEMO = False
    assert client.get("/mailbox/").status_code == 403
    assert "/mailbox/" not in client.get("/").content.decode()
