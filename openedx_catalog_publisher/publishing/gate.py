"""
The gate: what publishing asks about approvals, and whom it tells when content moves.

Publishing knows no reviews. ``review`` implements this protocol and registers itself when the app is ready.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from openedx_catalog_publisher.commands.anchors import Anchors
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.models import Publication

if TYPE_CHECKING:
    from openedx_catalog_publisher.publishing.draft_writes import DraftWrite
    from openedx_catalog_publisher.publishing.official import Wanted
    from openedx_catalog_publisher.publishing.references import ReferenceIndex


@dataclass(frozen=True)
class Clearance:
    """
    Whether content of a unit may go live.

    Attributes:
        steps: the steps of review that it needs, in their order.
        missing: those of them for which no decision on its review digest stands.
        approval: on what ground it goes live when none is missing.
    """

    steps: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    approval: Publication.Approval = Publication.Approval.NOT_REQUIRED


class Gate(Protocol):
    """What publishing asks, and tells."""

    def policy(self) -> str:
        """Return what stands for the rules in force; a plan that was made under others is void."""

    def clearances(self, wanted: Sequence[Wanted]) -> dict[uuid.UUID, Clearance]:
        """Return, for each unit whose content shall go live, what is still missing. At most one statement."""

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
        Take note that drafts were written: close, amend or move what is open about them. The caller saves the anchors.

        Raises:
            Conflict: with ``keep_reviews``, when a review would have to be closed.
        """

    def official_moved(self, operation: Operation, anchors: Anchors, moved: Mapping[uuid.UUID, Wanted | None]) -> None:
        """
        Take note that the official side of units moved, after drafts were brought in step: close what is over, and
        leave the status of drafts that stay in review. None stands for what was removed. The caller saves the anchors.
        """


_registered: list[Gate] = []


def register(gate: Gate) -> None:
    """Make this the gate; the app does it once, when it is ready."""
    _registered[:] = [gate]


def gate() -> Gate:
    """
    Return the gate.

    Raises:
        RuntimeError: when none is registered, so that nothing is published unasked.
    """
    if not _registered:
        raise RuntimeError("No gate is registered: the app openedx_catalog_publisher is not ready.")
    return _registered[0]
