"""
What an adapter says of each row of its file, in words that no format owns.

``fields`` holds draft content under the names of Course Discovery's API with plain values: references by what the
format's ``Naming`` says, prices as ``Decimal`` or text. A field that the source does not state is absent, which is not
the same as empty: an import leaves it as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypedDict
from uuid import UUID


class UnreadableFileError(Exception):
    """The file as a whole is not of its format, so that not one row can be read."""


@dataclass(frozen=True, slots=True)
class Naming:
    """
    How the records of a format name reference data.

    Attributes:
        codes: by name of the table, the column whose values they name, where it is not the usual one; a uuid names any
            row, too.
        makes: whether naming something is enough to make it; otherwise the file describes it, or it is there.
    """

    codes: Mapping[str, str]
    makes: bool


class SeatFields(TypedDict):
    """One seat of a run: slug of its seat type, price and ISO 4217 code."""

    type: str
    price: Decimal
    currency: str


class EntitlementFields(TypedDict):
    """The entitlement of a course: slug of the seat type that it buys, price and ISO 4217 code."""

    mode: str
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image in a file, which the adapter found where images of its file may be."""

    path: Path


@dataclass(frozen=True, slots=True)
class ImageData:
    """An image as a data URI."""

    uri: str


@dataclass(frozen=True, slots=True)
class OfficialRecord:
    """What a source says is official: ``published`` or ``unpublished``, and content beside what the draft has."""

    status: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """
    A course run as its source describes it.

    ``fields`` may hold, as commands take it: ``type``, ``pacing_type``, ``min_effort`` and ``max_effort`` (hours a
    week), ``weeks_to_complete``, ``language`` (tag), ``transcript_languages`` (tags), ``seats`` (list of
    ``SeatFields``; the whole list, so a seat that is not in it is gone), and all other content and state. ``uuid`` and
    ``official`` are None where the source does not state them.
    """

    key: str
    fields: Mapping[str, object]
    uuid: UUID | None = None
    official: OfficialRecord | None = None


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """
    A course as its source describes it, with its runs.

    ``line`` is the line of the file on which its row begins, counted from 1. ``fields`` may hold, as commands take it:
    ``title``, ``short_description``, ``full_description``, ``level_type``, ``subjects`` (the primary one first),
    ``type``, ``url_slug``, ``product_source``, ``entitlement`` (``EntitlementFields``), and all other content and
    state. A source that knows one owner only gives its ``organization_name``; others give ``authoring_organizations``.
    ``mended`` names the rules by which the adapter read cells that were not where the format has them. What else there
    is, is as ``CourseInput`` has it.
    """

    line: int
    organization_key: str
    organization_name: str | None
    number: str
    fields: Mapping[str, object]
    runs: tuple[RunRecord, ...]
    mended: tuple[str, ...] = ()
    uuid: UUID | None = None
    official: OfficialRecord | None = None
    canonical_run: str | None = None
    former_slugs: tuple[str, ...] = ()
    redirects: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The course key, organization and number."""
        return f"{self.organization_key}+{self.number}"


@dataclass(frozen=True, slots=True)
class ReferenceRecord:
    """
    Reference data as its source describes it.

    ``kind`` is one of the kinds of ``reference_kinds``, and ``fields`` are those of its kind.
    """

    line: int
    kind: str
    uuid: UUID | None = None
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A row that says again what an earlier row, the one on line ``into``, says, for one more subject."""

    line: int
    into: int


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that gives nothing; ``field`` is the column in the file's own words, None for the row as a whole."""

    line: int
    field: str | None
    reason: str


RowOutcome = CourseRecord | ReferenceRecord | MergedRow | RefusedRow
