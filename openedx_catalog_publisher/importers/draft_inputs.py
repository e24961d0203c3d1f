"""From a record, which names things by words, to the input of a command, which names them by row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db import models

from openedx_catalog_publisher.api import CourseInput, OfficialInput, RunInput
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.importers.image_sources import image_name
from openedx_catalog_publisher.importers.named_references import NAMED, Name, NamedReferences, name_of, owner_of
from openedx_catalog_publisher.importers.records import CourseRecord, ImageData, ImageFile, OfficialRecord
from openedx_catalog_publisher.models import Status, UnitKind
from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.publishing.unit_tables import UNITS

PICTURES: Mapping[UnitKind, Mapping[str, PictureField]] = MappingProxyType(
    {
        kind: {column.name: column.field for column in unit.columns if isinstance(column.field, PictureField)}
        for kind, unit in UNITS.items()
    }
)
"""Fields of records that hold images."""

NO_IMAGE_FIELD = "This is not a field of an image."


class RefusedReferenceError(Exception):
    """A record names something that is not there, or is no image; ``fields`` says why, by field."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(fields)
        self.fields = dict(fields)


def course_input(record: CourseRecord, references: NamedReferences, *, dry_run: bool = False) -> CourseInput:
    """
    Return the input that makes drafts, and official sides where the record states them, say what a record says.

    Where the record has an organization's name, that becomes the course's one owner. What the record does not state is
    not in the input. Images are stored.

    Arguments:
        record: the record.
        references: what records of its batch name.
        dry_run: check images and store none.

    Raises:
        RefusedReferenceError: naming each field whose reference data is missing or whose image is none.
    """
    words = _Words(references, dry_run=dry_run)
    changes = words.changes(UnitKind.COURSE, record.fields, "")
    owner = owner_of(record)
    if owner is not None:
        changes["authoring_organizations"] = [words.row("authoring_organizations", owner)]
    entry = CourseInput(
        organization=record.organization_key,
        number=record.number,
        changes=changes,
        runs=[
            RunInput(
                key=run.key,
                changes=words.changes(UnitKind.COURSE_RUN, run.fields, f"{run.key}."),
                uuid=run.uuid,
                official=words.official(UnitKind.COURSE_RUN, run.official, f"{run.key}."),
            )
            for run in record.runs
        ],
        uuid=record.uuid,
        official=words.official(UnitKind.COURSE, record.official, ""),
        canonical_run=record.canonical_run,
        former_slugs=record.former_slugs,
        redirects=record.redirects,
    )
    if words.refused:
        raise RefusedReferenceError(words.refused)
    return entry


class _Words:
    """Puts rows in place of words and stored names in place of images; ``refused`` says what could not be."""

    def __init__(self, references: NamedReferences, *, dry_run: bool) -> None:
        self.refused: dict[str, list[str]] = {}
        self._references = references
        self._dry_run = dry_run

    def official(self, kind: UnitKind, record: OfficialRecord | None, prefix: str) -> OfficialInput | None:
        """Return the input of an official side; None where the record does not state it."""
        if record is None:
            return None
        return OfficialInput(Status(record.status), self.changes(kind, record.fields, f"{prefix}official."))

    def changes(self, kind: UnitKind, fields: Mapping[str, object], prefix: str) -> dict[str, Any]:
        """Return fields as commands take them."""
        return {name: self._value(kind, name, value, f"{prefix}{name}") for name, value in fields.items()}

    def _value(self, kind: UnitKind, name: str, value: Any, field: str) -> Any:
        model = NAMED[kind].get(name)
        if model is not None:
            if isinstance(value, list | tuple):
                return [self._reference(model, entry, field) for entry in value]
            return value if value in (None, "") or _is_list(kind, name) else self._reference(model, value, field)
        if name in PICTURES[kind]:
            try:
                return image_name(PICTURES[kind][name], value, dry_run=self._dry_run)
            except FieldError as error:
                self.refused.setdefault(field, []).extend(error.messages)
                return None
        if isinstance(value, ImageData | ImageFile):
            self.refused.setdefault(field, []).append(NO_IMAGE_FIELD)
            return None
        return value

    def _reference(self, model: type[models.Model], value: Any, field: str) -> Any:
        if not isinstance(value, str) or not value.strip():
            self.refused.setdefault(field, []).append(f"Give what names a {model._meta.verbose_name}, as a text.")
            return None
        return self.row(field, name_of(model, value))

    def row(self, field: str, name: Name) -> Any:
        """Return what a name names; None where it names nothing, which refuses the field."""
        if name in self._references.rows:
            return self._references.rows[name]
        self.refused.setdefault(field, []).append(self._references.refused[name])
        return None


def _is_list(kind: UnitKind, name: str) -> bool:
    # What is no list where a list belongs is refused by the command, in its own words.
    return name in UNITS[kind].lists
