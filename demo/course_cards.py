"""What the demo's pages show of a course: its words, in its own language and direction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf.locale import LANG_INFO
from django.db.models import Prefetch, QuerySet

from openedx_catalog_publisher.editing.image_names import variant_url
from openedx_catalog_publisher.models import Course, CourseRun, OrganizationProfile, Seat, Status
from openedx_catalog_publisher.models.content_fields import PictureField
from openedx_catalog_publisher.models.derived.course_run import availability

UNTITLED = "(no title yet)"


@dataclass(frozen=True)
class Card:
    """
    A course, ready to be shown.

    Attributes:
        course: the row, of either side.
        title: its title.
        organizations: names of its owners.
        language: tag of the language that it is in, told by its first run; empty where none is known.
        direction: ``rtl``, ``ltr`` or, where the language is not known, ``auto``.
        languages: names of the languages of its runs.
        picture: address of its picture in the size of a card; empty for none.
        runs: its runs, the latest first.
        price: what it costs at most, for example ``USD 49.00``; empty where nothing is to be paid.
    """

    course: Course
    title: str
    organizations: tuple[str, ...]
    language: str
    direction: str
    languages: tuple[str, ...]
    picture: str
    runs: tuple["RunLine", ...]
    price: str


@dataclass(frozen=True)
class RunLine:
    """A run, ready to be shown: ``state`` is where it stands in time, ``seats`` are the ways to enrol."""

    run: CourseRun
    state: str
    seats: tuple[Seat, ...]


def with_parts(courses: QuerySet[Course]) -> QuerySet[Course]:
    """Return courses that bring along what cards show, at one statement for each table."""
    runs = CourseRun.everything.select_related("language").prefetch_related("seats__type")
    owners = OrganizationProfile.objects.select_related("organization")
    return courses.select_related("level_type").prefetch_related(
        Prefetch("organization_links__organization", queryset=owners),
        Prefetch("course_runs", queryset=runs),
        "subject_links__subject",
    )


def cards_of(courses: Iterable[Course], now: datetime) -> list[Card]:
    """Return the cards of courses that ``with_parts`` read, at the time ``now``."""
    return [card_of(course, now) for course in courses]


def card_of(course: Course, now: datetime) -> Card:
    """Return the card of a course that ``with_parts`` read, at the time ``now``."""
    runs = sorted(course.course_runs.all(), key=lambda run: (run.start is None, run.start, run.key), reverse=True)
    languages = [run.language for run in runs if run.language is not None]
    language = languages[-1].code if languages else ""
    paid = [seat for run in runs for seat in run.seats.all() if seat.price > 0]
    dearest = max(paid, key=lambda seat: seat.price, default=None)
    return Card(
        course=course,
        title=course.title or UNTITLED,
        organizations=tuple(
            link.organization.organization.name for link in course.organization_links.all() if link.kind == "owner"
        ),
        language=language,
        direction=direction_of(language),
        languages=tuple(sorted({spoken.name for spoken in languages})),
        picture=picture_of(course, "small"),
        runs=tuple(RunLine(run, state_of(run, now), tuple(run.seats.all())) for run in runs),
        price=f"{dearest.currency_id} {dearest.price}" if dearest else "",
    )


def state_of(run: CourseRun, now: datetime) -> str:
    """Return in a word where a run stands: withdrawn, or where it is in time."""
    if not run.draft and run.status != Status.PUBLISHED:
        return "Withdrawn"
    return str(availability(run, now).label)


def direction_of(language: str) -> str:
    """Return the direction in which a language is written; ``auto`` where no language is named."""
    if not language:
        return "auto"
    known: dict[str, Any] = LANG_INFO.get(language.partition("-")[0].lower(), {})
    return "rtl" if known.get("bidi") else "ltr"


def picture_of(course: Course, variant: str = "") -> str:
    """Return the address of a course's picture, in the size that ``variant`` names; empty for none."""
    if not course.image:
        return course.card_image_url or ""
    if not variant:
        return str(course.image.url)
    field = Course._meta.get_field("image")
    if not isinstance(field, PictureField):
        raise TypeError("A course's image is a picture.")
    return variant_url(field, course.image.name, variant) or ""
