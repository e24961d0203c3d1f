"""``manage.py restore_publication``: bring an earlier publication onto the draft."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import restore
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    actor_of,
    add_actor,
    add_unit,
    find_unit,
)
from openedx_catalog_publisher.management.plan_text import change_lines


class Command(CatalogCommand):
    """Restores a publication onto the draft; it goes live by ``publish_course``, as any edit."""

    help = "Bring the content of an earlier publication onto the draft. What is official stays until you publish."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        add_unit(parser)
        parser.add_argument("number", type=int, metavar="NUMBER", help="number in publication_history")
        add_actor(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Restore.

        Raises:
            CatalogError: as ``restore``.
        """
        unit = find_unit(options["unit"])
        changes = restore(actor_of(options, "restore_publication"), unit.kind, unit.uuid, options["number"])
        if not changes:
            self.stdout.write(f"The draft of {unit.key} is equal to publication {options['number']} already.")
            return
        self.stdout.write(f"The draft of {unit.key} is publication {options['number']} again:")
        for change in changes:
            self.stdout.write("\n".join(change_lines(change)))
