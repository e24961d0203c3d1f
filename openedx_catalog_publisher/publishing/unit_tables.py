"""
Which tables and columns a unit's content lives in, derived from the models' field classes.

A content *name* is a key of the snapshot: a column of the root, or a list of parts (``subjects``, ``seats``). Names are
those of Discovery's columns.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime

from openedx_catalog_publisher.ledger.canonical_json import plain
from openedx_catalog_publisher.models import (
    Course,
    CourseCollaborator,
    CourseEntitlement,
    CourseOrganization,
    CourseRun,
    CourseRunLanguage,
    CourseRunStaff,
    CourseSubject,
    CourseTopic,
    RestrictedCourseRun,
    Seat,
    UnitKind,
    UnitRoot,
)
from openedx_catalog_publisher.models.field_classes import FieldClasses, ListField, PartTable, Review


@dataclass(frozen=True)
class ReferenceTarget:
    """
    A table of reference data that a column points at.

    Attributes:
        model: the table.
        code: the column that snapshots name it by.
        labels: columns that people know it by.
    """

    model: type[models.Model]
    code: str
    labels: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the table, under which snapshots keep the labels of what they name."""
        return str(self.model._meta.model_name)

    @property
    def code_is_pk(self) -> bool:
        """Whether foreign keys hold the code itself."""
        return bool(self.model._meta.pk is not None and self.model._meta.pk.name == self.code)


@dataclass(frozen=True)
class Column:
    """
    A content column.

    Attributes:
        name: the field's name, which is its name in the snapshot.
        attname: the attribute that holds the value; for a reference its primary key.
        field: the model field.
        review: how its changes stand to the review.
        reference: what it points at; None for a plain value.
    """

    name: str
    attname: str
    field: models.Field[Any, Any]
    review: Review
    reference: ReferenceTarget | None

    @functools.cached_property
    def to_snapshot(self) -> Callable[[Any], Any]:
        """Turn a stored value into plain JSON data."""
        if isinstance(self.field, models.DecimalField):
            places = self.field.decimal_places
            return lambda value: None if value is None else format(value, f".{places}f")
        if isinstance(self.field, models.DateTimeField | models.UUIDField):
            return plain
        if isinstance(self.field, models.FileField):
            # Django stores the absence of a file as '', also where the column could be null.
            return lambda value: str(value) if value else None
        return lambda value: value

    @functools.cached_property
    def from_snapshot(self) -> Callable[[Any], Any]:
        """Turn plain JSON data into the value to store; references are resolved elsewhere."""
        if isinstance(self.field, models.DecimalField):
            return lambda value: None if value is None else Decimal(value)
        if isinstance(self.field, models.DateTimeField):
            return lambda value: None if value is None else parse_datetime(value)
        if isinstance(self.field, models.UUIDField):
            return self.field.to_python
        return lambda value: value


@dataclass(frozen=True)
class Part:
    """
    A part table of a unit.

    Attributes:
        model: the table.
        table: how its rows make up content.
        columns: its content columns.
        measured: attnames of its measured columns.
    """

    model: type[models.Model]
    table: PartTable
    columns: tuple[Column, ...]
    measured: tuple[str, ...]

    @property
    def owner_attname(self) -> str:
        """The attribute that holds the root's primary key."""
        return f"{self.table.owner}_id"

    @functools.cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Content columns by name."""
        return {column.name: column for column in self.columns}

    @functools.cached_property
    def reference_columns(self) -> tuple[Column, ...]:
        """Content columns that point at reference data."""
        return tuple(column for column in self.columns if column.reference)

    @functools.cached_property
    def reviewed_names(self) -> frozenset[str]:
        """Names of the columns whose changes need review."""
        return frozenset(column.name for column in self.columns if column.review is Review.REVIEWED)


@dataclass(frozen=True)
class Unit:
    """
    A kind of unit: its root table and its parts.

    Attributes:
        kind: the kind.
        root: the root table.
        columns: the root's content columns.
        parts: its part tables.
        measured: attnames of the root's measured columns.
    """

    kind: UnitKind
    root: type[UnitRoot]
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    measured: tuple[str, ...]

    @functools.cached_property
    def columns_by_name(self) -> Mapping[str, Column]:
        """The root's content columns by name."""
        return {column.name: column for column in self.columns}

    @functools.cached_property
    def unique_columns(self) -> tuple[Column, ...]:
        """Content columns of the root whose values a unique constraint lets one unit have at a time."""
        constrained = {
            name
            for constraint in self.root._meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
            for name in constraint.fields
        }
        return tuple(column for column in self.columns if column.name in constrained)

    @functools.cached_property
    def lists(self) -> Mapping[str, tuple[Part, ListField]]:
        """Lists of parts by name."""
        return {name: (part, field) for part in self.parts for name, field in part.table.lists.items()}

    @functools.cached_property
    def reviews(self) -> Mapping[str, Review]:
        """How each content name stands to the review."""
        return {column.name: column.review for column in self.columns} | {
            name: field.review for name, (_, field) in self.lists.items()
        }

    @property
    def tables(self) -> int:
        """How many tables the unit lives in."""
        return 1 + len(self.parts)


def _column(model: type[models.Model], name: str, review: Review) -> Column:
    field: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    reference = None
    if isinstance(field, models.ForeignKey):
        target: Any = field.remote_field.model
        reference = ReferenceTarget(model=target, code=target.reference_code, labels=target.reference_labels)
    return Column(name=name, attname=field.attname, field=field, review=review, reference=reference)


def _columns(model: type[models.Model], classes: FieldClasses) -> tuple[Column, ...]:
    return tuple(_column(model, name, review) for name, review in classes.content.items())


def _part(model: Any) -> Part:
    table: PartTable = model.part
    return Part(model=model, table=table, columns=_columns(model, table.classes), measured=table.classes.measured)


def _unit(root: type[UnitRoot], parts: tuple[type[models.Model], ...]) -> Unit:
    return Unit(
        kind=root.kind,
        root=root,
        columns=_columns(root, root.classes),
        parts=tuple(map(_part, parts)),
        measured=root.classes.measured,
    )


UNITS: Mapping[UnitKind, Unit] = {
    UnitKind.COURSE: _unit(
        Course, (CourseOrganization, CourseSubject, CourseTopic, CourseCollaborator, CourseEntitlement)
    ),
    UnitKind.COURSE_RUN: _unit(CourseRun, (Seat, CourseRunStaff, CourseRunLanguage, RestrictedCourseRun)),
}
