"""What a race is: two commands, what they start from, and what may come of them."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from openedx_catalog_publisher.api import CatalogError
from openedx_catalog_publisher.models import Course, CourseRun, Publication
from tests.races.catalog import Catalog, Item
from tests.races.stage import Command, Outcome

BOTH = "both accepted"


@dataclass
class Round:
    """
    One round of a race, on courses of its own.

    Attributes:
        number: counts the rounds of the pair from 0; pairs with several scenarios take them in turn by it.
        items: the round's courses.
        notes: what a pair remembers from the preparation for the check.
    """

    number: int
    items: list[Item]
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def item(self) -> Item:
        """The first of the round's courses."""
        return self.items[0]

    def scenario(self, count: int) -> int:
        """Return which of ``count`` scenarios this round plays. Rounds of one kind of schedule come in fives."""
        return (self.number + self.number // 5) % count


class Pair(ABC):
    """
    A race.

    Attributes:
        name: the two commands, as the table names them.
        courses: how many courses a round has.
        runs: how many runs each of them has.
    """

    name: ClassVar[str]
    courses: ClassVar[int] = 1
    runs: ClassVar[int] = 1

    def prepare(self, catalog: Catalog, rounds: Sequence[Round]) -> None:  # noqa: B027 - most need no more than courses
        """Bring the courses of these rounds to where the race starts."""

    @abstractmethod
    def commands(self, catalog: Catalog, race: Round) -> tuple[Command, Command]:
        """Return the two commands of a round."""

    @abstractmethod
    def check(self, race: Round, one: Outcome, two: Outcome) -> str:
        """
        Judge a round beyond what the audit says of it.

        Returns:
            The outcome in a few words, for the table.

        Raises:
            AssertionError: when the outcome may not be.
        """


def items_of(rounds: Sequence[Round]) -> list[Item]:
    """Return the courses of rounds."""
    return [item for race in rounds for item in race.items]


def both(one: Outcome, two: Outcome) -> str:
    """Check that both commands were accepted."""
    for outcome in (one, two):
        if outcome.error is not None:
            raise AssertionError("a command was refused that nothing stood against") from outcome.error
    return BOTH


def one_refused(one: Outcome, two: Outcome, kind: type[CatalogError], names: str | None = None) -> str:
    """Check that exactly one of two was accepted, and that the other was refused in this way, naming this field."""
    errors = [outcome.error for outcome in (one, two) if outcome.error is not None]
    assert len(errors) == 1, f"{len(errors)} were refused, not one: {errors}"
    return f"one refused: {refusal(errors[0], kind, names)}"


def second_refused(first: Outcome, second: Outcome, kind: type[CatalogError]) -> str:
    """Check that the first was accepted, and the second too or refused in this way."""
    assert first.error is None, repr(first.error)
    if second.error is None:
        return BOTH
    return f"{refusal(second.error, kind)}"


def refusal(error: BaseException | None, kind: type[CatalogError], names: str | None = None) -> str:
    """Check how a command was refused, and return the word for it."""
    assert isinstance(error, kind), repr(error)
    if names is not None:
        assert names in getattr(error, "fields", {}), repr(error)
    return type(error).__name__


def draft_course(course: uuid.UUID) -> Course:
    """Return a course's draft row."""
    found: Course = Course.drafts.get(uuid=course)
    return found


def draft_run(run: uuid.UUID) -> CourseRun:
    """Return a run's draft row."""
    found: CourseRun = CourseRun.drafts.get(uuid=run)
    return found


def publication_actions(unit: uuid.UUID) -> list[str]:
    """Return what was done to a unit's official side, in order."""
    return list(Publication.objects.filter(unit_uuid=unit).order_by("number").values_list("action", flat=True))
