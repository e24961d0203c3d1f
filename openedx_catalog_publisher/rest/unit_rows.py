"""
Courses and course runs as they are read for answers, one statement per table.

What is read is named by *paths*: a column (``title``), a column of a related row (``type__slug``), a list of parts
(``seats``), and for a course the same of its runs (``course_runs.seats``). Only what is named is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import F, QuerySet

from openedx_catalog_publisher.access.policy import valid_editors
from openedx_catalog_publisher.models import (
    CourseCollaborator,
    CourseEntitlement,
    CourseOrganization,
    CourseRun,
    CourseRunLanguage,
    CourseRunStaff,
    CourseSubject,
    CourseTopic,
    CourseUrlRedirect,
    CourseUrlSlug,
    RestrictedCourseRun,
    Seat,
)
from openedx_catalog_publisher.rest.row_reader import PartRows, Record, RowReader, Rows, read_parts

RUNS = "course_runs"
OF_COURSE = "course__"

ORGANIZATION = (
    "uuid",
    "key",
    "auto_generate_course_run_keys",
    "certificate_logo_image",
    "logo_image",
    "banner_image",
    "organization_hex_color",
    "homepage_url",
    "enterprise_subscription_inclusion",
    "modified",
    "organization__name",
    "organization__description",
    "organization__logo",
)
"""What is shown of an organization: its profile, and what the platform keeps of it."""

SUBJECT = ("uuid", "slug", "name", "subtitle", "description", "banner_image_url", "card_image_url")

PERSON = (
    "uuid",
    "slug",
    "salutation",
    "given_name",
    "family_name",
    "bio",
    "major_works",
    "published",
    "profile_image",
    "position_title",
    "position_organization_override",
    "urls_detailed",
    "areas_of_expertise",
    "position_organization__pk",
    "position_organization__uuid",
    "position_organization__key",
    "position_organization__logo_image",
    "position_organization__homepage_url",
    "position_organization__organization__name",
)
"""What is shown of a person; the e-mail address is not."""


def _under(name: str, paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}__{path}" for path in paths)


COURSE_PARTS = {
    "organization_links": PartRows(
        "course_id",
        ("kind", *_under("organization", ORGANIZATION)),
        lambda: CourseOrganization.objects.order_by("position", "pk"),
    ),
    "subject_links": PartRows(
        "course_id", _under("subject", SUBJECT), lambda: CourseSubject.objects.order_by("position", "pk")
    ),
    "topic_links": PartRows("course_id", ("topic__name",), lambda: CourseTopic.objects.order_by("position", "pk")),
    "collaborator_links": PartRows(
        "course_id",
        _under("collaborator", ("uuid", "name", "image")),
        lambda: CourseCollaborator.objects.order_by("position", "pk"),
    ),
    "entitlements": PartRows(
        "course_id", ("mode__slug", "price", "currency_id", "sku"), lambda: CourseEntitlement.objects.order_by("pk")
    ),
}
"""The parts that a row of a course owns."""

ANCHOR_PARTS = {
    "url_slug_history": PartRows(
        "course_id",
        ("url_slug", "is_active", "is_active_on_draft"),
        lambda: CourseUrlSlug.objects.order_by("pk"),
    ),
    "url_redirects": PartRows("course_id", ("value",), lambda: CourseUrlRedirect.objects.order_by("pk")),
    "editors": PartRows(
        "course_id",
        ("user__username", "user__email", "user__first_name", "user__last_name"),
        lambda: valid_editors().order_by("pk"),
    ),
}
"""What hangs on the anchor of a course, and so is the same for both of its rows."""

RUN_PARTS = {
    "seats": PartRows(
        "course_run_id",
        (
            "type__slug",
            "price",
            "currency_id",
            "credit_provider",
            "credit_hours",
            "upgrade_deadline_override",
            "sku",
            "bulk_sku",
        ),
        lambda: Seat.objects.order_by("pk"),
    ),
    "staff_links": PartRows(
        "course_run_id", _under("person", PERSON), lambda: CourseRunStaff.objects.order_by("position", "pk")
    ),
    "language_links": PartRows(
        "course_run_id",
        ("kind", "language_id", "language__name"),
        lambda: CourseRunLanguage.objects.order_by("position", "pk"),
    ),
    "restrictions": PartRows(
        "course_run_id", ("restriction_type",), lambda: RestrictedCourseRun.objects.order_by("pk")
    ),
}
"""The parts that a row of a run owns."""


def read_courses(courses: QuerySet[Any], paths: Collection[str]) -> list[Record]:
    """Read courses in the order of the query set: one statement for their rows, one for each list that is named."""
    own = {path for path in paths if not path.startswith(f"{RUNS}.")}
    of_runs = {path.removeprefix(f"{RUNS}.") for path in paths if path.startswith(f"{RUNS}.")}
    # The course of each run is the record of the course itself, so what runs show of it is read here.
    own |= {path.removeprefix(OF_COURSE) for path in of_runs if path.startswith(OF_COURSE)}
    lists = COURSE_PARTS.keys() | ANCHOR_PARTS.keys()
    columns = own - lists
    if own & ANCHOR_PARTS.keys():
        columns |= {"draft", "draft_version_id"}
    records = RowReader(columns).read(courses)
    by_pk = {record.pk: record for record in records}
    for name in COURSE_PARTS.keys() & own:
        read_parts(COURSE_PARTS[name], name, by_pk)
    for name in ANCHOR_PARTS.keys() & own:
        read_parts(
            ANCHOR_PARTS[name],
            name,
            {record.pk if record.draft else record.draft_version_id: record for record in records},
        )
    if of_runs:
        _read_runs_of(by_pk, {path for path in of_runs if not path.startswith(OF_COURSE)})
    return records


def _read_runs_of(courses: dict[Any, Record], paths: set[str]) -> None:
    rows = CourseRun.everything.filter(course__in=list(courses))
    runs = read_runs(rows.order_by(F("start").asc(nulls_last=True), "pk"), {*paths, "course_id"})
    for course in courses.values():
        course.course_runs = Rows()
    for run in runs:
        run.course = courses[run.course_id]
        run.course.course_runs.append(run)


def read_runs(runs: QuerySet[Any], paths: Collection[str]) -> list[Record]:
    """
    Read runs in the order of the query set: one statement for their rows, one for each list that is named.

    ``course__organization_links`` reads the organizations of their courses.
    """
    lists = RUN_PARTS.keys() & set(paths)
    of_course = {path for path in paths if path.removeprefix(OF_COURSE) in COURSE_PARTS and path.startswith(OF_COURSE)}
    records = RowReader({*(set(paths) - lists - of_course), *(["course__pk"] if of_course else [])}).read(runs)
    by_pk = {record.pk: record for record in records}
    for name in RUN_PARTS.keys() & lists:
        found = read_parts(RUN_PARTS[name], name, by_pk)
        if name == "seats":
            # A seat's deadline depends on its run.
            for seat in found:
                seat.course_run = by_pk[seat.course_run_id]
    courses = {record.course.pk: record.course for record in records} if of_course else {}
    for path in of_course:
        name = path.removeprefix(OF_COURSE)
        read_parts(COURSE_PARTS[name], name, courses)
    return records


def links_of_kind(links: Sequence[Any], kind: str) -> list[Any]:
    """Return the links of one kind, in order."""
    return [link for link in links if link.kind == kind]
