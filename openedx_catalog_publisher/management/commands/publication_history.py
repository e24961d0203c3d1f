"""``manage.py publication_history``: what was official of a unit, and who made it so."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import UnitSnapshot, compare, publications_of
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    add_format,
    add_unit,
    find_unit,
    record_data,
)
from openedx_catalog_publisher.models import ActorPseudonym, Publication


class Command(CatalogCommand):
    """Lists publications, the last first. Writes nothing."""

    help = "List the publications of a course or run, the last first: number, time, actor, release, fields that moved."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        add_unit(parser)
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """List the publications."""
        unit = find_unit(options["unit"])
        records = list(publications_of(unit.uuid))
        actors = {
            row.uuid: str(row)
            for row in ActorPseudonym.objects.filter(uuid__in={record.actor for record in records}).select_related(
                "user"
            )
        }
        entries = [_entry(record, actors.get(record.actor, str(record.actor))) for record in records]
        if options["format"] == "json":
            self.write_json(entries)
        elif not entries:
            self.stdout.write(f"{unit.key} was never published.")
        for entry in entries if options["format"] == "text" else ():
            self.stdout.write(
                f"{entry['number']}  {entry['occurred_at']}  {entry['action']}  by {entry['actor']}  "
                f"release {entry['release']}"
            )
            for label, text in (("message", entry["message"]), ("changed", ", ".join(entry["changed"]))):
                if text:
                    self.stdout.write(f"   {label}: {text}")


def _entry(record: Publication, actor: str) -> dict[str, Any]:
    return record_data(record) | {
        "occurred_at": record.occurred_at.isoformat(timespec="seconds"),
        "actor": actor,
        "source": record.source,
        "release": str(record.release.uuid),
        "message": record.release.message,
        "changed": _changed(record),
    }


def _changed(record: Publication) -> list[str]:
    if record.snapshot is None:
        return []
    before = None
    if record.previous is not None and record.previous.snapshot is not None:
        before = UnitSnapshot.load(record.previous.snapshot)
    return [change.name for change in compare(before, UnitSnapshot.load(record.snapshot))]
