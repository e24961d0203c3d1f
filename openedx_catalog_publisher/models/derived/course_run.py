"""Derived values of course runs."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.course_run import CourseRun
from openedx_catalog_publisher.models.course_run_parts import Seat
from openedx_catalog_publisher.models.derived.seat import is_paid, upgrade_deadline
from openedx_catalog_publisher.models.unit import Status
from openedx_catalog_publisher.settings.conf import marketing_url_root

STARTING_SOON: Final = timedelta(days=60)
LAST_WEEKS: Final = timedelta(days=14)
NEVER: Final = datetime.max.replace(tzinfo=UTC)

EXECUTIVE_EDUCATION: Final = "executive-education-2u"

LEGACY_TYPES: Final = (
    ("credit", frozenset({"credit"})),
    ("professional", frozenset({"professional", "no-id-professional"})),
    ("verified", frozenset({"verified"})),
    ("honor", frozenset({"honor"})),
    ("audit", frozenset({"audit"})),
)


class Availability(models.TextChoices):
    """Where a run stands in time, in the words of Discovery's API."""

    CURRENT = "Current", _("Current")
    STARTING_SOON = "Starting Soon", _("Starting Soon")
    UPCOMING = "Upcoming", _("Upcoming")
    ARCHIVED = "Archived", _("Archived")


def title(run: CourseRun) -> str | None:
    """Return the run's own title, else its course's."""
    return run.title_override or run.course.title


def short_description(run: CourseRun) -> str | None:
    """Return the run's own short description, else its course's."""
    found: str | None = run.short_description_override or run.course.short_description
    return found


def full_description(run: CourseRun) -> str | None:
    """Return the run's own full description, else its course's."""
    found: str | None = run.full_description_override or run.course.full_description
    return found


def outcome(run: CourseRun) -> str | None:
    """Return what learners learn by the run itself, else by its course."""
    found: str | None = run.outcome_override or run.course.outcome
    return found


def has_started(run: CourseRun, now: datetime) -> bool:
    """Tell whether the run has begun; one without a start has."""
    return run.start is None or run.start < now


def has_ended(run: CourseRun, now: datetime) -> bool:
    """Tell whether the run is over; one without an end never is."""
    return run.end is not None and run.end < now


def availability(run: CourseRun, now: datetime) -> Availability:
    """Return where the run stands in time. A run without a start is upcoming until it ended."""
    if has_ended(run, now):
        return Availability.ARCHIVED
    if run.start is None:
        return Availability.UPCOMING
    if run.start <= now:
        return Availability.CURRENT
    return Availability.STARTING_SOON if run.start < now + STARTING_SOON else Availability.UPCOMING


def is_enrollable(run: CourseRun, now: datetime) -> bool:
    """Tell whether the window of enrolment is open; the end of the run does not matter here."""
    return next(_window_obstacles(run, now), None) is None


def enrollment_deadline(run: CourseRun) -> datetime | None:
    """
    Return the time after which nobody enrols: end of enrolment or of the run, whichever comes first; None for never.
    """
    return min((moment for moment in (run.end, run.enrollment_end) if moment is not None), default=None)


def marketing_url(run: CourseRun) -> str | None:
    """
    Return the address of the run's page on the marketing site.

    None without a site (``CATALOG_PUBLISHER_MARKETING_URL_ROOT`` is empty), a slug, or a type, and for types that are
    not marketed.

    Raises:
        ImproperlyConfigured: when the setting is no address.
    """
    root = marketing_url_root()
    if not root or not run.slug or run.type is None or not run.type.is_marketable:
        return None
    return f"{root}/course/{run.slug}"


def could_be_marketable(run: CourseRun) -> bool:
    """
    Tell whether this row is of a kind that can be marketed at all: official, of a marketable type, with a key of
    today's form.

    Keys with slashes (``Org/Number/Run``) are of runs that the platform cannot open any more.
    """
    return not run.draft and run.type is not None and run.type.is_marketable and "/" not in run.key


class Obstacle(enum.StrEnum):
    """Why a run is not shown to learners, or nobody can enrol in it now."""

    DRAFT = "draft"
    TYPE_MISSING = "type_missing"
    TYPE_NOT_MARKETABLE = "type_not_marketable"
    OLD_KEY = "old_key"
    NOT_PUBLISHED = "not_published"
    NO_SEATS = "no_seats"
    NO_SLUG = "no_slug"
    NO_SITE = "no_site"
    ENROLLMENT_NOT_OPEN = "enrollment_not_open"
    ENROLLMENT_OVER = "enrollment_over"
    ENDED = "ended"


