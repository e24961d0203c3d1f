"""The outbox broken on purpose: exactly that is found, with number, code and unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openedx_catalog_publisher.checks.catalog import check_catalog
from openedx_catalog_publisher.models import Course, Delivery, OutboxConsumer, OutboxEvent
from openedx_catalog_publisher.outbox.relay import relay
from tests.checks.busy_catalog import BusyCatalog
from tests.outbox.recording import PATH, Recording

events = OutboxEvent._base_manager


@pytest.fixture
def relayed(catalog: BusyCatalog, settings: Any) -> BusyCatalog:
    """A catalog whose events were all delivered."""
    settings.CATALOG_PUBLISHER_CONSUMERS = [PATH]
    relay()
    Recording.reset()
    assert list(check_catalog([6])) == []
    return catalog


def of(catalog: BusyCatalog) -> Any:
    """Return the events of one course."""
    return events.filter(object_code=str(catalog.edited.course.uuid)).order_by("sequence")


def lose_one_between(catalog: BusyCatalog) -> None:
    middle = of(catalog)[1]
    Delivery.objects.filter(event=middle).delete()
    events.filter(pk=middle.pk).delete()


def lose_the_last(catalog: BusyCatalog) -> None:
    last = of(catalog).last()
    Delivery.objects.filter(event=last).delete()
    events.filter(pk=last.pk).delete()


def count_one_too_many(catalog: BusyCatalog) -> None:
    draft = Course.drafts.filter(uuid=catalog.edited.course.uuid)
    draft.update(event_sequence=draft.get().event_sequence + 1)


def lose_a_delivery(catalog: BusyCatalog) -> None:
    Delivery.objects.filter(event__in=of(catalog)).first().delete()


def leave_the_relay_off(catalog: BusyCatalog) -> None:
    first = of(catalog)[0].pk
    events.filter(pk=first).update(routed=False, occurred_at=timezone.now() - timedelta(days=2))


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lose_one_between, "event_missing"),
        (lose_the_last, "last_event_differs"),
        (count_one_too_many, "last_event_differs"),
        (lose_a_delivery, "delivery_missing"),
        (leave_the_relay_off, "event_waits"),
    ],
)
def test_what_is_broken_is_found_and_nothing_else(
    relayed: BusyCatalog, break_it: Callable[[BusyCatalog], None], code: str
) -> None:
    break_it(relayed)
    (finding,) = check_catalog()
    assert (finding.invariant, finding.code, finding.key) == (6, code, relayed.edited.course.key)


def test_events_that_wait_are_no_finding_where_nobody_asks_for_them(catalog: BusyCatalog) -> None:
    events.update(occurred_at=timezone.now() - timedelta(days=2))
    assert list(check_catalog([6])) == []


def test_what_a_consumer_did_not_ask_for_or_was_there_too_late_for_is_not_missing(relayed: BusyCatalog) -> None:
    Delivery.objects.all().delete()
    OutboxConsumer.objects.update(since=timezone.now() + timedelta(hours=1))
    assert list(check_catalog([6])) == []
    OutboxConsumer.objects.update(since=timezone.now() - timedelta(days=1), kinds=["removed"])
    assert {finding.message.split()[0] for finding in check_catalog([6])} == {"removed"}
