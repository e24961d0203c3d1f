"""The fields of course overviews that nothing else writes, from published runs."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.consumers.units import elsewhere, holdings, is_live, official_run, platform_key, run_of
from openedx_catalog_publisher.models import CourseRun, EventKind, OutboxEvent, Publication
from openedx_catalog_publisher.models.derived.course_run import marketing_url
from openedx_catalog_publisher.outbox.consumers import Holding, NoEffect, Service
from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.errors import CourseMissing
from openedx_catalog_publisher.settings import conf


class CourseOverview:
    """
    Brings address of the marketing page, external id and eligibility for financial aid to the overview of a run.

    What is official when the event is delivered counts, so that an event that comes late turns nothing back. A run that
    was taken back has no marketing page any more; one that was removed has no external id either. Where the settings
    name no marketing site, addresses are left alone.
    """

    name = "course_overview"
    service = Service.EITHER
    kinds: Collection[EventKind] = frozenset({EventKind.PUBLISHED, EventKind.UNPUBLISHED, EventKind.REMOVED})

    def deliver(self, event: OutboxEvent) -> None:
        """
        Write the fields that differ.

        Raises:
            CourseMissing: when the platform does not know the run yet, which is published.
            Refused: when a value does not fit its column.
        """
        unit = run_of(event)
        if unit is None:
            return
        run = official_run(unit)
        key = CourseKey.from_string(event.object_key) if run is None else platform_key(run)
        if key is None:
            return
        overviews = backends.course_overviews()
        held = overviews.of_course(key)
        if held is None:
            if is_live(run):
                raise CourseMissing(key)
            return
        moved = {name: value for name, value in wanted_values(run).items() if held[name] != value}
        if moved:
            overviews.write(key, moved)

    def without_effect(self, events: Sequence[OutboxEvent]) -> Mapping[uuid.UUID, NoEffect]:
        """Return which events are of runs that the platform does not have."""
        return elsewhere(events)

    def held(self, records: Sequence[Publication]) -> Mapping[uuid.UUID, Holding]:
        """Return what the overviews of runs that are official hold."""
        return holdings(records, _holding)


def _holding(unit: uuid.UUID) -> Holding | None:
    run = official_run(unit)
    key = None if run is None else platform_key(run)
    if key is None:
        return None
    held = backends.course_overviews().of_course(key)
    if held is None and not is_live(run):
        return None
    return Holding(wanted=wanted_values(run), held=held)


def wanted_values(run: CourseRun | None) -> dict[str, Any]:
    """
    Return what the overview of a run is to hold.

    Arguments:
        run: the official row; None where it was removed.
    """
    wanted: dict[str, Any] = {"external_id": None if run is None else run.external_key}
    if run is not None:
        wanted["eligible_for_financial_aid"] = run.eligible_for_financial_aid
    if conf.marketing_url_root():
        wanted["marketing_url"] = marketing_url(run) if run is not None and is_live(run) else None
    return wanted
