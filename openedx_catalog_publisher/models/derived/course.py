"""Derived values of courses, and what of a run depends on its course."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from openedx_catalog_publisher.models.course import Course
from openedx_catalog_publisher.models.course_parts import CourseOrganization
from openedx_catalog_publisher.models.course_run import CourseRun
from openedx_catalog_publisher.models.derived.course_run import (
    NEVER,
    has_ended,
    has_started,
    is_current,
    is_marketable,
    is_upgradeable,
)
from openedx_catalog_publisher.models.types import CourseType
from openedx_catalog_publisher.models.unit import Status
from openedx_catalog_publisher.settings.conf import marketing_url_root

ARCHIVED: Final = "archived"
EVER: Final = datetime.min.replace(tzinfo=UTC)


def marketing_url(course: Course) -> str | None:
    """
    Return the address of the course's page on the marketing site; None without a site or a slug.

    A slug with slashes is a path of its own; any other lies under ``course/``.

    Raises:
        ImproperlyConfigured: when ``CATALOG_PUBLISHER_MARKETING_URL_ROOT`` is no address.
    """
    root, path = marketing_url_root(), _path(course)
    return f"{root}/{path}" if root and path else None


def preview_url(course: Course) -> str | None:
    """
    Return the address under which the marketing site shows the draft; None without a site or a slug.

    Raises:
        ImproperlyConfigured: when ``CATALOG_PUBLISHER_MARKETING_URL_ROOT`` is no address.
    """
    root, path = marketing_url_root(), _path(course)
    return f"{root}/preview/{path}" if root and path else None


def _path(course: Course) -> str | None:
    slug = course.url_slug
    if not slug:
        return None
    return slug if "/" in slug else f"course/{slug}"


def course_run_statuses(course: Course, now: datetime) -> list[str]:
    """
    Return the different statuses of the runs that are not hidden, sorted; unpublished runs that are over count as
    ``archived``.
    """
    return sorted({_status(run, now) for run in course.course_runs.all() if not run.hidden})


def _status(run: CourseRun, now: datetime) -> str:
    if run.status == Status.UNPUBLISHED and has_ended(run, now):
        return ARCHIVED
    return str(run.status)


def active_course_runs(course: Course, now: datetime) -> list[CourseRun]:
    """
    Return the runs in which somebody can enrol now or later.

    Their end is in the future, and the end of enrolment is so too or is not set. A run without an end is not among
    them, as in Discovery.
    """
    return [
        run
        for run in course.course_runs.all()
        if run.end is not None and run.end > now and (run.enrollment_end is None or run.enrollment_end > now)
    ]


def advertised_course_run(course: Course, now: datetime) -> CourseRun | None:
    """
    Return the marketable run that the course is shown with; None where no run is marketable.

    The first of these that there is: of the current runs in which one can still pay, the one that started last; of
    those to come in which one can pay, the one that starts first; of all others, the one that starts last. Equal
    starts are decided by the order of the runs.
    """
    marketable = [run for run in course.course_runs.all() if is_marketable(run)]
    upgradeable = [run for run in marketable if is_upgradeable(run, now)]
    current = [run for run in upgradeable if is_current(run, now)]
    if current:
        return max(current, key=_start_or_ever)
    coming = [run for run in upgradeable if not has_started(run, now)]
    if coming:
        return min(coming, key=lambda run: run.start or NEVER)
    return max(marketable, key=_start_or_ever, default=None)


def _start_or_ever(run: CourseRun) -> datetime:
    return run.start or EVER


def is_in_enterprise_subscriptions(course: Course) -> bool:
    """
    Tell whether the course is in enterprise subscriptions.

    A course that runs outside the platform is not. Otherwise a team that opted out is out, and a course is in when
    all of its owners are: a team cannot opt in against its organizations. A course without owners is in.

    Discovery writes the answer over the team's choice; here the choice stays as it is.
    """
    if course.type is not None and course.type.slug in CourseType.EXTERNAL_SLUGS:
        return False
    if course.enterprise_subscription_inclusion is False:
        return False
    return all(
        link.organization.enterprise_subscription_inclusion
        for link in course.organization_links.all()
        if link.kind == CourseOrganization.Kind.OWNER
    )


def run_is_in_enterprise_subscriptions(run: CourseRun) -> bool:
    """Tell whether a run is in enterprise subscriptions: its course is, and its pace is not the instructor's."""
    return run.pacing_type != CourseRun.Pacing.INSTRUCTOR and is_in_enterprise_subscriptions(run.course)
