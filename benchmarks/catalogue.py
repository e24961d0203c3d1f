"""The rows that the benchmarks work on: reference data, and input of courses with runs, invented from a fixed seed."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from organizations.models import Organization

from openedx_catalog_publisher.api import (
    Actor,
    CourseInput,
    Published,
    RunInput,
    Selection,
    publish,
    write_courses,
)
from openedx_catalog_publisher.editing.bulk import MAX_UNITS
from openedx_catalog_publisher.models import (
    ALL_ORGANIZATIONS,
    CatalogRole,
    CatalogRoleAssignment,
    Collaborator,
    CourseRunType,
    CourseType,
    LevelType,
    OrganizationProfile,
    Person,
    RoleName,
    Subject,
    Topic,
    WriteSource,
)

WORDS = (
    *("data", "model", "proof", "lecture", "week", "learner", "method", "practice", "project", "question", "answer"),
    *("theory", "example", "reading", "exercise", "quiz", "forum", "certificate", "instructor", "schedule", "syllabus"),
    *("Überblick", "données", "数据", "estadística", "анализ", "μέθοδος", "📊"),
)


TEXTS = {"full_description": 3000, "syllabus_raw": 1500, "outcome": 1000, "faq": 1000, "short_description": 500}
"""Characters of each text; a course has 7,000."""

ORGANIZATIONS = 20
CHOICES = 50


class Catalogue:
    """
    Reference data, and a source of courses that nobody wrote yet.

    Attributes:
        admin: a catalog administrator who is neither staff nor superuser, so that rights are asked for by statements.
        runs_per_course: runs that each course gets.
    """

    def __init__(self, runs_per_course: int) -> None:
        self.runs_per_course = runs_per_course
        self.admin = Actor.of(_make_admin(), WriteSource.NATIVE)
        self.system = Actor.system("benchmarks")
        self._random = random.Random(7)  # noqa: S311 - the same catalogue on each run, no secret
        self._numbers = itertools.count(1)
        self.organizations = [_make_organization(number) for number in range(ORGANIZATIONS)]
        self.subjects = [Subject.objects.create(name=f"Subject {n}", slug=f"subject-{n}") for n in range(CHOICES)]
        self.topics = [Topic.objects.create(name=f"Topic {n}", slug=f"topic-{n}") for n in range(CHOICES)]
        self.people = [self._make_person(number) for number in range(CHOICES)]
        self.collaborators = [
            Collaborator.objects.create(name=f"Collaborator {n}", image=picture("collaborators", n))
            for n in range(CHOICES)
        ]
        self.levels = [LevelType.objects.get_or_create(name=name)[0] for name in ("Introductory", "Advanced")]
        self._course_type = str(CourseType.objects.get(slug="verified-audit").uuid)
        self._run_type = str(CourseRunType.objects.get(slug="verified-audit").uuid)

    @property
    def units_per_course(self) -> int:
        """A course and its runs."""
        return 1 + self.runs_per_course

    @property
    def courses_per_batch(self) -> int:
        """How many courses with their runs fit into one batch."""
        return max(1, MAX_UNITS // self.units_per_course)

    def text(self, characters: int) -> str:
        """Return invented prose of exactly this length."""
        words: list[str] = []
        length = 0
        while length <= characters:
            words.append(self._random.choice(WORDS))
            length += len(words[-1]) + 1
        return " ".join(words)[: characters - 1].strip().ljust(characters, ".")

    def course_changes(self) -> dict[str, Any]:
        """Return content of a course with something in every table."""
        owner, sponsor = self._random.sample(self.organizations, 2)
        number = next(self._numbers)
        return {
            "title": f"{self.text(40)} {number}",
            "url_slug": f"course-{number}",
            "type": self._course_type,
            "level_type": self._random.choice(self.levels),
            "authoring_organizations": [owner],
            "sponsoring_organizations": [sponsor],
            "subjects": self._random.sample(self.subjects, 2),
            "topics": self._random.sample(self.topics, 2),
            "collaborators": [self._random.choice(self.collaborators)],
            "entitlement": {"mode": "verified", "price": "49.00", "currency": "USD"},
            "card_image_url": f"https://images.example.org/course-{number}.png",
            **{name: self.text(characters) for name, characters in TEXTS.items()},
        }

    def run_changes(self) -> dict[str, Any]:
        """Return content of a run with something in every table."""
        return {
            "type": self._run_type,
            "start": "2031-02-01T00:00:00Z",
            "end": "2031-12-31T00:00:00Z",
            "pacing_type": "self_paced",
            "language": "en-us",
            "transcript_languages": ["en-us", "ar"],
            "video_translation_languages": ["de"],
            "min_effort": 1,
            "max_effort": 4,
            "weeks_to_complete": 6,
            "staff": self._random.sample(self.people, 2),
            "seats": [
                {"type": "audit", "price": "0.00", "currency": "USD"},
                {"type": "verified", "price": "49.00", "currency": "USD"},
            ],
            "restricted_run": {"restriction_type": "custom-b2c"},
        }

    def number(self) -> str:
        """Return a course number that no course has."""
        return f"B{next(self._numbers)}"

    def course_inputs(self, courses: int) -> list[CourseInput]:
        """Return input of courses with runs that are not stored yet."""
        return [self._course_input() for _ in range(courses)]

    def _make_person(self, number: int) -> Person:
        return Person.objects.create(
            given_name=f"Given {number}",
            family_name="Example",
            slug=f"person-{number}",
            bio=self.text(200),
            profile_image=picture("people", number),
            position_title="Professor",
            position_organization=self.organizations[number % ORGANIZATIONS],
        )

    def _course_input(self) -> CourseInput:
        changes, number = self.course_changes(), self.number()
        key = changes["authoring_organizations"][0].key
        runs = [
            RunInput(key=f"course-v1:{key}+{number}+run{index}", changes=self.run_changes())
            for index in range(self.runs_per_course)
        ]
        return CourseInput(organization=key, number=number, changes=changes, runs=runs)

    def make_drafts(self, courses: int) -> list[uuid.UUID]:
        """Write drafts of courses with runs, and return the courses' uuids."""
        made: list[uuid.UUID] = []
        for size in self.batches(courses):
            outcomes = write_courses(self.system, self.course_inputs(size))
            made += [outcome.course for outcome in outcomes if outcome.course is not None]
        if len(made) != courses:
            raise RuntimeError("The engine refused courses that the benchmarks made up.")
        return made

    def make_published(self, courses: int) -> list[uuid.UUID]:
        """Write and publish courses with runs, and return the courses' uuids."""
        made = self.make_drafts(courses)
        for start in range(0, courses, self.courses_per_batch):
            self.publish(self.system, Selection.of(made[start : start + self.courses_per_batch], all_runs=True))
        return made

    @staticmethod
    def publish(actor: Actor, selection: Selection) -> Published:
        """Publish without review, whose cost is measured by itself."""
        return publish(actor, selection, without_review=True, message="Benchmark.")

    def batches(self, courses: int) -> Iterator[int]:
        """Yield how many courses each batch holds."""
        for start in range(0, courses, self.courses_per_batch):
            yield min(self.courses_per_batch, courses - start)


def _make_admin() -> Any:
    user = get_user_model().objects.create_user("catalog_admin")
    grant(user, RoleName.CATALOG_ADMIN)
    return user


def grant(user: Any, role: RoleName, organization: OrganizationProfile | None = None) -> None:
    """Grant a role for one organization, or for all, past the command."""
    CatalogRoleAssignment.objects.create(
        user=user,
        role=CatalogRole.objects.get(name=role),
        context=organization.key_normalized if organization else ALL_ORGANIZATIONS,
        applies_to_all_contexts=organization is None,
        reason="benchmarks",
    )


def _make_organization(number: int) -> OrganizationProfile:
    organization = Organization.objects.create(name=f"Organization {number}", short_name=f"Org{number}")
    profile, _ = OrganizationProfile.objects.get_or_create(organization=organization, defaults={"key": f"Org{number}"})
    profile.logo_image = profile.banner_image = picture("organizations", number)
    profile.save()
    return profile


def picture(folder: str, number: int) -> str:
    """Return the name of a stored picture. There is no file: nothing that is measured asks the storage."""
    return f"catalog_publisher/{folder}/{number:048x}.png"
