"""The answer for a course run as Discovery has it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.models.derived import course_run as of_run
from openedx_catalog_publisher.rest.discovery.door import DoorScene
from openedx_catalog_publisher.rest.discovery.reference_output import DoorPersonOutput
from openedx_catalog_publisher.rest.output import Computed
from openedx_catalog_publisher.rest.run_output import MARKETABLE, TYPE, RunOutput

SHOWN = ("restrictions", "hidden", *MARKETABLE)
"""What ``is_shown`` reads of a run."""

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


class NestedRunOutput(RunOutput):
    """A course run among those of its course."""

    revision = None  # type: ignore[assignment]
    has_unpublished_changes = None  # type: ignore[assignment]
    title_override = None  # type: ignore[assignment]
    video_translation_languages = None  # type: ignore[assignment]

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

    programs = _nothing()
