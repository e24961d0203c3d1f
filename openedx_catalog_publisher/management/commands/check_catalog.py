"""``manage.py check_catalog``: whether the database still is what the commands made of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandError, CommandParser

from openedx_catalog_publisher.checks.catalog import INVARIANTS, check_catalog
from openedx_catalog_publisher.checks.findings import Finding
from openedx_catalog_publisher.management.catalog_command import CatalogCommand, add_format


class Command(CatalogCommand):
    """Checks the invariants on a live database. Reads only, locks nothing; findings are written as they are found."""

    help = "Check the invariants of the catalog on a live database, read-only. Exit status 1 when one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--invariants",
            nargs="+",
            type=int,
            choices=list(INVARIANTS),
            default=list(INVARIANTS),
            metavar="NUMBER",
            help=f"check these only: {', '.join(map(str, INVARIANTS))}",
        )
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Check.

        Raises:
            CommandError: when an invariant is broken.
        """
        findings = check_catalog(options["invariants"])
        count = self._write_json(findings) if options["format"] == "json" else self._write_text(findings)
        if count:
            raise CommandError("1 finding." if count == 1 else f"{count} findings.")

    def _write_text(self, findings: Iterable[Finding]) -> int:
        count = 0
        for count, finding in enumerate(findings, 1):  # noqa: B007 - the last number is the count
            self.stdout.write(f"{finding.key}: {finding.message} [{finding.invariant}, {finding.code}]")
        if not count:
            self.stdout.write("Every invariant holds.")
        return count

    def _write_json(self, findings: Iterable[Finding]) -> int:
        # One document, written piece by piece, so that memory does not grow with what is found.
        count = 0
        self.stdout.write('{"findings": [')
        for count, finding in enumerate(findings, 1):
            comma = "," if count > 1 else ""
            self.stdout.write(comma + json.dumps(finding.as_data(), ensure_ascii=False))
        self.stdout.write(f'], "count": {count}}}')
        return count
