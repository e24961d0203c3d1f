"""What came of attempts: noted with the delivery, counted, and logged."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from openedx_catalog_publisher.models import Delivery
from openedx_catalog_publisher.outbox.consumers import OutOfReach
from openedx_catalog_publisher.outbox.leases import give_back, rest, settle, wake

logger = logging.getLogger(__name__)


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


def note_done(delivery: Delivery, done: Relayed, outcome: Delivery.Outcome | None, *, reached: bool = True) -> None:
    """
    Note that a delivery is done, with what else is to be said of it.

    Arguments:
        delivery: the delivery.
        done: where it is counted.
        outcome: what else is to be said.
        reached: whether the consumer's peer was reached, so that one that rested is awake.
    """
    if reached:
        wake(delivery.consumer)
    if settle(delivery, outcome):
        done.delivered += 1
    else:
        logger.warning("Delivery %s took longer than its lease, and may be made twice: %s", delivery.pk, delivery)


def note_failed(delivery: Delivery, error: Exception, done: Relayed) -> bool:
    """
    Note that an attempt failed.

    Returns:
        Whether the consumer rests now, because its peer is out of reach.
    """
    told = (delivery.pk, delivery.consumer.name, delivery.event.uuid, delivery)
    if give_back(delivery, error):
        done.dead += 1
        logger.error(
            "Delivery %s to %s of event %s is dead after %s attempts: %s",
            *told[:3],
            delivery.attempts,
            delivery,
            exc_info=error,
        )
    else:
        done.failed += 1
        logger.warning("Delivery %s to %s of event %s failed and comes again: %s: %r", *told, error)
    if not isinstance(error, OutOfReach):
        return False
    rest(delivery.consumer, error.wait)
    return True
