"""``manage.py undo_release``: bring the official side of a release's units back to what it was before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from openedx_catalog_publisher.api import plan_undo, undo_release
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    actor_of,
    add_actor,
    add_format,
    parse_uuid,
    published_data,
    published_lines,
)
from openedx_catalog_publisher.management.plan_text import plan_lines


class Command(CatalogCommand):
    """Undoes a release, or shows what that would do. Drafts keep their content."""

    help = "Undo a release: all its units, or none where one moved since. --plan shows what would happen."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("release", metavar="UUID", help="uuid of the release, as publication_history shows it")
        parser.add_argument("--plan", action="store_true", help="write nothing and show what would happen")
        parser.add_argument("--expected-digest", metavar="DIGEST", help="undo only as the plan of this digest says")
        parser.add_argument("--message", default="", help="why, for the log")
        add_actor(parser)
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Undo, or plan.

        Raises:
            CatalogError: as ``plan_undo`` and ``undo_release``.
            CommandError: when the release is not named by a uuid.
        """
        release = parse_uuid(options["release"])
        if release is None:
            raise CommandError(f"{options['release']} is no uuid of a release. publication_history shows them.")
        actor = actor_of(options, "undo_release")
        as_json = options["format"] == "json"
        if options["plan"]:
            plan = plan_undo(actor, release)
            if as_json:
                self.write_json(plan.as_data())
            else:
                self.stdout.write("\n".join(plan_lines(plan)))
            return
        undone = undo_release(actor, release, expected_digest=options["expected_digest"], message=options["message"])
        if as_json:
            self.write_json(published_data(undone))
        else:
            self.stdout.write("\n".join(published_lines(undone)))
