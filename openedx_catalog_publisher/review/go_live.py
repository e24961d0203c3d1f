"""Going live: what is approved and due is projected onto the official side, under the locks of its courses."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from openedx_catalog_publisher.commands.anchors import Anchors, lock_runs
from openedx_catalog_publisher.commands.errors import Conflict
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.models import Publication, Release, Review, Status, UnitKind
from openedx_catalog_publisher.publishing.official import OfficialState, Wanted, new_release
from openedx_catalog_publisher.publishing.plan import plan_digest, publication_of
from openedx_catalog_publisher.publishing.problems import find_problems
from openedx_catalog_publisher.publishing.publish import (
    carry_out,
    refuse_problems,
    require_reviews,
    unpublish_ended,
)
from openedx_catalog_publisher.publishing.selection import Parents, Selection, Standing, Standings, read_standings
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot
from openedx_catalog_publisher.publishing.store import store_snapshots
from openedx_catalog_publisher.review.cases import Cases

MESSAGE = "Went live as approved."


def go_live_where_due(
    operation: Operation,
    anchors: Anchors,
    states: Mapping[uuid.UUID, OfficialState] = MappingProxyType({}),
) -> Release | None:
    """
    Let everything of the locked courses go live that is approved and due, as part of a command whose acts are stored.

    Due are runs whose date is over, and live courses whose change was submitted by itself. What prevents it is noted on
    the reviews, for the scheduler to try again; the command goes on.

    Arguments:
        operation: the command's operation.
        anchors: the locked anchors of the courses and of what was decided; saved here.
        states: what the command read of what is official.

    Returns:
        The release; None where nothing was due or something prevented it.
    """
    cases = Cases.of(operation, anchors)
    due = _due(cases, operation.time)
    if not due:
        cases.finish()
        anchors.save()
        return None
    try:
        return _carry_out(operation, _prepare(cases, due, states))
    except Conflict as error:
        # Nothing was written for it yet: what may be refused is asked before the first row moves.
        return _without_the_refused(operation, cases, due, error.message)


def _without_the_refused(
    operation: Operation, cases: Cases, due: Collection[uuid.UUID], message: str
) -> Release | None:
    """Let those go live that can, where all together cannot, and note the others' failures."""
    refused = {unit: _refusal(cases, {unit}) for unit in due}
    able = {unit for unit, said in refused.items() if not said}
    together = _refusal(cases, able) if able else ""
    for unit in due:
        # Where each could go live and all of them cannot, all wait for the scheduler, which takes one by one.
        if together or unit not in able:
            note_failure(cases, unit, refused[unit] or together or message)
    cases.finish()
    cases.anchors.save()
    return _carry_out(operation, _prepare(cases, able)) if able and not together else None


def _refusal(cases: Cases, units: Collection[uuid.UUID]) -> str:
    """Return what prevents that units go live together; empty for nothing."""
    try:
        _prepare(cases, units)
    except Conflict as error:
        return error.message
    return ""


def _due(cases: Cases, now: datetime) -> set[uuid.UUID]:
    live = _live_courses(cases)
    return {
        unit
        for unit, review in cases.open.items()
        if (
            review.due is not None and review.due <= now
            if review.unit_kind == UnitKind.COURSE_RUN
            else review.status == Status.REVIEWED and review.origin == Review.Origin.OWN and unit in live
        )
    }


def _live_courses(cases: Cases) -> set[uuid.UUID]:
    alone = [
        unit
        for unit, review in cases.open.items()
        if review.unit_kind == UnitKind.COURSE
        and review.status == Status.REVIEWED
        and review.origin == Review.Origin.OWN
    ]
    if not alone:
        return set()
    last = Publication.objects.filter(unit_uuid__in=alone, followers__isnull=True, status=Status.PUBLISHED)
    return set(last.values_list("unit_uuid", flat=True))


def note_failure(cases: Cases, unit: uuid.UUID, message: str) -> None:
    """Note on an open review that its unit could not go live; the scheduler tries it again, a course from now on."""
    review = cases.open.get(unit)
    if review is not None:
        review.attempts += 1
        review.last_error = message
        if review.unit_kind == UnitKind.COURSE and review.due is None:
            review.due = cases.operation.time
        cases.postpone(review)


def go_live(operation: Operation, anchors: Anchors, units: Collection[uuid.UUID]) -> Release | None:
    """
    Let approved units go live: all of them, with what they need of their courses, or none.

    What waits is what was approved; it equals the draft, since an edit that needs review ends a review and any other
    amends what waits. Where something else was published since the approval, the part of a course is left alone, and
    that of a run is merged field by field.

    Arguments:
        operation: the command's operation.
        anchors: the locked anchors of the units and of their courses; saved here.
        units: uuids of units with open reviews.

    Returns:
        The release; None where nothing differs from what is official.

    Raises:
        Conflict: naming what prevents it; nothing was written then.
    """
    return _carry_out(operation, _prepare(Cases.of(operation, anchors), units))


@dataclass(frozen=True)
class _Departure:
    """What goes live, checked; nothing of it is written yet."""

    cases: Cases
    standings: Standings
    wanted: Sequence[Wanted]


