"""``manage.py plan_course``: what publishing would do."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import plan_publication
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    actor_of,
    add_actor,
    add_format,
    add_runs,
    add_unit,
    add_with_course,
    selection_of,
)
from openedx_catalog_publisher.management.plan_text import plan_lines


class Command(CatalogCommand):
    """Shows a plan. Writes nothing."""

    help = "Show what publishing a course or run would do, field by field. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        add_unit(parser)
        add_runs(parser)
        add_with_course(parser)
        add_actor(parser)
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Show the plan.

        Raises:
            CatalogError: as ``plan_publication``.
        """
        plan = plan_publication(actor_of(options, "plan_course"), selection_of(options))
        if options["format"] == "json":
            self.write_json(plan.as_data())
        else:
            self.stdout.write("\n".join(plan_lines(plan)))
