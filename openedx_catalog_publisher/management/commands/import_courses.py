"""``manage.py import_courses``: courses and their runs from another system's file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from openedx_catalog_publisher.api import Actor, InvalidInput, NotPermitted
from openedx_catalog_publisher.importers.catalog_import import CatalogImport
from openedx_catalog_publisher.importers.formats import FORMATS, Format
from openedx_catalog_publisher.importers.records import UnreadableFileError
from openedx_catalog_publisher.importers.report import ImportReport
from openedx_catalog_publisher.models import WriteSource


class Command(BaseCommand):
    """
    Imports a file and says what became of each row.

    Refused rows are reported and do not make the command fail; it fails when nothing could be done: no file, another
    format, no right, or not one row that gives a course.
    """

    help = "Import courses and their runs into drafts. Running it twice changes nothing the second time."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="the file to import")
        parser.add_argument("--format", required=True, choices=sorted(FORMATS), help="the format of the file")
        parser.add_argument("--publish", action="store_true", help="publish what is imported, a release for each batch")
        parser.add_argument(
            "--drafts-only",
            action="store_true",
            help="publish nothing of what the file says is official: what the draft lacks of it goes into the draft",
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing and report what would be")
        parser.add_argument("--report", type=Path, metavar="FILE.json", help="write the report as JSON, too")
        parser.add_argument("--limit", type=_positive, metavar="N", help="read the first N rows only")
        parser.add_argument(
            "--as",
            dest="username",
            metavar="USERNAME",
            help="the catalog administrator who imports; without, it is the system",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """
        Import the file.

        Raises:
            CommandError: when nothing could be done, with the remedy.
        """
        path: Path = options["file"]
        report_path: Path | None = options["report"]
        adapter = FORMATS[options["format"]]
        actor = _actor(options["username"])
        _check_readable(path)
        if report_path is not None:
            _check_writable(report_path)
        with ImportReport(
            path.name,
            adapter.name,
            dry_run=options["dry_run"],
            publish=options["publish"],
            limit=options["limit"],
        ) as report:
            try:
                self._run(adapter, path, actor, report, options)
            except NotPermitted as error:
                raise CommandError(
                    f"{options['username']} may not import. Grant them the role catalog_admin, or name somebody "
                    "who has it with --as."
                ) from error
            except InvalidInput as error:
                raise CommandError(f"--publish: {' '.join(error.fields['publish'])} (--drafts-only)") from error
            except UnreadableFileError as error:
                raise CommandError(
                    f"{path} cannot be read as {adapter.name}. {error} Give a file of this format, or another --format."
                ) from error
            if report_path is not None:
                _write_json(report, report_path)
            report.write_text(self.stdout.write, refusals=options["verbosity"] > 0)
            if report.gave_nothing:
                raise CommandError("Not one row gave a course; the report says why of each.")

    def _run(self, adapter: Format, path: Path, actor: Actor, report: ImportReport, options: Mapping[str, Any]) -> None:
        silent = options["verbosity"] == 0 or not sys.stderr.isatty()
        limit: int | None = report.options["limit"]
        total = None
        if not silent:
            rows = adapter.count_rows(path)
            total = rows if limit is None else min(rows, limit)
        with tqdm(total=total, disable=silent, unit=" rows", file=sys.stderr) as progress:
            run = CatalogImport(
                actor,
                report,
                publish=options["publish"],
                drafts_only=options["drafts_only"],
                dry_run=options["dry_run"],
            )
            run.run(adapter, path, limit=limit, advance=progress.update)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number of rows from 1 on")
    return number


def _actor(username: str | None) -> Actor:
    if username is None:
        return Actor.system("import", WriteSource.IMPORT)
    users = get_user_model()
    try:
        user = users._default_manager.get_by_natural_key(username)
    except users.DoesNotExist as error:
        raise CommandError(
            f"There is no user {username}. Name a catalog administrator, or leave out --as to import as the system."
        ) from error
    return Actor.of(user, WriteSource.IMPORT)


def _check_readable(path: Path) -> None:
    """Check what opening the file in the middle of the work would say; raises CommandError."""
    if not path.is_file():
        raise CommandError(f"There is no file {path}. Name a file; a pipe cannot be read twice.")
    if not os.access(path, os.R_OK):
        raise CommandError(f"{path} cannot be read. Grant the right to read it.")


def _check_writable(path: Path) -> None:
    """Check before the work what would be a pity to learn after it; raises CommandError."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise CommandError(f"The report cannot be written to {path}. Name a file in a folder that can be written to.")


def _write_json(report: ImportReport, path: Path) -> None:
    """Write the report whole or not at all: nobody reads half of one."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8") as stream:
            report.write_json(stream.write)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
