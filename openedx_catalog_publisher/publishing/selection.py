"""Which units a publication is about, and how they stand: draft against official."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from openedx_catalog_publisher.commands.anchors import MODELS, Anchor, Anchors, read_anchors
from openedx_catalog_publisher.commands.errors import Busy
from openedx_catalog_publisher.models import Side, UnitKind
from openedx_catalog_publisher.publishing.capture import Capture, CapturedUnit, capture
from openedx_catalog_publisher.publishing.official import OfficialState, official_states
from openedx_catalog_publisher.publishing.snapshots import UnitSnapshot

T = TypeVar("T")

READS = 5


class Parents(enum.Enum):
    """When the courses of named runs are published with them."""

    WHERE_NEEDED = "where_needed"
    """When the course has no official row."""

    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True)
class Selection:
    """
    The units that a plan or a publication is about.

    Attributes:
        courses: uuids of courses.
        runs: uuids of runs.
        all_runs: all runs of ``courses`` as well.
        parents: when the courses of ``runs`` come along.
    """

    courses: frozenset[uuid.UUID] = frozenset()
    runs: frozenset[uuid.UUID] = frozenset()
    all_runs: bool = False
    parents: Parents = Parents.WHERE_NEEDED

    @classmethod
    def of(
        cls,
        courses: Iterable[uuid.UUID] = (),
        runs: Iterable[uuid.UUID] = (),
        *,
        all_runs: bool = False,
        parents: Parents = Parents.WHERE_NEEDED,
    ) -> Selection:
        """Return the selection of these units."""
        return cls(courses=frozenset(courses), runs=frozenset(runs), all_runs=all_runs, parents=parents)


@dataclass
class Standing:
    """
    One unit: what is official, and what the draft is.

    Attributes:
        anchor: the unit's anchor.
        official: what is official.
        draft: the draft's content.
        captured: the draft's rows; None where the draft was not written since it was last known to equal the official
            side, so that it was not read.
    """

    anchor: Anchor
    official: OfficialState
    draft: UnitSnapshot
    captured: CapturedUnit | None


@dataclass
class Standings:
    """The selected units as they stand, courses first, and all that was learned while reading them."""

    anchors: Anchors
    units: list[Standing]
    known: Capture


def read_standings(
    selection: Selection,
    *,
    lock: bool,
    anchors: Anchors | None = None,
    states: Mapping[uuid.UUID, OfficialState] = MappingProxyType({}),
) -> Standings:
    """
    Read the selected units, under their locks or without.

    What is read without locks may be of several moments; ``answer_unlocked`` sees to that.

    Arguments:
        selection: which units.
        lock: whether to lock them.
        anchors: the anchors that the caller holds already, of all units that are selected by name and of their courses.
        states: what the caller read of what is official, under these locks.

    Raises:
        UnitNotFound: when a unit has no draft.
    """
    if anchors is not None:
        return _read(selection, anchors, states)
    anchors = read_anchors(courses=selection.courses, runs=selection.runs, all_runs=selection.all_runs, lock=lock)
    return _read(selection, anchors, states)


def answer_unlocked(selection: Selection, answer: Callable[[Standings], T]) -> T:
    """
    Read the selected units without locks, and answer something about them that reads on; again, until no revision moved
    from the first statement to the last.

    Raises:
        UnitNotFound: when a unit has no draft.
        Busy: when drafts move faster than they can be read.
    """
    for _ in range(READS):
        standings = read_standings(selection, lock=False)
        found = answer(standings)
        if not _moved(standings.anchors):
            return found
    raise Busy("These drafts are being written all the time; try again.")


def _read(selection: Selection, anchors: Anchors, read: Mapping[uuid.UUID, OfficialState]) -> Standings:
    unread = [anchor for anchor in anchors if anchor.uuid not in read]
    states = {**read, **(official_states(unread) if unread else {})}
    selected = [
        course
        for course in anchors.courses.values()
        if course.uuid in selection.courses
        or selection.parents is Parents.ALWAYS
        or (selection.parents is Parents.WHERE_NEEDED and states[course.uuid].snapshot is None)
    ] + [
        run
        for run in anchors.runs.values()
        if run.uuid in selection.runs or (selection.all_runs and anchors.course_of(run).uuid in selection.courses)
    ]
    known = Capture()
    for kind in (UnitKind.COURSE, UnitKind.COURSE_RUN):
        written = [anchor.pk for anchor in selected if anchor.kind == kind and not _is_equal(anchor, states)]
        capture(kind, Side.DRAFT, written, into=known)
    units = []
    for anchor in selected:
        state, captured = states[anchor.uuid], known.units.get(anchor.uuid)
        draft = captured.snapshot if captured else state.snapshot
        if draft is not None:
            units.append(Standing(anchor=anchor, official=state, draft=draft, captured=captured))
    return Standings(anchors=anchors, units=units, known=known)


def _is_equal(anchor: Anchor, states: dict[uuid.UUID, OfficialState]) -> bool:
    return states[anchor.uuid].snapshot is not None and anchor["published_revision"] == anchor.revision


def _moved(anchors: Anchors) -> bool:
    for kind in (UnitKind.COURSE, UnitKind.COURSE_RUN):
        read = {anchor.pk: anchor.revision for anchor in anchors.of(kind).values()}
        if read and dict(MODELS[kind].drafts.filter(pk__in=read).values_list("pk", "revision")) != read:
            return True
    return False
