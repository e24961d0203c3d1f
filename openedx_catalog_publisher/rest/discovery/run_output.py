"""The answer for a course run as Discovery has it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.models import Status
from openedx_catalog_publisher.models.derived import course_run as of_run
from openedx_catalog_publisher.rest.discovery.door import DoorScene
from openedx_catalog_publisher.rest.discovery.reference_output import DoorPersonOutput
from openedx_catalog_publisher.rest.output import Computed
from openedx_catalog_publisher.rest.run_output import MARKETABLE, TYPE, RunOutput
from openedx_catalog_publisher.review.states import IN_REVIEW

SHOWN = ("restrictions", "hidden", *MARKETABLE)
"""What ``is_shown`` reads of a run."""

STATUS = ("draft", "status", "end")
"""What ``shown_status`` reads of a run."""

OFFICIAL = ("draft", "official_version__pk")
"""What ``has_official`` reads."""


def is_shown(run: Any, scene: Any) -> bool:
    """Tell whether a request asks to see a run among those of its course."""
    asked: DoorScene = scene
    if asked.restrictions is not None and any(
        entry.restriction_type not in asked.restrictions for entry in run.restrictions
    ):
        return False
    if run.hidden and not asked.hidden:
        return False
    if asked.only_published and run.status != "published":
        return False
    return not asked.only_marketable or of_run.is_marketable(run)


def has_official(row: Any) -> bool:
    """Tell whether a unit has an official row, from either row."""
    return not row.draft or row.official_version is not None


def with_utm(url: str | None, scene: Any) -> str | None:
    """Return a marketing address with what tells where its visitors come from."""
    asked: DoorScene = scene
    return f"{url}?{asked.utm}" if url and asked.utm else url


def _nothing() -> Computed:
    return Computed(lambda run, scene: [], serializers.ListField(child=serializers.DictField()))


def shown_status(run: Any, course_review: str | None, now: datetime) -> str:
    """
    Return the status of a run as clients see it: a live run of a course that is in review is in review with it, since
    a decision on any of them decides that review, unless the run is over.

    Arguments:
        run: the run.
        course_review: status of its course's open review; None without one.
        now: the time of the answer, UTC.
    """
    if run.draft and run.status == Status.PUBLISHED and course_review in IN_REVIEW and not of_run.has_ended(run, now):
        return str(course_review)
    return str(run.status)


class NestedRunOutput(RunOutput):
    """A course run among those of its course."""

    # Discovery has neither.
    studio_state = None  # type: ignore[assignment]
    studio_error = None  # type: ignore[assignment]

    revision = None  # type: ignore[assignment]
    has_unpublished_changes = None  # type: ignore[assignment]
    title_override = None  # type: ignore[assignment]
    video_translation_languages = None  # type: ignore[assignment]

    status = Computed(  # type: ignore[assignment]
        lambda run, scene: shown_status(run, run.course.course_review, scene.now),
        serializers.CharField(),
        reads=(*STATUS, "course__course_review"),
    )
    marketing_url = Computed(
        lambda run, scene: with_utm(of_run.marketing_url(run), scene) if has_official(run) else None,
        serializers.CharField(allow_null=True),
        reads=("slug", *TYPE, *OFFICIAL),
    )
    staff = Computed(
        lambda run, scene: [link.person for link in run.staff_links], DoorPersonOutput.listed(), reads=("staff_links",)
    )
    instructors = _nothing()


class DoorRunOutput(NestedRunOutput):
    """A course run by itself."""

    status = Computed(
        lambda run, scene: shown_status(run, run.course_review, scene.now),
        serializers.CharField(),
        reads=(*STATUS, "course_review"),
    )
    programs = _nothing()
