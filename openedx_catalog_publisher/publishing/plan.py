"""
The plan: what a publication would do, read without writing anything.

Its digest covers what the publication depends on (base publication, draft and official content, official status,
policy), so that ``publish(expected_digest=...)`` does what was read and nothing else.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.actor import Actor
from openedx_catalog_publisher.commands.rights import require_on_courses
from openedx_catalog_publisher.ledger.canonical_json import canonical_json, digest
from openedx_catalog_publisher.models import (
    Course,
    CourseTypeRunType,
    EventKind,
    Release,
    Status,
    UnitKind,
)
from openedx_catalog_publisher.publishing.gate import Clearance, gate
from openedx_catalog_publisher.publishing.official import Wanted, official_differences
from openedx_catalog_publisher.publishing.price_warnings import price_warnings
from openedx_catalog_publisher.publishing.problems import Remark, find_problems
from openedx_catalog_publisher.publishing.selection import Selection, Standing, Standings, answer_unlocked
from openedx_catalog_publisher.publishing.snapshots import FieldChange, UnitSnapshot


class Effect(enum.Enum):
    """What a publication does to one unit."""

    FIRST_PUBLICATION = "first_publication"
    CHANGE = "change"
    STATUS = "status"
    NONE = "none"


@dataclass(frozen=True)
class UnitPlan:
    """
    What would happen to one unit.

    Attributes:
        kind: the kind of unit.
        uuid: the unit.
        key: its key.
        revision: the draft's revision when the plan was made; not in the digest.
        effect: what would happen.
        base: number of the publication that is official; 0 before the first.
        draft_digest: content digest of what would go live.
        official_digest: content digest of what is official; empty where nothing is.
        official_status: official status; empty where nothing is official.
        status: official status afterwards.
        changes: field by field, old and new.
        rows: inserts, updates and deletes by table.
        warnings: what somebody should look at first.
        problems: what prevents the publication.
        missing_reviews: steps without which the content may not go live.
        events: kinds of events to come.
    """

    kind: UnitKind
    uuid: uuid.UUID
    key: str
    revision: int
    effect: Effect
    base: int
    draft_digest: str
    official_digest: str
    official_status: str
    status: str
    changes: tuple[FieldChange, ...]
    rows: dict[str, dict[str, int]]
    warnings: tuple[Remark, ...] = ()
    problems: tuple[Remark, ...] = ()
    missing_reviews: tuple[str, ...] = ()
    events: tuple[EventKind, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the plan of the unit as plain data."""
        return {
            "kind": str(self.kind),
            "uuid": str(self.uuid),
            "key": self.key,
            "revision": self.revision,
            "effect": self.effect.value,
            "base_publication": self.base,
            "draft_digest": self.draft_digest,
            "official_digest": self.official_digest,
            "official_status": self.official_status,
            "status": self.status,
            "changes": [
                {"field": change.name, "old": change.old, "new": change.new, "review": change.review.value}
                for change in self.changes
            ],
            "rows": self.rows,
            "warnings": [{"code": remark.code, "message": remark.message} for remark in self.warnings],
            "problems": [{"code": remark.code, "message": remark.message} for remark in self.problems],
            "missing_reviews": list(self.missing_reviews),
            "events": [str(event) for event in self.events],
        }


