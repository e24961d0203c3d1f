"""The relay: hands recorded events to consumers, at least once each, in order per object."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from openedx_catalog_publisher.loading import CMS, LMS, service_with_urls
from openedx_catalog_publisher.models import Delivery
from openedx_catalog_publisher.outbox.consumers import Consumer, Service, configured, runs_in
from openedx_catalog_publisher.outbox.leases import due_deliveries, give_back, settle, take
from openedx_catalog_publisher.outbox.routing import register, route

logger = logging.getLogger(__name__)

BATCH = 50

SERVICES: Mapping[str | None, Service] = {LMS: Service.LMS, CMS: Service.CMS, None: Service.EITHER}


@dataclass
class Relayed:
    """
    What one run of the relay did.

    Attributes:
        routed: events whose deliveries were made.
        delivered: deliveries that are done.
        failed: attempts that failed and come again.
        dead: deliveries that failed for the last time.
    """

    routed: int = 0
    delivered: int = 0
    failed: int = 0
    dead: int = 0

    @property
    def attempts(self) -> int:
        """How many deliveries were attempted."""
        return self.delivered + self.failed + self.dead


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
    consumers = configured()
    served = [consumer for consumer in consumers.values() if runs_in(consumer, service or this_service())]
    register(consumers.values())
    done = Relayed()
    moved = True
    while moved and (limit is None or done.attempts < limit):
        routed = route()
        done.routed += routed
        taken = [_relay_to(consumer, done, limit) for consumer in served]
        moved = bool(routed) or any(taken)
    return done


def _relay_to(consumer: Consumer, done: Relayed, limit: int | None) -> int:
    """Attempt the next deliveries to one consumer, and return how many were found due."""
    found = due_deliveries(consumer.name, BATCH)
    for each in found:
        if limit is not None and done.attempts >= limit:
            break
        delivery = take(each)
        if delivery is not None:
            _deliver(consumer, delivery, done)
    return len(found)


def _deliver(consumer: Consumer, delivery: Delivery, done: Relayed) -> None:
    try:
        outcome = consumer.deliver(delivery.event)
    # Whatever a consumer raises is its own; it is noted, and other deliveries go on.
    except Exception as error:
        if give_back(delivery, error):
            done.dead += 1
            logger.exception("Delivery %s is dead after %s attempts: %s", delivery.pk, delivery.attempts, delivery)
        else:
            done.failed += 1
            logger.warning("Delivery %s failed and comes again: %s: %r", delivery.pk, delivery, error)
        return
    if settle(delivery, outcome):
        done.delivered += 1
    else:
        logger.warning("Delivery %s took longer than its lease, and may be made twice: %s", delivery.pk, delivery)
