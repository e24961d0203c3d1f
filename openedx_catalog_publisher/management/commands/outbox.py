"""``manage.py outbox``: what waits to be delivered, what was given up, and repairs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from openedx_catalog_publisher.management.catalog_command import CatalogCommand, add_format, parse_uuid
from openedx_catalog_publisher.models import Delivery, OutboxConsumer
from openedx_catalog_publisher.outbox.backlog import (
    ConsumerBacklog,
    backlog,
    dead_deliveries,
    figures,
)
from openedx_catalog_publisher.outbox.consumers import configured
from openedx_catalog_publisher.outbox.repairs import Choice, catch_up, chosen, forget, prune, replay, retry

MOST_SHOWN = 20

CONSUMER_HELP = "of this consumer only"


class Command(CatalogCommand):
    """Shows how the outbox stands, and lets deliveries be made again, at once, late, or not at all."""

    help = "Show what waits to be delivered and what was given up; let it be tried again, replayed, pruned."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the acts and their arguments."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        status = acts.add_parser("status", help="show what waits and what was given up")
        status.add_argument("--consumer", metavar="NAME", help=CONSUMER_HELP)
        add_format(status)
        again = acts.add_parser("retry", help="let all that failed be tried again at once, also what was given up")
        again.add_argument("--consumer", metavar="NAME", help=CONSUMER_HELP)
        self._add_replay(acts.add_parser("replay", help="let deliveries that are over be made again, as if never made"))
        late = acts.add_parser("catch_up", help="make the deliveries that a consumer never had")
        late.add_argument("--consumer", metavar="NAME", required=True, help="which consumer")
        late.add_argument("--since", metavar="TIME", required=True, help="of events from this time on")
        gone = acts.add_parser("forget", help="forget a consumer that the settings name no more, and what waits for it")
        gone.add_argument("--consumer", metavar="NAME", required=True, help="which consumer")
        old = acts.add_parser("prune", help="delete deliveries that are done, and logs of webhooks, when they are old")
        old.add_argument("--days", type=_days, default=90, metavar="DAYS", help="how old; 90 unless given, at least 1")
        old.add_argument("--dry-run", action="store_true", help="delete nothing and say how many would go")

    def _add_replay(self, parser: CommandParser) -> None:
        parser.add_argument("events", nargs="*", metavar="EVENT", help="of these events, by UUID")
        parser.add_argument("--unit", default="", metavar="KEY", help="of this unit, by key or UUID")
        parser.add_argument("--since", metavar="TIME", help="of events from this time on")
        parser.add_argument("--until", metavar="TIME", help="of events before this time")
        parser.add_argument("--consumer", default="", metavar="NAME", help=CONSUMER_HELP)
        parser.add_argument("--dead", action="store_true", help="only what was given up")

    def run(self, options: dict[str, Any]) -> None:
        """
        Show, or repair.

        Raises:
            CommandError: when a consumer or an event is not there, or a consumer that is to be forgotten is named.
        """
        act = {
            "status": self._status,
            "retry": self._retry,
            "replay": self._replay,
            "catch_up": self._catch_up,
            "forget": self._forget,
            "prune": self._prune,
        }
        act[options["act"]](options)

    def _status(self, options: dict[str, Any]) -> None:
        if options["consumer"] is not None:
            _consumer(options)
        consumers = [found for found in backlog() if options["consumer"] in (None, found.name)]
        if options["format"] == "json":
            self.write_json(asdict(figures()) | {"consumers": [_as_data(found) for found in consumers]})
            return
        stands = figures()
        self.stdout.write(
            f"Events that no relay has seen yet: {stands.unrouted}. What waits longest: {stands.lag_seconds} seconds."
        )
        for found in consumers:
            self.stdout.write(_in_words(found))
        names = [found.name for found in consumers]
        for delivery in dead_deliveries().filter(consumer__name__in=names)[:MOST_SHOWN]:
            event = delivery.event
            self.stdout.write(
                f"  given up by {delivery.consumer} after {delivery.attempts} attempts: {event} ({event.uuid})\n"
                f"    {delivery.last_error}"
            )

    def _retry(self, options: dict[str, Any]) -> None:
        name = _consumer(options).name if options["consumer"] is not None else ""
        self.stdout.write(f"Deliveries to be tried at once: {retry(name)}.")

    def _replay(self, options: dict[str, Any]) -> None:
        if options["consumer"]:
            _consumer(options)
        events = {text: parse_uuid(text) for text in options["events"]}
        choice = Choice(
            events=[event for event in events.values() if event is not None],
            unit=options["unit"],
            since=_moment(options["since"]),
            until=_moment(options["until"]),
            consumer=options["consumer"],
            states=[Delivery.State.DEAD] if options["dead"] else [],
        )
        if choice.is_everything() and not options["dead"] and not events:
            raise CommandError("Name events, a --unit, or a time with --since or --until; or --dead for all given up.")
        rows = chosen(choice)
        known = set(rows.filter(event__uuid__in=choice.events).values_list("event__uuid", flat=True))
        missing = [text for text, event in events.items() if event not in known]
        if missing:
            raise CommandError(f"There is no delivery of {', '.join(missing)}.")
        self.stdout.write(f"Deliveries to be made again: {replay(rows)}.")

    def _catch_up(self, options: dict[str, Any]) -> None:
        consumer = _consumer(options)
        since = _moment(options["since"])
        assert since is not None  # noqa: S101 - it is required
        self.stdout.write(f"Deliveries to be made to {consumer}: {catch_up(consumer, since)}.")

    def _forget(self, options: dict[str, Any]) -> None:
        consumer = _consumer(options)
        try:
            named = consumer.name in configured()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if named:
            raise CommandError(f"CATALOG_PUBLISHER_CONSUMERS names {consumer}: take it out in LMS and Studio first.")
        name = consumer.name
        try:
            waiting = forget(consumer)
        except ProtectedError as error:
            raise CommandError(f"{name} is a webhook's: delete that one.") from error
        self.stdout.write(f"Forgot {name}; deliveries that it did not get: {waiting}.")

    def _prune(self, options: dict[str, Any]) -> None:
        pruned = prune(timezone.now() - timedelta(days=options["days"]), dry_run=options["dry_run"])
        verb = "would be deleted" if options["dry_run"] else "deleted"
        self.stdout.write(
            f"Deliveries that are done: {pruned.deliveries} {verb}; attempts of webhooks: {pruned.attempts} {verb}."
        )


def _consumer(options: dict[str, Any]) -> OutboxConsumer:
    consumer = OutboxConsumer.objects.filter(name=options["consumer"]).first()
    if consumer is None:
        raise CommandError(f"There is no consumer {options['consumer']}.")
    return consumer


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text} is no time. Give one like 2026-11-30T08:00:00Z.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 36_500:
        raise ValueError(text)
    return days


def _in_words(found: ConsumerBacklog) -> str:
    oldest = "" if found.oldest is None else f", the oldest of {found.oldest:%Y-%m-%d %H:%M:%S} UTC"
    unconfirmed = f", {found.unconfirmed} of them sent and unconfirmed" if found.unconfirmed else ""
    rests = "" if found.resting_until is None else f"; out of reach, rests until {found.resting_until:%H:%M:%S} UTC"
    return (
        f"{found.name} ({found.service}): {found.waiting} waiting, {found.leased} being delivered{oldest}; "
        f"{found.dead} given up; {found.done} done{unconfirmed}{rests}"
    )


def _as_data(found: ConsumerBacklog) -> dict[str, Any]:
    times = {"oldest": found.oldest, "resting_until": found.resting_until}
    return asdict(found) | {name: moment and moment.isoformat() for name, moment in times.items()}
