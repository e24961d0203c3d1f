"""``manage.py seal_log``: seal what was logged since the last seal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import IntegrityError

from openedx_catalog_publisher.api import seal_log
from openedx_catalog_publisher.management.catalog_command import CatalogCommand


class Command(CatalogCommand):
    """Seals the heads of all logs that moved. To be run by the clock."""

    help = "Seal the logs of all units that moved since the last seal, so that what vanishes from them shows."

    def run(self, options: dict[str, Any]) -> None:
        """
        Seal.

        Raises:
            CommandError: when another seal was made at the same moment.
        """
        try:
            seal = seal_log()
        except IntegrityError as error:
            raise CommandError("Another seal was made at this moment. Run this again to seal what it left.") from error
        if seal is None:
            self.stdout.write("Nothing moved since the last seal.")
        else:
            self.stdout.write(f"Sealed {seal.heads} logs: {seal.seal_hash}")
