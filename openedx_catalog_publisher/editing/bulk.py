"""
Writing many courses at once: what importers stand on.

A batch is one transaction and a number of statements that does not depend on how many courses it holds. A course that
breaks a rule is refused by itself and whole, with its runs; the others are written.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from openedx_catalog_publisher.access.actions import Action
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.rights import require
from openedx_catalog_publisher.commands.transaction import Operation, command
from openedx_catalog_publisher.editing.bulk_batch import Batch, CoursePlan
from openedx_catalog_publisher.editing.bulk_belongings import move_official_pointers
from openedx_catalog_publisher.editing.bulk_input import CourseInput, CourseOutcome, OfficialInput, RunInput
from openedx_catalog_publisher.editing.bulk_officials import make_official_as_stated
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS

__all__ = [
    "MAX_UNITS",
    "CarriedOver",
    "CourseInput",
    "CourseOutcome",
    "OfficialInput",
    "RunInput",
    "carry_over",
    "write_courses",
]

MAX_UNITS = 500
"""Courses and runs of one batch."""


@dataclass(frozen=True)
class CarriedOver:
    """
    What became of a batch.

    Attributes:
        courses: what became of each course, in the order of the input.
        releases: uuid of each release, with the number of units that it moved; at most one that publishes and one that
            withdraws.
    """

    courses: tuple[CourseOutcome, ...]
    releases: tuple[tuple[uuid.UUID, int], ...]


@command
def write_courses(
    operation: Operation,
    courses: Sequence[CourseInput],
    *,
    dry_run: bool = False,
    coming: Sequence[models.Model] = (),
    kept: Collection[tuple[str, str]] = (),
) -> list[CourseOutcome]:
    """
    Create or update drafts of courses with their runs, in one transaction.

    Arguments:
        operation: given by the command.
        courses: at most ``MAX_UNITS`` courses and runs together. What they say is official goes into drafts as far as
            ``OfficialInput`` says, and nothing is published.
        dry_run: work out the outcomes and write nothing.
        coming: reference data that does not exist yet and would by the time of the writing, as unsaved rows; for a dry
            run only.
        kept: reference data that may be named although it is retired, as (name of the table, code).

    Returns:
        What became of each course, in the order of the input.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        ValueError: when the batch is too large, or counts on reference data that is not there.
    """
    plans = _written(operation, courses, dry_run=dry_run, coming=coming, kept=kept)
    for plan in plans:
        plan.outcome.published.clear()
    return [plan.outcome for plan in plans]


@command
def carry_over(
    operation: Operation,
    courses: Sequence[CourseInput],
    *,
    reason: str,
    dry_run: bool = False,
    coming: Sequence[models.Model] = (),
    kept: Collection[tuple[str, str]] = (),
) -> CarriedOver:
    """
    Create or update drafts of courses with their runs, and bring their official sides to what the input says is
    official, in one transaction. Reviews are skipped.

    Arguments:
        operation: given by the command.
        courses: at most ``MAX_UNITS`` courses and runs together.
        reason: why, for the log: the message of the releases.
        dry_run: work out the outcomes and write nothing.
        coming: as for ``write_courses``.
        kept: as for ``write_courses``.

    Raises:
        NotPermitted: for all but catalog administrators and the system.
        InvalidInput: naming ``message``, without a reason; naming a field that only the database could refuse.
        Conflict: with what prevents a publication; nothing is written then.
        ValueError: when the batch is too large, or counts on reference data that is not there.
    """
    if not reason.strip():
        raise InvalidInput({"message": ["Say why the reviews are skipped."]})
    plans = _written(operation, courses, dry_run=dry_run, coming=coming, kept=kept)
    releases = []
    if not dry_run:
        officials = [unit.official for plan in plans for unit in plan.units if unit.official is not None]
        releases = make_official_as_stated(operation, officials, reason)
        move_official_pointers([plan.belongings for plan in plans if plan.belongings])
    return CarriedOver(
        courses=tuple(plan.outcome for plan in plans),
        releases=tuple((release.uuid, units) for release, units in releases),
    )


def _written(
    operation: Operation,
    courses: Sequence[CourseInput],
    *,
    dry_run: bool,
    coming: Sequence[models.Model],
    kept: Collection[tuple[str, str]],
) -> list[CoursePlan]:
    require(operation.actor, Action.IMPORT, ALL_ORGANIZATIONS)
    if sum(len(entry.units) for entry in courses) > MAX_UNITS:
        raise ValueError(f"A batch holds at most {MAX_UNITS} courses and runs.")
    if coming and not dry_run:
        raise ValueError("Only a dry run can count on reference data that does not exist yet.")
    batch = Batch(operation, courses, coming, kept)
    plans = [batch.plan(entry) for entry in courses]
    if dry_run:
        # The pseudonym of somebody who never acted before is made with the operation, and goes too.
        transaction.set_rollback(True)
    else:
        batch.write_drafts(plans)
    return plans
