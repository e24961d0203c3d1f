"""Invariant 5: a unit has at most one open review, and its draft stands where that review says."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openedx_catalog_publisher.checks.findings import Finding
from openedx_catalog_publisher.checks.walk import Head, Heads, last_records, walk
from openedx_catalog_publisher.models import Publication, Review, Side, Status, UnitKind
from openedx_catalog_publisher.publishing.capture import CapturedUnit, capture
from openedx_catalog_publisher.publishing.unit_tables import UNITS
from openedx_catalog_publisher.review.cases import status_of
from openedx_catalog_publisher.review.states import earlier

INVARIANT = 5


def check_open_reviews() -> Iterator[Finding]:
    """
    Yield drafts that do not stand where their reviews say, and reviews of what is not there.

    Codes: ``two_open_reviews``, ``step_disagrees``, ``status_disagrees``, ``waits_otherwise``, ``due_disagrees``,
    ``review_without_draft``.
    """
    yield from walk(_check)
    yield from _without_draft()


def _check(kind: UnitKind, heads: Heads) -> Iterator[Finding]:
    courses = _courses(kind, heads)
    reviews = _open_reviews({*heads, *courses.values()})
    rows = _rows(kind, heads)
    waiting = [head.pk for unit, head in heads.items() if reviews[unit]]
    drafts = capture(kind, Side.DRAFT, waiting).units
    records = last_records(heads)
    for unit, head in heads.items():
        found = reviews[unit]
        if len(found) > 1:
            yield _finding(head, "two_open_reviews", f"{len(found)} reviews are open.")
            continue
        row = rows.get(unit)
        if row is None:
            continue
        review = found[0] if found else None
        course = next(iter(reviews[courses[unit]]), None) if unit in courses else None
        if review is None:
            expected = _idle_status(records.get(unit))
        else:
            expected = (
                Status(review.status) if course is None else earlier(Status(review.status), Status(course.status))
            )
        if row["status"] != expected:
            yield _finding(
                head, "status_disagrees", f"The draft's status is {row['status']}; by its reviews it is {expected}."
            )
        if review is not None:
            yield from _check_review(head, row, review, drafts.get(unit))


def _courses(kind: UnitKind, heads: Heads) -> dict[uuid.UUID, uuid.UUID]:
    """Return the courses of runs."""
    if kind == UnitKind.COURSE:
        return {}
    runs = UNITS[kind].root.drafts.filter(pk__in=[head.pk for head in heads.values()])
    return dict(runs.values_list("uuid", "course__uuid"))


def _open_reviews(units: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, list[Review]]:
    found: dict[uuid.UUID, list[Review]] = defaultdict(list)
    # By what ends a review, and not by the column whose uniqueness is to be proved.
    for review in (
        Review.objects.filter(unit_uuid__in=list(units), closing="").select_related("snapshot").order_by("pk")
    ):
        found[review.unit_uuid].append(review)
    return found


def _rows(kind: UnitKind, heads: Heads) -> dict[uuid.UUID, dict[str, Any]]:
    """Return status and date of drafts."""
    columns = ["uuid", "status", *(["go_live_date"] if kind == UnitKind.COURSE_RUN else [])]
    rows = UNITS[kind].root.drafts.filter(pk__in=[head.pk for head in heads.values()])
    return {row["uuid"]: row for row in rows.values(*columns)}


def _idle_status(record: Publication | None) -> Status:
    """Return the status of a draft that is in no review."""
    live = record is not None and record.status == Status.PUBLISHED
    return Status.PUBLISHED if live else Status.UNPUBLISHED


def _check_review(head: Head, row: dict[str, Any], review: Review, draft: CapturedUnit | None) -> Iterator[Finding]:
    if review.status != status_of(review.missing_steps) or review.open_unit != review.unit_uuid:
        yield _finding(
            head, "step_disagrees", "The open review says one thing of where it is, and its columns another."
        )
    digests = {review.content_digest, review.snapshot.content_digest}
    reviewed = {review.review_digest, review.snapshot.review_digest}
    if draft is not None:
        digests.add(draft.snapshot.content_digest)
        reviewed.add(draft.snapshot.review_digest)
    if len(digests) > 1 or len(reviewed) > 1:
        yield _finding(head, "waits_otherwise", "What is under review, or waits, is not the draft.")
    if "go_live_date" in row:
        expected = row["go_live_date"] if row["status"] == Status.REVIEWED else None
    else:
        expected = review.due if review.status == Status.REVIEWED and review.last_error else None
    if review.due != expected:
        yield _finding(head, "due_disagrees", f"The review is due at {review.due}; by its draft it is {expected}.")


def _without_draft() -> Iterator[Finding]:
    for kind, unit in UNITS.items():
        lost = Review.objects.filter(unit_kind=str(kind), open_unit__isnull=False).exclude(
            unit_uuid__in=unit.root.drafts.values("uuid")
        )
        for review in lost.order_by("pk"):
            yield Finding(
                INVARIANT, "review_without_draft", review.unit_key, "There is no draft to review.", review.unit_uuid
            )


def _finding(head: Head, code: str, message: str) -> Finding:
    return Finding(INVARIANT, code, head.key, message, head.uuid)
