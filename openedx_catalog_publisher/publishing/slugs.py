"""
The slug history follows the slugs of the rows.

A course's ``url_slug`` is content. ``CourseUrlSlug`` says which slugs lead to it: the draft's is reserved, the official
one is active, and every slug that was official redirects for good.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Case, F, Q, When

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import CourseUrlSlug
from openedx_catalog_publisher.models.normalization import normalize_key

TAKEN = "This slug leads to another course. Choose another one."

MAX_SLUG = 255
SUFFIX_ROOM = 8
"""Characters that are kept free for the number behind a slug that is taken."""


def free_slug(base: str, taken: Collection[str] = (), *, course: int | None = None) -> str:
    """
    Return a slug that leads to no other course: the base, or the base with the first number behind it that is free.

    Arguments:
        base: at most ``MAX_SLUG - SUFFIX_ROOM`` characters.
        taken: normalised slugs that are given to other courses of the same command.
        course: primary key of the anchor of the course, whose own slugs are free to it; None for a creation.
    """
    stored = set(
        CourseUrlSlug.objects.filter(url_slug_normalized__startswith=normalize_key(base))
        .exclude(course=course)
        .values_list("url_slug_normalized", flat=True)
    )
    candidates = itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
    return next(slug for slug in candidates if slug not in stored and slug not in taken)


def reserve_draft_slugs(slugs: Mapping[int, str | None]) -> None:
    """
    Make the slugs of drafts theirs, and release those that they leave and that never were official.

    Arguments:
        slugs: the draft's slug by primary key of the anchor; None where it has none. The anchors are locked.

    Raises:
        InvalidInput: naming ``url_slug``, when another course has one of them.
    """
    if not slugs:
        return
    wanted = {normalize_key(slug): pk for pk, slug in slugs.items() if slug}
    if len(wanted) != sum(1 for slug in slugs.values() if slug):
        raise InvalidInput({"url_slug": [TAKEN]})
    rows = {
        row.url_slug_normalized: row
        for row in CourseUrlSlug.objects.filter(
            Q(url_slug_normalized__in=wanted) | Q(course_id__in=slugs, is_active_on_draft=True)
        )
    }
    if any(rows[slug].course_id != pk for slug, pk in wanted.items() if slug in rows):
        raise InvalidInput({"url_slug": [TAKEN]})
    left = [row for slug, row in rows.items() if row.is_active_on_draft and wanted.get(slug) != row.course_id]
    released = [row.pk for row in left if not row.was_official]
    if released:
        CourseUrlSlug.objects.filter(pk__in=released).delete()
    kept = [row.pk for row in left if row.was_official]
    if kept:
        CourseUrlSlug.objects.filter(pk__in=kept).update(is_active_on_draft=False)
    taken_up = [row.pk for slug, row in rows.items() if slug in wanted and not row.is_active_on_draft]
    if taken_up:
        CourseUrlSlug.objects.filter(pk__in=taken_up).update(is_active_on_draft=True)
    CourseUrlSlug.objects.bulk_create(
        CourseUrlSlug(course_id=pk, url_slug=slugs[pk] or "", url_slug_normalized=slug, is_active_on_draft=True)
        for slug, pk in wanted.items()
        if slug not in rows
    )


def keep_official_slugs(slugs: Iterable[tuple[int, str]]) -> None:
    """
    Let slugs lead to courses for good, as those do that were official once.

    Arguments:
        slugs: (primary key of the anchor, slug). The anchors are locked.

    Raises:
        InvalidInput: naming ``url_slug``, when another course has one of them.
    """
    wanted = {normalize_key(slug): (pk, slug) for pk, slug in slugs}
    if not wanted:
        return
    rows = {row.url_slug_normalized: row for row in CourseUrlSlug.objects.filter(url_slug_normalized__in=wanted)}
    if any(row.course_id != wanted[slug][0] for slug, row in rows.items()):
        raise InvalidInput({"url_slug": [TAKEN]})
    reserved = [row.pk for row in rows.values() if not row.was_official]
    if reserved:
        CourseUrlSlug.objects.filter(pk__in=reserved).update(was_official=True)
    CourseUrlSlug.objects.bulk_create(
        CourseUrlSlug(course_id=pk, url_slug=slug, url_slug_normalized=name, was_official=True)
        for name, (pk, slug) in wanted.items()
        if name not in rows
    )


def activate_official_slugs(slugs: Mapping[int, str | None]) -> None:
    """
    Make the slugs of official courses the active ones; those before them stay and redirect.

    Arguments:
        slugs: the official slug by primary key of the anchor; None where it has none.
    """
    if not slugs:
        return
    wanted = {normalize_key(slug): pk for pk, slug in slugs.items() if slug}
    official = Q(url_slug_normalized__in=wanted)
    CourseUrlSlug.objects.filter(Q(is_active=True) | official, course_id__in=slugs).update(
        is_active=Case(When(official, then=True), default=False),
        was_official=Case(When(official, then=True), default=F("was_official")),
    )
