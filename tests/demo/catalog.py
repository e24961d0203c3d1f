"""The demo's catalog, as `make run` imports it."""

from io import StringIO

from django.core.management import call_command

from demo.management.commands.import_demo_catalog import CATALOG


def import_catalog() -> str:
    """Import the demo's catalog; return what the command says."""
    output = StringIO()
    call_command("import_courses", str(CATALOG), format="catalog-json", stdout=output)
    return output.getvalue()
