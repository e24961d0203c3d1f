"""Hypothesis strategies for the content of units, derived from the tables, so that no column is left out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import models
from hypothesis import strategies as st

from openedx_catalog_publisher.editing.html import clean_html
from openedx_catalog_publisher.editing.image_names import DIGEST_BYTES
from openedx_catalog_publisher.ledger.canonical_json import timestamp
from openedx_catalog_publisher.models import UnitKind
from openedx_catalog_publisher.models.content_fields import HtmlField, PictureField
from openedx_catalog_publisher.publishing.capture import list_value
from openedx_catalog_publisher.publishing.unit_tables import UNITS, Column, Part
from tests.editing.markup import markup

Pool = Mapping[str, Sequence[str]]
"""Codes that exist, by name of their table."""

AWKWARD_TEXTS = [
    "🧪📚👩🏽‍🔬",
    "مرحبا بالعالم",
    "\u202b\u05e2\u05d1\u05e8\u05d9\u05ea\u202c mixed",
    "trailing blanks   ",
    "\ttabs and\r\nlines\n",
    "e\u0301 é",
    "\uff26\uff35\uff2c\uff2c \u0130\u0131\u017f\u00df",
    "O'Reilly; DROP TABLE \\' \" % _ ` --",
    "\x00\x01\x7f\ufeff",
    "<p>&amp; “quotes”</p>",
    "null",
]


def texts(longest: int) -> st.SearchStrategy[str]:
    """Texts of any characters that can be encoded, up to a length."""
    free = st.text(st.characters(exclude_categories=["Cs"]), max_size=min(longest, 40))
    awkward = st.sampled_from([text[:longest] for text in AWKWARD_TEXTS])
    return st.one_of(free, awkward, st.sampled_from(["x" * longest, "界" * longest]))


def moments() -> st.SearchStrategy[str]:
    """Times in canonical form, to the microsecond."""
    return st.datetimes(
        min_value=datetime(1000, 1, 1),  # noqa: DTZ001 - Hypothesis takes naive bounds
        max_value=datetime(9999, 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ).map(timestamp)


def json_values() -> st.SearchStrategy[Any]:
    """Objects as JSON columns hold them: texts, whole numbers, truth values and lists of them; coordinates as text."""
    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(-(2**40), 2**40), texts(80), st.just("-122.41941550001"), st.just("0.10")
    )
    keys = st.sampled_from(["src", "description", "lat", "lng", "zeta", "alpha", "Ünïcode", "10", "9"])
    return st.dictionaries(keys, scalars | st.lists(scalars, max_size=3), min_size=1, max_size=5)


def column_values(column: Column, pool: Pool) -> st.SearchStrategy[Any]:
    """Values of one column in canonical form, as they stand in a snapshot."""
    values = _values(column, pool)
    return st.none() | values if column.field.null else values


def _values(column: Column, pool: Pool) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one line for each kind of column
    field = column.field
    if column.reference is not None:
        return st.sampled_from(list(pool[column.reference.name]))
    if isinstance(field, models.JSONField):
        return json_values() if field.null else st.lists(texts(60), max_size=4)
    if isinstance(field, models.BooleanField):
        return st.booleans()
    if isinstance(field, models.DateTimeField):
        return moments()
    if isinstance(field, models.DecimalField):
        return st.integers(0, 10**field.max_digits - 1).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
    if isinstance(field, models.UUIDField):
        # MariaDB's own type takes only UUIDs of a known variant and version.
        return st.uuids(version=4).map(str)
    if isinstance(field, models.IntegerField):
        return st.integers(0, 32_767)
    if field.choices:
        return st.sampled_from([value for value, _ in field.flatchoices])
    if isinstance(field, HtmlField):
        return (texts(20_000) | markup).map(clean_html).filter(bool)
    if isinstance(field, PictureField):
        digests = st.binary(min_size=DIGEST_BYTES, max_size=DIGEST_BYTES).map(bytes.hex)
        return st.builds(f"{field.upload_to}/{{}}.{{}}".format, digests, st.sampled_from(["gif", "jpg", "png", "webp"]))
    found = texts(field.max_length or 20_000)
    # Nothing is null where a column can hold null; so says the canonical form of input.
    return found.filter(bool) if field.null else found


def list_values(part: Part, pool: Pool) -> st.SearchStrategy[Any]:
    """Values of one list of parts, in canonical form."""
    columns = {
        name: st.sampled_from(["", "ASU", "asu", "Ünï"]) if name == "credit_provider" else column_values(column, pool)
        for name, column in part.by_name.items()
    }
    rows = st.fixed_dictionaries(columns)
    if part.table.single:
        return st.none() | rows
    natural_key = part.table.natural_key
    lists = st.lists(rows, max_size=4, unique_by=lambda row: tuple(row[name] for name in natural_key))
    return lists.map(lambda found: list_value(part, found))


def contents(kind: UnitKind, pool: Pool) -> st.SearchStrategy[dict[str, Any]]:
    """Whole contents of one kind of unit."""
    unit = UNITS[kind]
    columns = {column.name: column_values(column, pool) for column in unit.columns}
    lists = {name: list_values(part, pool) for name, (part, _) in unit.lists.items()}
    return st.fixed_dictionaries(columns | lists).map(_in_order)


PAIRS = (("start", "end"), ("min_effort", "max_effort"))
"""Columns of a run that a constraint orders."""


def _in_order(content: dict[str, Any]) -> dict[str, Any]:
    for low, high in PAIRS:
        if low in content and None not in (content[low], content[high]) and content[low] > content[high]:
            content[low], content[high] = content[high], content[low]
    return content


def shuffled(value: Any, seed: uuid.UUID) -> Any:
    """Return equal JSON data whose objects have their keys in another order."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: uuid.uuid5(seed, str(key)))
        return {key: shuffled(value[key], seed) for key in keys}
    if isinstance(value, list):
        return [shuffled(entry, seed) for entry in value]
    return json.loads(json.dumps(value))
