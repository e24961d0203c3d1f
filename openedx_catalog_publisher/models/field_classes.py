"""
What each column of a unit is to publishing.

Every field of every table of a unit is in exactly one class; ``tests/models/test_field_classes.py`` fails when one is
in none or in two.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


class Review(enum.Enum):
    """How a change of a content field stands to the review."""

    REVIEWED = "reviewed"
    """Goes live only with the approvals that the policy asks for."""

    EXEMPT = "exempt"
    """Goes live without review."""

    OWNED = "owned"
    """Belongs to an outside system (Studio); goes live without review. Editors write it until Studio is connected."""


class FieldClass(enum.Enum):
    """The five classes of columns."""

    IDENTITY = "identity"
    CONTENT = "content"
    STATE = "state"
    MEASURED = "measured"
    BOOKKEEPING = "bookkeeping"


@dataclass(frozen=True, kw_only=True)
class FieldClasses:
    """
    The class of each column of one table.

    Attributes:
        identity: never changes.
        reviewed: content that needs review.
        exempt: content that needs none.
        owned: content that an outside system owns.
        state: workflow; written by commands, logged, never in a snapshot.
        measured: written to both sides by machines; no revision, no review.
        bookkeeping: ids, timestamps, revision, pointers, and on tables of a root's parts the owner, kind and position.
    """

    identity: tuple[str, ...] = ()
    reviewed: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    bookkeeping: tuple[str, ...] = ()

    @property
    def content(self) -> Mapping[str, Review]:
        """Content fields by name, each with its stand to the review, in the order of declaration."""
        return (
            dict.fromkeys(self.reviewed, Review.REVIEWED)
            | dict.fromkeys(self.exempt, Review.EXEMPT)
            | dict.fromkeys(self.owned, Review.OWNED)
        )

    def __iter__(self) -> Iterator[tuple[str, FieldClass]]:
        """Yield each declared field name with its class; a field declared twice is yielded twice."""
        for name in self.identity:
            yield name, FieldClass.IDENTITY
        for name in (*self.reviewed, *self.exempt, *self.owned):
            yield name, FieldClass.CONTENT
        for name in self.state:
            yield name, FieldClass.STATE
        for name in self.measured:
            yield name, FieldClass.MEASURED
        for name in self.bookkeeping:
            yield name, FieldClass.BOOKKEEPING


@dataclass(frozen=True, kw_only=True)
class ListField:
    """
    One named list of parts of a unit, for example the ``sponsoring_organizations`` of a course.

    Attributes:
        review: how a change of the list stands to the review.
        kind: the value of the table's kind column for this list; None where a table holds one list only.
    """

    review: Review
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class PartTable:
    """
    How the rows of one part table make up named content of their owner.

    Attributes:
        owner: name of the foreign key to the root row.
        lists: the named content that the table holds, one entry per kind.
        natural_key: fields that tell the rows of one list apart; part rows have no counterpart pointer, so the two
            sides are compared by these. Empty where an owner has at most one row.
        ordered: whether the order of the rows, kept in ``position``, is content.
        plain: name of the only content field, where the content is a list of its values and not of objects.
    """

    owner: str
    lists: Mapping[str, ListField]
    natural_key: tuple[str, ...] = ()
    ordered: bool = False
    plain: str | None = None
    classes: FieldClasses = field(default_factory=FieldClasses)

    @property
    def single(self) -> bool:
        """Whether an owner has at most one row."""
        return not self.natural_key
