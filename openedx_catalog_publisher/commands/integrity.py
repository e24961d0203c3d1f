"""What a violated constraint means in words, whichever database says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models

from openedx_catalog_publisher.commands.errors import CatalogError, InvalidInput

APP_LABEL = "openedx_catalog_publisher"


def violation(error: IntegrityError) -> CatalogError | IntegrityError:
    """
    Return the error to answer with.

    MySQL and MariaDB name the constraint; SQLite names check constraints, and the columns of unique ones.

    Returns:
        ``InvalidInput`` naming the field, for a constraint of our tables; the error itself for any other, which is a
        fault.
    """
    text = " ".join(map(str, error.args))
    for model, constraint, fields in _constraints():
        table = model._meta.db_table
        columns = ", ".join(f"{table}.{model._meta.get_field(name).column}" for name in fields)  # type: ignore[union-attr]
        named = re.search(rf"\b{re.escape(constraint.name)}\b", text)
        if named or (isinstance(constraint, models.UniqueConstraint) and text.endswith(f"failed: {columns}")):
            field = next((name for name in fields if name in PUBLIC_NAMES), fields[0])
            return InvalidInput({PUBLIC_NAMES.get(field, field): [str(constraint.violation_error_message)]})
    for model in apps.get_app_config(APP_LABEL).get_models():
        for column in model._meta.concrete_fields:
            if column.unique and not column.primary_key and _names_unique_column(text, model, column):
                name = PUBLIC_NAMES.get(column.name, column.name)
                return InvalidInput({name: ["This value is taken."]})
    return error


PUBLIC_NAMES = {
    "key_normalized": "key",
    "url_slug_normalized": "url_slug",
    "value_normalized": "value",
    "external_key": "external_key",
    "end": "end",
    "max_effort": "max_effort",
    "price": "price",
}
"""The name under which people know a column that stands in a constraint."""


def _constraints() -> Iterator[tuple[type[models.Model], models.BaseConstraint, list[str]]]:
    for model in apps.get_app_config(APP_LABEL).get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                yield model, constraint, list(constraint.fields)
            elif isinstance(constraint, models.CheckConstraint):
                yield model, constraint, list(dict.fromkeys(_names_in(constraint.condition)))


def _names_in(condition: Any) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, models.Q):
            yield from _names_in(child)
        else:
            yield str(child[0]).split("__", maxsplit=1)[0]


def _names_unique_column(text: str, model: type[models.Model], column: models.Field) -> bool:  # type: ignore[type-arg]
    # MySQL and MariaDB name the index of a unique column after the column.
    quoted = rf"for key '(?:{re.escape(model._meta.db_table)}\.)?{re.escape(column.column or '')}'"
    return text.endswith(f"failed: {model._meta.db_table}.{column.column}") or bool(re.search(quoted, text))
