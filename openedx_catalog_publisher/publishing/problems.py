"""What prevents a publication, told by the plan with its remedy, and refused by the publication."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from openedx_catalog_publisher.commands.anchors import Anchors
from openedx_catalog_publisher.models import Course, CourseRun, UnitKind
from openedx_catalog_publisher.publishing.official import Wanted

Problems = dict[uuid.UUID, list["Remark"]]
"""What is wrong, by unit."""


@dataclass(frozen=True)
class Remark:
    """
    A warning, or a problem that prevents the publication.

    Attributes:
        code: a stable word for programs.
        message: what is the matter, and the remedy.
    """

    code: str
    message: str


def find_problems(anchors: Anchors, wanted: Sequence[Wanted]) -> Problems:
    """
    Return what prevents a publication.

    Arguments:
        anchors: the anchors of all units and of the courses of the runs.
        wanted: what shall be official.
    """
    runs = [entry for entry in wanted if entry.anchor.kind == UnitKind.COURSE_RUN]
    problems: Problems = {}
    for found in (_runs_without_course(anchors, runs, wanted), _taken_external_keys(runs)):
        for unit, remark in found:
            problems.setdefault(unit, []).append(remark)
    return problems


def _runs_without_course(
    anchors: Anchors, runs: Sequence[Wanted], wanted: Sequence[Wanted]
) -> list[tuple[uuid.UUID, Remark]]:
    coming = {entry.anchor.pk for entry in wanted if entry.anchor.kind == UnitKind.COURSE}
    waiting = [
        entry.anchor for entry in runs if entry.before.snapshot is None and entry.anchor["course_id"] not in coming
    ]
    if not waiting:
        return []
    courses = {run["course_id"] for run in waiting}
    official = set(Course.objects.filter(draft_version__in=courses).values_list("draft_version_id", flat=True))
    return [
        (
            run.uuid,
            Remark(
                "course_not_official",
                f"{run.key} cannot be official without its course {anchors.course_of(run).key}. "
                "Publish the course with it.",
            ),
        )
        for run in waiting
        if run["course_id"] not in official
    ]


def _taken_external_keys(runs: Sequence[Wanted]) -> list[tuple[uuid.UUID, Remark]]:
    # Drafts of one course cannot share an external key; one that moved to this run may still be official of another.
    moved = {
        (entry.anchor["course_id"], entry.snapshot.content["external_key"]): entry
        for entry in runs
        if "external_key" in entry.names and entry.snapshot.content["external_key"]
    }
    if not moved:
        return []
    holders = CourseRun.objects.filter(
        Q(external_key__in={key for _, key in moved}),
        course__draft_version__in={course for course, _ in moved},
    ).exclude(uuid__in=[entry.anchor.uuid for entry in runs])
    rows = holders.values_list("course__draft_version_id", "external_key", "key")
    return [
        (
            moved[course, external_key].anchor.uuid,
            Remark(
                "external_key_taken",
                f"The external key {external_key} is still that of the official run {key}. Publish both runs together.",
            ),
        )
        for course, external_key, key in rows
        if (course, external_key) in moved
    ]
