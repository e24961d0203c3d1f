"""
Invariant 7: no accepted write is lost.

Every revision of a draft stands in its unit's log, and replaying the edit log from the draft's creation gives the
draft's content as it is.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openedx_catalog_publisher.checks.findings import Finding, changes_of, read_snapshot
from openedx_catalog_publisher.checks.walk import Head, Heads, last_records, walk
from openedx_catalog_publisher.models import EditRecord, Publication, ReviewRecord, Side, UnitKind
from openedx_catalog_publisher.publishing.capture import CapturedUnit, capture
from openedx_catalog_publisher.publishing.snapshots import compare
from openedx_catalog_publisher.publishing.unit_tables import UNITS

INVARIANT = 7


@dataclass
class Replay:
    """
    A unit's log, replayed.

    Attributes:
        content: the content that its edits add up to.
        steps: (number in the chain, revision afterwards, operation) of all its entries.
        edits: how many entries of the edit log were replayed.
        unreadable: numbers of the entries that cannot be read.
        forgotten: (number in the chain, field) of the values that an entry overwrote and the log does not hold.
        begins_with_creation: whether the first edit is the draft's creation.
    """

    content: dict[str, Any] = field(default_factory=dict)
    steps: list[tuple[int, int, uuid.UUID]] = field(default_factory=list)
    edits: int = 0
    unreadable: list[int] = field(default_factory=list)
    forgotten: list[tuple[int, str]] = field(default_factory=list)
    begins_with_creation: bool = False


def check_accepted_writes() -> Iterator[Finding]:
    """
    Yield drafts and logs that do not tell the same story.

    Values are compared in the schema of this release. Personal free text is left out: it may be erased from the log.

    Codes: ``revision_mismatch``, ``revision_unlogged``, ``creation_unlogged``, ``log_unreadable``,
    ``overwritten_value_missing``, ``draft_differs_from_log``, ``marked_equal``.
    """
    yield from walk(_check)


def _check(kind: UnitKind, heads: Heads) -> Iterator[Finding]:
    replays = _replay(kind, heads)
    drafts = capture(kind, Side.DRAFT, [head.pk for head in heads.values()]).units
    for unit, head in heads.items():
        replay = replays[unit]
        yield from _check_revisions(head, replay)
        yield from _check_values(head, replay)
        draft = drafts.get(unit)
        if draft is not None and replay.edits and not replay.unreadable:
            names = ", ".join(name for name in UNITS[kind].reviews if not _same(replay.content, draft, name))
            if names:
                yield _finding(
                    head, "draft_differs_from_log", f"The edit log adds up to another draft: it differs in {names}."
                )
    yield from _check_marks(heads, drafts)


def _replay(kind: UnitKind, heads: Heads) -> dict[uuid.UUID, Replay]:
    replays: dict[uuid.UUID, Replay] = defaultdict(Replay)
    names = UNITS[kind].reviews.keys()
    for record in EditRecord.objects.filter(unit_uuid__in=list(heads)).order_by("unit_uuid", "sequence").iterator():
        replay = replays[record.unit_uuid]
        replay.steps.append((record.sequence, record.revision, record.operation))
        if not replay.edits:
            replay.begins_with_creation = record.action == EditRecord.Action.CREATE
        replay.edits += 1
        changes = changes_of(record)
        if changes is None:
            replay.unreadable.append(record.sequence)
            continue
        for name in changes.keys() & names:
            if not _equal(replay.content.get(name), changes[name].get("old")):
                replay.forgotten.append((record.sequence, name))
            replay.content[name] = changes[name].get("new")
    for model in (Publication, ReviewRecord):
        rows = model.objects.filter(unit_uuid__in=list(heads))
        for unit, sequence, revision, operation in rows.values_list("unit_uuid", "sequence", "revision", "operation"):
            replays[unit].steps.append((sequence, revision, operation))
    return replays


def _equal(one: Any, other: Any) -> bool:
    # A creation does not name the fields that it leaves empty, in whichever shape.
    return bool(one == other) or (one in (None, [], {}) and other in (None, [], {}))


def _same(content: dict[str, Any], draft: CapturedUnit, name: str) -> bool:
    return _equal(content.get(name), draft.snapshot.content[name])


def _check_revisions(head: Head, replay: Replay) -> Iterator[Finding]:
    last, before = 0, None
    for sequence, revision, operation in sorted(replay.steps):
        # What one command does to a unit and to its review may share a revision.
        if revision != last + 1 and not (revision == last and operation == before):
            yield _finding(
                head,
                "revision_unlogged",
                f"Entry {sequence} of the log goes from revision {last} to {revision}; each entry is one step.",
            )
        last, before = revision, operation
    if last != head.revision:
        yield _finding(head, "revision_mismatch", f"The draft is at revision {head.revision}; its log ends at {last}.")


def _check_values(head: Head, replay: Replay) -> Iterator[Finding]:
    if not replay.begins_with_creation:
        yield _finding(head, "creation_unlogged", "The edit log does not begin with the draft's creation.")
    for sequence in replay.unreadable:
        yield _finding(head, "log_unreadable", f"Entry {sequence} of the edit log cannot be read.")
    if not replay.unreadable:
        for sequence, name in replay.forgotten:
            yield _finding(
                head,
                "overwritten_value_missing",
                f"Entry {sequence} overwrote a value of {name} that stands nowhere in the log before it.",
            )


def _check_marks(heads: Heads, drafts: dict[uuid.UUID, CapturedUnit]) -> Iterator[Finding]:
    marked = {unit: head for unit, head in heads.items() if head.published_revision == head.revision}
    for unit, record in last_records(marked).items():
        snapshot = None if record.snapshot is None else read_snapshot(record.snapshot)
        if snapshot is None or unit not in drafts:
            continue
        names = ", ".join(change.name for change in compare(snapshot, drafts[unit].snapshot))
        if names:
            yield _finding(
                heads[unit],
                "marked_equal",
                f"The draft is marked as equal to publication {record.number} and differs in {names}: a publication "
                "would pass it by.",
            )


def _finding(head: Head, code: str, message: str) -> Finding:
    return Finding(INVARIANT, code, head.key, message, head.uuid)
