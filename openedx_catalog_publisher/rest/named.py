"""Reference data as clients name it (a level by its name, a subject by its slug), as the codes that commands take."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from openedx_catalog_publisher.editing.canonical import FieldError
from openedx_catalog_publisher.editing.text import canonical_text
from openedx_catalog_publisher.models import (
    CourseRunType,
    CourseType,
    LanguageTag,
    LevelType,
    OrganizationProfile,
    ProgramType,
    Reference,
    Source,
    Subject,
)
from openedx_catalog_publisher.models.normalization import normalize_key

BY: Mapping[type[models.Model], str] = {
    CourseRunType: "slug",
    CourseType: "slug",
    LanguageTag: "code",
    LevelType: "name",
    OrganizationProfile: "key_normalized",
    ProgramType: "slug",
    Source: "slug",
    Subject: "slug",
}
"""The column that clients name each table by, beside its UUID where it has one."""

Translation = Callable[[Any], Any]


def one(model: type[models.Model]) -> Translation:
    """Return what turns the name of one row into its code; null and '' name none."""

    def translate(value: Any) -> str | None:
        if value in (None, ""):
            return None
        return _codes(model, [value])[0]

    return translate


def several(model: type[models.Model]) -> Translation:
    """Return what turns a list of names into codes, in order."""

    def translate(value: Any) -> list[str]:
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise FieldError("Give a list.")
        return _codes(model, list(value))

    return translate


def rows_named(model: type[models.Model], names: list[Any]) -> list[Any]:
    """
    Return the rows that UUIDs or names name, each once, in order, in one statement.

    Raises:
        FieldError: for what is no text, and for what names nothing.
    """
    _check_texts(names)
    column = BY[model]
    wanted = {name: uuid_or_none(name) or _word(model, name) for name in names}
    words = [found for found in wanted.values() if isinstance(found, str)]
    condition = Q(**{f"{column}__in": words})
    if issubclass(model, Reference):
        condition |= Q(uuid__in=[found for found in wanted.values() if isinstance(found, uuid.UUID)])
    rows: list[Any] = list(model._default_manager.filter(condition)) if wanted else []
    known = {getattr(row, column): row for row in rows} | {getattr(row, "uuid", None): row for row in rows}
    _check_known(model, [name for name, found in wanted.items() if found not in known])
    return list(dict.fromkeys(known[found] for found in wanted.values()))


def _codes(model: type[models.Model], names: list[Any]) -> list[str]:
    _check_texts(names)
    uuids = {name: found for name in names if (found := uuid_or_none(name)) is not None}
    words = {name: _word(model, name) for name in names if name not in uuids}
    column = BY[model]
    known: dict[str, str] = {}
    if words:
        rows = model._default_manager.filter(**{f"{column}__in": set(words.values())})
        known = {word: str(code) for word, code in rows.values_list(column, "uuid")}
    _check_known(model, [name for name, word in words.items() if word not in known])
    # What a UUID names is looked up by the command.
    return [str(uuids[name]) if name in uuids else known[words[name]] for name in names]


def _check_texts(names: list[Any]) -> None:
    if not all(isinstance(name, str) for name in names):
        raise FieldError("Give text.")
    for name in names:
        # No database can be asked for what cannot be encoded.
        canonical_text(name)


def _check_known(model: type[models.Model], unknown: list[str]) -> None:
    if unknown:
        raise FieldError(*(f"There is no {model._meta.verbose_name} {name}." for name in sorted(unknown)))


def _word(model: type[models.Model], name: str) -> str:
    return normalize_key(name) if model is OrganizationProfile else name


def uuid_or_none(text: str) -> uuid.UUID | None:
    """Return the UUID that a text is, None for any other text."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
