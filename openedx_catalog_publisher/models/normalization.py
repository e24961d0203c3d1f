"""Keys that compare alike on every database: a normalised copy in a binary collation."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

BINARY_COLLATIONS = {"mysql": "utf8mb4_bin", "sqlite": "BINARY"}


def normalize_key(key: str) -> str:
    """
    Return the form under which a key, slug or code is compared.

    Case and Unicode composition make no difference to a key: ``MITx+6.00`` and ``mitx+6.00`` are one key. Databases
    disagree on that (MySQL's default collation ignores case and trailing blanks, SQLite ignores neither), so keys are
    compared through this copy.

    Arguments:
        key: the key as people write it.

    Returns:
        The key in Unicode form NFC, without surrounding white space, case folded.
    """
    composed = unicodedata.normalize("NFC", key.strip())
    return unicodedata.normalize("NFC", composed.casefold())


class BinaryCharField(models.CharField):  # type: ignore[type-arg]
    """A ``CharField`` that every supported database compares code point by code point."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Return the column's parameters with the binary collation of this database."""
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        parameters["collation"] = BINARY_COLLATIONS.get(connection.vendor)
        return parameters


class BinarySlugField(BinaryCharField, models.SlugField):  # type: ignore[type-arg]
    """A ``SlugField`` that every supported database compares code point by code point."""
