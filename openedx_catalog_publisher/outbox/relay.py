"""The relay: hands recorded events to consumers, at least once each, in order per object."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.conf import settings

from openedx_catalog_publisher.loading import CMS, LMS, service_with_urls
from openedx_catalog_publisher.outbox.attempts import Relayed, note_done, note_failed
from openedx_catalog_publisher.outbox.consumers import (
    Consumer,
    Courier,
    Service,
    configured,
    runs_in,
    single,
    with_members,
)
from openedx_catalog_publisher.outbox.couriers import send_couriers
from openedx_catalog_publisher.outbox.leases import due_deliveries, take
from openedx_catalog_publisher.outbox.routing import register, route

__all__ = ["Relayed", "relay", "this_service"]

logger = logging.getLogger(__name__)

BATCH = 50

SERVICES: Mapping[str | None, Service] = {LMS: Service.LMS, CMS: Service.CMS, None: Service.EITHER}


def this_service() -> Service:
    """Return the service in which this runs, told as the platform does; EITHER in a project that is neither."""
    return SERVICES[service_with_urls(settings.ROOT_URLCONF)]


def relay(service: Service | None = None, limit: int | None = None) -> Relayed:
    """
    Make the deliveries of all new events, and those that are due to consumers that can run here.

    Any number of relays may run at once. Ends when nothing is due any more.

    Arguments:
        service: in which service this runs; this one unless given.
        limit: how many deliveries are attempted at most; no limit unless given.

    Raises:
        ImproperlyConfigured: when the settings name something that is no consumer.
        RuntimeError: when called inside a transaction.
    """
    named = configured()
    served = [consumer for consumer in with_members(named) if runs_in(consumer, service or this_service())]
    couriers = [consumer for consumer in served if isinstance(consumer, Courier)]
    register(single(named))
    done = Relayed()
    moved = True
    while moved and (limit is None or done.attempts < limit):
        routed = route()
        done.routed += routed
        taken = [_relay_to(consumer, done, limit) for consumer in served if consumer not in couriers]
        # After the others, since they may wait for answers.
        taken.append(send_couriers(couriers, done, limit))
        moved = bool(routed) or any(taken)
    if done.attempts:
        logger.info("Relay: %s", done)
    return done


def _relay_to(consumer: Consumer, done: Relayed, limit: int | None) -> int:
    """Attempt the next deliveries to one consumer, and return how many were found due."""
    found = due_deliveries(consumer.name, BATCH)
    for each in found:
        if limit is not None and done.attempts >= limit:
            break
        delivery = take(each)
        if delivery is None:
            continue
        try:
            outcome = consumer.deliver(delivery.event)
        # Whatever a consumer raises is its own; it is noted, and other deliveries go on.
        except Exception as error:  # noqa: BLE001
            if note_failed(delivery, error, done):
                break
        else:
            note_done(delivery, done, outcome)
    return len(found)
