"""
Reviews as plain Python: where drafts stand, what waits and what is live after any sequence of acts.

Reviewed content is one value a unit here, and so is content that needs no review; the model knows no digests, and the
state machine compares it with the database after every step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

LEGAL, INTERNAL, REVIEWED = "review_by_legal", "review_by_internal", "reviewed"
PUBLISHED, UNPUBLISHED = "published", "unpublished"
STEPS = ("legal", "internal")
STATUS_OF = {"legal": LEGAL, "internal": INTERNAL}
ORDER = (LEGAL, INTERNAL, REVIEWED)

Content = tuple[str, int]
"""What is reviewed, and what is not."""


class Refused(Exception):
    """What a command answers with an error; its argument is the name of the error."""


@dataclass
class Review:
    """An open review: which steps are missing, and whether a run's submission opened it."""

    missing: list[str]
    by_run: bool = False

    @property
    def status(self) -> str:
        """Where the review is."""
        return STATUS_OF[self.missing[0]] if self.missing else REVIEWED


@dataclass(eq=False)
class Unit:
    """A course, or a run of one."""

    uuid: UUID
    draft: Content
    course: Unit | None = None
    runs: list[Unit] = field(default_factory=list)
    history: list[tuple[Content, str]] = field(default_factory=list)
    review: Review | None = None
    decided: dict[str, set[str]] = field(default_factory=dict)
    contributors: set[str] = field(default_factory=set)
    date: str | None = "future"

    @property
    def top(self) -> Unit:
        """The course."""
        return self.course or self

    @property
    def official(self) -> Content | None:
        """What is official."""
        return self.history[-1][0] if self.history else None

    @property
    def live(self) -> bool:
        """Whether it is published."""
        return bool(self.history) and self.history[-1][1] == PUBLISHED

    @property
    def status(self) -> str:
        """The draft's status."""
        if self.review is None:
            return PUBLISHED if self.live else UNPUBLISHED
        above = self.top.review
        return min((entry.status for entry in (self.review, above) if entry), key=ORDER.index)

    @property
    def due(self) -> str | None:
        """When its run goes live, in words."""
        return self.date if self.course and self.status == REVIEWED else None

    @property
    def moves(self) -> bool:
        """Whether publishing would change anything."""
        return not self.live or self.official != self.draft

    @property
    def missing(self) -> list[str]:
        """The steps that the draft needs and that are not decided."""
        if self.official is not None and self.official[0] == self.draft[0]:
            return []
        return [step for step in STEPS if step not in self.decided.get(self.draft[0], ())]

    def write(self, content: Content, who: str) -> bool:
        """Write the draft; tell whether something moved that needs review."""
        reviewed = content[0] != self.draft[0]
        self.draft = content
        if reviewed:
            self.contributors.add(who)
        return reviewed

    def record(self, content: Content, status: str) -> None:
        """Add a publication."""
        if status == PUBLISHED and content != self.official:
            self.contributors.clear()
        self.history.append((content, status))


@dataclass
class ReviewModel:
    """All units."""

    courses: list[Unit] = field(default_factory=list)

    @property
    def units(self) -> list[Unit]:
        """All units."""
        return [unit for course in self.courses for unit in (course, *course.runs)]

    # Drafts

    def edit(self, unit: Unit, content: Content, who: str) -> None:
        """Change a draft."""
        if unit.write(content, who):
            self._end(unit)

    def discard(self, unit: Unit, who: str) -> None:
        """Bring a draft back to what is official."""
        if unit.official is None:
            raise Refused("Conflict")
        reviewed = unit.write(unit.official, who)
        unit.review = None
        if reviewed:
            self._end(unit)

    def _end(self, unit: Unit) -> None:
        unit.review = None
        for run in unit.runs:
            run.review = None

    # Reviews

    def submit(self, unit: Unit) -> None:
        """Submit a course by itself, or a run."""
        if unit.review is not None:
            raise Refused("Conflict")
        if unit.course and unit.date is None:
            raise Refused("InvalidInput")
        if not unit.moves and not unit.top.moves:
            raise Refused("Conflict")
        if unit.course and unit.top.review is None and unit.top.moves:
            unit.top.review = Review(unit.top.missing, by_run=True)
        unit.review = Review(unit.missing)
        if unit.status == REVIEWED:
            self._go_live_where_due(unit.top)

    def at_step(self, unit: Unit, with_course: bool) -> tuple[str, list[Unit]]:
        """Return the step that a unit waits for, and what a decision on it decides."""
        status = unit.status
        if status == REVIEWED:
            raise Refused("Conflict")
        named = {unit, unit.top} if with_course else {unit}
        deciding = [entry for entry in named if entry.review and entry.review.status == status]
        step = next(step for step, at in STATUS_OF.items() if at == status)
        return step, deciding

    def decide(self, unit: Unit, who: str, *, with_course: bool) -> None:
        """Approve a step."""
        step, deciding = self.at_step(unit, with_course)
        if not deciding:
            raise Refused("InvalidInput")
        if any(who in entry.contributors for entry in deciding):
            raise Refused("NotPermitted")
        for entry in deciding:
            assert entry.review is not None
            entry.review.missing.remove(step)
            entry.decided.setdefault(entry.draft[0], set()).add(step)
        self._go_live_where_due(unit.top)

    def request_changes(self, unit: Unit, *, with_course: bool) -> None:
        """Send a draft back."""
        _, deciding = self.at_step(unit, with_course)
        if not deciding:
            raise Refused("InvalidInput")
        for entry in (unit, *deciding):
            self._end(entry)

    def withdraw(self, unit: Unit) -> None:
        """Take a draft back."""
        self._end(unit)
        above = unit.top.review
        if unit.course and above and above.by_run and not any(run.review for run in unit.top.runs):
            unit.top.review = None

    # Official sides

    def publish(self, units: Iterable[Unit], *, without_review: bool) -> None:
        """Publish drafts, with the courses that they need."""
        wanted = list({unit.uuid: unit for unit in self._with_parents(units)}.values())
        if not without_review and any(unit.missing for unit in wanted):
            raise Refused("Conflict")
        self._publish(wanted)

    def unpublish(self, unit: Unit) -> None:
        """Withdraw a unit from the catalog."""
        if not unit.live or unit.official is None:
            raise Refused("Conflict")
        unit.record(unit.official, UNPUBLISHED)
        self._end(unit)

    def publish_due(self) -> list[Unit]:
        """Let the runs go live whose date is over, and return them."""
        due = [unit for unit in self.units if unit.due == "past"]
        for run in due:
            self._go_live([run])
        return due

    def _go_live_where_due(self, course: Unit) -> None:
        due = [run for run in course.runs if run.due == "past"]
        if course.review and course.review.status == REVIEWED and not course.review.by_run and course.live:
            due.append(course)
        if due:
            self._go_live(due)

    def _go_live(self, units: list[Unit]) -> None:
        above = units[0].top.review
        approved = [units[0].top] if above and above.status == REVIEWED else []
        going = list({unit.uuid: unit for unit in self._with_parents([*approved, *units])}.values())
        assert not any(unit.missing for unit in going), "what is not approved would go live"
        self._publish(going)
        for unit in going:
            unit.review = None

    def _publish(self, units: Iterable[Unit]) -> None:
        for unit in units:
            if unit.moves:
                unit.record(unit.draft, PUBLISHED)
                unit.review = None

    def _with_parents(self, units: Iterable[Unit]) -> Iterator[Unit]:
        for unit in units:
            if unit.top.official is None:
                yield unit.top
            yield unit
