"""Deliveries in the admin are read by staff and replayed by administrators; who wants no mails is noted there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from openedx_catalog_publisher.models import Delivery, NotificationOptOut
from openedx_catalog_publisher.outbox.relay import relay
from tests.admin.pages import address, assert_saved, read_form, send_form
from tests.factories import make_user
from tests.outbox.recording import PATH, Recording, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead(settings: Any) -> Iterator[Delivery]:
    """One dead delivery, beside one that is done."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    settings.CATALOG_PUBLISHER_DELIVERY_ATTEMPTS = 1
    Recording.reset()
    event = make_event("one")
    make_event("two")
    Recording.failures.append(ValueError("<b>never</b>"))
    relay()
    yield Delivery.objects.get(event=event)
    Recording.reset()


def replay(client: Client, delivery: Delivery) -> Any:
    data = {"action": "replay_selected", "_selected_action": [delivery.pk]}
    return client.post(address("delivery", "changelist"), data, follow=True)


def test_staff_see_what_was_given_up_and_why(staff: Client, dead: Delivery) -> None:
    page = staff.get(address("delivery", "changelist"), {"state": "dead"}).content.decode()
    assert page.count("course-v1:one") >= 1
    assert "course-v1:two" not in page
    assert "ValueError: &lt;b&gt;never&lt;/b&gt;" in page
    assert staff.get(address("delivery", "change", dead.pk)).status_code == 200


def test_an_administrator_lets_the_selected_be_made_again(superuser: Client, dead: Delivery) -> None:
    assert "1 delivery is to be made again." in replay(superuser, dead).content.decode()
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.last_error) == ("pending", 0, "")
    assert relay().delivered == 1


def test_by_event_and_by_consumer_as_well(superuser: Client, dead: Delivery) -> None:
    data = {"action": "replay_selected", "_selected_action": [dead.event.pk]}
    page = superuser.post(address("outboxevent", "changelist"), data, follow=True).content.decode()
    assert "1 delivery is to be made again." in page
    assert relay().delivered == 1
    Recording.failures.append(ValueError("never"))
    make_event("three")
    assert relay().dead == 1
    data = {"action": "retry_selected", "_selected_action": [dead.consumer.pk]}
    page = superuser.post(address("outboxconsumer", "changelist"), data, follow=True).content.decode()
    assert "1 delivery is to be made again." in page
    assert relay().delivered == 1


def test_staff_do_not(staff: Client, dead: Delivery) -> None:
    replay(staff, dead)
    dead.refresh_from_db()
    assert dead.state == "dead"
    assert "replay_selected" not in staff.get(address("delivery", "changelist")).content.decode()


def test_who_wants_no_mails_is_noted_once_and_taken_back(superuser: Client) -> None:
    user = make_user("ann")
    url = address("notificationoptout", "add")
    assert_saved(send_form(superuser, url, {"username": "ann"}))
    assert_saved(send_form(superuser, url, {"username": "ann"}))
    noted = NotificationOptOut.objects.get()
    assert noted.user == user

    superuser.post(address("notificationoptout", "delete", noted.pk), {"post": "yes"})

    assert not NotificationOptOut.objects.exists()


def test_an_unknown_user_is_named(superuser: Client) -> None:
    response = send_form(superuser, address("notificationoptout", "add"), {"username": "nobody"})
    assert "There is no user nobody." in response.content.decode()
    assert read_form(superuser, address("notificationoptout", "add"))["username"] == [""]


def test_an_address_that_wants_no_mails_is_noted_whatever_its_case_and_taken_back(superuser: Client) -> None:
    url = address("notificationoptout", "add")
    assert_saved(send_form(superuser, url, {"watcher": "Wanda@Example.org"}))
    assert_saved(send_form(superuser, url, {"watcher": "wanda@example.org"}))
    noted = NotificationOptOut.objects.get()
    assert (noted.user, noted.address) == (None, "wanda@example.org")
    assert "wanda@example.org" in superuser.get(address("notificationoptout", "changelist")).content.decode()

    superuser.post(address("notificationoptout", "delete", noted.pk), {"post": "yes"})

    assert not NotificationOptOut.objects.exists()


@pytest.mark.parametrize("named", [{}, {"username": "ann", "watcher": "wanda@example.org"}])
def test_a_wish_is_of_a_user_or_of_an_address(superuser: Client, named: dict[str, str]) -> None:
    make_user("ann")
    response = send_form(superuser, address("notificationoptout", "add"), named)
    assert "Name either a user or an address." in response.content.decode()
    assert not NotificationOptOut.objects.exists()
