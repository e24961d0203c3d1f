"""The consumer that makes course runs in Studio and keeps them in step."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from openedx_catalog_publisher.consumers.studio.state import State, note
from openedx_catalog_publisher.consumers.studio.wanted import WantedRun, wanted_runs
from openedx_catalog_publisher.consumers.units import elsewhere, holdings, plain
from openedx_catalog_publisher.models import (
    CourseRun,
    EditRecord,
    EventKind,
    OutboxEvent,
    Publication,
    UnitKind,
    WriteSource,
)
from openedx_catalog_publisher.outbox.consumers import STUDIO, Holding, NoEffect, OutOfReach, Service
from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.errors import Failed, PlatformError, Refused
from openedx_catalog_publisher.platform.studio import NewRun, RunChanges, RunInStudio
from openedx_catalog_publisher.platform.studio import Studio as StudioBackend
from openedx_catalog_publisher.settings import conf

DATES_MISSING = "Studio makes no course run without start and end. Set both; it is made then."


class Studio:
    """
    Makes a course run in Studio when a team begins one, as a copy of the canonical run where Studio has that, and keeps
    title, team and picture in step; start, end and pacing as well where ``CATALOG_PUBLISHER_STUDIO_FOLLOWS_DATES`` is
    on.

    What is wanted when the event is delivered counts, and is compared with what Studio has, so that an event that comes
    late or again turns nothing back. Editors are added to the team; whoever is in it stays, since Studio has a team of
    its own. Runs that an import brought are not made: they are in Studio, or are not to be.
    """

    name = STUDIO
    kinds: Collection[EventKind] = frozenset(
        {EventKind.DRAFT_RUN_CREATED, EventKind.DRAFT_RUN_CHANGED, EventKind.PUBLISHED, EventKind.EDITOR_ADDED}
    )

    @property
    def service(self) -> Service:
        """Studio itself, or any service where Studio is called over HTTP."""
        return Service.EITHER if backends.studio_is_called() else Service.CMS

    def deliver(self, event: OutboxEvent) -> None:
        """
        Bring a run, or all runs of a course, to what is wanted. One that fails keeps none of the others back.

        Raises:
            OutOfReach: when Studio does not answer; the run stays on its way.
            PlatformError: what the first that failed says; each run's own stands with its state.
        """
        studio = backends.studio()
        unit = uuid.UUID(event.object_code)
        is_run = event.object_type == UnitKind.COURSE_RUN
        runs = wanted_runs(run=unit) if is_run else wanted_runs(course=unit)
        picture = not is_run and "image" in event.payload.get("changed", ())
        if is_run and not runs:
            # Its draft said that it is on its way, when nobody had looked where its course runs.
            note(unit, State.NONE, in_studio=False)
        failed: list[PlatformError] = []
        begun = is_run and event.kind == EventKind.DRAFT_RUN_CREATED and not _is_imported(event)
        for number, run in enumerate(runs):
            try:
                _bring(studio, run, begun=begun, picture=picture)
            except OutOfReach as error:
                # Nothing is wrong with the runs, which stay on their way; the others would wait for nothing.
                _tell(runs[number:], State.PENDING, str(error), begun=begun)
                raise
            except PlatformError as error:
                _tell([run], State.FAILED, str(error), begun=begun)
                failed.append(error)
            except Exception as error:
                _tell([run], State.FAILED, f"{type(error).__name__}: {error}", begun=begun)
                raise
        if failed:
            raise failed[0]

    def without_effect(self, events: Sequence[OutboxEvent]) -> Mapping[uuid.UUID, NoEffect]:
        """Return which events are of runs that the platform does not have."""
        return elsewhere(events)

    def held(self, records: Sequence[Publication]) -> Mapping[uuid.UUID, Holding]:
        """
        Return what Studio shows of runs that are, or are to be, in Studio.

        Of their teams only our editors count, and they are counted and not named, since what differs is kept.
        """
        studio = backends.studio()
        return holdings(records, functools.partial(_holding, studio))

    def held_of_drafts(self, runs: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Holding]:
        """Return what Studio shows of runs that were brought there and never published."""
        brought = CourseRun.drafts.filter(uuid__in=list(runs)).exclude(studio_state=State.NONE)
        studio = backends.studio()
        found = {run: _holding(studio, run) for run in brought.values_list("uuid", flat=True)}
        return {run: holding for run, holding in found.items() if holding is not None}


def _tell(runs: Sequence[WantedRun], state: CourseRun.StudioState, error: str, *, begun: bool) -> None:
    """Note what came of an attempt, but of runs that nobody asked for: to say that they failed would ask for them."""
    for run in runs:
        if begun or run.state != State.NONE:
            note(run.uuid, state, error)


def _holding(studio: StudioBackend, unit: uuid.UUID) -> Holding | None:
    for run in wanted_runs(run=unit):
        held = studio.read(run.key)
        if held is None and run.state == State.NONE:
            return None
        team = frozenset(run.team())
        wanted: dict[str, Any] = {"title": run.title, "editors_in_team": len(team)}
        if conf.studio_follows_dates():
            wanted["pacing"] = run.pacing
            if run.schedule is not None:
                wanted["schedule"] = plain(run.schedule)
        if held is None:
            return Holding(wanted, None)
        shown = {
            "title": held.title,
            "editors_in_team": len(team & held.team),
            "pacing": held.pacing,
            "schedule": plain((held.start, held.end)),
        }
        return Holding(wanted, shown)
    return None


def _bring(studio: StudioBackend, run: WantedRun, *, begun: bool, picture: bool) -> None:
    """
    Bring one run to what is wanted.

    Arguments:
        studio: Studio.
        run: the run.
        begun: whether it is to be made where it never was; one that was to be made before is made anyway.
        picture: whether the picture is to be sent, which cannot be compared.
    """
    held = studio.read(run.key)
    if held is not None:
        _keep_in_step(studio, run, held, picture=picture)
    elif run.in_studio or not (begun or run.is_asked_for):
        # Deleted in Studio, which is its right; or never asked for.
        note(run.uuid, State.NONE, in_studio=False)
    elif run.schedule is None:
        note(run.uuid, State.FAILED, DATES_MISSING, in_studio=False)
    else:
        _make(studio, run, run.schedule)


def _keep_in_step(studio: StudioBackend, run: WantedRun, held: RunInStudio, *, picture: bool) -> None:
    changes = _changes(run, held, picture=picture or run.is_interrupted)
    if changes:
        note(run.uuid, State.PENDING, in_studio=True)
        studio.update(run.key, changes)
    if changes or run.state != State.DONE or not run.in_studio:
        note(run.uuid, State.DONE, in_studio=True)


def _make(studio: StudioBackend, run: WantedRun, schedule: tuple[datetime, datetime]) -> None:
    start, end = schedule
    wanted = NewRun(run.key, run.title, start, end, run.pacing, run.team())
    source = run.source()
    is_copy = source is not None and studio.read(source) is not None
    # Noted first: a draft that may be in Studio is not deleted, and one that was deleted is not made.
    if not note(run.uuid, State.PENDING, in_studio=None):
        return
    try:
        if source is not None and is_copy:
            studio.rerun(source, wanted)
        else:
            studio.create(wanted)
    except (Refused, Failed) as error:
        if isinstance(error, Refused) or error.over:
            # Whether a part of it was done all the same is seen now.
            note(run.uuid, State.FAILED, str(error), in_studio=studio.read(run.key) is not None)
        raise
    picture = run.picture()
    if picture is not None:
        studio.update(run.key, RunChanges(picture=picture))
    note(run.uuid, State.DONE, in_studio=True)


def _changes(run: WantedRun, held: RunInStudio, *, picture: bool = False) -> RunChanges:
    follows = conf.studio_follows_dates()
    schedule = run.schedule if follows and run.schedule != (held.start, held.end) else None
    return RunChanges(
        title=run.title if run.title != held.title else None,
        schedule=schedule,
        pacing=run.pacing if follows and run.pacing != held.pacing else None,
        team=tuple(username for username in run.team() if username not in held.team),
        picture=run.picture() if picture else None,
    )


def _is_imported(event: OutboxEvent) -> bool:
    made = EditRecord.objects.filter(unit_uuid=event.object_code, operation=event.operation)
    return made.filter(source=WriteSource.IMPORT).exists()
