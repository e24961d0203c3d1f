"""From a record, which names things by words, to the input of a command, which names them by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.db import models

from openedx_catalog_publisher.api import CourseInput, RunInput
from openedx_catalog_publisher.importers.named_references import Name, NamedReferences, organization_of
from openedx_catalog_publisher.importers.records import CourseRecord
from openedx_catalog_publisher.models import CourseRunType, CourseType, LevelType, Source, Subject

NAMED_BY_COURSES: Mapping[str, type[models.Model]] = MappingProxyType(
    {"level_type": LevelType, "product_source": Source, "subjects": Subject, "type": CourseType}
)
NAMED_BY_RUNS: Mapping[str, type[models.Model]] = MappingProxyType({"type": CourseRunType})
"""Fields of records that name reference data by words; all others hold the codes that commands take."""


class RefusedReferenceError(Exception):
    """A record names something that is not there; ``fields`` says why, by field."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(fields)
        self.fields = dict(fields)


def course_input(record: CourseRecord, references: NamedReferences) -> CourseInput:
    """
    Return the input that makes the drafts say what a record says.

    The record's organization becomes the course's one owner. What the record does not state is not in the input.

    Raises:
        RefusedReferenceError: naming each field whose reference data is missing.
    """
    refused: dict[str, list[str]] = {}

    def resolve(fields: Mapping[str, object], named: Mapping[str, type[models.Model]], prefix: str) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for name, value in fields.items():
            find = _finder(references, refused, f"{prefix}{name}", named.get(name))
            changes[name] = [find(entry) for entry in value] if isinstance(value, list | tuple) else find(value)
        return changes

    owner = organization_of(record)
    find_owner = _finder(references, refused, "authoring_organizations", owner.model)
    changes = resolve(record.fields, NAMED_BY_COURSES, "")
    changes["authoring_organizations"] = [find_owner(owner.code)]
    runs = [RunInput(key=run.key, changes=resolve(run.fields, NAMED_BY_RUNS, f"{run.key}.")) for run in record.runs]
    if refused:
        raise RefusedReferenceError(refused)
    return CourseInput(organization=record.organization_key, number=record.number, changes=changes, runs=runs)


def _finder(
    references: NamedReferences, refused: dict[str, list[str]], field: str, model: type[models.Model] | None
) -> Callable[[Any], Any]:
    def find(value: Any) -> Any:
        if model is None:
            return value
        name = Name(model, str(value))
        if name in references.rows:
            return references.rows[name]
        refused.setdefault(field, []).append(references.refused[name])
        return None

    return find
