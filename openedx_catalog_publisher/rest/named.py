"""Reference data as clients name it (a level by its name, a subject by its slug), as the codes that commands take."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import models

from openedx_catalog_publisher.editing.canonical import FieldError
from openedx_catalog_publisher.models import (
    CourseRunType,
    CourseType,
    LevelType,
    OrganizationProfile,
    ProgramType,
    Source,
    Subject,
)
from openedx_catalog_publisher.models.normalization import normalize_key

BY: Mapping[type[models.Model], str] = {
    CourseRunType: "slug",
    CourseType: "slug",
    LevelType: "name",
    OrganizationProfile: "key_normalized",
    ProgramType: "slug",
    Source: "slug",
    Subject: "slug",
}
"""The column that clients name each table by, beside its UUID."""

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


def _codes(model: type[models.Model], names: list[Any]) -> list[str]:
    if not all(isinstance(name, str) for name in names):
        raise FieldError("Give text.")
    uuids = {name: found for name in names if (found := uuid_or_none(name)) is not None}
    words = {name: _word(model, name) for name in names if name not in uuids}
    column = BY[model]
    known: dict[str, str] = {}
    if words:
        rows = model._default_manager.filter(**{f"{column}__in": set(words.values())})
        known = {word: str(code) for word, code in rows.values_list(column, "uuid")}
    unknown = sorted(name for name, word in words.items() if word not in known)
    if unknown:
        label = model._meta.verbose_name
        raise FieldError(*(f"There is no {label} {name}." for name in unknown))
    # What a UUID names is looked up by the command.
    return [str(uuids[name]) if name in uuids else known[words[name]] for name in names]


def _word(model: type[models.Model], name: str) -> str:
    return normalize_key(name) if model is OrganizationProfile else name


def uuid_or_none(text: str) -> uuid.UUID | None:
    """Return the UUID that a text is, None for any other text."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
