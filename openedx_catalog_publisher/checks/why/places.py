"""All places, and what is told of a unit in each of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.policy import can
from openedx_catalog_publisher.checks.why import shown
from openedx_catalog_publisher.checks.why.answer import ADMINISTRATORS, Doing, Place, PlaceName, Reason, Step, Verdict
from openedx_catalog_publisher.checks.why.deliveries import Peers
from openedx_catalog_publisher.checks.why.facts import Facts, read_facts
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, CourseRun, UnitKind, UnitRoot
from openedx_catalog_publisher.outbox.consumers import STUDIO

OF_RUNS: Mapping[PlaceName, str] = {
    PlaceName.COURSE_MODES: "course_modes",
    PlaceName.COURSE_OVERVIEW: "course_overview",
    PlaceName.CORE_CATALOG: "openedx_catalog",
}
"""Consumers by the places in which a course is seen by its runs."""

EVENT_BUS = "openedx_events"


@dataclass(frozen=True)
class Why:
    """
    Where a unit is visible, and why.

    Attributes:
        kind: the kind of unit.
        uuid: the unit.
        key: its key.
        at: the time of the answer.
        places: what is known of each place that the user may see.
    """

    kind: UnitKind
    uuid: UUID
    key: str
    at: datetime
    places: tuple[Place, ...]


def why(user: Any, kind: UnitKind, unit: UUID) -> Why:
    """
    Return where a unit is visible, why, and what would have to happen; of a course in many places by its runs.

    Costs the same number of statements however many runs a course has. Whether the user may read the draft is the
    caller's to check; webhooks, and errors of deliveries, are told to those who manage the outbox.

    Raises:
        UnitNotFound: when there is no such draft.
        Busy: when drafts move faster than they can be read.
    """
    facts = read_facts(kind, unit)
    internals = can(user, Action.MANAGE_OUTBOX, ALL_ORGANIZATIONS)
    found = facts.course if kind == UnitKind.COURSE else next(each for each in facts.runs if each.uuid == unit)
    peers = Peers(facts, internals=internals)
    places = [*_of_catalog(facts, found), *_of_platform(facts, found, peers)]
    if internals:
        places += _of_webhooks(found, peers)
    return Why(kind, unit, found.key, facts.now, tuple(places))


def _of_catalog(facts: Facts, unit: UnitRoot) -> Iterator[Place]:
    yield Place(PlaceName.DRAFT, shown.draft(facts, unit))
    yield Place(PlaceName.OFFICIAL, shown.official(facts, unit))
    asked: Mapping[PlaceName, Callable[[Facts, CourseRun], Verdict]] = {
        PlaceName.MARKETABLE: shown.marketable,
        PlaceName.LEARNERS: shown.learners,
    }
    for name, ask in asked.items():
        yield Place(name, _by_runs(facts, unit, functools.partial(ask, facts)))


def _of_platform(facts: Facts, unit: UnitRoot, peers: Peers) -> Iterator[Place]:
    yield Place(PlaceName.STUDIO, _by_runs(facts, unit, peers.studio), consumer=STUDIO)
    for name, consumer in OF_RUNS.items():
        verdict = _by_runs(facts, unit, functools.partial(_published, facts, peers, consumer))
        yield Place(name, verdict, consumer=consumer)
    yield Place(PlaceName.EVENT_BUS, _published(facts, peers, EVENT_BUS, unit), consumer=EVENT_BUS)


def _of_webhooks(unit: UnitRoot, peers: Peers) -> Iterator[Place]:
    for name, row in peers.rows.items():
        webhook = getattr(row, "webhook", None)
        if webhook is None:
            continue
        verdict = peers.verdict(name, unit)
        if not webhook.active:
            paused = Reason(unit.key, "paused", "The webhook is not active: what happens meanwhile is not kept for it.")
            step = Step(unit.key, ADMINISTRATORS, "Switch it on.", Doing.CHANGE_WEBHOOK, webhook.uuid)
            verdict = Verdict(verdict.visible, [paused, *verdict.reasons], [step, *verdict.steps])
        yield Place(PlaceName.WEBHOOK, verdict, label=webhook.name, consumer=name)


def _by_runs(facts: Facts, unit: UnitRoot, ask: Callable[[CourseRun], Verdict]) -> Verdict:
    """Return the verdict for a run, or for a course by all its runs."""
    return shown.of_course(facts, (ask(run) for run in facts.runs))


def _published(facts: Facts, peers: Peers, consumer: str, unit: UnitRoot) -> Verdict:
    """Return the verdict at a consumer that brings what is published; why nothing is, where nothing ever was."""
    verdict = peers.verdict(consumer, unit)
    if facts.official[unit.uuid].publication is not None or verdict.reasons[0].code == "not_configured":
        return verdict
    return shown.official(facts, unit)
