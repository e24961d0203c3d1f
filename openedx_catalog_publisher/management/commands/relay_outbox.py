"""``manage.py relay_outbox``: hand recorded events to consumers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from openedx_catalog_publisher.ledger.seal import seal_along_the_way
from openedx_catalog_publisher.management.catalog_command import CatalogCommand
from openedx_catalog_publisher.management.repetition import add_repetition, repeat
from openedx_catalog_publisher.outbox.attempts import Relayed
from openedx_catalog_publisher.outbox.consumers import Service
from openedx_catalog_publisher.outbox.relay import relay


class Command(CatalogCommand):
    """
    Runs the relay, once or again and again, and seals the log where that is due.

    What fails is tried again later, so it is no failure of this command; ``outbox status`` tells.
    """

    help = "Hand recorded events to the consumers that can run in this service. To be run by the clock in each service."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--service",
            choices=[str(Service.LMS), str(Service.CMS)],
            help="serve the consumers of this service; without, of the one whose settings are in force",
        )
        add_repetition(parser, limited="deliveries")

    def run(self, options: dict[str, Any]) -> None:
        """
        Relay.

        Raises:
            CommandError: when the settings name something that is no consumer.
        """
        service = Service(options["service"]) if options["service"] else None
        repeat(options, lambda: self._run_once(service, options))

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
