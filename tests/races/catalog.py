"""What rounds play on: courses of their own, made and published many at a time."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openedx_catalog_publisher.api import CourseInput, RunInput, Selection, write_courses
from openedx_catalog_publisher.models import CourseRun, OrganizationProfile
from tests.factories import SYSTEM, course_type, make_organization, make_subject, publish_now, run_type, seat

_numbers = itertools.count(1)

UNITS_PER_BATCH = 400


@dataclass
class Item:
    """
    One course of a round.

    Attributes:
        course: its uuid.
        runs: uuids of its runs.
        number: its number.
        key: its key.
    """

    course: uuid.UUID
    runs: list[uuid.UUID]
    number: str
    key: str


@dataclass
class Catalog:
    """Makes courses, with something in the tables that matter and little enough to be quick."""

    organization: OrganizationProfile = field(default_factory=make_organization)

    def __post_init__(self) -> None:
        self.subjects = [make_subject(), make_subject()]
        self.course_type = str(course_type().uuid)
        self.run_type = str(run_type().uuid)

    def number(self) -> str:
        """Return a course number that no course has."""
        return f"R{next(_numbers)}"

    def course_changes(self, number: str, **changes: Any) -> dict[str, Any]:
        """Return content of a course."""
        return {
            "title": f"Course {number}",
            "url_slug": f"course-{number.lower()}",
            "type": self.course_type,
            "short_description": "Short.",
            "authoring_organizations": [self.organization],
            "subjects": [self.subjects[0]],
            "entitlement": {"mode": "verified", "price": "49.00", "currency": "USD"},
        } | changes

    def run_changes(self, **changes: Any) -> dict[str, Any]:
        """Return content of a run."""
        return {
            "type": self.run_type,
            "start": "2031-02-01T00:00:00Z",
            "end": "2031-12-31T00:00:00Z",
            "pacing_type": "self_paced",
            "weeks_to_complete": 6,
            "seats": [seat("audit", "0.00"), seat("verified", "49.00")],
        } | changes

    def make(self, count: int, *, runs: int = 1) -> list[Item]:
        """Make courses by the batch."""
        items: list[Item] = []
        for size in _batches(count, UNITS_PER_BATCH // (1 + runs)):
            items += self._make(size, runs)
        return items

    def _make(self, count: int, runs: int) -> list[Item]:
        numbers = [self.number() for _ in range(count)]
        key = self.organization.key
        inputs = [
            CourseInput(
                organization=key,
                number=number,
                changes=self.course_changes(number),
                runs=[
                    RunInput(key=f"course-v1:{key}+{number}+run{index}", changes=self.run_changes())
                    for index in range(runs)
                ],
            )
            for number in numbers
        ]
        outcomes = write_courses(SYSTEM, inputs)
        refused = [outcome for outcome in outcomes if outcome.refused]
        if refused:
            raise AssertionError(refused)
        by_course: dict[uuid.UUID, list[uuid.UUID]] = {}
        uuids = [outcome.course for outcome in outcomes]
        for course, run in (
            CourseRun.drafts.filter(course__uuid__in=uuids).order_by("pk").values_list("course__uuid", "uuid")
        ):
            by_course.setdefault(course, []).append(run)
        return [
            Item(course=course, runs=by_course.get(course, []), number=number, key=outcome.key)
            for number, outcome in zip(numbers, outcomes, strict=True)
            if (course := outcome.course)
        ]

    def edit(
        self,
        items: Sequence[Item],
        changes: Mapping[str, Any] | None = None,
        run_changes: Mapping[str, Any] | None = None,
    ) -> None:
        """Change courses, and their runs where ``run_changes`` are given, by the batch."""
        for part in _parts(items):
            outcomes = write_courses(
                SYSTEM,
                [
                    CourseInput(
                        organization=self.organization.key,
                        number=item.number,
                        changes=changes or {},
                        runs=[
                            RunInput(key=key, changes=run_changes)
                            for key in CourseRun.drafts.filter(uuid__in=item.runs).values_list("key", flat=True)
                        ]
                        if run_changes
                        else (),
                    )
                    for item in part
                ],
            )
            if any(outcome.refused for outcome in outcomes):
                raise AssertionError(outcomes)

    def publish(self, items: Sequence[Item]) -> None:
        """Publish courses with all their runs, by the batch."""
        for part in _parts(items):
            publish_now(Selection.of((item.course for item in part), all_runs=True))


def _batches(count: int, size: int) -> list[int]:
    return [min(size, count - start) for start in range(0, count, size)]


def _parts(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[start : start + 100] for start in range(0, len(items), 100)]
