"""``manage.py remove_from_catalog``: take official rows away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import remove
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    actor_of,
    add_actor,
    add_unit,
    find_unit,
)
from openedx_catalog_publisher.models import UnitKind


class Command(CatalogCommand):
    """Removes official rows, a course's with those of its runs. Drafts and the log stay."""

    help = "Take the official version of a course and all its runs, or of a run, out of the catalog. The draft stays."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        add_unit(parser)
        parser.add_argument("--reason", required=True, help="why; stands in the log")
        add_actor(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Remove.

        Raises:
            CatalogError: as ``remove``.
        """
        unit = find_unit(options["unit"])
        named = {"courses" if unit.kind == UnitKind.COURSE else "runs": [unit.uuid]}
        release = remove(actor_of(options, "remove_from_catalog"), **named, reason=options["reason"])
        self.stdout.write(f"Release {release.uuid}")
        for key in release.publications.order_by("pk").values_list("unit_key", flat=True):
            self.stdout.write(f"  {key}: removed")
