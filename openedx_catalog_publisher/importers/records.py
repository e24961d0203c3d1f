"""
What an adapter says of each row of its file, in words that no format owns.

``fields`` holds draft content under the names of Course Discovery's API with plain values: references by name, slug or
code, prices as ``Decimal``. A field that the source does not state is absent, which is not the same as empty: an import
leaves it as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict


class UnreadableFileError(Exception):
    """The file as a whole is not of its format, so that not one row can be read."""


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
class RunRecord:
    """
    A course run as its source describes it.

    ``fields`` may hold: ``type`` (slug), ``pacing_type``, ``min_effort`` and ``max_effort`` (hours a week),
    ``weeks_to_complete``, ``language`` (tag), ``transcript_languages`` (tags), ``seats`` (list of ``SeatFields``; the
    whole list, so a seat that is not in it is gone).
    """

    key: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """
    A course as its source describes it, with its runs.

    ``line`` is the line of the file on which its row begins, counted from 1. ``fields`` holds ``title`` and may hold:
    ``short_description``, ``full_description``, ``level_type`` (name), ``subjects`` (names, the primary one first),
    ``type`` (slug), ``url_slug``, ``product_source`` (slug), ``entitlement`` (``EntitlementFields``). ``mended`` names
    the rules by which the adapter read cells that were not where the format has them.
    """

    line: int
    organization_key: str
    organization_name: str
    number: str
    fields: Mapping[str, object]
    runs: tuple[RunRecord, ...]
    mended: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The course key, organization and number."""
        return f"{self.organization_key}+{self.number}"

    @property
    def title(self) -> str:
        """The title as people read it in a report."""
        return str(self.fields["title"])


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A row that says again what an earlier row, the one on line ``into``, says, for one more subject."""

    line: int
    into: int


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that gives no course; ``field`` is the column in the file's own words, None for the row as a whole."""

    line: int
    field: str | None
    reason: str


RowOutcome = CourseRecord | MergedRow | RefusedRow
