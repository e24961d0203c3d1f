"""Courses and runs of the core catalog, with their titles, from what is published."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Collection, Mapping, Sequence

from opaque_keys.edx.keys import CourseKey

from openedx_catalog_publisher.consumers.units import elsewhere, holdings, is_live, official_run, platform_key
from openedx_catalog_publisher.models import Course, CourseRun, EventKind, OutboxEvent, Publication, Status
from openedx_catalog_publisher.models.derived.course_run import title
from openedx_catalog_publisher.outbox.consumers import Holding, NoEffect, Service
from openedx_catalog_publisher.platform import backends
from openedx_catalog_publisher.platform.core_catalog import CoreCatalog, CourseCode


class OpenedxCatalog:
    """
    Brings runs that are published, and the titles of runs and courses, to the core catalog where it is installed.

    What is official when the event is delivered counts, so that an event that comes late turns nothing back. Rows are
    linked by key alone and never deleted here: whether a course run exists in the platform is not the catalog's to say.
    """

    name = "openedx_catalog"
    service = Service.EITHER
    kinds: Collection[EventKind] = frozenset({EventKind.PUBLISHED})

    def deliver(self, event: OutboxEvent) -> None:
        """
        Add what is missing, and give titles.

        Raises:
            Refused: when the core catalog does not accept a run.
        """
        catalog = backends.core_catalog()
        if catalog is None:
            return
        unit = uuid.UUID(event.object_code)
        for key, run in _runs(unit):
            held, wanted = catalog.run_title(key), _run_title(run, key)
            if held is None:
                catalog.add_run(key, wanted, run.language_id)
            elif held != wanted:
                catalog.set_run_title(key, wanted)
        for code, wanted in _courses(unit).items():
            if catalog.course_title(code) not in (None, wanted):
                catalog.set_course_title(code, wanted)

    def without_effect(self, events: Sequence[OutboxEvent]) -> Mapping[uuid.UUID, NoEffect]:
        """Return all events where there is no core catalog, else those of runs that the platform does not have."""
        if backends.core_catalog() is None:
            nowhere = NoEffect("not_installed", "This platform has no core catalog (openedx_catalog).")
            return dict.fromkeys((event.uuid for event in events), nowhere)
        return {unit: why for unit, why in elsewhere(events).items() if why.code == "elsewhere"}

    def held(self, records: Sequence[Publication]) -> Mapping[uuid.UUID, Holding]:
        """Return what the core catalog holds of what is live; nothing where it is not installed."""
        catalog = backends.core_catalog()
        return {} if catalog is None else holdings(records, functools.partial(_holding, catalog))


def _holding(catalog: CoreCatalog, unit: uuid.UUID) -> Holding | None:
    runs = {f"run {key}": (_run_title(run, key), catalog.run_title(key)) for key, run in _runs(unit)}
    courses = {f"course {'+'.join(code)}": (it, catalog.course_title(code)) for code, it in _courses(unit).items()}
    # A course without a run is not there, as the platform wants it.
    titles = runs | {what: both for what, both in courses.items() if both[1] is not None}
    if not titles:
        return None
    return Holding(
        wanted={what: wanted for what, (wanted, _) in titles.items()},
        held={what: held for what, (_, held) in titles.items() if held is not None},
    )


def _runs(unit: uuid.UUID) -> list[tuple[CourseKey, CourseRun]]:
    """Return the run that a unit is, if it is live and in the platform."""
    run = official_run(unit)
    key = platform_key(run) if run is not None and is_live(run) else None
    return [] if run is None or key is None else [(key, run)]


def _courses(unit: uuid.UUID) -> dict[CourseCode, str]:
    """Return the titles of a course, or of a run's course, under all codes that its official runs have."""
    courses = Course.objects.filter(status=Status.PUBLISHED).prefetch_related("course_runs__course__type")
    course = courses.filter(uuid=unit).first() or courses.filter(course_runs__uuid=unit).first()
    if course is None or not course.title:
        return {}
    keys = [platform_key(run) for run in course.course_runs.all()]
    return dict.fromkeys(sorted({CourseCode.of(key) for key in keys if key is not None}), course.title)


def _run_title(run: CourseRun, key: CourseKey) -> str:
    return title(run) or str(key.course)
