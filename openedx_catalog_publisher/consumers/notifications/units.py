"""What mails say of a course or a run, whatever happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openedx_catalog_publisher.models import Course, CourseOrganization, CourseRun, OutboxEvent, UnitKind
from openedx_catalog_publisher.models.derived.course_run import title
from openedx_catalog_publisher.settings import conf


def draft_of(event: OutboxEvent) -> Course | CourseRun | None:
    """Return the draft row of the course or run that an event is about; None where it is gone."""
    found: Course | CourseRun | None
    if event.object_type == UnitKind.COURSE:
        found = Course.everything.select_related("type").filter(uuid=event.object_code, draft=True).first()
    else:
        runs = CourseRun.everything.select_related("course__type", "type")
        found = runs.filter(uuid=event.object_code, draft=True).first()
    return found


def course_of(unit: Course | CourseRun) -> Course:
    """Return the course that a unit belongs to, on the unit's side; a course belongs to itself."""
    course: Course = unit if isinstance(unit, Course) else unit.course
    return course


def review_url(review: object) -> str | None:
    """
    Return where a review is read and decided; None where the pages for reviewers have no address.

    Arguments:
        review: uuid of the review, or its text.

    Raises:
        ImproperlyConfigured: when ``CATALOG_PUBLISHER_REVIEW_URL_ROOT`` is no address.
    """
    root = conf.review_url_root()
    return f"{root}/{review}/" if root else None


def facts_of(unit: Course | CourseRun, contacts: Iterable[Any]) -> dict[str, Any]:
    """
    Return what templates need to name a unit and to lead to it. A link whose root is not set is None.

    Arguments:
        unit: the row whose words are used.
        contacts: users who are asked about it.

    Raises:
        ImproperlyConfigured: when a root address is none.
    """
    course = course_of(unit)
    is_run = isinstance(unit, CourseRun)
    publisher, studio = conf.publisher_url_root(), conf.studio_url_root()
    return {
        "is_run": is_run,
        "title": (title(unit) if isinstance(unit, CourseRun) else unit.title) or unit.key,
        "unit_key": unit.key,
        "course_key": course.key,
        "start": unit.start if isinstance(unit, CourseRun) else None,
        "organizations": ", ".join(_owners(course)),
        "contacts": ", ".join(user.email for user in contacts if user.email),
        "publisher_url": f"{publisher}/courses/{course.uuid}" if publisher else None,
        "studio_url": f"{studio}/course/{unit.key}" if studio and is_run else None,
    }


def _owners(course: Course) -> list[str]:
    links = course.organization_links.filter(kind=CourseOrganization.Kind.OWNER).order_by("position", "pk")
    return list(links.values_list("organization__organization__name", flat=True))
