"""Publish: bring the official side of units to their drafts, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.anchors import Anchors, lock_runs
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import CourseRun, Publication, Release, Status, UnitKind
from openedx_catalog_publisher.models.derived.course_run import could_be_marketable, enrollment_deadline, has_ended
from openedx_catalog_publisher.publishing.gate import gate
from openedx_catalog_publisher.publishing.official import Wanted, make_official, new_release, settle_draft
from openedx_catalog_publisher.publishing.plan import plan_digest, publication_of
from openedx_catalog_publisher.publishing.problems import Remark, find_problems
from openedx_catalog_publisher.publishing.selection import Parents, Selection, Standing, Standings, read_standings
from openedx_catalog_publisher.settings import conf

SUNSET = "Nobody can enroll any more, and another run of the course went live."


@dataclass(frozen=True)
class Published:
    """
    What a publication did.

    Attributes:
        release: the release; None where nothing differed and nothing was written.
        publications: one record per unit that moved.
        unchanged: keys of the units that did not.
    """

    release: Release | None
    publications: tuple[Publication, ...]
    unchanged: tuple[str, ...]


@command
def publish(
    operation: Operation,
    selection: Selection,
    *,
    expected_digest: str | None = None,
    message: str = "",
    without_review: bool = False,
) -> Published:
    """
    Publish the drafts of the selected units; all of them or none.

    Arguments:
        operation: given by the command.
        selection: which units.
        expected_digest: the digest of the plan that was read; None publishes whatever the drafts are.
        message: why, for the log.
        without_review: skip the reviews that the policy asks for, as an act of a catalog administrator or the system;
            the records say so, and the message is the reason.

    Raises:
        NotPermitted: when the actor may not publish one of the courses, or may not skip reviews.
        InvalidInput: naming ``message``, when reviews are skipped without a reason.
        Conflict: when something moved since the plan was made (naming what), a run would be official without its
            course, or something needs review (naming the missing steps).
        UnitNotFound: when a unit has no draft.
    """
    if without_review and not message.strip():
        raise InvalidInput({"message": ["Say why the reviews are skipped."]})
    standings = read_standings(selection, lock=True)
    right = Action.SKIP_REVIEW if without_review else Action.PUBLISH
    require_on_courses(operation.actor, right, standings.anchors)
    wanted = [publication_of(unit) for unit in standings.units]
    digest = plan_digest(wanted)
    check_expected(expected_digest, digest, wanted)
    refuse_problems(find_problems(standings.anchors, wanted))
    if without_review:
        skip_reviews(wanted)
    else:
        require_reviews(wanted)
    moving = [entry for entry in wanted if entry]
    unchanged = [entry for entry in wanted if not entry]
    release = None
    records: list[Publication] = []
    if moving:
        release = new_release(operation, Release.Action.PUBLISH, message=message, plan_digest=digest)
        records = carry_out(operation, release, standings, moving)
        unpublish_ended(operation, standings.anchors, moving)
    _note_equal(unchanged)
    standings.anchors.save()
    return Published(
        release=release,
        publications=tuple(records),
        unchanged=tuple(entry.anchor.key for entry in unchanged),
    )


def carry_out(
    operation: Operation, release: Release, standings: Standings, moving: Sequence[Wanted], *, whole: bool = False
) -> list[Publication]:
    """
    Make official what is wanted, and bring drafts' status, announcement and pointers in step; the caller saves the
    anchors.

    The announcement of a run is the time of its first publication, unless it has one.
    """
    for entry in moving:
        anchor = entry.anchor
        anchor.move(operation.time, content=False)
        if anchor.kind == UnitKind.COURSE_RUN and entry.status == Status.PUBLISHED and anchor["announcement"] is None:
            anchor.set(announcement=operation.time)
    drafts = {unit.anchor.uuid: unit.draft.content_digest for unit in standings.units}
    records = make_official(operation, release, standings.anchors, moving, standings.known, whole=whole)
    for entry in moving:
        equal = drafts[entry.anchor.uuid] == entry.snapshot.content_digest
        settle_draft(entry.anchor, official=entry.status, equal=equal)
    gate().official_moved(operation, standings.anchors, {entry.anchor.uuid: entry for entry in moving})
    return records


def unpublish_ended(operation: Operation, anchors: Anchors, moved: Sequence[Wanted]) -> Release | None:
    """
    Withdraw the runs that nobody can enroll in any more when another run of their course went live, where the setting
    says so and a published run that has not ended remains, as in Discovery; part of a command that saves the anchors.

    Arguments:
        operation: the command's operation.
        anchors: the locked anchors of the courses; runs are added.
        moved: what became official in this operation.

    Returns:
        The release; None where nothing was withdrawn.
    """
    ended = _ended_runs(moved, operation.time) if conf.sunset_ended_runs() else []
    if not ended:
        return None
    anchors.save()
    lock_runs(anchors, ended)
    standings = read_standings(Selection.of(runs=ended, parents=Parents.NEVER), lock=True, anchors=anchors)
    release = new_release(operation, Release.Action.UNPUBLISH, message=SUNSET)
    carry_out(operation, release, standings, [withdrawal_of(unit) for unit in standings.units])
    return release


def withdrawal_of(unit: Standing) -> Wanted:
    """Return what withdrawing an official unit wants: the same content, unpublished."""
    assert unit.official.snapshot is not None  # noqa: S101 - callers name official units only
    return Wanted(
        anchor=unit.anchor,
        before=unit.official,
        snapshot=unit.official.snapshot,
        status=Status.UNPUBLISHED,
        action=Release.Action.UNPUBLISH,
    )


def _ended_runs(moved: Sequence[Wanted], now: datetime) -> list[uuid.UUID]:
    courses = {
        entry.anchor["course_id"]
        for entry in moved
        if entry.anchor.kind == UnitKind.COURSE_RUN
        and entry.status == Status.PUBLISHED
        and entry.before.status != Status.PUBLISHED
    }
    if not courses:
        return []
    rows = CourseRun.objects.filter(course__draft_version__in=courses, status=Status.PUBLISHED)
    by_course: dict[int, list[CourseRun]] = {}
    for run in rows.select_related("course", "type").prefetch_related("seats").order_by("pk"):
        by_course.setdefault(run.course_id, []).append(run)
    ended: list[uuid.UUID] = []
    for runs in by_course.values():
        over = [run for run in runs if (enrollment_deadline(run) or now) < now]
        if any(run not in over and not has_ended(run, now) and could_be_marketable(run) for run in runs):
            ended += [run.uuid for run in over]
    return ended


def require_reviews(wanted: Sequence[Wanted]) -> None:
    """
    Note on what ground each unit goes live.

    Raises:
        Conflict: naming the steps of review that are missing, by unit.
    """
    clearances = gate().clearances(wanted)
    missing = [(entry.anchor.key, clearances[entry.anchor.uuid].missing) for entry in wanted]
    missing = [(key, steps) for key, steps in missing if steps]
    if missing:
        raise Conflict(
            " ".join(f"{key} still needs review: {', '.join(steps)}." for key, steps in missing)
            + " Submit it for review; it goes live when every step is approved.",
            [{"code": "review_missing", "key": key, "steps": list(steps)} for key, steps in missing],
        )
    for entry in wanted:
        found = clearances[entry.anchor.uuid]
        entry.approval, entry.steps = found.approval, found.steps


def skip_reviews(wanted: Sequence[Wanted]) -> None:
    """Note that each unit goes live without review; the release says by whom and why."""
    for entry in wanted:
        entry.approval = Publication.Approval.SKIPPED


def check_expected(expected: str | None, actual: str, wanted: Sequence[Wanted]) -> None:
    """
    Check the digest of the plan that the caller read.

    Raises:
        Conflict: naming, per unit, the revision, base publication and differing fields as they are.
    """
    if expected is None or expected == actual:
        return
    details: list[dict[str, Any]] = [
        {
            "key": entry.anchor.key,
            "revision": entry.anchor.revision,
            "base_publication": entry.before.number,
            "fields": [change.name for change in entry.changes],
        }
        for entry in wanted
    ]
    raise Conflict("Something moved since this plan was made. Read the plan again.", details)


def refuse_problems(problems: dict[Any, list[Remark]]) -> None:
    """
    Refuse what a plan calls a problem.

    Raises:
        Conflict: with every problem and its remedy.
    """
    remarks = [remark for found in problems.values() for remark in found]
    if remarks:
        raise Conflict(
            " ".join(remark.message for remark in remarks),
            [{"code": remark.code, "message": remark.message} for remark in remarks],
        )


def _note_equal(unchanged: Sequence[Wanted]) -> None:
    # An edit that was taken back leaves a revision behind; noting that the sides are equal saves the next reading.
    for entry in unchanged:
        entry.anchor.set(published_revision=entry.anchor.revision)
