"""``manage.py export_courses``: the catalog, or the courses of some organizations, as a file that can be imported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from openedx_catalog_publisher.commands.errors import Busy
from openedx_catalog_publisher.importers.catalog_json.export import CatalogExport
from openedx_catalog_publisher.importers.catalog_json.export_images import Images, ImagesBeside, ImagesInside, NoImages
from openedx_catalog_publisher.importers.catalog_json.export_references import References
from openedx_catalog_publisher.importers.catalog_json.layout import Sides
from openedx_catalog_publisher.models import OrganizationProfile
from openedx_catalog_publisher.models.normalization import normalize_key

STANDARD_OUTPUT = "-"


class Command(BaseCommand):
    """Writes courses in the format ``catalog-json``. It reads only, and locks nothing."""

    help = "Write courses and their runs in the format catalog-json, which import_courses reads."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--output",
            default=STANDARD_OUTPUT,
            metavar="FILE",
            help="the file to write, or - for standard output, which is the default; images go into FILE.media/",
        )
        parser.add_argument(
            "--side", choices=[str(side) for side in Sides], default=str(Sides.BOTH), help="what to export"
        )
        parser.add_argument(
            "--org",
            action="append",
            dest="organizations",
            default=[],
            metavar="KEY",
            help="export only courses that this organization owns; may be given several times",
        )
        parser.add_argument(
            "--references",
            choices=[str(each) for each in References],
            default=str(References.NAMED),
            help="which reference data to describe: what the courses name, all, or none",
        )
        parser.add_argument("--no-media", action="store_true", help="leave images out")

    def handle(self, *args: Any, **options: Any) -> None:
        """
        Write the file, whole or not at all.

        Raises:
            CommandError: when it cannot be written, an organization is not known, or others write all the time.
        """
        _check_organizations(options["organizations"])
        export = CatalogExport(
            self._images(options),
            sides=Sides(options["side"]),
            organizations=options["organizations"],
            references=References(options["references"]),
        )
        try:
            if options["output"] == STANDARD_OUTPUT:
                for line in export.lines():
                    self.stdout.write(line)
            else:
                _write(Path(options["output"]), export.lines())
        except Busy as error:
            raise CommandError(error.message) from error
        if options["verbosity"] > 0 and options["output"] != STANDARD_OUTPUT:
            counts = export.counts
            self.stdout.write(
                f"Courses: {counts['courses']:,}; runs: {counts['runs']:,}; "
                f"lines of reference data: {counts['references']:,}."
            )

    def _images(self, options: dict[str, Any]) -> Images:
        if options["no_media"]:
            return NoImages()
        if options["output"] == STANDARD_OUTPUT:
            return ImagesInside(self._miss)
        path = Path(options["output"])
        return ImagesBeside(path.with_name(f"{path.name}.media"), self._miss)

    def _miss(self, name: str) -> None:
        self.stderr.write(f"The storage does not have the image {name}; it is left out.")


def _check_organizations(keys: list[str]) -> None:
    wanted = {normalize_key(key): key for key in keys}
    known = OrganizationProfile.objects.filter(key_normalized__in=wanted).values_list("key_normalized", flat=True)
    missing = [key for name, key in wanted.items() if name not in set(known)]
    if missing:
        raise CommandError(f"There is no organization {', '.join(missing)}. Name organizations by their keys.")


def _write(path: Path, lines: Iterator[str]) -> None:
    """Write the file whole or not at all: nobody reads half of one."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise CommandError(f"{path} cannot be written. Name a file in a folder that can be written to.")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(f"{line}\n" for line in lines)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
