"""
Input of content brought to canonical form, so that equal content compares equal however it was written.

White space around text goes, HTML is cleaned, empty text is null, numbers and times get one notation, references become
codes, addresses of images that are stored become their names. All faulty fields are reported at once, by name.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.html import clean_html
from openedx_catalog_publisher.editing.image_names import stored_name
from openedx_catalog_publisher.editing.parts import PARTS, PartError, canonical_part
from openedx_catalog_publisher.editing.text import canonical_text
from openedx_catalog_publisher.ledger.canonical_json import timestamp
from openedx_catalog_publisher.models import UnitKind
from openedx_catalog_publisher.models.content_fields import HtmlField, PictureField
from openedx_catalog_publisher.publishing.capture import list_value
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Column, Part, ReferenceTarget, Unit

__all__ = ["FieldError", "canonical_content", "canonical_value", "default_content"]

FIRST_YEAR = 1000
"""MySQL stores no earlier time."""

LARGEST_NUMBERS = {"PositiveSmallIntegerField": 32_767, "PositiveIntegerField": 2_147_483_647}
"""What every database supported by Django stores in such a column, by type; SQLite itself knows no bounds."""


def canonical_content(kind: UnitKind, changes: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return input of content in canonical form, as it stands in snapshots.

    Arguments:
        kind: the kind of unit.
        changes: values by content name. References are given by code (uuid, language tag, currency code, seat type
            slug) or as the referenced row; times as aware datetimes or ISO 8601 strings with an offset; images by the
            name or the address of a stored one (``images.stored_image`` stores them beforehand); lists of
            references as lists of codes; ``seats`` as a list of objects; ``entitlement`` and ``restricted_run`` as an
            object or None.

    Raises:
        InvalidInput: naming every faulty field, and every name that is no content.
    """
    unit = UNITS[kind]
    content: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in changes.items():
        try:
            content[name] = _canonical(unit, name, value)
        except FieldError as error:
            errors[name] = error.messages
    if errors:
        raise InvalidInput(errors)
    return content


def default_content(kind: UnitKind) -> dict[str, Any]:
    """Return the content of a unit that nobody wrote yet: the models' defaults."""
    unit = UNITS[kind]
    content = {column.name: column.to_snapshot(_default(column)) for column in unit.columns}
    return content | {name: list_value(part, []) for name, (part, _) in unit.lists.items()}


def _default(column: Column) -> Any:
    value = column.field.get_default()
    return value if column.field.has_default() or not column.field.null else None


def _canonical(unit: Unit, name: str, value: Any) -> Any:
    if name in unit.lists:
        return _canonical_list(unit.lists[name][0], value)
    if name not in unit.columns_by_name:
        raise FieldError("This is not a field that can be written here.")
    return canonical_value(unit.columns_by_name[name], value)


def canonical_value(column: Column, value: Any) -> Any:
    """
    Return one column's input in canonical form.

    Raises:
        FieldError: when the column does not take it.
    """
    if column.reference is not None:
        return _code(column, column.reference, value)
    if isinstance(column.field, models.JSONField):
        return _json(column, value)
    if isinstance(value, str):
        value = clean_html(value) if isinstance(column.field, HtmlField) else canonical_text(value)
    if value in ("", None):
        return _empty(column)
    if isinstance(column.field, models.DateTimeField):
        return _time(value)
    if isinstance(column.field, models.BooleanField) and not isinstance(value, bool):
        raise FieldError("Give true or false.")
    if isinstance(column.field, models.IntegerField) and isinstance(value, bool | float):
        raise FieldError("Give a whole number.")
    if isinstance(column.field, models.CharField | models.TextField) and not isinstance(value, str):
        raise FieldError("Give text.")
    if isinstance(column.field, PictureField):
        return stored_name(column.field, value)
    if isinstance(column.field, models.DecimalField):
        value = _decimal(column.field, value)
    try:
        cleaned = column.field.clean(value, None)
    except ValidationError as error:
        raise FieldError(*error.messages) from error
    _check_storable(column, cleaned)
    return column.to_snapshot(cleaned)


def _check_storable(column: Column, value: Any) -> None:
    if isinstance(value, uuid.UUID) and value.variant != uuid.RFC_4122:
        raise FieldError("Give a UUID of RFC 9562; MariaDB stores no other.")
    largest = LARGEST_NUMBERS.get(column.field.get_internal_type())
    if largest is not None and value > largest:
        raise FieldError(f"Give a number of at most {largest}.")


