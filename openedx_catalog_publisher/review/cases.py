"""
The open reviews of some courses and of their runs, and what one command does to them.

A command notes its acts (submitted, approved, closed, ...) and finishes: statuses of drafts are brought in step, each
act becomes a record of the unit's hash chain and an event, and the rows of the reviews are written, in statements that
do not depend on how many reviews there are. All of it happens under the locks of the courses.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openedx_catalog_publisher.commands.anchors import MODELS, Anchor, Anchors, lock_runs
from openedx_catalog_publisher.commands.bulk import insert_records, update_rows
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.ledger.chain import append
from openedx_catalog_publisher.models import (
    Comment,
    EventKind,
    OutboxEvent,
    Review,
    ReviewRecord,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.outbox.record import unit_event
from openedx_catalog_publisher.review.states import STATUS_OF_STEP, SUBMITTED, check_move, earlier

Acts = ReviewRecord.Action

ACT_OF_CLOSING: Mapping[str, Acts] = {
    Review.Closing.WENT_LIVE: Acts.WENT_LIVE,
    Review.Closing.WITHDRAWN: Acts.WITHDRAWN,
    Review.Closing.CHANGES_REQUESTED: Acts.CHANGES_REQUESTED,
}

EVENT_OF_ACT: Mapping[Acts, EventKind] = {
    Acts.SUBMITTED: EventKind.REVIEW_OPENED,
    Acts.APPROVED: EventKind.REVIEW_DECIDED,
    Acts.SKIPPED: EventKind.REVIEW_DECIDED,
    Acts.FOLLOWED: EventKind.REVIEW_DECIDED,
    Acts.CHANGES_REQUESTED: EventKind.REVIEW_CLOSED,
    Acts.WITHDRAWN: EventKind.REVIEW_CLOSED,
    Acts.CLOSED: EventKind.REVIEW_CLOSED,
    Acts.WENT_LIVE: EventKind.REVIEW_CLOSED,
}

MUTABLE = (
    "open_unit",
    "status",
    "snapshot_id",
    "content_digest",
    "missing_steps",
    "base_id",
    "step_since",
    "due",
    "not_before",
    "attempts",
    "last_error",
    "closed_at",
    "closing",
    "closing_fields",
    "lateness",
)


KNOWN = "open reviews"


@dataclass
class Act:
    """
    One act on one review, noted and not yet recorded.

    Attributes:
        review: the review.
        action: what was done.
        step: the step that was decided; empty for none.
        confirmation: how the decision named what it decides; empty for none.
        text: what the actor said; empty for nothing.
        comment: the comment that this became.
    """

    review: Review
    action: Acts
    step: str = ""
    confirmation: str = ""
    text: str = ""
    comment: Comment | None = None


@dataclass
class Cases:
    """
    Open reviews, by unit, and the acts of one command on them.

    Attributes:
        operation: the command's operation.
        anchors: the locked anchors; runs are added as they are needed. The caller saves them.
        open: the open reviews of all courses among the anchors and of their runs.
    """

    operation: Operation
    anchors: Anchors
    open: dict[uuid.UUID, Review] = field(init=False)
    _acts: list[Act] = field(default_factory=list, init=False)
    _stored: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict, init=False)
    _idle: set[uuid.UUID] = field(default_factory=set, init=False)
    _moved: list[Review] = field(default_factory=list, init=False)
    _statuses: dict[uuid.UUID, Status] = field(default_factory=dict, init=False)
    _held: dict[uuid.UUID, Review] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, operation: Operation, anchors: Anchors) -> Cases:
        """Return the cases of these anchors: those that the operation read already, where it has them."""
        known = operation.known.get(KNOWN)
        # What was inserted has no primary key yet, and is read.
        if (
            isinstance(known, Cases)
            and known.anchors is anchors
            and all(review.pk is not None for review in known.open.values())
        ):
            return known
        found = cls(operation, anchors)
        operation.known[KNOWN] = found
        return found

    def __post_init__(self) -> None:
        courses = [course.uuid for course in self.anchors.courses.values()]
        found = Review.objects.filter(course_uuid__in=courses, open_unit__isnull=False).order_by("pk")
        self.open = {review.unit_uuid: review for review in found}
        self._stored = {review.uuid: _columns(review) for review in self.open.values()}

    def of_course(self, course: uuid.UUID) -> Review | None:
        """Return the open review of a course."""
        return self.open.get(course)

    def runs_of(self, course: uuid.UUID) -> list[Review]:
        """Return the open reviews of the runs of a course."""
        return [review for unit, review in self.open.items() if review.course_uuid == course and unit != course]

    def add(self, review: Review, text: str = "") -> None:
        """Note that a review is opened."""
        self.open[review.unit_uuid] = review
        self._acts.append(Act(review, Acts.SUBMITTED, text=text))

    def decide(self, review: Review, step: str, action: Acts, *, confirmation: str, text: str = "") -> None:
        """Note that a step of a review is approved or skipped; the next one that is missing comes."""
        review.missing_steps = [missing for missing in review.missing_steps if missing != step]
        review.status = status_of(review.missing_steps)
        review.step_since = self.operation.time
        self._acts.append(Act(review, action, step=step, confirmation=confirmation, text=text))

    def amend(self, review: Review, snapshot_pk: int, content_digest: str) -> None:
        """Note that what waits is changed in something that needs no review."""
        review.snapshot_id = snapshot_pk
        review.content_digest = content_digest
        self._acts.append(Act(review, Acts.AMENDED))

    def close(
        self, review: Review, closing: Review.Closing, *, fields: Iterable[str] = (), step: str = "", text: str = ""
    ) -> None:
        """Note that a review is over, and why."""
        del self.open[review.unit_uuid]
        review.open_unit = None
        review.closing = str(closing)
        review.closing_fields = sorted(fields)
        review.closed_at = self.operation.time
        if closing == Review.Closing.WENT_LIVE and review.due is not None:
            # Nothing is late before it was approved.
            since = max(review.due, review.step_since)
            review.lateness = max(0, int((self.operation.time - since).total_seconds()))
        review.due = review.not_before = None
        self._idle.add(review.unit_uuid)
        self._acts.append(Act(review, ACT_OF_CLOSING.get(closing, Acts.CLOSED), step=step, text=text))

    def close_runs(self, course: uuid.UUID, closing: Review.Closing, fields: Iterable[str] = ()) -> None:
        """Note that the reviews of all runs of a course are over."""
        names = list(fields)
        for review in self.runs_of(course):
            self.close(review, closing, fields=names)

    def postpone(self, review: Review) -> None:
        """Note that a review is to be written although no act moves it: its date moved, or an attempt failed."""
        self._moved.append(review)

    def finish(self, *, hold: bool = False) -> list[Act]:
        """
        Bring drafts in step, and write records, events and reviews. The caller saves the anchors.

        Arguments:
            hold: leave the rows of the reviews to the next ``finish``, which comes in any case.

        Returns:
            The acts that were recorded.
        """
        if not self._acts and not self._moved:
            if self._held and not hold:
                self._write_reviews({})
            return []
        touched = {act.review.unit_uuid: act.review for act in self._acts} | {
            review.unit_uuid: review for review in self._moved
        }
        before = self._bring_in_step(touched)
        acts = self._acts + self._followers(before)
        records = [self._record(act) for act in acts]
        events = [event for act in acts if (event := self._event(act, before)) is not None]
        if hold:
            self._held |= touched
        else:
            self._write_reviews(touched)
        _insert(records, [act.comment for act in acts])
        comments = [act.comment for act in acts if act.comment is not None]
        events += [self._comment_event(comment) for comment in comments]
        insert_records(events)
        self._acts, self._moved, self._idle = [], [], set()
        return acts

    # How statuses follow.

    def _bring_in_step(self, touched: Mapping[uuid.UUID, Review]) -> dict[uuid.UUID, Status]:
        """Set the statuses of all drafts that these reviews concern, and return what they were."""
        courses = {unit for unit, review in touched.items() if review.unit_kind == UnitKind.COURSE}
        followers = {review.unit_uuid for course in courses for review in self.runs_of(course)}
        runs = {unit for unit, review in touched.items() if review.unit_kind == UnitKind.COURSE_RUN}
        lock_runs(self.anchors, runs | followers)
        concerned = [self.anchor_of(unit) for unit in (*courses, *sorted(runs | followers, key=str))]
        before = {anchor.uuid: self._statuses.get(anchor.uuid, Status(anchor.values["status"])) for anchor in concerned}
        # What a publication or a discard of this very command settled already stays.
        closed = [anchor for anchor in concerned if anchor.uuid in self._idle and anchor.status in SUBMITTED]
        official = _official_statuses(closed)
        for anchor in concerned:
            review = self.open.get(anchor.uuid)
            if review is not None:
                anchor.set(status=str(self.draft_status(review)))
                if anchor.status != before[anchor.uuid]:
                    # A run that follows its course begins to wait for the step where its course comes to it.
                    review.step_since = self.operation.time
                self._schedule(review, anchor)
            elif anchor in closed:
                live = official.get(anchor.pk) == Status.PUBLISHED
                anchor.set(status=str(Status.PUBLISHED if live else Status.UNPUBLISHED))
            check_move(before[anchor.uuid], anchor.status)
            self._statuses[anchor.uuid] = anchor.status
        return before

    def draft_status(self, review: Review) -> Status:
        """Return the status of the draft that a review is of: the earlier of its own step and its course's."""
        own = Status(review.status)
        course = self.open.get(review.course_uuid)
        return own if course is None else earlier(own, Status(course.status))

    def _schedule(self, review: Review, anchor: Anchor) -> None:
        if review.unit_kind == UnitKind.COURSE_RUN:
            due = self._due(review, anchor) if anchor.status == Status.REVIEWED else None
            if due != review.due:
                review.due, review.not_before, review.attempts, review.last_error = due, None, 0, ""

    def _due(self, review: Review, run: Anchor) -> datetime | None:
        """Return when an approved run goes live; one that is live without a date changes at once."""
        date: datetime | None = run["go_live_date"]
        if date is None and _official_statuses([run]).get(run.pk) == Status.PUBLISHED:
            return review.due or self.operation.time
        return date

    def _followers(self, before: Mapping[uuid.UUID, Status]) -> list[Act]:
        """Return an act for each open review whose draft's status moved without an act of its own."""
        acted = {act.review.unit_uuid for act in self._acts}
        return [
            Act(self.open[unit], Acts.FOLLOWED)
            for unit, status in before.items()
            if unit in self.open and unit not in acted and self.anchor_of(unit).status != status
        ]

    def anchor_of(self, unit: uuid.UUID) -> Anchor:
        """Return the locked anchor of a unit."""
        return self.anchors.courses[unit] if unit in self.anchors.courses else self.anchors.runs[unit]

    # What is written.

    def _record(self, act: Act) -> ReviewRecord:
        review, anchor = act.review, self.anchor_of(act.review.unit_uuid)
        if anchor.revision == anchor.values["revision"]:
            anchor.move(self.operation.time, content=False)
        record = ReviewRecord(
            unit_kind=str(anchor.kind),
            unit_uuid=anchor.uuid,
            unit_key=anchor.key,
            actor=self.operation.pseudonym,
            occurred_at=self.operation.time,
            operation=self.operation.uuid,
            source=str(self.operation.source),
            revision=anchor.revision,
            review_id=review.uuid,
            action=str(act.action),
            step=str(act.step),
            status=str(anchor.status),
            review_digest=review.review_digest,
            content_digest=review.content_digest,
            snapshot_id=review.snapshot_id,
            confirmation=str(act.confirmation),
            reason=review.closing,
        )
        append(anchor, record)
        if act.text:
            act.comment = new_comment(self.operation, anchor, review.course_uuid, act.text)
        return record

    def _event(self, act: Act, before: Mapping[uuid.UUID, Status]) -> OutboxEvent | None:
        kind = EVENT_OF_ACT.get(act.action)
        if kind is None:
            return None
        anchor = self.anchor_of(act.review.unit_uuid)
        payload: dict[str, Any] = {
            "review": str(act.review.uuid),
            "status": str(anchor.status),
            "previous_status": str(before[anchor.uuid]),
        }
        if kind == EventKind.REVIEW_OPENED:
            payload["review_digest"] = act.review.review_digest
        elif kind == EventKind.REVIEW_DECIDED:
            payload |= {"step": act.step, "decision": str(act.action)}
        else:
            comment = None if act.comment is None else str(act.comment.uuid)
            payload |= {"reason": act.review.closing, "fields": act.review.closing_fields, "comment": comment}
        return unit_event(self.operation, anchor, kind, payload)

    def _comment_event(self, comment: Comment) -> OutboxEvent:
        payload = {"comment": str(comment.uuid), "field": comment.field, "record": True}
        return unit_event(self.operation, self.anchor_of(comment.unit_uuid), EventKind.COMMENT_ADDED, payload)

    def _write_reviews(self, touched: Mapping[uuid.UUID, Review]) -> None:
        concerned = (*self._held.values(), *touched.values(), *self.open.values())
        reviews = {review.uuid: review for review in concerned}
        self._held = {}
        created = [review for review in reviews.values() if review.pk is None]
        insert_records(created)
        changed = {}
        for review in reviews.values():
            if review.pk is not None and review.uuid in self._stored:
                stored, now = self._stored[review.uuid], _columns(review)
                moved = {name: value for name, value in now.items() if value != stored[name]}
                if moved:
                    changed[review.pk] = moved
                    self._stored[review.uuid] = now
        if changed:
            update_rows(Review, changed)


