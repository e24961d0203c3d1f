"""All checks of the catalog, by the number of the invariant in the design."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from openedx_catalog_publisher.checks import (
    accepted_writes,
    anchors,
    append_only,
    approvals,
    closed_worlds,
    official_content,
    open_reviews,
    recorded_events,
)
from openedx_catalog_publisher.checks.findings import Finding


@dataclass(frozen=True)
class Invariant:
    """
    A rule that holds whatever commands ran, in whichever order.

    Attributes:
        number: its number in the design.
        sentence: what holds.
        check: yields what breaks it.
    """

    number: int
    sentence: str
    check: Callable[[], Iterator[Finding]]


INVARIANTS: Mapping[int, Invariant] = {
    invariant.number: invariant
    for invariant in (
        Invariant(
            official_content.INVARIANT,
            "Official content equals the last published snapshot, and official status is what the last record says.",
            official_content.check_official_content,
        ),
        Invariant(
            approvals.INVARIANT,
            "What goes live was approved in every step that it needs, or an administrator said why it was not.",
            approvals.check_approvals,
        ),
        Invariant(
            closed_worlds.INVARIANT,
            "Draft rows point only at draft rows, and official rows only at official rows.",
            closed_worlds.check_closed_worlds,
        ),
        Invariant(
            anchors.INVARIANT,
            "Every official root row has exactly one draft root row, with the same identity.",
            anchors.check_anchors,
        ),
        Invariant(
            open_reviews.INVARIANT,
            "A unit has at most one open review, of what its draft is, and the draft's status is where that review is.",
            open_reviews.check_open_reviews,
        ),
        Invariant(
            recorded_events.INVARIANT,
            "No event is missing between others, and each is delivered, or on its way, to whoever asks for it.",
            recorded_events.check_recorded_events,
        ),
        Invariant(
            accepted_writes.INVARIANT,
            "Every write moves the revision and stands in the log, with the value that it overwrote.",
            accepted_writes.check_accepted_writes,
        ),
        Invariant(
            append_only.INVARIANT,
            "Snapshots, publications and the edit log are as they were written.",
            append_only.check_append_only,
        ),
    )
}


def check_catalog(invariants: Collection[int] = tuple(INVARIANTS)) -> Iterator[Finding]:
    """
    Yield everything that breaks one of these invariants.

    Reads only, takes no lock, and may run while others write. Statements and memory are bounded by batches of units,
    save that verifying chains keeps one small entry a unit.

    Arguments:
        invariants: numbers from ``INVARIANTS``.
    """
    for number, invariant in INVARIANTS.items():
        if number in invariants:
            yield from invariant.check()
