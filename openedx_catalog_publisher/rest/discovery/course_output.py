"""The answer for a course as Discovery has it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from openedx_catalog_publisher.models import CourseOrganization, Status
from openedx_catalog_publisher.models.derived import course as of_course
from openedx_catalog_publisher.models.derived import course_run as of_run
from openedx_catalog_publisher.rest.course_output import (
    OWNERS,
    RUNS,
    CourseOutput,
    EditorOutput,
    EntitlementOutput,
    of_runs,
)
from openedx_catalog_publisher.rest.discovery.reference_output import DoorOrganizationOutput, DoorSubjectOutput
from openedx_catalog_publisher.rest.discovery.run_output import (
    OFFICIAL,
    SHOWN,
    STATUS,
    NestedRunOutput,
    has_official,
    is_shown,
    shown_status,
    with_utm,
)
from openedx_catalog_publisher.rest.output import Computed
from openedx_catalog_publisher.rest.row_reader import Record, Rows
from openedx_catalog_publisher.rest.run_output import MARKETABLE, nullable_text
from openedx_catalog_publisher.rest.unit_rows import links_of_kind


class DoorEntitlementOutput(EntitlementOutput):
    """The right to one run of the course, sold with the course."""

    expires = Computed(lambda row, scene: None, serializers.DateTimeField(allow_null=True))


class DoorEditorOutput(EditorOutput):
    """Somebody who edits the course."""

    course = serializers.UUIDField(source="course.uuid")


def _list() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField())


def _shown_runs(row: Any, scene: Any) -> list[Any]:
    return [run for run in row.course_runs if is_shown(run, scene)]


class DoorCourseOutput(CourseOutput):
    """A course on one side, with its runs of that side."""

    number = None  # type: ignore[assignment]
    draft = None  # type: ignore[assignment]
    status = None  # type: ignore[assignment]
    revision = None  # type: ignore[assignment]
    has_unpublished_changes = None  # type: ignore[assignment]
    preview_url = None  # type: ignore[assignment]
    course_length = None  # type: ignore[assignment]

    course_runs = Computed(_shown_runs, NestedRunOutput.listed(), below=RUNS, reads=(f"{RUNS}pk", *of_runs(*SHOWN)))
    entitlements = Computed(
        lambda row, scene: row.entitlements, DoorEntitlementOutput(many=True), reads=("entitlements",)
    )
    owners = Computed(
        lambda row, scene: _organizations(row, CourseOrganization.Kind.OWNER),
        DoorOrganizationOutput.listed(),
        reads=OWNERS,
    )
    sponsors = Computed(
        lambda row, scene: _organizations(row, CourseOrganization.Kind.SPONSOR),
        DoorOrganizationOutput.listed(),
        reads=OWNERS,
    )
    subjects = Computed(
        lambda row, scene: [link.subject for link in row.subject_links],
        DoorSubjectOutput.listed(),
        reads=("subject_links",),
    )
    marketing_url = Computed(
        lambda row, scene: with_utm(of_course.marketing_url(row), scene) if has_official(row) else None,
        nullable_text(),
        reads=("url_slug", *OFFICIAL),
    )
    course_run_statuses = Computed(
        lambda row, scene: sorted({_status(run, row, scene) for run in row.course_runs if not run.hidden}),
        _list(),
        reads=("course_review", *of_runs("hidden", *STATUS)),
    )
    course_run_keys = Computed(
        lambda row, scene: [run.key for run in _shown_runs(row, scene)], _list(), reads=of_runs("key", *SHOWN)
    )
    advertised_course_run_uuid = Computed(
        lambda row, scene: getattr(_advertised(row, scene), "uuid", None),
        serializers.UUIDField(allow_null=True),
        reads=of_runs("uuid", "start", "end", "enrollment_end", *MARKETABLE, *SHOWN),
    )
    editors = Computed(
        lambda row, scene: [_of_course(editor, row) for editor in row.editors] if row.draft else [],
        DoorEditorOutput(many=True),
        reads=("editors", "draft", "uuid"),
    )
    skill_names = Computed(lambda row, scene: [], _list())
    skills = Computed(lambda row, scene: [], serializers.ListField(child=serializers.DictField()))
    programs = Computed(lambda row, scene: [], serializers.ListField(child=serializers.DictField()))


def _organizations(row: Any, kind: str) -> list[Any]:
    return [link.organization for link in links_of_kind(row.organization_links, kind)]


def _status(run: Any, course: Any, scene: Any) -> str:
    if run.status == Status.UNPUBLISHED and of_run.has_ended(run, scene.now):
        return of_course.ARCHIVED
    return shown_status(run, course.course_review, scene.now)


def _advertised(row: Any, scene: Any) -> Any:
    course: Any = Record(course_runs=Rows(_shown_runs(row, scene)))
    return of_course.advertised_course_run(course, scene.now)


def _of_course(editor: Any, course: Any) -> Any:
    editor.course = course
    return editor
