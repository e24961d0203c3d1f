"""Publish: bring the official side of units to their drafts, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.errors import Conflict, InvalidInput
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import Publication, Release, Status, UnitKind
from openedx_catalog_publisher.publishing.official import Wanted, make_official, new_release, settle_draft
from openedx_catalog_publisher.publishing.plan import plan_digest, publication_of
from openedx_catalog_publisher.publishing.problems import Remark, find_problems
from openedx_catalog_publisher.publishing.selection import Selection, Standings, read_standings


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
        Conflict: when something moved since the plan was made (naming what), or a run would be official without its
            course.
        UnitNotFound: when a unit has no draft.
    """
    if without_review and not message.strip():
        raise InvalidInput({"message": ["Say why the reviews are skipped."]})
    standings = read_standings(selection, lock=True)
    right = Action.SKIP_REVIEW if without_review else Action.PUBLISH
    require_on_courses(operation.actor, right, standings.anchors)
    wanted = [publication_of(unit, without_review=without_review) for unit in standings.units]
    digest = plan_digest(wanted)
    check_expected(expected_digest, digest, wanted)
    refuse_problems(find_problems(standings.anchors, wanted))
    moving = [entry for entry in wanted if entry]
    unchanged = [entry for entry in wanted if not entry]
    release = None
    records: list[Publication] = []
    if moving:
        release = new_release(operation, Release.Action.PUBLISH, message=message, plan_digest=digest)
        records = carry_out(operation, release, standings, moving)
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
    return records


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
