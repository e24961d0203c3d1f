"""``manage.py prune_snapshots``: delete the snapshots that nothing refers to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import prune_snapshots
from openedx_catalog_publisher.management.catalog_command import CatalogCommand


class Command(CatalogCommand):
    """Prunes snapshots."""

    help = "Delete the snapshots that no publication refers to."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--dry-run", action="store_true", help="delete nothing and say how many would go")

    def run(self, options: dict[str, Any]) -> None:
        """Prune, or count."""
        count = prune_snapshots(dry_run=options["dry_run"])
        noun = "snapshot" if count == 1 else "snapshots"
        self.stdout.write(f"{count} {noun} would be deleted." if options["dry_run"] else f"{count} {noun} deleted.")
