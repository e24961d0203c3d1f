"""
State that is written together with content: by editors who watches a course and when a run goes live, by imports also
what the workflow wrote where the file comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from openedx_catalog_publisher.editing.canonical import FieldError, canonical_value
from openedx_catalog_publisher.models import CourseRun, UnitKind
from openedx_catalog_publisher.models.field_classes import Review
from openedx_catalog_publisher.publishing.unit_tables import Column

STATE_FIELDS: Mapping[UnitKind, frozenset[str]] = {
    UnitKind.COURSE: frozenset({"watchers"}),
    UnitKind.COURSE_RUN: frozenset({"go_live_date"}),
}
"""State that ``update_course`` and ``update_run`` take beside content."""

IMPORTED_STATE: Mapping[UnitKind, frozenset[str]] = {
    UnitKind.COURSE: STATE_FIELDS[UnitKind.COURSE],
    UnitKind.COURSE_RUN: STATE_FIELDS[UnitKind.COURSE_RUN] | {"announcement", "has_ofac_restrictions", "ofac_comment"},
}
"""State that imports take beside content."""


def _column(name: str) -> Column:
    field: models.Field[Any, Any] = CourseRun._meta.get_field(name)  # type: ignore[assignment]
    return Column(name=name, attname=name, field=field, review=Review.EXEMPT, reference=None)


_RUN_COLUMNS: Mapping[str, Column] = {name: _column(name) for name in IMPORTED_STATE[UnitKind.COURSE_RUN]}


def canonical_state(name: str, value: Any) -> Any:
    """
    Return the stored form of a state field's input.

    Raises:
        FieldError: when the field does not take it.
    """
    if name == "watchers":
        return _watchers(value)
    column = _RUN_COLUMNS[name]
    return column.from_snapshot(canonical_value(column, value))


def _watchers(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
        raise FieldError("Give a list of e-mail addresses.")
    addresses = list(dict.fromkeys(entry.strip() for entry in value if entry.strip()))
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError as error:
            raise FieldError(f"{address} is not an e-mail address.") from error
    return addresses
