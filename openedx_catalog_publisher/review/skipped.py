"""What went past reviews: the steps that administrators skipped, and what they published without review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.access.policy import visible
from openedx_catalog_publisher.models import Course, CourseRun, UnitKind
from openedx_catalog_publisher.review.queries import published_without_review, skipped_steps
from openedx_catalog_publisher.review.timeline import Entries, What


def skipped_reviews(*, since: datetime | None = None) -> Entries:
    """
    Return every step that was skipped, and every publication without review, each with its reason, the last first.

    Checks no rights.

    Arguments:
        since: an aware time; what happened before is left out. None leaves out nothing.
    """

    def logs() -> Mapping[What, QuerySet[Any]]:
        return {
            What.REVIEW: _since(skipped_steps(), since),
            What.PUBLICATION: _since(published_without_review(), since),
        }

    return Entries(logs)


def skipped_reviews_seen_by(user: Any, *, since: datetime | None = None) -> Entries:
    """
    Return the same of the courses on which a user may skip reviews.

    Arguments:
        user: a user of the platform.
        since: as for ``skipped_reviews``.
    """

    def logs() -> Mapping[What, QuerySet[Any]]:
        steps = skipped_steps().filter(Exists(_drafts(user, Course, "review__course_uuid")))
        publications = published_without_review().filter(
            Q(Exists(_drafts(user, Course, "unit_uuid")), unit_kind=UnitKind.COURSE)
            | Q(Exists(_drafts(user, CourseRun, "unit_uuid")), unit_kind=UnitKind.COURSE_RUN)
        )
        return {What.REVIEW: _since(steps, since), What.PUBLICATION: _since(publications, since)}

    return Entries(logs)


def _drafts(user: Any, model: type[Course] | type[CourseRun], column: str) -> QuerySet[Any]:
    return visible(user, Action.SKIP_REVIEW, model.everything.filter(draft=True, uuid=OuterRef(column)))


def _since(rows: QuerySet[Any], since: datetime | None) -> QuerySet[Any]:
    return rows if since is None else rows.filter(occurred_at__gte=since)
