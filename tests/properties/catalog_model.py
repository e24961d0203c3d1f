"""
The catalog as plain Python: what drafts, official sides and history ought to be after any sequence of commands.

It knows nothing of tables, snapshots or digests; the state machine compares it with the database after every step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Content = dict[str, Any]

PUBLISHED, UNPUBLISHED = "published", "unpublished"
SHOWN_IN_STUDIO = "title_override"


class Refused(Exception):
    """What the command answers with a conflict or with invalid input."""


@dataclass
class Record:
    """One publication: the content and status that were official afterwards; no content after a removal."""

    content: Content | None
    status: str
    release: UUID


@dataclass
class Unit:
    """One unit: its draft, its publications, and how often it was written."""

    uuid: UUID
    draft: Content
    course: Unit | None = None
    status: str = UNPUBLISHED
    revision: int = 1
    entries: int = 1
    events: int = 0
    history: list[Record] = field(default_factory=list)
    runs: list[Unit] = field(default_factory=list)
    canonical: Unit | None = None

    @property
    def official(self) -> Content | None:
        """What is official; None where nothing is."""
        return self.history[-1].content if self.history else None

    @property
    def official_status(self) -> str | None:
        """The official status; None where nothing is official."""
        return self.history[-1].status if self.official is not None else None

    def write(self, content: Content) -> set[str]:
        """Lay content over the draft; equal content is no write."""
        moved = {name for name, value in content.items() if self.draft[name] != value}
        if moved:
            self.draft = self.draft | content
            self.revision += 1
            self.entries += 1
            self.events += SHOWN_IN_STUDIO in moved
        return moved

    def record(self, content: Content | None, status: str, release: UUID) -> None:
        """Add a publication."""
        self.history.append(Record(content, status, release))
        self.status = PUBLISHED if content is not None and status == PUBLISHED else UNPUBLISHED
        self.revision += 1
        self.entries += 1
        self.events += 1


@dataclass
class CatalogModel:
    """All units, and which course has which slug."""

    courses: list[Unit] = field(default_factory=list)
    slugs: dict[str, tuple[UUID, bool]] = field(default_factory=dict)

    @property
    def units(self) -> list[Unit]:
        """All units, courses first."""
        return [*self.courses, *(run for course in self.courses for run in course.runs)]

    # Drafts

    def add_course(self, unit: UUID, content: Content) -> Unit:
        """Create a course."""
        course = Unit(unit, content)
        self.courses.append(course)
        self.slugs[content["url_slug"]] = (unit, False)
        return course

    def add_run(self, course: Unit, unit: UUID, content: Content) -> None:
        """Create a run; the first becomes the canonical one."""
        run = Unit(unit, content, course=course, events=1)
        course.runs.append(run)
        course.canonical = course.canonical or run

    def edit(self, unit: Unit, content: Content) -> set[str]:
        """Edit, restore or discard: they differ in where the content comes from only."""
        slug = content.get("url_slug", unit.draft.get("url_slug"))
        if slug and self.slugs.get(slug, (unit.uuid, False))[0] != unit.uuid:
            raise Refused
        left = unit.draft.get("url_slug")
        moved = unit.write(content)
        if "url_slug" in moved:
            if left and not self.slugs[left][1]:
                del self.slugs[left]
            if slug:
                self.slugs.setdefault(slug, (unit.uuid, False))
        return moved

    def delete(self, unit: Unit) -> None:
        """Delete a draft that was never published."""
        if any(going.history for going in (unit, *unit.runs)):
            raise Refused
        if unit.course is None:
            self.courses.remove(unit)
            self.slugs = {slug: owner for slug, owner in self.slugs.items() if owner[0] != unit.uuid}
            return
        unit.course.runs.remove(unit)
        if unit.course.canonical is unit:
            unit.course.canonical = None

    # Official sides

    def selected(self, units: Iterable[Unit]) -> list[Unit]:
        """Return the units with the courses that they need: a run is official under an official course only."""
        units = list(units)
        needed = [unit.course for unit in units if unit.course and unit.course.official is None]
        return list({unit.uuid: unit for unit in (*needed, *units)}.values())

    def would_move(self, units: Iterable[Unit]) -> list[Unit]:
        """Return the units that publishing would change."""
        return [unit for unit in units if unit.official != unit.draft or unit.official_status != PUBLISHED]

    def publish(self, units: Iterable[Unit], release: UUID) -> None:
        """Publish units that move."""
        for unit in units:
            unit.record(dict(unit.draft), PUBLISHED, release)
            if slug := unit.draft.get("url_slug"):
                self.slugs[slug] = (unit.uuid, True)

    def unpublish(self, units: Iterable[Unit], release: UUID) -> None:
        """Withdraw units."""
        for unit in units:
            unit.record(unit.official, UNPUBLISHED, release)

    def going_with(self, unit: Unit) -> list[Unit]:
        """Return what is removed with a unit: itself, and the official runs of a course."""
        return [going for going in (unit, *unit.runs) if going.official is not None]

    def remove(self, units: Iterable[Unit], release: UUID) -> None:
        """Take official rows away."""
        for unit in units:
            unit.record(None, "", release)

    def undo(self, release: UUID) -> list[tuple[Unit, Content, str]]:
        """Return what undoing a release brings back, unit by unit."""
        touched = [unit for unit in self.units if any(record.release == release for record in unit.history)]
        if any(unit.history[-1].release != release for unit in touched):
            raise Refused
        wanted = []
        for unit in touched:
            previous = unit.history[-2] if len(unit.history) > 1 else None
            if previous is not None and previous.content is not None:
                wanted.append((unit, previous.content, previous.status))
            elif unit.official is not None:
                wanted.append((unit, unit.official, UNPUBLISHED))
        coming = {unit.uuid for unit, _, _ in wanted}
        for unit, _, _ in wanted:
            if (
                unit.course
                and unit.official is None
                and unit.course.official is None
                and unit.course.uuid not in coming
            ):
                raise Refused
        return [
            (unit, content, status)
            for unit, content, status in wanted
            if (unit.official, unit.official_status) != (content, status)
        ]
