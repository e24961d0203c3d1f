"""What content needs which approvals, and which of them stand."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from openedx_catalog_publisher.models import Publication, ReviewRecord, Status
from openedx_catalog_publisher.models.field_classes import Review as Stand
from openedx_catalog_publisher.publishing.gate import Clearance
from openedx_catalog_publisher.publishing.official import OfficialState, Wanted
from openedx_catalog_publisher.publishing.snapshots import FieldChange, UnitSnapshot, compare
from openedx_catalog_publisher.review.policy import steps_for
from openedx_catalog_publisher.settings import conf

Decisions = Mapping[tuple[uuid.UUID, str], Mapping[str, str]]
"""By unit and review digest: how each step was decided, approved or skipped."""

DECIDING = (ReviewRecord.Action.APPROVED, ReviewRecord.Action.SKIPPED)


def decisions_on(digests: Iterable[tuple[uuid.UUID, str]]) -> Decisions:
    """Return the decisions that stand on content of units, in at most one statement; decisions hold for good."""
    wanted = set(digests)
    if not wanted:
        return {}
    rows = ReviewRecord.objects.filter(
        unit_uuid__in={unit for unit, _ in wanted},
        review_digest__in={digest for _, digest in wanted},
        action__in=DECIDING,
    ).order_by("pk")
    found: dict[tuple[uuid.UUID, str], dict[str, str]] = {}
    for unit, digest, step, action in rows.values_list("unit_uuid", "review_digest", "step", "action"):
        if (unit, digest) in wanted:
            # A step that was skipped once and approved later is approved.
            steps = found.setdefault((unit, digest), {})
            steps[step] = action if steps.get(step) != ReviewRecord.Action.APPROVED else steps[step]
    return found


def reviewed_names(changes: Iterable[FieldChange]) -> tuple[str, ...]:
    """Return the names of the fields among changes that need review."""
    return tuple(change.name for change in changes if change.review is Stand.REVIEWED)


def steps_needed(
    before: OfficialState, snapshot: UnitSnapshot, changes: Collection[FieldChange] | None = None
) -> tuple[str, ...]:
    """
    Return the steps that content needs to go live over what is official, whatever was approved.

    What is official counts as approved, so only fields that differ from it count.

    Arguments:
        before: what is official.
        snapshot: what shall be.
        changes: the difference of the two, where it is known.
    """
    if before.snapshot is not None and before.snapshot.review_digest == snapshot.review_digest:
        return ()
    found = compare(before.snapshot, snapshot) if changes is None else changes
    return steps_for(snapshot.kind, reviewed_names(found))


def missing(steps: Sequence[str], decided: Mapping[str, str]) -> tuple[str, ...]:
    """Return the steps for which no decision stands."""
    return tuple(step for step in steps if step not in decided)


def clearances(wanted: Sequence[Wanted]) -> dict[uuid.UUID, Clearance]:
    """Return whether the content of units may go live; at most one statement."""
    needed: dict[uuid.UUID, tuple[str, ...]] = {}
    exempt = conf.live_changes_skip_review()
    found: dict[uuid.UUID, Clearance] = {}
    for entry in wanted:
        steps = steps_needed(entry.before, entry.snapshot, entry.changes)
        if steps and exempt and entry.before.status == Status.PUBLISHED:
            found[entry.anchor.uuid] = Clearance(approval=Publication.Approval.LIVE_CHANGE)
        elif steps:
            needed[entry.anchor.uuid] = steps
        else:
            found[entry.anchor.uuid] = Clearance()
    digests = {entry.anchor.uuid: entry.snapshot.review_digest for entry in wanted}
    decisions = decisions_on((unit, digests[unit]) for unit in needed)
    for unit, steps in needed.items():
        decided = decisions.get((unit, digests[unit]), {})
        skipped = any(decided.get(step) == ReviewRecord.Action.SKIPPED for step in steps)
        approval = Publication.Approval.SKIPPED if skipped else Publication.Approval.APPROVED
        found[unit] = Clearance(steps=steps, missing=missing(steps, decided), approval=approval)
    return found
