"""The kinds of reference data that a file may describe: which table each is, what names it, and its fields."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db import models

from openedx_catalog_publisher.importers.catalog_json.layout import REFERENCE_KINDS
from openedx_catalog_publisher.models import (
    Collaborator,
    CourseRunType,
    CourseType,
    Currency,
    LanguageTag,
    LevelType,
    Mode,
    OrganizationProfile,
    Person,
    ProgramType,
    SeatType,
    Source,
    Subject,
    Topic,
    Track,
)

NOT_WRITTEN = frozenset({"id", "uuid", "revision", "created", "modified", "key_normalized", "organization", "history"})
"""Columns that no file states as a field: bookkeeping, and what stands elsewhere on the line."""

OF_THE_PLATFORM = ("name", "description")
"""Fields of an organization that the platform keeps, not its profile."""


@dataclass(frozen=True)
class ReferenceKind:
    """
    A kind of reference data.

    Attributes:
        name: the ``kind`` of its lines.
        model: its table.
        codes: the fields that name it.
    """

    name: str
    model: type[models.Model]
    codes: tuple[str, ...]

    @property
    def has_uuid(self) -> bool:
        """Whether its rows have a uuid; languages and currencies have their codes."""
        return self.model._meta.pk is not None and self.model._meta.pk.name == "id"

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.model._meta.verbose_name)

    @functools.cached_property
    def fields(self) -> Mapping[str, models.Field[Any, Any]]:
        """Fields of the table that a line may state: those that name it, all others, and whether it is retired."""
        found: dict[str, Any] = {
            field.name: field
            for field in (*self.model._meta.concrete_fields, *self.model._meta.many_to_many)
            if field.name not in NOT_WRITTEN
        }
        found["retired"] = found.pop("retired")
        return {name: found[name] for name in self.codes} | found

    @property
    def known(self) -> tuple[str, ...]:
        """Names of all that a line may state."""
        own = OF_THE_PLATFORM if self.model is OrganizationProfile else ()
        return (*self.fields, *own)


def _kinds() -> dict[str, ReferenceKind]:
    slug, code = ("slug",), ("code",)
    tables: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
        "language_tag": (LanguageTag, code),
        "currency": (Currency, code),
        "seat_type": (SeatType, slug),
        "mode": (Mode, slug),
        "track": (Track, ("mode", "seat_type")),
        "program_type": (ProgramType, slug),
        "source": (Source, slug),
        "organization": (OrganizationProfile, ("key",)),
        "course_run_type": (CourseRunType, slug),
        "course_type": (CourseType, slug),
        "level_type": (LevelType, ("name",)),
        "subject": (Subject, slug),
        "topic": (Topic, slug),
        "collaborator": (Collaborator, ("name",)),
        "person": (Person, slug),
    }
    return {name: ReferenceKind(name, *tables[name]) for name in REFERENCE_KINDS}


KINDS: Mapping[str, ReferenceKind] = MappingProxyType(_kinds())
"""All kinds by name, each behind those that it names."""

KIND_OF: Mapping[type[models.Model], ReferenceKind] = MappingProxyType({kind.model: kind for kind in KINDS.values()})
"""All kinds by table."""