@dataclass(frozen=True)
class Plan:
    """
    What a publication would do.

    Attributes:
        units: unit by unit, courses first.
        digest: what ``publish(expected_digest=...)`` takes.
    """

    units: tuple[UnitPlan, ...]
    digest: str

    @property
    def problems(self) -> tuple[tuple[UnitPlan, Remark], ...]:
        """All that prevents the publication."""
        return tuple((unit, remark) for unit in self.units for remark in unit.problems)

    def as_data(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return {"plan_digest": self.digest, "units": [unit.as_data() for unit in self.units]}


def plan_publication(actor: Actor, selection: Selection) -> Plan:
    """
    Return what publishing these units would do. Writes nothing, locks nothing, stores nothing.

    Raises:
        NotPermitted: when the actor may not see one of the drafts.
        UnitNotFound: when a unit has no draft.
        Busy: when drafts move faster than they can be read.
    """

    def answer(standings: Standings) -> Plan:
        require_on_courses(actor, Action.VIEW_DRAFT, standings.anchors)
        return build_plan(standings)

    return answer_unlocked(selection, answer)


def build_plan(standings: Standings) -> Plan:
    """Return the plan for units as they stand."""
    wanted = [publication_of(unit) for unit in standings.units]
    warnings = type_warnings(standings)
    for unit, remarks in price_warnings(standings).items():
        warnings.setdefault(unit, []).extend(remarks)
    return plan_of(standings, wanted, warnings=warnings, clearances=gate().clearances(wanted))


def publication_of(unit: Standing) -> Wanted:
    """Return what publishing a unit wants: the draft's content, published."""
    return Wanted(
        anchor=unit.anchor,
        before=unit.official,
        snapshot=unit.draft,
        status=Status.PUBLISHED,
        action=Release.Action.PUBLISH,
        draft=unit.captured,
    )


def plan_of(
    standings: Standings,
    wanted: Sequence[Wanted],
    *,
    warnings: Mapping[uuid.UUID, Sequence[Remark]] = MappingProxyType({}),
    clearances: Mapping[uuid.UUID, Clearance] = MappingProxyType({}),
) -> Plan:
    """Return the plan that leads to what is wanted."""
    rows: dict[uuid.UUID, dict[str, dict[str, int]]] = {}
    for kind in (UnitKind.COURSE, UnitKind.COURSE_RUN):
        moving = [entry for entry in wanted if entry.anchor.kind == kind and entry]
        for difference in official_differences(kind, moving, standings.known):
            rows[difference.target.uuid] = difference.counts()
    problems = find_problems(standings.anchors, wanted)
    units = tuple(
        UnitPlan(
            kind=entry.anchor.kind,
            uuid=entry.anchor.uuid,
            key=entry.anchor.key,
            revision=entry.anchor.revision,
            effect=_effect(entry),
            base=entry.before.number,
            draft_digest=entry.snapshot.content_digest,
            official_digest=_digest_of(entry.before.snapshot),
            official_status=str(entry.before.status or ""),
            status=str(entry.status),
            changes=entry.changes,
            rows=rows.get(entry.anchor.uuid, {}),
            warnings=tuple(warnings.get(entry.anchor.uuid, ())),
            problems=tuple(problems.get(entry.anchor.uuid, ())),
            missing_reviews=clearances.get(entry.anchor.uuid, Clearance()).missing,
            events=_events(entry),
        )
        for entry in wanted
    )
    return Plan(units=units, digest=plan_digest(wanted))


def plan_digest(wanted: Sequence[Wanted]) -> str:
    """Return the digest of a plan: everything that it depends on, and no clock."""
    return digest(
        canonical_json(
            {
                "policy": gate().policy(),
                "units": sorted(
                    [
                        str(entry.anchor.uuid),
                        entry.before.number,
                        entry.snapshot.content_digest,
                        _digest_of(entry.before.snapshot),
                        str(entry.before.status or ""),
                        str(entry.status),
                    ]
                    for entry in wanted
                ),
            }
        )
    )


def type_warnings(standings: Standings) -> dict[uuid.UUID, list[Remark]]:
    """Return a warning for each run whose type is not among its course type's."""
    typed = {
        unit.anchor.uuid: (unit.anchor["course_id"], unit.draft.content["type"])
        for unit in standings.units
        if unit.anchor.kind == UnitKind.COURSE_RUN and unit.draft.content["type"]
    }
    if not typed:
        return {}
    courses = Course.drafts.filter(pk__in={course for course, _ in typed.values()})
    course_types = dict(courses.values_list("pk", "type_id"))
    links = CourseTypeRunType.objects.filter(course_type__in=set(course_types.values()))
    allowed = {(course, str(run)) for course, run in links.values_list("course_type_id", "course_run_type__uuid")}
    return {
        unit: [
            Remark(
                "run_type_not_in_course_type",
                "The type of this run is not among those of its course's type. Choose one of them, or change the "
                "course's type.",
            )
        ]
        for unit, (course, run_type) in typed.items()
        if (course_types.get(course), run_type) not in allowed
    }


def _effect(entry: Wanted) -> Effect:
    if entry.before.snapshot is None:
        return Effect.FIRST_PUBLICATION
    if entry.changes:
        return Effect.CHANGE
    return Effect.STATUS if entry.before.status != entry.status else Effect.NONE


def _events(entry: Wanted) -> tuple[EventKind, ...]:
    if not entry:
        return ()
    return (EventKind.PUBLISHED if entry.status == Status.PUBLISHED else EventKind.UNPUBLISHED,)


def _digest_of(snapshot: UnitSnapshot | None) -> str:
    return snapshot.content_digest if snapshot else ""
