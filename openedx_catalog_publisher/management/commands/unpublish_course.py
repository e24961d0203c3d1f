"""``manage.py unpublish_course``: withdraw a course or runs from the catalog."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import unpublish
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    actor_of,
    add_actor,
    add_runs,
    add_unit,
    selection_of,
)


class Command(CatalogCommand):
    """Unpublishes: official rows stay readable and are not marketable any more."""

    help = "Withdraw a course, with runs or without, or a run. Its official version stays readable."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        add_unit(parser)
        add_runs(parser)
        parser.add_argument("--reason", required=True, help="why; stands in the log")
        add_actor(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Unpublish.

        Raises:
            CatalogError: as ``unpublish``.
        """
        release = unpublish(actor_of(options, "unpublish_course"), selection_of(options), reason=options["reason"])
        self.stdout.write(f"Release {release.uuid}")
        for key in release.publications.order_by("pk").values_list("unit_key", flat=True):
            self.stdout.write(f"  {key}: unpublished")
