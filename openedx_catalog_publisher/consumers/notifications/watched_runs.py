"""The mails to those who watch a course: that a run is about to go live at a date, and that it did."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from openedx_catalog_publisher.consumers.notifications.letters import Letter, Recipient
from openedx_catalog_publisher.consumers.notifications.recipients import watchers_of
from openedx_catalog_publisher.consumers.notifications.review_steps import REVIEW_EVENTS, entered
from openedx_catalog_publisher.consumers.notifications.run_published import run_that_went_live
from openedx_catalog_publisher.consumers.notifications.units import facts_of
from openedx_catalog_publisher.models import Course, CourseRun, EventKind, OutboxEvent, Status
from openedx_catalog_publisher.models.derived import course as of_course


class WatchedRunReviewed:
    """Tells of a run that is approved and has a go-live date."""

    name = "watched_reviewed"
    kinds: Collection[EventKind] = REVIEW_EVENTS

    def compose(self, event: OutboxEvent) -> Letter | None:
        """Return what is said of a run that waits for its date; None for one without."""
        run = entered(event, Status.REVIEWED)
        if not isinstance(run, CourseRun) or run.go_live_date is None:
            return None
        return _letter(run, run.course, preview_url=of_course.preview_url(run.course))


class WatchedRunPublished:
    """Tells of a run with a go-live date that went live, on the same occasions as the team is told."""

    name = "watched_published"
    kinds: Collection[EventKind] = frozenset({EventKind.PUBLISHED})

    def compose(self, event: OutboxEvent) -> Letter | None:
        """Return what is said of a run that went live; None for one without a date."""
        run = run_that_went_live(event)
        if run is None or run.go_live_date is None:
            return None
        course: Any = run.course.draft_version
        return _letter(run, course, page_url=of_course.marketing_url(run.course))


def _letter(run: CourseRun, draft_course: Course, **links: str | None) -> Letter:
    # Watchers are outside of the team: no contacts, and no links to where courses are made.
    facts = facts_of(run, ()) | {"publisher_url": None, "studio_url": None}
    return Letter(
        recipients=Recipient.at(watchers_of(draft_course)),
        context=facts | {"go_live_date": run.go_live_date} | links,
    )