def _empty(column: Column) -> Any:
    if column.field.null:
        return None
    if isinstance(column.field, models.CharField | models.TextField) and column.field.blank:
        return ""
    raise FieldError("This field cannot be empty.")


def _decimal(field: models.DecimalField[Any, Any], value: Any) -> Decimal:
    if isinstance(value, bool | float):
        raise FieldError('Give a decimal as text, for example "49.00".')
    try:
        number = Decimal(value)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise FieldError('Give a decimal, for example "49.00".') from error
    if not number.is_finite():
        raise FieldError("Give a finite number.")
    if number < 0:
        raise FieldError("A price is not below zero.")
    if number.adjusted() >= field.max_digits - field.decimal_places:
        raise FieldError(f"At most {field.max_digits - field.decimal_places} digits before the point.")
    places = Decimal(1).scaleb(-field.decimal_places)
    if number != number.quantize(places):
        raise FieldError(f"At most {field.decimal_places} decimal places.")
    return number.quantize(places)


def _time(value: Any) -> str:
    if isinstance(value, str):
        try:
            parsed = parse_datetime(value)
        except ValueError as error:
            raise FieldError("This is no date and time that exists.") from error
        if parsed is None:
            raise FieldError('Give a time in ISO 8601 with its offset, for example "2031-02-01T00:00:00Z".')
        value = parsed
    if not isinstance(value, datetime) or timezone.is_naive(value):
        raise FieldError('Give a time with its offset from UTC, for example "2031-02-01T00:00:00Z".')
    try:
        value = value.astimezone(UTC)
    except OverflowError as error:
        raise FieldError("This time is outside the years 1000 to 9999.") from error
    if value.year < FIRST_YEAR:
        raise FieldError("This time is outside the years 1000 to 9999.")
    return timestamp(value)


def _code(column: Column, target: ReferenceTarget, value: Any) -> str | None:
    if isinstance(value, models.Model):
        if not isinstance(value, target.model):
            raise FieldError(f"Give a {target.model._meta.verbose_name}.")
        value = getattr(value, target.code)
    if value in (None, ""):
        if column.field.null:
            return None
        raise FieldError("This field cannot be empty.")
    if target.code != "uuid":
        if not isinstance(value, str):
            raise FieldError(f"Give the {target.code} of a {target.model._meta.verbose_name}.")
        return value
    try:
        return str(value if isinstance(value, uuid.UUID) else uuid.UUID(str(value)))
    except ValueError as error:
        raise FieldError(f"Give the UUID of a {target.model._meta.verbose_name}.") from error


def _json(column: Column, value: Any) -> Any:
    if column.name in PARTS:
        try:
            return canonical_part(PARTS[column.name], value)
        except PartError as error:
            raise FieldError(*error.messages) from error
    if value is None:
        return []
    if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
        raise FieldError("Give a list of texts.")
    return [text for entry in value if (text := canonical_text(entry))]


def _canonical_list(part: Part, value: Any) -> Any:
    table = part.table
    if table.single:
        return None if value in (None, {}, "") else _canonical_row(part, value)
    if value is None:
        value = []
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
        raise FieldError("Give a list.")
    rows, messages = [], []
    for index, entry in enumerate(value):
        try:
            rows.append(_canonical_row(part, {table.plain: entry} if table.plain else entry))
        except FieldError as error:
            messages += [f"[{index}] {message}" for message in error.messages]
    keys = [tuple(row[name] for name in table.natural_key) for row in rows]
    messages += [
        f"{' / '.join(map(str, key))} stands more than once."
        for key in sorted({key for key in keys if keys.count(key) > 1})
    ]
    if messages:
        raise FieldError(*messages)
    return list_value(part, rows)


def _canonical_row(part: Part, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise FieldError(f"Give an object with {', '.join(part.by_name)}.")
    unknown = sorted(set(map(str, value)) - part.by_name.keys())
    if unknown:
        raise FieldError(*(f"{name}: not known; known are {', '.join(part.by_name)}." for name in unknown))
    row, messages = {}, []
    for name, column in part.by_name.items():
        try:
            given = value.get(name, column.field.get_default())
            row[name] = canonical_value(column, given)
        except FieldError as error:
            messages += error.messages if part.table.plain else [f"{name}: {message}" for message in error.messages]
    if messages:
        raise FieldError(*messages)
    return row
