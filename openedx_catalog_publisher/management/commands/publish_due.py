"""``manage.py publish_due``: let approved runs go live whose date is over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import publish_due
from openedx_catalog_publisher.management.catalog_command import CatalogCommand
from openedx_catalog_publisher.management.repetition import add_repetition, repeat


class Command(CatalogCommand):
    """
    Runs the scheduler, once or again and again.

    A run that cannot go live is said, stops no other, and is tried again later; so it is no failure of this command.
    """

    help = "Let approved course runs go live whose go-live date is over. To be run by the clock; any number at once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        add_repetition(parser, limited="runs")

    def run(self, options: dict[str, Any]) -> None:
        """Publish what is due."""
        repeat(options, lambda: self._run_once(options))

    def _run_once(self, options: dict[str, Any]) -> None:
        done = publish_due(options["limit"])
        for key, late in done.published:
            self.stdout.write(f"{key} is live, {late} seconds after its date.")
        for failure in done.failed:
            self.stderr.write(
                f"{failure.key} could not go live: {failure.message} Next try at {failure.again:%H:%M:%S} UTC."
            )
        if options["verbosity"] > 1 and not (done.published or done.failed):
            self.stdout.write("Nothing is due.")
