"""``manage.py check_drift``: whether consumers hold what was published."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from openedx_catalog_publisher.checks.drift import Drift, DriftReport, check_drift
from openedx_catalog_publisher.management.catalog_command import CatalogCommand, add_format, find_unit
from openedx_catalog_publisher.models import OutboxConsumer
from openedx_catalog_publisher.outbox.consumers import Service
from openedx_catalog_publisher.outbox.start import start_relay


class Command(CatalogCommand):
    """Asks consumers what they hold, and with ``--repair`` sends again what is not what was published."""

    help = (
        "Ask the consumers of this service what they hold of each unit, and compare it with what was published. Exit "
        "status 1 when something differs or a consumer cannot be asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("units", nargs="*", metavar="KEY", help="ask of these units alone, by key or UUID")
        parser.add_argument("--consumer", default="", metavar="NAME", help="ask this consumer alone")
        parser.add_argument("--repair", action="store_true", help="send again what differs")
        parser.add_argument(
            "--service",
            choices=[str(Service.LMS), str(Service.CMS)],
            help="ask the consumers of this service; without, of the one whose settings are in force",
        )
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Ask and compare.

        Raises:
            CommandError: when something differs, or a consumer cannot be asked or is not there.
        """
        if options["consumer"] and not OutboxConsumer.objects.filter(name=options["consumer"]).exists():
            raise CommandError(f"There is no consumer {options['consumer']}.")
        report = DriftReport()
        found = check_drift(
            report,
            repair=options["repair"],
            consumer=options["consumer"],
            units=[find_unit(name).uuid for name in options["units"]],
            service=Service(options["service"]) if options["service"] else None,
        )
        try:
            write = self._write_json if options["format"] == "json" else self._write_text
            count = write(found, report)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if count and options["repair"]:
            start_relay()
        if count:
            raise CommandError("1 finding." if count == 1 else f"{count} findings.")

    def _write_text(self, findings: Iterable[Drift], report: DriftReport) -> int:
        count = 0
        for count, finding in enumerate(findings, 1):  # noqa: B007 - the last number is the count
            if finding.error:
                self.stdout.write(f"{finding.consumer} could not be asked: {finding.error}")
                continue
            again = "; sent again" if finding.sent_again else ""
            self.stdout.write(f"{finding.key} at {finding.consumer}{again}:")
            for each in finding.differences:
                held, published = (json.dumps(each[name], ensure_ascii=False) for name in ("held", "published"))
                self.stdout.write(f"  {each['field']}: holds {held}, published {published}")
        asked = ", ".join(report.consumers) or "none that can be asked"
        self.stdout.write(f"Consumers: {asked}. Verified: {report.verified}; still under way: {report.lagging}.")
        return count

    def _write_json(self, findings: Iterable[Drift], report: DriftReport) -> int:
        # One document, written piece by piece, so that memory does not grow with what is found.
        count = 0
        self.stdout.write('{"findings": [')
        for count, finding in enumerate(findings, 1):
            comma = "," if count > 1 else ""
            self.stdout.write(comma + json.dumps(finding.as_data(), ensure_ascii=False))
        numbers = {"count": count, "verified": report.verified, "lagging": report.lagging}
        told = json.dumps(numbers | {"consumers": list(report.consumers)}, ensure_ascii=False)
        self.stdout.write("], " + told.removeprefix("{"))
        return count
