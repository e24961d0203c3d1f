"""``manage.py verify_log``: whether the logs are what was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from openedx_catalog_publisher.api import verify_log
from openedx_catalog_publisher.management.catalog_command import CatalogCommand, add_format, find_unit


class Command(CatalogCommand):
    """Verifies chains and seals. Writes nothing."""

    help = "Verify the logs of all units, link by link, and all seals. Exit status 1 when something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("units", nargs="*", metavar="KEY", help="verify the logs of these units only, and no seals")
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Verify.

        Raises:
            CommandError: when something is wrong.
        """
        units = {find_unit(name).uuid for name in options["units"]} or None
        faults = list(verify_log(units))
        if options["format"] == "json":
            self.write_json([{"code": fault.code, "key": fault.subject, "message": fault.message} for fault in faults])
        else:
            for fault in faults:
                self.stdout.write(f"{fault.subject}: {fault.message} [{fault.code}]")
        if faults:
            raise CommandError("1 fault in the log." if len(faults) == 1 else f"{len(faults)} faults in the log.")
        if options["format"] == "text":
            self.stdout.write("The log is what was written.")
