"""Writes, imports and exports files of the format ``catalog-json``."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.db.models.fields.files import FieldFile
from PIL import Image

from openedx_catalog_publisher.importers.catalog_json.export import CatalogExport
from openedx_catalog_publisher.importers.catalog_json.export_images import NoImages
from openedx_catalog_publisher.importers.catalog_json.export_references import References
from openedx_catalog_publisher.importers.catalog_json.layout import Sides
from openedx_catalog_publisher.importers.catalog_json.reader import CatalogJson
from openedx_catalog_publisher.importers.records import RefusedRow, RowOutcome
from tests.importers.imports import Imported
from tests.management.calling import call

HEADER = {"format": "catalog-json", "version": 1, "sides": "both"}
ORGANIZATION = {"kind": "organization", "key": "NorthU", "name": "University of the North"}
SUBJECT = {"kind": "subject", "slug": "astronomy", "name": "Astronomy"}

Line = dict[str, Any]


def course_line(number: str = "SKY", **values: Any) -> Line:
    """Return the line of a course of NorthU; what is given as ``draft`` is laid over an ordinary one."""
    draft = {"title": "The Sky", "url_slug": number.lower(), "authoring_organizations": ["NorthU"]}
    return {"kind": "course", "key": f"NorthU+{number}", "draft": draft | values.pop("draft", {})} | values


def run_line(part: str = "1", number: str = "SKY", **values: Any) -> Line:
    """Return a run of a course line."""
    return {"key": f"course-v1:NorthU+{number}+{part}"} | values


def write(path: Path, *lines: Line | str, header: Line | None = None) -> Path:
    """Write lines below a header and return the path; texts are written as they are."""
    first = HEADER if header is None else header
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in (first, *lines)]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def read(path: Path, *lines: Line | str, header: Line | None = None) -> list[RowOutcome]:
    """Write lines and return their outcomes, after checking that there are as many as the adapter counts."""
    write(path, *lines, header=header)
    outcomes = list(CatalogJson().read(path))
    assert CatalogJson().count_rows(path) == len(outcomes)
    return outcomes


def refusal(path: Path, line: Line | str, header: Line | None = None) -> tuple[str | None, str]:
    """Return field and reason of the refusal of the one line of a file."""
    [outcome] = read(path, line, header=header)
    assert isinstance(outcome, RefusedRow), outcome
    assert outcome.line == 2
    return outcome.field, outcome.reason


def import_catalog(path: Path, *arguments: str) -> Imported:
    """Import a file; the report's JSON is written beside it and read back."""
    out, report = io.StringIO(), path.with_suffix(".report.json")
    call_command(
        "import_courses", str(path), "--format", "catalog-json", "--report", str(report), *arguments, stdout=out
    )
    return Imported(report=json.loads(report.read_text(encoding="utf-8")), text=out.getvalue())


def import_lines(path: Path, *lines: Line | str, header: Line | None = None, options: tuple[str, ...] = ()) -> Imported:
    """Write a file and import it."""
    return import_catalog(write(path, *lines, header=header), *options)


def exported(**options: Any) -> list[Line]:
    """Return the lines of an export without images, each read back."""
    options = {"sides": Sides.BOTH, "references": References.NAMED} | options
    return [json.loads(line) for line in CatalogExport(NoImages(), **options).lines()]


def export_file(path: Path, *arguments: str) -> str:
    """Export into a file and return what stands in it."""
    call("export_courses", "--output", str(path), *arguments)
    return path.read_text(encoding="utf-8")


@contextmanager
def taken_back() -> Iterator[None]:
    """Take back what a block writes. Commands insist on being outermost, so this is no transaction of Django's."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def of_kind(lines: list[Line], kind: str) -> list[Line]:
    """Return the lines of one kind."""
    return [line for line in lines if line.get("kind") == kind]


def picture(colour: str = "navy", size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a picture in one colour as PNG."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def content_of(image: FieldFile) -> bytes:
    """Return a stored picture."""
    return Path(image.path).read_bytes()


def data_uri(content: bytes) -> str:
    """Return a picture as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"