def marketing_obstacles(run: CourseRun) -> Iterator[Obstacle]:
    """
    Yield why the run is not to be shown to learners; nothing where it is.

    Raises:
        ImproperlyConfigured: when ``CATALOG_PUBLISHER_MARKETING_URL_ROOT`` is no address.
    """
    if run.draft:
        yield Obstacle.DRAFT
    if run.type is None:
        yield Obstacle.TYPE_MISSING
    elif not run.type.is_marketable:
        yield Obstacle.TYPE_NOT_MARKETABLE
    if "/" in run.key:
        yield Obstacle.OLD_KEY
    if run.status != Status.PUBLISHED:
        yield Obstacle.NOT_PUBLISHED
    if not run.seats.all():
        yield Obstacle.NO_SEATS
    if not run.slug:
        yield Obstacle.NO_SLUG
    if not marketing_url_root():
        yield Obstacle.NO_SITE


def enrollment_obstacles(run: CourseRun, now: datetime) -> Iterator[Obstacle]:
    """Yield why nobody can enrol now in a run, as far as its dates tell."""
    yield from _window_obstacles(run, now)
    if has_ended(run, now):
        yield Obstacle.ENDED


def _window_obstacles(run: CourseRun, now: datetime) -> Iterator[Obstacle]:
    if run.enrollment_start is not None and run.enrollment_start > now:
        yield Obstacle.ENROLLMENT_NOT_OPEN
    if run.enrollment_end is not None and run.enrollment_end < now:
        yield Obstacle.ENROLLMENT_OVER


def is_marketable(run: CourseRun) -> bool:
    """Tell whether the run is to be shown to learners: marketable at all, published, with seats and a page."""
    return next(marketing_obstacles(run), None) is None


def is_marketable_external(run: CourseRun, now: datetime) -> bool:
    """
    Tell whether the run may be shown by sites outside: marketable, or executive education that is reviewed and yet to
    come.

    The second needs a start and a go-live date in the future.
    """
    if is_marketable(run):
        return True
    course_type = run.course.type
    return (
        course_type is not None
        and course_type.slug == EXECUTIVE_EDUCATION
        and run.status == Status.REVIEWED
        and run.start is not None
        and run.start > now
        and run.go_live_date is not None
        and run.go_live_date > now
    )


def is_active(run: CourseRun, now: datetime) -> bool:
    """Tell whether learners can enrol now in a run that is shown to them and not over."""
    return is_marketable(run) and next(enrollment_obstacles(run, now), None) is None


def type_legacy(run: CourseRun) -> str | None:
    """
    Return the one word that Discovery's API calls ``type``: the first of its order that the run has a seat of; None
    without.
    """
    slugs = {seat.type.slug for seat in run.seats.all()}
    return next((name for name, matching in LEGACY_TYPES if matching & slugs), None)


def enrollable_paid_seats(run: CourseRun) -> list[Seat]:
    """Return the seats that a learner can enrol in by paying, the earliest deadline first, those without one last."""
    seats = [seat for seat in run.seats.all() if is_paid(seat)]
    return sorted(seats, key=lambda seat: upgrade_deadline(seat) or NEVER)


def first_enrollable_paid_seat_price(run: CourseRun) -> Decimal | None:
    """
    Return the price of the paid seat with the earliest deadline; None where there is none.

    In the seat's currency and with its cents. Discovery answers a whole number, cut off; a door that has to do the
    same does it itself.
    """
    seats = enrollable_paid_seats(run)
    return seats[0].price if seats else None


def paid_seat_enrollment_end(run: CourseRun) -> datetime | None:
    """
    Return until when somebody who is not enrolled can enrol and pay; None where that is not limited or nothing is to
    be paid.

    It is the latest deadline among the paid seats, and not after the deadline of enrolment.
    """
    seats = enrollable_paid_seats(run)
    if not seats:
        return None
    candidates = (upgrade_deadline(seats[-1]), enrollment_deadline(run))
    return min((moment for moment in candidates if moment is not None), default=None)


def is_upgradeable(run: CourseRun, now: datetime) -> bool:
    """
    Tell whether somebody can still enrol and pay. A run whose deadline is not known counts as not, as in Discovery.
    """
    deadline = paid_seat_enrollment_end(run)
    return deadline is not None and now < deadline


def is_current(run: CourseRun, now: datetime) -> bool:
    """
    Tell whether the run counts as current where runs are ranked: begun, and at least two weeks before its last day.

    Days are compared, in UTC, as Discovery does. Missing dates do not limit.
    """
    if not has_started(run, now):
        return False
    return run.end is None or now.astimezone(UTC).date() <= run.end.astimezone(UTC).date() - LAST_WEEKS


def estimated_hours(run: CourseRun) -> float:
    """
    Return the hours that the run takes: mean effort a week times weeks. A missing effort counts as none; 0 when
    unknown.
    """
    return ((run.min_effort or 0) + (run.max_effort or 0)) / 2 * (run.weeks_to_complete or 0)
