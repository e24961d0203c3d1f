"""
The reference data that records name: found by name or slug, and made where the format's records make it by naming it.

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
from openedx_catalog_publisher.importers.catalog_json.reference_lines import DescribedReferences
from openedx_catalog_publisher.importers.derived_keys import name_slugs
from openedx_catalog_publisher.importers.organizations import create_organization
from openedx_catalog_publisher.importers.records import CourseRecord, Naming, RunRecord
from openedx_catalog_publisher.models import (
    Collaborator,
    LevelType,
    OrganizationProfile,
    Source,
    Subject,
    UnitKind,
)
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.unit_tables import UNITS, ReferenceTarget

LEVELS_IN_ORDER = ("Introductory", "Intermediate", "Advanced")
"""Discovery's levels from the easiest on; levels of other names sort behind them."""

USUAL_CODE = "slug"
CODES: Mapping[type[models.Model], str] = MappingProxyType(
    {Collaborator: "name", LevelType: "name", OrganizationProfile: "key_normalized"}
)
"""What records name reference data by, where the format has no other column and it is not the slug."""


def _targets(kind: UnitKind) -> Mapping[str, type[models.Model]]:
    unit = UNITS[kind]
    targets: dict[str, ReferenceTarget | None] = {column.name: column.reference for column in unit.columns}
    for name, (part, _) in unit.lists.items():
        if part.table.plain:
            targets[name] = part.by_name[part.table.plain].reference
    # What snapshots themselves name by a readable code, records name by that too.
    return MappingProxyType({name: found.model for name, found in targets.items() if found and found.code == "uuid"})


NAMED: Mapping[UnitKind, Mapping[str, type[models.Model]]] = MappingProxyType(
    {kind: _targets(kind) for kind in UnitKind}
)
"""Fields of records that name reference data by words, with its table; all others hold what commands take."""


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
        return [row for row in self.rows.values() if row._state.adding]


def name_of(model: type[models.Model], word: str) -> Name:
    """Return the name of what a record's field names by a word."""
    return Name(model, normalize_key(word) if model is OrganizationProfile else word.strip(), word)


def owner_of(record: CourseRecord) -> Name | None:
    """Return the name of a record's one owner; None where its fields say who the owners are."""
    if record.organization_name is None:
        return None
    return Name(OrganizationProfile, normalize_key(record.organization_key), record.organization_name)


def find_or_make(
    actor: Actor, records: Sequence[CourseRecord], naming: Naming, described: DescribedReferences, *, dry_run: bool
) -> NamedReferences:
    """
    Find the reference data that records name, one statement per table, and make what is missing, one command each.

    Arguments:
        actor: who imports.
        records: the records of one batch.
        naming: how they name it, and whether that makes it.
        described: what the file describes of it.
        dry_run: write nothing; missing rows are given unsaved, checked as they would be when saved.
    """
    keys = {owner_of(record): record.organization_key for record in records}
    names = list(dict.fromkeys(name for record in records for name in _names_in(record)))
    rows = _find(names, naming, described)
    made: list[Name] = []
    refused: dict[Name, str] = {}
    for name in names:
        if name in rows:
            continue
        if not naming.makes:
            refused[name] = f"There is no {name.model._meta.verbose_name} {name.label}. Describe it on a line above."
            continue
        try:
            rows[name] = _make(actor, name, keys.get(name, ""), dry_run=dry_run)
        except CatalogError as error:
            # Somebody else may have made it at this moment.
            rows |= _find([name], naming, described)
            if name not in rows:
                refused[name] = error.message
            continue
        made.append(name)
    return NamedReferences(rows=rows, made=made, refused=refused)


def _names_in(record: CourseRecord) -> Iterator[Name]:
    owner = owner_of(record)
    if owner is not None:
        yield owner
    units: list[tuple[UnitKind, CourseRecord | RunRecord]] = [(UnitKind.COURSE, record)]
    units += [(UnitKind.COURSE_RUN, run) for run in record.runs]
    for kind, unit in units:
        for fields in (unit.fields, unit.official.fields if unit.official else {}):
            for name, model in NAMED[kind].items():
                value = fields.get(name)
                for entry in value if isinstance(value, list | tuple) else (value,):
                    if isinstance(entry, str) and entry.strip():
                        yield name_of(model, entry)


def _find(names: Sequence[Name], naming: Naming, described: DescribedReferences) -> dict[Name, models.Model]:
    rows: dict[Name, models.Model] = {}
    for model in dict.fromkeys(name.model for name in names):
        column = naming.codes.get(str(model._meta.model_name)) or CODES.get(model, USUAL_CODE)
        wanted = {name.code: name for name in names if name.model is model}
        rows |= {wanted[code]: row for code, row in described.rows(model, column, wanted.keys()).items()}
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
