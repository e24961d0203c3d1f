"""Slugs that are made up, what slugs may be, and redirects beside the slug history."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.text import slugify

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import read_anchors
from openedx_catalog_publisher.commands.errors import InvalidInput, UnitNotFound
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.ledger.edit_log import edit_record
from openedx_catalog_publisher.models import CourseType, CourseUrlRedirect, EditRecord, Source
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.publishing.slug_formats import slug_format
from openedx_catalog_publisher.publishing.slugs import MAX_SLUG, SUFFIX_ROOM, free_slug
from openedx_catalog_publisher.settings import conf

NO_SLASH = "Slugs of these courses have one part, without a slash: no form with several parts is set for them."
OTHER_FORM = (
    "Slugs of these courses have the form {form}, in lower-case letters, digits, underscores and single hyphens."
)


def free_course_slug(title: str, taken: Collection[str] = ()) -> str | None:
    """
    Return a slug for a course that no course has, made from its title; None where the title has no letters for one.

    Arguments:
        title: the course's title.
        taken: normalised slugs that are given to other courses of the same command.
    """
    base = slugify(title)[: MAX_SLUG - SUFFIX_ROOM].strip("-")
    return free_slug(base, taken) if base else None


class SlugRules:
    """
    What slugs of courses may be, as ``CATALOG_PUBLISHER_COURSE_SLUG_FORMATS`` says, for one command.

    A course that is being created may have a slug of one part, whatever the form is: it gets one of its form when it is
    submitted for review. Where no form is set, slugs have one part.
    """

    def __init__(self, coming: Iterable[models.Model] = ()) -> None:
        """
        Begin with what does not stand in the database yet.

        Arguments:
            coming: unsaved rows of reference data.
        """
        self._coming = {str(row.uuid): row.slug for row in coming if isinstance(row, Source | CourseType)}

    @functools.cached_property
    def _slugs(self) -> dict[str, str]:
        # Both tables are small, so that it takes two statements for any number of courses.
        found = dict(self._coming)
        for model in (Source, CourseType):
            found |= {str(code): slug for code, slug in model._default_manager.values_list("uuid", "slug")}
        return found

    def check(self, content: Mapping[str, Any], kept: Collection[str | None] = (), *, created: bool = False) -> None:
        """
        Check the slug of a course.

        Arguments:
            content: the course's content as it would be.
            kept: slugs that the course has already: they stay, whatever the form is.
            created: whether the course is being created.

        Raises:
            InvalidInput: naming ``url_slug``, with the form that it shall have.
        """
        slug = content.get("url_slug")
        if not slug or slug in kept:
            return
        form = None
        if conf.course_slug_formats():
            source, course_type = content.get("product_source"), content.get("type")
            form = slug_format(self._slugs.get(source or ""), self._slugs.get(course_type or ""))
        if (form is None or created) and "/" not in slug:
            return
        if form is None:
            raise InvalidInput({"url_slug": [NO_SLASH]})
        if not form.fits(slug):
            raise InvalidInput({"url_slug": [OTHER_FORM.format(form=form.in_words())]})


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
