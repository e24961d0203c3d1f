"""``manage.py relay_outbox``: hand recorded events to consumers."""

from __future__ import annotations

import time
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from django.db import close_old_connections

from openedx_catalog_publisher.ledger.seal import seal_along_the_way
from openedx_catalog_publisher.management.catalog_command import CatalogCommand
from openedx_catalog_publisher.outbox.consumers import Service
from openedx_catalog_publisher.outbox.relay import Relayed, relay


class Command(CatalogCommand):
    """
    Runs the relay, once or again and again, and seals the log where that is due.

    What fails is tried again later, so it is no failure of this command; ``outbox_status`` tells.
    """

    help = "Hand recorded events to the consumers that can run in this service. To be run by the clock in each service."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--once", action="store_true", help="end when nothing is due any more; this is the default")
        how.add_argument("--loop", type=_seconds, metavar="SECONDS", help="go on, with pauses of so many seconds")
        parser.add_argument(
            "--service",
            choices=[str(Service.LMS), str(Service.CMS)],
            help="serve the consumers of this service; without, of the one whose settings are in force",
        )
        parser.add_argument("--limit", type=_count, metavar="NUMBER", help="attempt at most so many deliveries a run")

    def run(self, options: dict[str, Any]) -> None:
        """
        Relay.

        Raises:
            CommandError: when the settings name something that is no consumer.
        """
        service = Service(options["service"]) if options["service"] else None
        while True:
            self._run_once(service, options)
            if options["loop"] is None:
                return
            # As between two requests: a connection that broke meanwhile is made anew.
            close_old_connections()
            time.sleep(options["loop"])

    def _run_once(self, service: Service | None, options: dict[str, Any]) -> None:
        try:
            done = relay(service, options["limit"])
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        seal_along_the_way()
        if options["verbosity"] > 1 or done.attempts or done.routed:
            self.stdout.write(_in_words(done))


def _in_words(done: Relayed) -> str:
    return f"Events: {done.routed}. Deliveries done: {done.delivered}, failed: {done.failed}, given up: {done.dead}."


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise ValueError(text)
    return seconds


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count
