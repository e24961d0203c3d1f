"""Reviews as publishing's gate: what is still missing, and what becomes of reviews when drafts or officials move."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from openedx_catalog_publisher.commands.anchors import Anchors
from openedx_catalog_publisher.commands.errors import Conflict
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.models import EditRecord, Release, Review, Snapshot, Status, UnitKind
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite
from openedx_catalog_publisher.publishing.gate import Clearance
from openedx_catalog_publisher.publishing.official import Wanted
from openedx_catalog_publisher.publishing.references import ReferenceIndex
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot, named_references
from openedx_catalog_publisher.publishing.store import store_snapshots
from openedx_catalog_publisher.review.approvals import clearances, reviewed_names
from openedx_catalog_publisher.review.cases import Cases
from openedx_catalog_publisher.review.policy import policy_digest
from openedx_catalog_publisher.review.states import IN_REVIEW

CLOSING_OF_EDIT: Mapping[EditRecord.Action, Review.Closing] = {
    EditRecord.Action.DISCARD: Review.Closing.DISCARDED,
    EditRecord.Action.RESTORE: Review.Closing.RESTORED,
}


class ReviewGate:
    """The gate of publishing."""

    def policy(self) -> str:
        """Return what stands for the rules in force."""
        return policy_digest()

    def clearances(self, wanted: Sequence[Wanted]) -> dict[uuid.UUID, Clearance]:
        """Return whether the content of units may go live; at most one statement."""
        return clearances(wanted)

    def drafts_written(
        self,
        operation: Operation,
        anchors: Anchors,
        writes: Sequence[DraftWrite],
        references: ReferenceIndex,
        *,
        keep_reviews: bool,
    ) -> None:
        """
        Close the reviews of what needs another review, amend those of what does not, and move the dates of schedules.

        A change of a course that needs review ends the reviews of its runs with its own: they cannot go live without
        it.

        Raises:
            Conflict: with ``keep_reviews``, when a review that waits for a decision would have to be closed.
        """
        cases = Cases(operation, anchors)
        if not cases.open:
            return
        amended: list[tuple[Review, DraftWrite]] = []
        for entry in writes:
            review = cases.open.get(entry.anchor.uuid)
            fields = reviewed_names(entry.changes)
            closing = CLOSING_OF_EDIT.get(entry.action, Review.Closing.EDITED)
            ends = bool(fields) or entry.action in CLOSING_OF_EDIT
            if ends and keep_reviews:
                _refuse(cases, entry, fields)
            if review is not None and ends:
                cases.close(review, closing, fields=fields)
            elif review is not None and entry.changes:
                amended.append((review, entry))
            elif review is not None and "go_live_date" in entry.state:
                cases.postpone(review)
            if fields and entry.anchor.kind == UnitKind.COURSE:
                cases.close_runs(entry.anchor.uuid, closing, fields)
        _amend(operation, cases, amended, references)
        cases.finish()

    def official_moved(self, operation: Operation, anchors: Anchors, moved: Mapping[uuid.UUID, Wanted | None]) -> None:
        """Close the reviews of what went live, was replaced or was taken back; others keep their drafts in review."""
        cases = Cases.of(operation, anchors)
        if not cases.open:
            return
        for unit, entry in moved.items():
            review = cases.open.get(unit)
            if review is not None:
                closing = _closing(review, entry)
                if closing is None:
                    cases.postpone(review)
                else:
                    cases.close(review, closing)
            withdrawn = entry is None or entry.action == Release.Action.UNPUBLISH
            if withdrawn and unit in anchors.courses:
                cases.close_runs(unit, Review.Closing.REMOVED if entry is None else Review.Closing.UNPUBLISHED)
        cases.finish()


def _refuse(cases: Cases, entry: DraftWrite, fields: Sequence[str]) -> None:
    is_course = entry.anchor.kind == UnitKind.COURSE
    touched = [cases.open.get(entry.anchor.uuid), *(cases.runs_of(entry.anchor.uuid) if is_course else ())]
    # What is approved and waits for its date may be changed, and is submitted again.
    if any(review is not None and cases.draft_status(review) in IN_REVIEW for review in touched):
        raise Conflict(
            f"{entry.anchor.key} is in review, and this changes what is reviewed. The page is out of date: reload it.",
            [{"code": "in_review", "key": entry.anchor.key, "fields": list(fields)}],
        )


def _closing(review: Review, entry: Wanted | None) -> Review.Closing | None:
    """Return why a review is over after its unit's official side moved; None where it goes on."""
    if entry is None:
        return Review.Closing.REMOVED
    if entry.action == Release.Action.UNPUBLISH:
        return Review.Closing.UNPUBLISHED
    if entry.action != Release.Action.PUBLISH:
        return None
    live = entry.snapshot.review_digest == review.review_digest and entry.status == Status.PUBLISHED
    return Review.Closing.WENT_LIVE if live else Review.Closing.REPLACED


def _amend(
    operation: Operation,
    cases: Cases,
    amended: Sequence[tuple[Review, DraftWrite]],
    references: ReferenceIndex,
) -> None:
    if not amended:
        return
    rows = Snapshot.objects.in_bulk([review.snapshot_id for review, _ in amended])
    waiting = [
        (review, _amended(UnitSnapshot.load(rows[review.snapshot_id]), entry, references)) for review, entry in amended
    ]
    for review, snapshot in waiting:
        if snapshot.review_digest != review.review_digest:
            raise RuntimeError(f"An amendment of {review.unit_key} changes what is reviewed.")
    pks = store_snapshots([snapshot for _, snapshot in waiting], operation.time)
    for review, snapshot in waiting:
        cases.amend(review, pks[snapshot.content_digest], snapshot.content_digest)


def _amended(waiting: UnitSnapshot, entry: DraftWrite, references: ReferenceIndex) -> UnitSnapshot:
    changes = {change.name: change.new for change in entry.changes}
    labels = {target: dict(named) for target, named in waiting.labels.items()}
    named = [reference for _, reference in named_references(waiting.kind, changes)]
    for target, found in references.labels(named).items():
        labels.setdefault(target, {}).update(found)
    return UnitSnapshot(
        kind=waiting.kind,
        uuid=waiting.uuid,
        identity=waiting.identity,
        content={**waiting.content, **changes},
        labels=labels,
    )
