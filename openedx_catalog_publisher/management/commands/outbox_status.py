"""``manage.py outbox_status``: what waits to be delivered, what was given up, and repairs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from openedx_catalog_publisher.management.catalog_command import CatalogCommand, add_format, parse_uuid
from openedx_catalog_publisher.models import Delivery, OutboxConsumer
from openedx_catalog_publisher.outbox.backlog import (
    ConsumerBacklog,
    backlog,
    dead_deliveries,
    deliver_since,
    forget,
    replay,
    unrouted,
)
from openedx_catalog_publisher.outbox.consumers import configured

MOST_SHOWN = 20

ALL = "all"


class Command(CatalogCommand):
    """Shows how the outbox stands. With an option, lets deliveries be made again, late, or not at all."""

    help = "Show what waits to be delivered and what was given up; --replay lets it be tried again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--consumer", metavar="NAME", help="of this consumer only")
        act = parser.add_mutually_exclusive_group()
        act.add_argument(
            "--replay",
            nargs="+",
            metavar="EVENT",
            help=f"let deliveries that were given up, or done, be made again: of events by uuid, or {ALL} given up",
        )
        act.add_argument(
            "--since", metavar="TIME", help="make the deliveries that --consumer does not have, of events since then"
        )
        act.add_argument(
            "--forget", action="store_true", help="forget --consumer, which the settings name no more, and what waits"
        )
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Show, or repair.

        Raises:
            CommandError: when a consumer or an event is not there, or a consumer that is to be forgotten is named.
        """
        if options["replay"]:
            self._replay(options)
        elif options["since"]:
            self._deliver_since(_consumer(options), _moment(options["since"]))
        elif options["forget"]:
            self._forget(_consumer(options))
        elif options["format"] == "json":
            self.write_json(_as_data(_chosen(options), unrouted()))
        else:
            self._show(_chosen(options), options)

    def _show(self, consumers: list[ConsumerBacklog], options: dict[str, Any]) -> None:
        self.stdout.write(f"Events that no relay has seen yet: {unrouted()}")
        for found in consumers:
            oldest = "" if found.oldest is None else f", the oldest of {found.oldest:%Y-%m-%d %H:%M:%S} UTC"
            unconfirmed = f", {found.unconfirmed} of them sent and unconfirmed" if found.unconfirmed else ""
            self.stdout.write(
                f"{found.name} ({found.service}): {found.waiting} waiting, {found.leased} being delivered{oldest}; "
                f"{found.dead} given up; {found.done} done{unconfirmed}"
            )
        names = [found.name for found in consumers]
        for delivery in dead_deliveries().filter(consumer__name__in=names)[:MOST_SHOWN]:
            event = delivery.event
            self.stdout.write(
                f"  given up by {delivery.consumer} after {delivery.attempts} attempts: {event} ({event.uuid})\n"
                f"    {delivery.last_error}"
            )

    def _replay(self, options: dict[str, Any]) -> None:
        chosen = Delivery.objects.filter(consumer__name__in=[found.name for found in _chosen(options)])
        if options["replay"] == [ALL]:
            chosen = chosen.filter(state=Delivery.State.DEAD)
        else:
            events = {text: parse_uuid(text) for text in options["replay"]}
            chosen = chosen.filter(event__uuid__in=[event for event in events.values() if event is not None])
            known = set(chosen.values_list("event__uuid", flat=True))
            missing = [text for text, event in events.items() if event not in known]
            if missing:
                raise CommandError(f"There is no delivery of {', '.join(missing)}.")
        self.stdout.write(f"Deliveries to be made again: {replay(chosen)}.")

    def _deliver_since(self, consumer: OutboxConsumer, since: datetime) -> None:
        self.stdout.write(f"Deliveries to be made to {consumer}: {deliver_since(consumer, since)}.")

    def _forget(self, consumer: OutboxConsumer) -> None:
        try:
            named = consumer.name in configured()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if named:
            raise CommandError(f"CATALOG_PUBLISHER_CONSUMERS names {consumer}: take it out in LMS and Studio first.")
        name = consumer.name
        self.stdout.write(f"Forgot {name}; deliveries that it did not get: {forget(consumer)}.")


def _chosen(options: dict[str, Any]) -> list[ConsumerBacklog]:
    name = options["consumer"]
    found = [each for each in backlog() if name in (None, each.name)]
    if name is not None and not found:
        raise CommandError(f"There is no consumer {name}.")
    return found


def _consumer(options: dict[str, Any]) -> OutboxConsumer:
    if options["consumer"] is None:
        raise CommandError("Name the consumer with --consumer.")
    consumer = OutboxConsumer.objects.filter(name=options["consumer"]).first()
    if consumer is None:
        raise CommandError(f"There is no consumer {options['consumer']}.")
    return consumer


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text} is no time. Give one like 2026-11-30T08:00:00Z.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _as_data(consumers: list[ConsumerBacklog], events: int) -> dict[str, Any]:
    shown = [asdict(found) | {"oldest": found.oldest and found.oldest.isoformat()} for found in consumers]
    return {"unrouted": events, "consumers": shown}
