"""``manage.py process_inbox``: acts on what the platform told, such as accounts that ended."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from openedx_catalog_publisher.inbound.worker import process_inbox
from openedx_catalog_publisher.management.catalog_command import CatalogCommand


class Command(CatalogCommand):
    """Acts on the entries of the inbox that wait."""

    help = "Act on what the platform told: end the roles and editorships of accounts that were retired or deleted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--retry", action="store_true", help="also what failed, before it is due again")

    def run(self, options: dict[str, Any]) -> None:
        """
        Act on them.

        Raises:
            CommandError: when one failed.
        """
        processed = process_inbox(retry=options["retry"])
        self.stdout.write(f"Acted on {processed.done}.")
        if processed.failed:
            raise CommandError(
                f"{processed.failed} failed; the inbox in the admin says why, and when each is due again."
            )
