"""
The reference data that records name: found by name or slug, and made where an import may make it.

Names are compared exactly, letter by letter, whatever the database's collation says. Organizations, subjects, levels
and product sources are made by commands; types are seeded, and a record that names one that does not exist is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from organizations.models import Organization

from openedx_catalog_publisher.api import Actor, CatalogError, InvalidInput, UnitNotFound, create_reference
from openedx_catalog_publisher.importers.derived_keys import name_slugs
from openedx_catalog_publisher.importers.organizations import create_organization
from openedx_catalog_publisher.importers.records import CourseRecord
from openedx_catalog_publisher.models import (
    CourseRunType,
    CourseType,
    LevelType,
    OrganizationProfile,
    Source,
    Subject,
)
from openedx_catalog_publisher.models.normalization import normalize_key

LEVELS_IN_ORDER = ("Introductory", "Intermediate", "Advanced")
"""Discovery's levels from the easiest on; levels of other names sort behind them."""

CODES: Mapping[type[models.Model], str] = MappingProxyType(
    {
        CourseRunType: "slug",
        CourseType: "slug",
        LevelType: "name",
        OrganizationProfile: "key_normalized",
        Source: "slug",
        Subject: "name",
    }
)
"""What records name reference data by."""


@dataclass(frozen=True, slots=True)
class Name:
    """Reference data as a record names it; ``label`` is what people call it, where that is not the code."""

    model: type[models.Model]
    code: str
    label: str = field(default="", compare=False)


@dataclass(frozen=True)
class NamedReferences:
    """
    What a batch of records names.

    Attributes:
        rows: rows by name; unsaved ones in a dry run.
        made: names for which there was no row before.
        refused: why there is no row, by name.
    """

    rows: Mapping[Name, models.Model]
    made: Sequence[Name]
    refused: Mapping[Name, str]

    @property
    def unsaved(self) -> list[models.Model]:
        """Rows that do not exist: those that an import would make and a dry run does not."""
        return [self.rows[name] for name in self.made if self.rows[name]._state.adding]


def organization_of(record: CourseRecord) -> Name:
    """Return the name of a record's organization."""
    return Name(OrganizationProfile, normalize_key(record.organization_key), record.organization_name)


def find_or_make(actor: Actor, records: Sequence[CourseRecord], *, dry_run: bool) -> NamedReferences:
    """
    Find the reference data that records name, one statement per table, and make what is missing, one command each.

    Arguments:
        actor: who imports.
        records: the records of one batch.
        dry_run: write nothing; missing rows are given unsaved, checked as they would be when saved.
    """
    keys = {organization_of(record): record.organization_key for record in records}
    names = list(dict.fromkeys(name for record in records for name in _names_in(record)))
    rows = _find(names)
    made: list[Name] = []
    refused: dict[Name, str] = {}
    for name in names:
        if name in rows:
            continue
        try:
            rows[name] = _make(actor, name, keys.get(name, ""), dry_run=dry_run)
        except CatalogError as error:
            # Somebody else may have made it at this moment.
            rows |= _find([name])
            if name not in rows:
                refused[name] = error.message
            continue
        made.append(name)
    return NamedReferences(rows=rows, made=made, refused=refused)


def _names_in(record: CourseRecord) -> Iterator[Name]:
    yield organization_of(record)
    for subject in _texts(record.fields.get("subjects")):
        yield Name(Subject, subject)
    singles = [
        (LevelType, record.fields.get("level_type")),
        (Source, record.fields.get("product_source")),
        (CourseType, record.fields.get("type")),
        *((CourseRunType, run.fields.get("type")) for run in record.runs),
    ]
    for model, code in singles:
        if code is not None:
            yield Name(model, str(code))


def _texts(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list | tuple) else []


def _find(names: Sequence[Name]) -> dict[Name, models.Model]:
    rows: dict[Name, models.Model] = {}
    for model, column in CODES.items():
        wanted = {name.code: name for name in names if name.model is model}
        if not wanted:
            continue
        # Of two rows of one name, the one that is in use; then the older one.
        found = model._default_manager.filter(**{f"{column}__in": wanted}).order_by("retired", "pk")
        for row in found:
            # The database may call names equal that differ in case or accents.
            name = wanted.get(getattr(row, column))
            if name is not None:
                rows.setdefault(name, row)
    return rows


def _make(actor: Actor, name: Name, key: str, *, dry_run: bool) -> models.Model:
    if name.model is OrganizationProfile:
        if dry_run:
            return _unsaved_organization(key, name.label)
        profile: OrganizationProfile = create_organization(actor, key, name.label)
        return profile
    if name.model not in VALUES:
        raise UnitNotFound(f"There is no {name.model._meta.verbose_name} {name.code}.")
    values = VALUES[name.model](name.code)
    if not dry_run:
        row: models.Model = create_reference(actor, name.model, values)
        return row
    return _checked(name.model(**values))


def _unsaved_organization(key: str, name: str) -> OrganizationProfile:
    organization = Organization.objects.filter(short_name=key).first() or Organization(short_name=key, name=name)
    if organization.pk is None:
        _checked(organization)
    return OrganizationProfile(organization=organization, key=key, key_normalized=normalize_key(key))


def _checked(row: models.Model) -> models.Model:
    try:
        row.full_clean()
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    return row


def _subject(name: str) -> dict[str, Any]:
    plain, distinct = name_slugs(name)
    taken = Subject.objects.filter(slug=plain).exists()
    return {"name": name, "slug": distinct if taken else plain}


def _level(name: str) -> dict[str, Any]:
    known = name in LEVELS_IN_ORDER
    return {"name": name, "sort_value": (LEVELS_IN_ORDER.index(name) if known else len(LEVELS_IN_ORDER)) + 1}


def _source(slug: str) -> dict[str, Any]:
    return {"name": slug, "slug": slug}


VALUES: Mapping[type[models.Model], Callable[[str], dict[str, Any]]] = MappingProxyType(
    {LevelType: _level, Source: _source, Subject: _subject}
)
"""What a row is made of, for the tables that imports add to by their code alone."""
