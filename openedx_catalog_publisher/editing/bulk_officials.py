"""
What an import says is official, made official as it says: content that need not be the draft's.

It goes live by the primitive of all publications, as an act of a catalog administrator who skips the reviews.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.models import Publication, Release, Status, UnitKind
from openedx_catalog_publisher.publishing.draft_writes import DraftWrite
from openedx_catalog_publisher.publishing.official import OfficialState, Wanted, new_release
from openedx_catalog_publisher.publishing.problems import find_problems
from openedx_catalog_publisher.publishing.publish import carry_out, refuse_problems
from openedx_catalog_publisher.publishing.references import ReferenceIndex
from openedx_catalog_publisher.publishing.selection import Parents, Selection, Standing, read_standings
from openedx_catalog_publisher.publishing.slugs import keep_official_slugs
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot, named_references


def draft_with_official(
    draft: Mapping[str, Any],
    official: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    live: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """
    Return what is to be written to a draft: what the input names for it, and what it names for the official side alone.

    That is the draft's too where there is no draft yet, or where the draft was equal to the official side, so that
    changes that are not published stay.

    Arguments:
        draft: canonical content that the input names for the draft.
        official: canonical content that it names for the official side.
        before: the draft's content; None for a creation.
        live: the official content; None where there is none.
    """
    followed = {
        name: value
        for name, value in official.items()
        if name not in draft and (before is None or (live is not None and before[name] == live[name]))
    }
    return followed | dict(draft)


def official_content(
    draft_after: Mapping[str, Any],
    draft: Mapping[str, Any],
    official: Mapping[str, Any],
    live: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """
    Return what shall be official: what the input names, else what it names for the draft, else what is official.

    Arguments:
        draft_after: the draft's content as it will be, which is official where nothing is yet.
        draft: canonical content that the input names for the draft.
        official: canonical content that it names for the official side.
        live: the official content; None where there is none.
    """
    return {**(draft_after if live is None else live), **draft, **official}


@dataclass
class OfficialPlan:
    """
    What shall be official of one unit.

    Attributes:
        snapshot: the content.
        status: under which status.
        moves: whether anything differs from what is official.
        draft_digest: content digest of the draft as it will be.
        marked_equal: whether the draft is known to be equal to the official side already.
    """

    snapshot: UnitSnapshot
    status: Status
    moves: bool
    draft_digest: str
    marked_equal: bool

    @property
    def equal(self) -> bool:
        """Whether draft and official side will be equal."""
        return self.snapshot.content_digest == self.draft_digest

    @property
    def uuid(self) -> uuid.UUID:
        """The unit."""
        return self.snapshot.uuid


def official_plan(
    draft: DraftWrite, content: dict[str, Any], status: Status, before: OfficialState, references: ReferenceIndex
) -> OfficialPlan:
    """Return what has to happen so that this content is official; the references of the content are known."""
    kind = draft.anchor.kind
    named = {reference for _, reference in named_references(kind, content)}
    snapshot = UnitSnapshot(
        kind=kind,
        uuid=draft.anchor.uuid,
        identity=draft.snapshot.identity,
        content=content,
        labels=references.labels(named),
    )
    live = before.snapshot
    return OfficialPlan(
        snapshot=snapshot,
        status=status,
        moves=live is None or before.status != status or live.content_digest != snapshot.content_digest,
        draft_digest=draft.snapshot.content_digest,
        marked_equal=not draft and draft.anchor["published_revision"] == draft.anchor.revision,
    )


def make_official_as_stated(
    operation: Operation, plans: Sequence[OfficialPlan], reason: str
) -> list[tuple[Release, int]]:
    """
    Carry out plans, after their drafts were written.

    What shall be unpublished is published and withdrawn, as its history would have it.

    Arguments:
        operation: the command's operation.
        plans: plans of units that are locked.
        reason: the message of the releases.

    Returns:
        The releases, each with the number of units that it moved.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        Conflict: with what prevents the publication.
    """
    todo = {plan.uuid: plan for plan in plans if plan.moves or (plan.equal and not plan.marked_equal)}
    if not todo:
        return []
    return _publish(operation, todo, reason) + _withdraw(operation, todo, reason)


def _publish(operation: Operation, plans: Mapping[uuid.UUID, OfficialPlan], reason: str) -> list[tuple[Release, int]]:
    standings = read_standings(_selection(plans.values()), lock=True)
    require_on_courses(operation.actor, Action.SKIP_REVIEW, standings.anchors)
    wanted = [_published(unit, plans[unit.anchor.uuid]) for unit in standings.units]
    refuse_problems(find_problems(standings.anchors, wanted))
    moving = [entry for entry in wanted if entry and _differs(entry, plans[entry.anchor.uuid])]
    releases = []
    if moving:
        release = new_release(operation, Release.Action.PUBLISH, message=reason)
        keep_official_slugs(
            (entry.anchor.pk, entry.snapshot.content["url_slug"])
            for entry in moving
            if entry.anchor.kind == UnitKind.COURSE and entry.snapshot.content["url_slug"]
        )
        carry_out(operation, release, standings, moving)
        releases.append((release, len(moving)))
    for entry in wanted:
        if entry not in moving and plans[entry.anchor.uuid].equal:
            entry.anchor.set(published_revision=entry.anchor.revision)
    standings.anchors.save()
    return releases


def _published(unit: Standing, plan: OfficialPlan) -> Wanted:
    return Wanted(
        anchor=unit.anchor,
        before=unit.official,
        snapshot=plan.snapshot,
        status=Status.PUBLISHED,
        action=Release.Action.PUBLISH,
        approval=Publication.Approval.SKIPPED,
        draft=unit.captured,
    )


def _differs(entry: Wanted, plan: OfficialPlan) -> bool:
    # What is withdrawn already, and stays so, is not published in between.
    return plan.status == Status.PUBLISHED or entry.before.snapshot is None or bool(entry.changes)


def _withdraw(operation: Operation, plans: Mapping[uuid.UUID, OfficialPlan], reason: str) -> list[tuple[Release, int]]:
    going = [plan for plan in plans.values() if plan.status == Status.UNPUBLISHED and plan.moves]
    if not going:
        return []
    standings = read_standings(_selection(going), lock=True)
    wanted = [
        Wanted(
            anchor=unit.anchor,
            before=unit.official,
            snapshot=unit.official.snapshot,
            status=Status.UNPUBLISHED,
            action=Release.Action.UNPUBLISH,
        )
        for unit in standings.units
        if unit.official.snapshot is not None and unit.official.status == Status.PUBLISHED
    ]
    release = new_release(operation, Release.Action.UNPUBLISH, message=reason)
    carry_out(operation, release, standings, wanted)
    standings.anchors.save()
    return [(release, len(wanted))]


def _selection(plans: Iterable[OfficialPlan]) -> Selection:
    by_kind: dict[UnitKind, list[uuid.UUID]] = {kind: [] for kind in UnitKind}
    for plan in plans:
        by_kind[plan.snapshot.kind].append(plan.uuid)
    return Selection.of(by_kind[UnitKind.COURSE], by_kind[UnitKind.COURSE_RUN], parents=Parents.NEVER)
