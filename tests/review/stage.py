"""What tests of reviews start from: a course that is complete, its team, and people for each step."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from openedx_catalog_publisher.api import (
    Actor,
    Decided,
    Ofac,
    Submitted,
    decide,
    submit_course,
    submit_run,
    update_run,
)
from openedx_catalog_publisher.models import (
    Course,
    CourseRun,
    OrganizationProfile,
    Review,
    ReviewRecord,
    RoleName,
    Status,
    UnitKind,
    UnitRoot,
)
from tests.factories import (
    acting,
    grant,
    make_admin,
    make_course,
    make_member,
    make_organization,
    make_user,
    run_changes,
)

SOON = timedelta(days=30)


@dataclass
class Stage:
    """
    A course with its runs, and who does what.

    Attributes:
        organization: the owner.
        course: uuid of the course.
        runs: uuids of its runs.
        editor: an editor of the course.
        legal: a legal reviewer of the organization.
        coordinator: a project coordinator of the organization.
        admin: a catalog administrator.
    """

    organization: OrganizationProfile
    course: uuid.UUID
    runs: tuple[uuid.UUID, ...]
    editor: Actor
    legal: Actor
    coordinator: Actor
    admin: Actor

    @property
    def run(self) -> uuid.UUID:
        """The first run."""
        return self.runs[0]

    def submit(self, run: uuid.UUID | None = None, **options: Any) -> Submitted:
        """Submit a run; the first unless another is named."""
        return submit_run(self.editor, run or self.run, **options)

    def submit_course(self, **options: Any) -> Submitted:
        """Submit the course by itself."""
        return submit_course(self.editor, self.course, **options)

    def open_review(self, unit: uuid.UUID) -> Review:
        """Return the open review of a unit."""
        return Review.objects.get(open_unit=unit)

    def digests(self, unit: uuid.UUID) -> dict[str, str]:
        """Return the digests that a reviewer of a unit sees."""
        review = self.open_review(unit)
        if review.unit_kind == UnitKind.COURSE:
            return {"course_digest": review.review_digest}
        course = Review.objects.filter(open_unit=review.course_uuid).first()
        return {"run_digest": review.review_digest, "course_digest": course.review_digest if course else ""}

    def decide(self, actor: Actor, unit: uuid.UUID | None = None, **options: Any) -> Decided:
        """Approve what a unit waits for; the first run unless another is named."""
        unit = unit or self.run
        review = self.open_review(unit)
        return decide(actor, review.uuid, **{**self.digests(unit), **options})

    def approve_legally(self, unit: uuid.UUID | None = None, **options: Any) -> Decided:
        """Approve the legal step, without restrictions."""
        is_run = (unit or self.run) in self.runs
        ofac = {"ofac": Ofac(has_restrictions=False)} if is_run else {}
        return self.decide(self.legal, unit, **{**ofac, **options})

    def approve_internally(self, unit: uuid.UUID | None = None, **options: Any) -> Decided:
        """Approve the internal step."""
        return self.decide(self.coordinator, unit, **options)

    def approve(self, unit: uuid.UUID | None = None) -> Decided:
        """Approve both steps."""
        self.approve_legally(unit)
        return self.approve_internally(unit)

    def schedule(self, moment: datetime | None, run: uuid.UUID | None = None) -> None:
        """Set when a run goes live."""
        update_run(self.editor, run or self.run, {"go_live_date": None if moment is None else moment.isoformat()})

    def go_live(self, run: uuid.UUID | None = None) -> None:
        """Take a run through its whole review, with a date that is over."""
        self.schedule(timezone.now() - timedelta(minutes=1), run)
        self.submit(run)
        self.approve(run)
        assert official(run or self.run).status == Status.PUBLISHED


def set_stage(
    *,
    runs: int = 1,
    go_live: timedelta | None = SOON,
    of_runs: Mapping[str, Any] = MappingProxyType({}),
    **changes: Any,
) -> Stage:
    """
    Return a complete course whose runs can be submitted.

    Arguments:
        runs: how many runs.
        go_live: when the runs go live, from now; None for no date.
        of_runs: other content of the runs.
        changes: other content of the course.
    """
    organization = make_organization()
    editor = acting(make_member(organization))
    date = None if go_live is None else (timezone.now() + go_live).isoformat()
    made = make_course(
        organization,
        actor=editor,
        runs=[run_changes(go_live_date=date, **of_runs) for _ in range(runs)],
        **complete(changes),
    )
    legal, coordinator = make_user(), make_user()
    grant(legal, RoleName.LEGAL_REVIEWER, organization)
    grant(coordinator, RoleName.PROJECT_COORDINATOR, organization)
    return Stage(
        organization=organization,
        course=made.course.uuid,
        runs=tuple(run.uuid for run in made.runs),
        editor=editor,
        legal=acting(legal),
        coordinator=acting(coordinator),
        admin=acting(make_admin()),
    )


def complete(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a submission needs beside the usual content of a course."""
    return {"outcome": "<p>You will learn.</p>", "image": f"catalog_publisher/courses/{'a' * 48}.png"} | dict(changes)


def draft(unit: uuid.UUID) -> UnitRoot:
    """Return the draft of a course or a run."""
    return _row(unit, draft=True)


def official(unit: uuid.UUID) -> UnitRoot:
    """Return the official row of a course or a run."""
    return _row(unit, draft=False)


def _row(unit: uuid.UUID, *, draft: bool) -> UnitRoot:
    model = CourseRun if CourseRun.drafts.filter(uuid=unit).exists() else Course
    row: UnitRoot = model.everything.get(uuid=unit, draft=draft)
    return row


def is_official(unit: uuid.UUID) -> bool:
    """Tell whether anything is official of a unit."""
    return any(model.objects.filter(uuid=unit).exists() for model in (Course, CourseRun))


def acts(unit: uuid.UUID) -> list[tuple[str, str, str]]:
    """Return (act, step, status afterwards) of all that happened to reviews of a unit, in order."""
    records = ReviewRecord.objects.filter(unit_uuid=unit).order_by("sequence")
    return list(records.values_list("action", "step", "status"))
