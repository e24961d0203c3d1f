"""``manage.py discard_draft``: bring a draft back to what is official."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import discard
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    actor_of,
    add_actor,
    add_unit,
    find_unit,
)
from openedx_catalog_publisher.management.plan_text import change_lines


class Command(CatalogCommand):
    """Discards what was written to a draft since it was published."""

    help = "Bring the draft of a course or run back to what is official. The edit log keeps what goes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        add_unit(parser)
        add_actor(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Discard.

        Raises:
            CatalogError: as ``discard``.
        """
        unit = find_unit(options["unit"])
        changes = discard(actor_of(options, "discard_draft"), unit.kind, unit.uuid)
        if not changes:
            self.stdout.write(f"The draft of {unit.key} is equal to what is official already.")
            return
        self.stdout.write(f"The draft of {unit.key} is what is official again:")
        for change in changes:
            self.stdout.write("\n".join(change_lines(change)))
