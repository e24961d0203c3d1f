"""``manage.py import_demo_catalog``: the invented catalog, once."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from openedx_catalog_publisher.models import Course

CATALOG = Path(__file__).resolve().parents[2] / "catalog" / "catalog.jsonl"


class Command(BaseCommand):
    """
    Imports the demo's catalog by ``import_courses``, unless there are courses already.

    Importing again would bring back what a visitor has changed; so what is there stays.
    """

    help = "Import the demo's catalog, unless there are courses already. For demonstration only."

    def handle(self, *args: Any, **options: Any) -> None:
        """
        Import the catalog, and write the report of the import.

        Raises:
            CommandError: as ``import_courses``.
        """
        if Course.drafts.exists():
            self.stdout.write("The demo has a catalog; it stays as you left it. To begin anew, remove the folder var.")
            return
        call_command("import_courses", str(CATALOG), format="catalog-json", stdout=self.stdout)
