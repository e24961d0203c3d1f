"""What the home page says of deliveries and of the stand-in for Studio."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from demo import studio_switch
from openedx_catalog_publisher.models import Delivery
from openedx_catalog_publisher.outbox.backlog import figures


@dataclass(frozen=True)
class DeliveryFigure:
    """
    How many deliveries there are of a kind.

    Attributes:
        name: which they are.
        number: how many.
        page: where the admin lists them.
    """

    name: str
    number: int
    page: str


@dataclass(frozen=True)
class StandInState:
    """
    How the stand-in for Studio is.

    Attributes:
        page: address of its page.
        runs: whether it answers.
        can_be_switched: whether a click stops or starts it.
    """

    page: str
    runs: bool
    can_be_switched: bool


def delivery_figures() -> list[DeliveryFigure]:
    """Return the numbers, each with the admin's list of them."""
    listed = reverse("admin:openedx_catalog_publisher_delivery_changelist")
    events = reverse("admin:openedx_catalog_publisher_outboxevent_changelist")
    now = figures()
    done = Delivery.objects.filter(state=Delivery.State.DONE).count()
    waiting = f"{listed}?state__exact={Delivery.State.PENDING}"
    return [
        DeliveryFigure("events not looked at yet", now.unrouted, events),
        DeliveryFigure("waiting for their turn", now.waiting - now.failing, waiting),
        DeliveryFigure("failed, to be tried again", now.failing, waiting),
        DeliveryFigure("given up", now.dead, f"{listed}?state__exact={Delivery.State.DEAD}"),
        DeliveryFigure("done", done, f"{listed}?state__exact={Delivery.State.DONE}"),
    ]


def stand_in_state() -> StandInState:
    """Return how the stand-in for Studio is at this moment."""
    return StandInState(settings.STUDIO_PAGE, studio_switch.is_running(), settings.STUDIO_CAN_BE_STOPPED)