def new_comment(operation: Operation, anchor: Anchor, course: uuid.UUID, text: str, *, field: str = "") -> Comment:
    """Return a comment on a unit, not stored yet."""
    return Comment(
        unit_kind=str(anchor.kind),
        unit_uuid=anchor.uuid,
        unit_key=anchor.key,
        course_uuid=course,
        field=field,
        author=operation.actor.user,
        author_pseudonym=operation.pseudonym,
        text=text,
        created=operation.time,
    )


def status_of(missing_steps: Sequence[str]) -> Status:
    """Return where a review is whose steps to come are these."""
    return STATUS_OF_STEP[missing_steps[0]] if missing_steps else Status.REVIEWED


def _columns(review: Review) -> dict[str, Any]:
    values = vars(review)
    return {name: list(values[name]) if isinstance(values[name], list) else values[name] for name in MUTABLE}


def _insert(records: Sequence[ReviewRecord], comments: Sequence[Comment | None]) -> None:
    insert_records([record for record, comment in zip(records, comments, strict=True) if comment is None])
    for record, comment in zip(records, comments, strict=True):
        if comment is not None:
            # By itself, since the comment points at it.
            record.save(force_insert=True)
            comment.record = record
            comment.save(force_insert=True)


def _official_statuses(anchors: Sequence[Anchor]) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind in UnitKind:
        pks = [anchor.pk for anchor in anchors if anchor.kind == kind]
        if pks:
            rows = MODELS[kind].objects.filter(draft_version__in=pks)
            found |= dict(rows.values_list("draft_version_id", "status"))
    return found
