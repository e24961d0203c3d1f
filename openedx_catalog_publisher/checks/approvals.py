"""Invariant 2: what goes live was approved, or its record names the administrator's word by which it was not."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from openedx_catalog_publisher.checks.findings import Finding, read_snapshot
from openedx_catalog_publisher.checks.walk import in_batches
from openedx_catalog_publisher.models import Comment, Publication, Release, Review, ReviewRecord, Status
from openedx_catalog_publisher.publishing.snapshots import compare
from openedx_catalog_publisher.review.approvals import DECIDING, reviewed_names
from openedx_catalog_publisher.review.policy import steps_for

INVARIANT = 2

Approval = Publication.Approval


@dataclass
class Past:
    """
    What stands of a unit beside its publications.

    Attributes:
        decisions: of each review digest and step, the decisions as (number in the chain, action, whether somebody said
            something to it).
        published: of each publication, its number and the review digest that it made official.
    """

    decisions: dict[tuple[str, str], list[tuple[int, str, bool]]] = field(default_factory=lambda: defaultdict(list))
    published: list[tuple[int, str]] = field(default_factory=list)


def check_approvals() -> Iterator[Finding]:
    """
    Yield publications of what was not approved, and reviews whose content moved without a record.

    Records are judged by the steps that they name. What needed no review is judged by the policy in force today, where
    its reviewed content is not what was official before.

    Codes: ``not_approved``, ``approved_for_no_step``, ``skipped_without_reason``, ``review_was_required``,
    ``was_not_live``, ``amendment_unlogged``, ``review_digest_moved``, ``went_live_otherwise``.
    """
    rows = Publication.objects.filter(snapshot__isnull=False)
    joined = rows.select_related("snapshot", "previous__snapshot", "release")
    for batch in in_batches(joined.defer("snapshot__labels", "previous__snapshot__labels")):
        past = _past({record.unit_uuid for record in batch})
        for record in batch:
            yield from _check(record, past[record.unit_uuid])
    for reviews in in_batches(Review.objects.all()):
        yield from _check_reviews(reviews)


def _past(units: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, Past]:
    wanted = list(units)
    found: dict[uuid.UUID, Past] = defaultdict(Past)
    decisions = ReviewRecord.objects.filter(unit_uuid__in=wanted, action__in=DECIDING).order_by("sequence")
    said = set(Comment.objects.filter(record__in=decisions.order_by()).values_list("record", flat=True))
    columns = ("pk", "unit_uuid", "review_digest", "step", "sequence", "action")
    for pk, unit, digest, step, sequence, action in decisions.values_list(*columns):
        found[unit].decisions[digest, step].append((sequence, action, pk in said))
    published = Publication.objects.filter(unit_uuid__in=wanted, snapshot__isnull=False)
    for unit, number, digest in published.values_list("unit_uuid", "number", "snapshot__review_digest"):
        found[unit].published.append((number, digest))
    return found


def _check(record: Publication, past: Past) -> Iterator[Finding]:
    assert record.snapshot is not None  # noqa: S101 - the query asks for records with one
    digest = record.snapshot.review_digest
    number = f"Publication {record.number}"
    decided = {
        step: [entry for entry in past.decisions.get((digest, step), ()) if entry[0] < record.sequence]
        for step in record.steps
    }
    if record.approval in (Approval.APPROVED, Approval.SKIPPED) and record.steps:
        lacking = [
            step
            for step, entries in decided.items()
            if not any(record.approval == Approval.SKIPPED or action == DECIDING[0] for _, action, _ in entries)
        ]
        if lacking:
            yield _of_record(record, "not_approved", f"{number} holds no decision for {', '.join(lacking)}.")
    if record.approval == Approval.APPROVED and not record.steps:
        yield _of_record(record, "approved_for_no_step", f"{number} says that it was approved, and names no step.")
    if record.approval == Approval.SKIPPED and not _has_reason(record, decided):
        yield _of_record(
            record, "skipped_without_reason", f"Nobody said why {number.lower()} went live without a review."
        )
    if record.approval == Approval.LIVE_CHANGE and (
        record.previous is None or record.previous.status != Status.PUBLISHED
    ):
        yield _of_record(
            record, "was_not_live", f"{number} calls itself a change of what is live, and nothing was live before."
        )
    if record.approval == Approval.NOT_REQUIRED and not _needs_none(record, past):
        yield _of_record(
            record,
            "review_was_required",
            f"{number} made content official that needs review, and names no approval.",
        )


def _has_reason(record: Publication, decided: Mapping[str, list[tuple[int, str, bool]]]) -> bool:
    if not record.steps:
        return bool(record.release.message.strip())
    skipped = [said for entries in decided.values() for _, action, said in entries if action == DECIDING[1]]
    return any(skipped)


def _needs_none(record: Publication, past: Past) -> bool:
    assert record.snapshot is not None  # noqa: S101 - the query asks for records with one
    before = None if record.previous is None else record.previous.snapshot
    digest = record.snapshot.review_digest
    if before is not None and before.review_digest == digest:
        return True
    restates = any(number < record.number and earlier == digest for number, earlier in past.published)
    if restates and record.action != Release.Action.PUBLISH:
        return True
    now, was = read_snapshot(record.snapshot), None if before is None else read_snapshot(before)
    if now is None or (before is not None and was is None):
        # What cannot be read is invariant 10's to tell.
        return True
    return not steps_for(now.kind, reviewed_names(compare(was, now)))


def _check_reviews(reviews: list[Review]) -> Iterator[Finding]:
    acts: dict[uuid.UUID, list[ReviewRecord]] = defaultdict(list)
    records = ReviewRecord.objects.filter(review__in=[review.uuid for review in reviews]).order_by("sequence")
    for act in records:
        acts[act.review_id].append(act)
    live = _live(act for found in acts.values() for act in found if act.action == ReviewRecord.Action.WENT_LIVE)
    for review in reviews:
        last: ReviewRecord | None = None
        for act in acts[review.uuid]:
            if act.review_digest != review.review_digest:
                yield _of_review(review, "review_digest_moved", f"Act {act.sequence} is about other reviewed content.")
            if last and act.content_digest != last.content_digest and act.action != ReviewRecord.Action.AMENDED:
                yield _of_review(
                    review,
                    "amendment_unlogged",
                    f"Before act {act.sequence} what waited was changed, and no act says so.",
                )
            published = live.get((act.unit_uuid, act.operation))
            if act.action == ReviewRecord.Action.WENT_LIVE and published not in (None, act.content_digest):
                yield _of_review(
                    review, "went_live_otherwise", f"Something else was published than what act {act.sequence} says."
                )
            last = act


def _live(acts: Iterable[ReviewRecord]) -> dict[tuple[uuid.UUID, uuid.UUID], str]:
    """Return the content that was published by the operations of these acts, by unit and operation."""
    operations = {act.operation for act in acts}
    records = Publication.objects.filter(operation__in=operations, action=Release.Action.PUBLISH).order_by("number")
    return {
        (unit, operation): digest
        for unit, operation, digest in records.values_list("unit_uuid", "operation", "content_digest")
    }


def _of_record(record: Publication, code: str, message: str) -> Finding:
    return Finding(INVARIANT, code, record.unit_key, message, record.unit_uuid)


def _of_review(review: Review, code: str, message: str) -> Finding:
    return Finding(INVARIANT, code, review.unit_key, message, review.unit_uuid)
