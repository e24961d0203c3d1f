"""``manage.py skipped_reviews``: what went past reviews, by whom and why."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from openedx_catalog_publisher.management.catalog_command import CatalogCommand, add_format, moment_of
from openedx_catalog_publisher.review.skipped import skipped_reviews
from openedx_catalog_publisher.review.timeline import Entry, What


class Command(CatalogCommand):
    """Lists steps of reviews that were skipped, and publications without review. Writes nothing."""

    help = "List steps of reviews that were skipped, and publications without review, the last first, with reasons."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--since", metavar="TIME", help="what happened since then")
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        List what went past reviews.

        Raises:
            CommandError: when ``--since`` is no time.
        """
        since = None if options["since"] is None else moment_of(options["since"])
        entries = list(skipped_reviews(since=since))
        if options["format"] == "json":
            self.write_json([_as_data(entry) for entry in entries])
            return
        for entry in entries:
            self.stdout.write(
                f"{entry.at.isoformat(timespec='seconds')}  {_what(entry)}  {entry.unit_key}  by {entry.actor}\n"
                f"   reason: {entry.text}"
            )
        if not entries:
            self.stdout.write("No review was skipped.")


def _what(entry: Entry) -> str:
    if entry.what is What.PUBLICATION:
        return f"publication {entry.publication} without review"
    return f"{entry.step} review skipped"


def _as_data(entry: Entry) -> dict[str, Any]:
    return {
        "what": str(entry.what),
        "at": entry.at.isoformat(timespec="seconds"),
        "kind": entry.unit_kind,
        "uuid": str(entry.unit_uuid),
        "key": entry.unit_key,
        "actor": entry.actor,
        "source": entry.source,
        "step": entry.step,
        "publication": entry.publication,
        "release": None if entry.release is None else str(entry.release),
        "review": None if entry.review is None else str(entry.review),
        "reason": entry.text,
    }
