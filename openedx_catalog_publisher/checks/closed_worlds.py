"""
Invariant 3: draft rows point at draft rows, official rows at official rows; what hangs on a unit hangs on its anchor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet

from openedx_catalog_publisher.checks.findings import Finding
from openedx_catalog_publisher.models import Course, CourseEditor, CourseRun, CourseUrlRedirect, CourseUrlSlug

INVARIANT = 3


def check_closed_worlds() -> Iterator[Finding]:
    """
    Yield pointers that cross from one side to the other; one statement each, which the database answers in one moment.

    Codes: ``course_on_other_side``, ``canonical_on_other_side``, ``canonical_of_other_course``,
    ``canonical_differs``, ``editor_on_official``, ``slug_on_official``, ``redirect_on_official``. That no part is
    shared needs no check: each has one owner.
    """
    yield from _runs()
    yield from _canonical_runs()
    yield from _what_hangs_on_official_rows()


def _runs() -> Iterator[Finding]:
    rows = CourseRun.everything.exclude(draft=F("course__draft"))
    yield from _findings(
        rows.values_list("key", "uuid"),
        "course_on_other_side",
        "The run and the course it belongs to are on two sides.",
    )


def _canonical_runs() -> Iterator[Finding]:
    pointing = Course.everything.filter(canonical_course_run__isnull=False)
    crossing = pointing.exclude(draft=F("canonical_course_run__draft"))
    yield from _findings(
        crossing.values_list("key", "uuid"),
        "canonical_on_other_side",
        "The course and its canonical run are on two sides.",
    )
    foreign = pointing.filter(draft=F("canonical_course_run__draft")).exclude(canonical_course_run__course=F("pk"))
    yield from _findings(
        foreign.values_list("key", "uuid"), "canonical_of_other_course", "The canonical run belongs to another course."
    )
    wanted = "draft_version__canonical_course_run__official_version"
    official = Course.objects.filter(**{f"{wanted}__isnull": False})
    behind = official.filter(canonical_course_run__isnull=True) | official.exclude(canonical_course_run=F(wanted))
    yield from _findings(
        behind.values_list("key", "uuid"),
        "canonical_differs",
        "The draft's canonical run is official, and is not the official row's canonical run.",
    )


def _what_hangs_on_official_rows() -> Iterator[Finding]:
    tables: tuple[tuple[type[Any], str, str], ...] = (
        (CourseEditor, "editor_on_official", "An editor hangs on the official row."),
        (CourseUrlSlug, "slug_on_official", "A slug hangs on the official row."),
        (CourseUrlRedirect, "redirect_on_official", "A redirect hangs on the official row."),
    )
    for model, code, message in tables:
        rows: QuerySet[Any] = model.objects.filter(course__draft=False)
        yield from _findings(rows.order_by("pk").values_list("course__key", "course__uuid"), code, message)


def _findings(rows: Iterable[Any], code: str, message: str) -> Iterator[Finding]:
    for key, unit in rows:
        yield Finding(INVARIANT, code, key, message, unit)
