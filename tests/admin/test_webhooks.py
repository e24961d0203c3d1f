"""Webhooks in the admin: made and changed by those who manage the outbox; secrets are shown once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from openedx_catalog_publisher.models import WebhookAttempt, WebhookSecret, WebhookSubscription
from tests.admin.pages import address, assert_saved, send_form
from tests.consumers.receiver import listening

pytestmark = pytest.mark.django_db

SITE = {
    "name": "Site",
    "url": "https://site.example.org/hook",
    "kinds": ["published", "removed"],
    "object_types": "course, course_run",
}


def make(client: Client, **changes: Any) -> WebhookSubscription:
    assert_saved(send_form(client, address("webhooksubscription", "add"), SITE | changes))
    return WebhookSubscription.objects.get()


def test_a_webhook_is_made_and_its_secret_shown_this_once(superuser: Client) -> None:
    answer = send_form(superuser, address("webhooksubscription", "add"), SITE)
    assert_saved(answer)
    row, secret = WebhookSubscription.objects.get(), WebhookSecret.objects.get()
    assert (row.kinds, row.object_types, row.active) == (["published", "removed"], ["course", "course_run"], True)
    page = superuser.get(address("webhooksubscription", "changelist")).content.decode()
    assert secret.value in page
    for name, pk in (("webhooksubscription", row.pk), ("webhooksecret", secret.pk)):
        for url in (address(name, "changelist"), address(name, "change", pk)):
            assert secret.value not in superuser.get(url).content.decode()


def test_it_is_changed_and_what_is_refused_stands_at_its_field(superuser: Client) -> None:
    row = make(superuser)
    url = address("webhooksubscription", "change", row.pk)
    refused = send_form(superuser, url, {"url": "https://10.0.0.1/"})
    assert "10.0.0.1 is at 10.0.0.1, which is no public address" in refused.content.decode()
    assert_saved(send_form(superuser, url, {"name": "Other", "kinds": ["published"], "active": []}))
    row.refresh_from_db()
    assert (row.name, row.kinds, row.active, row.url) == ("Other", ["published"], False, SITE["url"])


def test_secrets_are_added_and_removed_but_for_the_last(superuser: Client) -> None:
    row = make(superuser, secret="the-first-of-the-secrets")
    first = WebhookSecret.objects.get()
    assert first.value == "the-first-of-the-secrets"
    assert_saved(send_form(superuser, address("webhooksecret", "add"), {"subscription": row.pk}))
    superuser.post(address("webhooksecret", "delete", first.pk), {"post": "yes"})
    second = WebhookSecret.objects.get()
    assert second != first
    answer = superuser.post(address("webhooksecret", "delete", second.pk), {"post": "yes"}, follow=True)
    assert "This is the only secret. Add another first." in answer.content.decode()


def test_a_test_is_sent_from_the_list(superuser: Client, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with listening() as receiver:
        row = make(superuser, url=receiver.url)
        data = {"action": "send_test", "_selected_action": [row.pk]}
        page = superuser.post(address("webhooksubscription", "changelist"), data, follow=True).content.decode()
    assert "Site: 200 {&quot;ok&quot;: true}" in page
    attempt = WebhookAttempt.objects.get()
    assert superuser.get(address("webhookattempt", "change", attempt.pk)).status_code == 200


def test_it_is_deleted(superuser: Client) -> None:
    row = make(superuser)
    superuser.post(address("webhooksubscription", "delete", row.pk), {"post": "yes"})
    assert not WebhookSubscription.objects.exists()


def test_staff_see_webhooks_and_change_nothing(superuser: Client, staff: Client) -> None:
    row = make(superuser)
    assert staff.get(address("webhooksubscription", "change", row.pk)).status_code == 200
    assert staff.get(address("webhooksubscription", "add")).status_code == 403
    assert staff.post(address("webhooksubscription", "delete", row.pk), {"post": "yes"}).status_code == 403
    assert "send_test" not in staff.get(address("webhooksubscription", "changelist")).content.decode()
