"""Undoing a release, and repairing official rows from the last snapshot."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.errors import Conflict, UnitNotFound
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.models import Publication, Release, Side, Status, UnitKind
from openedx_catalog_publisher.publishing.capture import Capture, capture
from openedx_catalog_publisher.publishing.official import Wanted, new_release
from openedx_catalog_publisher.publishing.plan import Plan, plan_digest, plan_of
from openedx_catalog_publisher.publishing.problems import find_problems
from openedx_catalog_publisher.publishing.publish import Published, carry_out, check_expected, refuse_problems
from openedx_catalog_publisher.publishing.selection import (
    Parents,
    Selection,
    Standings,
    answer_unlocked,
    read_standings,
)
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot


def plan_undo(actor: Actor, release: uuid.UUID) -> Plan:
    """
    Return what undoing a release would do. Writes nothing.

    Raises:
        NotPermitted: when the actor may not see one of the drafts.
        UnitNotFound: when there is no such release.
        Conflict: when something was published since, or the release was a removal's undoing.
        Busy: when drafts move faster than they can be read.
    """
    _, records = _records_of(release)

    def answer(standings: Standings) -> Plan:
        require_on_courses(actor, Action.VIEW_DRAFT, standings.anchors)
        return plan_of(standings, _inverse(standings, records))

    return answer_unlocked(_selection(records), answer)


@command
def undo_release(
    operation: Operation, release: uuid.UUID, *, expected_digest: str | None = None, message: str = ""
) -> Published:
    """
    Bring the official side of all units of a release back to what it was before; all of them or none.

    What was published first by that release is withdrawn: its official rows stay, unpublished. What it removed comes
    back. Drafts keep their content.

    Arguments:
        operation: given by the command.
        release: uuid of the release.
        expected_digest: the digest of the plan that was read; None undoes whatever is.
        message: why, for the log.

    Raises:
        NotPermitted: when the actor may not publish one of the courses; to undo a removal, for all but those who may
            remove.
        UnitNotFound: when there is no such release, or one of its units has no draft any more.
        Conflict: when one of its units was published, withdrawn or removed since (naming it), or something moved since
            the plan was made.
    """
    undone, records = _records_of(release)
    standings = read_standings(_selection(records), lock=True)
    right = Action.REMOVE if undone.action == Release.Action.REMOVE else Action.PUBLISH
    require_on_courses(operation.actor, right, standings.anchors)
    wanted = _inverse(standings, records)
    digest = plan_digest(wanted)
    check_expected(expected_digest, digest, wanted)
    refuse_problems(find_problems(standings.anchors, wanted))
    moving = [entry for entry in wanted if entry]
    made = new_release(operation, Release.Action.UNDO, message=message, plan_digest=digest, undoes=undone)
    publications = carry_out(operation, made, standings, moving)
    standings.anchors.save()
    return Published(
        release=made,
        publications=tuple(publications),
        unchanged=tuple(entry.anchor.key for entry in wanted if not entry),
    )


@command
def rebuild(operation: Operation, selection: Selection, *, reason: str = "") -> Published:
    """
    Repair official rows that drifted from the last published snapshot.

    Arguments:
        operation: given by the command.
        selection: which units; those without official content are left alone.
        reason: why, for the log.

    Returns:
        What was repaired; units whose rows were right are ``unchanged`` and get no record.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        UnitNotFound: when a unit has no draft.
    """
    selection = Selection(
        courses=selection.courses, runs=selection.runs, all_runs=selection.all_runs, parents=Parents.NEVER
    )
    standings = read_standings(selection, lock=True)
    require_on_courses(operation.actor, Action.REBUILD, standings.anchors)
    stored = Capture(references=standings.known.references)
    for kind in (UnitKind.COURSE, UnitKind.COURSE_RUN):
        capture(kind, Side.OFFICIAL, [anchor.pk for anchor in standings.anchors.of(kind).values()], into=stored)
    wanted = [
        Wanted(
            anchor=unit.anchor,
            before=unit.official,
            snapshot=unit.official.snapshot,
            status=unit.official.status,
            action=Release.Action.REBUILD,
            draft=unit.captured,
            force=True,
        )
        for unit in standings.units
        if unit.official.snapshot is not None and unit.official.status is not None
    ]
    drifted = [
        entry
        for entry in wanted
        if entry.anchor.uuid not in stored.units
        or stored.units[entry.anchor.uuid].snapshot.content_digest != entry.snapshot.content_digest
        or stored.units[entry.anchor.uuid].values["status"] != entry.status
    ]
    release, publications = None, []
    if drifted:
        release = new_release(operation, Release.Action.REBUILD, message=reason)
        publications = carry_out(operation, release, standings, drifted, whole=True)
    standings.anchors.save()
    return Published(
        release=release,
        publications=tuple(publications),
        unchanged=tuple(entry.anchor.key for entry in wanted if entry not in drifted),
    )


def _records_of(release: uuid.UUID) -> tuple[Release, list[Publication]]:
    found = Release.objects.filter(uuid=release).first()
    if found is None:
        raise UnitNotFound(f"There is no release {release}.")
    records = found.publications.select_related("previous__snapshot", "snapshot")
    return found, list(records.order_by("pk"))


def _selection(records: Sequence[Publication]) -> Selection:
    return Selection.of(
        courses=(record.unit_uuid for record in records if record.unit_kind == UnitKind.COURSE),
        runs=(record.unit_uuid for record in records if record.unit_kind == UnitKind.COURSE_RUN),
        parents=Parents.NEVER,
    )


def _inverse(standings: Standings, records: Sequence[Publication]) -> list[Wanted]:
    by_unit = {record.unit_uuid: record for record in records}
    later = [
        unit.anchor.key
        for unit in standings.units
        if unit.official.publication is None or unit.official.publication.pk != by_unit[unit.anchor.uuid].pk
    ]
    if later:
        raise Conflict(
            f"Published, withdrawn or removed since: {', '.join(later)}. Undo the later release first, or restore an "
            "earlier publication onto the draft and publish it.",
            [{"key": key} for key in later],
        )
    wanted = []
    for unit in standings.units:
        previous = by_unit[unit.anchor.uuid].previous
        if previous is not None and previous.snapshot is not None:
            snapshot, status = UnitSnapshot.load(previous.snapshot), Status(previous.status)
        elif unit.official.snapshot is not None:
            snapshot, status = unit.official.snapshot, Status.UNPUBLISHED
        else:
            continue
        wanted.append(
            Wanted(
                anchor=unit.anchor,
                before=unit.official,
                snapshot=snapshot,
                status=status,
                action=Release.Action.UNDO,
                draft=unit.captured,
            )
        )
    return wanted