def _prepare(
    cases: Cases,
    units: Collection[uuid.UUID],
    states: Mapping[uuid.UUID, OfficialState] = MappingProxyType({}),
) -> _Departure:
    """
    Read what goes live with these units, and check that it may.

    Raises:
        Conflict: naming what prevents it.
    """
    anchors = cases.anchors
    runs = {unit for unit in units if cases.open[unit].unit_kind == UnitKind.COURSE_RUN}
    lock_runs(anchors, runs)
    courses = {cases.open[unit].course_uuid for unit in units}
    approved = {
        course
        for course in courses
        if course in cases.open and (course in units or cases.open[course].status == Status.REVIEWED)
    }
    selection = Selection.of(courses=approved, runs=runs, parents=Parents.WHERE_NEEDED)
    standings = read_standings(selection, lock=True, anchors=anchors, states=states)
    found = [_waiting(cases.open.get(unit.anchor.uuid), unit) for unit in standings.units]
    wanted = [entry for entry in found if entry is not None]
    _check_merged(cases, wanted)
    refuse_problems(find_problems(anchors, wanted))
    require_reviews(wanted)
    return _Departure(cases, standings, wanted)


def _carry_out(operation: Operation, departure: _Departure) -> Release | None:
    cases, wanted = departure.cases, departure.wanted
    anchors = cases.anchors
    moving = [entry for entry in wanted if entry]
    _note_merged(operation, cases, wanted)
    for entry in wanted:
        review = cases.open.get(entry.anchor.uuid)
        if review is not None and not entry:
            # Submitted with nothing of its own to publish: a run of a course that changed.
            cases.close(review, Review.Closing.WENT_LIVE)
    cases.finish(hold=bool(moving))
    release = None
    if moving:
        release = new_release(operation, Release.Action.PUBLISH, message=MESSAGE, plan_digest=plan_digest(wanted))
        carry_out(operation, release, departure.standings, moving)
        unpublish_ended(operation, anchors, moving)
        cases.finish()
    anchors.save()
    return release


def _waiting(review: Review | None, unit: Standing) -> Wanted | None:
    """Return what a unit that goes live wants; None where its part is left alone."""
    wanted = publication_of(unit)
    if review is None:
        return wanted
    if unit.draft.content_digest != review.content_digest:
        raise Conflict(f"The draft of {unit.anchor.key} is not what was approved. Submit it for review again.")
    if not _moved_since(review, unit.official.publication):
        wanted.stored = review.snapshot_id
        return wanted
    if unit.anchor.kind == UnitKind.COURSE and unit.official.snapshot is not None:
        return None
    return _merged(review, unit)


def _moved_since(review: Review, published: Publication | None) -> bool:
    """Tell whether other content is official than at the approval: a repair, for one, leaves it as it was."""
    if published is None or published.pk == review.base_id:
        return False
    return review.base is None or review.base.content_digest != published.content_digest


def _merged(review: Review, unit: Standing) -> Wanted:
    base = None if review.base is None or review.base.snapshot is None else UnitSnapshot.load(review.base.snapshot)
    wanted = publication_of(unit)
    if unit.official.snapshot is None:
        return wanted
    content, overlap = merge({} if base is None else base.content, unit.draft.content, unit.official.snapshot.content)
    if overlap:
        raise Conflict(
            f"{unit.anchor.key} was published otherwise since it was approved, and differs in {', '.join(overlap)}. "
            "Withdraw it, look at both, and submit it again.",
            [{"code": "overlap", "key": unit.anchor.key, "fields": overlap}],
        )
    labels = {**unit.official.snapshot.labels}
    for target, named in unit.draft.labels.items():
        labels[target] = {**labels.get(target, {}), **named}
    draft = unit.draft
    wanted.snapshot = UnitSnapshot(
        kind=draft.kind, uuid=draft.uuid, identity=draft.identity, content=content, labels=labels
    )
    wanted.__post_init__()
    return wanted


def merge(
    base: Mapping[str, Any], approved: Mapping[str, Any], official: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """
    Merge what was approved with what was published since, field by field.

    Arguments:
        base: what was official at the approval.
        approved: what was approved.
        official: what is official.

    Returns:
        (merged content, names of the fields that both changed to different values).
    """
    merged: dict[str, Any] = {}
    overlap: list[str] = []
    for name, wanted in approved.items():
        was, now = base.get(name), official.get(name)
        if wanted in (was, now):
            merged[name] = now
        elif now == was:
            merged[name] = wanted
        else:
            overlap.append(name)
    return merged, overlap


def _check_merged(cases: Cases, wanted: Sequence[Wanted]) -> None:
    for entry in wanted:
        review = cases.open.get(entry.anchor.uuid)
        if review is not None and entry.snapshot.review_digest != review.review_digest:
            raise Conflict(
                f"What would go live of {entry.anchor.key} is not what was approved, since something else was "
                "published meanwhile. Withdraw it, look at both, and submit it again."
            )


def _note_merged(operation: Operation, cases: Cases, wanted: Sequence[Wanted]) -> None:
    merged = [
        entry
        for entry in wanted
        if entry.anchor.uuid in cases.open
        and entry.snapshot.content_digest != cases.open[entry.anchor.uuid].content_digest
    ]
    pks = store_snapshots([entry.snapshot for entry in merged], operation.time) if merged else {}
    for entry in merged:
        digest = entry.snapshot.content_digest
        cases.amend(cases.open[entry.anchor.uuid], pks[digest], digest)
