"""Slugs that are made up, and redirects beside the slug history."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Collection

from django.utils.text import slugify

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.ledger.edit_log import edit_record
from openedx_catalog_publisher.models import CourseUrlRedirect, CourseUrlSlug, EditRecord
from openedx_catalog_publisher.models.normalization import normalize_key

MAX_SLUG = 255


def free_course_slug(title: str, taken: Collection[str] = ()) -> str | None:
    """
    Return a slug for a course that no course has, made from its title; None where the title has no letters for one.

    Arguments:
        title: the course's title.
        taken: normalised slugs that are given to other courses of the same command.
    """
    base = slugify(title)[: MAX_SLUG - 8].strip("-")
    if not base:
        return None
    stored = set(
        CourseUrlSlug.objects.filter(url_slug_normalized__startswith=normalize_key(base)).values_list(
            "url_slug_normalized", flat=True
        )
    )
    candidates = itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
    return next(slug for slug in candidates if slug not in stored and slug not in taken)


def run_slug(title: str | None, key: str) -> str:
    """Return the slug of a run: its title, and its key whole (decision "Course Run Keys in Course Run URL slugs")."""
    tail = slugify(key.replace(":", "-").replace("+", "-"))
    head = slugify(title or "")[: MAX_SLUG - len(tail) - 1].strip("-")
    return f"{head}-{tail}" if head else tail


def redirect_value(value: str) -> str:
    """
    Return a path as it is stored.

    Raises:
        InvalidInput: naming ``value``, when it is empty or too long.
    """
    value = value.strip()
    # The normalised form is a column too, and may be longer.
    if not value or max(len(value), len(normalize_key(value))) > MAX_SLUG:
        raise InvalidInput({"value": [f"Give a path of 1 to {MAX_SLUG} characters."]})
    return value


@command
def add_redirect(operation: Operation, course: uuid.UUID, value: str) -> CourseUrlRedirect:
    """
    Let a path lead to a course.

    Raises:
        NotPermitted: when the actor may not edit the course.
        InvalidInput: when the path is empty, too long, or leads somewhere already.
        UnitNotFound: when there is no such course.
    """
    value = redirect_value(value)
    anchors = read_anchors(courses=[course])
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchor = anchors.courses[course]
    redirect = CourseUrlRedirect.objects.create(course_id=anchor.pk, value=value)
    anchor.move(operation.time, content=False)
    edit_record(operation, anchor, EditRecord.Action.UPDATE, {"url_redirects": {"old": None, "new": value}}).save()
    anchors.save()
    return redirect


@command
def remove_redirect(operation: Operation, course: uuid.UUID, value: str) -> None:
    """
    Let a path lead to a course no more.

    Raises:
        NotPermitted: when the actor may not edit the course.
        UnitNotFound: when there is no such course, or the path does not lead to it.
    """
    anchors = read_anchors(courses=[course])
    require_on_courses(operation.actor, Action.EDIT, anchors)
    anchor = anchors.courses[course]
    found = CourseUrlRedirect.objects.filter(course_id=anchor.pk, value_normalized=normalize_key(value))
    row = found.first()
    if row is None:
        raise UnitNotFound(f"{value} does not lead to {anchor.key}.")
    found.delete()
    anchor.move(operation.time, content=False)
    edit_record(operation, anchor, EditRecord.Action.UPDATE, {"url_redirects": {"old": row.value, "new": None}}).save()
    anchors.save()
