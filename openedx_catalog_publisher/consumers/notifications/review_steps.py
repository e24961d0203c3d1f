"""The mails about the steps of a review: to whoever is to decide, and to the team when all have decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from openedx_catalog_publisher.consumers.notifications.letters import Letter, Recipient
from openedx_catalog_publisher.consumers.notifications.recipients import (
    coordinators_of,
    legal_reviewers_of,
    team_told_of,
)
from openedx_catalog_publisher.consumers.notifications.units import course_of, draft_of, facts_of, review_url
from openedx_catalog_publisher.models import Course, CourseRun, EventKind, OutboxEvent, Review, Status, UnitKind
from openedx_catalog_publisher.settings import conf

REVIEW_EVENTS = frozenset({EventKind.REVIEW_OPENED, EventKind.REVIEW_DECIDED})
"""What brings a unit into a step of its review."""


def entered(event: OutboxEvent, status: Status) -> Course | CourseRun | None:
    """
    Return the draft row of a unit that an event brought into a status, and that is there still under the same review.

    None for courses that a run's submission brought along: what is told of the run is told of them.
    """
    if event.payload["status"] != status or event.payload["previous_status"] == status:
        return None
    review = Review.objects.filter(uuid=event.payload["review"], open_unit__isnull=False).first()
    if review is None or (event.object_type == UnitKind.COURSE and review.origin != Review.Origin.OWN):
        return None
    unit = draft_of(event)
    return unit if unit is not None and unit.status == status else None


class StepEntered:
    """Tells that a unit entered a step. Not told of a step that is over when the mail would be sent."""

    kinds: Collection[EventKind] = REVIEW_EVENTS
    name: str
    status: ClassVar[Status]

    def compose(self, event: OutboxEvent) -> Letter | None:
        """Return what is said of a unit that entered the step."""
        unit = entered(event, self.status)
        if unit is None:
            return None
        course = course_of(unit)
        return Letter(
            recipients=Recipient.of(self.told(course)),
            context=facts_of(unit, coordinators_of(course))
            | {"review_url": review_url(event.payload["review"])}
            | self.more(unit),
        )

    def told(self, course: Course) -> Iterable[Any]:
        """Return the users who are told."""
        raise NotImplementedError

    def more(self, unit: Course | CourseRun) -> dict[str, Any]:
        """Return what the templates of this step need besides."""
        raise NotImplementedError


class LegalReview(StepEntered):
    """Asks the legal reviewers for their review."""

    name = "legal_review"
    status = Status.REVIEW_BY_LEGAL

    def told(self, course: Course) -> Iterable[Any]:
        """Return the legal reviewers."""
        return legal_reviewers_of(course)

    def more(self, unit: Course | CourseRun) -> dict[str, Any]:
        """Return nothing more."""
        return {}


class InternalReview(StepEntered):
    """Asks the project coordinators for theirs, and says what legal staff decided about embargoed countries."""

    name = "internal_review"
    status = Status.REVIEW_BY_INTERNAL

    def told(self, course: Course) -> Iterable[Any]:
        """Return the project coordinators."""
        return coordinators_of(course)

    def more(self, unit: Course | CourseRun) -> dict[str, Any]:
        """Return the decision, and where embargoes are set."""
        root = conf.lms_admin_url_root()
        return {
            "has_restrictions": unit.has_ofac_restrictions if isinstance(unit, CourseRun) else None,
            "embargo_url": f"{root}/embargo/restrictedcourse/" if root and isinstance(unit, CourseRun) else None,
        }


class Reviewed(StepEntered):
    """
    Tells the team that all have approved, and when it goes live: at its date, or when somebody publishes it.

    What goes live with the last approval is told as published alone.
    """

    name = "reviewed"
    status = Status.REVIEWED

    def told(self, course: Course) -> Iterable[Any]:
        """Return the team."""
        return team_told_of(course)

    def more(self, unit: Course | CourseRun) -> dict[str, Any]:
        """Return when it goes live."""
        return {"go_live_date": unit.go_live_date if isinstance(unit, CourseRun) else None}
