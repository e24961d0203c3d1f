"""The mail that a run went live."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from openedx_catalog_publisher.consumers.notifications.letters import Letter, Recipient
from openedx_catalog_publisher.consumers.notifications.recipients import coordinators_of, team_told_of
from openedx_catalog_publisher.consumers.notifications.units import facts_of
from openedx_catalog_publisher.models import (
    CourseRun,
    EventKind,
    OutboxEvent,
    Publication,
    Status,
    UnitKind,
    WriteSource,
)
from openedx_catalog_publisher.models.derived.course_run import marketing_url


class RunPublished:
    """
    Tells the team of a course, and its project coordinators, that one of its runs went live. Of runs outside of the
    platform (executive education, bootcamps) only coordinators are told, as in Discovery.
    """

    name = "run_published"
    kinds: Collection[EventKind] = frozenset({EventKind.PUBLISHED})

    def compose(self, event: OutboxEvent) -> Letter | None:
        """Return what is said of a publication; None for those that are not told."""
        run = run_that_went_live(event)
        if run is None:
            return None
        course: Any = run.course.draft_version
        coordinators = list(coordinators_of(course))
        return Letter(
            recipients=Recipient.of((*team_told_of(course), *coordinators)),
            context=facts_of(run, coordinators) | {"page_url": marketing_url(run)},
        )


def run_that_went_live(event: OutboxEvent) -> CourseRun | None:
    """
    Return the official row of a run that a publication brought to life: for the first time, or again after it was
    withdrawn.

    None for changes of a run that is live already, which the team made itself a moment ago; for publications of the
    course alone, by which nothing opens to learners; for what an import brought, which was live elsewhere before; and
    for a run that is not live any more.
    """
    if event.object_type != UnitKind.COURSE_RUN or not _went_live(event):
        return None
    runs = CourseRun.objects.select_related("course__type", "course__draft_version__type", "type")
    found: CourseRun | None = runs.filter(uuid=event.object_code, status=Status.PUBLISHED).first()
    return found


def _went_live(event: OutboxEvent) -> bool:
    """Whether the run was not live before this publication, and the publication is no import."""
    record = (
        Publication.objects.select_related("previous")
        .filter(unit_uuid=event.object_code, number=event.payload["publication"])
        .first()
    )
    if record is None or record.source == WriteSource.IMPORT:
        return False
    return record.previous is None or record.previous.status != Status.PUBLISHED
