"""``manage.py rebuild_official``: repair official rows that are not what was published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from openedx_catalog_publisher.api import Published, Selection, rebuild
from openedx_catalog_publisher.management.catalog_command import (
    CatalogCommand,
    actor_of,
    add_actor,
    add_format,
    find_unit,
    published_data,
)
from openedx_catalog_publisher.models import Course, UnitKind

COURSES = 100
"""Courses, with their runs, of one transaction."""


class Command(CatalogCommand):
    """Rebuilds official rows from the last published snapshot; rows that are right are left alone."""

    help = "Repair official rows that differ from what was published, as check_catalog finds them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("units", nargs="*", metavar="KEY", help="keys or uuids; a course with its runs")
        parser.add_argument("--all", action="store_true", help="all courses with all runs")
        parser.add_argument("--reason", default="", help="why, for the log")
        add_actor(parser)
        add_format(parser)

    def run(self, options: dict[str, Any]) -> None:
        """
        Rebuild.

        Raises:
            CatalogError: as ``rebuild``.
            CommandError: when neither units nor ``--all`` are given, or both.
        """
        if bool(options["units"]) == options["all"]:
            raise CommandError("Name courses or runs, or give --all.")
        actor = actor_of(options, "rebuild_official")
        selections = _batches() if options["all"] else _named(options["units"])
        done = [rebuild(actor, selection, reason=options["reason"]) for selection in selections]
        if options["format"] == "json":
            self.write_json([published_data(published) for published in done])
            return
        self._write_text(done)

    def _write_text(self, done: list[Published]) -> None:
        for published in done:
            for record in published.publications:
                self.stdout.write(f"{record.unit_key}: repaired by publication {record.number}")
        repaired = sum(len(published.publications) for published in done)
        right = sum(len(published.unchanged) for published in done)
        self.stdout.write(f"{repaired} repaired, {right} were right.")


def _named(names: list[str]) -> Iterator[Selection]:
    units = [find_unit(name) for name in names]
    courses = [unit.uuid for unit in units if unit.kind == UnitKind.COURSE]
    runs = [unit.uuid for unit in units if unit.kind == UnitKind.COURSE_RUN]
    yield Selection.of(courses, runs, all_runs=True)


def _batches() -> Iterator[Selection]:
    last = 0
    while rows := list(Course.drafts.filter(pk__gt=last).order_by("pk").values_list("pk", "uuid")[:COURSES]):
        last = rows[-1][0]
        yield Selection.of((unit for _, unit in rows), all_runs=True)
