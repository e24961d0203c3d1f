"""``manage.py publish_course``: make drafts official."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.api import publish
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    actor_of,
    add_actor,
    add_format,
    add_runs,
    add_unit,
    add_with_course,
    published_data,
    published_lines,
    selection_of,
)


class Command(CatalogCommand):
    """Publishes a course, runs with it, or a run, in one release."""

    help = "Publish a course, with runs or without, or a run: all of them or none."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        add_unit(parser)
        add_runs(parser)
        add_with_course(parser)
        parser.add_argument(
            "--expected-digest", metavar="DIGEST", help="publish only what the plan of this digest says"
        )
        parser.add_argument("--message", default="", help="why, for the log")
        parser.add_argument(
            "--skip-review",
            action="store_true",
            help="publish although reviews are missing, for the reason that --message says; skipped_reviews lists it",
        )
        add_actor(parser)
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Publish.

        Raises:
            CatalogError: as ``publish``.
        """
        published = publish(
            actor_of(options, "publish_course"),
            selection_of(options),
            expected_digest=options["expected_digest"],
            message=options["message"],
            without_review=options["skip_review"],
        )
        if options["format"] == "json":
            self.write_json(published_data(published))
        else:
            self.stdout.write("\n".join(published_lines(published)))
