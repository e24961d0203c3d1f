"""What is read before anything is told of a unit: the same number of statements however many runs a course has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from openedx_catalog_publisher.models import Course, CourseRun, Review, UnitKind
from openedx_catalog_publisher.publishing.gate import Clearance, gate
from openedx_catalog_publisher.publishing.official import OfficialState, Wanted
from openedx_catalog_publisher.publishing.plan import publication_of
from openedx_catalog_publisher.publishing.problems import Remark, find_problems
from openedx_catalog_publisher.publishing.selection import Parents, Selection, Standing, Standings, answer_unlocked
from openedx_catalog_publisher.review.pending import Pending, pending_of
from openedx_catalog_publisher.review.required import check_required, offer_of


@dataclass(frozen=True)
class Facts:
    """
    How a course and some of its runs stand.

    Attributes:
        now: the time of the answer.
        course: the course's draft.
        runs: the drafts of the runs that are asked of.
        officials: official rows of these runs, by unit.
        official: what is official by the last publication record, by unit.
        wanted: what publishing each draft would make official, by unit.
        clearances: which approvals that needs and which are missing, by unit.
        problems: what else prevents it, by unit.
        unfilled: names of fields that must be filled before a submission, by unit.
        pending: the open reviews, by unit.
    """

    now: datetime
    course: Course
    runs: Sequence[CourseRun]
    officials: Mapping[UUID, CourseRun]
    official: Mapping[UUID, OfficialState]
    wanted: Mapping[UUID, Wanted]
    clearances: Mapping[UUID, Clearance]
    problems: Mapping[UUID, Sequence[Remark]]
    unfilled: Mapping[UUID, Sequence[str]]
    pending: Mapping[UUID, Pending]

    def key_of(self, unit: UUID) -> str:
        """Return the key of the course or of one of the runs."""
        return next(each.key for each in (self.course, *self.runs) if each.uuid == unit)


def read_facts(kind: UnitKind, unit: UUID) -> Facts:
    """
    Return how a course stands with all its runs, or how a run stands with its course. Checks no rights.

    Raises:
        UnitNotFound: when there is no such draft.
        Busy: when drafts move faster than they can be read.
    """
    if kind == UnitKind.COURSE:
        selection = Selection.of(courses=[unit], all_runs=True)
    else:
        selection = Selection.of(runs=[unit], parents=Parents.ALWAYS)
    return answer_unlocked(selection, _facts)


def _facts(standings: Standings) -> Facts:
    wanted = {standing.anchor.uuid: publication_of(standing) for standing in standings.units}
    entries = list(wanted.values())
    anchors = standings.anchors
    (course_uuid,) = anchors.courses
    course: Course = Course.drafts.get(uuid=course_uuid)
    runs = list(CourseRun.drafts.filter(uuid__in=list(anchors.runs)).order_by("key_normalized"))
    for run in runs:
        run.course = course
    rows = CourseRun.objects.filter(uuid__in=list(anchors.runs)).select_related("type", "restricted_run")
    reviews = pending_of(Review.objects.filter(open_unit__in=[course_uuid, *anchors.runs]))
    return Facts(
        now=timezone.now(),
        course=course,
        runs=runs,
        officials={row.uuid: row for row in rows.prefetch_related("seats__type")},
        official={standing.anchor.uuid: standing.official for standing in standings.units},
        wanted=wanted,
        clearances=gate().clearances(entries),
        problems=find_problems(anchors, entries),
        unfilled=_unfilled(standings.units),
        pending={each.review.unit_uuid: each for each in reviews},
    )


def _unfilled(standings: Sequence[Standing]) -> dict[UUID, Sequence[str]]:
    (course,) = (each for each in standings if each.anchor.kind == UnitKind.COURSE)
    offer = offer_of(course.draft.content["type"])
    found: dict[UUID, Sequence[str]] = {}
    for each in standings:
        is_run = each.anchor.kind == UnitKind.COURSE_RUN
        state = {"go_live_date": each.anchor["go_live_date"]} if is_run else {}
        official = None if each.official.snapshot is None else each.official.snapshot.content
        found[each.anchor.uuid] = tuple(
            check_required(each.anchor.kind, offer, each.draft.content, state, official=official)
        )
    return found
